"""JSON Schemas without references, for models that cannot follow them."""

from collections.abc import Mapping

from accord.core.json import JsonObject, as_array, as_object

_KEYS = ("$defs", "definitions")
_LARGEST = 20_000
"""The most nodes an inlined schema may have; references can make a short schema grow beyond measure."""


def inlined(schema: JsonObject) -> JsonObject:
    """The schema with each `#/$defs/...` replaced by what it stands for.

    One that refers to itself, or would grow too large, is given back as it is.
    """
    definitions = {
        f"#/{key}/{name}": found
        for key in _KEYS
        for name, value in (as_object(schema.get(key)) or {}).items()
        if (found := as_object(value)) is not None
    }
    if not definitions:
        return schema
    try:
        root = {key: value for key, value in schema.items() if key not in _KEYS}
        found = as_object(_Inliner(definitions).value(root, ()))
    except _Endless:
        return schema
    return schema if found is None else found


class _Endless(Exception):
    """A schema refers to itself, or grows too large."""


class _Inliner:
    def __init__(self, definitions: Mapping[str, JsonObject]) -> None:
        self._definitions = definitions
        self._left = _LARGEST

    def value(self, value: object, within: tuple[str, ...]) -> object:
        """The value without references. `within`: the references that led here."""
        self._left -= 1
        if self._left < 0:
            raise _Endless
        items = as_array(value)
        if items is not None:
            return [self.value(item, within) for item in items]
        holder = as_object(value)
        return value if holder is None else self._object(holder, within)

    def _object(self, holder: JsonObject, within: tuple[str, ...]) -> object:
        ref = holder.get("$ref")
        target = self._definitions.get(ref) if isinstance(ref, str) else None
        if target is None or not isinstance(ref, str):
            return {key: self.value(each, within) for key, each in holder.items()}
        if ref in within:
            raise _Endless
        # What stands beside a reference (a description) says more than what it refers to.
        beside = {key: each for key, each in holder.items() if key != "$ref"}
        return self.value({**target, **beside}, (*within, ref))
