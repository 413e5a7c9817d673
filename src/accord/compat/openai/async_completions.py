"""Chat completions, for asyncio."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, overload

from typing_extensions import Unpack

from accord.compat.openai.async_calls import AsyncCalls
from accord.compat.openai.async_stream import AsyncStream
from accord.compat.openai.model import Model
from accord.compat.openai.omit import Omit, omit
from accord.compat.openai.param import ChatParams, ReasoningEffort, ServiceTier, Verbosity
from accord.compat.openai.request import Body, Headers, Query, Timeout, asked
from accord.compat.openai.resource import Resource
from accord.compat.openai.types.chat import ChatCompletion, ChatCompletionMessageParam, ChatCompletionToolParam
from accord.compat.openai.types.chat_chunk import ChatCompletionChunk
from accord.compat.openai.wire import CHAT


class AsyncCompletions(Resource):
    """Chat completions, for asyncio."""

    def __init__(self, calls: AsyncCalls) -> None:
        self._calls = calls

    @overload
    async def create(
        self, *, stream: Literal[False] | Omit | None = omit, **params: Unpack[ChatParams]
    ) -> ChatCompletion: ...

    @overload
    async def create(
        self, *, stream: Literal[True], **params: Unpack[ChatParams]
    ) -> AsyncStream[ChatCompletionChunk]: ...

    @overload
    async def create(
        self, *, stream: bool, **params: Unpack[ChatParams]
    ) -> ChatCompletion | AsyncStream[ChatCompletionChunk]: ...

    async def create(
        self,
        *,
        messages: Iterable[ChatCompletionMessageParam | Model],
        model: str,
        audio: Mapping[str, object] | Omit | None = omit,
        frequency_penalty: float | Omit | None = omit,
        function_call: str | Mapping[str, object] | Omit = omit,
        functions: Iterable[Mapping[str, object]] | Omit = omit,
        logit_bias: Mapping[str, int] | Omit | None = omit,
        logprobs: bool | Omit | None = omit,
        max_completion_tokens: int | Omit | None = omit,
        max_tokens: int | Omit | None = omit,
        metadata: Mapping[str, str] | Omit | None = omit,
        modalities: Sequence[Literal["text", "audio"]] | Omit | None = omit,
        moderation: Mapping[str, object] | Omit | None = omit,
        n: int | Omit | None = omit,
        parallel_tool_calls: bool | Omit = omit,
        prediction: Mapping[str, object] | Omit | None = omit,
        presence_penalty: float | Omit | None = omit,
        prompt_cache_key: str | Omit | None = omit,
        prompt_cache_options: Mapping[str, object] | Omit = omit,
        prompt_cache_retention: Literal["in_memory", "24h"] | Omit | None = omit,
        reasoning_effort: ReasoningEffort | Omit | None = omit,
        response_format: Mapping[str, object] | Omit = omit,
        safety_identifier: str | Omit | None = omit,
        seed: int | Omit | None = omit,
        service_tier: ServiceTier | Omit | None = omit,
        stop: str | Sequence[str] | Omit | None = omit,
        store: bool | Omit | None = omit,
        stream: bool | Omit | None = omit,
        stream_options: Mapping[str, object] | Omit | None = omit,
        temperature: float | Omit | None = omit,
        tool_choice: str | Mapping[str, object] | Omit = omit,
        tools: Iterable[ChatCompletionToolParam] | Omit = omit,
        top_logprobs: int | Omit | None = omit,
        top_p: float | Omit | None = omit,
        user: str | Omit = omit,
        verbosity: Verbosity | Omit | None = omit,
        web_search_options: Mapping[str, object] | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,  # noqa: ASYNC109 - OpenAI's word
    ) -> ChatCompletion | AsyncStream[ChatCompletionChunk]:
        """The answer, or with `stream=True` the pieces of one as they come; `timeout` is in seconds.

        Raises the errors of `accord.compat.openai.error`.
        """
        return await self._calls.converse(CHAT, asked(locals(), timeout))
