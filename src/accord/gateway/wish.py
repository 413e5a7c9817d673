"""What a request may decide itself about routing: by headers, or by an `accord` member of a JSON body.

| header | member | |
|---|---|---|
| `x-accord-target` | `target` | `<provider>/<upstream model>`: this target and no other |
| `x-accord-strategy` | `strategy` | how the target is picked |
| `x-accord-region` | `region` | only targets of that region |
| `x-accord-tags` | `tags` | only targets that carry all of these words, separated by commas |
| `x-accord-fallback` | `fallback` | `false`: one request, and its failure is told |
| `x-accord-retries` | `retries` | requests after the first, at most |

Each has to be allowed by the key (`overrides`); without keys, everything is. The body's member is taken out before
anything else reads the body, and wins over the header.
"""

from collections.abc import Mapping
from typing import cast, get_args

import msgspec

from accord.core.error import InvalidInput, Permission
from accord.core.json import JsonObject, NotJson, as_object, edited, members
from accord.core.route import RouteWish, Strategy
from accord.gateway.config import OVERRIDES, Override
from accord.gateway.http import Request
from accord.gateway.key import Key

_HEADERS: dict[str, Override] = {f"x-accord-{name}": name for name in OVERRIDES}
_MEMBER = b'"accord"'
_MOST_RETRIES = 20
_LONGEST_NUMBER = 10
_LONGEST_WORD = 200
"""Names of targets, regions and tags come back in what is told of a request."""


class Wishes:
    """What one request asks for."""

    __slots__ = ("_given",)

    def __init__(self, given: Mapping[Override, object]) -> None:
        self._given = given

    @property
    def retries(self) -> int | None:
        """Requests after the first, at most. Raises `InvalidInput`."""
        value = self._given.get("retries")
        if value is None:
            return None
        if isinstance(value, str) and value.isdecimal() and len(value) <= _LONGEST_NUMBER:
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MOST_RETRIES:
            raise _wrong("retries", f"a number from 0 to {_MOST_RETRIES}", value)
        return value

    def route(self, key: Key) -> RouteWish:
        """The wish, in the name of the key. Raises `InvalidInput`."""
        given = self._given
        if not given:
            return RouteWish(key=key.name, weight=key.weight)
        return RouteWish(
            strategy=_strategy(given.get("strategy")),
            target=_text("target", given.get("target")),
            region=_text("region", given.get("region")),
            tags=_tags(given.get("tags")),
            fallback=_truth("fallback", given.get("fallback", True)),
            key=key.name,
            weight=key.weight,
        )


NONE = Wishes({})


def wishes_of(request: Request, member: JsonObject | None, key: Key) -> Wishes:
    """What the request asks for. Raises `Permission` where its key may not, `InvalidInput` for an unknown word."""
    if member is None and asks_nothing(request):
        return NONE
    given: dict[Override, object] = {}
    for header, name in _HEADERS.items():
        value = request.header(header)
        if value is not None:
            given[name] = value
    for word, wanted in (member or {}).items():
        if word not in OVERRIDES:
            raise InvalidInput(f"`accord.{word[:100]}` is unknown; valid here: {', '.join(OVERRIDES)}", param="accord")
        given[word] = wanted
    for name in given:
        if name not in key.overrides:
            raise _forbidden(name, key)
    return Wishes(given) if given else NONE


def asks_nothing(request: Request) -> bool:
    """Whether no header of the request decides anything about routing."""
    return _HEADERS.keys().isdisjoint(request.named)


def split(body: bytes) -> tuple[bytes, JsonObject | None]:
    """The body without its `accord` member, and the member. Raises `InvalidInput` where that is no object."""
    if _MEMBER not in body:
        return body, None
    try:
        raw = members(body).get("accord")
    except NotJson:
        return body, None  # Whoever reads the body will say what is wrong with it.
    if raw is None:
        return body, None
    try:
        member = as_object(msgspec.json.decode(raw))
    except msgspec.DecodeError as error:
        # Numbers that are too large are only noticed now.
        raise InvalidInput(f"`accord` cannot be read: {error}", param="accord") from None
    if member is None:
        raise InvalidInput("`accord` must be an object", param="accord")
    return edited(body, {"accord": None}), member


def _strategy(value: object) -> Strategy | None:
    if value is None:
        return None
    if value not in get_args(Strategy):
        raise _wrong("strategy", f"one of {', '.join(get_args(Strategy))}", value)
    return cast("Strategy", value)


def _text(name: Override, value: object) -> str | None:
    if value is None or (isinstance(value, str) and len(value) <= _LONGEST_WORD):
        return value
    raise _wrong(name, f"a string of at most {_LONGEST_WORD} characters", value)


def _tags(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    words = value.split(",") if isinstance(value, str) else value
    if not isinstance(words, list):
        raise _wrong("tags", "words, separated by commas", value)
    found = cast("list[object]", words)
    if not all(isinstance(word, str) and len(word) <= _LONGEST_WORD for word in found):
        raise _wrong("tags", f"words of at most {_LONGEST_WORD} characters, separated by commas", value)
    return tuple([word.strip() for word in cast("list[str]", found) if word.strip()])


def _truth(name: Override, value: object) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "1"):
        return True
    if value in ("false", "0"):
        return False
    raise _wrong(name, "`true` or `false`", value)


def _wrong(name: Override, expected: str, value: object) -> InvalidInput:
    return InvalidInput(f"`x-accord-{name}` must be {expected}, got {str(value)[:50]!r}", param=f"accord.{name}")


def _forbidden(name: Override, key: Key) -> Permission:
    return Permission(
        f"The key {key.name!r} may not decide the {name} of a request: allow it by `overrides: [{name}]` in its entry of "
        "`gateway.keys`, or leave it out.",
        status=403,
        code="override_not_allowed",
        param=f"accord.{name}",
    )
