"""A long list handed out in pages, by the words of each API.

Anthropic: `limit`, `after_id`, `before_id` (https://platform.claude.com/docs/en/api/models-list). Google: `pageSize`, `pageToken`
(https://ai.google.dev/api/models). OpenAI's list of models has no pages.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

import msgspec

from accord.core.error import InvalidInput

T = TypeVar("T")

MOST = 1000
"""The longest page of either API."""
_USUAL_ANTHROPIC, _USUAL_GOOGLE = 20, 50
_DIGITS = 9


class Page(msgspec.Struct, Generic[T], frozen=True):
    """A part of a list."""

    rows: Sequence[T]
    more: bool
    """Whether there is more in the direction that was asked for."""


def anthropic_page(rows: Sequence[T], name: Callable[[T], str], asked: Mapping[str, str]) -> Page[T]:
    """What follows `after_id`, or what goes before `before_id`. Raises `InvalidInput` naming the parameter at fault."""
    limit = _number(asked, "limit", _USUAL_ANTHROPIC)
    if limit > MOST:
        raise InvalidInput(f"`limit` must be at most {MOST}, got {limit}", param="limit")
    after, before = asked.get("after_id"), asked.get("before_id")
    if after and before:
        raise InvalidInput("`after_id` and `before_id` cannot be combined", param="before_id")
    if before:
        end = _place(rows, name, before, "before_id")
        start = max(end - limit, 0)
        return Page(rows[start:end], start > 0)
    start = _place(rows, name, after, "after_id") + 1 if after else 0
    return Page(rows[start : start + limit], len(rows) > start + limit)


def google_page(rows: Sequence[T], name: Callable[[T], str], asked: Mapping[str, str]) -> Page[T]:
    """What follows the model that `pageToken` names: so a list that grew meanwhile is not shifted.

    Raises `InvalidInput` naming the parameter at fault.
    """
    limit = min(_number(asked, "pageSize", _USUAL_GOOGLE) or _USUAL_GOOGLE, MOST)
    token = asked.get("pageToken")
    start = _place(rows, name, token, "pageToken") + 1 if token else 0
    return Page(rows[start : start + limit], len(rows) > start + limit)


def _number(asked: Mapping[str, str], field: str, usual: int) -> int:
    text = asked.get(field)
    if not text:
        return usual
    if not text.isascii() or not text.isdecimal() or len(text) > _DIGITS or (field == "limit" and int(text) < 1):
        raise InvalidInput(f"`{field}` must be a whole number of at least 1, got {text[:50]!r}", param=field)
    return int(text)


def _place(rows: Sequence[T], name: Callable[[T], str], wanted: str, field: str) -> int:
    for place, row in enumerate(rows):
        if name(row) == wanted:
            return place
    raise InvalidInput(f"`{field}` names no model of the list: {wanted[:200]!r}", param=field)
