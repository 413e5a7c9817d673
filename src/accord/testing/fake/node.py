"""JSON read without ceremony: what is missing or of another type reads as empty."""

from collections.abc import Iterator, Mapping

from accord.core.json import JsonObject, as_array, as_object


class Node:
    """A JSON object."""

    __slots__ = ("raw",)

    def __init__(self, raw: JsonObject) -> None:
        self.raw: JsonObject = raw

    def __contains__(self, name: str) -> bool:
        """Whether the field is there and not null."""
        return self.raw.get(name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self.raw)

    def value(self, name: str) -> object:
        """The field, whatever it is."""
        return self.raw.get(name)

    def text(self, name: str, default: str = "") -> str:
        """A string."""
        value = self.raw.get(name)
        return value if isinstance(value, str) else default

    def number(self, name: str) -> float | None:
        """A number."""
        value = self.raw.get(name)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def count(self, name: str, default: int = 0) -> int:
        """A whole number."""
        value = self.number(name)
        return default if value is None else int(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A boolean."""
        value = self.raw.get(name)
        return value if isinstance(value, bool) else default

    def node(self, name: str) -> "Node":
        """An object."""
        return node_of(self.raw.get(name))

    def nodes(self, name: str) -> "list[Node]":
        """A list of objects; items of other types are left out."""
        return nodes_of(self.raw.get(name))

    def items(self, name: str) -> list[object]:
        """A list."""
        return as_array(self.raw.get(name)) or []

    def texts(self, name: str) -> list[str]:
        """A list of strings; a bare string is a list of one."""
        value = self.raw.get(name)
        if isinstance(value, str):
            return [value]
        return [item for item in as_array(value) or [] if isinstance(item, str)]


def node_of(value: object) -> Node:
    """`value` as an object; an empty one where it is something else."""
    empty: Mapping[str, object] = {}
    return Node(as_object(value) or empty)


def nodes_of(value: object) -> list[Node]:
    """`value` as a list of objects."""
    return [Node(found) for item in as_array(value) or [] if (found := as_object(item)) is not None]
