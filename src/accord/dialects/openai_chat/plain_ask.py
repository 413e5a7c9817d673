"""Requests for words, read no further than it takes to see that they are like others.

A request says *what* (the words of its messages) and *how* (everything else: the model, limits, who speaks). What becomes of it depends
on how alone: whether it may be handed on as it is, and what has to be changed in it. So of requests that agree in that, byte for
byte, only the first is looked into (`parse_request.py`), and what is said is all that is read of the others, in two thirds of the time.
"""

from collections.abc import Sequence
from typing import Annotated, NamedTuple, TypeAlias

import msgspec

from accord.core.json import NotJson, dumps, members, read

Kind: TypeAlias = tuple[object, ...]
"""All that a request asks beside its words. Requests of one kind are served alike."""

LONGEST = 2000
"""Bytes beside the messages: callers choose them, and kinds are remembered."""

MOST = 100
"""Messages, for the same reason."""

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


_messages = msgspec.json.Decoder(
    Annotated[list[_User | _System | _Developer | _Assistant], msgspec.Meta(min_length=1, max_length=MOST)]
)
_NOTHING = msgspec.Raw()


class PlainAsk(NamedTuple):
    """A request for words."""

    kind: Kind
    body: bytes
    """As it came."""
    members: dict[str, msgspec.Raw]
    """The members of that."""
    said: Sequence[Said]


def plain_ask(body: bytes) -> PlainAsk | None:
    """The request in a body; `None` where its messages are more than words, or it is no request at all."""
    try:
        found = members(body)
        raw = found.get("messages", _NOTHING)
        if len(body) - len(raw) > LONGEST:
            return None
        said = read(_messages, raw)
    except NotJson:
        return None
    # Its place is kept, as the members go on in their order.
    found["messages"] = _NOTHING
    kind = (*found, *map(bytes, found.values()), *map(type, said))
    found["messages"] = raw
    return PlainAsk(kind, body, found, said)


def in_other_words(ask: PlainAsk) -> bytes:
    """The body of a request of the same kind that is as short as any: for who keeps one of each kind."""
    return dumps(
        {**ask.members, "messages": [msgspec.structs.replace(message, content="words") for message in ask.said]}
    )
