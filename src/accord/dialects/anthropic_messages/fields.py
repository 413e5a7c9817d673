"""The members of a JSON object, taken out one at a time and checked; what is left over has no name here.

Both directions read with it: a caller's request, where a wrong shape is the caller's fault, and a provider's answer,
where it is the provider's. Paths and reasons are in the words of Anthropic's own errors
(`messages.0.content.1.text: Field required`).
"""

from typing import Final

from accord.core.json import as_array, as_object, kind_of

REQUIRED: Final = "Field required"


class WrongShape(ValueError):
    """A value is not what the wire promises. `path` says which one."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path}: {why}" if path else why)
        self.path = path
        self.why = why


class Fields:
    """One object being read. Every getter removes the member it returns; `null` counts as absent."""

    __slots__ = ("_rest", "path")

    def __init__(self, value: object, path: str) -> None:
        """Raises `WrongShape` where `value` is no object."""
        found = as_object(value)
        if found is None:
            raise WrongShape(path, f"Input should be an object, got {kind_of(value)}")
        self._rest = dict(found)
        self.path: str = path

    def at(self, key: str) -> str:
        """The path of a member."""
        return f"{self.path}.{key}" if self.path else key

    def take(self, key: str) -> object:
        """Any value, `None` when absent."""
        return self._rest.pop(key, None)

    def text(self, key: str) -> str | None:
        """A string."""
        value = self._rest.pop(key, None)
        if value is None or isinstance(value, str):
            return value
        raise self._wrong(key, "a valid string", value)

    def required_text(self, key: str) -> str:
        """A string that must be there."""
        value = self._rest.pop(key, None)
        if isinstance(value, str):
            return value
        if value is None:
            raise WrongShape(self.at(key), REQUIRED)
        raise self._wrong(key, "a valid string", value)

    def integer(self, key: str) -> int | None:
        """A whole number."""
        value = self._rest.pop(key, None)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        raise self._wrong(key, "a valid integer", value)

    def number(self, key: str, *, most: float | None = None) -> float | None:
        """A number from 0 to `most`."""
        value = self._rest.pop(key, None)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(key, "a valid number", value)
        if value < 0 or (most is not None and value > most):
            limits = "greater than or equal to 0" if most is None else f"between 0 and {most:g}"
            raise WrongShape(self.at(key), f"Input should be {limits}")
        return value

    def flag(self, key: str) -> bool | None:
        """A boolean."""
        value = self._rest.pop(key, None)
        if value is None or isinstance(value, bool):
            return value
        raise self._wrong(key, "a valid boolean", value)

    def array(self, key: str) -> list[object] | None:
        """An array."""
        value = self._rest.pop(key, None)
        if value is None:
            return None
        found = as_array(value)
        if found is None:
            raise self._wrong(key, "a valid array", value)
        return found

    def inner(self, key: str) -> "Fields | None":
        """An object, to be read in its turn."""
        value = self._rest.pop(key, None)
        return None if value is None else Fields(value, self.at(key))

    def plain(self, key: str) -> "dict[str, object] | None":
        """An object, taken as it is."""
        value = self._rest.pop(key, None)
        if value is None:
            return None
        found = as_object(value)
        if found is None:
            raise self._wrong(key, "an object", value)
        return found

    def put_back(self, key: str, value: object) -> None:
        """Makes a member part of what is left over again."""
        self._rest[key] = value

    def rest(self) -> "dict[str, object]":
        """What nobody has taken."""
        return self._rest

    def missing(self, key: str) -> WrongShape:
        """The complaint about a member that must be there."""
        return WrongShape(self.at(key), REQUIRED)

    def _wrong(self, key: str, wanted: str, value: object) -> WrongShape:
        return WrongShape(self.at(key), f"Input should be {wanted}, got {kind_of(value)}")
