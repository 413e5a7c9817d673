"""Responses, for asyncio."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, overload

from typing_extensions import Unpack

from accord.compat.openai.async_calls import AsyncCalls
from accord.compat.openai.async_stream import AsyncStream
from accord.compat.openai.model import Model
from accord.compat.openai.omit import Omit, omit
from accord.compat.openai.param import ResponseParams, ServiceTier
from accord.compat.openai.request import Body, Headers, Query, Timeout, asked
from accord.compat.openai.resource import Resource
from accord.compat.openai.types.response_event import ResponseStreamEvent
from accord.compat.openai.types.responses import Response
from accord.compat.openai.wire import RESPONSES


class AsyncResponses(Resource):
    """Responses, for asyncio."""

    def __init__(self, calls: AsyncCalls) -> None:
        self._calls = calls

    @overload
    async def create(
        self, *, stream: Literal[False] | Omit | None = omit, **params: Unpack[ResponseParams]
    ) -> Response: ...

    @overload
    async def create(
        self, *, stream: Literal[True], **params: Unpack[ResponseParams]
    ) -> AsyncStream[ResponseStreamEvent]: ...

    @overload
    async def create(
        self, *, stream: bool, **params: Unpack[ResponseParams]
    ) -> Response | AsyncStream[ResponseStreamEvent]: ...

    async def create(
        self,
        *,
        access_programs: Mapping[str, object] | Omit = omit,
        background: bool | Omit | None = omit,
        background_options: Mapping[str, object] | Omit = omit,
        context_management: Iterable[Mapping[str, object]] | Omit | None = omit,
        conversation: str | Mapping[str, object] | Omit | None = omit,
        image: Mapping[str, object] | Omit = omit,
        include: Sequence[str] | Omit | None = omit,
        input: str | Iterable[Mapping[str, object] | Model] | Omit = omit,  # noqa: A002 - OpenAI's word
        instructions: str | Omit | None = omit,
        max_output_tokens: int | Omit | None = omit,
        max_tool_calls: int | Omit | None = omit,
        metadata: Mapping[str, str] | Omit | None = omit,
        model: str | Omit = omit,
        moderation: Mapping[str, object] | Omit | None = omit,
        parallel_tool_calls: bool | Omit | None = omit,
        previous_response_id: str | Omit | None = omit,
        prompt: Mapping[str, object] | Omit | None = omit,
        prompt_cache_key: str | Omit | None = omit,
        prompt_cache_options: Mapping[str, object] | Omit = omit,
        prompt_cache_retention: Literal["in_memory", "24h"] | Omit | None = omit,
        reasoning: Mapping[str, object] | Omit | None = omit,
        safety_identifier: str | Omit | None = omit,
        service_tier: ServiceTier | Omit | None = omit,
        store: bool | Omit | None = omit,
        stream: bool | Omit | None = omit,
        stream_options: Mapping[str, object] | Omit | None = omit,
        temperature: float | Omit | None = omit,
        text: Mapping[str, object] | Omit = omit,
        tool_choice: str | Mapping[str, object] | Omit = omit,
        tools: Iterable[Mapping[str, object]] | Omit = omit,
        top_logprobs: int | Omit | None = omit,
        top_p: float | Omit | None = omit,
        truncation: Literal["auto", "disabled"] | Omit | None = omit,
        user: str | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,  # noqa: ASYNC109 - OpenAI's word
    ) -> Response | AsyncStream[ResponseStreamEvent]:
        """The answer, or with `stream=True` the pieces of one as they come; `timeout` is in seconds.

        Raises the errors of `accord.compat.openai.error`.
        """
        return await self._calls.converse(RESPONSES, asked(locals(), timeout))
