"""An answer under asyncio.

It parts from its connection at its last byte, not when its last byte is read: the connection is free for the next call
at once, and the rest of the body stays with the answer.
"""

import asyncio
from typing import Protocol

from accord.core.error import ProviderError
from accord.core.http import Head
from accord.transport.base import Taker


class Carrier(Protocol):
    """The connection an answer comes over."""

    @property
    def head(self) -> Head | None:
        """The head of the present answer, once it is there."""
        ...

    def take(self) -> bytes:
        """The body that has come, `b""` when none has."""
        ...

    def head_comes(self) -> "asyncio.Future[bytes]":
        """Comes true when the head is there, or the end of the answer; a silence may not last too long until then."""
        ...

    def more_comes(self) -> "asyncio.Future[bytes]":
        """The next piece of the body as soon as there is one, `b""` at the end of the answer; as patient as `head_comes`."""
        ...

    def pours(self, taker: Taker) -> "asyncio.Future[bytes] | None":
        """Has each further piece of the body taken as it comes. Comes true when no more is wanted or comes, and fails with what
        `taker` raises; `None` where something waits already.
        """
        ...

    def take_by(self, answer: "AsyncHttp1Answer", taker: Taker | None) -> None:
        """Has the further pieces of `answer`, if it goes on, taken by another one, or waited for again (`None`)."""
        ...

    def unwait(self, answer: "AsyncHttp1Answer") -> None:
        """Nobody waits any more: closes the connection, unless `answer` has just parted from it."""
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
    def head(self) -> Head:
        """Status and headers. The head has to be there: to whom pieces are given it is."""
        if self._head is None and self._connection is not None:
            self._head = self._connection.head
        assert self._head is not None
        return self._head

    async def read(self) -> bytes:
        """The next piece of the body, decompressed; `b""` at its end. Raises `Interrupted`, `TimedOut`, `Malformed`.

        Cancelling it closes the connection.
        """
        while (connection := self._connection) is not None:
            piece = connection.take()
            if piece:
                return piece
            waiter = connection.more_comes()
            try:
                piece = await waiter
            except BaseException:
                connection.unwait(self)
                if waiter.done() and not waiter.cancelled():
                    self._rest = waiter.result() + self._rest
                raise
            if piece:
                return piece
        piece, self._rest = self._rest, b""
        if not piece and self._error is not None:
            raise self._error
        return piece

    async def pour(self, taker: Taker) -> None:
        """See `AsyncPouring`."""
        connection = self._connection
        waiter = None if connection is None else connection.pours(taker)
        if connection is None or waiter is None:
            return
        try:
            await waiter
        except BaseException:
            connection.unwait(self)
            raise

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

    async def opened(self) -> "AsyncHttp1Answer":
        """Itself, when its head has come. Raises what it broke off with otherwise. Cancelling it closes the connection."""
        connection = self._connection
        if connection is not None and connection.head is None:  # Else the request's body could not even be read.
            try:
                await connection.head_comes()
            except BaseException:
                connection.unwait(self)
                raise
        if self._connection is not None:
            self._head = self._connection.head
        if self._head is None:
            assert self._error is not None
            raise self._error
        return self
