"""One conversation on its way."""

from typing import TYPE_CHECKING

from accord.core.error import ProviderError
from accord.core.http import Draft, Reply
from accord.core.response import ChatResponse
from accord.core.warning import CallWarning
from accord.dialects.openai_chat.decode import response_in
from accord.dialects.openai_chat.stream import ChatDecoder
from accord.dialects.openai_chat.tool_name import ToolNames

if TYPE_CHECKING:
    from accord.dialects.openai_chat.codec import OpenAIChat


class EncodedExchange:
    """A request as Accord wrote it."""

    forwarded = False

    def __init__(self, codec: "OpenAIChat", draft: Draft, warnings: tuple[CallWarning, ...], names: ToolNames) -> None:
        self.draft = draft
        self.warnings = warnings
        self._codec = codec
        self._names = names

    def decode(self, reply: Reply) -> ChatResponse:
        """The response in a 2xx reply. Raises `Malformed`, or the `ProviderError` that a 200 body tells of."""
        return response_in(self._codec, reply, self._names)

    def decoder(self) -> ChatDecoder:
        """A fresh reader for one stream."""
        return ChatDecoder(self._codec, self._names)

    def error(self, reply: Reply) -> ProviderError:
        """The failure that a reply with another status tells of."""
        return self._codec.error(reply)
