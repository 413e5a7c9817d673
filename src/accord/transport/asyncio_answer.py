"""An answer under asyncio.

It parts from its connection at its last byte, not when its last byte is read: the connection is free for the next call
at once, and the rest of the body stays with the answer.
"""

from typing import Protocol

from accord.core.error import ProviderError
from accord.core.http import Head


class Carrier(Protocol):
    """The connection an answer comes over."""

    @property
    def head(self) -> Head | None:
        """The head of the present answer, once it is there."""
        ...

    def take(self) -> bytes:
        """The body that has come, `b""` when none has."""
        ...

    async def more(self, answer: "AsyncHttp1Answer") -> None:
        """Waits until there is more of `answer`, or its end."""
        ...

    def give_up(self, why: str) -> None:
        """Closes the connection, and breaks off the answer it carries."""
        ...


class AsyncHttp1Answer:
    """An answer whose head has arrived."""

    __slots__ = ("_connection", "_error", "_head", "_rest")

    def __init__(self, connection: Carrier) -> None:
        self._connection: Carrier | None = connection
        self._head: Head | None = None
        self._rest = b""
        self._error: ProviderError | None = None

    @property
    def underway(self) -> bool:
        """Whether the connection still carries it."""
        return self._connection is not None

    @property
    def head(self) -> Head:
        """Status and headers."""
        assert self._head is not None
        return self._head

    async def read(self) -> bytes:
        """The next piece of the body, decompressed; `b""` at its end. Raises `Interrupted`, `TimedOut`, `Malformed`.

        Cancelling it closes the connection.
        """
        while self._connection is not None:
            piece = self._connection.take()
            if piece:
                return piece
            await self._connection.more(self)
        piece, self._rest = self._rest, b""
        if not piece and self._error is not None:
            raise self._error
        return piece

    async def close(self) -> None:
        """Closes the connection, unless the body has come to its end. May be called twice."""
        if self._connection is not None:
            self._connection.give_up("the answer was closed before its end")
            self._rest = b""

    # What the connection calls.

    def parted(self, head: Head | None, rest: bytes, error: ProviderError | None) -> None:
        """Nothing more will come: the answer is whole, or broke off with `error`."""
        self._connection = None
        self._head = head
        self._rest = rest
        self._error = error

    def opened(self) -> "AsyncHttp1Answer":
        """Itself, now that its head has come. Raises what it broke off with otherwise."""
        if self._connection is not None:
            self._head = self._connection.head
        if self._head is None:
            assert self._error is not None
            raise self._error
        return self
