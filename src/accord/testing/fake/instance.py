"""A value that fits a JSON Schema, for structured answers and tool arguments nobody scripted."""

from collections.abc import Callable, Mapping

from accord.core.json import JsonObject, as_array, as_object
from accord.testing.fake.node import Node

_DEEPEST = 12
"""Recursive schemas are followed so far. From half-way on, only what is required is filled, as simply as it can be."""


def instance(schema: JsonObject, text: str) -> object:
    """A small value that fits `schema`; strings in it are `text` where nothing forbids that."""
    return _Instance(schema, text).of(schema, 0)


class _Instance:
    def __init__(self, root: JsonObject, text: str) -> None:
        self._root = root
        self._text = text
        self._by_type: Mapping[str, Callable[[Node, int], object]] = {
            "object": self._object,
            "array": self._array,
            "string": self._string,
            "integer": self._integer,
            "number": self._integer,
        }

    def of(self, schema: JsonObject, depth: int) -> object:
        node = Node(schema)
        if depth > _DEEPEST:
            return None
        for given in ("const", "default"):
            if given in schema:
                return schema[given]
        if choices := node.items("enum"):
            return choices[0]
        if "$ref" in schema:
            return self.of(self._resolved(node.text("$ref")), depth + 1)
        for several in ("anyOf", "oneOf", "allOf"):
            if options := node.nodes(several):
                return self.of(_simplest(options, depth).raw, depth + 1)
        kind = self._type(node)
        return _CONSTANT[kind] if kind in _CONSTANT else self._by_type.get(kind, self._object)(node, depth)

    def _type(self, node: Node) -> str:
        types = node.texts("type")
        if types:
            return types[0].lower()
        return "object" if "properties" in node else "string"

    def _resolved(self, reference: str) -> JsonObject:
        found: object = self._root
        for step in reference.removeprefix("#").strip("/").split("/"):
            if step:
                found = (as_object(found) or {}).get(step.replace("~1", "/").replace("~0", "~"))
        return as_object(found) or {}

    def _object(self, node: Node, depth: int) -> object:
        needed = set(node.texts("required"))
        found: dict[str, object] = {}
        for name, schema in node.node("properties").raw.items():
            if depth < _DEEPEST // 2 or name in needed:
                found[name] = self.of(as_object(schema) or {}, depth + 1)
        return found

    def _array(self, node: Node, depth: int) -> object:
        least = node.count("minItems", 0 if depth > _DEEPEST // 2 else 1)
        prefix = [as_object(item) or {} for item in as_array(node.value("prefixItems")) or []]
        items = [self.of(item, depth + 1) for item in prefix]
        while len(items) < least:
            items.append(self.of(node.node("items").raw, depth + 1))
        return items

    def _string(self, node: Node, depth: int) -> object:
        del depth
        example = _FORMATS.get(node.text("format"))
        if example is not None:
            return example
        text = self._text[: node.count("maxLength", len(self._text))]
        return text.ljust(node.count("minLength"), ".")

    def _integer(self, node: Node, depth: int) -> object:
        del depth
        least, above = node.number("minimum"), node.number("exclusiveMinimum")
        if least is not None:
            return least
        if above is not None:
            return int(above) + 1
        most = node.number("maximum")
        return most if most is not None and most < 1 else 1


def _simplest(options: list[Node], depth: int) -> Node:
    """The first option; deep inside, null where that will do, which is how recursive schemas end."""
    if depth > _DEEPEST // 2:
        return next((option for option in options if "null" in option.texts("type")), options[0])
    return options[0]


_CONSTANT: Mapping[str, object] = {"boolean": True, "null": None}

_FORMATS = {
    "date-time": "2026-11-23T10:00:00Z",
    "date": "2026-11-23",
    "time": "10:00:00Z",
    "duration": "PT1S",
    "email": "someone@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
