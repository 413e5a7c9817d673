"""A caller's request to continue a text, and everything its answer depends on."""

from collections.abc import Mapping

from accord.core.dialect import Dialect
from accord.core.error import AccordError
from accord.core.response import ChatResponse
from accord.dialects.codec import Failure, Renderer
from accord.dialects.completion import CompletionAsked
from accord.dialects.openai_chat.failure import fail
from accord.dialects.openai_completions.render import completion, handed_on
from accord.dialects.openai_completions.renderer import CompletionRenderer


class CompletionInbound(CompletionAsked, frozen=True, kw_only=True):
    """A request to `POST /v1/completions`, and the writing of its answer."""

    @property
    def dialect(self) -> Dialect:
        """The wire whose errors and signs of life it shares."""
        return "openai_chat"

    def render(
        self, response: ChatResponse, *, forwarded: bool = False, accord: Mapping[str, object] | None = None
    ) -> bytes:
        """The whole answer, under the name the caller asked for; see `Inbound.render`."""
        if forwarded and response.raw is not None:
            return handed_on(self, response.raw, accord)
        return completion(self, response, accord)

    def renderer(self, *, forwarded: bool = False) -> Renderer:
        """A fresh writer for one stream."""
        return CompletionRenderer(self, forwarded=forwarded)

    def fail(self, error: AccordError) -> Failure:
        """The error answer before anything else was sent."""
        return fail(error)
