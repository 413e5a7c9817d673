"""Whether a value is what its annotations say, asked at the door of the library.

Type checkers ask it before a program runs, and Python never does: a `ChatRequest(temperature="hot")` would travel as far as
its provider, and a `Message(role="usr")` as far as the first line that cannot go on. So what calls are given is looked at
before anything is made of it, and a mistake is named by its field.
"""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import cache, lru_cache
from math import isfinite
from operator import is_
from types import NoneType, UnionType
from typing import Annotated, Final, Literal, NamedTuple, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import msgspec

from accord.core.error import InvalidInput

R = TypeVar("R", bound=msgspec.Struct)
V = TypeVar("V")

# Tuples of types, since a union is made anew each time it is written, and a cast is a call.
_HOLDING: Final = (tuple, dict)
_SEQUENCES: tuple[type[Sequence[object]], ...] = (tuple, list)
_PLAIN: Final = (str, int, float, bool, bytes, NoneType)


class _Kind(NamedTuple):
    """What a field may hold, in the order in which it is asked."""

    exact: frozenset[type]
    """Types whose values need no further look."""
    plain: tuple[type, ...]
    """Python's own types that it may be of, by inheritance too."""
    structs: tuple[type[msgspec.Struct], ...]
    """Structs, whose fields are looked at in turn."""
    items: "_Kind | None"
    """Of a tuple: what its elements may be. A list is made one."""
    words: tuple[object, ...]
    """The values of a `Literal`."""
    mapping: bool
    other: bool
    """Whether anything may stand there that is not Python's own, as where a protocol is asked for."""
    bounds: tuple[msgspec.Meta, ...]
    told: str
    """What it must be, for a person."""


class _Misfit(Exception):
    """A value is none of those; `path` leads to it from where one looks."""

    def __init__(self, wanted: str, found: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted
        self.found = found
        self.path = ""


def fitted(value: R, name: str = "") -> R:
    """A struct whose fields are what they must be; lists that stand in the place of tuples are made tuples.

    Raises `InvalidInput` naming the field (`name` before it), what it must be, and what it is.
    """
    try:
        return _within(value)
    except _Misfit as misfit:
        path = f"{name}.{misfit.path}" if name else misfit.path
        raise InvalidInput(f"`{path}` must be {misfit.wanted}, got {misfit.found}", param=path) from None


def named(request: R, model: str | None) -> R:
    """The request with the model that the call names, where it names one. Raises `InvalidInput` for what is no name."""
    if model is None:
        return request
    return msgspec.structs.replace(request, model=of_class(str, model, "model", "a name such as 'openai/gpt-5.4-mini'"))


def request_of(cls: type[R], request: object, also: str = "") -> R:
    """A request of that class. Raises `InvalidInput` for another thing, and for one whose fields are wrong."""
    return fitted(of_class(cls, request, "request", f"{also}{cls.__name__}"))


def of_class(cls: type[V], value: object, name: str, wanted: str) -> V:
    """The argument `name`, which must be of that class. Raises `InvalidInput`."""
    if isinstance(value, cls):
        return value
    raise misplaced(name, wanted, value)


def several(value: object, name: str, wanted: str) -> tuple[object, ...]:
    """The elements of the argument `name`, which must be a list or the like. Raises `InvalidInput`."""
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | bytearray):
        return tuple(cast("Iterable[object]", value))
    raise misplaced(name, wanted, value)


def counted(number: object, name: str, *, least: int) -> int:
    """The argument `name`, a whole number of at least so much. Raises `InvalidInput`."""
    if isinstance(number, int) and not isinstance(number, bool) and number >= least:
        return number
    raise InvalidInput(f"`{name}` must be a whole number of at least {least}, got {number!r}", param=name)


def misplaced(name: str, wanted: str, value: object) -> InvalidInput:
    """That an argument is something else than it must be."""
    return InvalidInput(f"`{name}` must be {wanted}, got {_shown(value)}", param=name)


def _within(value: R) -> R:
    changed: dict[str, object] = {}
    values = msgspec.structs.astuple(value)
    for place, name, kind in _in_question(type(value), tuple(map(type, values))):
        given = values[place]
        if not given and isinstance(given, _HOLDING):
            continue
        try:
            found = _look(given, kind)
        except _Misfit as misfit:
            misfit.path = name + (f".{misfit.path}" if misfit.path[:1] not in ("", "[") else misfit.path)
            raise
        if found is not given:
            changed[name] = found
    return msgspec.structs.replace(value, **changed) if changed else value


def _look(value: object, kind: _Kind) -> object:
    if isinstance(value, str) and value in kind.words:
        return value
    if isinstance(value, kind.structs):
        return _within(value)
    if kind.items is not None and isinstance(value, _SEQUENCES):
        return _elements(value, kind.items)  # pyright: ignore[reportUnknownArgumentType] - elements are looked at there
    if _is_other(value, kind):
        return value
    if isinstance(value, kind.plain) and (bool in kind.plain or not isinstance(value, bool)):
        return _bounded(value, kind.bounds)
    raise _Misfit(kind.told, _shown(value) + _nearest(value, kind.words))


