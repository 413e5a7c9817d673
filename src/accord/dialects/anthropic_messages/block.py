"""One content block of a stream, from its start to its stop."""

from typing_extensions import override

from accord.core.event import (
    ArgumentsDelta,
    CitationAdded,
    Event,
    PartFinished,
    PartStarted,
    ReasoningDelta,
    ReasoningSealed,
    TextDelta,
)
from accord.core.json import NotJson, loads
from accord.core.part import Opaque, Part, Reasoning, Text, ToolCall
from accord.dialects.anthropic_messages.dialect import DIALECT
from accord.dialects.anthropic_messages.read_block import read_block, read_citation
from accord.dialects.anthropic_messages.read_message import free_text, restored
from accord.dialects.anthropic_messages.reading import Reading
from accord.dialects.anthropic_messages.wire_event import Delta


class Block:
    """What all kinds of blocks do."""

    __slots__ = ("part",)

    calls = False
    """Whether it is a call of one of the caller's tools."""

    def __init__(self, part: int) -> None:
        self.part: int = part

    def start(self) -> list[Event]:
        """The events of its start."""
        raise NotImplementedError

    def add(self, delta: Delta) -> list[Event] | None:
        """The events of a delta; `None` where it is not of this kind of block."""
        raise NotImplementedError

    def add_unknown(self, delta: dict[str, object]) -> bool:
        """Takes a delta that `add` did not know; says whether it could."""
        return False

    def stop(self) -> list[Event]:
        """The events of its end."""
        return [PartFinished(part=self.part)]


class TextBlock(Block):
    """Text, and citations of it."""

    __slots__ = ("_initial",)

    def __init__(self, part: int, initial: Text) -> None:
        super().__init__(part)
        self._initial = initial

    @override
    def start(self) -> list[Event]:
        return [PartStarted(part=self.part, value=self._initial)]

    @override
    def add(self, delta: Delta) -> list[Event] | None:
        if delta.type == "text_delta":
            return [TextDelta(part=self.part, text=delta.text)] if delta.text else []
        if delta.type == "citations_delta":
            return [CitationAdded(part=self.part, citation=read_citation(delta.citation, "delta.citation"))]
        return None


class ThinkingBlock(Block):
    """Thinking, and the signature over it; or thinking that nobody may read, which comes whole."""

    __slots__ = ("_initial",)

    def __init__(self, part: int, initial: Reasoning) -> None:
        super().__init__(part)
        self._initial = initial

    @override
    def start(self) -> list[Event]:
        return [PartStarted(part=self.part, value=self._initial)]

    @override
    def add(self, delta: Delta) -> list[Event] | None:
        if delta.type == "thinking_delta" and (delta.thinking or delta.estimated_tokens is None):
            return [ReasoningDelta(part=self.part, text=delta.thinking)] if delta.thinking else []
        if delta.type == "signature_delta":
            return [ReasoningSealed(part=self.part, signature=delta.signature)] if delta.signature else []
        return None


class ToolBlock(Block):
    """A tool call, whose input comes as pieces of JSON; it starts with an empty object that says nothing."""

    __slots__ = ("_any", "_call")

    calls = True

    def __init__(self, part: int, call: ToolCall) -> None:
        super().__init__(part)
        self._call = call
        self._any = False

    @override
    def start(self) -> list[Event]:
        return [PartStarted(part=self.part, value=_without_arguments(self._call))]

    @override
    def add(self, delta: Delta) -> list[Event] | None:
        if delta.type != "input_json_delta":
            return None
        self._any = self._any or bool(delta.partial_json)
        return [ArgumentsDelta(part=self.part, text=delta.partial_json)] if delta.partial_json else []

    @override
    def stop(self) -> list[Event]:
        # A tool without arguments may get no piece at all, and some hosts send the input whole at the start.
        first = [] if self._any else [ArgumentsDelta(part=self.part, text=self._call.arguments)]
        return [*first, PartFinished(part=self.part)]


