"""JSON Schema becomes a Google schema, for models that take nothing else (Gemini 1.5 and what is tuned from it).

https://ai.google.dev/api/caching#Schema. What the subset lacks is said in another way where there is one, left out with a
warning where it only narrows the values, and refused with its path where leaving it out would change what is meant.
"""

from collections.abc import Mapping

from accord.core.json import as_array, as_object, kind_of
from accord.core.loss import Losses

_KEPT = frozenset(
    {
        "title",
        "description",
        "default",
        "minItems",
        "maxItems",
        "minProperties",
        "maxProperties",
        "minLength",
        "maxLength",
        "pattern",
        "minimum",
        "maximum",
        "propertyOrdering",
    }
)
_FORMATS = frozenset({"enum", "date-time", "int32", "int64", "float", "double"})
_SAID_ELSEWHERE = frozenset(
    {"type", "nullable", "format", "properties", "items", "enum", "const", "anyOf", "oneOf", "allOf", "$ref", "$defs"}
)
_SILENT = frozenset(
    {"$schema", "$id", "$anchor", "$comment", "definitions", "strict", "examples", "example", "readOnly"}
)
"""Members that say nothing about which values are right."""
_DEEPEST = 32
_MOST = 5_000
"""Schemas in all, references written out: what refers to others twice at every level grows without end otherwise."""
_TYPES = {"string", "number", "integer", "boolean", "array", "object", "null"}


