"""The default transport for asyncio: HTTP/1.1 on httptools, for any event loop.

One call on a warm connection is a write, a future and a read: no task, no timer, no lock. See `benchmarks/transport.py`
for what that costs.
"""

import asyncio
import math
import os
import socket
from collections.abc import AsyncGenerator, Iterable

from accord.core.http import Call, Network
from accord.transport.asyncio_answer import AsyncHttp1Answer
from accord.transport.asyncio_buffered import BufferedConnection
from accord.transport.asyncio_connection import Connection, Home
from accord.transport.asyncio_pool import Pool
from accord.transport.fork import forget_after_fork
from accord.transport.proxy import passed_on
from accord.transport.request import request_head
from accord.transport.route import Origin, route

_CROWDED = 64
"""This many pools are kept without a look at whether they are of use."""

_BUFFER = 64 * 1024
"""Bytes read at a time."""


class AsyncHttp1:
    """Sends calls over HTTP/1.1 from asyncio (or uvloop).

    Connections are kept for the next call to the same origin with the same network profile, and belong to the event
    loop they were made on: one transport may be used from one loop after another, or from several in threads of their
    own. They close with their loop where that is run by `asyncio.run` or `asyncio.Runner`, and with `close`. A forked
    child makes its own.

    What is never repeated: a request of which a byte may have been delivered. A connection that the other side has
    closed while it was idle is seen before it is used; one that closes in the very moment is `Unreachable` with
    `sent="maybe"`.
    """

    def __init__(self, *, max_body: int | None = None) -> None:
        """`max_body` is the most bytes the body of an answer may have, decompressed; beyond, it is `Malformed`."""
        self._max_body = max_body
        self._loops: dict[asyncio.AbstractEventLoop, LoopPools] = {}
        forget_after_fork(self)

    async def send(self, call: Call) -> AsyncHttp1Answer:
        """Sends `call` and waits for the head of its answer.

        Raises:
            InvalidInput: the call cannot be written as HTTP; nothing was sent.
            ConfigError: its network profile cannot be set up; nothing was sent.
            Unreachable, TimedOut, Interrupted, Malformed: see `accord.core.error`.
        """
        to = route(call.url)
        head = request_head(call, to, proxied=passed_on(call.network, to.origin))
        loop = asyncio.get_running_loop()
        now = loop.time()
        timeouts = call.timeouts
        ends_at = math.inf if timeouts.total is None else now + timeouts.total
        pools = self._loops.get(loop) or await self._begin(loop)
        pool = pools.pool(to.origin, call.network)
        connection = pool.at_hand(now) or await pool.obtain(timeouts, ends_at)
        return await connection.exchange(head, call.body, timeouts, ends_at, bare=call.method == "HEAD")

    async def close(self) -> None:
        """Closes every connection of the running loop, whatever it carries. Later calls make new ones."""
        pools = self._loops.pop(asyncio.get_running_loop(), None)
        if pools is not None:
            pools.close()
            await pools.guard.aclose()
            await asyncio.sleep(0)  # The loop closes the sockets in its next turn.

    def forget(self) -> None:
        """Lets go of all connections, in a forked child; the parent keeps its own."""
        loops, self._loops = self._loops, {}
        _vacate(descriptor for pools in loops.values() for descriptor in pools.descriptors())

    async def _begin(self, loop: asyncio.AbstractEventLoop) -> "LoopPools":
        for ended in [other for other in self._loops if other.is_closed()]:
            del self._loops[ended]
        pools = self._loops[loop] = LoopPools(loop, self._max_body)
        await anext(pools.guard)
        return pools


class LoopPools:
    """The pools of one event loop.

    Attributes:
        guard: an asynchronous generator that the loop knows of, so that it is ended with the loop
            (`loop.shutdown_asyncgens`), and closes the connections then. Loops have no other hook for that.
    """

    __slots__ = ("_buffer", "_crowded", "_loop", "_max_body", "_pools", "guard")

    def __init__(self, loop: asyncio.AbstractEventLoop, max_body: int | None) -> None:
        self._loop = loop
        self._max_body = max_body
        self._buffer = memoryview(bytearray(_BUFFER)) if isinstance(loop, asyncio.SelectorEventLoop) else None
        self._pools: dict[tuple[Origin, Network], Pool] = {}
        self._crowded = _CROWDED
        self.guard = self._until_the_end()

    def pool(self, origin: Origin, network: Network) -> Pool:
        """The pool for these, made when it is first asked for."""
        key = (origin, network)
        pool = self._pools.get(key)
        if pool is None:
            if len(self._pools) >= self._crowded:
                self._tidy()
            pool = self._pools[key] = Pool(self._loop, origin, network, self._connection)
        return pool

    def _connection(self, opened: socket.socket, origin: Origin, home: Home) -> Connection:
        if self._buffer is None:
            return Connection(self._loop, opened, origin, home, self._max_body)
        return BufferedConnection(self._loop, opened, origin, home, self._max_body, self._buffer)

    def _tidy(self) -> None:
        """Forgets pools without connections, so that calls to ever new origins don't pile up."""
        self._pools = {key: pool for key, pool in self._pools.items() if not pool.unused}
        self._crowded = max(_CROWDED, 2 * len(self._pools))

    def close(self) -> None:
        """Closes every connection."""
        for pool in list(self._pools.values()):
            pool.close()

    def descriptors(self) -> list[int]:
        """The numbers of the open sockets."""
        found = [connection.descriptor() for pool in self._pools.values() for connection in pool.connections]
        return [descriptor for descriptor in found if descriptor >= 0]

    async def _until_the_end(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            self.close()


def _vacate(descriptors: Iterable[int]) -> None:
    """Ends a forked child's hold on its parent's sockets, which would stay open as long as the child has them.

    The numbers stay taken, by the null device: the loop's own objects close them some day, and must not hit a newcomer.
    """
    numbers = list(descriptors)
    if numbers:
        null = os.open(os.devnull, os.O_RDWR)
        for number in numbers:
            os.dup2(null, number, inheritable=False)
        os.close(null)
