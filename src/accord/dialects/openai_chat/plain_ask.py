"""Requests that hold words and calls alone, read no further than it takes to see that they are like others.

A request says *what* (the words of its messages) and *how* (everything else: the model, limits, who speaks). What becomes of it depends
on how alone: whether it may be handed on as it is, and what has to be changed in it. So of requests that agree in that, byte for
byte, only the first is looked into (`parse_request.py`), and what is said is all that is read of the others, in two thirds of the time.
"""

from collections.abc import Sequence
from typing import Annotated, TypeAlias

import msgspec

from accord.core.json import NotJson, dumps, members, read
from accord.dialects.openai_chat import parse_spoken
from accord.dialects.openai_chat.parse_spoken import Turn, turns_in

Kind: TypeAlias = tuple[object, ...]
"""All that a request asks beside its words. Requests of one kind are served alike."""

LONGEST = 65536
"""Bytes beside the messages, nearly all of them tools: kinds are remembered, and callers choose them."""

MOST = 100
"""Messages that a kind tells one by one, for the same reason."""

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


class _Body(msgspec.Struct, gc=False):
    messages: msgspec.Raw = msgspec.Raw()


_bodies = msgspec.json.Decoder(_Body)


class PlainAsk(msgspec.Struct, frozen=True):
    """A request that holds words and calls alone."""

    kind: Kind
    body: bytes
    """As it came."""
    messages: bytes
    """The messages in it."""
    said: Sequence[Said]
    """What is said, where that is words alone. Where it is not, that is nothing, and the request is of use only as it is."""
    turns: Sequence[Turn] = ()
    """Then, one message of each kind."""


def plain_ask(body: bytes) -> PlainAsk | None:
    """The request in a body; `None` where its messages are more than words and calls, or it is no request at all.

    What stands around the messages is not looked at: it is the same, byte for byte, as in the first request of that kind, which was
    read with care. That takes 1.4 us in place of 2.6.
    """
    try:
        raw = read(_bodies, body).messages
        if len(body) - len(raw) > LONGEST:
            return None
        said: Sequence[Said] = ()
        turns: Sequence[Turn] = ()
        try:
            said = read(_messages, raw)
        except NotJson:
            turns = [*{type(turn): turn for turn in turns_in(raw)}.values()]
    except NotJson:
        return None
    messages = bytes(raw)
    at = body.find(b"[", body.find(b'"messages"'))
    if not body.startswith(messages, at):
        return None  # The name is written otherwise, or stands elsewhere, too.
    return PlainAsk((body[:at], body[at + len(messages) :], *map(type, said or turns)), body, messages, said, turns)


def size_of(kind: Kind) -> int:
    """Bytes of a kind, which stand around the messages."""
    return sum([len(part) for part in kind if isinstance(part, bytes)])


def around_messages(body: bytes) -> tuple[bytes, bytes]:
    """What comes before the messages of a request, and after them. Raises `NotJson`."""
    found = members(body)
    names = list(found)
    at = names.index("messages")
    before = dumps({name: found[name] for name in names[:at]})[1:-1]
    after = dumps({name: found[name] for name in names[at + 1 :]})[1:-1]
    return b'{%b%b"messages":' % (before, before and b","), b"%b%b}" % (after and b",", after)


def in_other_words(ask: PlainAsk) -> bytes:
    """The body of a request of the same kind that is as short as any: for who keeps one of each kind. Raises `NotJson`."""
    said = [msgspec.structs.replace(message, content="words") for message in ask.said]
    return dumps({**members(ask.body), "messages": said or [*map(parse_spoken.in_other_words, ask.turns)]})
