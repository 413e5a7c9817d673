"""Members without a name within the fields of a request that are read whole; they go back where they stood."""

from collections.abc import Mapping
from typing import TypeAlias

from accord.core.json import as_object
from accord.dialects.openai_chat.parse_part import Block

Shape: TypeAlias = Mapping[str, "Shape | None"]
"""The members an object has, and theirs where they are objects of a known shape."""

_NAMED: Shape = {"name": None}
_SHAPES: Mapping[str, Shape] = {
    "audio": {"format": None, "voice": None},
    "function_call": _NAMED,
    "prediction": {"type": None, "content": None},
    "response_format": {
        "type": None,
        "json_schema": {"name": None, "schema": None, "description": None, "strict": None},
    },
    "tool_choice": {
        "type": None,
        "function": _NAMED,
        "custom": _NAMED,
        "allowed_tools": {"mode": None, "tools": None},
    },
}
_OWN_TYPES = frozenset({"function", "custom", "allowed_tools"})


def keep_rest(body: Block, extra: Block) -> None:
    """Adds to `extra` what the fields hold beside their own members, unless it has the field already, as it came."""
    for key, shape in _SHAPES.items():
        given = as_object(body.get(key))
        if given is None or key in extra or (key == "tool_choice" and given.get("type") not in _OWN_TYPES):
            continue
        rest = _rest(given, shape)
        if rest:
            extra["tool_choice" if key == "function_call" else key] = rest


def _rest(given: Block, shape: Shape) -> Block:
    found: Block = {}
    for key, value in given.items():
        if key not in shape:
            found[key] = value
            continue
        inner, within = as_object(value), shape[key]
        if inner is not None and within is not None and (rest := _rest(inner, within)):
            found[key] = rest
    return found


def beside_written(extra: Mapping[str, object], body: Mapping[str, object]) -> Block:
    """A request's own members for `body`: what is the rest of a field goes only where the field itself does."""
    return {key: value for key, value in extra.items() if key in body or not _is_rest(key, value)}


def _is_rest(key: str, value: object) -> bool:
    """Whether it is what `keep_rest` kept, not a whole field in a form without a neutral name."""
    given = as_object(value)
    return key in _SHAPES and given is not None and given.keys().isdisjoint({"type", "format"})
