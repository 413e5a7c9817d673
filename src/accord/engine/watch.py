"""Tells observers of one call. Engines that nobody observes have none of this in their way."""

import logging
import time
from collections.abc import Callable, Sequence
from itertools import count

import msgspec

from accord.core.attempt import Attempt
from accord.core.completion import CompletionRequest
from accord.core.context import RequestContext
from accord.core.cost import Cost
from accord.core.embedding import EmbeddingRequest
from accord.core.error import AccordError, ProviderError
from accord.core.finish import FinishReason
from accord.core.image import ImageEditRequest, ImageRequest
from accord.core.listing import ListRequest
from accord.core.moderation import ModerationRequest
from accord.core.observe import AttemptEnded, CallEnded, CallEvent, CallStarted, Cause, Observer, StreamOpened, Tracer
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


class Watch:
    """One call under observation."""

    __slots__ = ("_began", "_call", "_clock", "_ended", "_observers", "context")

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

    def answered(self, response: CallRecord) -> None:
        """A whole answer is there."""
        self._attempted(response.attempts)
        chat = response if isinstance(response, ChatResponse) else None
        self._end(
            response.attempts,
            provider=response.provider,
            answered_by=chat.model if chat else "",
            request_id=response.request_id,
            finishes=tuple([one.finish.unified for one in chat.choices if one.finish]) if chat else (),
            usage=response.usage,
            cost=response.cost,
        )

    def opened(self, attempts: tuple[Attempt, ...]) -> None:
        """A stream's first event is there."""
        self._attempted(attempts)
        self._tell(StreamOpened(call=self._call, after=self._clock() - self._began))

    def over(
        self, attempts: tuple[Attempt, ...], usage: Usage | None, cost: Cost, error: BaseException | None = None
    ) -> None:
        """A stream that was opened is over: read to its end, broken, or left. Only the first word counts."""
        last = attempts[-1]
        self._end(
            attempts,
            error=_cause(error) if error is not None else None,
            provider=last.provider,
            request_id=last.request_id,
            usage=usage,
            cost=cost,
        )

    def failed(self, error: BaseException) -> None:
        """There will be no answer."""
        attempts = error.attempts if isinstance(error, ProviderError) else ()
        self._attempted(attempts)
        self._end(
            attempts,
            error=_cause(error),
            provider=attempts[-1].provider if attempts else self._call.provider,
            request_id=error.request_id if isinstance(error, ProviderError) else None,
        )

    def _attempted(self, attempts: tuple[Attempt, ...]) -> None:
        for number, attempt in enumerate(attempts, start=1):
            self._tell(AttemptEnded(call=self._call, attempt=attempt, number=number))

    def _end(
        self,
        attempts: tuple[Attempt, ...],
        *,
        provider: str,
        error: Cause | None = None,
        answered_by: str = "",
        request_id: str | None = None,
        finishes: tuple[FinishReason, ...] = (),
        usage: Usage | None = None,
        cost: Cost | None = None,
    ) -> None:
        if self._ended:
            return
        self._ended = True
        self._tell(
            CallEnded(
                call=self._call,
                duration=self._clock() - self._began,
                error=error,
                provider=provider,
                answered_by=answered_by,
                status=attempts[-1].status if attempts else None,
                request_id=request_id,
                finishes=finishes,
                # The provider's own object may hold what nobody looked at.
                usage=msgspec.structs.replace(usage, raw=None) if usage is not None and usage.raw else usage,
                cost=cost,
                attempts=len(attempts),
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


def _cause(error: BaseException) -> Cause:
    if isinstance(error, AccordError):
        return error.kind
    return "bug" if isinstance(error, Exception) else "cancelled"
