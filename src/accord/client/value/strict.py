"""Schemas in the form that providers can hold a model to, and answers in that form made ordinary again.

OpenAI's strict mode is the narrowest: the root is an object, every object names all its properties as required and allows
no others, unions are `anyOf` without discriminator, there is no `default`, `allOf` or `oneOf`
(https://platform.openai.com/docs/guides/structured-outputs#supported-schemas). What is strict there is taken by the others
too. A property that may be left out, and has no default that could be written, becomes one that may be null.
"""

from collections.abc import Mapping
from typing import Final

from accord.core.json import JsonObject, as_array, as_object, dumps, kind_of

_KEPT: Final = frozenset(
    {"type", "title", "description", "enum", "multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
    | {"minItems", "maxItems", "minLength", "maxLength"}
)
_FORMATS: Final = frozenset(
    {"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"},
)
_SILENT: Final = frozenset(
    {"$defs", "discriminator", "const", "$ref", "required", "additionalProperties", "properties"}
)
_NULL: Final[JsonObject] = {"type": "null"}


class NotStrict(ValueError):
    """The schema allows what strict mode has no form for. The text says where and what."""


def strict_schema(schema: JsonObject) -> JsonObject:
    """The schema in strict form; its root must be an object. Raises `NotStrict`."""
    definitions = as_object(schema.get("$defs")) or {}
    root = _Writer(definitions).root(schema)
    found = {name: _Writer(definitions).write(inner, name, ()) for name, inner in definitions.items()}
    return {**root, "$defs": found} if found else root


class _Writer:
    def __init__(self, definitions: JsonObject) -> None:
        self._definitions = definitions

    def root(self, schema: JsonObject) -> dict[str, object]:
        """The outermost schema, which must not be a reference."""
        written = self.write(target(schema, self._definitions), "$", ())
        if written.get("type") != "object":
            raise NotStrict("$ is no object")
        return written

    def write(self, schema: object, path: str, within: tuple[str, ...]) -> dict[str, object]:
        found = as_object(schema)
        if not found:
            raise NotStrict(f"{path} may be anything")
        reference = found.get("$ref")
        if isinstance(reference, str):
            return self._reference(reference, found, path, within)
        if "prefixItems" in found or "patternProperties" in found:
            raise NotStrict(f"{path} is a tuple or has properties of any name")
        parts = as_array(found.get("allOf"))
        if parts is not None:
            return self._merged(found, parts, path, within)
        written, told = self._keywords(found, path, within)
        if _is_object(found):
            written.update(self._object(found, path, within))
        if told:
            words = ", ".join([f"{key}: {_word(value)}" for key, value in told.items()])
            before = written.get("description")
            written["description"] = f"{before} ({words})" if isinstance(before, str) else f"({words})"
        return written

    def _keywords(
        self, found: JsonObject, path: str, within: tuple[str, ...]
    ) -> tuple[dict[str, object], dict[str, object]]:
        written: dict[str, object] = {}
        told: dict[str, object] = {}
        for key, value in found.items():
            if key in _KEPT or (key == "format" and value in _FORMATS) or (key == "pattern" and "(?" not in str(value)):
                written[key] = value
            elif key in ("anyOf", "oneOf"):
                options = as_array(value) or []
                written["anyOf"] = [self.write(arm, f"{path}/{index}", within) for index, arm in enumerate(options)]
            elif key == "items":
                written[key] = self.write(value, f"{path}[]", within)
            elif key not in _SILENT:
                told[key] = value
        if "const" in found:
            written["enum"] = [found["const"]]
        if "enum" in written and "type" not in written:
            written["type"] = _types(as_array(written["enum"]) or [])
        if not {"type", "anyOf"} & written.keys():
            raise NotStrict(f"{path} may be anything")
        return written, told

    def _object(self, found: JsonObject, path: str, within: tuple[str, ...]) -> dict[str, object]:
        properties = as_object(found.get("properties")) or {}
        if found.get("additionalProperties") not in (None, False):
            raise NotStrict(f"{path} has properties of any name")
        if not properties and found.get("additionalProperties") is None:
            raise NotStrict(f"{path} is an object of any shape")
        required = _required(found)
        written: dict[str, object] = {}
        for name, inner in properties.items():
            one = self.write(inner, f"{path}.{name}", within)
            may_miss = name not in required and "default" not in (as_object(inner) or {})
            written[name] = {"anyOf": [one, _NULL]} if may_miss and not allows_null(one, {}) else one
        return {"properties": written, "required": list(properties), "additionalProperties": False}

    def _reference(self, reference: str, found: JsonObject, path: str, within: tuple[str, ...]) -> dict[str, object]:
        """A reference stands alone, so what is said beside it is said in a copy of what it means."""
        beside = {key: value for key, value in found.items() if key not in {"$ref", "$defs"}}
        if not beside or reference in within:
            return {"$ref": reference}
        meant = target({"$ref": reference}, self._definitions)
        return self.write({**meant, **beside}, path, (*within, reference))

    def _merged(self, found: JsonObject, parts: list[object], path: str, within: tuple[str, ...]) -> dict[str, object]:
        if len(parts) != 1:
            raise NotStrict(f"{path} combines several schemas")
        beside = {key: value for key, value in found.items() if key != "allOf"}
        return self.write({**(as_object(parts[0]) or {}), **beside}, path, within)


def target(schema: JsonObject, definitions: JsonObject) -> JsonObject:
    """What a schema means that may be a reference to a definition."""
    found = schema
    for _ in range(len(definitions) + 1):
        reference = found.get("$ref")
        if not isinstance(reference, str):
            break
        found = as_object(definitions.get(reference.rpartition("/")[2])) or {}
    return found


def allows_null(schema: JsonObject, definitions: JsonObject) -> bool:
    """Whether null is one of the values a schema allows."""
    found = target(schema, definitions)
    kind = found.get("type")
    values = as_array(found.get("enum"))
    if values is not None:
        return None in values
    if kind == "null" or (isinstance(kind, list) and "null" in kind):
        return True
    arms = as_array(found.get("anyOf")) or as_array(found.get("oneOf")) or []
    return any(allows_null(as_object(arm) or {}, definitions) for arm in arms)


def without_nulls(value: object, schema: JsonObject, definitions: JsonObject) -> object:
    """A value with the nulls left out that stand for properties which were not given."""
    found = target(schema, definitions)
    items = as_array(value)
    if items is not None:
        inner = as_object(found.get("items")) or {}
        return [without_nulls(item, inner, definitions) for item in items]
    members = as_object(value)
    if members is None:
        return value
    arm = _arm(members, found, definitions)
    properties = as_object(arm.get("properties")) or {}
    required = _required(arm)
    kept: dict[str, object] = {}
    for name, member in members.items():
        inner = as_object(properties.get(name)) or {}
        if member is not None or name in required or name not in properties or allows_null(inner, definitions):
            kept[name] = without_nulls(member, inner, definitions)
    return kept


def _arm(members: Mapping[str, object], schema: JsonObject, definitions: JsonObject) -> JsonObject:
    """Of a union, the first object that has all these members."""
    arms = as_array(schema.get("anyOf")) or as_array(schema.get("oneOf"))
    if arms is None:
        return schema
    for arm in arms:
        found = _arm(members, target(as_object(arm) or {}, definitions), definitions)
        properties = as_object(found.get("properties")) or {}
        if properties and members.keys() <= properties.keys() and _required(found) <= members.keys():
            return found
    return {}


def _required(schema: JsonObject) -> set[object]:
    return set(as_array(schema.get("required")) or [])


def _is_object(schema: JsonObject) -> bool:
    return schema.get("type") == "object" or "properties" in schema


def _types(values: list[object]) -> object:
    kinds: list[str] = []
    for value in values:
        kind = "integer" if isinstance(value, int) and not isinstance(value, bool) else kind_of(value)
        if kind not in kinds:
            kinds.append(kind)
    return kinds[0] if len(kinds) == 1 else kinds


def _word(value: object) -> str:
    return value if isinstance(value, str) else dumps(value).decode()
