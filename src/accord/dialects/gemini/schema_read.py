"""Google's schemas become JSON Schema. https://ai.google.dev/api/caching#Schema.

They are OpenAPI 3.0's: types in capitals, `nullable`, `propertyOrdering`, counts as strings; and in either spelling.
"""

from accord.core.json import as_array, as_object

_RENAMED = {
    "any_of": "anyOf",
    "additional_properties": "additionalProperties",
    "min_items": "minItems",
    "max_items": "maxItems",
    "min_length": "minLength",
    "max_length": "maxLength",
    "min_properties": "minProperties",
    "max_properties": "maxProperties",
    "defs": "$defs",
    "ref": "$ref",
}
_COUNTS = frozenset({"minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"})
_LEFT_OUT = frozenset({"propertyOrdering", "property_ordering", "nullable"})
"""Hints without meaning in JSON Schema, and what is said by the type there."""


def json_schema_of(schema: dict[str, object]) -> dict[str, object]:
    """The same in JSON Schema. What is JSON Schema already stays as it is."""
    found: dict[str, object] = {}
    for key, value in schema.items():
        if key not in _LEFT_OUT:
            name = _RENAMED.get(key, key)
            found[name] = _member(name, value)
    if schema.get("nullable") is True:
        _allow_null(found)
    return found


def _member(name: str, value: object) -> object:
    if name == "type" and isinstance(value, str):
        return value.lower()
    if name in ("properties", "$defs"):
        return {key: _inner(inner) for key, inner in (as_object(value) or {}).items()}
    if name in ("items", "additionalProperties"):
        return _inner(value)
    if name == "anyOf":
        return [_inner(inner) for inner in as_array(value) or []]
    if name in _COUNTS and isinstance(value, str) and value.isdigit():
        return int(value)
    return value


def _inner(value: object) -> object:
    schema = as_object(value)
    return value if schema is None else json_schema_of(schema)


def _allow_null(schema: dict[str, object]) -> None:
    kind, options, values = schema.get("type"), as_array(schema.get("anyOf")), as_array(schema.get("enum"))
    if isinstance(kind, str):
        schema["type"] = [kind, "null"]
    elif options is not None:
        schema["anyOf"] = [*options, {"type": "null"}]
    if values is not None and None not in values:
        schema["enum"] = [*values, None]
