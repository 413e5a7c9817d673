"""The shape a request must have, as data, and what exactly is wrong with one that has another.

A wire's shapes are tables of fields; its rules (what may go with what) are code beside them. The first flaw found is
raised as `Flaw`, and each wire tells it in its own words.

A shape can also be read *open*, as compatible servers do that check less than the vendor: then unknown fields and nulls pass,
bounds are not held, and only the outermost fields can be missing.
"""

import re
from collections.abc import Callable, Mapping
from typing import Literal, Protocol, TypeAlias

from accord.core.json import as_array, as_object, kind_of

Path: TypeAlias = tuple[str | int, ...]


def path_text(path: Path) -> str:
    """`messages[0].content[1].type`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text


FlawKind: TypeAlias = Literal[
    "unknown", "missing", "type", "choice", "tag", "pattern", "below", "above", "short", "long", "few", "many"
]


class Flaw(Exception):
    """A value that does not fit, and where."""

    def __init__(
        self,
        kind: FlawKind,
        path: Path,
        *,
        expected: str = "",
        value: object = None,
        limit: float = 0,
        choices: tuple[str, ...] = (),
    ) -> None:
        """`expected` is what JSON type or pattern was wanted; `value` is what came."""
        super().__init__(f"{kind} at {'.'.join(map(str, path))}")
        self.kind: FlawKind = kind
        self.path = path
        self.expected = expected
        self.value = value
        self.limit = limit
        self.choices = choices

    @property
    def got(self) -> str:
        """The JSON type of what came: `string`, `integer`, `decimal`, `boolean`, `null`, `array`, `object`."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            return kind_of(self.value)
        return "integer" if isinstance(self.value, int) else "decimal"


class Shape(Protocol):
    """What a value may be."""

    @property
    def kind(self) -> str:
        """What it is called: `a string`, `an array`."""
        ...

    def fits(self, value: object) -> bool:
        """Whether the value is of the right JSON type, its contents aside."""
        ...

    def read(self, value: object, path: Path, *, open_: bool) -> object:
        """The value, with the keys of tables as the shape writes them. `open_` reads it open. Raises `Flaw`."""
        ...


class Anything:
    """Any value."""

    kind = "anything"

    def fits(self, value: object) -> bool:
        """Always."""
        del value
        return True

    def read(self, value: object, path: Path, *, open_: bool) -> object:
        """The value."""
        del path, open_
        return value


class String:
    """Text."""

    kind = "a string"

    def __init__(self, *choices: str, least: int = 0, most: int | None = None, pattern: str | None = None) -> None:
        self._choices = choices
        self._least = least
        self._most = most
        self._pattern = pattern

    def fits(self, value: object) -> bool:
        """Whether it is text."""
        return isinstance(value, str)

    def read(self, value: object, path: Path, *, open_: bool) -> object:
        """The text."""
        if not isinstance(value, str):
            raise Flaw("type", path, expected=self.kind, value=value)
        if open_:
            return value
        if self._choices and value not in self._choices:
            raise Flaw("choice", path, value=value, choices=self._choices)
        if len(value) < self._least:
            raise Flaw("short", path, value=value, limit=self._least)
        if self._most is not None and len(value) > self._most:
            raise Flaw("long", path, value=value, limit=self._most)
        if self._pattern is not None and not re.fullmatch(self._pattern, value):
            raise Flaw("pattern", path, value=value, expected=self._pattern)
        return value


class Number:
    """A number, bounds included."""

    def __init__(self, least: float | None = None, most: float | None = None, *, whole: bool = False) -> None:
        self.kind = "an integer" if whole else "a decimal"
        self._least = least
        self._most = most
        self._whole = whole

    def fits(self, value: object) -> bool:
        """Whether it is a number of the kind."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return not self._whole or float(value).is_integer()

    def read(self, value: object, path: Path, *, open_: bool) -> object:
        """The number."""
        if not self.fits(value) or not isinstance(value, int | float):
            raise Flaw("type", path, expected=self.kind, value=value)
        if open_:
            return value
        if self._least is not None and value < self._least:
            raise Flaw("below", path, expected=self.kind, value=value, limit=self._least)
        if self._most is not None and value > self._most:
            raise Flaw("above", path, expected=self.kind, value=value, limit=self._most)
        return value


class Flag:
    """True or false."""

    kind = "a boolean"

    def fits(self, value: object) -> bool:
        """Whether it is one of the two."""
        return isinstance(value, bool)

    def read(self, value: object, path: Path, *, open_: bool) -> object:
        """The flag."""
        del open_
        if not isinstance(value, bool):
            raise Flaw("type", path, expected=self.kind, value=value)
        return value


class Nothing:
    """JSON's null."""

    kind = "null"

    def fits(self, value: object) -> bool:
        """Whether it is null."""
        return value is None

    def read(self, value: object, path: Path, *, open_: bool) -> object:
        """Null."""
        del open_
        if value is not None:
            raise Flaw("type", path, expected=self.kind, value=value)
        return None


