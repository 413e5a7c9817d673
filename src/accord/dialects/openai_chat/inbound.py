"""A caller's request, and everything its answer depends on."""

from collections.abc import Mapping
from hashlib import sha256

import msgspec

from accord.core.dialect import Dialect
from accord.core.error import AccordError
from accord.core.json import JsonObject
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse
from accord.dialects.codec import Failure, Renderer
from accord.dialects.openai_chat.failure import fail
from accord.dialects.openai_chat.render import completion, handed_on
from accord.dialects.openai_chat.renderer import ChatRenderer
from accord.dialects.openai_chat.renderer_forward import ForwardingRenderer


class ChatInbound(msgspec.Struct, frozen=True, kw_only=True):
    """A request to `POST /v1/chat/completions`."""

    request: ChatRequest
    body: bytes
    stream: bool = False
    stream_options: JsonObject = {}
    speaks_of_functions: bool = False
    """Whether the caller uses the deprecated `functions`, and is answered with `function_call`."""
    old_limit: int | None = None
    """`max_tokens`, where the caller limits the answer by that name alone."""
    received_at: int = 0
    """When it came, in Unix seconds; 0 is not known."""

    @property
    def dialect(self) -> Dialect:
        """The wire it came in."""
        return "openai_chat"

    @property
    def wants_usage(self) -> bool:
        """Whether a stream is to end with the usage."""
        return self.stream_options.get("include_usage") is True

    @property
    def made_id(self) -> str:
        """The id of an answer whose provider gives none: always the same for the same request at the same time."""
        return "chatcmpl-" + sha256(b"%d/" % self.received_at + self.body).hexdigest()[:29]

    def render(
        self, response: ChatResponse, *, forwarded: bool = False, accord: Mapping[str, object] | None = None
    ) -> bytes:
        """The whole answer, under the name the caller asked for; see `Inbound.render`."""
        if forwarded and response.raw is not None:
            return handed_on(self, response.raw, response.model, accord)
        return completion(self, response, accord)

    def renderer(self, *, forwarded: bool = False) -> Renderer:
        """A fresh writer for one stream."""
        return ForwardingRenderer(self) if forwarded else ChatRenderer(self)

    def fail(self, error: AccordError) -> Failure:
        """The error answer before anything else was sent."""
        return fail(error)
