"""Is it allowed? Texts and pictures judged by category."""

from collections.abc import Mapping

import msgspec

from accord.core.json import JsonObject
from accord.core.part import Image, Text
from accord.core.record import CallRecord


class ModerationRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What to judge: texts each by itself, or parts of one message together."""

    model: str = ""
    input: tuple[str, ...] | tuple[Text | Image, ...]
    extra: JsonObject = {}


class Verdict(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The judgement of one input."""

    flagged: bool | None = None
    """`None` where the provider gives scores alone."""
    categories: Mapping[str, bool] = {}
    scores: Mapping[str, float] = {}
    """0 to 1 by category."""
    extra: JsonObject = {}


class ModerationResponse(CallRecord, frozen=True, kw_only=True, omit_defaults=True):
    """One verdict for each input, in order."""

    id: str = ""
    model: str = ""
    results: tuple[Verdict, ...] = ()
    extra: JsonObject = {}