class Array:
    """A list of values of one shape."""

    kind = "an array"

    def __init__(self, item: Shape, *, least: int = 0, most: int | None = None) -> None:
        self._item = item
        self._least = least
        self._most = most

    def fits(self, value: object) -> bool:
        """Whether it is a list."""
        return isinstance(value, list)

    def read(self, value: object, path: Path, *, open_: bool) -> object:
        """The list."""
        items = as_array(value)
        if items is None:
            raise Flaw("type", path, expected=self.kind, value=value)
        if len(items) < self._least and not (open_ and _is_inner(path)):
            raise Flaw("few", path, value=items, limit=self._least)
        if self._most is not None and len(items) > self._most and not open_:
            raise Flaw("many", path, value=items, limit=self._most)
        return [self._item.read(item, (*path, index), open_=open_) for index, item in enumerate(items)]


class Table:
    """An object with known fields. Others are a flaw, unless `rest` gives their shape."""

    kind = "an object"

    def __init__(
        self,
        fields: Mapping[str, Shape],
        *,
        needs: tuple[str, ...] = (),
        rest: Shape | None = None,
        most: int | None = None,
        folds: bool = False,
    ) -> None:
        """`most` bounds the number of fields; `folds` reads keys and nulls as proto JSON does:
        `snake_case` as `camelCase`, and null as nothing.
        """
        self.fields = fields
        self._needs = needs
        self._rest = rest
        self._most = most
        self._folds = folds

    def fits(self, value: object) -> bool:
        """Whether it is an object."""
        return isinstance(value, dict)

    def read(self, value: object, path: Path, *, open_: bool) -> object:
        """The object."""
        found = as_object(value)
        if found is None:
            raise Flaw("type", path, expected=self.kind, value=value)
        if self._most is not None and len(found) > self._most and not open_:
            raise Flaw("many", path, value=found, limit=self._most)
        read: dict[str, object] = {}
        for name, item in found.items():
            if item is None and (self._folds or open_):
                continue
            key = camel(name) if self._folds and name not in self.fields else name
            shape = self.fields.get(key) or self._rest
            if shape is None and not open_:
                raise Flaw("unknown", (*path, name), value=item)
            read[key] = item if shape is None else shape.read(item, (*path, name), open_=open_)
        for name in self._needs:
            if name not in read and not (open_ and path):
                raise Flaw("missing", (*path, name))
        return read


class Tagged:
    """An object of one of several kinds, told by a field."""

    kind = "an object"

    def __init__(
        self, cases: Mapping[str, Table], *, tag: str = "type", default: str | None = None, named: bool = False
    ) -> None:
        """`named` puts the tag into the path of what is wrong inside, as Anthropic does."""
        self._cases = cases
        self._tag = tag
        self._default = default
        self._named = named

    def fits(self, value: object) -> bool:
        """Whether it is an object."""
        return isinstance(value, dict)

    def read(self, value: object, path: Path, *, open_: bool) -> object:
        """The object."""
        found = as_object(value)
        if found is None:
            raise Flaw("type", path, expected=self.kind, value=value)
        tag = found.get(self._tag, self._default)
        if tag is None and not open_:
            raise Flaw("missing", (*path, self._tag))
        case = self._cases.get(tag) if isinstance(tag, str) else None
        if case is not None:
            return case.read(value, (*path, str(tag)) if self._named else path, open_=open_)
        if open_:
            return value
        raise Flaw("tag", (*path, self._tag), value=tag, choices=tuple(self._cases))


class Either:
    """A value of one of several shapes, told by its JSON type."""

    def __init__(self, *shapes: Shape) -> None:
        self._shapes = shapes
        kinds = [shape.kind for shape in shapes if not isinstance(shape, Nothing)]
        self.kind: str = kinds[0] if len(kinds) == 1 else "one of " + " or ".join(kinds)

    def fits(self, value: object) -> bool:
        """Whether it fits one of them."""
        return any(shape.fits(value) for shape in self._shapes)

    def read(self, value: object, path: Path, *, open_: bool) -> object:
        """The value, as the first shape that fits reads it."""
        for shape in self._shapes:
            if shape.fits(value):
                return shape.read(value, path, open_=open_)
        raise Flaw("type", path, expected=self.kind, value=value)


class Deferred:
    """A shape that is defined later, for shapes that contain themselves."""

    kind = "an object"

    def __init__(self, shape: Callable[[], Shape]) -> None:
        self._shape = shape

    def fits(self, value: object) -> bool:
        """Whether it fits the shape."""
        return self._shape().fits(value)

    def read(self, value: object, path: Path, *, open_: bool) -> object:
        """The value, as the shape reads it."""
        return self._shape().read(value, path, open_=open_)


def _is_inner(path: Path) -> bool:
    """Whether a place is not one of the outermost fields."""
    return len(path) > 1


def nullable(shape: Shape) -> Either:
    """The shape, or null."""
    return Either(shape, Nothing())


def camel(name: str) -> str:
    """`snake_case` as `snakeCase`."""
    head, *rest = name.split("_")
    return head + "".join([word[:1].upper() + word[1:] for word in rest])
