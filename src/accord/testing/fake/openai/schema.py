"""OpenAI's rules for JSON Schemas that it is to hold the model to (`strict: true`); dossier section 3.5."""

from accord.core.json import JsonObject, as_object
from accord.testing.fake.node import Node

_UNSUPPORTED = (
    "allOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "dependentRequired",
    "dependentSchemas",
    "patternProperties",
)


def strict_fault(schema: JsonObject) -> str | None:
    """What a strict schema does wrong, in OpenAI's words; `None` when nothing."""
    node = Node(schema)
    if "anyOf" in node:
        return "In context=(), 'anyOf' is not permitted at the root."
    if node.text("type") != "object":
        return f"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{node.value('type')}\"'."
    return _fault(node, ())


def _fault(node: Node, context: tuple[str, ...]) -> str | None:
    where = f"In context=({', '.join([repr(step) for step in context])})"
    for word in _UNSUPPORTED:
        if word in node:
            return f"{where}, '{word}' is not permitted."
    own = _object_fault(node, where) if _is_object(node) else None
    return own or _below(node, context)


def _is_object(node: Node) -> bool:
    return "object" in node.texts("type") or "properties" in node


def _object_fault(node: Node, where: str) -> str | None:
    if node.value("additionalProperties") is not False:
        return f"{where}, 'additionalProperties' is required to be supplied and to be false."
    missing = set(node.node("properties")) - set(node.texts("required"))
    if missing:
        name = min(missing)
        return (
            f"{where}, 'required' is required to be supplied and to be an array including every key in properties. "
            f"Missing '{name}'."
        )
    return None


def _below(node: Node, context: tuple[str, ...]) -> str | None:
    for group in ("properties", "$defs", "definitions"):
        for name, schema in node.node(group).raw.items():
            fault = _fault(Node(as_object(schema) or {}), (*context, group, name))
            if fault:
                return fault
    for index, option in enumerate(node.nodes("anyOf")):
        fault = _fault(option, (*context, "anyOf", str(index)))
        if fault:
            return fault
    return _fault(node.node("items"), (*context, "items")) if "items" in node else None
