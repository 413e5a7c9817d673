"""Connections by the way bytes come to them."""

import asyncio

from accord.gateway.server.connection import Connection, Owner


class PlainConnection(Connection, asyncio.Protocol):
    """Takes bytes as the loop brings them."""

    __slots__ = ()


class BufferedConnection(Connection, asyncio.BufferedProtocol):
    """For asyncio's own loops and for TLS under uvloop, which else allocate 256 KB for every read.

    All connections share one buffer: there, a read fills it and is heard before anything else happens. uvloop asks for a
    buffer only who is no `asyncio.Protocol` beside.
    """

    __slots__ = ("_buffer",)

    def __init__(self, owner: Owner, loop: asyncio.AbstractEventLoop, buffer: memoryview) -> None:
        super().__init__(owner, loop)
        self._buffer = buffer

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asyncio's signature
        """Where the next bytes go."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Bytes came."""
        self.data_received(bytes(self._buffer[:nbytes]))
