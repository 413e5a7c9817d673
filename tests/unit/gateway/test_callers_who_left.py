"""What is sent to a caller who has left, before whoever serves it hears of that, goes nowhere and harms nothing."""

import asyncio
import socket
from collections.abc import Callable
from typing import cast

import pytest
import uvloop

from accord.gateway.server.sink import ConnectionSink
from accord.transport.outbox import Outbox


class Serving(asyncio.Protocol):
    """One caller's connection."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.made: asyncio.Future[ConnectionSink] = loop.create_future()
        self.left: asyncio.Future[None] = loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are asyncio's by behaviour, not by class.
        loop = asyncio.get_running_loop()
        self.made.set_result(ConnectionSink(cast("asyncio.Transport", transport), loop, Outbox(loop)))

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.made.result().lose()
        self.left.set_result(None)


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
@pytest.mark.parametrize("old", [False, True])
def test_pieces_and_ends_go_nowhere(new_loop: Callable[[], asyncio.AbstractEventLoop], old: bool) -> None:
    async def run() -> None:
        serving = Serving()
        server = await asyncio.get_running_loop().create_server(lambda: serving, "127.0.0.1", 0)
        async with server:
            with socket.create_connection(server.sockets[0].getsockname()):
                sink = await serving.made
                sink.begin(close_after=False, is_head=False, old=old)
                sink.head(200, ())
                sink.pause()
            await serving.left
            await asyncio.sleep(0)  # uvloop closes the transport after having told.
            assert sink.piece(b"data: x\n\n") is None
            await sink.end()
            await sink.cut()

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(run())
