"""Where calls go that differ in their bodies alone, and the short way to a whole answer."""

import asyncio
import math
from collections.abc import Callable
from typing import TypeAlias

from accord.core.http import Call
from accord.transport.asyncio_asked import Asked
from accord.transport.asyncio_pool import Pool
from accord.transport.base import Told
from accord.transport.request import BODILESS


class Way:
    """What calls that differ in their bodies alone have in common."""

    __slots__ = ("bare", "has_length", "lines", "pool")

    def __init__(self, call: Call, pool: Pool, lines: bytes) -> None:
        self.pool: Pool = pool
        self.lines: bytes = lines
        """Their heads up to `content-length`."""
        self.has_length: bool = call.method not in BODILESS
        """Whether an empty body has a length, too."""
        self.bare: bool = call.method == "HEAD"

    def head(self, size: int) -> bytes:
        """The head of a call whose body has `size` bytes."""
        if size or self.has_length:
            return b"%bcontent-length: %d\r\n\r\n" % (self.lines, size)
        return self.lines + b"\r\n"


Find: TypeAlias = Callable[[asyncio.AbstractEventLoop, Call], Way | None]
"""The present way of a call on a loop, where the loop has any."""


class AskingWay:
    """The way of calls like one, timeouts included."""

    __slots__ = ("_call", "_find", "_loop", "_way")

    def __init__(self, call: Call, way: Way, loop: asyncio.AbstractEventLoop, find: Find) -> None:
        self._call = call
        self._way = way
        self._loop = loop
        self._find = find

    def ask(self, body: bytes, told: Told) -> Asked | None:
        """Sends `body` over a connection at hand and has the whole answer told; `None` where none is at hand."""
        now = self._loop.time()
        way = self._way
        connection = way.pool.at_hand(now)
        if connection is None:
            # Its pool may have been closed, or forgotten for want of connections: then another has taken its place.
            found = self._find(self._loop, self._call)
            if found is None or found is way:
                return None
            self._way = way = found
            connection = way.pool.at_hand(now)
            if connection is None:
                return None
        timeouts = self._call.timeouts
        ends_at = math.inf if timeouts.total is None else now + timeouts.total
        return connection.ask(way.head(len(body)), body, timeouts, ends_at, told, bare=way.bare)
