"""JSON Schemas as OpenAI enforces them (`strict`): a subset, which a schema is made to fit or refused for.

https://developers.openai.com/api/docs/guides/structured-outputs#supported-schemas. Objects that say nothing of other members
are closed, which leaves every answer one that the caller's schema allows. A member that may be left out cannot be said.
How large a schema may be changes, and is for OpenAI to say.
"""

from typing import Final

from accord.core.json import JsonObject, as_array, as_object

_NEVER: Final = (
    "allOf",
    "not",
    "if",
    "then",
    "else",
    "dependentRequired",
    "dependentSchemas",
    "patternProperties",
)
_MAPS: Final = ("properties", "$defs", "definitions")
_LISTS: Final = ("anyOf", "oneOf")
_DEEPEST: Final = 100


class NotEnforceable(ValueError):
    """A schema asks for what cannot be enforced. `path` is where, as a JSON pointer into the schema."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{why} (at {path})")
        self.path = path


def strict_schema(schema: JsonObject) -> JsonObject:
    """The schema as it can be enforced: the very same where it is so already. Raises `NotEnforceable`."""
    if schema.get("type") != "object" or "anyOf" in schema:
        raise NotEnforceable("#", "the root has to be one kind of object")
    return _closed(schema, "#", 0)


def _closed(schema: JsonObject, path: str, depth: int) -> JsonObject:
    if depth > _DEEPEST:
        raise NotEnforceable(path, "the schema is nested too deeply")
    for key in _NEVER:
        if key in schema:
            raise NotEnforceable(f"{path}/{key}", f"`{key}` cannot be enforced")
    changed: dict[str, object] = {}
    for key in _MAPS:
        members = as_object(schema.get(key))
        if members is not None:
            changed[key] = {name: _inner(value, f"{path}/{key}/{name}", depth) for name, value in members.items()}
    for key in _LISTS:
        options = as_array(schema.get(key))
        if options is not None:
            changed[key] = [_inner(value, f"{path}/{key}/{index}", depth) for index, value in enumerate(options)]
    if as_object(schema.get("items")) is not None:
        changed["items"] = _inner(schema["items"], f"{path}/items", depth)
    if _is_object(schema):
        changed["additionalProperties"] = _no_others(schema, path)
    return schema if all(schema.get(key) == value for key, value in changed.items()) else {**schema, **changed}


def _inner(value: object, path: str, depth: int) -> object:
    schema = as_object(value)
    if schema is None:
        raise NotEnforceable(path, "a schema that is just true or false cannot be enforced")
    return _closed(schema, path, depth + 1)


def _no_others(schema: JsonObject, path: str) -> bool:
    """False, as OpenAI demands. Raises `NotEnforceable` where other members are wanted or one may be missing."""
    if schema.get("additionalProperties") not in (None, False):
        raise NotEnforceable(f"{path}/additionalProperties", "members without a name cannot be enforced")
    required = as_array(schema.get("required")) or []
    for name in as_object(schema.get("properties")) or {}:
        if name not in required:
            why = "a member that may be left out cannot be enforced; require it, and let it be null"
            raise NotEnforceable(f"{path}/properties/{name}", why)
    return False


def _is_object(schema: JsonObject) -> bool:
    kind = schema.get("type")
    kinds = as_array(kind) or [kind]
    return "object" in kinds or (kind is None and "properties" in schema)
