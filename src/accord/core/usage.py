"""Tokens used. `None` is unknown, which is not 0 (promise 3)."""

from decimal import Decimal
from typing import Annotated, Final, TypeAlias

import msgspec

from accord.core.json import JsonObject, as_object

MOST: Final = 2**53 - 1
"""The highest count that every reader of JSON keeps exactly. A number above it is no count, and too large to be reckoned with."""

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=MOST)]
"""A count as a provider may tell it."""


def count_of(value: object) -> int | None:
    """A number of things, if need be one that is written as `3.0`; `None` for all else, which is unknown."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MOST:
        return None
    return int(value) if value == int(value) else None


def counts_in(raw: JsonObject) -> dict[str, object]:
    """The members that are counts, and those of its details that are."""
    found: dict[str, object] = {}
    for key, value in raw.items():
        inner = as_object(value)
        counted = count_of(value) if inner is None else counts_in(inner)
        if counted is not None and key.endswith("_details") == (inner is not None):
            found[key] = counted
    return found


class Usage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a call used, counted the same way for every provider; all counts are tokens unless named otherwise.

    `input` includes what was read from and written to a cache; `output` includes reasoning. The details are parts of
    those two sums and are never added to them.
    """

    input: int | None = None
    output: int | None = None
    cached: int | None = None
    """Part of `input` that was read from a cache."""
    cache_write: int | None = None
    """Part of `input` that was written to a cache."""
    cache_write_1h: int | None = None
    """Part of `cache_write` kept for an hour (priced apart by Anthropic)."""
    reasoning: int | None = None
    """Part of `output` that was reasoning."""
    audio_input: int | None = None
    audio_output: int | None = None
    image_input: int | None = None
    image_output: int | None = None
    video_input: int | None = None
    cached_audio: int | None = None
    """Part of `cached` that was audio."""
    cached_image: int | None = None
    """Part of `cached` that was images."""
    web_searches: int | None = None
    """Server-side searches, counted in requests."""
    seconds: float | None = None
    """Audio length, for services billed by time."""
    characters: int | None = None
    """Text length, for services billed by character."""
    images: int | None = None
    """Pictures made, for services billed by picture."""
    service_tier: str | None = None
    """The tier that really served the call, in the provider's word; it decides the price."""
    region: str | None = None
    """Where the call was processed, in the provider's word, where that decides the price (Anthropic's `inference_geo`)."""
    cost: Decimal | None = None
    """What the provider itself says the call cost, in US dollars (OpenRouter, DeepInfra)."""
    model: str | None = None
    """Whose counts these are, where another model than the one that was called did the work (Anthropic's fallbacks)."""
    apart: tuple["Usage", ...] = ()
    """What else the call is billed for, in none of the counts above: a compaction, an advisor's words (Anthropic)."""
    raw: JsonObject | None = None
    """The provider's own usage object."""

    @property
    def total(self) -> int | None:
        """`input` + `output`; `None` unless both are known."""
        if self.input is None or self.output is None:
            return None
        return self.input + self.output