class FreeTextBlock(Block):
    """A call of a tool that takes free text: the text is inside JSON, and read when that is whole."""

    __slots__ = ("_call", "_pieces")

    calls = True

    def __init__(self, part: int, call: ToolCall) -> None:
        super().__init__(part)
        self._call = call
        self._pieces: list[str] = []

    @override
    def start(self) -> list[Event]:
        return [PartStarted(part=self.part, value=_without_arguments(self._call))]

    @override
    def add(self, delta: Delta) -> list[Event] | None:
        if delta.type != "input_json_delta":
            return None
        self._pieces.append(delta.partial_json)
        return []

    @override
    def stop(self) -> list[Event]:
        written = "".join(self._pieces)
        text = free_text(written) if written else self._call.arguments
        return [ArgumentsDelta(part=self.part, text=text), PartFinished(part=self.part)]


class AnswerBlock(Block):
    """The tool whose input is the answer itself: its JSON is the text."""

    __slots__ = ("_any", "_whole")

    def __init__(self, part: int, whole: str) -> None:
        super().__init__(part)
        self._whole = whole
        self._any = False

    @override
    def start(self) -> list[Event]:
        return [PartStarted(part=self.part, value=Text(text=""))]

    @override
    def add(self, delta: Delta) -> list[Event] | None:
        if delta.type != "input_json_delta":
            return None
        self._any = self._any or bool(delta.partial_json)
        return [TextDelta(part=self.part, text=delta.partial_json)] if delta.partial_json else []

    @override
    def stop(self) -> list[Event]:
        first = [] if self._any else [TextDelta(part=self.part, text=self._whole)]
        return [*first, PartFinished(part=self.part)]


class OpaqueBlock(Block):
    """A block without neutral meaning, put together member by member.

    Its deltas are merged by what they are: `input_json_delta` makes the `input`, and a member of any other kind of
    delta (`compaction_delta`) replaces the member of its name.
    """

    __slots__ = ("_input", "_raw")

    def __init__(self, part: int, raw: dict[str, object]) -> None:
        super().__init__(part)
        self._raw = raw
        self._input: list[str] = []

    @override
    def start(self) -> list[Event]:
        return [PartStarted(part=self.part, value=Opaque(dialect=DIALECT, raw=self._raw))]

    @override
    def add(self, delta: Delta) -> list[Event] | None:
        return None

    @override
    def add_unknown(self, delta: dict[str, object]) -> bool:
        if delta.get("type") == "input_json_delta":
            self._input.append(str(delta.get("partial_json") or ""))
        else:
            self._raw = {**self._raw, **{key: value for key, value in delta.items() if key != "type"}}
        return True

    @override
    def stop(self) -> list[Event]:
        raw = self._raw
        written = "".join(self._input)
        if written:
            raw = {**raw, "input": _input_of(written)}
        return [PartFinished(part=self.part, value=Opaque(dialect=DIALECT, raw=raw))]


def block_of(raw: dict[str, object], part: int, reading: Reading) -> Block:
    """The block that a `content_block_start` begins. Raises `WrongShape`."""
    value = read_block(raw, "content_block")
    if isinstance(value, ToolCall) and value.name == reading.answer_tool:
        return AnswerBlock(part, value.arguments)
    return _of_part(restored(value, reading), part, raw)


def _of_part(value: Part, part: int, raw: dict[str, object]) -> Block:
    match value:
        case Text():
            return TextBlock(part, value)
        case Reasoning():
            return ThinkingBlock(part, value)
        case ToolCall(kind="custom"):
            return FreeTextBlock(part, value)
        case ToolCall():
            return ToolBlock(part, value)
        case _:
            return OpaqueBlock(part, raw)


def _without_arguments(call: ToolCall) -> ToolCall:
    return ToolCall(id=call.id, name=call.name, kind=call.kind, namespace=call.namespace, extra=call.extra)


def _input_of(written: str) -> object:
    try:
        return loads(written)
    except NotJson:
        return written
