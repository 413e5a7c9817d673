"""Connections by the way bytes come to them."""

import asyncio
import socket

from accord.transport.asyncio_connection import Connection, Home
from accord.transport.outbox import Outbox
from accord.transport.route import Origin


class PlainConnection(Connection, asyncio.Protocol):
    """Takes bytes as the loop brings them."""

    __slots__ = ()


class BufferedConnection(Connection, asyncio.BufferedProtocol):
    """For asyncio's own selector loops and for TLS under uvloop, which else allocate 256 KB for every read.

    The connections of a loop share one buffer, which only these allow: there, a read fills it and is heard before
    anything else happens. uvloop asks for a buffer only who is no `asyncio.Protocol` beside. It takes 12 µs off every read of
    asyncio's (3 instead of 15, on the machine of `benchmarks/`), and 15 off a call over TLS under uvloop (35 instead of 50).
    """

    __slots__ = ("_buffer",)

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        opened: socket.socket,
        origin: Origin,
        home: Home,
        limit: int | None,
        outbox: Outbox,
        buffer: memoryview,
    ) -> None:
        super().__init__(loop, opened, origin, home, limit, outbox)
        self._buffer = buffer

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asyncio's signature
        """Where the next bytes go."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Bytes came."""
        self.data_received(self._buffer[:nbytes])
