"""Embeddings, moderations and lists of models, from blocking code."""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Literal

from accord.compat.openai.calls import Calls
from accord.compat.openai.job import embedding, moderation
from accord.compat.openai.omitted import Omit, omit
from accord.compat.openai.page import SyncPage
from accord.compat.openai.request import Body, Headers, Query, Timeout, asked
from accord.compat.openai.resource import Resource
from accord.compat.openai.types.embedding import CreateEmbeddingResponse
from accord.compat.openai.types.listing import ModelInfo
from accord.compat.openai.types.moderation import ModerationCreateResponse


class Embeddings(Resource):
    """Vectors of texts."""

    path: ClassVar[str] = "embeddings"

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def create(
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
        timeout: Timeout | Omit = omit,
    ) -> CreateEmbeddingResponse:
        """One vector for each text. Raises the errors of `accord.compat.openai.error`."""
        return self._calls.perform(embedding, asked(locals(), timeout))


class Moderations(Resource):
    """Verdicts on texts and pictures."""

    path: ClassVar[str] = "moderations"

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def create(
        self,
        *,
        input: str | Sequence[str] | Iterable[Mapping[str, object]],  # noqa: A002 - OpenAI's word
        model: str | Omit = omit,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,
    ) -> ModerationCreateResponse:
        """One verdict for each input. Without `model`, OpenAI's judges. Raises the errors of `accord.compat.openai.error`."""
        return self._calls.perform(moderation, asked(locals(), timeout))


class Models(Resource):
    """Lists of models."""

    path: ClassVar[str] = "models"

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def list(
        self,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,
    ) -> SyncPage[ModelInfo]:
        """The models of the provider that `base_url` or `provider` names, by its own list; without one, the catalogue's
        models of every provider that has a key, by names that a call takes.
        """
        request = asked(locals(), timeout)
        return SyncPage(self._calls.listed(request))

    def retrieve(
        self,
        model: str,
        *,
        extra_headers: Headers | None = None,
        extra_query: Query | None = None,
        extra_body: Body | None = None,
        timeout: Timeout | Omit = omit,
    ) -> ModelInfo:
        """One of the models that `list` has. Raises `NotFoundError` where it is not among them."""
        call = {"extra_headers": extra_headers, "extra_query": extra_query, "extra_body": extra_body}
        return self._calls.found(model, asked(call, timeout))
