"""What the exchanges of all small endpoints share."""

import re
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

import msgspec

from accord.core.error import InvalidInput, Malformed, ProviderError
from accord.core.http import Draft, Reply
from accord.core.json import NotJson, loads, members, read
from accord.core.warning import CallWarning

T = TypeVar("T")

_MISSING = re.compile(r"missing required field `([^`]*)`")

ErrorReader = Callable[[Reply], ProviderError]
"""What the provider's own dialect makes of a failed reply."""


class EndpointExchange(Generic[T]):
    """One request to a small endpoint, and the reading of its answer."""

    __slots__ = ("_decode", "_error", "draft", "warnings")

    def __init__(
        self,
        draft: Draft,
        *,
        decode: Callable[[Reply], T],
        error: ErrorReader,
        warnings: tuple[CallWarning, ...] = (),
    ) -> None:
        self.draft: Draft = draft
        self.warnings: tuple[CallWarning, ...] = warnings
        self._decode = decode
        self._error = error

    def decode(self, reply: Reply) -> T:
        """The response in a 2xx reply. Raises `Malformed`."""
        return self._decode(reply)

    def error(self, reply: Reply) -> ProviderError:
        """The failure, as the provider's dialect reads it."""
        return self._error(reply)


def decoded(decoder: msgspec.json.Decoder[T], reply: Reply, what: str) -> T:
    """The body of a reply. Raises `Malformed` saying where it departs from the wire."""
    try:
        return read(decoder, reply.body)
    except NotJson as error:
        raise Malformed(f"the {what} answer is not what its wire promises: {error}", body=reply.body) from None


def parsed(decoder: msgspec.json.Decoder[T], body: bytes) -> tuple[T, dict[str, msgspec.Raw]]:
    """A caller's request, and its members as bytes. Raises `InvalidInput` naming the field at fault."""
    try:
        found = members(body)
        return read(decoder, body), found
    except NotJson as error:
        raise _invalid(str(error)) from None


def _invalid(why: str) -> InvalidInput:
    text, _, place = why.partition(" - at `$")
    path = place.strip("`").lstrip(".")
    missing = _MISSING.search(text)
    if missing is not None:
        path = f"{path}.{missing[1]}" if path else missing[1]
    return InvalidInput(f"the request is not valid: {text}{f' (at {path})' if path else ''}", param=path or None)


def unnamed(found: Mapping[str, msgspec.Raw], named: frozenset[str]) -> dict[str, object]:
    """The members Accord has no name for, as values, so that they can be sent on. Raises `InvalidInput` for a value that
    cannot be read (a number that is too large).
    """
    values: dict[str, object] = {}
    for key, raw in found.items():
        if key in named:
            continue
        try:
            values[key] = loads(bytes(raw))
        except NotJson as error:
            raise InvalidInput(f"`{key[:100]}` cannot be read: {error}", param=key[:100]) from None
    return values


def without_none(fields: Mapping[str, object]) -> dict[str, object]:
    """The fields that were asked for."""
    return {key: value for key, value in fields.items() if value is not None}
