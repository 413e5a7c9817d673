"""A tool's `input_schema`: ordinary JSON Schema, except that its root is an object without `anyOf`, `oneOf` or `allOf`.

https://platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools
"""

from typing import NamedTuple

from accord.core.json import JsonObject, as_array, as_object
from accord.dialects.anthropic_messages.schema import NotExpressible, required_names, resolved

_CHOICES = ("anyOf", "oneOf", "allOf")


class InputSchema(NamedTuple):
    """A schema the wire takes, and whether it says less than the caller's did."""

    schema: JsonObject
    widened: bool = False


def input_schema(parameters: JsonObject | None) -> InputSchema:
    """The caller's schema with an object at its root. Raises `NotExpressible` where the root is something else."""
    if not parameters:
        return InputSchema({"type": "object", "properties": {}})
    if any(key in parameters for key in _CHOICES) or "$ref" in parameters:
        return InputSchema(_merged(parameters), widened=True)
    kind = parameters.get("type")
    if kind == "object":
        return InputSchema(parameters)
    if kind is None or (isinstance(kind, list) and "object" in kind):
        return InputSchema({**parameters, "type": "object"})
    raise NotExpressible("#/type", f"a tool's arguments are an object, not {kind!r}")


def _merged(parameters: JsonObject) -> JsonObject:
    """One object that takes whatever any of the root's alternatives takes."""
    properties: dict[str, object] = dict(as_object(parameters.get("properties")) or {})
    required = required_names(parameters)
    kept = {key: value for key, value in parameters.items() if key not in (*_CHOICES, "$ref")}
    for key in ("$ref", *_CHOICES):
        options = [_object(parameters, option, key) for option in _options(parameters, key)]
        for option in options:
            properties.update({name: schema for name, schema in _properties(option) if name not in properties})
        demands = [required_names(option) for option in options]
        if demands:
            first, *others = demands
            required |= first.union(*others) if key in ("$ref", "allOf") else first.intersection(*others)
    merged: dict[str, object] = {**kept, "type": "object", "properties": properties}
    if required:
        merged["required"] = [name for name in properties if name in required]
    return merged


def _options(parameters: JsonObject, key: str) -> list[object]:
    value = parameters.get(key)
    if key == "$ref":
        return [] if value is None else [parameters]
    return as_array(value) or []


def _object(parameters: JsonObject, option: object, key: str) -> JsonObject:
    """One alternative, its references followed."""
    found: object = option
    for _ in range(16):
        holder = as_object(found)
        if holder is None:
            break
        reference = holder.get("$ref")
        if not isinstance(reference, str):
            return holder
        found = resolved(parameters, reference, f"#/{key}/$ref")
    raise NotExpressible(f"#/{key}", "the alternative is no schema of an object")


def _properties(schema: JsonObject) -> list[tuple[str, object]]:
    return list((as_object(schema.get("properties")) or {}).items())
