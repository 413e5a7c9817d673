"""Requests for words, read no further than it takes to see that they are like others.

A request says *what* (its messages) and *how* (the model, limits, who speaks). What becomes of it depends on how alone: whether it
may be handed on as it is, and what has to be changed in it. So of requests that agree in that only the first is looked into
(`parse_request.py`), and the others are read in one step: 2 in place of 11 us for 1 KB.
"""

from collections.abc import Sequence
from typing import Annotated, NamedTuple, TypeAlias

import msgspec

from accord.core.json import NotJson, members, read

Kind: TypeAlias = tuple[object, ...]
"""All that a request asks beside its words. Requests of one kind are served alike."""

_Words: TypeAlias = Annotated[str, msgspec.Meta(min_length=1)]


class Said(msgspec.Struct, gc=False, forbid_unknown_fields=True, tag_field="role"):
    """A message. Who speaks is its type."""

    content: _Words


class _User(Said, gc=False, forbid_unknown_fields=True, tag="user"):
    pass


class _System(Said, gc=False, forbid_unknown_fields=True, tag="system"):
    pass


class _Developer(Said, gc=False, forbid_unknown_fields=True, tag="developer"):
    pass


class _Assistant(Said, gc=False, forbid_unknown_fields=True, tag="assistant"):
    pass


_Name: TypeAlias = Annotated[str, msgspec.Meta(max_length=500)]
_Turns: TypeAlias = Annotated[
    list[_User | _System | _Developer | _Assistant], msgspec.Meta(min_length=1, max_length=1000)
]


class _Asked(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    # Callers choose both, and kinds are remembered.
    model: _Name
    messages: _Turns
    stream: bool | None = None
    max_completion_tokens: int | None = None
    max_tokens: int | None = None
    temperature: int | float | None = None
    top_p: int | float | None = None


_asked = msgspec.json.Decoder(_Asked)


class PlainAsk(NamedTuple):
    """A request for words."""

    kind: Kind
    body: bytes
    """As it came."""
    members: dict[str, msgspec.Raw]
    """The members of that."""
    said: Sequence[Said]


def plain_ask(body: bytes) -> PlainAsk | None:
    """The request in a body; `None` where it asks for more than words, or is no request at all."""
    try:
        asked = read(_asked, body)
        found = members(body)
    except NotJson:
        return None
    kind = (
        asked.model,
        asked.stream,
        asked.max_completion_tokens,
        asked.max_tokens,
        asked.temperature,
        asked.top_p,
        *map(type, asked.messages),
    )
    return PlainAsk(kind, body, found, asked.messages)
