"""One part of an answer as it is written into a stream: opened when there is something to show, closed when it is whole."""

from typing import Final

from typing_extensions import override

from accord.core.event import (
    ArgumentsDelta,
    AudioDelta,
    CitationAdded,
    PartDelta,
    ReasoningDelta,
    ReasoningSealed,
    RefusalDelta,
    TextDelta,
)
from accord.core.json import NotJson, dumps, loads_object
from accord.core.part import Audio, Citation, Part, Reasoning, Refusal, Text, ToolCall
from accord.dialects.anthropic_messages.dialect import DIALECT, own
from accord.dialects.anthropic_messages.frame import event
from accord.dialects.anthropic_messages.render_part import (
    is_stop_details,
    render_part,
    render_reasoning,
    seal_of,
    seal_of_call,
)
from accord.dialects.anthropic_messages.seal import PARAGRAPH
from accord.dialects.anthropic_messages.write_citation import foreign_citation, write_citation
from accord.dialects.anthropic_messages.write_media import Block
from accord.dialects.anthropic_messages.write_part import RAW_ARGUMENTS

_MORE_TEXT: Final = (
    b"event: content_block_delta\n"
    b'data: {"type":"content_block_delta","index":%d,"delta":{"type":"text_delta","text":%b}}\n\n'
)


class Numbering:
    """Counts the blocks of one stream."""

    __slots__ = ("index",)

    def __init__(self) -> None:
        self.index: int = -1
        """That of the block opened last."""

    def open(self, block: Block) -> bytes:
        """The start of the next block."""
        self.index += 1
        return event("content_block_start", index=self.index, content_block=block)

    def add(self, delta: Block) -> bytes:
        """More of the block that is open."""
        return event("content_block_delta", index=self.index, delta=delta)

    def close(self) -> bytes:
        """The end of the block that is open."""
        return event("content_block_stop", index=self.index)


