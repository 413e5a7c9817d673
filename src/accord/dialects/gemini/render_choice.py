"""One choice of a streamed answer, part by part.

Text and thoughts go out as they come; what seals them (signatures) follows when they end. Calls go out whole, as this wire
has them: one that still grows waits for its end, and calls after it wait with it.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable

import msgspec

from accord.core.event import (
    ArgumentsDelta,
    AudioDelta,
    CitationAdded,
    PartFinished,
    PartStarted,
    ReasoningDelta,
    ReasoningSealed,
    RefusalDelta,
    TextDelta,
)
from accord.core.finish import Finish
from accord.core.json import JsonObject, NotJson, loads_object
from accord.core.part import Audio, Citation, Extra, Part, Reasoning, Refusal, Text, ToolCall
from accord.dialects.gemini.citation import Citing
from accord.dialects.gemini.dialect import own
from accord.dialects.gemini.proof import sealed
from accord.dialects.gemini.render import answer_parts
from accord.dialects.gemini.write_part import text_part, thought_part


class _Growing:
    """A part that is being told."""

    __slots__ = ("done", "pieces", "start", "summary", "transcript", "value")

    def __init__(self, value: Part, start: int) -> None:
        self.value = value
        self.start = start
        """Where its text begins in all text of the choice, in characters."""
        self.pieces: list[str] = []
        self.transcript: list[str] = []
        self.summary = 0
        self.done = False

    def may_go(self) -> bool:
        """Whether nothing more can come for it, as far as that can be told: arguments are whole when they are an object."""
        value = self.value
        if self.done or not isinstance(value, ToolCall):
            return self.done
        arguments = value.arguments + "".join(self.pieces)
        if not arguments.rstrip().endswith("}"):
            return False
        try:
            loads_object(arguments)
        except NotJson:
            return False
        return True

    def whole(self) -> Part:
        """The part with all that was added."""
        value = self.value
        if isinstance(value, ToolCall):
            return msgspec.structs.replace(value, arguments=value.arguments + "".join(self.pieces))
        if isinstance(value, Audio):
            # Each piece may be padded, so they are joined as bytes.
            sound = b"".join([b64decode(piece) for piece in (value.source.data or "", *self.pieces)])
            source = msgspec.structs.replace(value.source, data=b64encode(sound).decode() or None)
            words = (value.transcript or "") + "".join(self.transcript)
            return msgspec.structs.replace(value, source=source, transcript=words or None)
        return value


class ChoiceWriter:
    """Turns the events of one choice into parts to send."""

    __slots__ = ("_citations", "_length", "_open", "_parts", "_text", "_waiting", "extra", "finish")

    def __init__(self) -> None:
        self.finish: Finish | None = None
        self.extra: Extra = {}
        self._parts: dict[int, _Growing] = {}
        self._open: _Growing | None = None
        """The text or thought that is going out."""
        self._waiting: list[_Growing] = []
        self._text: list[str] = []
        self._length = 0
        self._citations: list[Citation] = []

    def start(self, event: PartStarted) -> list[JsonObject]:
        """A part begins."""
        growing = self._parts[event.part] = _Growing(event.value, self._length)
        if isinstance(event.value, ToolCall | Audio):
            self._waiting.append(growing)
            return self._close_open()
        before = self._close_open() + self._flush(may_go=_Growing.may_go)
        match event.value:
            case Text() as value:
                self._open = growing
                return before + self._said(value.text, value.citations)
            case Reasoning() as value:
                self._open = growing
                return before + _thought(value.text or "\n\n".join(value.summary))
            case Refusal() as value:
                return before + self._said(value.text)
            case value:
                return before + answer_parts(value)

    def say(self, event: TextDelta | RefusalDelta) -> list[JsonObject]:
        """More text."""
        return self._said(event.text)

    def think(self, event: ReasoningDelta) -> list[JsonObject]:
        """More thoughts; paragraphs of a summary are set apart."""
        growing = self._parts[event.part]
        gap = "\n\n" if event.summary is not None and event.summary > growing.summary else ""
        growing.summary = max(growing.summary, event.summary or 0)
        return _thought(gap + event.text)

    def seal(self, event: ReasoningSealed) -> None:
        """The proof of thoughts, which may come in pieces."""
        growing = self._parts[event.part]
        if isinstance(growing.value, Reasoning):
            signature = (growing.value.signature or "") + (event.signature or "")
            encrypted = event.encrypted or growing.value.encrypted
            growing.value = msgspec.structs.replace(growing.value, signature=signature or None, encrypted=encrypted)

    def grow(self, event: ArgumentsDelta | AudioDelta) -> None:
        """More of a call or a sound."""
        growing = self._parts[event.part]
        if isinstance(event, ArgumentsDelta):
            growing.pieces.append(event.text)
        else:
            growing.pieces.append(event.data)
            growing.transcript.append(event.transcript)

    def cite(self, event: CitationAdded) -> None:
        """A source for a text."""
        self._cite(event.citation, self._parts[event.part].start)

    def finish_part(self, event: PartFinished) -> list[JsonObject]:
        """A part is whole."""
        growing = self._parts[event.part]
        if growing is self._open:
            return self._close_open()
        if event.value is not None and growing in self._waiting:
            growing.value, growing.pieces, growing.transcript = event.value, [], []
        growing.done = True
        return self._flush(may_go=lambda growing: growing.done)

    def end(self) -> list[JsonObject]:
        """What was still waiting."""
        return self._close_open() + self._flush(may_go=lambda _: True)

    @property
    def is_empty(self) -> bool:
        """Whether it held nothing at all."""
        return not self._parts and not self.extra

    @property
    def citing(self) -> list[Citing]:
        """All text and what it cites. In a stream places are counted in all of the text."""
        return [Citing(0, "".join(self._text), self._citations)] if self._citations else []

    def _said(self, text: str, citations: tuple[Citation, ...] = ()) -> list[JsonObject]:
        for citation in citations:
            self._cite(citation, self._length)
        if not text:
            return []
        self._text.append(text)
        self._length += len(text)
        return [{"text": text}]

    def _cite(self, citation: Citation, offset: int) -> None:
        if citation.start is not None and citation.end is not None:
            citation = msgspec.structs.replace(citation, start=citation.start + offset, end=citation.end + offset)
        self._citations.append(citation)

    def _close_open(self) -> list[JsonObject]:
        growing, self._open = self._open, None
        match growing.value if growing is not None else None:
            case Text() as value if own(value.extra):
                return [text_part(msgspec.structs.replace(value, text=""))]
            case Reasoning() as value if (signature := sealed(value)) is not None or own(value.extra):
                return [thought_part(msgspec.structs.replace(value, text="", summary=()), signature)]
            case _:
                return []

    def _flush(self, *, may_go: Callable[[_Growing], bool]) -> list[JsonObject]:
        ready: list[JsonObject] = []
        while self._waiting and may_go(self._waiting[0]):
            ready.extend(answer_parts(self._waiting.pop(0).whole()))
        return ready


def _thought(text: str) -> list[JsonObject]:
    return [{"text": text, "thought": True}] if text else []
