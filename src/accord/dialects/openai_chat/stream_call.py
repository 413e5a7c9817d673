"""Tool calls put together from the pieces of a stream."""

from collections.abc import Mapping

from accord.core.event import ArgumentsDelta, Event, PartStarted
from accord.dialects.openai_chat import read_part
from accord.dialects.openai_chat.tool_name import ToolNames
from accord.dialects.openai_chat.wire import Call, Called


class _OpenCall:
    """One call, as far as it was told."""

    __slots__ = ("custom", "emulated", "extra", "held", "id", "name", "ordinal", "part")

    def __init__(self, ordinal: int) -> None:
        self.ordinal = ordinal
        """Its place among the calls of the choice."""
        self.id = ""
        self.name = ""
        self.part: int | None = None
        """The index of its part, once that has begun."""
        self.custom = False
        self.emulated = False
        self.held: list[str] = []
        """Arguments that cannot be told yet: the name is missing, or they are the wrapping of a free text."""
        self.extra: dict[str, object] = {}


class CallAssembly:
    """The tool calls of one choice.

    Pieces belong together by `index`; some hosts leave it out, or give 0 to every call: then by `id`, else to the call that
    is open. A new id together with a name is a new call, whatever the index. A name that is repeated is not a new one.
    """

    __slots__ = ("_by_index", "_calls", "_choice", "_names", "_response_id")

    def __init__(self, choice: int, names: ToolNames, response_id: str) -> None:
        self._choice = choice
        self._names = names
        self._response_id = response_id
        self._calls: list[_OpenCall] = []
        self._by_index: dict[int, _OpenCall] = {}

    def __len__(self) -> int:
        return len(self._calls)

    def ordinal(self, call: Call) -> int:
        """The place among the choice's calls of the call that a piece, already added, belongs to."""
        if call.index is not None:
            return self._by_index[call.index].ordinal
        open_call = self._by_id(call.id) or self._calls[-1]
        return open_call.ordinal

    def id_of(self, ordinal: int) -> str:
        """The id of a call that has begun, as far as it was told; one made where it was not."""
        given = Call(id=self._calls[ordinal].id)
        return read_part.call_id_of(given, self._response_id, self._choice, ordinal)

    def begins(self, call: Call) -> bool:
        """Whether a piece may begin a call, so that fields without a name are worth a look."""
        return bool(call.id) or bool(read_part.inside(call).name)

    def add(self, call: Call, extra: Mapping[str, object], next_part: int, events: list[Event]) -> int:
        """Adds a piece, and its events to `events`. Gives the number of parts that have begun by then."""
        called = read_part.inside(call)
        open_call = self._find(call, called.name or "")
        if isinstance(call.id, str) and call.id and not open_call.id:
            open_call.id = call.id
        if called.name and not open_call.name:
            open_call.name = called.name
            open_call.emulated = called.name in self._names.emulated
        open_call.custom = open_call.custom or call.custom is not None
        open_call.extra.update(extra)
        text = read_part.argument_text(called)
        if open_call.part is None and open_call.name:
            next_part = self._begin(open_call, next_part, events)
        if text:
            self._tell(open_call, text, events)
        return next_part

    def end(self, next_part: int, events: list[Event]) -> int:
        """Tells what was held back, once the choice is over. Raises `Malformed` where a call never got a name."""
        for open_call in self._calls:
            if open_call.part is None:
                next_part = self._begin(open_call, next_part, events)
            if open_call.emulated and open_call.held:
                text = read_part.emulated_input("".join(open_call.held))
                events.append(ArgumentsDelta(choice=self._choice, part=open_call.part or 0, text=text))
                open_call.held = []
        return next_part

    def _find(self, call: Call, name: str) -> _OpenCall:
        call_id = call.id if isinstance(call.id, str) else ""
        if call.index is not None:
            known = self._by_index.get(call.index)
            if known is None or (name and call_id and known.id and call_id != known.id):
                known = self._by_index[call.index] = self._new()
            return known
        if call_id:
            return self._by_id(call_id) or self._new()
        return self._new() if not self._calls or (name and self._calls[-1].name) else self._calls[-1]

    def _by_id(self, call_id: object) -> _OpenCall | None:
        return next((known for known in self._calls if call_id and known.id == call_id), None)

    def _new(self) -> _OpenCall:
        self._calls.append(_OpenCall(len(self._calls)))
        return self._calls[-1]

    def _begin(self, open_call: _OpenCall, next_part: int, events: list[Event]) -> int:
        open_call.part = next_part
        call_id = self.id_of(open_call.ordinal)
        called = Called(name=open_call.name)
        call = Call(custom=called) if open_call.custom else Call(function=called)
        value = read_part.tool_call(call, call_id, self._names, open_call.extra)
        events.append(PartStarted(choice=self._choice, part=next_part, value=value))
        if open_call.held and not open_call.emulated:
            text, open_call.held = "".join(open_call.held), []
            events.append(ArgumentsDelta(choice=self._choice, part=next_part, text=text))
        return next_part + 1

    def _tell(self, open_call: _OpenCall, text: str, events: list[Event]) -> None:
        if open_call.part is None or open_call.emulated:
            open_call.held.append(text)
        else:
            events.append(ArgumentsDelta(choice=self._choice, part=open_call.part, text=text))
