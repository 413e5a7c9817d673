"""One conversation on its way."""

from typing import TYPE_CHECKING

from accord.core.error import ProviderError
from accord.core.finish import Finish
from accord.core.http import Draft, Reply
from accord.core.message import Message
from accord.core.response import ChatResponse, Choice
from accord.core.warning import CallWarning
from accord.dialects.openai_chat.decode import response_in
from accord.dialects.openai_chat.error import is_end_by_length
from accord.dialects.openai_chat.error_body import words_in_body
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
        """The failure that a reply with another status tells of, or the answer that it is all the same."""
        error = self._codec.error(reply)
        if is_end_by_length(reply.status, words_in_body(reply.body)):
            finish = Finish(unified="length", raw=None)
            choice = Choice(message=Message(role="assistant"), finish=finish)
            error.answer = ChatResponse(model=self.draft.model, choices=(choice,), raw=reply.body)
        return error
