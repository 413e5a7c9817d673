"""Answers that are asked for and come in pieces, over real sockets: wherever they are cut, one whole answer is told."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

import pytest
import trustme
import uvloop

from accord.core.error import ProviderError
from accord.core.http import Call, Head, Network
from accord.transport.asyncio_http1 import AsyncHttp1
from accord.transport.base import AsyncWay

ANSWER = (
    b"HTTP/1.1 200 OK\r\nDate: Wed, 25 Nov 2026 03:42:36 GMT\r\nContent-Type: application/json\r\n"
    b"Content-Length: 13\r\n\r\n" + b'{"words":"a"}'
)
CHUNKS = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n8\r\n, world!\r\n0\r\n\r\n"

New = Callable[[], asyncio.AbstractEventLoop]

loops = pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])


class Upstream(asyncio.Protocol):
    """Sends what it is told to, once for each request, and counts its connections."""

    accepted = 0

    def __init__(self) -> None:
        self.request: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.line: asyncio.Transport | None = None
        self.left: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.line = cast(asyncio.Transport, transport)  # uvloop's is one in all but name.
        self.accepted += 1

    def data_received(self, data: bytes) -> None:
        self.request.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self.left.set_result(None)

    async def say(self, *pieces: bytes) -> None:
        """Each piece by itself."""
        await self.request
        self.request = asyncio.get_running_loop().create_future()
        assert self.line is not None
        for piece in pieces:
            self.line.write(piece)
            for _ in range(4):  # On loopback it is there at once, and read in the next turn.
                await asyncio.sleep(0)


class Rig:
    """A way to an upstream, over one connection."""

    def __init__(self, upstream: Upstream, transport: AsyncHttp1, way: AsyncWay) -> None:
        self.upstream = upstream
        self.transport = transport
        self._way = way

    async def answer(self, *pieces: bytes) -> tuple[bytes, ProviderError | None]:
        """What is told of an answer that comes so."""
        told: asyncio.Future[tuple[bytes, ProviderError | None]] = asyncio.get_running_loop().create_future()

        def tell(head: Head | None, body: bytes, error: ProviderError | None) -> None:
            assert head is not None
            told.set_result((body, error))

        assert self._way.ask(b"{}", tell) is not None
        await self.upstream.say(*pieces)
        return await told


def run(
    new_loop: New,
    work: Callable[[Rig], Awaitable[None]],
    authority: trustme.CA | None = None,
    place: Path | None = None,
) -> None:
    async def main() -> None:
        upstream = Upstream()
        context, network = None, Network()
        if authority is not None and place is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert("127.0.0.1").configure_cert(context)
            authority.cert_pem.write_to_path(place / "ca.pem")
            network = Network(ca_file=str(place / "ca.pem"))
        server = await asyncio.get_running_loop().create_server(lambda: upstream, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        scheme = "http" if context is None else "https"
        call = Call(method="POST", url=f"{scheme}://127.0.0.1:{port}/", headers=(), body=b"{}", network=network)
        transport = AsyncHttp1()
        first = asyncio.ensure_future(transport.send(call))
        await upstream.say(ANSWER)
        while await (await first).read():
            pass
        way = transport.way(call)
        assert way is not None
        await work(Rig(upstream, transport, way))
        await transport.close()
        server.close()

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(main())


async def _cut_anywhere(rig: Rig) -> None:
    for answer, body in ((ANSWER, b'{"words":"a"}'), (CHUNKS, b"hello, world!")):
        for at in range(1, len(answer)):
            assert await rig.answer(answer[:at], answer[at:]) == (body, None), at
        assert await rig.answer(*[answer[at : at + 1] for at in range(len(answer))]) == (body, None)
        assert await rig.answer(answer) == (body, None)
    assert rig.upstream.accepted == 1


@loops
def test_cut_anywhere(new_loop: New) -> None:
    run(new_loop, _cut_anywhere)


@loops
def test_cut_anywhere_over_tls(new_loop: New, tmp_path: Path) -> None:
    run(new_loop, _cut_anywhere, trustme.CA(), tmp_path)


@loops
def test_more_than_one_answer_ends_the_connection(new_loop: New) -> None:
    async def work(rig: Rig) -> None:
        assert await rig.answer(ANSWER + ANSWER) == (b'{"words":"a"}', None)
        await asyncio.wait_for(rig.upstream.left, 5.0)

    run(new_loop, work)
