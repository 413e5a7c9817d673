"""Tells observers of one call. Engines that nobody observes have none of this in their way."""

import logging
import time
from collections.abc import Callable, Sequence
from itertools import count
from urllib.parse import urlsplit

import msgspec

from accord.core.attempt import Attempt
from accord.core.completion import CompletionRequest
from accord.core.context import RequestContext
from accord.core.cost import Cost
from accord.core.embedding import EmbeddingRequest
from accord.core.error import AccordError, ProviderError
from accord.core.event import Event, Finished, Started, Updated
from accord.core.finish import FinishReason
from accord.core.image import ImageEditRequest, ImageRequest
from accord.core.listing import ListRequest
from accord.core.moderation import ModerationRequest
from accord.core.observe import (
    AttemptEnded,
    AttemptStarted,
    CallEnded,
    CallEvent,
    CallStarted,
    Cause,
    ChunkReceived,
    Observer,
    RetryDecided,
    StreamOpened,
    Tracer,
)
from accord.core.operation import Operation
from accord.core.record import CallRecord
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse
from accord.core.speech import SpeechRequest, TranscriptionRequest
from accord.core.usage import Usage

OPERATIONS: dict[type, Operation] = {
    CompletionRequest: "completion",
    EmbeddingRequest: "embeddings",
    ImageRequest: "image_generation",
    ImageEditRequest: "image_edit",
    ModerationRequest: "moderation",
    SpeechRequest: "speech",
    TranscriptionRequest: "transcription",
    ListRequest: "models",
    # Conversations that are answered have methods of their own.
    ChatRequest: "count_tokens",
}
"""What a request of an operation other than conversation asks for."""

_log = logging.getLogger("accord.observe")
_numbers = count(1)


class _Heard:
    """What the events of a stream say of the call."""

    __slots__ = ("finishes", "id", "model")

    def __init__(self) -> None:
        self.id: str = ""
        self.model: str = ""
        self.finishes: dict[int, FinishReason] = {}
        """Why each choice ended that has."""

    def note(self, events: list[Event]) -> None:
        """Takes notice of more of it."""
        for event in events:
            if isinstance(event, Finished):
                self.finishes[event.choice] = event.finish.unified
            elif isinstance(event, Started | Updated):
                self.id, self.model = event.id or self.id, event.model or self.model


