"""The name of this wire, and what of a neutral value belongs to it."""

from collections.abc import Mapping
from typing import Final

from accord.core.dialect import Dialect
from accord.core.json import JsonObject, as_object
from accord.core.part import Extra

DIALECT: Final[Dialect] = "gemini"

_NONE: JsonObject = {}


def own(extra: Extra) -> JsonObject:
    """The fields of `extra` that belong to this wire."""
    return extra.get(DIALECT, _NONE) if extra else _NONE


def kept(fields: JsonObject) -> Extra:
    """`fields` as this wire's `extra`; nothing when there are none."""
    return {DIALECT: fields} if fields else {}


def overlaid(built: dict[str, object], extra: Mapping[str, object]) -> dict[str, object]:
    """`built` with the members of `extra` over it, objects within objects merged. Nothing of `extra` itself is changed."""
    for key, value in extra.items():
        over = as_object(value)
        built[key] = value if over is None else overlaid(dict(as_object(built.get(key)) or {}), over)
    return built
