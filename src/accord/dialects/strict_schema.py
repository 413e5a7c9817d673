"""JSON Schemas as OpenAI's wires enforce them (`strict`): a subset, which a schema is made to fit or refused for.

https://developers.openai.com/api/docs/guides/structured-outputs#supported-schemas. What is changed leaves every answer one
that the caller's schema allows: objects that name their members and say nothing of others are closed, what only describes
is left out, and what the subset says in another way is said so. A member that may be left out cannot be said.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from accord.core.json import JsonObject, as_array, as_object
from accord.dialects.schema_choice import exclude_each_other, kinds_of_values

_NEVER: Final = (
    "not",
    "if",
    "then",
    "else",
    "dependentRequired",
    "dependentSchemas",
    "patternProperties",
)
_SILENT: Final = frozenset({"examples", "example", "$comment", "$id", "deprecated", "readOnly", "writeOnly"})
"""What says nothing of which values are right."""
_ABOUT: Final = _SILENT | {"default", "title", "description", "$schema", "$defs", "definitions"}
"""What may stand beside a reference without meaning anything more."""
_SILENT_FORMATS: Final = frozenset({"int32", "int64", "float", "double", "enum"})
"""Google's, which say how a value is kept."""
_MEMBERS: Final = frozenset({"properties", "additionalProperties"})
_MAPS: Final = ("properties", "$defs", "definitions")
_DEEPEST: Final = 100
_MOST: Final = 20_000
"""Schemas in all, with those that references with a description of their own are written out to."""

CLOSED: Final = "objects that are enforced have no members but those they name"
UNSAID: Final = "what only describes values, like `examples`, is left out"


