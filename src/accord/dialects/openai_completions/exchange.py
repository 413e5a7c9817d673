"""One request to continue a text on its way."""

from accord.core.error import ProviderError
from accord.core.http import Draft, Reply
from accord.core.response import ChatResponse
from accord.core.warning import CallWarning
from accord.dialects.completion import CompletionAsked
from accord.dialects.openai_completions.decode import response_in
from accord.dialects.openai_completions.stream import CompletionDecoder, ForwardingDecoder
from accord.dialects.openai_endpoints.exchange import ErrorReader


class CompletionExchange:
    """A request in OpenAI's wire, whose answer is handed on to a caller of the same wire."""

    def __init__(
        self,
        draft: Draft,
        *,
        error: ErrorReader,
        warnings: tuple[CallWarning, ...] = (),
        inbound: CompletionAsked | None = None,
    ) -> None:
        self.draft = draft
        self.warnings = warnings
        self._error = error
        self._inbound = inbound

    @property
    def forwarded(self) -> bool:
        """Whether the provider's bytes go to the caller."""
        return self._inbound is not None

    def decode(self, reply: Reply) -> ChatResponse:
        """The texts in a 2xx reply. Raises `Malformed`, or the `ProviderError` that a 200 body tells of."""
        return response_in(reply, self._error)

    def decoder(self) -> CompletionDecoder:
        """A fresh reader for one stream."""
        return (
            CompletionDecoder(self._error) if self._inbound is None else ForwardingDecoder(self._error, self._inbound)
        )

    def error(self, reply: Reply) -> ProviderError:
        """The failure, in the words of the host's chat completions."""
        return self._error(reply)