class StreamBlock:
    """What all parts do."""

    __slots__ = ("is_open", "numbering")

    def __init__(self, numbering: Numbering) -> None:
        self.numbering: Numbering = numbering
        self.is_open: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether it may be closed now, because nothing that can follow would have to be inside it."""
        return True

    def start(self) -> bytes:
        """What there is to show at the beginning."""
        return b""

    def add(self, delta: PartDelta) -> bytes:
        """More of it."""
        return b""

    def finish(self, value: Part | None) -> bytes:
        """The rest of it, `value` being the whole where the wire restates that."""
        return self._closed()

    def _opened(self, block: Block) -> bytes:
        if self.is_open:
            return b""
        self.is_open = True
        return self.numbering.open(block)

    def _closed(self) -> bytes:
        if not self.is_open:
            return b""
        self.is_open = False
        return self.numbering.close()

    def _all_at_once(self, block: Block) -> bytes:
        return self.numbering.open(block) + self.numbering.close()


class TextStream(StreamBlock):
    """Text, or the words of a refusal."""

    __slots__ = ("_initial", "cited", "sent")

    def __init__(self, numbering: Numbering, initial: Text) -> None:
        super().__init__(numbering)
        self._initial = initial
        self.sent: int = 0
        """Characters of the part that were written."""
        self.cited: int = 0
        """Citations of the part that were written."""

    def go_on(self, before: "TextStream") -> None:
        """It continues a part that began in another block."""
        self.sent, self.cited = before.sent, before.cited

    @override
    def start(self) -> bytes:
        return self._more(self._initial.text) + self._cite(self._initial.citations)

    @override
    def add(self, delta: PartDelta) -> bytes:
        match delta:
            case TextDelta() | RefusalDelta():
                return self._more(delta.text)
            case CitationAdded():
                return self._cite((delta.citation,))
            case _:
                return b""

    @override
    def finish(self, value: Part | None) -> bytes:
        rest = b""
        if isinstance(value, Text | Refusal):
            rest = self._more(value.text[self.sent :])
        if isinstance(value, Text):
            rest += self._cite(value.citations[self.cited :])
        return rest + self._closed()

    def say(self, text: str) -> bytes:
        """More of a text that is open."""
        if not text:
            return b""
        self.sent += len(text)
        return _MORE_TEXT % (self.numbering.index, dumps(text))

    def _more(self, text: str) -> bytes:
        if not text:
            return b""
        self.sent += len(text)
        return self._begun() + self.numbering.add({"type": "text_delta", "text": text})

    def _cite(self, citations: tuple[Citation, ...]) -> bytes:
        self.cited += len(citations)
        written = [write_citation(citation) or foreign_citation(citation) for citation in citations]
        shown = [citation for citation in written if citation is not None]
        if not shown:
            return b""
        begun = self._begun()
        return begun + b"".join(
            [self.numbering.add({"type": "citations_delta", "citation": citation}) for citation in shown]
        )

    def _begun(self) -> bytes:
        return self._opened({"type": "text", "text": "", **own(self._initial.extra)})


class ThinkingStream(StreamBlock):
    """Thinking: Anthropic's own as it came, that of others under a seal."""

    __slots__ = ("_encrypted", "_initial", "_lengths", "_shown", "_signature", "_summary")

    def __init__(self, numbering: Numbering, initial: Reasoning) -> None:
        super().__init__(numbering)
        self._initial = initial
        self._signature = initial.signature or ""
        self._encrypted = initial.encrypted
        self._shown = False
        self._lengths: list[int] = []
        self._summary: int | None = None

    @override
    def start(self) -> bytes:
        initial = self._initial
        if initial.owner == DIALECT and initial.encrypted is not None:
            return b""
        begun = self._begun() if initial.owner == DIALECT else b""
        return begun + self._more(initial.text or PARAGRAPH.join(initial.summary))

    @override
    def add(self, delta: PartDelta) -> bytes:
        match delta:
            case ReasoningDelta(summary=None):
                # Where a wire has both the thinking and its summary, whichever comes first is shown.
                return b"" if self._lengths else self._more(delta.text)
            case ReasoningDelta():
                return self._summarise(delta.text, delta.summary)
            case ReasoningSealed():
                self._signature += delta.signature or ""
                self._encrypted = delta.encrypted or self._encrypted
                return b""
            case _:
                return b""

    @override
    def finish(self, value: Part | None) -> bytes:
        whole = self._whole(value)
        if not self.is_open:
            return b"".join([self._all_at_once(block) for block in render_reasoning(whole)])
        proof = whole.signature if whole.owner == DIALECT else seal_of(whole)
        sealed = self.numbering.add({"type": "signature_delta", "signature": proof}) if proof else b""
        return sealed + self._closed()

    def _whole(self, value: Part | None) -> Reasoning:
        """The reasoning as far as its proof goes."""
        if isinstance(value, Reasoning):
            return value
        initial = self._initial
        summary = tuple(["x" * length for length in self._lengths]) or initial.summary
        return Reasoning(
            text=initial.text,
            summary=summary,
            signature=self._signature or None,
            encrypted=self._encrypted,
            id=initial.id,
            owner=initial.owner,
            extra=initial.extra,
        )

    def _summarise(self, text: str, paragraph: int | None) -> bytes:
        if self._shown and not self._lengths:
            return b""
        begins = paragraph != self._summary
        self._summary = paragraph
        gap = PARAGRAPH if begins and self._lengths else ""
        if begins:
            self._lengths.append(0)
        self._lengths[-1] += len(text)
        return self._more(gap + text)

    def _more(self, text: str) -> bytes:
        if not text:
            return b""
        self._shown = True
        return self._begun() + self.numbering.add({"type": "thinking_delta", "thinking": text})

    def _begun(self) -> bytes:
        return self._opened({"type": "thinking", "thinking": "", "signature": "", **own(self._initial.extra)})


