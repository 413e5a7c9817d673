"""What answers are made of: objects with attributes, as OpenAI's SDK has them, over plain JSON.

An object's class declares the fields that are known. What else an answer holds is kept and can be read as an attribute too, as
it came. Nothing is checked: a field that is missing is `None`, and a value of another type than declared stays what it is.
"""

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from copy import deepcopy
from types import NoneType, UnionType
from typing import Literal, Protocol, Self, TypeAlias, Union, get_args, get_origin, get_type_hints, runtime_checkable

import msgspec

from accord.core.json import as_array, as_object, dumps

Reader: TypeAlias = Callable[[object], object]
"""Makes objects of a field's JSON."""

Mode: TypeAlias = Literal["json", "python"]


class Model:  # noqa: PLW1641 - it can change, so it has no hash
    """An object of an answer. Made of its members: `CompletionUsage(prompt_tokens=1, ...)`."""

    # Declared fields live in `__dict__`; all others apart, so that no answer can hide a method.
    __slots__ = ("__dict__", "_extra", "_given")
    _extra: dict[str, object]
    _given: set[str]

    def __init__(self, /, **members: object) -> None:
        put = object.__setattr__
        fields = self.__dict__
        for name, (key, read) in _fields(type(self)).items():
            value = members.get(key)
            fields[name] = read(value) if read is not None and value is not None else value
        put(self, "_given", set(members))
        rest = {key: value for key, value in members.items() if key not in fields and key + "_" not in fields}
        put(self, "_extra", self._read_extra(rest))

    @classmethod
    def model_validate(cls, obj: Mapping[str, object]) -> Self:
        """An object of this class from JSON members."""
        return cls(**obj)

    @property
    def model_fields_set(self) -> set[str]:
        """The members that the answer had."""
        return set(self._given)

    @property
    def model_extra(self) -> dict[str, object]:
        """The members that the class does not declare."""
        return self._extra

    def model_copy(self, *, update: Mapping[str, object] | None = None, deep: bool = False) -> Self:
        """Another object with the same members, and those of `update` in their place; `deep`: with objects of its own."""
        put, other = object.__setattr__, type(self)()
        other.__dict__.update(deepcopy(self.__dict__) if deep else self.__dict__)
        put(other, "_extra", deepcopy(self._extra) if deep else dict(self._extra))
        put(other, "_given", set(self._given))
        for name, value in (update or {}).items():
            put(other, name, value)
            other._given.add(name)
        return other

    def __iter__(self) -> Iterator[tuple[str, object]]:
        """The members by name, as `dict(answer)` takes them."""
        yield from self.__dict__.items()
        yield from self._extra.items()

    def model_dump(
        self,
        *,
        mode: Mode | str = "python",
        include: AbstractSet[str] | None = None,
        exclude: AbstractSet[str] | None = None,
        by_alias: bool = False,
        exclude_unset: bool = False,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
    ) -> dict[str, object]:
        """The members as plain values; fields that are missing are `None`.

        Args:
            mode: both are the same: answers hold nothing but JSON.
            include: the outermost fields to keep, if not all.
            exclude: outermost fields to leave out.
            by_alias: names as on the wire, where a field's own name had to differ (`async_`).
            exclude_unset: leaves out what the answer did not have.
            exclude_defaults: leaves out declared fields that are `None`.
            exclude_none: leaves out everything that is `None`.
        """
        del mode
        found: dict[str, object] = {}
        for name, value in (*self.__dict__.items(), *self._extra.items()):
            key = name.removesuffix("_") if name in self.__dict__ else name
            if (include is not None and name not in include) or (exclude is not None and name in exclude):
                continue
            if exclude_unset and key not in self._given:
                continue
            if value is None and (exclude_none or (exclude_defaults and name in self.__dict__)):
                continue
            found[key if by_alias else name] = _plain(
                value,
                by_alias=by_alias,
                exclude_unset=exclude_unset,
                exclude_defaults=exclude_defaults,
                exclude_none=exclude_none,
            )
        return found

    def model_dump_json(
        self,
        *,
        indent: int | None = None,
        include: AbstractSet[str] | None = None,
        exclude: AbstractSet[str] | None = None,
        by_alias: bool = False,
        exclude_unset: bool = False,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
    ) -> str:
        """What `model_dump` gives, as JSON; `indent` is in spaces."""
        written = dumps(
            self.model_dump(
                include=include,
                exclude=exclude,
                by_alias=by_alias,
                exclude_unset=exclude_unset,
                exclude_defaults=exclude_defaults,
                exclude_none=exclude_none,
            )
        )
        return (written if indent is None else msgspec.json.format(written, indent=indent)).decode()

    def to_dict(
        self,
        *,
        mode: Mode = "python",
        use_api_names: bool = True,
        exclude_unset: bool = True,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
    ) -> dict[str, object]:
        """The members as they came."""
        return self.model_dump(
            mode=mode,
            by_alias=use_api_names,
            exclude_unset=exclude_unset,
            exclude_defaults=exclude_defaults,
            exclude_none=exclude_none,
        )

    def to_json(
        self,
        *,
        indent: int | None = 2,
        use_api_names: bool = True,
        exclude_unset: bool = True,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
    ) -> str:
        """The members as they came, as JSON."""
        return self.model_dump_json(
            indent=indent,
            by_alias=use_api_names,
            exclude_unset=exclude_unset,
            exclude_defaults=exclude_defaults,
            exclude_none=exclude_none,
        )

    def __getattr__(self, name: str) -> object:
        if not name.startswith("_") and name in self._extra:
            return self._extra[name]
        raise AttributeError(
            f"{type(self).__name__} has no {name!r}; it has {', '.join([*self.__dict__, *self._extra])}",
            name=name,
            obj=self,
        )

    def __setattr__(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)
        self._given.add(name.removesuffix("_"))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Model) or type(other) is not type(self):
            return NotImplemented
        return self.__dict__ == other.__dict__ and self._extra == other._extra

    def __repr__(self) -> str:
        members = [f"{name}={value!r}" for name, value in (*self.__dict__.items(), *self._extra.items())]
        return f"{type(self).__name__}({', '.join(members)})"

    def __reduce__(self) -> tuple[Callable[..., "Model"], tuple[type["Model"], dict[str, object]]]:
        return _restored, (type(self), self.to_dict())

    def _read_extra(self, rest: dict[str, object]) -> dict[str, object]:
        """What is made of members that are not declared: nothing but what they are."""
        return rest


