"""Answers that end well and say nothing, which a host gives where it failed.

DeepSeek's own client takes such an answer for an error and repeats the request (`EMPTY_RESPONSE`).
"""

from accord.core.error import ProviderError, ServerError
from accord.core.event import Completed, Event, Finished, PartStarted, RefusalDelta, TextDelta
from accord.core.finish import Finish
from accord.core.http import Reply
from accord.core.part import Part, Reasoning, Text
from accord.core.response import ChatResponse
from accord.dialects.codec import ChatExchange, Decoder
from accord.providers.wrapped import Wrapped, WrappedDecoder


def said_something(exchange: ChatExchange, provider: str) -> ChatExchange:
    """The exchange, in which an answer that stops without a word or a call is a failure that may be repeated."""
    return _Speaking(exchange, provider)


class _Speaking(Wrapped):
    """An exchange whose answer has to say something."""

    __slots__ = ("_provider",)

    def __init__(self, exchange: ChatExchange, provider: str) -> None:
        super().__init__(exchange)
        self._provider = provider

    def decode(self, reply: Reply) -> ChatResponse:
        """The response. Raises `ServerError` where it says nothing, and as the codec does."""
        response = self._exchange.decode(reply)
        if all(_stopped(choice.finish) and not any(map(_speaks, choice.message.parts)) for choice in response.choices):
            error = _silence(self._provider, self.draft.model, reply.body)
            error.partial = response
            raise error
        return response

    def decoder(self) -> Decoder:
        """A fresh reader that notices when nothing was said."""
        return _SpeakingDecoder(self._exchange.decoder(), _silence(self._provider, self.draft.model, b""))


class _SpeakingDecoder(WrappedDecoder):
    """Keeps the end of a stream back where nothing came before it."""

    __slots__ = ("_failure", "_silence", "_silent", "_stopped")

    def __init__(self, decoder: Decoder, silence: ProviderError) -> None:
        super().__init__(decoder)
        self._silence = silence
        self._silent = True
        self._stopped = False
        self._failure: ProviderError | None = None

    def feed(self, data: bytes) -> list[Event]:
        """The events completed by `data`. Raises as the codec's own decoder does."""
        self._raise()
        return super().feed(data)

    def end(self) -> list[Event]:
        """The last events. Raises as the codec's own decoder does."""
        self._raise()
        passed = super().end()
        self._raise()
        return passed

    def _passed(self, events: list[Event]) -> list[Event]:
        passed: list[Event] = []
        for event in events:
            match event:
                case PartStarted():
                    self._silent = self._silent and not _begins_to_speak(event)
                case TextDelta() | RefusalDelta():
                    self._silent = self._silent and not event.text
                case Finished():
                    self._stopped = _stopped(event.finish)
                case _:
                    pass
            if isinstance(event, Completed) and self._silent and self._stopped:
                self._failure = self._silence
            else:
                passed.append(event)
        if not passed:
            self._raise()
        return passed

    def _raise(self) -> None:
        if self._failure is not None:
            raise self._failure


def _stopped(finish: Finish | None) -> bool:
    return finish is not None and finish.unified == "stop"


def _begins_to_speak(event: PartStarted) -> bool:
    return not isinstance(event.value, Reasoning | Text) or _speaks(event.value)


def _speaks(part: Part) -> bool:
    return bool(part.text) if isinstance(part, Text) else not isinstance(part, Reasoning)


def _silence(provider: str, model: str, body: bytes) -> ProviderError:
    return ServerError(
        "the provider ended its answer without having said anything",
        provider=provider,
        model=model,
        status=200,
        code="empty_response",
        body=body,
    )
