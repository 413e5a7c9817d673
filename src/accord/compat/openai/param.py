"""The parameters of calls, under the names that OpenAI gave them. What a model cannot do is refused before anything is sent.

https://developers.openai.com/api/reference/resources/chat, https://developers.openai.com/api/reference/resources/responses
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, Required, TypeAlias

from typing_extensions import TypedDict

from accord.compat.openai.model import Model
from accord.compat.openai.omitted import Omit
from accord.compat.openai.request import Body, Headers, Query, Timeout
from accord.compat.openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam

ReasoningEffort: TypeAlias = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
ServiceTier: TypeAlias = Literal["auto", "default", "flex", "scale", "priority", "fast"]
Verbosity: TypeAlias = Literal["low", "medium", "high"]


class SharedParams(TypedDict, total=False):
    """What all methods of `chat.completions` take."""

    messages: Required[Iterable[ChatCompletionMessageParam | Model]]
    model: Required[str]
    audio: Mapping[str, object] | Omit | None
    frequency_penalty: float | Omit | None
    function_call: str | Mapping[str, object] | Omit
    functions: Iterable[Mapping[str, object]] | Omit
    logit_bias: Mapping[str, int] | Omit | None
    logprobs: bool | Omit | None
    max_completion_tokens: int | Omit | None
    max_tokens: int | Omit | None
    metadata: Mapping[str, str] | Omit | None
    modalities: Sequence[Literal["text", "audio"]] | Omit | None
    moderation: Mapping[str, object] | Omit | None
    n: int | Omit | None
    parallel_tool_calls: bool | Omit
    prediction: Mapping[str, object] | Omit | None
    presence_penalty: float | Omit | None
    prompt_cache_key: str | Omit | None
    prompt_cache_options: Mapping[str, object] | Omit
    prompt_cache_retention: Literal["in_memory", "24h"] | Omit | None
    reasoning_effort: ReasoningEffort | Omit | None
    safety_identifier: str | Omit | None
    seed: int | Omit | None
    service_tier: ServiceTier | Omit | None
    stop: str | Sequence[str] | Omit | None
    store: bool | Omit | None
    stream_options: Mapping[str, object] | Omit | None
    temperature: float | Omit | None
    tool_choice: str | Mapping[str, object] | Omit
    tools: Iterable[ChatCompletionToolParam] | Omit
    top_logprobs: int | Omit | None
    top_p: float | Omit | None
    user: str | Omit
    verbosity: Verbosity | Omit | None
    web_search_options: Mapping[str, object] | Omit
    extra_headers: Headers | None
    extra_query: Query | None
    extra_body: Body | None
    timeout: Timeout | Omit


class ParseParams(SharedParams, total=False, closed=True):
    """What `chat.completions.parse` and `stream` take beside the form of the answer."""


class ChatParams(SharedParams, total=False, closed=True):
    """What `chat.completions.create` takes, but for `stream`."""

    response_format: Mapping[str, object] | Omit


class ResponseParams(TypedDict, total=False, closed=True):
    """What `responses.create` takes, but for `stream`; `parse` and `stream` take it beside the form of the answer."""

    access_programs: Mapping[str, object] | Omit
    background: bool | Omit | None
    background_options: Mapping[str, object] | Omit
    context_management: Iterable[Mapping[str, object]] | Omit | None
    conversation: str | Mapping[str, object] | Omit | None
    image: Mapping[str, object] | Omit
    include: Sequence[str] | Omit | None
    input: str | Iterable[Mapping[str, object] | Model] | Omit
    instructions: str | Omit | None
    max_output_tokens: int | Omit | None
    max_tool_calls: int | Omit | None
    metadata: Mapping[str, str] | Omit | None
    model: str | Omit
    moderation: Mapping[str, object] | Omit | None
    parallel_tool_calls: bool | Omit | None
    previous_response_id: str | Omit | None
    prompt: Mapping[str, object] | Omit | None
    prompt_cache_key: str | Omit | None
    prompt_cache_options: Mapping[str, object] | Omit
    prompt_cache_retention: Literal["in_memory", "24h"] | Omit | None
    reasoning: Mapping[str, object] | Omit | None
    safety_identifier: str | Omit | None
    service_tier: ServiceTier | Omit | None
    store: bool | Omit | None
    stream_options: Mapping[str, object] | Omit | None
    temperature: float | Omit | None
    text: Mapping[str, object] | Omit
    tool_choice: str | Mapping[str, object] | Omit
    tools: Iterable[Mapping[str, object]] | Omit
    top_logprobs: int | Omit | None
    top_p: float | Omit | None
    truncation: Literal["auto", "disabled"] | Omit | None
    user: str | Omit
    extra_headers: Headers | None
    extra_query: Query | None
    extra_body: Body | None
    timeout: Timeout | Omit


class CompletionParams(TypedDict, total=False, closed=True):
    """What `completions.create` takes, but for `stream`."""

    model: Required[str]
    prompt: Required[str | Sequence[str] | Iterable[int] | Iterable[Iterable[int]] | None]
    best_of: int | Omit | None
    echo: bool | Omit | None
    frequency_penalty: float | Omit | None
    logit_bias: Mapping[str, int] | Omit | None
    logprobs: int | Omit | None
    max_tokens: int | Omit | None
    n: int | Omit | None
    presence_penalty: float | Omit | None
    seed: int | Omit | None
    stop: str | Sequence[str] | Omit | None
    stream_options: Mapping[str, object] | Omit | None
    suffix: str | Omit | None
    temperature: float | Omit | None
    top_p: float | Omit | None
    user: str | Omit
    extra_headers: Headers | None
    extra_query: Query | None
    extra_body: Body | None
    timeout: Timeout | Omit


class SpeechParams(TypedDict, total=False, closed=True):
    """What `audio.speech.create` takes."""

    input: Required[str]
    model: Required[str]
    voice: Required[str | Mapping[str, object]]
    instructions: str | Omit
    response_format: Literal["mp3", "opus", "aac", "flac", "wav", "pcm"] | Omit
    speed: float | Omit
    stream_format: Literal["sse", "audio"] | Omit
    extra_headers: Headers | None
    extra_query: Query | None
    extra_body: Body | None
    timeout: Timeout | Omit
