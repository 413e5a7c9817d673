"""Bytes of this wire become structs: camelCase and snake_case, one or many, and fields nobody has heard of.

Google's servers take each field under both spellings and a single object where a list is meant
(https://protobuf.dev/programming-guides/json/). Nearly every message is plain and is decoded once, typed; any other is
gathered first: known members under their camelCase names, the rest apart.
"""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple, TypeVar

import msgspec
from msgspec import inspect

from accord.core.json import NotJson, as_array, as_object, loads, read
from accord.dialects.gemini.wire import REST, Wire

W = TypeVar("W", bound=Wire)


def read_message(decoder: msgspec.json.Decoder[W], cls: type[W], data: bytes) -> W:
    """The message in `data`; `decoder` reads plain ones. Raises `NotJson` saying where it is not one."""
    try:
        return read(decoder, data)
    except NotJson:
        # Either wrong, or only unusual.
        return converted(loads(data), cls)


def converted(value: object, cls: type[W]) -> W:
    """The message in a JSON value. Raises `NotJson` saying where it is not one."""
    try:
        return msgspec.convert(gathered(value, cls, "$"), cls)
    except msgspec.ValidationError as error:
        raise NotJson(str(error)) from None
    except RecursionError:
        raise NotJson("nested too deeply") from None


def gathered(value: object, cls: type[Wire], path: str) -> object:
    """A JSON value with its members as `cls` names them. Raises `NotJson` where one is given in both spellings."""
    members = as_object(value)
    if members is None:
        return value
    shape = _shape(cls)
    found: dict[str, object] = {}
    rest: dict[str, object] = {}
    for key, member in members.items():
        field = shape.get(key)
        if field is None:
            rest[key] = member
        elif field.name in found:
            raise NotJson(f"`{field.name}` is given in two spellings - at `{path}.{field.name}`")
        elif member is not None:
            found[field.name] = _within(member, field, f"{path}.{field.name}")
    if rest:
        found[REST] = rest
    return found


class _Field(NamedTuple):
    name: str
    of: type[Wire] | None
    """The message it holds, if it holds one."""
    many: bool


def _within(member: object, field: _Field, path: str) -> object:
    items = as_array(member)
    if items is None and field.many:
        items = [member]
    if field.of is None:
        return member if items is None else items
    if items is None:
        return gathered(member, field.of, path)
    return [gathered(item, field.of, f"{path}[{index}]") for index, item in enumerate(items)]


@cache
def _shape(cls: type[Wire]) -> Mapping[str, _Field]:
    info = inspect.type_info(cls)
    assert isinstance(info, inspect.StructType)
    shape: dict[str, _Field] = {}
    for field in info.fields:
        if field.encode_name != REST:
            of, many = _held(field.type)
            shape[field.encode_name] = shape[field.name] = _Field(field.encode_name, of, many)
    return shape


def _held(kind: inspect.Type) -> tuple[type[Wire] | None, bool]:
    """The message that a field's type holds, and whether it is a list."""
    match kind:
        case inspect.UnionType():
            return next((found for inner in kind.types if (found := _held(inner)) != (None, False)), (None, False))
        case inspect.ListType():
            return _held(kind.item_type)[0], True
        case inspect.StructType() if issubclass(kind.cls, Wire):
            return kind.cls, False
        case _:
            return None, False
