"""How an answer travels: when its bytes go out, how they are cut, and what goes wrong on the way."""

from typing import Literal, TypeAlias

import msgspec

from accord.core.http import Headers

Framing: TypeAlias = Literal["auto", "chunked", "length", "close"]
"""How the end of a body is told: by a last chunk, by `content-length`, or by closing. `auto`: streams are chunked."""

Afterwards: TypeAlias = Literal["keep", "close", "hang_up", "drop_next"]
"""What becomes of the connection after the answer. `keep`: it serves on. `close`: it is closed, as the head announced.
`hang_up`: it is closed unannounced. `drop_next`: it is closed the moment another request begins to arrive, which stays
unanswered: the race every client with kept connections must survive.
"""


class _Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where in an answer something happens: after so many events or bytes. Nothing set is before the head.

    Raises `ValueError` where two places are given.
    """

    head_bytes: int | None = None
    """Bytes of the head that still go out."""
    body_bytes: int | None = None
    """Bytes of the body that still go out, counted before compression and chunking. 0 is right after the head."""
    events: int | None = None
    """Events of a stream that still go out."""

    def __post_init__(self) -> None:
        given = [place for place in (self.head_bytes, self.body_bytes, self.events) if place is not None]
        if len(given) > 1 or any(place < 0 for place in given):
            raise ValueError("a place is one number of events, body bytes or head bytes, and not negative")


class Cut(_Place, frozen=True, kw_only=True):
    """The answer ends early."""

    how: Literal["fin", "rst", "end"] = "fin"
    """`fin`: the connection is closed in the middle of the body. `rst`: it is reset. `end`: the body ends properly, so
    that only who understands it can tell that it is not whole; without a whole head there is no body to end."""


class Hold(_Place, frozen=True, kw_only=True):
    """The answer stops, and goes on when the test calls `fake.release()`. A caller that leaves ends it as well."""


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """How an answer travels. Times are in seconds; they are for clients whose patience is tested, not for pacing tests."""

    before_head: float = 0.0
    before_body: float = 0.0
    between: float = 0.0
    """Before each piece of the body after the first."""
    chunk: int = 0
    """Bytes of the body a piece has; 0 sends an event (of a stream) or the whole body at a time."""
    socket_chunk: int = 0
    """Bytes given to the socket at a time, heads and framing included; 0 does not split. 1 splits everywhere."""
    framing: Framing = "auto"
    encoding: Literal["identity", "gzip"] = "identity"
    content_type: str | None = None
    """In place of the right one; `""` sends none."""
    headers: Headers = ()
    """Sent beside the usual ones."""
    status: int | None = None
    """In place of the right one."""
    interim: tuple[int, ...] = ()
    """Heads with 1xx statuses that precede the true one."""
    fault: Cut | Hold | None = None
    afterwards: Afterwards = "keep"
