"""Embeddings, moderations and lists of models, for asyncio."""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Literal

from accord.compat.openai.async_calls import AsyncCalls
from accord.compat.openai.job import embedding, moderation
from accord.compat.openai.omitted import Omit, omit
from accord.compat.openai.page import AsyncPaginator
from accord.compat.openai.request import Body, Headers, Query, Timeout, asked
from accord.compat.openai.resource import Resource
from accord.compat.openai.types.embedding import CreateEmbeddingResponse
from accord.compat.openai.types.listing import ModelInfo
from accord.compat.openai.types.moderation import ModerationCreateResponse


class AsyncEmbeddings(Resource):
    """Vectors of texts."""

    path: ClassVar[str] = "embeddings"

    def __init__(self, calls: AsyncCalls) -> None:
        self._calls = calls

    async def create(
        self,
        *,
        input: str | Sequence[str] | Iterable[int] | Iterable[Iterable[int]],  # noqa: A002 - OpenAI's word
        model: str,
        dimensions: int | Omit = omit,
        encoding_format: Literal["float", "base64"] | Omit = omit,
        user: str | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,  # noqa: ASYNC109 - OpenAI's word
    ) -> CreateEmbeddingResponse:
        """One vector for each text. Raises the errors of `accord.compat.openai.error`."""
        return await self._calls.perform(embedding, asked(locals(), timeout))


class AsyncModerations(Resource):
    """Verdicts on texts and pictures."""

    path: ClassVar[str] = "moderations"

    def __init__(self, calls: AsyncCalls) -> None:
        self._calls = calls

    async def create(
        self,
        *,
        input: str | Sequence[str] | Iterable[Mapping[str, object]],  # noqa: A002 - OpenAI's word
        model: str | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,  # noqa: ASYNC109 - OpenAI's word
    ) -> ModerationCreateResponse:
        """One verdict for each input. Without `model`, OpenAI's judges. Raises the errors of `accord.compat.openai.error`."""
        return await self._calls.perform(moderation, asked(locals(), timeout))


class AsyncModels(Resource):
    """Lists of models."""

    path: ClassVar[str] = "models"

    def __init__(self, calls: AsyncCalls) -> None:
        self._calls = calls

    def list(
        self,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,
    ) -> AsyncPaginator[ModelInfo]:
        """The models of the provider that `base_url` or `provider` names, by its own list; without one, the catalogue's
        models of every provider that has a key, by names that a call takes.
        """
        request = asked(locals(), timeout)
        return AsyncPaginator(lambda: self._calls.listed(request))

    async def retrieve(
        self,
        model: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,  # noqa: ASYNC109 - OpenAI's word
    ) -> ModelInfo:
        """One of the models that `list` has. Raises `NotFoundError` where it is not among them."""
        call = {"extra_headers": extra_headers, "extra_query": extra_query, "extra_body": extra_body}
        return await self._calls.found(model, asked(call, timeout))
