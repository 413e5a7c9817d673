"""A stream in the caller's wire.

Items come strictly one after another, each ended before the next begins, as OpenAI has it and agents expect. Neutral parts
may overlap: a call whose arguments are not whole yet stays open beside the next one, and words that go on after their item
was ended go on in a new item, so that nothing is lost or held back. Whether a stream is complete is said by its last event
alone: `response.completed`, `.incomplete` or `.failed`.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeAlias

from accord.core.accumulate import merged
from accord.core.error import AccordError
from accord.core.event import (
    ArgumentsDelta,
    CitationAdded,
    Event,
    Finished,
    LogprobsDelta,
    OpaqueEvent,
    PartDelta,
    PartFinished,
    PartStarted,
    ReasoningDelta,
    ReasoningSealed,
    RefusalDelta,
    Started,
    TextDelta,
    Updated,
    UsageReported,
)
from accord.core.finish import Finish
from accord.core.json import JsonObject
from accord.core.part import Extra
from accord.core.response import TokenLogprob
from accord.core.usage import Usage
from accord.dialects.openai_responses.event_writer import EventWriter
from accord.dialects.openai_responses.failure import stream_error
from accord.dialects.openai_responses.finish import failure_in, native_of, status_of
from accord.dialects.openai_responses.out_items import OutItems
from accord.dialects.openai_responses.response_id import ItemIds
from accord.dialects.openai_responses.response_object import ResponseObject
from accord.dialects.openai_responses.tool_names import ToolNames
from accord.dialects.openai_responses.usage import write_usage
from accord.dialects.openai_responses.wire import Item, own

PartEvent: TypeAlias = PartStarted | PartDelta | PartFinished


class Origin(Protocol):
    """What a stream answers."""

    @property
    def names(self) -> ToolNames:
        """The caller's tools."""
        ...

    @property
    def received_at(self) -> int:
        """When the request came, in Unix seconds."""
        ...

    @property
    def response_object(self) -> ResponseObject:
        """Writes response objects that echo the request."""
        ...

    def response_id(self, given: str) -> str:
        """The id the caller sees of a response."""
        ...


class ResponsesRenderer:
    """Writes one stream."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._writer = EventWriter()
        self._id = ""
        self._created = origin.received_at
        self._items: OutItems | None = None
        self._finish: Finish | None = None
        self._usage: Usage | None = None
        self._extra: Extra = {}
        self._scores: tuple[TokenLogprob, ...] = ()
        self._choice: int | None = None
        """The choice that is told: callers of this wire ask for one answer, which is the first that begins."""

    def feed(self, events: Sequence[Event]) -> bytes:
        """The bytes for these events."""
        place, count = 0, len(events)
        while place < count:
            event = events[place]
            place += 1
            if isinstance(event, TextDelta):
                following = events[place] if place < count else None
                # A text's log probabilities come right before or right after it, and belong in its own event.
                if isinstance(following, LogprobsDelta) and not self._scores and self._tells(following.choice):
                    self._scores = following.content or ()
                    place += 1
                if self._tells(event.choice):
                    self._say(event)
            else:
                self._tell(event)
        return self._writer.taken()

    def heartbeat(self) -> bytes:
        """A repeated `response.in_progress`: agents' idle timers count events, not comments."""
        if self._items is None:
            self._begin(Started())
        else:
            self._event("response.in_progress", "in_progress", ())
        return self._writer.taken()

    def fail(self, error: AccordError) -> bytes:
        """`response.failed`. An `error` event would not do: agents take no notice of it."""
        items = self._begun()
        output = items.output("incomplete")
        self._event("response.failed", "failed", output, error=stream_error(error))
        return self._writer.taken()

    def end(self, *, accord: Mapping[str, object] | None = None) -> bytes:
        """The terminal event, with the whole response in it."""
        items = self._begun()
        status, incomplete = status_of(self._finish)
        items.end("incomplete" if incomplete is not None else "completed")
        kind = f"response.{status if status in ('incomplete', 'failed') else 'completed'}"
        output = items.output("completed")
        error = failure_in(self._finish)
        self._event(kind, status, output, incomplete=incomplete, error=error, accord=accord)
        return self._writer.taken()

    def _tell(self, event: Event) -> None:
        match event:
            case Started():
                self._start(event)
            case Finished():
                if self._tells(event.choice):
                    self._finish = event.finish
            case UsageReported():
                self._usage = event.usage
            case Updated():
                self._extra = merged(self._extra, event.extra)
            case LogprobsDelta():
                if self._tells(event.choice):
                    self._scores = event.content or ()
            case OpaqueEvent():
                self._begun().pass_on(event)
            case _:
                items = self._begun()
                if isinstance(event, PartEvent) and self._tells(event.choice):
                    _tell_of_part(event, items)

    def _tells(self, choice: int) -> bool:
        if self._choice is None:
            self._choice = choice
        return choice == self._choice

    def _say(self, event: TextDelta) -> None:
        scores, self._scores = self._scores, ()
        self._begun().text(event.part, event.text, scores)

    def _start(self, event: Started) -> None:
        self._extra = merged(self._extra, event.extra)
        if event.created is not None:
            self._created = event.created
        if self._items is None:
            self._begin(event)

    def _begun(self) -> OutItems:
        return self._items if self._items is not None else self._begin(Started())

    def _begin(self, event: Started) -> OutItems:
        """The first two events. The id in them stays, whatever the provider's turns out to be."""
        self._id = self._origin.response_id(event.id)
        self._items = OutItems(self._writer, ItemIds(self._id), self._origin.names)
        self._event("response.created", "in_progress", ())
        self._event("response.in_progress", "in_progress", ())
        return self._items

    def _event(
        self,
        kind: str,
        status: str,
        output: Sequence[Item],
        *,
        incomplete: Mapping[str, str] | None = None,
        error: JsonObject | None = None,
        accord: Mapping[str, object] | None = None,
    ) -> None:
        extra: dict[str, object] = {**native_of(self._finish), **own(self._extra)}
        if accord is not None:
            extra["accord"] = accord
        response = self._origin.response_object.written(
            id=self._id,
            created=self._created,
            status=status,
            output=output,
            incomplete=incomplete,
            error=error,
            usage=write_usage(self._usage),
            tier=self._usage.service_tier if self._usage is not None else None,
            extra=extra,
        )
        self._writer.event(kind, {"response": response})


def _tell_of_part(event: PartEvent, items: OutItems) -> None:
    match event:
        case PartStarted():
            items.begin(event)
        case RefusalDelta():
            items.text(event.part, event.text, ())
        case ReasoningDelta():
            items.think(event)
        case ReasoningSealed():
            items.seal(event)
        case ArgumentsDelta():
            items.argue(event)
        case CitationAdded():
            items.cite(event)
        case PartFinished():
            items.finish(event)
        case _:
            pass
