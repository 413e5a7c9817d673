"""The default transport for asyncio: HTTP/1.1 on httptools, for any event loop.

One call on a warm connection is a write, a future and a read: no task, no timer, no lock. See `benchmarks/transport.py`
for what that costs.
"""

import asyncio
import math
import os
import socket

from accord.core.blob import size_of
from accord.core.error import ConfigError
from accord.core.http import Call, Headers, Network
from accord.transport.asyncio_answer import AsyncHttp1Answer
from accord.transport.asyncio_buffered import BufferedConnection, PlainConnection
from accord.transport.asyncio_connection import Connection, Home
from accord.transport.asyncio_pool import Pool
from accord.transport.asyncio_way import AskingWay, Way
from accord.transport.fork import forget_after_fork
from accord.transport.outbox import Outbox
from accord.transport.per_loop import PerLoop
from accord.transport.proxy import passed_on
from accord.transport.request import request_lines
from accord.transport.route import Origin, route

_CROWDED = 64
"""This many pools are kept without a look at whether they are of use."""

_WAYS = 256
"""Ways that are kept."""

_NO_LOOP = (
    "no event loop of asyncio runs here: an AsyncClient is for asyncio (or uvloop); under trio, and where nothing runs, use "
    "Client, in a thread of its own"
)

_BUFFER = 64 * 1024
"""Bytes read at a time."""


class AsyncHttp1:
    """Sends calls over HTTP/1.1 from asyncio (or uvloop).

    Connections are kept for the next call to the same origin with the same network profile, and belong to the event
    loop they were made on: one transport may be used from one loop after another, or from several in threads of their
    own. They close with `close`, and with their loop where that is run by `asyncio.run` or `asyncio.Runner`. A forked
    child makes its own.

    What is never repeated: a request of which a byte may have been delivered. A connection that the other side has
    closed while it was idle is seen before it is used; one that closes in the very moment is `Unreachable` with
    `sent="maybe"`.
    """

    def __init__(self, *, max_body: int | None = None) -> None:
        """`max_body` is the most bytes the body of an answer may have, decompressed; beyond, it is `Malformed`."""
        self._loops = PerLoop(lambda loop: Pools(loop, max_body))
        forget_after_fork(self)

    async def send(self, call: Call) -> AsyncHttp1Answer:
        """Sends `call` and waits for the head of its answer.

        Raises:
            InvalidInput: the call cannot be written as HTTP; nothing was sent.
            ConfigError: its network profile cannot be set up; nothing was sent.
            Unreachable, TimedOut, Interrupted, Malformed: see `accord.core.error`.
        """
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            raise ConfigError(_NO_LOOP) from None
        pools = self._loops.get(loop) or await self._loops.make(loop)
        way = pools.way(call)
        now = loop.time()
        timeouts = call.timeouts
        ends_at = math.inf if timeouts.total is None else now + timeouts.total
        connection = way.pool.at_hand(now) or await way.pool.obtain(timeouts, ends_at)
        body = call.body
        return await connection.begin(way.head(size_of(body)), body, timeouts, ends_at, bare=way.bare).opened()

    def way(self, call: Call) -> AskingWay | None:
        """The way of calls that differ from `call` in their bodies alone; `None` before the first call on the running loop, and for
        HEAD, to which no whole answer comes. Raises as `send` does, before anything is sent.
        """
        loop = asyncio.get_running_loop()
        way = self._found(loop, call)
        return None if way is None or way.bare else AskingWay(call, way, loop, self._found)

    async def close(self) -> None:
        """Closes every connection of the running loop, whatever it carries. Later calls make new ones."""
        await self._loops.close()

    def forget(self) -> None:
        """Lets go of all connections, in a forked child; the parent keeps its own."""
        for pools in self._loops.forget():
            pools.vacate()

    def _found(self, loop: asyncio.AbstractEventLoop, call: Call) -> Way | None:
        pools = self._loops.get(loop)
        return None if pools is None else pools.way(call)


class Pools:
    """The pools of one event loop."""

    __slots__ = ("_buffer", "_crowded", "_loop", "_max_body", "_outbox", "_pools", "_ways")

    def __init__(self, loop: asyncio.AbstractEventLoop, max_body: int | None) -> None:
        self._loop = loop
        self._max_body = max_body
        self._buffer = memoryview(bytearray(_BUFFER))
        self._outbox = Outbox(loop)
        self._pools: dict[tuple[Origin, Network], Pool] = {}
        self._ways: dict[tuple[str, str, Headers, Network], Way] = {}
        self._crowded = _CROWDED

    def way(self, call: Call) -> Way:
        """The way of `call`, kept for those that differ in their bodies alone. Raises `InvalidInput` and `ConfigError`."""
        key = (call.method, call.url, call.headers, call.network)
        way = self._ways.get(key)
        if way is None:
            to = route(call.url)
            lines = request_lines(call, to, proxied=passed_on(call.network, to.origin))
            way = Way(call, self.pool(to.origin, call.network), lines)
            if len(self._ways) >= _WAYS:
                self._ways.clear()
            self._ways[key] = way
        return way

    def pool(self, origin: Origin, network: Network) -> Pool:
        """The pool for these, made when it is first asked for."""
        key = (origin, network)
        pool = self._pools.get(key)
        if pool is None:
            if len(self._pools) >= self._crowded:
                self._tidy()
            pool = self._pools[key] = Pool(self._loop, origin, network, self._connection)
        return pool

    async def close(self) -> None:
        """Closes every connection."""
        for pool in list(self._pools.values()):
            pool.close()

    def vacate(self) -> None:
        """Ends a forked child's hold on its parent's sockets, which would stay open as long as the child has them.

        The numbers stay taken, by the null device: the loop's own objects close them some day, and must not hit a
        newcomer.
        """
        found = [connection.descriptor() for pool in self._pools.values() for connection in pool.connections]
        for pool in self._pools.values():
            pool.forget()
        null = os.open(os.devnull, os.O_RDWR)
        for number in found:
            if number >= 0:
                os.dup2(null, number, inheritable=False)
        os.close(null)

    def _connection(self, opened: socket.socket, origin: Origin, home: Home) -> Connection:
        if origin.encrypted or isinstance(self._loop, asyncio.SelectorEventLoop):
            return BufferedConnection(self._loop, opened, origin, home, self._max_body, self._outbox, self._buffer)
        return PlainConnection(self._loop, opened, origin, home, self._max_body, self._outbox)

    def _tidy(self) -> None:
        """Forgets pools without connections, so that calls to ever new origins don't pile up."""
        self._pools = {key: pool for key, pool in self._pools.items() if not pool.unused}
        self._ways.clear()
        self._crowded = max(_CROWDED, 2 * len(self._pools))
