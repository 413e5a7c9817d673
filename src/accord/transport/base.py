"""The seam to the network: one method.

A transport sends a call and gives an open answer at its head. What every implementation promises, and the suite in
`accord.testing.transport` checks:

- One call is one request on the wire. Redirects are answers. Nothing of which a byte may have been delivered is sent
  again; a kept connection that has been closed meanwhile is noticed before it is used.
- Nothing but the call has a say: the environment is never read, except for what OpenSSL itself takes for the system's
  authorities (`SSL_CERT_FILE`, `SSL_CERT_DIR`).
- A failure says whether the request may have been received (`sent`) and where it happened (`phase`). The end of a
  connection is never taken for the end of an answer that has an end of its own.
- Cancelling the task that waits (before the head, or for more of the body), or closing the answer early, closes the
  upstream connection within 50 ms.
- `connect` bounds the making of a connection, TLS included; `first_byte` the time from the end of the request to the
  head; `idle` the time between two pieces, of the request as of the answer, while the caller waits; `total` everything,
  and alone the wait for a free connection where `max_connections` are in use.
"""

from collections.abc import Callable
from typing import Protocol, TypeAlias, runtime_checkable

from accord.core.error import ProviderError
from accord.core.http import Call, Head, Headers

Told: TypeAlias = Callable[[Head | None, bytes, ProviderError | None], None]
"""Hears of an answer, once: head and body where it is whole; what came of both, and the error, where it broke off. The head is
there whenever the error is `None`. Called by the event loop, and never before `ask` has returned.
"""

Taker: TypeAlias = Callable[[bytes], bool]
"""Takes a piece of an answer, and says whether it is ready for more."""


class AsyncAnswer(Protocol):
    """An answer whose head has arrived. One task reads it."""

    @property
    def head(self) -> Head:
        """Status and headers, as they came: of a compressed body they describe what was on the wire."""
        ...

    async def read(self) -> bytes:
        """The next piece of the body, decompressed, as soon as there is one; `b""` at its end.

        Raises `Interrupted`, `TimedOut`, `Malformed`, after everything that came before has been given, and then again
        whenever it is called.
        """
        ...

    async def close(self) -> None:
        """Gives the connection back if the body was read to its end, else closes it. May be called twice."""
        ...


@runtime_checkable
class AsyncPouring(Protocol):
    """An answer that can also be had without waiting for each piece. Nothing depends on it: `read` gives all there is."""

    async def pour(self, taker: Taker) -> None:
        """Gives every further piece to `taker`, in the turn of the loop in which it comes, for as long as that says that it is
        ready for more. Ends then, or where nothing more comes, whatever the reason; `read` goes on from there. Where
        something waits already, it ends at once. Raises what `taker` raises.

        What is promised of `read` is promised here: timeouts, and what cancelling does.
        """
        ...


class AsyncAsked(Protocol):
    """A question whose answer has not been told yet."""

    def cancel(self) -> None:
        """Nobody waits for the answer any more: it is not told, and the upstream connection is closed at once. Does nothing
        where it was told.
        """
        ...


class AsyncOpening(Protocol):
    """A question whose answer is taken piece by piece, as by `AsyncPouring.pour`, from the first one on."""

    @property
    def answer(self) -> AsyncAnswer:
        """The answer, for whom pieces of it were taken; `opened` gives it to others."""
        ...

    def take_by(self, taker: Taker) -> None:
        """Has the further pieces taken by another one. Does nothing where no more are."""
        ...

    async def poured(self) -> None:
        """Waits until no more is taken, whatever the reason; `answer.read` goes on from there. Raises what `taker` raised."""
        ...

    def stop(self) -> None:
        """Nothing more is taken from now on: what comes is had by `opened`."""
        ...

    async def opened(self) -> AsyncAnswer:
        """The answer, when its head has come, once nothing is taken any more. Raises as `AsyncTransport.send` does."""
        ...

    def cancel(self) -> None:
        """Nobody waits for the answer any more: the upstream connection is closed at once, and nothing told. Does nothing where the
        answer is whole.
        """
        ...


class AsyncWay(Protocol):
    """Where calls go that differ in their bodies alone, or in headers of their `own` beside those that they share, of other names.
    Without a task; belongs to one event loop.
    """

    def ask(self, body: bytes, told: Told, own: Headers = ()) -> AsyncAsked | None:
        """Sends `body` now, over a connection that is at hand, and has the whole answer told; `None` where none is at hand:
        nothing was sent then, and `send` makes one. Raises `InvalidInput` for headers, as `send` does.

        What is promised of `send` and of reading its answer to the end is promised here, timeouts and errors included.
        """
        ...

    def open(self, body: bytes, taker: Taker, over: Callable[[], None], own: Headers = ()) -> AsyncOpening | None:
        """Sends `body` as `ask` does, and gives the pieces of the answer to `taker`, whatever its status, in the turn of the loop in
        which they come and for as long as that says that it is ready for more. `over` hears when no more is given, be the
        answer whole, broken off, or not wanted, or where there was no connection (`AsyncOpening.opened` raises why); never before
        `open` has returned. `None`, and nothing done, where the transport was closed.
        """
        ...


class AsyncTransport(Protocol):
    """Sends calls from asyncio."""

    async def send(self, call: Call) -> AsyncAnswer:
        """Sends `call` and waits for the head of its answer.

        Raises:
            InvalidInput: the call cannot be written as HTTP; nothing was sent.
            ConfigError: its network profile cannot be set up; nothing was sent.
            Unreachable: no connection, or it broke before the head.
            TimedOut: one of the call's timeouts ran out.
            Malformed: what came is not HTTP, or more than is taken in.
        """
        ...

    async def close(self) -> None:
        """Closes every connection, whatever it carries. Later calls make new ones."""
        ...


@runtime_checkable
class AsyncWays(AsyncTransport, Protocol):
    """A transport that also has short ways. Nothing depends on it: others are asked by `send` alone."""

    def way(self, call: Call) -> AsyncWay | None:
        """The way of all calls that differ from `call` as `AsyncWay` says (their timeouts are its own), on the running loop;
        `None` where nothing was sent on this loop before.

        It stays right for as long as the loop runs, whatever becomes of the connections, and may be kept. Raises `InvalidInput`
        and `ConfigError` as `send` does.
        """
        ...


class Answer(Protocol):
    """An answer whose head has arrived, for blocking code. One thread reads it."""

    @property
    def head(self) -> Head:
        """Status and headers, as they came: of a compressed body they describe what was on the wire."""
        ...

    def read(self) -> bytes:
        """The next piece of the body, decompressed, as soon as there is one; `b""` at its end.

        Raises `Interrupted`, `TimedOut`, `Malformed`, after everything that came before has been given, and then again
        whenever it is called.
        """
        ...

    def close(self) -> None:
        """Gives the connection back if the body was read to its end, else closes it. May be called twice."""
        ...


class Transport(Protocol):
    """Sends calls from blocking code. Safe to use from several threads."""

    def send(self, call: Call) -> Answer:
        """Sends `call` and waits for the head of its answer. Raises as `AsyncTransport.send` does."""
        ...

    def close(self) -> None:
        """Closes every connection, whatever it carries. Later calls make new ones."""
        ...
