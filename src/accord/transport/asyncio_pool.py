"""The connections to one origin under asyncio: the newest free one first, a bounded number, and a fair queue."""

import asyncio
import math
import socket
from collections.abc import Callable
from typing import TypeAlias

from accord.core.error import ConfigError, TimedOut, unreachable
from accord.core.http import Network, Timeouts
from accord.transport.asyncio_connection import Connection, Home
from accord.transport.asyncio_dial import dial
from accord.transport.failure import no_connection, reason, too_slow
from accord.transport.route import Origin

MakeConnection: TypeAlias = Callable[[socket.socket, Origin, Home], Connection]


class Pool:
    """Connections to `origin` within one loop.

    A connection has a *place* from before it is dialled until it is closed; there are `network.max_connections` of
    them. Who finds neither a free connection nor a free place waits in line, and is handed the next one that comes.
    """

    __slots__ = (
        "_asking",
        "_closed",
        "_free",
        "_loop",
        "_make",
        "_network",
        "_origin",
        "_places",
        "_waiting",
        "connections",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop, origin: Origin, network: Network, make: MakeConnection) -> None:
        self._loop = loop
        if network.max_connections < 1:
            raise ConfigError(f"max_connections must be 1 or more, not {network.max_connections}")
        self._origin = origin
        self._network = network
        self._make = make
        self._free: list[Connection] = []
        self._waiting: list[asyncio.Future[Connection | None]] = []
        self._places = 0
        self._asking = 0
        self._closed = False
        self.connections: set[Connection] = set()

    def at_hand(self, now: float) -> Connection | None:
        """A free connection; `None` where none is (see `obtain`)."""
        free = self._free
        while free:
            connection = free.pop()
            if connection.usable(now):
                return connection
            connection.abort()
        return None

    async def obtain(self, timeouts: Timeouts, ends_at: float) -> Connection:
        """A connection, where none is at hand: a new one, or the next that comes free. Raises `Unreachable` and `TimedOut`, with nothing sent, and `ConfigError`."""
        self._asking += 1
        try:
            return await self._obtain(timeouts, ends_at)
        finally:
            self._asking -= 1

    @property
    def unused(self) -> bool:
        """Whether nobody would miss it."""
        return not self._places and not self._asking

    async def _obtain(self, timeouts: Timeouts, ends_at: float) -> Connection:
        while True:
            if self._places < self._network.max_connections:
                self._places += 1
                return await self._new(timeouts, ends_at)
            handed = await self._turn(timeouts, ends_at)
            if handed is None:
                return await self._new(timeouts, ends_at)
            if handed.usable(self._loop.time()):
                return handed
            handed.abort()

    def free(self, connection: Connection) -> None:
        """`connection` can carry another call."""
        waiter = self._next_in_line() if self._waiting else None
        if waiter is not None:
            waiter.set_result(connection)
        elif self._closed:
            connection.abort()
        else:
            self._free.append(connection)

    def left(self, connection: Connection) -> None:
        """`connection` is closed."""
        if connection in self.connections:  # Else it was closed while it was being made.
            self.connections.remove(connection)
            if connection in self._free:
                self._free.remove(connection)
            self._give_place()

    def close(self) -> None:
        """Closes every connection, and turns away who waits."""
        self._closed = True
        while (waiter := self._next_in_line()) is not None:
            waiter.set_exception(unreachable(f"{self._origin}: the transport was closed", sent="no", phase="connect"))
        for connection in list(self.connections):
            connection.give_up("the transport was closed")

    def forget(self) -> None:
        """Hands out none of its connections any more, in a forked child; they are left as they are."""
        self._free.clear()

    async def _new(self, timeouts: Timeouts, ends_at: float) -> Connection:
        by = ends_at if timeouts.connect is None else min(ends_at, self._loop.time() + timeouts.connect)
        patience = asyncio.timeout_at(None if by == math.inf else by)
        try:
            async with patience:
                connection = await dial(self._loop, self._origin, self._network, self._connection)
            if connection.closed:
                raise no_connection(self._origin, "connect", reason(None))
        except BaseException as error:
            self._give_place()
            if isinstance(error, TimeoutError) and patience.expired():
                raise self._too_slow("no connection stood", timeouts.connect, late=by == ends_at) from None
            raise
        finally:
            # It knows the task, which keeps what cancelled it, and that this frame: a circle for the collector to find.
            del patience
        self.connections.add(connection)
        return connection

    def _connection(self, opened: socket.socket) -> Connection:
        return self._make(opened, self._origin, self)

    async def _turn(self, timeouts: Timeouts, ends_at: float) -> Connection | None:
        """Waits in line for a free connection, or for a place (`None`)."""
        waiter: asyncio.Future[Connection | None] = self._loop.create_future()
        self._waiting.append(waiter)
        try:
            async with asyncio.timeout_at(None if ends_at == math.inf else ends_at):
                return await waiter
        except BaseException as error:
            self._step_out(waiter)
            if isinstance(error, TimeoutError):
                raise self._too_slow("", timeouts.total, late=True) from None
            raise

    def _step_out(self, waiter: "asyncio.Future[Connection | None]") -> None:
        """Whoever waited has gone; what was handed to it goes to the next."""
        if not waiter.done() or waiter.cancelled():
            if waiter in self._waiting:
                self._waiting.remove(waiter)
        elif waiter.exception() is None:
            handed = waiter.result()
            if handed is None:
                self._give_place()
            elif not handed.closed:
                self.free(handed)

    def _next_in_line(self) -> "asyncio.Future[Connection | None] | None":
        while self._waiting:
            waiter = self._waiting.pop(0)
            if not waiter.done():
                return waiter
        return None

    def _give_place(self) -> None:
        waiter = self._next_in_line()
        if waiter is not None:
            waiter.set_result(None)
        else:
            self._places -= 1

    def _too_slow(self, what: str, seconds: float | None, *, late: bool) -> TimedOut:
        return too_slow(self._origin, what, seconds, sent="no", phase="deadline" if late else "connect")
