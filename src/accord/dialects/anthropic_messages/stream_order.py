"""The parts of an answer as blocks that are strictly one after another.

Other wires tell of several parts at a time (parallel tool calls). What comes for a part while another is open waits
until that one is whole; text that goes on after its block was closed goes on in a new one.
"""

from collections.abc import Callable
from typing import TypeAlias

from accord.core.event import PartDelta, PartFinished, PartStarted, ReasoningSealed, RefusalDelta, TextDelta
from accord.core.part import Part, Reasoning, Refusal, Text, ToolCall
from accord.dialects.anthropic_messages.render_part import is_stop_details
from accord.dialects.anthropic_messages.stream_block import Numbering, StreamBlock, TextStream, stream_block

PartEvent: TypeAlias = PartStarted | PartDelta | PartFinished

NameCall: TypeAlias = Callable[[ToolCall, int], ToolCall]
"""Gives a call, the given part of its message, an id that callers of this wire can send back."""


class Blocks:
    """The blocks of one stream."""

    __slots__ = (
        "_before",
        "_call",
        "_closed",
        "_open",
        "_open_part",
        "_values",
        "_waiting",
        "calls",
        "characters",
        "numbering",
        "refusal",
    )

    def __init__(self, call: NameCall) -> None:
        self._call = call
        self._open: StreamBlock | None = None
        self._open_part = -1
        self._waiting: dict[int, list[PartEvent]] = {}
        self._values: dict[int, Part | None] = {}
        self._closed: set[int] = set()
        self._before: dict[int, TextStream] = {}
        """The last closed block of each text."""
        self.numbering: Numbering = Numbering()
        self.calls: bool = False
        """Whether tools were called."""
        self.characters: int = 0
        """How many characters of text were written."""
        self.refusal: str | None = None
        """The words of a refusal that came on another wire."""

    @property
    def index(self) -> int | None:
        """The index of the block that is open, `None` between two."""
        return self.numbering.index if self._open is not None and self._open.is_open else None

    def feed(self, event: PartEvent) -> bytes:
        """The bytes for one event, and for those that waited for it."""
        part = event.part
        if isinstance(event, PartStarted):
            self._note(part, event.value)
        if part == self._open_part and self._open is not None:
            written = self._write(event)
            return written + self._replay() if self._waiting else written
        if self._open is None:
            return self._write(event)
        if self._waiting or not self._open.is_whole:
            self._waiting.setdefault(part, []).append(event)
            return self._replay()
        return self._close() + self._write(event)

    def more_text(self, delta: TextDelta) -> bytes:
        """The bytes for more of the text that is open; `b""` where it is not, or others wait."""
        block, text = self._open, delta.text
        if delta.part != self._open_part or type(block) is not TextStream or not block.is_open or self._waiting:
            return b""
        self.characters += len(text)
        return block.say(text)

    def close(self) -> bytes:
        """The end of all blocks."""
        return self._replay(last=True) + self._close()

    def _write(self, event: PartEvent) -> bytes:
        if self._open is not None:
            return self._continue(self._open, event)
        if event.part in self._closed and (not isinstance(event, PartDelta) or _proves_nothing(event)):
            return b""
        value = self._values.get(event.part)
        if value is None:
            return b""
        self._open = block = stream_block(self.numbering, value)
        before = self._before.get(event.part)
        if before is not None and isinstance(block, TextStream):
            block.go_on(before)
        self._open_part = event.part
        begun = block.start()
        return begun if isinstance(event, PartStarted) else begun + self._continue(block, event)

    def _continue(self, block: StreamBlock, event: PartEvent) -> bytes:
        match event:
            case PartStarted():
                return b""
            case PartFinished():
                return self._close(event.value)
            case _:
                self._count(event)
                return block.add(event)

    def _replay(self, *, last: bool = False) -> bytes:
        """What waited, as far as its turn has come."""
        written: list[bytes] = []
        while self._waiting and (last or self._open is None or self._open.is_whole):
            written.append(self._close())
            part = next(iter(self._waiting))
            written.extend([self._write(event) for event in self._waiting.pop(part)])
        return b"".join(written)

    def _close(self, value: Part | None = None) -> bytes:
        """Closes the block that is open. Should more come for its part, it goes on in a new block."""
        block, self._open = self._open, None
        if block is None:
            return b""
        part = self._open_part
        self._closed.add(part)
        self._values[part] = _rest_of(self._values[part])
        written = block.finish(value)
        if isinstance(block, TextStream):
            self._before[part] = block
        return written

    def _note(self, part: int, value: Part) -> None:
        if isinstance(value, ToolCall):
            self.calls = True
            value = self._call(value, part)
        elif isinstance(value, Text):
            self.characters += len(value.text)
        elif isinstance(value, Refusal) and not is_stop_details(value):
            self.refusal = (self.refusal or "") + value.text
        self._values[part] = value

    def _count(self, delta: PartDelta) -> None:
        if isinstance(delta, TextDelta):
            self.characters += len(delta.text)
        elif isinstance(delta, RefusalDelta):
            self.refusal = (self.refusal or "") + delta.text


def _proves_nothing(delta: PartDelta) -> bool:
    """Whether it is about thinking and holds none: no reason to open a block for it."""
    return isinstance(delta, ReasoningSealed) and not delta.signature and not delta.encrypted


def _rest_of(value: Part | None) -> Part | None:
    """What a part goes on with after its block was closed: text and thinking do, anything else was whole."""
    match value:
        case Text():
            return Text(text="")
        case Refusal():
            return Refusal(text="")
        case Reasoning():
            return Reasoning(owner=value.owner, id=value.id)
        case _:
            return None
