"""One conversation on its way to a provider, and the reading of its answer."""

from typing import TYPE_CHECKING

from accord.core.error import Malformed, ProviderError
from accord.core.http import Draft, Reply
from accord.core.json import NotJson, loads_object
from accord.core.request import ChatRequest, is_plain
from accord.core.response import ChatResponse
from accord.core.warning import CallWarning
from accord.dialects.anthropic_messages.error import error_in, is_error
from accord.dialects.anthropic_messages.fields import WrongShape
from accord.dialects.anthropic_messages.read_message import read_message
from accord.dialects.anthropic_messages.reading import Reading
from accord.dialects.anthropic_messages.repeated import RepeatedMessages, repeated_messages
from accord.dialects.anthropic_messages.stream import MessageDecoder

if TYPE_CHECKING:
    from accord.dialects.anthropic_messages.codec import AnthropicMessages


class MessagesExchange:
    """A request and what it takes to read its answer: the caller's names of its tools, and what stands for its format."""

    __slots__ = ("_codec", "_reading", "draft", "forwarded", "warnings")

    def __init__(
        self,
        codec: "AnthropicMessages",
        draft: Draft,
        reading: Reading,
        *,
        warnings: tuple[CallWarning, ...] = (),
        forwarded: bool = False,
    ) -> None:
        self._codec = codec
        self._reading = reading
        self.draft: Draft = draft
        self.warnings: tuple[CallWarning, ...] = warnings
        self.forwarded: bool = forwarded

    def decode(self, reply: Reply) -> ChatResponse:
        """The response in a 2xx reply. Raises `Malformed`, or the `ProviderError` that the body tells of."""
        try:
            found = loads_object(reply.body)
            if not is_error(found):
                return read_message(found, self._reading, reply.body)
        except (NotJson, WrongShape) as wrong:
            message = f"{self._codec.provider} answered with what is no message: {wrong}"
            raise Malformed(message, status=reply.status, body=reply.body) from None
        raise error_in(found, status=reply.status, headers=reply.headers, body=reply.body)

    def error(self, reply: Reply) -> ProviderError:
        """The failure that a reply with another status tells of. Never raises."""
        return self._codec.error(reply)

    def decoder(self) -> MessageDecoder:
        """A fresh reader for one stream."""
        return self._codec.stream(self._reading)

    def repeated(self, request: ChatRequest) -> RepeatedMessages | None:
        """What it has in common with others that differ in their words alone; `None` where there is more to it than words."""
        body = self.draft.body
        if self.forwarded or not is_plain(request) or not isinstance(body, bytes):
            return None
        return repeated_messages(self._codec, request, body, self._reading)