class Watch:
    """One call under observation; the `Notes` that its flow tells."""

    __slots__ = (
        "_began",
        "_call",
        "_chunks",
        "_clock",
        "_ended",
        "_heard",
        "_numbers",
        "_observers",
        "_server",
        "_under_way",
        "context",
    )

    def __init__(
        self,
        observers: Sequence[Observer],
        operation: Operation,
        provider: str,
        model: str,
        context: RequestContext,
        *,
        provider_type: str = "",
        stream: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._observers = observers
        self._clock = clock
        self._ended = False
        self._numbers = 0
        self._under_way: dict[int, AttemptStarted] = {}
        self._chunks = 0
        self._heard = _Heard()
        self._server = ""
        self._call = CallStarted(
            number=next(_numbers),
            operation=operation,
            provider=provider,
            provider_type=provider_type,
            model=model,
            stream=stream,
            context=context,
        )
        self._tell(self._call)
        self.context: RequestContext = self._carried(context)
        """What the call is to be made with."""
        self._began = clock()

    def began(self, provider: str, model: str, url: str) -> int:
        """A request to `url` begins. Returns its number, counted from 1."""
        self._numbers += 1
        began = AttemptStarted(
            call=self._call,
            number=self._numbers,
            provider=provider,
            model=model,
            server=_server(url),
            after=self._after(),
            hedge=bool(self._under_way),
        )
        self._under_way[began.number] = began
        self._tell(began)
        return began.number

    def ended(self, number: int, attempt: Attempt) -> None:
        """That request is over."""
        begun = self._under_way.pop(number)
        if attempt.error != "cancelled":
            self._server = begun.server
        self._tell(AttemptEnded(call=self._call, attempt=attempt, number=number))

    def goes_on(self, error: AccordError, wait: float) -> None:
        """There will be another request after that failure, in so many seconds."""
        self._tell(RetryDecided(call=self._call, cause=error.kind, wait=wait))

    def opened(self, events: list[Event]) -> None:
        """A stream has begun with those events. One that goes on elsewhere begins only once."""
        self._end_attempts("cancelled")
        if not self._chunks:
            self._tell(StreamOpened(call=self._call, after=self._after()))
        self.came(events)

    def came(self, events: list[Event]) -> None:
        """More of a stream is there."""
        self._chunks += 1
        self._heard.note(events)
        names = tuple([str(event.__struct_config__.tag) for event in events])
        self._tell(ChunkReceived(call=self._call, number=self._chunks, after=self._after(), events=names))

    def answered(self, response: CallRecord) -> None:
        """A whole answer is there."""
        self._end_attempts("cancelled")
        chat = response if isinstance(response, ChatResponse) else None
        self._end(
            response.attempts,
            provider=response.provider,
            answered_by=chat.model if chat else "",
            answer_id=chat.id if chat else "",
            request_id=response.request_id,
            finishes=tuple([one.finish.unified for one in chat.choices if one.finish]) if chat else (),
            usage=response.usage,
            cost=response.cost,
        )

    def over(
        self, attempts: tuple[Attempt, ...], usage: Usage | None, cost: Cost, error: BaseException | None = None
    ) -> None:
        """A stream that was opened is over: read to its end, broken, or left. Only the first word counts."""
        last = _telling(attempts)
        assert last is not None
        self._end_attempts("cancelled")
        self._end(
            attempts,
            error=_cause(error) if error is not None else None,
            provider=last.provider,
            answered_by=self._heard.model,
            answer_id=self._heard.id,
            request_id=last.request_id,
            finishes=tuple([reason for _, reason in sorted(self._heard.finishes.items())]),
            usage=usage,
            cost=cost,
        )

    def failed(self, error: BaseException) -> None:
        """There will be no answer."""
        attempts = error.attempts if isinstance(error, ProviderError) else ()
        asked = [one.provider for one in self._under_way.values()] + [one.provider for one in attempts]
        self._end_attempts(_cause(error))
        self._end(
            attempts,
            error=_cause(error),
            provider=asked[-1] if asked else self._call.provider,
            request_id=error.request_id if isinstance(error, ProviderError) else None,
        )

    def _end_attempts(self, error: Cause) -> None:
        """The requests that nobody waits for any more are over."""
        now = self._after()
        for number, one in list(self._under_way.items()):
            attempt = Attempt(provider=one.provider, model=one.model, error=error, duration=now - one.after)
            self.ended(number, attempt)

    def _after(self) -> float:
        return self._clock() - self._began

    def _end(
        self,
        attempts: tuple[Attempt, ...],
        *,
        provider: str,
        error: Cause | None = None,
        answered_by: str = "",
        answer_id: str = "",
        request_id: str | None = None,
        finishes: tuple[FinishReason, ...] = (),
        usage: Usage | None = None,
        cost: Cost | None = None,
    ) -> None:
        if self._ended:
            return
        self._ended = True
        last = _telling(attempts)
        self._tell(
            CallEnded(
                call=self._call,
                duration=self._after(),
                error=error,
                provider=provider,
                answered_by=answered_by,
                answer_id=answer_id,
                server=self._server,
                status=last.status if last is not None else None,
                request_id=request_id,
                finishes=finishes,
                # The provider's own object may hold what nobody looked at.
                usage=msgspec.structs.replace(usage, raw=None) if usage is not None and usage.raw else usage,
                cost=cost,
                attempts=self._numbers,
            )
        )

    def _tell(self, event: CallEvent) -> None:
        for observer in self._observers:
            try:
                observer.observe(event)
            except Exception:  # noqa: BLE001 - an observer's failure is no failure of the call
                _log.exception("an observer failed")

    def _carried(self, context: RequestContext) -> RequestContext:
        for observer in self._observers:
            if not isinstance(observer, Tracer):
                continue
            try:
                return observer.carried(self._call)
            except Exception:  # noqa: BLE001 - an observer's failure is no failure of the call
                _log.exception("an observer failed")
        return context


def _server(url: str) -> str:
    """The host and port in an address, without a name and password; `""` for one that is none, which the transport tells of."""
    try:
        parts = urlsplit(url)
        return "" if parts.port == 0 else parts.netloc.rpartition("@")[2]
    except ValueError:
        return ""


def _telling(attempts: tuple[Attempt, ...]) -> Attempt | None:
    """The attempt that says how the call went: the last one, but for those that another one made superfluous."""
    return next((one for one in reversed(attempts) if one.error != "cancelled"), attempts[-1] if attempts else None)


def _cause(error: BaseException) -> Cause:
    if isinstance(error, AccordError):
        return error.kind
    return "bug" if isinstance(error, Exception) else "cancelled"
