"""An exchange whose request is written elsewhere, and whose answer is read as usual."""

from accord.core.error import ProviderError
from accord.core.http import Draft, Reply
from accord.core.response import ChatResponse
from accord.core.warning import CallWarning
from accord.dialects.codec import ChatExchange, Decoder


class Rewritten:
    """Sends `draft`, reads as `exchange` does."""

    __slots__ = ("_exchange", "draft", "warnings")

    forwarded = False

    def __init__(self, exchange: ChatExchange, draft: Draft, warnings: tuple[CallWarning, ...]) -> None:
        self._exchange = exchange
        self.draft: Draft = draft
        self.warnings: tuple[CallWarning, ...] = warnings

    def decode(self, reply: Reply) -> ChatResponse:
        """The response in a 2xx reply. Raises as the exchange does."""
        return self._exchange.decode(reply)

    def decoder(self) -> Decoder:
        """A fresh reader for one stream."""
        return self._exchange.decoder()

    def error(self, reply: Reply) -> ProviderError:
        """The failure that a reply with another status tells of."""
        return self._exchange.error(reply)
