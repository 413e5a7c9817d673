"""A message of the model's while a caller watches it grow."""

import msgspec

from accord.core.part import Citation, Opaque, Refusal, Text
from accord.core.response import TokenLogprob
from accord.dialects.openai_responses.annotation import write_citation
from accord.dialects.openai_responses.event_writer import TAIL, TEXT_TAIL, EventWriter, delta_head
from accord.dialects.openai_responses.logprob import write_logprobs
from accord.dialects.openai_responses.out_item import OutBase
from accord.dialects.openai_responses.wire import Item
from accord.dialects.openai_responses.write_output import message_item, refusal_content, text_content


class OutContent:
    """A text or refusal within a message, or a content of this wire that nobody knows."""

    def __init__(self, part: Text | Refusal | Opaque, before: int) -> None:
        """`before`: how many characters of the part stand in an earlier message."""
        self._part = part
        self._pieces: list[str] = []
        self.citations: list[Citation] = []
        self.scores: list[TokenLogprob] = []
        self.chars: int = before
        self.closed = False

    @property
    def is_refusal(self) -> bool:
        """Whether it is a refusal."""
        return isinstance(self._part, Refusal)

    @property
    def is_words(self) -> bool:
        """Whether it is a text or a refusal."""
        return not isinstance(self._part, Opaque)

    @property
    def text(self) -> str:
        """All of it so far."""
        return "".join(self._pieces)

    def add(self, text: str) -> None:
        """More text."""
        self._pieces.append(text)
        self.chars += len(text)

    def replace(self, part: Opaque) -> None:
        """The content is told whole."""
        self._part = part

    def written(self) -> Item:
        """The content part as it stands."""
        part = self._part
        if isinstance(part, Opaque):
            return dict(part.raw)
        if isinstance(part, Refusal):
            return refusal_content(msgspec.structs.replace(part, text=self.text))
        whole = msgspec.structs.replace(part, text=self.text, citations=tuple(self.citations))
        return text_content(whole, self.scores)

    def blank(self) -> Item:
        """The content part as it begins."""
        if isinstance(self._part, Opaque):
            return dict(self._part.raw)
        if self.is_refusal:
            return {"type": "refusal", "refusal": ""}
        return {"type": "output_text", "text": "", "annotations": [], "logprobs": []}


class OutMessage(OutBase):
    """A message of the model's: one or more contents, one after another."""

    def __init__(self, writer: EventWriter, index: int, item_id: str, facts: Item) -> None:
        super().__init__(writer, index, item_id)
        self._facts = facts
        self._contents: list[OutContent] = []
        self._head = b""
        self._added(message_item(item_id, (), facts, "in_progress"))

    def begin(self, part: Text | Refusal | Opaque, before: int = 0) -> OutContent:
        """The next content begins."""
        self._close_content()
        content = OutContent(part, before)
        self._contents.append(content)
        where = self._at(content)
        self._writer.event("response.content_part.added", {**where, "part": content.blank()})
        kind = "response.refusal.delta" if content.is_refusal else "response.output_text.delta"
        self._head = delta_head(kind, where)
        if not isinstance(part, Opaque) and part.text:
            self.text(content, part.text, ())
        if isinstance(part, Text):
            for citation in part.citations:
                self.cite(content, citation)
        return content

    def text(self, content: OutContent, text: str, scores: tuple[TokenLogprob, ...]) -> None:
        """More of the last content."""
        content.add(text)
        if content.is_refusal:
            self._writer.delta(self._head, text, TAIL)
        elif scores:
            content.scores.extend(scores)
            fields: Item = {**self._at(content), "delta": text, "logprobs": write_logprobs(scores)}
            self._writer.event("response.output_text.delta", fields)
        else:
            self._writer.delta(self._head, text, TEXT_TAIL)

    def cite(self, content: OutContent, citation: Citation) -> None:
        """A source of the last content."""
        annotation = write_citation(citation, content.text)
        if annotation is None:
            return
        number = len(content.citations)
        content.citations.append(citation)
        fields: Item = {**self._at(content), "annotation_index": number, "annotation": annotation}
        self._writer.event("response.output_text.annotation.added", fields)

    def may_close(self) -> bool:
        """Words that go on later become another message."""
        return True

    def close(self, status: str) -> None:
        """Ends the last content, and the message."""
        self._close_content()
        self._end(self.item(status))

    def item(self, status: str) -> Item:
        """The message as it stands."""
        return message_item(self.item_id, [content.written() for content in self._contents], self._facts, status)

    def _close_content(self) -> None:
        content = self._contents[-1] if self._contents else None
        if content is None or content.closed:
            return
        content.closed = True
        where, written = self._at(content), content.written()
        if content.is_refusal:
            self._writer.event("response.refusal.done", {**where, "refusal": written["refusal"]})
        elif content.is_words:
            said: Item = {"text": written["text"], "logprobs": written["logprobs"]}
            self._writer.event("response.output_text.done", {**where, **said})
        self._writer.event("response.content_part.done", {**where, "part": written})

    def _at(self, content: OutContent) -> Item:
        return self._where(content_index=self._contents.index(content))
