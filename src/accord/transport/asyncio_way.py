"""Where calls go that differ in their bodies and a few headers alone, and the short ways to their answers."""

import asyncio
import math
from collections.abc import Callable
from typing import TypeAlias

import msgspec

from accord.core.http import Call, Headers
from accord.transport.asyncio_asked import Asked
from accord.transport.asyncio_connection import Connection
from accord.transport.asyncio_opening import Dialling, Open, Opening
from accord.transport.asyncio_pool import Pool
from accord.transport.base import Taker, Told
from accord.transport.passage import JOINED
from accord.transport.request import BODILESS, header_lines


class Way:
    """What such calls have in common."""

    __slots__ = ("bare", "has_length", "lines", "pool")

    def __init__(self, call: Call, pool: Pool, lines: bytes) -> None:
        self.pool: Pool = pool
        self.lines: bytes = lines
        """Their heads up to `content-length`."""
        self.has_length: bool = call.method not in BODILESS
        """Whether an empty body has a length, too."""
        self.bare: bool = call.method == "HEAD"

    def request(self, body: bytes, own: bytes = b"") -> bytes:
        """A whole call. `own` are its header lines."""
        if body or self.has_length:
            return b"%b%bcontent-length: %d\r\n\r\n%b" % (self.lines, own, len(body), body)
        return b"%b%b\r\n" % (self.lines, own)

    def head(self, size: int, own: bytes = b"") -> bytes:
        """The head of a call whose body has `size` bytes."""
        if size or self.has_length:
            return b"%b%bcontent-length: %d\r\n\r\n" % (self.lines, own, size)
        return b"%b%b\r\n" % (self.lines, own)


Find: TypeAlias = Callable[[asyncio.AbstractEventLoop, Call], Way | None]
"""The present way of a call on a loop, where the loop has any."""


class AskingWay:
    """The way of calls like one, timeouts included."""

    __slots__ = ("_call", "_find", "_loop", "_patience", "_timeouts", "_total", "_way")

    def __init__(self, call: Call, way: Way, loop: asyncio.AbstractEventLoop, find: Find) -> None:
        # A way is kept for long, and bodies may be large.
        self._call = msgspec.structs.replace(call, body=b"")
        self._way = way
        self._loop = loop
        self._find = find
        timeouts = self._timeouts = call.timeouts
        self._total = math.inf if timeouts.total is None else timeouts.total
        self._patience = self._total if timeouts.first_byte is None else min(self._total, timeouts.first_byte)

    def ask(self, body: bytes, told: Told, own: Headers = ()) -> Asked | None:
        """Sends `body` over a connection at hand and has the whole answer told; `None` where none is at hand."""
        lines = header_lines(own) if own else b""
        now = self._loop.time()
        connection = self._way.pool.at_hand(now) or self._elsewhere(now)
        if connection is None:
            return None
        way, rest = self._way, b""
        if len(body) <= JOINED:
            head = way.request(body, lines)
        else:
            head, rest = way.head(len(body), lines), body
        return connection.ask(head, rest, self._timeouts, now + self._total, now + self._patience, told)

    def open(self, body: bytes, taker: Taker, over: Callable[[], None], own: Headers = ()) -> Opening | Dialling | None:
        """Sends `body` and has the pieces of the answer taken; `None` where the transport was closed."""
        lines = header_lines(own) if own else b""
        now = self._loop.time()
        ends_at = now + self._total
        connection = self._way.pool.at_hand(now) or self._elsewhere(now)
        if connection is not None:
            return connection.open(self._way.head(len(body), lines), body, self._timeouts, ends_at, taker, over)
        way = self._find(self._loop, self._call)
        if way is None:
            return None

        async def dial() -> Open:
            made = await way.pool.obtain(self._timeouts, ends_at)
            return lambda taker, over: made.open(way.head(len(body), lines), body, self._timeouts, ends_at, taker, over)

        return Dialling(self._loop, dial, taker, over)

    def _elsewhere(self, now: float) -> Connection | None:
        """Its pool may have been closed, or forgotten for want of connections: then another has taken its place."""
        found = self._find(self._loop, self._call)
        if found is None or found is self._way:
            return None
        self._way = found
        return found.pool.at_hand(now)
