"""JSON as Accord reads and writes it: strict, bounded, and never lossy.

Everything that arrives from a network passes through here, so that the same bytes are accepted and
refused by every dialect: UTF-8 only, no duplicate keys at the top level (two readers of the same
request must not see two different models), and deep nesting is an ordinary error.
"""

import json
from collections.abc import Iterable, Mapping
from typing import TypeAlias, TypeVar

import msgspec

from accord.core.error import InvalidInput

JsonObject: TypeAlias = Mapping[str, object]
"""A JSON object as Python sees it: string keys, values of JSON's own types."""

T = TypeVar("T")

_encoder = msgspec.json.Encoder()
_objects = msgspec.json.Decoder(dict[str, msgspec.Raw])
_BRACES, _COMMA = len(b"{}"), len(b",")
_AROUND, _LEAST = len(b'"":,'), len(b'"":0,')
"""What is around a name and a value, and what a member has beside its name at least."""
_FEW = 64
"""So many keys are each looked for in all of the data; of more, which callers choose, all are read once: 16,000 would take two seconds."""
BACKSLASH = ord("\\")
"""A number, which is looked for in bytes ten times faster than bytes are (see `core/sse.py`)."""
_anything = msgspec.json.Decoder()


class NotJson(ValueError):
    """The bytes are not JSON, or not the shape that was asked for. The text says where (`$.messages[0].role`)."""


def dumps(value: object) -> bytes:
    """Compact UTF-8 JSON. Raises `InvalidInput` for what JSON has no form for."""
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError as error:
        half = f"U+{ord(error.object[error.start]):04X}"
        why = f"a text holds half a character ({half}), as one does that was decoded wrongly"
    except (TypeError, OverflowError) as error:
        why = f"{str(error)[:1].lower()}{str(error)[1:]}"
    except RecursionError:
        why = "it is nested too deeply, or holds itself"
    raise InvalidInput(f"the request cannot be written as JSON: {why}")


def loads(data: bytes | str) -> object:
    """Any JSON value. Raises `NotJson`."""
    value: object = read(_anything, data)
    return value


def loads_object(data: bytes | str) -> dict[str, object]:
    """A JSON object. Raises `NotJson` for anything else."""
    value = loads(data)
    found = as_object(value)
    if found is None:
        raise NotJson(f"expected a JSON object, got {kind_of(value)}")
    return found


def as_object(value: object) -> dict[str, object] | None:
    """`value` if it is a JSON object, else `None`."""
    # JSON objects have string keys, which isinstance cannot say, and a `cast` is a call that takes as long as all of this.
    return value if isinstance(value, dict) else None  # pyright: ignore[reportUnknownVariableType]


def as_array(value: object) -> list[object] | None:
    """`value` if it is a JSON array, else `None`."""
    return value if isinstance(value, list) else None  # pyright: ignore[reportUnknownVariableType]


def read(decoder: msgspec.json.Decoder[T], data: bytes | str | msgspec.Raw) -> T:
    """What `decoder` makes of `data`. Raises `NotJson` where msgspec, UTF-8 or the recursion limit refuses."""
    try:
        return decoder.decode(data)
    except msgspec.MsgspecError as error:
        raise NotJson(str(error)) from None
    except UnicodeDecodeError as error:
        raise NotJson(f"not valid UTF-8 at byte {error.start}") from None
    except RecursionError:
        raise NotJson("nested too deeply") from None


def read_answer_object(decoder: msgspec.json.Decoder[T], data: bytes | msgspec.Raw) -> T:
    """What `decoder` makes of an object that a provider sent; members that are null where null is wrong are taken for absent
    ones, as the providers' own SDKs take them. Raises `NotJson`.
    """
    try:
        return read(decoder, data)
    except NotJson as error:
        found = as_object(loads(bytes(data)))
        if found is None or None not in found.values():
            raise
        try:
            return read(decoder, dumps({key: value for key, value in found.items() if value is not None}))
        except NotJson:
            raise error from None


def members(data: bytes) -> dict[str, msgspec.Raw]:
    """The members of a top-level object, each as its original bytes. Raises `NotJson`, also for a repeated key."""
    found = read(_objects, data)
    refuse_bad_text(data)
    refuse_repeated_keys(data, found)
    return found


def refuse_bad_text(data: bytes) -> None:
    """Raises `NotJson` where `data` is not UTF-8, which a decoder that skips over members does not see."""
    if data.isascii():
        return
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise NotJson(f"not valid UTF-8 at byte {error.start}") from None


def edited(data: bytes, edits: Mapping[str, object]) -> bytes:
    """The same object with some members replaced, added, or (value `None`) removed; all others keep their bytes."""
    before = read(_objects, data)
    found: dict[str, object] = {**before}
    for key, value in edits.items():
        if value is None:
            found.pop(key, None)
        else:
            found[key] = value
    return dumps(found)


def refuse_repeated_keys(data: bytes, found: Mapping[str, msgspec.Raw]) -> None:
    """Raises `NotJson` when the object in `data` has more members at its top level than `found`."""
    if _has_no_room(data, found) or (len(found) <= _FEW and _appear_once(data, found)):
        return
    keys = top_level_keys(data)
    if len(keys) == len(found):
        return
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise NotJson(f"the key {key!r} appears more than once - at `$.{key}`")
        seen.add(key)


def _has_no_room(data: bytes, found: Mapping[str, msgspec.Raw]) -> bool:
    """Whether what is in the data beside its members is too little for one of them to be there twice: 0.9 us, however the data is
    spaced as SDKs space it, where the scan takes 12 for 1 KB.
    """
    if not found:
        return len(data) == _BRACES
    written = _BRACES + sum(map(len, found)) + sum(map(len, found.values())) + len(found) * _AROUND - _COMMA
    return len(data) - written < min(map(len, found)) + _LEAST


def _appear_once(data: bytes, keys: Iterable[str]) -> bool:
    r"""Whether no key can be there twice: each is written once in all of the data, and none can be written otherwise.

    A second spelling of a plain key needs `\u` or `\/`. It spares bodies with other spaces between their tokens the scan:
    4 instead of 21 us for 1 KB, and more for longer ones.
    """
    if BACKSLASH in data and (b"\\u" in data or b"\\/" in data):
        return False
    return all(data.count(b'"' + key.encode() + b'"') == 1 for key in keys)


def kind_of(value: object) -> str:
    """JSON's own name for the type of a value: `object`, `array`, `string`, `number`, `boolean`, `null`."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case str():
            return "string"
        case int() | float():
            return "number"
        case dict():
            return "object"
        case _:
            return "array"


def a_kind_of(value: object) -> str:
    """The same in a sentence: `an object`, `a number`, `null`."""
    kind = kind_of(value)
    return kind if kind == "null" else f"{'an' if kind in ('object', 'array') else 'a'} {kind}"


def top_level_keys(data: bytes) -> list[str]:
    """The keys of the outermost object in order, repeats included. Raises `NotJson`."""
    keys: list[str] = []

    def remember(pairs: list[tuple[str, object]]) -> None:
        # The decoder closes objects from the inside out, so what it reports last is the outermost.
        keys[:] = [key for key, _ in pairs]

    try:
        json.loads(data, object_pairs_hook=remember)
    except (ValueError, RecursionError) as error:
        raise NotJson(f"not JSON: {error}") from None
    return keys
