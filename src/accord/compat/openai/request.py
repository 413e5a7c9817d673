"""From the arguments of a call to the bytes of a request and how it is to be made."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol, TypeAlias, cast

import msgspec

from accord.compat.openai.error import OpenAIError
from accord.compat.openai.model import Model
from accord.compat.openai.omitted import Omit
from accord.core.error import InvalidInput
from accord.core.http import Timeouts
from accord.core.json import as_object, dumps
from accord.core.option import Options

Body: TypeAlias = Mapping[str, object]
Headers: TypeAlias = Mapping[str, str | Omit]
Query: TypeAlias = Mapping[str, object]


class HttpTimeout(Protocol):
    """A timeout as httpx has it: each in seconds, `None` for ever."""

    @property
    def connect(self) -> float | None:
        """For a connection."""
        ...

    @property
    def read(self) -> float | None:
        """Between two pieces of an answer."""
        ...


Timeout: TypeAlias = float | Timeouts | HttpTimeout | None
"""Seconds for each step of a call, or each step's own; `None` waits for ever."""


class Asked(msgspec.Struct, frozen=True):
    """A request, written."""

    body: bytes
    options: Options
    content_type: str = "application/json"


_OF_THE_CALL = ("self", "extra_headers", "extra_query", "extra_body", "timeout")


def asked(arguments: Mapping[str, object], timeout: Timeout | Omit) -> Asked:
    """The request that a method's `arguments` (its `locals()`) make: their names are those of the wire.

    `extra_body` is put over them. Raises `OpenAIError` for `extra_query`, and for values that JSON has no form for.
    """
    try:
        body = dumps(arguments_of(arguments))
    except InvalidInput as error:
        raise OpenAIError(error.message) from None
    return Asked(body, options_of(arguments, timeout))


def arguments_of(arguments: Mapping[str, object]) -> dict[str, object]:
    """The fields of the wire among a method's arguments, `extra_body` put over them. Raises `OpenAIError`."""
    if arguments.get("extra_query"):
        raise OpenAIError("`extra_query` is not supported: providers have their own addresses")
    fields = {name: plain(value) for name, value in arguments.items() if name not in _OF_THE_CALL}
    fields |= as_object(plain(arguments.get("extra_body"))) or {}
    return {name: value for name, value in fields.items() if not isinstance(value, Omit)}


def options_of(arguments: Mapping[str, object], timeout: Timeout | Omit) -> Options:
    """How the call is to be made."""
    return Options(headers=_headers(arguments.get("extra_headers")), timeouts=timeouts(timeout))


def timeouts(given: Timeout | Omit) -> Timeouts | None:
    """What a `timeout` means; `None` where none was given."""
    if isinstance(given, Omit):
        return None
    if isinstance(given, Timeouts):
        return given
    if given is None or isinstance(given, int | float):
        return Timeouts(connect=given, first_byte=given, idle=given)
    return Timeouts(connect=given.connect, first_byte=given.read, idle=given.read)


def plain(value: object) -> object:
    """The value with answers of earlier calls in it as JSON: they can be sent back as they are."""
    if isinstance(value, Model):
        return value.to_dict()
    if isinstance(value, Mapping):
        return _members(cast("Mapping[str, object]", value))
    if isinstance(value, _MANY) and not isinstance(value, str | bytes):
        return [plain(inner) for inner in cast("Iterable[object]", value)]
    return value


def _members(value: Mapping[str, object]) -> dict[str, object]:
    return {name: plain(inner) for name, inner in value.items() if not isinstance(inner, Omit)}


_MANY = (Sequence, Iterator, AbstractSet)


def _headers(given: object) -> dict[str, str]:
    named = as_object(plain(given)) or {}
    return {name.lower(): value for name, value in named.items() if isinstance(value, str)}
