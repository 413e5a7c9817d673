"""A caller's request on this wire, and the writing of its answer."""

from collections.abc import Mapping

from accord.core.dialect import Dialect
from accord.core.error import AccordError
from accord.core.http import Headers
from accord.core.json import dumps
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse
from accord.dialects.anthropic_messages.dialect import DIALECT
from accord.dialects.anthropic_messages.estimate import estimated_tokens
from accord.dialects.anthropic_messages.failure import failure_of
from accord.dialects.anthropic_messages.forwarding import ForwardingRenderer
from accord.dialects.anthropic_messages.render import renamed, render_message
from accord.dialects.anthropic_messages.renderer import MessageRenderer
from accord.dialects.anthropic_messages.seal import Foreign
from accord.dialects.codec import Failure, Renderer


class _Caller:
    """What the two operations of this wire have in common."""

    dialect: Dialect = DIALECT

    def __init__(self, *, body: bytes, headers: Headers, request: ChatRequest, foreign_reasoning: Foreign) -> None:
        self.body = body
        self.headers = headers
        self.request = request
        self.foreign_reasoning: Foreign = foreign_reasoning

    def fail(self, error: AccordError) -> Failure:
        """The error answer before anything else was sent."""
        return failure_of(error)


class MessagesInbound(_Caller):
    """A request for a message."""

    def __init__(
        self, *, body: bytes, headers: Headers, request: ChatRequest, foreign_reasoning: Foreign, stream: bool
    ) -> None:
        super().__init__(body=body, headers=headers, request=request, foreign_reasoning=foreign_reasoning)
        self.stream = stream

    def render(
        self, response: ChatResponse, *, forwarded: bool = False, accord: Mapping[str, object] | None = None
    ) -> bytes:
        """The whole answer, under the model's name that was asked for."""
        if forwarded and response.raw is not None:
            return renamed(response.raw, self.request.model, accord)
        return render_message(response, self.request, accord)

    def renderer(self, *, forwarded: bool = False) -> Renderer:
        """A fresh writer for one stream."""
        return ForwardingRenderer() if forwarded else MessageRenderer(self.request)


class CountInbound(_Caller):
    """A request to count tokens."""

    stream = False

    def render(self, tokens: int) -> bytes:
        """The count. https://platform.claude.com/docs/en/api/messages-count-tokens"""
        return dumps({"input_tokens": tokens})

    def estimate(self) -> int:
        """A rough count, for targets that cannot count."""
        return estimated_tokens(self.request)
