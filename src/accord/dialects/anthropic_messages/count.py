"""Asks how many tokens a request has. https://platform.claude.com/docs/en/api/messages-count-tokens"""

from typing import ClassVar

import msgspec

from accord.core.error import Malformed, ProviderError
from accord.core.http import Draft, Headers, Reply
from accord.core.json import NotJson, dumps, edited, loads_object
from accord.core.loss import Losses
from accord.core.model import ModelFacts
from accord.core.option import OnUnsupported
from accord.core.request import ChatRequest
from accord.core.warning import CallWarning
from accord.dialects.anthropic_messages.codec import AnthropicMessages
from accord.dialects.anthropic_messages.dialect import DIALECT, kept, own
from accord.dialects.anthropic_messages.error import error_in, is_error
from accord.dialects.anthropic_messages.forward import may_forward, passed_headers
from accord.dialects.anthropic_messages.inbound import CountInbound
from accord.dialects.anthropic_messages.knobs import Knobs
from accord.dialects.anthropic_messages.translation import Translation

_UNCOUNTED = ("max_tokens", "stream", "metadata", "service_tier", "stop_sequences", "container", "inference_geo")
"""Members that the operation does not take: they are about the answer, or about who asks."""


class CountTokens:
    """Counts for one model."""

    messages: ClassVar[type[AnthropicMessages]] = AnthropicMessages
    """How the conversation is written: the dialect itself, or a subclass with a host's quirks."""

    def __init__(
        self,
        *,
        model: str,
        facts: ModelFacts | None = None,
        provider: str = "anthropic",
        knobs: Knobs = Knobs(),  # noqa: B008 - a frozen value
    ) -> None:
        """`provider` is the name used in errors."""
        # The model's name is in the body even where conversations have it in the path (Vertex AI).
        knobs = msgspec.structs.replace(knobs, model="body")
        self._codec = self.messages(model=model, facts=facts, provider=provider, knobs=knobs)

    def encode(self, request: ChatRequest, *, on_unsupported: OnUnsupported = "error") -> "CountExchange":
        """Raises `Unsupported` for content the model does not take. How the answer should be plays no part."""
        codec = self._codec
        losses = Losses(codec.provider, codec.model, on_unsupported)
        translation = Translation(_counted(request), codec.rules, codec.knobs, losses, stream=False)
        body = codec.body(translation)
        for field in _UNCOUNTED:
            body.pop(field, None)
        headers = codec.headers(translation, body)
        return CountExchange(codec, self._draft(dumps(body), headers), _about_content(losses.warnings))

    def forward(self, inbound: CountInbound) -> "CountExchange | None":
        """The caller's own bytes with the model replaced; `None` where something must change."""
        codec = self._codec
        if not may_forward(codec, inbound.request, foreign_reasoning=inbound.foreign_reasoning):
            return None
        body = edited(inbound.body, {"model": codec.model})
        return CountExchange(codec, self._draft(body, passed_headers(inbound.headers)), ())

    def _draft(self, body: bytes, headers: Headers) -> Draft:
        return Draft(operation="count_tokens", dialect=DIALECT, model=self._codec.model, body=body, headers=headers)


class CountExchange:
    """One count on its way."""

    def __init__(self, codec: AnthropicMessages, draft: Draft, warnings: tuple[CallWarning, ...]) -> None:
        self._codec = codec
        self.draft = draft
        self.warnings = warnings

    def decode(self, reply: Reply) -> int:
        """The tokens in a 2xx reply. Raises `Malformed`, or the `ProviderError` that the body tells of."""
        try:
            found = loads_object(reply.body)
        except NotJson as error:
            raise self._malformed(reply, str(error)) from None
        if is_error(found):
            raise error_in(found, status=reply.status, headers=reply.headers, body=reply.body)
        tokens = found.get("input_tokens")
        if not isinstance(tokens, int) or isinstance(tokens, bool):
            raise self._malformed(reply, "`input_tokens` is missing")
        return tokens

    def error(self, reply: Reply) -> ProviderError:
        """The failure that a reply with another status tells of. Never raises."""
        return self._codec.error(reply)

    def _malformed(self, reply: Reply, why: str) -> Malformed:
        return Malformed(f"{self._codec.provider} answered with what is no count: {why}", body=reply.body)


def _counted(request: ChatRequest) -> ChatRequest:
    """The request without what is about its answer."""
    fields = {key: value for key, value in own(request.extra).items() if key not in _UNCOUNTED}
    return ChatRequest(
        model=request.model,
        messages=request.messages,
        tools=request.tools,
        tool_choice=request.tool_choice,
        parallel_tool_calls=request.parallel_tool_calls,
        response_format=request.response_format,
        reasoning=request.reasoning,
        max_output_tokens=request.max_output_tokens,
        cache=request.cache,
        extra=kept(fields),
    )


def _about_content(warnings: tuple[CallWarning, ...]) -> tuple[CallWarning, ...]:
    return tuple([warning for warning in warnings if warning.field != "max_output_tokens"])
