"""The shape of a type: its JSON Schema, and how a value of it is read from JSON.

msgspec knows structs, dataclasses, TypedDicts, enums, literals, unions and collections of them; pydantic, where the caller
uses it, knows its models. What neither knows as a whole (`A | B` of two dataclasses, a list of such) is put together from
the shapes of its parts.
"""

import types
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Protocol, TypeVar, Union, cast, get_args, get_origin

import msgspec
from typing_extensions import TypeForm

from accord.client.value.pydantic_shape import PydanticShape, concerns_pydantic, pydantic_is_loaded
from accord.core.error import InvalidInput
from accord.core.json import JsonObject, as_object, dumps

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Misfit(ValueError):
    """JSON that is no value of the type. The text says where and why, for a model to read."""


class Shape(Protocol[T_co]):
    """What JSON of a type looks like."""

    @property
    def schema(self) -> JsonObject:
        """Its JSON Schema, definitions under `$defs`."""
        ...

    def read(self, data: bytes) -> T_co:
        """The value. Raises `ValueError` saying what does not fit."""
        ...


def shape_of(form: TypeForm[T]) -> Shape[T]:
    """The shape of a type. Raises `InvalidInput` naming the part that has none."""
    try:
        found = _cached(form)
    except TypeError:
        # An annotation with metadata that cannot be hashed.
        found = _shape(form)
    return cast("Shape[T]", found)


class _MsgspecShape:
    """A type msgspec knows."""

    def __init__(self, form: object) -> None:
        """Raises `TypeError` for a type msgspec has no schema for."""
        self.schema: JsonObject = msgspec.json.schema(form, schema_hook=_schema_of)
        # The decoder takes any type there is; its annotation knows classes alone.
        self._decoder: msgspec.json.Decoder[object] = msgspec.json.Decoder(
            cast("type[object]", form), dec_hook=_decoded
        )

    def read(self, data: bytes) -> object:
        return self._decoder.decode(data)


def _schema_of(form: type) -> dict[str, object]:
    """`object` is anything, as `Any` is to msgspec, which takes no empty schema here."""
    if form is object:
        return {"description": "any JSON value"}
    raise NotImplementedError


def _decoded(form: type, value: object) -> object:
    if form is object:
        return value
    raise NotImplementedError


class _ListShape:
    """A list of something."""

    def __init__(self, item: Shape[object]) -> None:
        self._item = item
        definitions, inner = _parted(item.schema)
        self.schema: JsonObject = _with({"type": "array", "items": inner}, definitions)

    def read(self, data: bytes) -> object:
        found: list[object] = []
        for index, raw in enumerate(msgspec.json.decode(data, type=list[msgspec.Raw])):
            try:
                found.append(self._item.read(bytes(raw)))
            except ValueError as error:
                raise Misfit(f"item {index}: {error}") from None
        return found


class _UnionShape:
    """One of several; the arm that knows the most of what is there."""

    def __init__(self, arms: tuple[Shape[object], ...]) -> None:
        self._arms = arms
        definitions: dict[str, object] = {}
        options: list[JsonObject] = []
        for arm in arms:
            own, inner = _parted(arm.schema)
            for name, schema in own.items():
                if definitions.setdefault(name, schema) != schema:
                    raise InvalidInput(f"two different types of the union are named {name}", param="into")
            options.append(inner)
        self.schema: JsonObject = _with({"anyOf": options}, definitions)

    def read(self, data: bytes) -> object:
        value = as_object(msgspec.json.decode(data))
        best: tuple[int, object] | None = None
        faults: list[str] = []
        for arm in self._arms:
            try:
                found = arm.read(data)
            except ValueError as error:
                faults.append(str(error))
                continue
            strangers = 0 if value is None else len(value.keys() - _properties(arm.schema))
            if best is None or strangers < best[0]:
                best = (strangers, found)
        if best is None:
            raise Misfit("none of the allowed shapes fits: " + "; or ".join(faults))
        return best[1]


def _shape(form: object) -> Shape[object]:
    try:
        if concerns_pydantic(form):
            return _of_pydantic(form)
        return _MsgspecShape(form)
    except (TypeError, NameError) as error:
        return _otherwise(form, str(error))


def _otherwise(form: object, why: str) -> Shape[object]:
    """The shape of what neither library knows as a whole."""
    origin, arguments = get_origin(form), get_args(form)
    if origin in (Union, types.UnionType):
        return _UnionShape(tuple([_shape(arm) for arm in arguments]))
    if origin is list:
        return _ListShape(_shape(arguments[0]))
    if origin is Annotated:
        return _shape(arguments[0])
    if pydantic_is_loaded():
        try:
            return _of_pydantic(form)
        except TypeError:
            pass
    reason = why.splitlines()[-1] if why else "unknown"
    raise InvalidInput(
        f"no JSON Schema can be made for {_name(form)}: {reason}. Take dataclasses, TypedDicts, msgspec structs, pydantic "
        "models, enums, literals, or lists, dicts and unions of them; structs in a nested union need tags",
        param="into",
    )


_cached: Callable[[object], Shape[object]] = lru_cache(maxsize=512)(_shape)


def _of_pydantic(form: object) -> Shape[object]:
    return PydanticShape(form)


def _name(form: object) -> str:
    return form.__qualname__ if isinstance(form, type) else str(form)


def _parted(schema: JsonObject) -> tuple[JsonObject, JsonObject]:
    """A schema's definitions, and the rest."""
    inner = dict(schema)
    return as_object(inner.pop("$defs", None)) or {}, inner


def _with(schema: dict[str, object], definitions: JsonObject) -> JsonObject:
    return {**schema, "$defs": definitions} if definitions else schema


def _properties(schema: JsonObject) -> set[str]:
    found: JsonObject = schema
    reference = schema.get("$ref")
    if isinstance(reference, str):
        definitions = as_object(schema.get("$defs")) or {}
        found = as_object(definitions.get(reference.rpartition("/")[2])) or {}
    return set(as_object(found.get("properties")) or {})


def written(value: object) -> bytes:
    """A JSON value as the bytes that shapes read."""
    return dumps(value)
