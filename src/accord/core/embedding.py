"""Texts become vectors."""

import msgspec

from accord.core.json import JsonObject
from accord.core.record import CallRecord


class EmbeddingRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What to embed: texts, or token lists where the provider takes them."""

    model: str = ""
    input: tuple[str, ...] | tuple[tuple[int, ...], ...]
    dimensions: int | None = None
    """The length of the vectors; `None` is the model's own."""
    task: str | None = None
    """What the vectors are for, in the provider's words (Gemini's `taskType`)."""
    user: str | None = None
    extra: JsonObject = {}
    """Fields without a neutral name, sent as they are."""


class EmbeddingResponse(CallRecord, frozen=True, kw_only=True, omit_defaults=True):
    """One vector for each input, in order."""

    model: str = ""
    embeddings: tuple[tuple[float, ...], ...] = ()
    extra: JsonObject = {}
