"""Anthropic's rules for JSON Schemas that it is to hold the model to (dossier section 3.6)."""

from accord.core.json import as_object
from accord.testing.fake.node import Node

_UNSUPPORTED = (
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "maxItems",
    "uniqueItems",
    "contains",
    "prefixItems",
    "minProperties",
    "maxProperties",
    "patternProperties",
    "propertyNames",
    "dependentRequired",
    "dependentSchemas",
)

_FORMATS = {"date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"}


def schema_fault(schema: Node) -> str | None:
    """What a schema does wrong, in Anthropic's words; `None` when nothing."""
    return _fault(schema, set())


def _fault(node: Node, above: set[int]) -> str | None:
    if id(node.raw) in above:
        return "Recursive schemas are not supported"
    types = node.texts("type")
    for word in _UNSUPPORTED:
        if word in node:
            return f"For '{types[0] if types else 'any'}' type, property '{word}' is not supported"
    if "object" in types and node.value("additionalProperties") is not False:
        return "For 'object' type, 'additionalProperties' must be explicitly set to false"
    if "string" in types and node.text("format") and node.text("format") not in _FORMATS:
        return f"For 'string' type, format '{node.text('format')}' is not supported"
    if node.count("minItems") > 1:
        return "For 'array' type, 'minItems' values other than 0 or 1 are not supported"
    return _below(node, above)


def _below(node: Node, above: set[int]) -> str | None:
    below: list[Node] = [*node.nodes("anyOf"), *node.nodes("allOf")]
    for group in ("properties", "$defs"):
        below += [Node(as_object(schema) or {}) for schema in node.node(group).raw.values()]
    if "items" in node:
        below.append(node.node("items"))
    return next((fault for one in below if (fault := _fault(one, above | {id(node.raw)}))), None)
