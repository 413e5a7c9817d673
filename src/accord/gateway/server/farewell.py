"""How a connection is closed whose caller may not answer that."""

import asyncio

from accord.gateway.server.limit import LINGER_SECONDS


def close(transport: asyncio.WriteTransport, loop: asyncio.AbstractEventLoop) -> None:
    """Closes when all that was written has gone out. Over TLS the caller says farewell, too, and is waited for but for a moment:
    who keeps connections for later often does not read them, and asyncio would wait half a minute for each.
    """
    transport.close()
    if not transport.can_write_eof():  # TLS has no half-closed connections.
        loop.call_later(LINGER_SECONDS, _part, transport, loop)


def linger(transport: asyncio.WriteTransport, loop: asyncio.AbstractEventLoop) -> None:
    """Closes, and reads on for a moment: closed with bytes unread, the last answer itself could be lost on its way."""
    if transport.is_closing() or not transport.can_write_eof():
        close(transport, loop)
        return
    transport.write_eof()
    loop.call_later(LINGER_SECONDS, transport.close)


def _part(transport: asyncio.WriteTransport, loop: asyncio.AbstractEventLoop) -> None:
    if transport.get_write_buffer_size():
        loop.call_later(LINGER_SECONDS, _part, transport, loop)
    else:
        transport.abort()
