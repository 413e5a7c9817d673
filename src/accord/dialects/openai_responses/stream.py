"""A stream of server-sent events becomes neutral events.

Items come one after another as a rule, and some hosts let two of them grow at once, so each keeps its own state by
`output_index`. Only a terminal event ends a stream (promise 1); it restates every item, which is read where the item
itself never came, and else not again. A failure inside the stream is raised with the same causes as a failed reply.
"""

import msgspec

from accord.core.error import Interrupted, Malformed, ProviderError
from accord.core.event import (
    ArgumentsDelta,
    CitationAdded,
    Completed,
    Event,
    Finished,
    Forwarded,
    LogprobsDelta,
    OpaqueEvent,
    ReasoningDelta,
    RefusalDelta,
    Started,
    TextDelta,
    Updated,
    UsageReported,
)
from accord.core.json import NotJson, loads_object, read_answer_object
from accord.core.part import Part, Reasoning, Refusal, Text
from accord.core.sse import EventReader, EventTooLong, ServerSentEvent
from accord.dialects.openai_responses.annotation import read_citation
from accord.dialects.openai_responses.answer import Answer, Reading, answer_extra, read_answer
from accord.dialects.openai_responses.error import Told, error_in, told_by
from accord.dialects.openai_responses.forward import Shown
from accord.dialects.openai_responses.logprob import read_logprobs
from accord.dialects.openai_responses.open_item import OpenItem, OpenPart
from accord.dialects.openai_responses.read_content import read_content
from accord.dialects.openai_responses.read_item import CALLS, kind_of_item
from accord.dialects.openai_responses.wire import NAME, Item, WrongShape
from accord.dialects.openai_responses.wire_names import WireNames


class StreamEvent(msgspec.Struct):
    """The members of all events that are read; each event has some of them."""

    type: str = ""
    output_index: int = 0
    content_index: int = 0
    summary_index: int = 0
    delta: object = None
    item_id: str | None = None
    logprobs: list[Item] | None = None
    item: Item | None = None
    part: Item | None = None
    annotation: Item | None = None
    response: msgspec.Raw = msgspec.Raw(b"")
    error: object = None


_events = msgspec.json.Decoder(StreamEvent)

_MOST_PARAGRAPHS = 10_000
"""More in a summary is no summary: a number out of nowhere must not make room for as many."""

_MOST_HEAD = 1 << 20
"""Bytes kept while no event was seen."""

BEGINNINGS = frozenset({"response.created", "response.in_progress", "response.queued"})
ENDINGS = frozenset({"response.completed", "response.incomplete", "response.failed", "response.cancelled"})

_TEXTS = frozenset({"response.output_text.delta", "response.refusal.delta"})
_CALL_DELTAS = frozenset({"response.function_call_arguments.delta", "response.custom_tool_call_input.delta"})
_REASONING_DELTAS = frozenset({"response.reasoning_text.delta", "response.reasoning_summary_text.delta"})

# These say again what deltas said and the end of the item says once more, or nothing at all.
_RESTATED = frozenset({
    "keepalive",
    "ping",
    "response.content_part.done",
    "response.output_text.done",
    "response.refusal.done",
    "response.function_call_arguments.done",
    "response.custom_tool_call_input.done",
    "response.reasoning_text.done",
    "response.reasoning_summary_text.done",
    "response.reasoning_summary_part.added",
    "response.reasoning_summary_part.done",
})  # fmt: skip