class CallStream(StreamBlock):
    """A tool call. Its arguments go out as they come, unless they are plainly no JSON object."""

    __slots__ = ("_call", "_checked", "_pieces", "_shows", "_whole")

    def __init__(self, numbering: Numbering, call: ToolCall) -> None:
        super().__init__(numbering)
        self._call = call
        self._pieces: list[str] = []
        self._shows = False
        self._checked = 0
        self._whole = False

    @property
    @override
    def is_whole(self) -> bool:
        """Only a whole object can be closed: more arguments might come later, beside those of other calls."""
        if len(self._pieces) != self._checked:
            self._checked = len(self._pieces)
            ends = self._pieces[-1].rstrip().endswith("}")
            self._whole = ends and _is_object("".join(self._pieces))
        return self._whole

    @override
    def start(self) -> bytes:
        call = self._call
        sealed = b"".join([self._all_at_once(block) for block in seal_of_call(call)])
        begun = self._opened({"type": "tool_use", "id": call.id, "name": call.name, "input": {}, **own(call.extra)})
        return sealed + begun + self._more(call.arguments)

    @override
    def add(self, delta: PartDelta) -> bytes:
        return self._more(delta.text) if isinstance(delta, ArgumentsDelta) else b""

    @override
    def finish(self, value: Part | None) -> bytes:
        call = value if isinstance(value, ToolCall) else self._call
        written = "".join(self._pieces)
        rest = self._more(call.arguments[len(written) :]) if isinstance(value, ToolCall) else b""
        closed = rest + self._last() + self._closed()
        if call.signature is None or self._call.signature is not None:
            return closed
        return closed + b"".join([self._all_at_once(block) for block in seal_of_call(call)])

    def _more(self, text: str) -> bytes:
        """A piece of the arguments. What precedes the first brace waits, since it may be no object at all."""
        if not text:
            return b""
        self._pieces.append(text)
        if self._shows:
            return self._piece(text)
        so_far = "".join(self._pieces)
        self._shows = so_far.lstrip().startswith("{")
        return self._piece(so_far) if self._shows else b""

    def _last(self) -> bytes:
        """Callers expect at least one piece."""
        if self._shows:
            return b""
        text = "".join(self._pieces)
        given = {} if text.strip() in {"", "null"} else {RAW_ARGUMENTS: text}
        return self._piece(dumps(given).decode())

    def _piece(self, text: str) -> bytes:
        return self.numbering.add({"type": "input_json_delta", "partial_json": text})


class WholeStream(StreamBlock):
    """A part that is shown once it is whole: blocks without neutral meaning, pictures, sound."""

    __slots__ = ("_initial", "_words")

    def __init__(self, numbering: Numbering, initial: Part) -> None:
        super().__init__(numbering)
        self._initial = initial
        self._words: list[str] = []

    @override
    def add(self, delta: PartDelta) -> bytes:
        if isinstance(delta, AudioDelta):
            self._words.append(delta.transcript)
        return b""

    @override
    def finish(self, value: Part | None) -> bytes:
        part = value if value is not None else self._initial
        if isinstance(part, Audio) and self._words and value is None:
            part = Audio(source=part.source, transcript="".join(self._words))
        return b"".join([self._all_at_once(block) for block in render_part(part)])


def stream_block(numbering: Numbering, value: Part) -> StreamBlock:
    """The writer of a part that begins with `value`."""
    match value:
        case Text():
            return TextStream(numbering, value)
        case Refusal():
            return StreamBlock(numbering) if is_stop_details(value) else TextStream(numbering, Text(text=value.text))
        case Reasoning():
            return ThinkingStream(numbering, value)
        case ToolCall():
            return CallStream(numbering, value)
        case _:
            return WholeStream(numbering, value)


def _is_object(text: str) -> bool:
    try:
        loads_object(text)
    except NotJson:
        return False
    return True
