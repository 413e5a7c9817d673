"""Embeddings, pictures and lists of models, for asyncio."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from accord.compat.openai.async_calls import AsyncCalls
from accord.compat.openai.omit import Omit, omit
from accord.compat.openai.page import AsyncPaginator
from accord.compat.openai.request import Body, Headers, Query, Timeout, asked
from accord.compat.openai.resource import Resource
from accord.compat.openai.types.embedding import CreateEmbeddingResponse
from accord.compat.openai.types.image import ImagesResponse
from accord.compat.openai.types.listing import ModelInfo


class AsyncEmbeddings(Resource):
    """Vectors of texts."""

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
        return await self._calls.embed(asked(locals(), timeout))


class AsyncImages(Resource):
    """Pictures."""

    def __init__(self, calls: AsyncCalls) -> None:
        self._calls = calls

    async def generate(
        self,
        *,
        prompt: str,
        background: Literal["transparent", "opaque", "auto"] | Omit | None = omit,
        complexity: Literal["low", "medium", "high"] | Omit | None = omit,
        frame_count: int | Omit | None = omit,
        frame_duration_ms: int | Omit | None = omit,
        model: str | Omit | None = omit,
        moderation: Literal["low", "auto"] | Omit | None = omit,
        n: int | Omit | None = omit,
        output_compression: int | Omit | None = omit,
        output_format: Literal["png", "webp", "jpeg", "gif", "svg"] | Omit | None = omit,
        partial_images: int | Omit | None = omit,
        quality: Literal["low", "medium", "high", "xhigh", "max", "auto", "standard", "hd"] | Omit | None = omit,
        response_format: Literal["url", "b64_json"] | Omit | None = omit,
        safety_identifier: str | Omit | None = omit,
        size: str | Omit | None = omit,
        stream: Literal[False] | Omit | None = omit,
        style: Literal["vivid", "natural"] | Omit | None = omit,
        svg: Mapping[str, object] | Omit = omit,
        user: str | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,  # noqa: ASYNC109 - OpenAI's word
    ) -> ImagesResponse:
        """Pictures of what the prompt describes, whole: they are not streamed. Raises the errors of
        `accord.compat.openai.error`.
        """
        return await self._calls.draw(asked(locals(), timeout))


class AsyncModels(Resource):
    """Lists of models."""

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
