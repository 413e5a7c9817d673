"""What a decoder's complaint means in the words of the file: the path of the fault, and the nearest valid key."""

import re
import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Union, cast, get_args, get_origin

import msgspec

from accord.gateway.config.problem import did_you_mean

_AT = re.compile(r"^(?P<what>.*?)(?: - at `\$(?P<path>[^`]*)`)?$", re.DOTALL)


def explained(
    error: msgspec.ValidationError, value: object, wanted: type[msgspec.Struct], path: str
) -> Iterator[tuple[str, str]]:
    """Each fault of `value`, which was to become a `wanted` at `path`, as a path and what is wrong there."""
    unknown = list(unknown_keys(value, wanted, path))
    if unknown:
        yield from unknown
        return
    match = _AT.match(str(error))
    what, where = (match["what"], match["path"] or "") if match else (str(error), "")
    yield path + where.replace("[...]", ""), what[:1].lower() + what[1:]


def unknown_keys(value: object, wanted: object, path: str) -> Iterator[tuple[str, str]]:
    """Every key in `value` that nothing of the type `wanted` reads, however deep."""
    for candidate in _alternatives(wanted):
        origin = get_origin(candidate) or candidate
        if isinstance(value, dict) and isinstance(origin, type) and issubclass(origin, msgspec.Struct):
            yield from _unknown_fields(cast("dict[str, object]", value), origin, path)
        elif isinstance(value, dict) and origin in {dict, Mapping}:
            for key, inner in cast("dict[str, object]", value).items():
                yield from unknown_keys(inner, get_args(candidate)[1], f"{path}.{key}")
        elif isinstance(value, list) and origin in {tuple, list, Sequence}:
            for index, inner in enumerate(cast("list[object]", value)):
                yield from unknown_keys(inner, get_args(candidate)[0], f"{path}[{index}]")


def _unknown_fields(value: dict[str, object], wanted: type[msgspec.Struct], path: str) -> Iterator[tuple[str, str]]:
    fields = {field.encode_name: field.type for field in msgspec.structs.fields(wanted)}
    tag = wanted.__struct_config__.tag_field
    for key, inner in value.items():
        if key in fields:
            yield from unknown_keys(inner, fields[key], f"{path}.{key}")
        elif key != tag:
            yield f"{path}.{key}", f"unknown key; {did_you_mean(key, fields)}"


def _alternatives(wanted: object) -> tuple[object, ...]:
    """The members of a union, without annotations."""
    if get_origin(wanted) is Annotated:
        return _alternatives(get_args(wanted)[0])
    if get_origin(wanted) in {Union, types.UnionType}:
        return tuple([inner for member in get_args(wanted) for inner in _alternatives(member)])
    return (wanted,)
