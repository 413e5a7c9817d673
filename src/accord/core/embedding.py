"""Texts become vectors."""

import msgspec

from accord.core.attempt import Attempt
from accord.core.cost import Cost
from accord.core.json import JsonObject
from accord.core.usage import Usage
from accord.core.warning import CallWarning


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


class EmbeddingResponse(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One vector for each input, in order."""

    model: str = ""
    embeddings: tuple[tuple[float, ...], ...] = ()
    usage: Usage | None = None
    provider: str = ""
    request_id: str | None = None
    warnings: tuple[CallWarning, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    cost: Cost | None = None
    extra: JsonObject = {}
    raw: bytes | None = None
