"""JSON Schemas in Moonshot's own subset (MFJS), saying the same. https://platform.kimi.ai/docs.

The root is an object and names no `$schema`; a tuple is `prefixItems`; `type` stands in the branches of `anyOf`, not beside
it; and every property has a type.
"""

from collections.abc import Mapping

from accord.core.json import JsonObject, as_array, as_object

_JSON_TYPES: tuple[tuple[type, str], ...] = (
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (str, "string"),
    (type(None), "null"),
    (list, "array"),
    (dict, "object"),
)
_TYPED = frozenset({"type", "anyOf", "$ref"})
_MAPS = ("properties", "$defs", "definitions", "patternProperties")
_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_ONE = ("items", "additionalProperties", "not")


def moonshot_schema(schema: JsonObject) -> dict[str, object]:
    """The schema as the provider takes it."""
    root = {key: value for key, value in _regular(schema).items() if key != "$schema"}
    return {**root, "type": "object"} if "type" not in root and _TYPED.isdisjoint(root) else root


def _regular(schema: JsonObject) -> dict[str, object]:
    """A schema at any depth."""
    written = dict(schema)
    items = as_array(written.get("items"))
    if items is not None:
        del written["items"]
        written["prefixItems"] = items
    # What `oneOf` says beyond `anyOf` cannot be said.
    if "anyOf" not in written and "oneOf" in written:
        written["anyOf"] = written.pop("oneOf")
    # Before the branches are looked into, which may be choices themselves.
    written = _with_typed_branches(written)
    for key in _MAPS:
        inner = as_object(written.get(key))
        if inner is not None:
            written[key] = {name: _property(value, named=key == "properties") for name, value in inner.items()}
    for key in _LISTS:
        branches = as_array(written.get(key))
        if branches is not None:
            written[key] = [_property(branch, named=False) for branch in branches]
    for key in _ONE:
        if (one := as_object(written.get(key))) is not None:
            written[key] = _regular(one)
    return written


def _property(value: object, *, named: bool) -> object:
    schema = as_object(value)
    if schema is None:
        return value
    written = _regular(schema)
    if named and _TYPED.isdisjoint(written) and (kind := _kind_of(written)) is not None:
        return {"type": kind, **written}
    return written


def _with_typed_branches(schema: dict[str, object]) -> dict[str, object]:
    branches, kind = as_array(schema.get("anyOf")), schema.get("type")
    if branches is None or kind is None:
        return schema
    typed = [{"type": kind, **branch} if (branch := as_object(item)) is not None else item for item in branches]
    return {**{key: value for key, value in schema.items() if key != "type"}, "anyOf": typed}


def _kind_of(schema: Mapping[str, object]) -> object:
    """The type that a property without one has, by what it says of itself; `None` where it says nothing."""
    values = as_array(schema.get("enum")) or ([schema["const"]] if "const" in schema else [])
    kinds = list(dict.fromkeys([_type_of(value) for value in values]))
    if kinds:
        return kinds[0] if len(kinds) == 1 else kinds
    if "properties" in schema or "additionalProperties" in schema:
        return "object"
    return "array" if "items" in schema or "prefixItems" in schema else None


def _type_of(value: object) -> str:
    return next(name for kind, name in _JSON_TYPES if isinstance(value, kind))