class StreamDecoder:
    """Reads one stream. `names` gives calls the names that were meant; with `shown`, bytes are handed on too."""

    def __init__(self, reading: Reading, *, names: WireNames | None = None, shown: Shown | None = None) -> None:
        self._reading = reading
        self._names = names
        self._shown = shown
        self._reader = EventReader()
        self._head: bytes | None = b""
        self._items: dict[int, OpenItem] = {}
        self._settled: set[str] = set()
        self._parts = 0
        self._calls = False
        self._started = False
        self._ended = False
        self._failure: ProviderError | None = None

    def feed(self, data: bytes) -> list[Event]:
        """The events completed by `data`. Raises `Malformed`, and the `ProviderError` the stream tells of."""
        if self._failure is not None:
            raise self._failure
        try:
            found = self._reader.feed(data)
        except EventTooLong as error:
            self._failure = Malformed(str(error))
            raise self._failure from None
        if self._head is not None:
            self._head = None if found else (self._head + data)[:_MOST_HEAD]
        return self._read(found)

    def end(self) -> list[Event]:
        """The last events. Raises `Interrupted` where no terminal event came."""
        if self._failure is not None:
            raise self._failure
        try:
            events = self._read(self._reader.end())
        except ProviderError as error:
            raise self._cut(error) from None
        if not self._ended:
            raise self._cut(self._failure)
        return events

    def _cut(self, error: ProviderError | None) -> ProviderError:
        """Why the stream is not whole. The bytes may end within an event, or with one that tells of a failure."""
        if error is None or isinstance(error, Malformed):
            error = Interrupted("the stream ended before its terminal event")
            # Some hosts answer a streamed request with a plain error, and status 200 all the same.
            told = error_in(self._head) if self._head else None
            if told is not None and self._head is not None:
                error = self._reading.failure(told, body=self._head)
        self._failure = error
        return error

    def _read(self, found: list[ServerSentEvent]) -> list[Event]:
        events: list[Event] = []
        passed: list[bytes] = []
        for one in found:
            name, data = one.event, one.data
            if self._ended or data.startswith(b"[DONE]"):
                continue
            try:
                event = self._take(data, events)
            except ProviderError as error:
                self._failure = error
                break
            if self._shown is not None:
                passed.append(self._shown.written(name or event.type, data, has_response=_has_response(event)))
        if self._names is not None:
            events = self._names.events(events)
        if passed:
            events.append(Forwarded(data=b"".join(passed)))
        if self._failure is not None and not events:
            raise self._failure
        return events

    def _take(self, data: bytes, events: list[Event]) -> StreamEvent:
        before = len(events)
        try:
            event = read_answer_object(_events, data)
            self._tell(event, data, events)
        except (NotJson, WrongShape) as error:
            del events[before:]
            raise Malformed(f"an event is not what the Responses wire promises: {error}", body=data) from None
        return event

    def _tell(self, event: StreamEvent, data: bytes, events: list[Event]) -> None:
        kind = event.type
        if kind in _TEXTS:
            self._text(event, events)
        elif kind in BEGINNINGS:
            self._begin(event, events)
        elif kind in ENDINGS:
            self._end(event, data, events)
        elif kind == "error" or (not kind and event.error):
            raise self._reading.failure(_told(data), body=data)
        else:
            self._ensure_started(events)
            self._tell_of_item(event, data, events)

    def _tell_of_item(self, event: StreamEvent, data: bytes, events: list[Event]) -> None:
        kind = event.type
        if kind in _CALL_DELTAS:
            self._arguments(event, events)
        elif kind in _REASONING_DELTAS:
            self._reasoning(event, events)
        elif kind == "response.output_item.added":
            self._added(event, events)
        elif kind == "response.output_item.done":
            self._done(event.output_index, event.item, events)
        elif kind == "response.content_part.added":
            self._content(event, events)
        elif kind == "response.output_text.annotation.added":
            self._annotation(event, events)
        elif kind not in _RESTATED:
            self._opaque(data, events)

    def _begin(self, event: StreamEvent, events: list[Event]) -> None:
        if self._started:
            return
        self._started = True
        answer = read_answer(event.response) if _has_response(event) else Answer()
        events.append(Started(id=answer.id, model=answer.model, created=answer.created))

    def _ensure_started(self, events: list[Event]) -> None:
        if not self._started:
            self._started = True
            events.append(Started())

    def _added(self, event: StreamEvent, events: list[Event]) -> None:
        kind, raw = kind_of_item(event.item, "item")
        known = self._items.get(event.output_index)
        # Some servers number all their items 0.
        if known is None or (known.settled and raw.get("id") not in self._settled):
            self._open(event.output_index, kind, raw, events)

    def _open(self, index: int, kind: str, raw: Item, events: list[Event]) -> OpenItem:
        item = self._items[index] = OpenItem.begun(raw, kind, self._parts, events)
        self._parts += len(item.parts)
        self._calls = self._calls or kind in CALLS
        return item

    def _done(self, index: int, raw: Item | None, events: list[Event]) -> None:
        kind, raw = kind_of_item(raw, "item")
        item = self._items.get(index)
        if item is None:
            item = self._open(index, kind, raw, events)
        elif item.settled or item.kind != kind:
            return
        self._parts += item.finish(raw, self._parts, events)
        if isinstance(raw.get("id"), str):
            self._settled.add(str(raw["id"]))

    def _content(self, event: StreamEvent, events: list[Event]) -> None:
        if event.part is not None and event.part.get("type") == "reasoning_text":
            return  # It is no content of a message, and begins with its first words.
        item = self._message(event)
        if item.kind == "message" and event.part is not None and event.content_index not in item.parts:
            self._begin_part(item, event.content_index, read_content(event.part, "part"), events)

    def _message(self, event: StreamEvent) -> OpenItem:
        """The item an event of a message belongs to; servers that leave out its beginning are forgiven."""
        item = self._items.get(event.output_index)
        if item is None:
            facts: Item = {} if event.item_id is None else {"id": event.item_id}
            item = self._items[event.output_index] = OpenItem("message", facts)
        return item

    def _begin_part(self, item: OpenItem, content: int, value: Part, events: list[Event]) -> OpenPart:
        opened = item.begin(content, self._parts, value, events)
        self._parts += 1
        return opened

    def _text(self, event: StreamEvent, events: list[Event]) -> None:
        text = _words(event)
        self._ensure_started(events)
        item = self._message(event)
        opened = item.parts.get(event.content_index)
        is_refusal = event.type == "response.refusal.delta"
        if opened is None:
            value = Refusal(text="") if is_refusal else Text(text="")
            opened = self._begin_part(item, event.content_index, value, events)
        opened.chars += len(text)
        events.append(
            RefusalDelta(part=opened.index, text=text) if is_refusal else TextDelta(part=opened.index, text=text)
        )
        if event.logprobs:
            opened.scored += len(event.logprobs)
            events.append(LogprobsDelta(content=read_logprobs(event.logprobs, "logprobs")))

    def _arguments(self, event: StreamEvent, events: list[Event]) -> None:
        opened = self._only_part(event)
        # Without its beginning a call has no name yet; its end tells all of it.
        if opened is not None:
            text = _words(event)
            opened.chars += len(text)
            events.append(ArgumentsDelta(part=opened.index, text=text))

    def _reasoning(self, event: StreamEvent, events: list[Event]) -> None:
        opened = self._only_part(event)
        if opened is None:
            item = self._items[event.output_index] = OpenItem("reasoning", {})
            opened = self._begin_part(item, 0, Reasoning(id=event.item_id, owner=NAME), events)
        text = _words(event)
        if event.type == "response.reasoning_text.delta":
            opened.chars += len(text)
            events.append(ReasoningDelta(part=opened.index, text=text))
        else:
            place = event.summary_index
            if not 0 <= place < _MOST_PARAGRAPHS:
                raise WrongShape("summary_index", f"expected a number from 0 to {_MOST_PARAGRAPHS - 1}")
            opened.summary[place] = opened.summary.get(place, 0) + len(text)
            events.append(ReasoningDelta(part=opened.index, text=text, summary=place))

    def _only_part(self, event: StreamEvent) -> OpenPart | None:
        item = self._items.get(event.output_index)
        return None if item is None else item.parts.get(0)

    def _annotation(self, event: StreamEvent, events: list[Event]) -> None:
        opened = self._message(event).parts.get(event.content_index)
        if opened is not None and event.annotation is not None:
            opened.citations += 1
            citation = read_citation(event.annotation, "annotation")
            events.append(CitationAdded(part=opened.index, citation=citation))

    def _opaque(self, data: bytes, events: list[Event]) -> None:
        raw = loads_object(data)
        raw.pop("sequence_number", None)
        events.append(OpaqueEvent(dialect=NAME, raw=raw))

    def _end(self, event: StreamEvent, data: bytes, events: list[Event]) -> None:
        answer = read_answer(event.response)
        failed = answer.failed
        if failed is None and event.type == "response.failed":
            failed = Told(message="the provider reports that the response failed, and not why")
        if failed is not None:
            raise self._reading.failure(failed, body=data)
        self._ended = True
        self._ensure_started(events)
        self._make_up(answer, events)
        finish = self._reading.finish_reason(_status(event, answer), answer.reason, calls=self._calls)
        events.append(Finished(finish=finish))
        if answer.counts is not None:
            usage = self._reading.usage(answer.counts, tier=answer.service_tier, tools=answer.tool_usage)
            events.append(UsageReported(usage=usage))
        extra = answer_extra(event.response)
        events.append(Updated(id=answer.id or None, model=answer.model or None, extra=extra))
        events.append(Completed())

    def _make_up(self, answer: Answer, events: list[Event]) -> None:
        """Tells of the items that the stream itself did not tell of to their end."""
        for index, raw in enumerate(answer.output or ()):
            item = self._items.get(index)
            if (item is None or not item.settled) and raw.get("id") not in self._settled:
                self._done(index, raw, events)


def _has_response(event: StreamEvent) -> bool:
    """Whether it comes with a response object."""
    return bytes(event.response).startswith(b"{")


def _status(event: StreamEvent, answer: Answer) -> str:
    """The terminal event's own word wins over a response object that lacks it, or lags behind."""
    told = event.type.removeprefix("response.")
    return answer.status if answer.status in ("incomplete", "cancelled") else told


def _words(event: StreamEvent) -> str:
    if not isinstance(event.delta, str):
        raise WrongShape("delta", "expected a string")
    return event.delta


def _told(data: bytes) -> Told:
    """An `error` event, whose words stand in it or in its `error` member."""
    raw = loads_object(data)
    inner = told_by(raw.get("error"))
    if inner is not None:
        return inner
    raw.pop("type", None)
    return told_by(raw) or Told(message="the provider reports an error, and not which")
