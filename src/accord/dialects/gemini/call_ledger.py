"""Which result belongs to which call: by id, or where a wire gave none by name and order."""

from typing import NamedTuple

from accord.core.part import ToolCall, ToolResult


class Call(NamedTuple):
    """A call as it was sent."""

    id: str
    name: str
    """The caller's name for the tool."""
    wire_name: str
    rank: int
    """Its place among all calls of the conversation."""


class CallLedger:
    """The calls of one conversation, told in its order."""

    __slots__ = ("_count", "_last", "_open")

    def __init__(self) -> None:
        self._open: dict[str, list[Call]] = {}
        self._last: dict[str, Call] = {}
        self._count = 0

    def note(self, part: ToolCall, wire_name: str) -> int:
        """A call was made; its rank."""
        call = Call(part.id, part.name, wire_name, self._count)
        self._count += 1
        key = part.id or f"\0{part.name}"
        self._open.setdefault(key, []).append(call)
        self._last[key] = call
        return call.rank

    def answered(self, result: ToolResult) -> Call | None:
        """The call that a result answers: the earliest that may be meant and has none, `None` if there never was one."""
        key = result.call_id or f"\0{result.name or ''}"
        waiting = self._open.get(key)
        if waiting:
            return waiting.pop(0)
        return self._last.get(key)
