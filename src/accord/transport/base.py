"""The seam to the network: one method.

A transport sends a call and gives an open answer at its head. It never follows redirects, never reads the environment,
never repeats a request on its own except where a reused connection turned out closed before a byte was written, and
raises only `Unreachable`, `TimedOut`, `Interrupted` and `Malformed` (all from `accord.core.error`).

Cancelling the task that waits (before or after the head), or closing the answer early, closes the upstream connection
within 50 ms. The suite in `accord.testing.transport` holds every implementation to this.
"""

from typing import Protocol

from accord.core.http import Call, Head


class AsyncAnswer(Protocol):
    """An answer whose head has arrived."""

    @property
    def head(self) -> Head:
        """Status and headers."""
        ...

    async def read(self) -> bytes:
        """The next piece of the body, decompressed; `b""` at its end. Raises `Interrupted`, `TimedOut`, `Malformed`."""
        ...

    async def close(self) -> None:
        """Gives the connection back if the body was read to its end, else closes it. May be called twice."""
        ...


class AsyncTransport(Protocol):
    """Sends calls from asyncio."""

    async def send(self, call: Call) -> AsyncAnswer:
        """Raises `Unreachable`, `TimedOut`, `Interrupted`, `Malformed`."""
        ...

    async def close(self) -> None:
        """Closes every connection."""
        ...


class Answer(Protocol):
    """An answer whose head has arrived, for blocking code."""

    @property
    def head(self) -> Head:
        """Status and headers."""
        ...

    def read(self) -> bytes:
        """The next piece of the body, decompressed; `b""` at its end. Raises `Interrupted`, `TimedOut`, `Malformed`."""
        ...

    def close(self) -> None:
        """Gives the connection back if the body was read to its end, else closes it. May be called twice."""
        ...


class Transport(Protocol):
    """Sends calls from blocking code. Safe to use from several threads."""

    def send(self, call: Call) -> Answer:
        """Raises `Unreachable`, `TimedOut`, `Interrupted`, `Malformed`."""
        ...

    def close(self) -> None:
        """Closes every connection."""
        ...
