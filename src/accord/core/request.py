"""What is asked of a model: the neutral chat request."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

import msgspec

from accord.core.json import JsonObject
from accord.core.message import Message
from accord.core.part import CacheControl, Extra
from accord.core.tool import Tool, ToolChoice

Effort: TypeAlias = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]


class JsonObjectFormat(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="json_object", tag_field="type"
):
    """The answer must be a JSON object, of any shape."""


class JsonSchemaFormat(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="json_schema", tag_field="type"
):
    """The answer must be JSON that fits a schema."""

    schema: JsonObject
    name: str = "response"
    description: str | None = None
    strict: bool | None = None
    """Whether the provider must guarantee the fit. `None` leaves it to the provider."""
    guaranteed: bool = False
    """That the fit is to be guaranteed where that can be had, as the caller's API does unasked (Anthropic's, Google's): a
    host that holds models to a subset of JSON Schema alone (OpenAI's `strict`) is asked for it where the schema can be put
    in that subset, and the caller is warned where it cannot."""


ResponseFormat: TypeAlias = JsonObjectFormat | JsonSchemaFormat
"""How the answer must be formed; without one it is free text."""


class ReasoningConfig(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How much the model should think, and how much of it to show."""

    effort: Effort | None = None
    budget: int | None = None
    """At most this many tokens of thinking (Anthropic's `budget_tokens`, Gemini's `thinkingBudget`)."""
    mode: Literal["enabled", "disabled", "adaptive"] | None = None
    """Switches thinking on or off, or leaves it to the model, where a wire has such a switch."""
    summary: Literal["auto", "concise", "detailed"] | None = None
    """Asks for a summary of the thinking (Responses)."""
    visible: bool | None = None
    """Whether thoughts come back as text (Gemini's `includeThoughts`, Anthropic's `display`)."""
    encrypted: bool | None = None
    """Asks for the thinking in encrypted form, so that a stateless conversation can carry it (Responses)."""
    effort_only: bool = False
    """`effort` is about the whole answer and switches no thinking on (Anthropic's `output_config.effort` on its own)."""


class AudioOutput(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How spoken answers should sound."""

    format: str
    """`wav`, `mp3`, `flac`, `opus`, `aac`, `pcm16`."""
    voice: str


class ChatRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A conversation and how it should go on. `None` means: not asked for, the provider decides."""

    model: str = ""
    """Who should answer, in the caller's words; codecs send the upstream name they were made with."""
    messages: tuple[Message, ...] = ()
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    response_format: ResponseFormat | None = None
    reasoning: ReasoningConfig | None = None
    verbosity: Literal["low", "medium", "high"] | None = None
    max_output_tokens: int | None = None
    """At most this many tokens of answer, reasoning included."""
    limit_demanded: bool = False
    """That the limit stands there because the caller's API demands one (Anthropic's), and may be no wish: a host without
    limits leaves it out with a warning, where it would refuse one that was asked for."""
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    n: int | None = None
    """How many choices to generate."""
    stop: tuple[str, ...] = ()
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logit_bias: Mapping[str, float] | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    modalities: tuple[str, ...] = ()
    """`text`, `audio`, `image`; empty is text alone."""
    audio: AudioOutput | None = None
    prediction: str | None = None
    """Text the answer will probably repeat (OpenAI's predicted outputs)."""
    metadata: Mapping[str, str] | None = None
    user: str | None = None
    """The end user, for abuse detection (OpenAI's `user`/`safety_identifier`, Anthropic's `metadata.user_id`)."""
    service_tier: str | None = None
    store: bool | None = None
    previous_response_id: str | None = None
    """Continues a response the provider stored; bound to the account and dialect (Responses)."""
    cache: CacheControl | None = None
    """A cache mark for the request as a whole (Anthropic's top-level `cache_control`)."""
    cache_key: str | None = None
    cache_retention: str | None = None
    extra: Extra = {}
    """Fields of one dialect that have no neutral name."""


def is_plain(request: ChatRequest) -> bool:
    """Whether nothing is asked beside messages, a limit and how freely to choose words: what every wire has a field for.

    It takes 0.3 us, and spares such a request, which most are, a look at each of the other fields.
    """
    return request == ChatRequest(
        model=request.model,
        messages=request.messages,
        max_output_tokens=request.max_output_tokens,
        limit_demanded=request.limit_demanded,
        temperature=request.temperature,
        top_p=request.top_p,
    )
