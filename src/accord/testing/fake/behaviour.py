"""What the fake is told to do: frozen values that a test puts into its script."""

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from accord.core.http import Headers
from accord.core.json import JsonObject
from accord.core.message import Content, parts_of
from accord.core.part import Part
from accord.core.response import TokenLogprob
from accord.core.usage import Usage
from accord.testing.fake.delivery import Delivery
from accord.testing.fake.seen import SeenRequest


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal in the words of the wire: its own body, built from what is given here or from the status alone."""

    status: int
    message: str = ""
    code: str | None = None
    """OpenAI's `code`, Anthropic's `error.type`, Google's `status`; `None` is what goes with the HTTP status."""
    type: str | None = None
    """OpenAI's `type`, which the other wires don't have."""
    param: str | None = None
    details: tuple[JsonObject, ...] = ()
    """Google's `details`."""
    headers: Headers = ()
    body: bytes | None = None
    """Sent as it is, in place of the wire's own."""
    content_type: str = "application/json"
    delivery: Delivery = Delivery()


class Break(msgspec.Struct, frozen=True, kw_only=True):
    """An error inside an answer that began well, with status 200.

    A stream tells it after `events` of its own events, and ends there. An answer that is not streamed is the error's body.
    """

    failure: Failure
    events: int = 0


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """An answer. What is not given is what the fake would have said of itself (see `improvise`)."""

    content: tuple[Part, ...] | None = None
    """The parts in order; `None` is the usual answer. Reasoning without a signature is given one, a tool call whose id
    is `""` as well. An `Opaque` of the wire's own dialect is sent as it is."""
    finish: str | None = None
    """A `FinishReason` of Accord, put in the wire's word, or a word of the wire. `None` follows from the content."""
    stop_sequence: str | None = None
    usage: Usage | None = None
    """`None` counts. Members that are `None` are left out."""
    reports_usage: bool = True
    """`False` sends no usage at all."""
    logprobs: tuple[TokenLogprob, ...] | None = None
    others: "tuple[Reply, ...]" = ()
    """The further choices where several are asked for; too few, and the first is repeated."""
    model: str | None = None
    """The model that answers; `None` is the one asked for."""
    id: str | None = None
    delta: int = 0
    """Characters a delta of a stream has; 0 cuts text into words and arguments into short pieces."""
    done: bool = True
    """Whether a chat completion stream ends with `[DONE]`."""
    extra: JsonObject = {}
    """Members added to the answer (of a stream: to each of its chunks or its final object, by wire)."""
    breaks: Break | None = None
    delivery: Delivery = Delivery()

    @classmethod
    def saying(cls, *content: Content) -> "Reply":
        """A reply with this content; strings become text."""
        return cls(content=tuple([part for item in content for part in parts_of(item)]))


class Bytes(msgspec.Struct, frozen=True, kw_only=True):
    """An answer given byte by byte, for what no wire would say."""

    body: bytes | tuple[bytes, ...] = b""
    """Whole, or in the pieces (events) that a delivery counts."""
    status: int = 200
    headers: Headers = ()
    content_type: str = "application/json"
    delivery: Delivery = Delivery()


Behaviour: TypeAlias = Reply | Failure | Bytes

Scripted: TypeAlias = Behaviour | Callable[[SeenRequest], Behaviour]
"""A behaviour, or a function that chooses one by the request. It runs in the fake's thread and must not block."""
