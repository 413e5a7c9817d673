"""What a caller's own API guarantees of an answer's form, asked of wires that hold models to a subset of JSON Schema.

Anthropic's and Google's wires hold a model to any schema they take; OpenAI's do with `strict`, and with a subset alone. A
caller who never heard of that subset gets the guarantee where it can be had without allowing other values, and else an
answer without it and a warning that names the place in the schema which is in the way.
"""

from typing import Final

import msgspec

from accord.core.json import JsonObject, as_array, as_object
from accord.core.loss import Losses
from accord.core.request import JsonSchemaFormat
from accord.core.tool import FunctionTool
from accord.dialects.strict_schema import NotEnforceable, strict_schema

_KNOWN: Final = frozenset(
    {
        "type",
        "title",
        "description",
        "enum",
        "const",
        "default",
        "required",
        "additionalProperties",
        "properties",
        "items",
        "anyOf",
    }
    | {"$ref", "$defs", "definitions", "$schema", "format", "pattern", "minLength", "maxLength"}
    | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems"}
)
_MAPS: Final = ("properties", "$defs", "definitions")
_FORMATS: Final = frozenset({"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"})
_MOST_LEVELS, _MOST_PROPERTIES, _MOST_VALUES, _MOST_LETTERS = 10, 5_000, 1_000, 120_000
"""Levels of objects, properties and fixed values in all, and letters of their names.
https://developers.openai.com/api/docs/guides/structured-outputs#supported-schemas
"""


def held_format(form: JsonSchemaFormat, losses: Losses) -> JsonSchemaFormat:
    """The form as OpenAI's wires are asked for it."""
    if not form.guaranteed:
        return form
    schema = _enforced(form.schema, "response_format", "schema", losses)
    return form if schema is None else msgspec.structs.replace(form, strict=True, schema=schema)


def held_tool(tool: FunctionTool, path: str, losses: Losses) -> FunctionTool:
    """The tool as OpenAI's wires are asked for it. `path` is where it stands in the request."""
    if not tool.guaranteed or not tool.strict or tool.parameters is None:
        return tool
    schema = _enforced(tool.parameters, path, "parameters", losses)
    if schema is None:
        return msgspec.structs.replace(tool, strict=False)
    return msgspec.structs.replace(tool, parameters=schema)


def _enforced(schema: JsonObject, path: str, member: str, losses: Losses) -> JsonObject | None:
    try:
        fitting, changes = strict_schema(schema)
        _Bounds().check(fitting, "#", 0)
    except NotEnforceable as error:
        losses.change(f"{path}.strict", f"the model is not held to the schema, only told it: {error}")
        return None
    if changes:
        losses.change(f"{path}.{member}", "; ".join(changes))
    return fitting


class _Bounds:
    """What OpenAI is known to take, counted over one schema; who asks for `strict` is told by OpenAI itself."""

    def __init__(self) -> None:
        self._properties = 0
        self._values = 0
        self._letters = 0

    def check(self, schema: JsonObject, path: str, level: int) -> None:
        """Raises `NotEnforceable`. `level` is how many objects the schema stands in."""
        for key in schema.keys() - _KNOWN:
            raise NotEnforceable(f"{path}/{key}", f"`{key}` cannot be enforced")
        form = schema.get("format")
        if form is not None and not (isinstance(form, str) and form in _FORMATS):
            raise NotEnforceable(f"{path}/format", f"the format {form!r} cannot be enforced")
        properties = as_object(schema.get("properties")) or {}
        level += bool(properties)
        self._count(schema, properties, path, level)
        for key in _MAPS:
            for name, inner in (as_object(schema.get(key)) or {}).items():
                self._letters += len(name)
                self.check(as_object(inner) or {}, f"{path}/{key}/{name}", level)
        for index, inner in enumerate(as_array(schema.get("anyOf")) or []):
            self.check(as_object(inner) or {}, f"{path}/anyOf/{index}", level)
        if "items" in schema:
            self.check(as_object(schema["items"]) or {}, f"{path}/items", level)

    def _count(self, schema: JsonObject, properties: JsonObject, path: str, level: int) -> None:
        values = as_array(schema.get("enum")) or ([schema["const"]] if "const" in schema else [])
        self._properties += len(properties)
        self._values += len(values)
        self._letters += sum([len(value) for value in values if isinstance(value, str)])
        if level > _MOST_LEVELS:
            raise NotEnforceable(path, f"objects within objects are enforced down to level {_MOST_LEVELS}")
        if self._properties > _MOST_PROPERTIES or self._values > _MOST_VALUES or self._letters > _MOST_LETTERS:
            most = (
                f"{_MOST_PROPERTIES:,} properties, {_MOST_VALUES:,} values and {_MOST_LETTERS:,} letters of their names"
            )
            raise NotEnforceable(path, f"a schema is enforced up to {most}")
