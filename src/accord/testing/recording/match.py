"""Which recorded request is meant, and how one differs from it."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from accord.core.blob import whole
from accord.core.http import Call
from accord.core.json import NotJson, as_array, as_object, dumps, loads
from accord.testing.recording.secret import Secrets
from accord.testing.recording.tape import Asked, Exchange, piece_of

Aspect: TypeAlias = Literal["method", "host", "path", "query", "body"]
"""What two requests are compared by."""

ASPECTS: tuple[Aspect, ...] = ("method", "host", "path", "query", "body")

_TOLD = 6
"""The most differences that are told."""


class UnmatchedRequest(AssertionError):
    """A request was made that is not on the cassette. The message names the nearest one that is, and what differs."""


def asked_of(call: Call, secrets: Secrets) -> Asked:
    """A call as it is written down."""
    secrets.learn(call.headers)
    sent = secrets.sent(call.headers)
    url = secrets.url(call.url)
    if not call.body:
        return Asked(method=call.method, url=url, headers=sent)
    body = whole(call.body)
    try:
        return Asked(method=call.method, url=url, headers=sent, json=secrets.value(loads(body)))
    except NotJson:
        return Asked(method=call.method, url=url, headers=sent, body=piece_of(secrets.covered(body)))


def is_same(one: Asked, other: Asked, aspects: Sequence[Aspect]) -> bool:
    """Whether two requests are the same in all these aspects."""
    return next(_differing(one, other, aspects), None) is None


def unmatched(asked: Asked, exchanges: Sequence[Exchange], used: Sequence[bool], aspects: Sequence[Aspect]) -> str:
    """Why nothing on the cassette is meant."""
    what = f"{asked.method} {asked.url}"
    if not exchanges:
        return f"the cassette is empty, and {what} was asked"
    same = [index for index, one in enumerate(exchanges) if is_same(asked, one.request, aspects)]
    if same:
        return f"{what} was asked more often than it was recorded ({len(same)} times)"
    index = max(range(len(exchanges)), key=lambda at: _likeness(asked, exchanges[at].request))
    nearest = exchanges[index].request
    told = list(_differing(asked, nearest, aspects))
    more = f"\n  and {len(told) - _TOLD} more" if len(told) > _TOLD else ""
    again = ", which was asked before" if used[index] else ""
    return (
        f"{what} is not on the cassette. The nearest is request {index + 1} of {len(exchanges)}{again}; "
        "asked, and recorded:\n  " + "\n  ".join(told[:_TOLD]) + more
    )


def _likeness(one: Asked, other: Asked) -> float:
    mine, yours = _summary(one), _summary(other)
    return float(SequenceMatcher(None, mine, yours, autojunk=False).quick_ratio())


def _summary(asked: Asked) -> str:
    body = dumps(asked.json)[:4000].decode(errors="replace")
    return f"{asked.method} {asked.url} {body}"


def _differing(one: Asked, other: Asked, aspects: Sequence[Aspect]) -> Iterator[str]:
    mine, yours = urlsplit(one.url), urlsplit(other.url)
    pairs: dict[Aspect, tuple[object, object]] = {
        "method": (one.method, other.method),
        "host": (f"{mine.scheme}://{mine.netloc}", f"{yours.scheme}://{yours.netloc}"),
        "path": (mine.path, yours.path),
        "query": (mine.query, yours.query),
        "body": (one.body if one.json is None else one.json, other.body if other.json is None else other.json),
    }
    for aspect in aspects:
        yield from _paths(*pairs[aspect], aspect)


def _paths(mine: object, yours: object, path: str) -> Iterator[str]:
    """Where two values differ, down to the member."""
    one, other = as_object(mine), as_object(yours)
    if one is not None and other is not None:
        for key in dict.fromkeys([*one, *other]):
            if key not in one or key not in other:
                yield f"{path}.{key}: {_short(one.get(key)) if key in one else 'not there'}, and " + (
                    _short(other.get(key)) if key in other else "not there"
                )
            else:
                yield from _paths(one[key], other[key], f"{path}.{key}")
        return
    ones, others = as_array(mine), as_array(yours)
    if ones is not None and others is not None and len(ones) == len(others):
        for index, (left, right) in enumerate(zip(ones, others, strict=True)):
            yield from _paths(left, right, f"{path}[{index}]")
    elif mine != yours:
        yield f"{path}: {_short(mine)}, and {_short(yours)}"


def _short(value: object) -> str:
    text = dumps(value).decode()
    return text if len(text) <= 120 else text[:117] + "..."
