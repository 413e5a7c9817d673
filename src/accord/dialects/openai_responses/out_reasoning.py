"""The model's thoughts while a caller watches them grow."""

import msgspec

from accord.core.accumulate import merged
from accord.core.event import ReasoningDelta, ReasoningSealed
from accord.core.part import Reasoning
from accord.dialects.openai_responses.envelope import needs_envelope
from accord.dialects.openai_responses.event_writer import TAIL, EventWriter, delta_head
from accord.dialects.openai_responses.out_item import OutBase
from accord.dialects.openai_responses.wire import Item
from accord.dialects.openai_responses.write_output import reasoning_item


class OutReasoning(OutBase):
    """What the model thought: its words, a summary in paragraphs, a proof, or nothing to be seen."""

    def __init__(self, writer: EventWriter, index: int, item_id: str, part: Reasoning) -> None:
        super().__init__(writer, index, item_id)
        self._part = msgspec.structs.replace(part, text="", summary=())
        self._text: list[str] = []
        self._summary: list[list[str]] = []
        self._open: int | None = None
        self._head = b""
        self._text_head = b""
        self.sealed_late: bool = False
        """Whether a proof came after the item was ended."""
        self._added({"id": item_id, "type": "reasoning", "summary": []})
        self._make_up(part)

    @property
    def part(self) -> Reasoning:
        """All of it so far."""
        summary = tuple(["".join(pieces) for pieces in self._summary])
        return msgspec.structs.replace(self._part, text="".join(self._text), summary=summary)

    def add(self, event: ReasoningDelta) -> None:
        """More words, or more of the summary."""
        if event.summary is None:
            self._think(event.text)
        else:
            self._summarise(event.text, event.summary)

    def seal(self, event: ReasoningSealed) -> None:
        """The proof, or a piece of it."""
        self.sealed_late = self.closed
        part = self._part
        signature = (part.signature or "") + (event.signature or "")
        self._part = msgspec.structs.replace(
            part,
            signature=signature or None,
            encrypted=event.encrypted or part.encrypted,
            extra=merged(part.extra, event.extra),
        )

    def replace(self, part: Reasoning) -> None:
        """The part is told whole: words that had not come are written, and the proof is kept."""
        if self.closed:
            self.sealed_late = needs_envelope(part) and not needs_envelope(self._part)
        else:
            self._make_up(part)
        self._part = msgspec.structs.replace(part, text="", summary=())

    def may_close(self) -> bool:
        """Thoughts that go on later become another item."""
        return True

    def close(self, status: str) -> None:
        """Ends the summary, the words and the item."""
        self._close_summary()
        if self._text:
            where, text = self._where(content_index=0), "".join(self._text)
            self._writer.event("response.reasoning_text.done", {**where, "text": text})
            part: Item = {"type": "reasoning_text", "text": text}
            self._writer.event("response.content_part.done", {**where, "part": part})
        self._end(self.item(status))

    def item(self, status: str) -> Item:
        """The item as it stands; reasoning has no status here, which hosts refuse to get back."""
        return reasoning_item(self.item_id, self.part)

    def _make_up(self, part: Reasoning) -> None:
        """Writes what `part` has beyond the words that came."""
        for place, words in enumerate(part.summary):
            arrived = sum(map(len, self._summary[place])) if place < len(self._summary) else 0
            if len(words) > arrived:
                self._summarise(words[arrived:], place)
        arrived = sum(map(len, self._text))
        if len(part.text) > arrived:
            self._think(part.text[arrived:])

    def _think(self, text: str) -> None:
        if not self._text:
            where = self._where(content_index=0)
            part: Item = {"type": "reasoning_text", "text": ""}
            self._writer.event("response.content_part.added", {**where, "part": part})
            self._text_head = delta_head("response.reasoning_text.delta", where)
        self._text.append(text)
        self._writer.delta(self._text_head, text, TAIL)

    def _summarise(self, text: str, place: int) -> None:
        # A paragraph that was closed is not opened again; its words go into the last one.
        place = min(max(place, len(self._summary) - 1), len(self._summary))
        if place != self._open:
            self._close_summary()
            self._open = place
            self._summary.append([])
            where = self._where(summary_index=place)
            part: Item = {"type": "summary_text", "text": ""}
            self._writer.event("response.reasoning_summary_part.added", {**where, "part": part})
            self._head = delta_head("response.reasoning_summary_text.delta", where)
        self._summary[place].append(text)
        self._writer.delta(self._head, text, TAIL)

    def _close_summary(self) -> None:
        if self._open is None:
            return
        where, text = self._where(summary_index=self._open), "".join(self._summary[self._open])
        self._writer.event("response.reasoning_summary_text.done", {**where, "text": text})
        part: Item = {"type": "summary_text", "text": text}
        self._writer.event("response.reasoning_summary_part.done", {**where, "part": part})
        self._open = None
