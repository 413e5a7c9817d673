"""Listens, and stops in good order."""

import asyncio
import socket
from collections.abc import Callable

from accord.gateway.gateway import Gateway
from accord.gateway.server.buffered import BufferedConnection, PlainConnection
from accord.gateway.server.connection import Connection
from accord.gateway.server.known_head import KnownHeads
from accord.gateway.server.limit import READ_BYTES
from accord.gateway.station import Station
from accord.gateway.tls import Certificate
from accord.transport.outbox import Outbox

SWEEP_SECONDS = 1.0
"""How often connections are looked at for having been quiet too long. One sweep for all costs less than a timer each."""

BACKSTOP_SECONDS = 3.0
"""How much longer than the gateway's own patience requests are waited for; the gateway ends them properly."""

_LAST_TURNS = 3
"""Turns of the loop after the signal to stop: to accept who has connected, hear of it, and read what had come by then."""

BACKLOG = 2048
"""Connections the kernel holds until they are accepted."""


class Server:
    """The server of one process."""

    def __init__(self, gateway: Gateway, loop: asyncio.AbstractEventLoop, certificate: Certificate | None) -> None:
        self._certificate = certificate
        self.gateway = gateway
        gateway.connections = lambda: len(self._connections)
        self.heads: KnownHeads = KnownHeads()
        self.outbox: Outbox = Outbox(loop)
        self.stopping: bool = False
        self._loop = loop
        buffered = certificate is not None or isinstance(loop, asyncio.SelectorEventLoop)
        self._buffer = memoryview(bytearray(READ_BYTES)) if buffered else None
        self._connections: set[Connection] = set()
        self._stopped = asyncio.Event()
        self._empty = asyncio.Event()
        self._sweeper = loop.call_later(SWEEP_SECONDS, self._sweep)

    def opened(self, connection: Connection) -> bool:
        """Takes a connection in; `False` where there are too many, or it comes too late."""
        self._connections.add(connection)
        return not self.stopping and len(self._connections) <= self.gateway.service.limits.connections

    def closed(self, connection: Connection) -> None:
        """Forgets a connection."""
        self._connections.discard(connection)
        if self.stopping and not self._connections:
            self._empty.set()

    async def _listen(self, sock: socket.socket) -> asyncio.Server:
        certificate = self._certificate
        return await self._loop.create_server(
            self._connect,
            sock=sock,
            backlog=BACKLOG,
            ssl=certificate.context if certificate is not None else None,
            ssl_handshake_timeout=self.gateway.service.limits.head_seconds if certificate is not None else None,
        )

    async def run(self, sockets: list[socket.socket], started: Callable[[], None]) -> None:
        """Serves until `stop`, then until requests in flight are over or their time is."""
        servers = [await self._listen(sock) for sock in sockets]
        started()
        await self._stopped.wait()
        for _ in range(_LAST_TURNS):
            await asyncio.sleep(0)
        self.stopping = True
        for server in servers:
            server.close()
        for connection in tuple(self._connections):
            connection.stop()
        if self._connections:
            turning = self._loop.call_later(self.gateway.patience, self._turn_down)
            await self._wait(self.gateway.patience + BACKSTOP_SECONDS)
            turning.cancel()
        for connection in tuple(self._connections):
            connection.abort()
        self._sweeper.cancel()
        await self.gateway.close()

    def stop(self) -> None:
        """Begins to stop; a second time, does not wait for requests in flight."""
        if self._stopped.is_set():
            self._empty.set()
            return
        self.gateway.drain()
        self._stopped.set()

    def _turn_down(self) -> None:
        for connection in tuple(self._connections):
            connection.turn_down()

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        except TimeoutError:
            pass

    def _connect(self) -> Connection:
        if self._buffer is None:
            return PlainConnection(self, self._loop)
        return BufferedConnection(self, self._loop, self._buffer)

    def _sweep(self) -> None:
        now = self._loop.time()
        for connection in tuple(self._connections):
            connection.check(now)
        self._sweeper = self._loop.call_later(SWEEP_SECONDS, self._sweep)


async def serve(gateway: Gateway, station: Station) -> None:
    """Serves until it is told to stop. Returns when requests in flight are over, or were broken off."""
    server = Server(gateway, asyncio.get_running_loop(), station.certificate)
    station.heed(stop=server.stop, reload=lambda: station.reload(gateway))
    await server.run([station.sock], station.started)
