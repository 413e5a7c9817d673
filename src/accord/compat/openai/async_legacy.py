"""Texts, continued: the older completions, for asyncio."""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Literal, overload

from typing_extensions import Unpack

from accord.compat.openai.async_calls import AsyncCalls
from accord.compat.openai.async_stream import AsyncStream
from accord.compat.openai.omitted import Omit, omit
from accord.compat.openai.param import CompletionParams
from accord.compat.openai.request import Body, Headers, Query, Timeout, asked
from accord.compat.openai.resource import Resource
from accord.compat.openai.types.completion import Completion
from accord.compat.openai.wire import COMPLETIONS


class AsyncLegacyCompletions(Resource):
    """Texts, continued."""

    path: ClassVar[str] = "completions"

    def __init__(self, calls: AsyncCalls) -> None:
        self._calls = calls

    @overload
    async def create(
        self, *, stream: Literal[False] | Omit | None = omit, **params: Unpack[CompletionParams]
    ) -> Completion: ...

    @overload
    async def create(self, *, stream: Literal[True], **params: Unpack[CompletionParams]) -> AsyncStream[Completion]: ...

    @overload
    async def create(
        self, *, stream: bool, **params: Unpack[CompletionParams]
    ) -> Completion | AsyncStream[Completion]: ...

    async def create(
        self,
        *,
        model: str,
        prompt: str | Sequence[str] | Iterable[int] | Iterable[Iterable[int]] | None,
        best_of: int | Omit | None = omit,
        echo: bool | Omit | None = omit,
        frequency_penalty: float | Omit | None = omit,
        logit_bias: Mapping[str, int] | Omit | None = omit,
        logprobs: int | Omit | None = omit,
        max_tokens: int | Omit | None = omit,
        n: int | Omit | None = omit,
        presence_penalty: float | Omit | None = omit,
        seed: int | Omit | None = omit,
        stop: str | Sequence[str] | Omit | None = omit,
        stream: bool | Omit | None = omit,
        stream_options: Mapping[str, object] | Omit | None = omit,
        suffix: str | Omit | None = omit,
        temperature: float | Omit | None = omit,
        top_p: float | Omit | None = omit,
        user: str | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,  # noqa: ASYNC109 - OpenAI's word
    ) -> Completion | AsyncStream[Completion]:
        """The text, continued, on the providers that have such models; with `stream=True` in pieces. Raises the errors of
        `accord.compat.openai.error`.
        """
        return await self._calls.converse(COMPLETIONS, asked(locals(), timeout))
