"""JSON Schema as structured output and strict tools take it: a subset, to which a schema is reduced.

https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations. What cannot be enforced
is told to the model in the description, and the caller is warned; a schema whose meaning would change is refused with
the path of the offending place. A schema that the wire takes as it is stays as it is.
"""

from collections.abc import Mapping
from typing import Final

from accord.core.json import JsonObject, as_array, as_object, dumps

_KEPT: Final = frozenset(
    {"type", "title", "description", "enum", "const", "default", "required", "$ref", "$schema", "$id", "$comment"}
)
_FORMATS: Final = frozenset(
    {"date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"}
)
_MOST_DEPTH: Final = 200


class NotExpressible(ValueError):
    """The schema means something that the wire has no form for. `path` is where, as a JSON pointer into the schema."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{why} (at {path})")
        self.path = path
        self.why = why


class Reduced:
    """A schema made fit for the wire, and what it lost."""

    __slots__ = ("_definitions", "optional", "schema", "told", "unions")

    def __init__(self, schema: JsonObject) -> None:
        """Raises `NotExpressible`."""
        self.told: list[str] = []
        """Keywords that are told to the model instead of enforced, each once."""
        self.optional: int = 0
        """Properties that may be left out; a request may have 24 in all."""
        self.unions: int = 0
        """Places with a choice of types; a request may have 16 in all."""
        self._definitions = schema
        _refuse_recursion(schema)
        self.schema: dict[str, object] = self._reduced(schema, "#", 0)

    def _reduced(self, schema: object, path: str, depth: int) -> dict[str, object]:
        found = as_object(schema)
        if found is None:
            raise NotExpressible(path, "a schema that is just true or false cannot be enforced")
        if depth > _MOST_DEPTH:
            raise NotExpressible(path, "the schema is nested too deeply")
        result: dict[str, object] = {}
        told: dict[str, object] = {}
        for key, value in found.items():
            place = f"{path}/{key}"
            if key in _KEPT:
                result[key] = value
            elif key in _PARTS:
                result[_PARTS[key]] = self._part(key, value, place, depth)
            elif not self._fits(key, value, found):
                told[key] = value
        self._count_union(result)
        if _is_object(found):
            self._close(found, result, path)
        return self._with_told(result, told)

    def _part(self, key: str, value: object, path: str, depth: int) -> object:
        """Schemas within the schema."""
        if key in {"anyOf", "oneOf", "allOf"}:
            options = as_array(value) or []
            return [self._reduced(option, f"{path}/{index}", depth + 1) for index, option in enumerate(options)]
        if key == "items":
            return self._reduced(value, path, depth + 1)
        inner = as_object(value) or {}
        return {name: self._reduced(schema, f"{path}/{name}", depth + 1) for name, schema in inner.items()}

    def _fits(self, key: str, value: object, schema: Mapping[str, object]) -> bool:
        """Whether a keyword says nothing that is not said anyway."""
        return key == "additionalProperties" and _is_object(schema)

    def _count_union(self, result: dict[str, object]) -> None:
        if "anyOf" in result or isinstance(result.get("type"), list):
            self.unions += 1

    def _close(self, found: Mapping[str, object], result: dict[str, object], path: str) -> None:
        """Objects have the properties they name and no others."""
        open_ended = found.get("additionalProperties")
        properties = as_object(found.get("properties")) or {}
        if open_ended not in (None, False) and not properties:
            raise NotExpressible(f"{path}/additionalProperties", "objects with any properties cannot be enforced")
        if open_ended not in (None, False) or (open_ended is None and "properties" not in found):
            self._tell("additionalProperties")
        result["additionalProperties"] = False
        self.optional += len(properties.keys() - required_names(found))

    def _with_told(self, result: dict[str, object], told: dict[str, object]) -> dict[str, object]:
        for key in ("format", "minItems"):
            if key in told and _enforced(key, told[key]):
                result[key] = told.pop(key)
        if not told:
            return result
        for key in told:
            self._tell(key)
        words = ", ".join([f"{key}: {_written(value)}" for key, value in told.items()])
        before = result.get("description")
        result["description"] = f"{before}\n\n{{{words}}}" if isinstance(before, str) else f"{{{words}}}"
        return result

    def _tell(self, key: str) -> None:
        if key not in self.told:
            self.told.append(key)


_PARTS: Final = {
    "properties": "properties",
    "$defs": "$defs",
    "definitions": "definitions",
    "items": "items",
    "anyOf": "anyOf",
    "oneOf": "anyOf",
    "allOf": "allOf",
}
"""Keywords that hold schemas, and what they become."""


def required_names(schema: Mapping[str, object]) -> set[str]:
    """The properties an object must have."""
    return {name for name in as_array(schema.get("required")) or [] if isinstance(name, str)}


def _is_object(schema: Mapping[str, object]) -> bool:
    kind = schema.get("type")
    return (
        kind == "object" or (isinstance(kind, list) and "object" in kind) or (kind is None and "properties" in schema)
    )


def _enforced(key: str, value: object) -> bool:
    if key == "format":
        return isinstance(value, str) and value in _FORMATS
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 1


def _written(value: object) -> str:
    return value if isinstance(value, str) else dumps(value).decode()


def _refuse_recursion(schema: JsonObject) -> None:
    """Raises `NotExpressible` where a definition leads back to itself, or a reference out of the schema."""
    settled: set[str] = set()

    def follow(value: object, path: str, within: tuple[str, ...], depth: int) -> None:
        if depth > _MOST_DEPTH:
            raise NotExpressible(path, "the schema is nested too deeply")
        for key, inner in _members(value):
            place = f"{path}/{key}"
            if key == "$ref" and isinstance(inner, str):
                enter(inner, place, within, depth)
            elif not (path == "#" and key in {"$defs", "definitions"}):
                follow(inner, place, within, depth + 1)

    def enter(reference: str, path: str, within: tuple[str, ...], depth: int) -> None:
        if reference in within or reference == "#":
            raise NotExpressible(path, "a schema that contains itself cannot be enforced")
        if reference not in settled:
            follow(resolved(schema, reference, path), reference, (*within, reference), depth + 1)
            settled.add(reference)

    follow(schema, "#", (), 0)


def resolved(schema: JsonObject, reference: str, path: str) -> object:
    """What a reference within the schema points at. Raises `NotExpressible` for any other."""
    found: object = schema
    if not reference.startswith("#"):
        raise NotExpressible(path, f"the reference {reference!r} leads out of the schema")
    for step in reference.removeprefix("#").split("/")[1:]:
        holder = as_object(found) or {}
        found = holder.get(step.replace("~1", "/").replace("~0", "~"))
    if as_object(found) is None:
        raise NotExpressible(path, f"the reference {reference!r} leads nowhere")
    return found


def _members(value: object) -> list[tuple[str, object]]:
    found = as_object(value)
    if found is not None:
        return list(found.items())
    return [(str(index), inner) for index, inner in enumerate(as_array(value) or [])]
