"""What is wrong with a caller's request, and where. Places are added on the way out, so that good requests pay nothing."""

from collections.abc import Mapping
from typing import NoReturn

from accord.core.error import InvalidInput
from accord.core.json import JsonObject, as_array, as_object, kind_of


class Fault(Exception):
    """A field that cannot be read; `place` is its path within what is being read."""

    def __init__(self, message: str, place: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.place = place

    def within(self, place: str) -> "Fault":
        """The same fault, seen from outside: `place` is the path of what was being read."""
        inner = self.place
        if inner and not inner.startswith("["):
            inner = "." + inner
        return Fault(self.message, place + inner)

    def as_input(self) -> InvalidInput:
        """The error for the caller, naming the whole path."""
        where = f"`{self.place}`: " if self.place else ""
        return InvalidInput(f"{where}{self.message}", param=self.place or None)


def wrong(value: object, wanted: str, place: str = "") -> NoReturn:
    """Raises the `Fault` of a value of the wrong type."""
    raise Fault(f"must be {wanted}, got {kind_of(value)}", place)


def text(holder: JsonObject, key: str) -> str:
    """A required string."""
    value = holder.get(key)
    if isinstance(value, str):
        return value
    if key not in holder:
        raise Fault("is missing", key)
    wrong(value, "a string", key)


def optional_text(holder: JsonObject, key: str) -> str | None:
    """A string, `None` where it is missing or null."""
    value = holder.get(key)
    if value is None or isinstance(value, str):
        return value
    wrong(value, "a string", key)


def optional_flag(holder: JsonObject, key: str) -> bool | None:
    """A boolean, `None` where it is missing or null."""
    value = holder.get(key)
    if value is None or isinstance(value, bool):
        return value
    wrong(value, "a boolean", key)


def optional_object(holder: JsonObject, key: str) -> dict[str, object] | None:
    """An object, `None` where it is missing or null."""
    value = holder.get(key)
    if value is None:
        return None
    found = as_object(value)
    return wrong(value, "an object", key) if found is None else found


def optional_array(holder: JsonObject, key: str) -> list[object] | None:
    """An array, `None` where it is missing or null."""
    value = holder.get(key)
    if value is None:
        return None
    found = as_array(value)
    return wrong(value, "an array", key) if found is None else found


def an_object(value: object) -> dict[str, object]:
    """The value itself, which has to be an object."""
    found = as_object(value)
    return wrong(value, "an object") if found is None else found


def inner(holder: JsonObject, key: str) -> dict[str, object]:
    """A required object."""
    found = optional_object(holder, key)
    if found is None:
        raise Fault("is missing", key)
    return found


def other(holder: Mapping[str, object], known: frozenset[str]) -> dict[str, object]:
    """The members without a name, to be kept as they are."""
    return {key: value for key, value in holder.items() if key not in known}
