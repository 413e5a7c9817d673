"""A stream of continuations, read. Complete is what every choice that began says is finished; `[DONE]` alone is not."""

from accord.core.error import Interrupted, Malformed, ProviderError
from accord.core.event import (
    Completed,
    Event,
    Finished,
    Forwarded,
    LogprobsDelta,
    PartStarted,
    Started,
    TextDelta,
    UsageReported,
)
from accord.core.http import Reply
from accord.core.json import dumps, loads_object
from accord.core.part import Text
from accord.core.sse import EventReader, EventTooLong, ServerSentEvent
from accord.dialects.completion import CompletionAsked
from accord.dialects.openai_chat.finish import finish_of
from accord.dialects.openai_chat.stream_body import WholeBody, events_of
from accord.dialects.openai_completions.decode import Body, Piece, body_in, response_in, scores_of, usage_in
from accord.dialects.openai_completions.render import regular
from accord.dialects.openai_endpoints.exchange import ErrorReader


class CompletionDecoder:
    """Reads one stream; see `Decoder` in `dialects/codec.py`."""

    def __init__(self, error: ErrorReader) -> None:
        self._error = error
        self._reader = EventReader()
        self._whole = WholeBody()
        self._failure: ProviderError | None = None
        self._started = False
        self._over = False
        self._finished: dict[int, bool] = {}
        """The choices that began, and whether they ended."""

    def feed(self, data: bytes) -> list[Event]:
        """The events completed by `data`. Raises as `Decoder.feed` says."""
        self._raise()
        data = self._whole.pass_on(data)
        events: list[Event] = []
        try:
            for event in self._reader.feed(data) if data else ():
                self._take(event, events)
        except EventTooLong as error:
            self._failure = Malformed(str(error), status=200)
        except ProviderError as error:
            self._failure = error
        if not events:
            self._raise()
        return events

    def end(self) -> list[Event]:
        """The last events. Raises `Interrupted` where a choice has no finish, or the failure found before."""
        self._raise()
        if self._whole.is_whole:
            return self.events_of_whole(self._whole.bytes())
        events: list[Event] = []
        try:
            for event in self._reader.end():
                self._take(event, events)
        except Malformed:
            # What is left without a line's end is the first half of an event.
            raise Interrupted("the stream ended within an event", status=200) from None
        if not self._over:
            self._complete(events)
        return events

    def events_of_whole(self, data: bytes) -> list[Event]:
        """The events of an answer that came whole. Raises as `response_in` does."""
        return events_of(response_in(Reply(status=200, body=data), self._error))

    def take_chunk(self, body: Body, data: bytes, events: list[Event]) -> None:
        """Adds the events of one chunk; `data` are its bytes."""
        del data
        if not self._started:
            self._started = True
            events.append(Started(id=body.id, model=body.model, created=body.created))
        for piece in body.choices or ():
            self._add(piece, events)
        usage = usage_in(body.usage)
        if usage is not None:
            events.append(UsageReported(usage=usage))

    def _take(self, event: ServerSentEvent, events: list[Event]) -> None:
        data = event.data
        if self._over or not data.strip():
            return
        if data.startswith(b"[DONE]"):
            self._complete(events)
            return
        self.take_chunk(body_in(data, self._error), data, events)

    def _add(self, piece: Piece, events: list[Event]) -> None:
        index = piece.index
        if index not in self._finished:
            self._finished[index] = False
            events.append(PartStarted(choice=index, value=Text(text=piece.text or "")))
        elif piece.text:
            events.append(TextDelta(choice=index, text=piece.text))
        scores = scores_of(piece.logprobs)
        if scores:
            events.append(LogprobsDelta(choice=index, content=scores))
        # Some hosts write an empty word until the last chunk.
        if piece.finish_reason and not self._finished[index]:
            self._finished[index] = True
            events.append(Finished(choice=index, finish=finish_of(piece.finish_reason, calls=False)))

    def _complete(self, events: list[Event]) -> None:
        open_ = [index for index, finished in self._finished.items() if not finished]
        if open_ or not self._finished:
            where = f"before choice {open_[0]} was finished" if open_ else "before the answer began"
            raise Interrupted(f"the stream ended {where}", status=200)
        self._over = True
        events.append(Completed())

    def _raise(self) -> None:
        if self._failure is not None:
            raise self._failure


class ForwardingDecoder(CompletionDecoder):
    """Adds `Forwarded` events: chunks as they came, under the name that the caller asked for."""

    def __init__(self, error: ErrorReader, inbound: CompletionAsked) -> None:
        super().__init__(error)
        self._inbound = inbound

    def events_of_whole(self, data: bytes) -> list[Event]:
        """A chunk with everything in it: its shape is that of the answer."""
        events = super().events_of_whole(data)
        return [*events[:-1], *self._handed_on(data), *events[-1:]]

    def take_chunk(self, body: Body, data: bytes, events: list[Event]) -> None:
        """Adds the chunk itself, unless it holds nothing but usage that was not asked for."""
        super().take_chunk(body, data, events)
        if body.choices or self._inbound.wants_usage:
            events.extend(self._handed_on(data))

    def _handed_on(self, data: bytes) -> list[Event]:
        chunk = regular(loads_object(data), self._inbound)
        if not self._inbound.wants_usage:
            chunk.pop("usage", None)
        return [Forwarded(data=b"data: " + dumps(chunk) + b"\n\n")]
