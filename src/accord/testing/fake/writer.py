"""Bytes go out on one connection, as fast as the caller takes them."""

import asyncio
import socket
import struct
from typing import Protocol, runtime_checkable


@runtime_checkable
class _Socket(Protocol):
    """As much of a socket as asyncio and uvloop both show."""

    def setsockopt(self, level: int, option: int, value: bytes, /) -> None: ...


class Writer:
    """Writes to an asyncio transport and waits while the caller reads slowly."""

    __slots__ = ("_loop", "_resumed", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._resumed: asyncio.Future[None] | None = None

    def pause(self) -> None:
        """The caller reads slowly."""
        if self._resumed is None:
            self._resumed = self._loop.create_future()

    def resume(self) -> None:
        """The caller has caught up, or has left."""
        if self._resumed is not None and not self._resumed.done():
            self._resumed.set_result(None)
        self._resumed = None

    async def write(self, data: bytes, socket_chunk: int = 0) -> None:
        """Writes `data`; with `socket_chunk`, in so many bytes at a time, giving way to others between them.

        Never returns once the caller has left: whoever writes is cancelled then.
        """
        for at in range(0, len(data), socket_chunk or len(data) or 1):
            if self._transport.is_closing():
                await self._loop.create_future()
            self._transport.write(data[at : at + socket_chunk] if socket_chunk else data)
            if socket_chunk:
                await asyncio.sleep(0)
        if self._resumed is not None:
            await self._resumed

    def close(self) -> None:
        """Closes the connection in good order, after what is still to be sent."""
        self._transport.close()

    def reset(self) -> None:
        """Resets the connection: the caller gets `ECONNRESET`."""
        found: object = self._transport.get_extra_info("socket")
        if isinstance(found, _Socket):
            # No lingering: the kernel answers with RST in place of FIN.
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()