class NotEnforceable(ValueError):
    """A schema asks for what cannot be enforced. `path` is where, as a JSON pointer into the schema."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{why} (at {path})")
        self.path = path


class Strict(NamedTuple):
    """A schema as it can be enforced: the very same where it is so already."""

    schema: JsonObject
    changes: tuple[str, ...]
    """What a caller should know of the difference."""


def strict_schema(schema: JsonObject) -> Strict:
    """The schema as it can be enforced. Raises `NotEnforceable`. How large it may be is for OpenAI to say."""
    writer = _Writer(schema)
    fitting = writer.root()
    return Strict(fitting, tuple(writer.changes))


class _Writer:
    """Writes one schema, and collects what it changes."""

    def __init__(self, schema: JsonObject) -> None:
        self._schema = schema
        self._count = 0
        self._within: list[str] = []
        """The references that are written out where we are."""
        self.changes: list[str] = []

    def root(self) -> JsonObject:
        """The whole schema, which has to be one kind of object."""
        merged = self._merged(self._schema, "#", 0)
        reference = merged.get("$ref")
        if isinstance(reference, str):
            merged = {**self._meant(reference, "#/$ref"), **_without(merged, {"$ref"})}
        if merged.get("type") != "object" or "anyOf" in merged or "oneOf" in merged:
            raise NotEnforceable("#", "the root has to be one kind of object")
        return self._written(merged, "#", 0)

    def _written(self, schema: JsonObject, path: str, depth: int) -> JsonObject:
        self._count += 1
        if depth > _DEEPEST or self._count > _MOST:
            raise NotEnforceable(path, "the schema is nested too deeply, or too large")
        entered = len(self._within)
        found = self._described(self._merged(schema, path, depth))
        for key in _NEVER:
            if key in found:
                raise NotEnforceable(f"{path}/{key}", f"`{key}` cannot be enforced")
        changed = self._parts(found, path, depth)
        del self._within[entered:]
        if _is_object(found):
            changed["additionalProperties"] = self._no_others(found, path)
        same = all(found.get(key) == value for key, value in changed.items())
        written = found if same else {**found, **changed}
        _say_something(written, path)
        return _with_any_of(written, self._meant, path) if "oneOf" in written else written

    def _merged(self, schema: JsonObject, path: str, depth: int) -> JsonObject:
        """The schema with what stands apart for no reason but the words around it: a lone `allOf`, a described reference."""
        for _ in range(_DEEPEST):
            if "allOf" in schema:
                parts = as_array(schema["allOf"]) or []
                only = as_object(parts[0]) if len(parts) == 1 else None
                if only is None:
                    raise NotEnforceable(f"{path}/allOf", "`allOf` cannot be enforced")
                schema = _joined(only, _without(schema, {"allOf"}), f"{path}/allOf")
                continue
            reference = schema.get("$ref")
            beside = schema.keys() - {"$ref"} - ({"$defs", "definitions", "$schema"} if not depth else set())
            if not isinstance(reference, str):
                return schema
            meant = self._meant(reference, f"{path}/$ref")
            if not beside:
                return schema
            around = _without(schema, {"$ref"})
            if reference in self._within and around.keys() <= _ABOUT:
                self._tell(UNSAID)
                return {"$ref": reference}
            self._within.append(reference)
            schema = _joined(meant, around, f"{path}/$ref")
        raise NotEnforceable(f"{path}/$ref", "this reference leads back to itself")

    def _meant(self, reference: str, path: str) -> JsonObject:
        """What a reference within the schema points at."""
        found: object = self._schema
        for step in reference.removeprefix("#").split("/")[1:]:
            found = (as_object(found) or {}).get(step.replace("~1", "/").replace("~0", "~"))
        meant = as_object(found)
        if not reference.startswith("#") or meant is None:
            raise NotEnforceable(path, f"nothing in the schema is called {reference!r}")
        return meant

    def _described(self, schema: JsonObject) -> JsonObject:
        """The schema without what says nothing of values, and with the type that its values have."""
        silent = schema.keys() & _SILENT
        shape = schema.get("format")
        if isinstance(shape, str) and shape in _SILENT_FORMATS:
            silent = silent | {"format"}
        elif silent:
            self._tell(UNSAID)
        found = _without(schema, silent) if silent else schema
        values = [found["const"]] if "const" in found else as_array(found.get("enum"))
        if values is None or "type" in found:
            return found
        kinds = kinds_of_values(values)
        return {**found, "type": kinds[0] if len(kinds) == 1 else kinds}

    def _parts(self, schema: JsonObject, path: str, depth: int) -> dict[str, object]:
        """The schemas within the schema."""
        parts: dict[str, object] = {}
        for key in _MAPS:
            members = as_object(schema.get(key))
            if members is not None:
                parts[key] = {
                    name: self._inner(value, f"{path}/{key}/{name}", depth) for name, value in members.items()
                }
        for key in ("anyOf", "oneOf"):
            options = as_array(schema.get(key))
            if options is not None:
                parts[key] = [self._inner(value, f"{path}/{key}/{index}", depth) for index, value in enumerate(options)]
        if "items" in schema:
            parts["items"] = self._inner(schema["items"], f"{path}/items", depth)
        return parts

    def _inner(self, value: object, path: str, depth: int) -> object:
        schema = as_object(value)
        if schema is None:
            raise NotEnforceable(path, "a schema that is just true or false cannot be enforced")
        return self._written(schema, path, depth + 1)

    def _no_others(self, schema: JsonObject, path: str) -> bool:
        """False, as OpenAI demands. Raises where other members are wanted or one may be missing."""
        place = f"{path}/additionalProperties"
        others = schema.get("additionalProperties")
        if others not in (None, False):
            raise NotEnforceable(place, "members without a name cannot be enforced")
        if others is None:
            if "properties" not in schema:
                raise NotEnforceable(path, "an object of any members cannot be enforced")
            self._tell(CLOSED)
        required = as_array(schema.get("required")) or []
        for name in as_object(schema.get("properties")) or {}:
            if name not in required:
                why = "a member that may be left out cannot be enforced; require it, and let it be null"
                raise NotEnforceable(f"{path}/properties/{name}", why)
        return False

    def _tell(self, change: str) -> None:
        if change not in self.changes:
            self.changes.append(change)


def _joined(schema: JsonObject, beside: JsonObject, path: str) -> JsonObject:
    """A schema with what stands beside it; the words around it count more than its own."""
    differ = any(schema[key] != beside[key] for key in (schema.keys() & beside.keys()) - _ABOUT)
    if differ or (schema.keys() & _MEMBERS and beside.keys() & _MEMBERS):
        raise NotEnforceable(path, "several schemas for one value cannot be enforced")
    return {**schema, **beside}


def _with_any_of(schema: JsonObject, meant: Callable[[str, str], JsonObject], path: str) -> JsonObject:
    """`oneOf` as `anyOf`, which is the same where no value fits two of the choices."""
    options: list[JsonObject] = [as_object(option) or {} for option in as_array(schema["oneOf"]) or []]
    options = [
        meant(reference, path) if isinstance(reference := option.get("$ref"), str) else option for option in options
    ]
    if "anyOf" in schema or not exclude_each_other(options):
        raise NotEnforceable(f"{path}/oneOf", "`oneOf` cannot be enforced where a value may fit two of its choices")
    return {**_without(schema, {"oneOf"}), "anyOf": schema["oneOf"]}


def _say_something(schema: JsonObject, path: str) -> None:
    """Raises where a schema allows anything."""
    if not {"type", "anyOf", "oneOf", "$ref"} & schema.keys():
        raise NotEnforceable(path, "a value of any kind cannot be enforced")
    kind = schema.get("type")
    if "array" in (as_array(kind) or [kind]) and "items" not in schema:
        raise NotEnforceable(path, "a list of anything cannot be enforced")


def _is_object(schema: JsonObject) -> bool:
    kind = schema.get("type")
    kinds = as_array(kind) or [kind]
    return "object" in kinds or (kind is None and "properties" in schema)


def _without(schema: JsonObject, keys: "frozenset[str] | set[str]") -> JsonObject:
    return {key: value for key, value in schema.items() if key not in keys}