def _is_other(value: object, kind: _Kind) -> bool:
    if isinstance(value, Mapping):
        return kind.mapping
    return kind.other and type(value).__module__ != "builtins"


def _elements(values: Sequence[object], kind: _Kind) -> object:
    found: list[object] = []
    for index, value in enumerate(values):
        try:
            found.append(value if type(value) in kind.exact else _look(value, kind))
        except _Misfit as misfit:
            misfit.path = f"[{index}]" + (f".{misfit.path}" if misfit.path[:1] not in ("", "[") else misfit.path)
            raise
    same = isinstance(values, tuple) and all(map(is_, found, values))
    return values if same else tuple(found)


def _bounded(value: object, bounds: Iterable[msgspec.Meta]) -> object:
    if isinstance(value, float) and not isfinite(value):
        raise _Misfit("a finite number", str(value))
    if isinstance(value, int | float):
        for meta in bounds:
            if meta.ge is not None and not value >= meta.ge:
                raise _Misfit(f"{meta.ge} or more", str(value))
            if meta.gt is not None and not value > meta.gt:
                raise _Misfit(f"more than {meta.gt}", str(value))
    return value


# The types of most fields say at once that they are right, and are the same in most requests: 5 us a call in place of 6.5.
@lru_cache(maxsize=1024)
def _in_question(cls: type[msgspec.Struct], types: tuple[type, ...]) -> tuple[tuple[int, str, _Kind], ...]:
    """The fields whose types do not say whether they are right: place, name, and what they may hold."""
    asked = zip(types, _fields(cls), strict=True)
    return tuple([(place, name, kind) for place, (found, (name, kind)) in enumerate(asked) if found not in kind.exact])


@cache
def _fields(cls: type[msgspec.Struct]) -> tuple[tuple[str, _Kind], ...]:
    hints = get_type_hints(cls, include_extras=True)
    return tuple([(name, _kind(hints[name])) for name in cls.__struct_fields__])


def _kind(hint: object) -> _Kind:
    arms, bounds = _arms(hint)
    classes = [cast("type[object]", arm) for arm in arms if isinstance(arm, type)]
    plain = [arm for arm in classes if arm in _PLAIN] + ([int] if float in classes else [])
    structs = [arm for arm in classes if issubclass(arm, msgspec.Struct)]
    elements = [get_args(arm)[0] for arm in arms if get_origin(arm) is tuple]
    return _Kind(
        exact=frozenset(plain) - (frozenset({int, float}) if bounds else frozenset({float})),
        plain=tuple(plain),
        structs=tuple(structs),
        items=_kind(Union[tuple(elements)]) if elements else None,  # noqa: UP007 - made of as many as there are
        words=tuple([word for arm in arms if get_origin(arm) is Literal for word in get_args(arm)]),
        mapping=any(get_origin(arm) is Mapping for arm in arms),
        other=len(classes) > len(plain) + len(structs),
        bounds=bounds,
        told=_told([arm for arm in arms if arm is not NoneType]),
    )


def _arms(hint: object) -> tuple[list[object], tuple[msgspec.Meta, ...]]:
    """What a hint allows, one by one, and the bounds of its numbers."""
    if get_origin(hint) is Annotated:
        inner, *notes = get_args(hint)
        arms, bounds = _arms(inner)
        return arms, (*bounds, *[note for note in notes if isinstance(note, msgspec.Meta)])
    if get_origin(hint) not in (Union, UnionType):
        return [hint], ()
    found = [_arms(arm) for arm in get_args(hint)]
    return [arm for arms, _ in found for arm in arms], tuple([meta for _, bounds in found for meta in bounds])


def _told(arms: Iterable[object]) -> str:
    names: list[str] = []
    for arm in arms:
        if get_origin(arm) is Literal:
            names += [repr(word) for word in get_args(arm)]
        elif get_origin(arm) is tuple:
            names.append(f"a tuple of {_told(_arms(get_args(arm)[0])[0])}")
        elif get_origin(arm) is Mapping:
            names.append("a dict")
        else:
            names.append(arm.__name__ if isinstance(arm, type) else str(arm))
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last


def _shown(value: object) -> str:
    """A value for a message: short words themselves, of all else no more than the type, which holds no secret."""
    if isinstance(value, type):
        return f"the class {value.__name__} itself"
    return repr(value) if isinstance(value, str) and len(value) <= 20 and value.isalnum() else type(value).__name__


def _nearest(value: object, words: Iterable[object]) -> str:
    near = (
        get_close_matches(value, [word for word in words if isinstance(word, str)], n=1)
        if isinstance(value, str)
        else ()
    )
    return f" (did you mean {near[0]!r}?)" if near else ""
