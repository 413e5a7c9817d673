"""The events of a stream as they are on the wire. https://platform.claude.com/docs/en/build-with-claude/streaming"""

from typing import TypeAlias

import msgspec

from accord.core.json import NotJson, as_object, loads_object


class Delta(msgspec.Struct):
    """What is added to a block; which members are there depends on `type`."""

    type: str = ""
    text: str = ""
    thinking: str = ""
    estimated_tokens: int | None = None
    signature: str = ""
    partial_json: str = ""
    citation: dict[str, object] | None = None


class _WireEvent(msgspec.Struct, tag_field="type"):
    """What all events share."""


class MessageStart(_WireEvent, tag="message_start"):
    """The answer begins; `message` is one without content."""

    message: dict[str, object]


class BlockStart(_WireEvent, tag="content_block_start"):
    """A block begins, empty or whole."""

    index: int
    content_block: dict[str, object]


class BlockDelta(_WireEvent, tag="content_block_delta"):
    """More of a block."""

    index: int
    delta: Delta


class BlockStop(_WireEvent, tag="content_block_stop"):
    """A block is whole."""

    index: int


class MessageDelta(_WireEvent, tag="message_delta"):
    """Facts about the whole answer: why it stopped, and what was used so far."""

    delta: dict[str, object] = {}
    usage: object = None


class MessageStop(_WireEvent, tag="message_stop"):
    """The wire's own end."""


class Ping(_WireEvent, tag="ping"):
    """Nothing happened."""


class Failed(_WireEvent, tag="error"):
    """The provider failed after it began."""


WireEvent: TypeAlias = MessageStart | BlockStart | BlockDelta | BlockStop | MessageDelta | MessageStop | Ping | Failed

KNOWN = frozenset(
    {"message_start", "content_block_start", "content_block_delta", "content_block_stop"}
    | {"message_delta", "message_stop", "ping", "error"}
)

_events = msgspec.json.Decoder(WireEvent)


def read_event(data: bytes, name: str) -> WireEvent | dict[str, object]:
    """One event; one of unknown type as it is. `name` is what the stream calls it, for events that don't say themselves.

    Raises `NotJson` for what is no event at all.
    """
    try:
        event: WireEvent = _events.decode(data)
        return event
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return _unusual(data, name, error)


def _unusual(data: bytes, name: str, error: Exception) -> WireEvent | dict[str, object]:
    found = loads_object(data)
    if not isinstance(found.get("type"), str):
        found["type"] = name
    if found["type"] not in KNOWN:
        return found
    delta = as_object(found.get("delta"))
    if delta is not None and found["type"] == "content_block_delta":
        found["delta"] = _present(delta)
    try:
        event: WireEvent = msgspec.convert(_present(found), WireEvent)
    except msgspec.ValidationError:
        raise NotJson(str(error)) from None
    return event


def _present(members: dict[str, object]) -> dict[str, object]:
    """An object without the members that are null, which are taken for absent ones."""
    return {key: value for key, value in members.items() if value is not None}