class Open(Model):
    """An object of which only the wire knows the members: each is an attribute, down to the last."""

    def _read_extra(self, rest: dict[str, object]) -> dict[str, object]:
        return {key: _opened(value) for key, value in rest.items()}


def _opened(value: object) -> object:
    held = as_object(value)
    if held is not None:
        return Open(**held)
    items = as_array(value)
    return value if items is None else [_opened(item) for item in items]


def _restored(cls: type[Model], members: dict[str, object]) -> Model:
    return cls(**members)


def _plain(value: object, *, by_alias: bool, exclude_unset: bool, exclude_defaults: bool, exclude_none: bool) -> object:
    def plain(inner: object) -> object:
        return _plain(
            inner,
            by_alias=by_alias,
            exclude_unset=exclude_unset,
            exclude_defaults=exclude_defaults,
            exclude_none=exclude_none,
        )

    if isinstance(value, Model):
        return value.model_dump(
            by_alias=by_alias,
            exclude_unset=exclude_unset,
            exclude_defaults=exclude_defaults,
            exclude_none=exclude_none,
        )
    if isinstance(value, _Dumps):
        return value.model_dump(mode="json")
    if (items := as_array(value)) is not None:
        return [plain(item) for item in items]
    if (held := as_object(value)) is not None:
        return {key: plain(item) for key, item in held.items()}
    return value


@runtime_checkable
class _Dumps(Protocol):
    """A value of the caller's own: a pydantic model."""

    def model_dump(self, *, mode: str) -> object:
        """Its members as JSON has them."""
        ...


_KNOWN: dict[str, Mapping[str, tuple[str, Reader | None]]] = {}
"""The fields of each class, by its full name."""


def _fields(cls: type[Model]) -> Mapping[str, tuple[str, Reader | None]]:
    """The declared fields: the name on the wire and what reads each. Names that Python keeps for itself end in `_`."""
    name = f"{cls.__module__}.{cls.__qualname__}"
    if name not in _KNOWN:
        hints = {field: hint for field, hint in get_type_hints(cls).items() if not field.startswith("_")}
        _KNOWN[name] = {field: (field.removesuffix("_"), _reader(hint)) for field, hint in hints.items()}
    return _KNOWN[name]


def _reader(hint: object) -> Reader | None:
    """What makes objects of a field's JSON; `None` where it stays as it is."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _either([arm for arm in arguments if arm is not NoneType])
    if origin is list:
        return _listing(_reader(arguments[0]))
    model = _model(hint)
    return None if model is None else _choosing((model,))


def _model(hint: object) -> type[Model] | None:
    """The class that a hint names, with or without arguments of its own."""
    bare = get_origin(hint) or hint
    return bare if isinstance(bare, type) and issubclass(bare, Model) else None


def put(model: Model, name: str, value: object) -> None:
    """Sets a field that is no part of the answer's JSON: what is sent back later is without it."""
    model.__dict__[name] = value


def chooser(union: object) -> Callable[[Mapping[str, object]], Model]:
    """What makes objects of a union by their `type`; an open one where it has none for it."""
    by_type = _by_type(tuple([model for arm in get_args(union) if (model := _model(arm)) is not None]))

    def chosen(members: Mapping[str, object]) -> Model:
        kind = members.get("type")
        return (by_type.get(kind, Open) if isinstance(kind, str) else Open)(**members)

    return chosen


def _by_type(models: tuple[type[Model], ...]) -> Mapping[str, type[Model]]:
    # Of two classes for a type, the first one is meant.
    return {kind: cls for cls in reversed(models) for kind in get_args(get_type_hints(cls).get("type"))}


def _listing(read: Reader | None) -> Reader | None:
    if read is None:
        return None

    def items(value: object) -> object:
        found = as_array(value)
        return value if found is None else [read(item) for item in found]

    return items


def _either(arms: list[object]) -> Reader | None:
    """Reads a union: objects by their `type`, lists by the list among the arms."""
    models = tuple([model for arm in arms if (model := _model(arm)) is not None])
    one = _choosing(models) if models else None
    many = next((read for arm in arms if get_origin(arm) is list and (read := _reader(arm)) is not None), None)
    if one is None or many is None:
        return one or many

    def either(value: object) -> object:
        return one(value) if as_array(value) is None else many(value)

    return either


def _choosing(models: tuple[type[Model], ...]) -> Reader:
    """Reads an object as the class whose `type` it has; as an open one where none has it."""
    by_type = _by_type(models)
    otherwise = models[0] if len(models) == 1 else Open

    def chosen(value: object) -> object:
        held = as_object(value)
        if held is None:
            return value
        kind = held.get("type")
        return (by_type.get(kind, otherwise) if isinstance(kind, str) else otherwise)(**held)

    return chosen
