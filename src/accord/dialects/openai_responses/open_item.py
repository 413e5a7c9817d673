"""One item of a stream while it grows: its parts, and how much of each has arrived.

The wire tells everything twice, in deltas and then whole. What the whole has beyond the deltas is made up for by deltas,
so that whoever follows the deltas alone misses nothing, and the part is then replaced by the whole.
"""

from accord.core.event import (
    ArgumentsDelta,
    CitationAdded,
    Event,
    LogprobsDelta,
    PartFinished,
    PartStarted,
    ReasoningDelta,
    ReasoningSealed,
    RefusalDelta,
    TextDelta,
)
from accord.core.json import as_array
from accord.core.part import Part, Reasoning, Refusal, Text, ToolCall
from accord.core.response import TokenLogprob
from accord.dialects.openai_responses.read_content import read_content
from accord.dialects.openai_responses.read_item import marked, message_facts, read_output_item, settled
from accord.dialects.openai_responses.wire import Item


class OpenPart:
    """One part of an item."""

    __slots__ = ("chars", "citations", "index", "scored", "sealed", "summary")

    def __init__(self, index: int) -> None:
        self.index: int = index
        """Its place in the message."""
        self.chars: int = 0
        self.citations: int = 0
        self.scored: int = 0
        self.summary: dict[int, int] = {}
        self.sealed: bool = False


class OpenItem:
    """An item that has begun."""

    __slots__ = ("facts", "kind", "parts", "settled")

    def __init__(self, kind: str, facts: Item) -> None:
        """`facts`: of a message, what belongs to it as a whole."""
        self.kind: str = kind
        self.facts: Item = facts
        self.parts: dict[int, OpenPart] = {}
        """By `content_index`; every item but a message has one, at 0."""
        self.settled: bool = False

    @classmethod
    def begun(cls, raw: Item, kind: str, index: int, events: list[Event]) -> "OpenItem":
        """An item as it begins. `index`: the place of its part in the message. Raises `WrongShape`."""
        if kind == "message":
            return cls(kind, settled(message_facts(raw)))
        item = cls(kind, {})
        for part in read_output_item(raw, "item"):
            item.begin(0, index, part, events)
        return item

    def begin(self, content: int, index: int, value: Part, events: list[Event]) -> OpenPart:
        """A part begins with `value`."""
        if self.kind == "message" and not self.parts:
            value = marked((value,), self.facts)[0]
        opened = self.parts[content] = OpenPart(index)
        match value:
            case Text() | Refusal():
                opened.chars = len(value.text)
            case ToolCall():
                opened.chars = len(value.arguments)
            case Reasoning():
                opened.chars = len(value.text)
                opened.summary = {at: len(words) for at, words in enumerate(value.summary)}
                opened.sealed = value.encrypted is not None
            case _:
                pass
        events.append(PartStarted(part=index, value=value))
        return opened

    def finish(self, raw: Item, next_index: int, events: list[Event]) -> int:
        """The item is told whole. Returns how many parts began only now. Raises `WrongShape`."""
        self.settled = True
        if self.kind != "message":
            for part in read_output_item(raw, "item"):
                _complete(self.parts[0], part, (), events)
            return 0
        self.facts = settled(message_facts(raw))
        before = len(self.parts)
        for content, item in enumerate(as_array(raw.get("content")) or ()):
            self._finish_content(content, item, next_index + len(self.parts) - before, events)
        return len(self.parts) - before

    def _finish_content(self, content: int, raw: object, index: int, events: list[Event]) -> None:
        scores: list[TokenLogprob] = []
        part = read_content(raw, f"item.content[{content}]", scores)
        if content == 0:
            part = marked((part,), self.facts)[0]
        opened = self.parts.get(content)
        if opened is None:
            opened = self.begin(content, index, empty(part), events)
        _complete(opened, part, tuple(scores), events)


def empty(part: Part) -> Part:
    """The part as it begins where deltas are to follow."""
    if isinstance(part, Text):
        return Text(text="")
    return Refusal(text="") if isinstance(part, Refusal) else part


def _complete(opened: OpenPart, part: Part, scores: tuple[TokenLogprob, ...], events: list[Event]) -> None:
    index = opened.index
    match part:
        case Text():
            if len(part.text) > opened.chars:
                events.append(TextDelta(part=index, text=part.text[opened.chars :]))
            events.extend([CitationAdded(part=index, citation=each) for each in part.citations[opened.citations :]])
            if len(scores) > opened.scored:
                events.append(LogprobsDelta(content=scores[opened.scored :]))
        case Refusal():
            if len(part.text) > opened.chars:
                events.append(RefusalDelta(part=index, text=part.text[opened.chars :]))
        case ToolCall():
            if len(part.arguments) > opened.chars:
                events.append(ArgumentsDelta(part=index, text=part.arguments[opened.chars :]))
        case Reasoning():
            _complete_reasoning(opened, part, events)
        case _:
            pass
    events.append(PartFinished(part=index, value=part))


def _complete_reasoning(opened: OpenPart, part: Reasoning, events: list[Event]) -> None:
    index = opened.index
    for place, words in enumerate(part.summary):
        arrived = opened.summary.get(place, 0)
        if len(words) > arrived:
            events.append(ReasoningDelta(part=index, summary=place, text=words[arrived:]))
    if len(part.text) > opened.chars:
        events.append(ReasoningDelta(part=index, text=part.text[opened.chars :]))
    if part.encrypted is not None and not opened.sealed:
        events.append(ReasoningSealed(part=index, encrypted=part.encrypted))
