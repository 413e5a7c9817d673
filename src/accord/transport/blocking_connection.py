"""One connection for blocking code; `asyncio_connection.py` is the same for asyncio."""

import contextlib
import math
import socket
import ssl
import time
from itertools import chain
from typing import Protocol

from accord.core.blob import Data
from accord.core.error import ProviderError
from accord.core.http import Head, Timeouts
from accord.transport.blocking_answer import Http1Answer
from accord.transport.passage import JOINED, Passage
from accord.transport.readiness import READ, WRITE, Readiness
from accord.transport.route import Origin

_PIECE = 64 * 1024
"""Bytes read at a time."""

_PORTION = 256 * 1024
"""Bytes offered to the socket at a time."""


class Home(Protocol):
    """Where a connection belongs."""

    def free(self, connection: "Connection") -> None:
        """It can carry another call."""
        ...

    def left(self, connection: "Connection") -> None:
        """It is closed. May be said twice."""
        ...


class Connection:
    """One connection to an origin. Carries one call at a time, for one thread at a time.

    Attributes:
        closed: whether it is of no more use.
    """

    __slots__ = ("_answer", "_expires_at", "_home", "_passage", "_reader", "_ready", "_secured", "_socket", "closed")

    def __init__(
        self, opened: socket.socket, origin: Origin, home: Home, limit: int | None, *, compressed: bool = True
    ) -> None:
        """`opened` is connected, TLS included, and does not block; `limit` is the most bytes a body may have;
        `compressed`: it may come so.
        """
        self._socket = opened
        self._secured = opened if isinstance(opened, ssl.SSLSocket) else None
        self._ready = Readiness(opened.fileno())
        self._home = home
        self._passage = Passage(origin, time.monotonic(), limit, compressed=compressed)
        self._reader = self._passage.reader
        self._answer: Http1Answer | None = None
        self._expires_at = math.inf
        self.closed: bool = False

    def exchange(self, head: bytes, body: Data, timeouts: Timeouts, ends_at: float, *, bare: bool) -> Http1Answer:
        """Sends a request and waits for the head of its answer.

        Raises `Unreachable`, `TimedOut`, `Interrupted`, `Malformed`. `ends_at` is when everything must be over.
        """
        passage = self._passage
        passage.begin(timeouts, ends_at, bare=bare)
        answer = self._answer = Http1Answer(self)
        try:
            if isinstance(body, bytes) and len(body) <= JOINED:
                self._send(head + body)
            else:
                self._send_all(head, body)
            due = passage.patience(time.monotonic())
            while self._waiting():
                self._listen(due)
        except BaseException:
            self.give_up("the call was given up")
            raise
        return answer.opened()

    @property
    def head(self) -> Head | None:
        """The head of the present answer, once it is there."""
        return self._reader.head

    def take(self) -> bytes:
        """The body that has come, `b""` when none has."""
        return self._passage.take()

    def more(self) -> None:
        """Waits until there is more of the answer, or its end."""
        try:
            self._listen(self._passage.patience(time.monotonic()))
        except BaseException:
            self.give_up("the call was given up")
            raise

    def usable(self, now: float) -> bool:
        """Whether another call may be sent. What has come unasked, an end or bytes, makes it useless."""
        return not (
            self.closed
            or now >= self._expires_at
            or (self._secured is not None and self._secured.pending())
            or self._ready.readable()
        )

    def expired(self, now: float) -> bool:
        """Whether it has been kept long enough."""
        return now >= self._expires_at

    def give_up(self, why: str) -> None:
        """Closes the connection, and breaks off the answer it carries. Any thread may."""
        self._break(self._passage.abandoned(why))

    def abort(self) -> None:
        """Closes the socket at once. May be called twice."""
        if self.closed:
            return
        self.closed = True
        with contextlib.suppress(OSError):
            # Wakes a thread that reads, and reaches the other side even where a forked child still holds the socket.
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
        self._socket.close()
        self._home.left(self)

    def forget(self) -> None:
        """Closes this process's hold on the socket, in a forked child, without a word to the other side."""
        self.closed = True
        self._socket.close()

    def _waiting(self) -> bool:
        """Whether the head of the answer is still to come, or the end of the attempt."""
        return self._answer is not None and self._reader.head is None

    def _send_all(self, head: bytes, body: Data) -> None:
        """All of it, or as much as goes out before the answer is there."""
        try:
            for data in (head, body) if isinstance(body, bytes) else chain((head,), body.pieces()):
                self._send(data)
                if not self._waiting():
                    return
        except OSError as error:  # Of the body's: the socket's own are seen to where it is used.
            self._break(self._passage.abandoned(f"the request's body could not be read: {error.strerror or error}"))

    def _send(self, data: bytes) -> None:
        """Until it has gone out, or the answer is there, which may be before."""
        passage = self._passage
        passage.sending = True
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[self._socket.send(rest[:_PORTION]) :]
            except (BlockingIOError, ssl.SSLWantWriteError):
                self._make_room(READ | WRITE)
            except ssl.SSLWantReadError:
                self._make_room(READ)
            except OSError:
                return  # It will hear no more of it, but may have said why. If not, reading says what happened.
            if rest and not self._waiting():
                return
        passage.sending = False

    def _make_room(self, wanted: int) -> None:
        now = time.monotonic()
        possible = self._ready.wait(wanted, self._passage.patience(now))
        if not possible:
            self._break(self._passage.late(time.monotonic()))
        elif possible & READ:
            self._listen(None)  # The other side speaks before it has heard everything.

    def _listen(self, due: float | None) -> None:
        """Takes in what comes next, until `due`; `None`: only what is there."""
        try:
            data = self._receive(0.0 if due is None else due)
        except OSError as error:
            self._break(self._passage.lost(error))
            return
        if data:
            failure = self._passage.feed(data)
            if failure is not None:
                self._break(failure)
            elif self._reader.ended:
                self._complete()
        elif data is not None:
            self._end()
        elif due is not None:
            self._break(self._passage.late(time.monotonic()))

    def _receive(self, due: float) -> bytes | None:
        wanted = READ
        while (self._secured is not None and self._secured.pending()) or self._ready.wait(wanted, due):
            try:
                return self._socket.recv(_PIECE)
            except (BlockingIOError, ssl.SSLWantReadError):
                wanted = READ
            except ssl.SSLWantWriteError:
                wanted = WRITE
        return None

    def _end(self) -> None:
        """The other side has said, in good order, that it sends no more."""
        missing = self._passage.end()
        if missing is None:
            self._complete()
        else:
            self._break(missing)

    def _complete(self) -> None:
        """The answer is whole."""
        self._part(None)
        now = time.monotonic()
        self._expires_at = self._passage.kept_until(now)
        if self._expires_at <= now:
            self.abort()
        else:
            self._home.free(self)

    def _break(self, error: ProviderError) -> None:
        """The answer, if there is one, will never be whole, and the connection is of no more use."""
        self.abort()
        self._part(error)

    def _part(self, error: ProviderError | None) -> None:
        answer, self._answer = self._answer, None
        if answer is not None:  # Else another thread has closed it.
            answer.parted(self._reader.head, self._reader.take(), error)
