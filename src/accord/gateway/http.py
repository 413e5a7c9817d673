"""HTTP as the gateway's handlers see it: values, whatever server read the bytes."""

from collections.abc import Awaitable
from typing import Protocol, TypeAlias
from urllib.parse import parse_qsl

from accord.core.error import AccordError
from accord.core.http import Headers
from accord.transport.base import Taker


class Request:
    """What a caller asked, without the body.

    Attributes:
        method: upper-case.
        path: percent-decoded.
        query: as it came, without the `?`.
        headers: pairs in order; names lower-case, values latin-1.
        peer: the address at the other end of the connection, without port; `""` where there is none.
        named: the values by name; of several with one name the last.
    """

    __slots__ = ("_parameters", "headers", "method", "named", "path", "peer", "query")

    def __init__(self, *, method: str, path: str, query: str = "", headers: Headers = (), peer: str = "") -> None:
        self.method: str = method
        self.path: str = path
        self.query: str = query
        self.headers: Headers = headers
        self.peer: str = peer
        self.named: dict[str, str] = dict(headers)
        self._parameters: dict[str, str] | None = None

    def header(self, name: str) -> str | None:
        """The value of a header, by its lower-case name; of several the last."""
        return self.named.get(name)

    @property
    def parameters(self) -> dict[str, str]:
        """The query's parameters; of several with one name the last."""
        found = self._parameters
        if found is None:
            found = self._parameters = dict(parse_qsl(self.query, keep_blank_values=True))
        return found


class Response:
    """A whole answer."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, body: bytes, headers: Headers = (), content_type: str = "application/json") -> None:
        self.status: int = status
        self.headers: Headers = (("content-type", content_type), *headers)
        self.body: bytes = body


UNBUFFERED: Headers = (
    ("cache-control", "no-cache"),
    # nginx would hold pieces back otherwise.
    ("x-accel-buffering", "no"),
)
"""Headers of answers that come in pieces."""


class Cut(Exception):
    """An answer broke off that has no word for it. Its connection has to end so that nobody takes what came for all."""


class Stream(Protocol):
    """An answer that comes in pieces. Nothing in it raises for what a provider does: failures become answers."""

    async def open(self) -> Response | None:
        """Waits for the beginning. A failure before the head went out is an answer of its own."""
        ...

    def head(self) -> Headers:
        """The head's headers; the status is 200. From now on a failure becomes part of the body."""
        ...

    def heartbeat(self) -> bytes:
        """Bytes that mean nothing and show that the connection is alive; `b""` where the answer has no room for any."""
        ...

    async def next(self) -> bytes:
        """The next piece, `b""` after the last. Raises `Cut`."""
        ...

    def pour(self, taker: Taker) -> Awaitable[None] | None:
        """Gives the next pieces to `taker` in the turn of the loop in which they come, for as long as that says that it is ready
        for more and nothing else is to be done. `next` goes on from there, and says how it ended. `None` where that
        cannot be, now or later.
        """
        ...

    def cut(self, error: AccordError) -> bytes:
        """The end of a stream that the gateway itself has to break off. Raises `Cut`."""
        ...

    async def close(self) -> None:
        """Lets go of everything behind it. May be called at any time, and twice."""
        ...


Answer: TypeAlias = Response | Stream


class Sink(Protocol):
    """The way back to one caller. Each method waits while the caller reads slowly."""

    def whole(self, response: Response) -> Awaitable[None] | None:
        """Sends a whole answer. `None` where there is nothing to wait for: a coroutine for each would cost 0.3 us."""
        ...

    def head(self, status: int, headers: Headers) -> Awaitable[None] | None:
        """Begins an answer in pieces; `None` as of `whole`."""
        ...

    def piece(self, data: bytes) -> Awaitable[None] | None:
        """Sends one more piece; `None` as of `whole`."""
        ...

    async def end(self) -> None:
        """Ends an answer in pieces."""
        ...

    async def cut(self) -> None:
        """Breaks an answer in pieces off: what was sent gets there, and the caller sees that it is not all."""
        ...
