"""An exchange around another: whoever changes one thing about a request or its answer leaves the rest as it is."""

from abc import ABC, abstractmethod

from accord.core.error import ProviderError
from accord.core.event import Event
from accord.core.http import Draft, Reply
from accord.core.response import ChatResponse
from accord.core.warning import CallWarning
from accord.dialects.codec import ChatExchange, Decoder


class Wrapped:
    """Sends and reads as `exchange` does. What differs is overridden.

    It never forwards: whether an answer is told as it came depends on nobody having changed it.
    """

    __slots__ = ("_exchange",)

    forwarded = False

    def __init__(self, exchange: ChatExchange) -> None:
        self._exchange = exchange

    @property
    def draft(self) -> Draft:
        """What to send."""
        return self._exchange.draft

    @property
    def warnings(self) -> tuple[CallWarning, ...]:
        """What was changed or left out of the request."""
        return self._exchange.warnings

    def decode(self, reply: Reply) -> ChatResponse:
        """The response in a 2xx reply. Raises as the exchange does."""
        return self._exchange.decode(reply)

    def decoder(self) -> Decoder:
        """A fresh reader for one stream."""
        return self._exchange.decoder()

    def error(self, reply: Reply) -> ProviderError:
        """The failure that a reply with another status tells of."""
        return self._exchange.error(reply)


class WrappedDecoder(ABC):
    """Reads as `decoder` does, and hands on what is `_passed`."""

    __slots__ = ("_decoder",)

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder

    def feed(self, data: bytes) -> list[Event]:
        """The events completed by `data`. Raises as the codec's own decoder does."""
        return self._passed(self._decoder.feed(data))

    def end(self) -> list[Event]:
        """The last events. Raises as the codec's own decoder does."""
        return self._passed(self._decoder.end())

    @abstractmethod
    def _passed(self, events: list[Event]) -> list[Event]:
        """What the caller gets of these events."""