class SchemaWriter:
    """Writes one schema. `path` is where it stands in the request."""

    def __init__(self, root: Mapping[str, object], path: str, losses: Losses) -> None:
        self._path = path
        self._losses = losses
        self._named: dict[str, object] = {
            f"#/{place}/{name}": schema
            for place in ("$defs", "definitions")
            for name, schema in (as_object(root.get(place)) or {}).items()
        }
        self._root = root
        self._count = 0

    def write(self) -> dict[str, object]:
        """The Google schema. Raises `Unsupported` naming the path of what cannot be said."""
        return self._schema(self._root, self._path, 0)

    def _schema(self, schema: Mapping[str, object], path: str, depth: int) -> dict[str, object]:
        self._count += 1
        if depth > _DEEPEST or self._count > _MOST:
            if self._count <= _MOST + 1:
                self._losses.refuse(path, "this schema is recursive or too large, and this model has no references")
            return {"type": "OBJECT"}
        schema, path = self._followed(schema, path)
        options = self._options(schema, path)
        if options is not None:
            return self._choice(schema, options, path, depth)
        found: dict[str, object] = {}
        self._type(schema, found, path)
        self._values(schema, found, path)
        for key, value in schema.items():
            if key == "required":
                found[key] = _defined(value, schema)
            elif key in _KEPT:
                found[key] = value
            elif key not in _SAID_ELSEWHERE and key not in _SILENT:
                self._left_out(key, value, path)
        self._children(schema, found, path, depth)
        return found

    def _followed(self, schema: Mapping[str, object], path: str) -> tuple[Mapping[str, object], str]:
        """The schema with what it refers to, and what it adds to that, in one."""
        for _ in range(_DEEPEST):
            reference = schema.get("$ref")
            if not isinstance(reference, str):
                parts = as_array(schema.get("allOf"))
                only = as_object(parts[0]) if parts is not None and len(parts) == 1 else None
                if only is None:
                    return schema, path
                schema = {**only, **{key: value for key, value in schema.items() if key != "allOf"}}
                continue
            target = self._root if reference == "#" else as_object(self._named.get(reference))
            if target is None:
                self._losses.refuse(f"{path}.$ref", f"nothing in the schema is called {reference!r}")
                return {}, path
            schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
        self._losses.refuse(f"{path}.$ref", "this reference leads back to itself")
        return {}, path

    def _options(self, schema: Mapping[str, object], path: str) -> list[tuple[str, Mapping[str, object]]] | None:
        for key in ("anyOf", "oneOf"):
            items = as_array(schema.get(key))
            if items is not None:
                return [(f"{path}.{key}[{n}]", option) for n, item in enumerate(items) if (option := as_object(item))]
        if as_array(schema.get("allOf")) is not None:
            self._losses.refuse(f"{path}.allOf", "this model's schemas cannot combine several")
        kinds = as_array(schema.get("type"))
        if kinds is None or len([kind for kind in kinds if kind != "null"]) < 2:
            return None
        return [(f"{path}.type[{n}]", {**schema, "type": kind}) for n, kind in enumerate(kinds)]

    def _choice(
        self, schema: Mapping[str, object], options: list[tuple[str, Mapping[str, object]]], path: str, depth: int
    ) -> dict[str, object]:
        """One of several. `anyOf` may have no members beside it but a description; null is said by `nullable`."""
        real = [(place, option) for place, option in options if option.get("type") != "null"]
        written = [self._schema(option, place, depth + 1) for place, option in real]
        found: dict[str, object] = written[0] if len(written) == 1 else {"anyOf": written}
        if len(real) < len(options):
            found["nullable"] = True
        about = schema.get("description")
        if isinstance(about, str):
            found.setdefault("description", about)
        return found

    def _type(self, schema: Mapping[str, object], found: dict[str, object], path: str) -> None:
        given = schema.get("type")
        kinds = as_array(given) or ([] if given is None else [given])
        named = [kind for kind in kinds if kind != "null"]
        kind = named[0] if named else _implied(schema)
        if isinstance(kind, str) and kind.lower() in _TYPES:
            found["type"] = kind.upper()
        elif kind is not None:
            self._losses.refuse(f"{path}.type", f"{kind!r} is no type of this wire's")
        else:
            found["type"] = "STRING"
            self._losses.change(
                f"{path}.type", "this model wants a type everywhere; where none is given, text is asked for"
            )
        if len(named) < len(kinds) or schema.get("nullable") is True:
            found["nullable"] = True

    def _values(self, schema: Mapping[str, object], found: dict[str, object], path: str) -> None:
        values = [schema["const"]] if "const" in schema else as_array(schema.get("enum"))
        if values is not None:
            words = [value for value in values if isinstance(value, str) and value]
            if None in values:
                found["nullable"] = True
            if words:
                found["type"], found["format"], found["enum"] = "STRING", "enum", words
            else:
                self._losses.change(
                    f"{path}.enum", "this model knows only texts as fixed values; the type is sent alone"
                )
        shape = schema.get("format")
        if isinstance(shape, str) and "format" not in found:
            if shape in _FORMATS:
                found["format"] = shape
            else:
                self._losses.change(f"{path}.format", f"this model does not know the format {shape!r}")

    def _children(self, schema: Mapping[str, object], found: dict[str, object], path: str, depth: int) -> None:
        properties = as_object(schema.get("properties"))
        if properties:
            found["properties"] = {
                name: self._schema(as_object(inner) or {}, f"{path}.properties.{name}", depth + 1)
                for name, inner in properties.items()
            }
        items = as_object(schema.get("items"))
        if items is not None:
            found["items"] = self._schema(items, f"{path}.items", depth + 1)
        elif found.get("type") == "ARRAY":
            found["items"] = self._schema({}, f"{path}.items", depth + 1)

    def _left_out(self, key: str, value: object, path: str) -> None:
        if key in ("additionalProperties", "unevaluatedProperties") and as_object(value) is None:
            # The model writes no properties but those that are named, unless it is told of others.
            return
        if key in ("if", "then", "else", "not", "dependentSchemas", "prefixItems", "patternProperties"):
            self._losses.refuse(f"{path}.{key}", "this model's schemas have no such condition")
            return
        self._losses.change(f"{path}.{key}", "this model's schemas have no such member; it is left out")


def _defined(required: object, schema: Mapping[str, object]) -> list[object]:
    """The required properties that are described: others are refused."""
    described = as_object(schema.get("properties")) or {}
    return [name for name in as_array(required) or [] if isinstance(name, str) and name in described]


def _implied(schema: Mapping[str, object]) -> str | None:
    """The type of a schema that names none."""
    if "properties" in schema:
        return "object"
    if "items" in schema:
        return "array"
    values = [schema["const"]] if "const" in schema else as_array(schema.get("enum")) or []
    kinds = {kind_of(value) for value in values} - {"null"}
    return kinds.pop() if len(kinds) == 1 else None
