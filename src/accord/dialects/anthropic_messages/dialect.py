"""The name of this wire, and what of a neutral value belongs to it."""

from typing import Final

from accord.core.dialect import Dialect
from accord.core.json import JsonObject
from accord.core.part import Extra

DIALECT: Final[Dialect] = "anthropic_messages"

_NONE: JsonObject = {}


def own(extra: Extra) -> JsonObject:
    """The fields of `extra` that belong to this wire."""
    return extra.get(DIALECT, _NONE) if extra else _NONE


def kept(fields: JsonObject) -> Extra:
    """`fields` as this wire's `extra`; nothing when there are none."""
    return {DIALECT: fields} if fields else {}
