"""What a call costs in the transport alone: CPU of this process, against a server on loopback in another.

    python benchmarks/transport.py [--calls 4000] [--rounds 5]

Per transport, plain and over TLS: microseconds of CPU per call of about 1 KB each way on warm connections (8 at a time
under asyncio, one after the other in blocking code; "asked" is `AsyncHttp1.way`), and per event of a stream of 100 events that the server sends one
by one. The best of the rounds counts: other work on the machine only ever adds.
"""

import argparse
import asyncio
import math
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeAlias, cast

import httptools
import trustme
import uvloop

from accord.core.blob import whole
from accord.core.http import Call, Network
from accord.transport.asyncio_http1 import AsyncHttp1
from accord.transport.base import AsyncTransport, Transport
from accord.transport.blocking_http1 import Http1
from accord.transport.httpx2_transport import AsyncHttpxTransport, HttpxTransport

AT_ONCE = 8
EVENTS = 100
EVENT = b'data: {"id":"c-1","choices":[{"index":0,"delta":{"content":" word"},"finish_reason":null}]}\n\n'
HEADERS = tuple((f"x-header-{number}", "a value of some length") for number in range(8))
LINES = "".join(f"{name}: {value}\r\n" for name, value in HEADERS).encode()
WHOLE = b"HTTP/1.1 200 OK\r\n%bcontent-length: 1100\r\n\r\n%b" % (LINES, b"x" * 1100)
BEGIN = b"HTTP/1.1 200 OK\r\n%btransfer-encoding: chunked\r\n\r\n" % LINES
CHUNK = b"%x\r\n%b\r\n" % (len(EVENT), EVENT)

Measure: TypeAlias = Callable[[Call, Call], list[float]]
"""Microseconds of CPU for such a call, and for each event of such a stream."""


class Server(asyncio.Protocol):
    """Answers at once; `/stream` with events, each in a write and a turn of the loop of its own."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self.streamed = url == b"/stream"

    def on_message_complete(self) -> None:
        if self.streamed:
            self.transport.write(BEGIN)
            self.more(EVENTS)
        else:
            self.transport.write(WHOLE)

    def more(self, left: int) -> None:
        self.transport.write(CHUNK if left else b"0\r\n\r\n")
        if left:
            asyncio.get_running_loop().call_later(0.001, self.more, left - 1)


def serve(place: Path) -> None:
    async def main() -> None:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(place)
        secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(secure)  # pyright: ignore[reportUnknownMemberType]
        loop = asyncio.get_running_loop()
        servers = [await loop.create_server(Server, "127.0.0.1", 0, ssl=context) for context in (None, secure)]
        print(*[server.sockets[0].getsockname()[1] for server in servers], flush=True)
        await asyncio.Event().wait()

    uvloop.run(main())


def best(rounds: int, times: int, work: Callable[[], None]) -> float:
    """Microseconds of CPU each."""
    took: list[float] = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return min(took) / times * 1e6


def measure_blocking(make: Callable[[], Transport], call: Call, stream: Call, calls: int, rounds: int) -> list[float]:
    transport = make()

    def get(one: Call, times: int) -> None:
        for _ in range(times):
            answer = transport.send(one)
            while answer.read():
                pass
            answer.close()

    get(call, 50)
    figures = [best(rounds, calls, lambda: get(call, calls))]
    streams = max(1, calls // 400)
    figures.append(best(rounds, streams * EVENTS, lambda: get(stream, streams)))
    transport.close()
    return figures


def measure_async(
    make: Callable[[], AsyncTransport],
    run: Callable[[Coroutine[Any, Any, list[float]]], list[float]],
    call: Call,
    stream: Call,
    calls: int,
    rounds: int,
) -> list[float]:
    async def main() -> list[float]:
        transport = make()

        async def get(one: Call, times: int) -> None:
            for _ in range(times):
                answer = await transport.send(one)
                while await answer.read():
                    pass
                await answer.close()

        async def several(one: Call, times: int) -> float:
            began = time.process_time()
            await asyncio.gather(*[get(one, times // AT_ONCE) for _ in range(AT_ONCE)])
            return time.process_time() - began

        await several(call, 80)
        each = calls // AT_ONCE * AT_ONCE
        figures = [min([await several(call, each) for _ in range(rounds)]) / each * 1e6]
        streams = max(1, calls // 400 // AT_ONCE) * AT_ONCE
        figures.append(min([await several(stream, streams) for _ in range(rounds)]) / (streams * EVENTS) * 1e6)
        await transport.close()
        return figures

    return run(main())


def measure_asked(make: Callable[[], AsyncHttp1], call: Call, calls: int, rounds: int) -> list[float]:
    """Whole answers, told by the short way; no events of streams."""

    async def main() -> list[float]:
        transport, loop = make(), asyncio.get_running_loop()

        async def warm() -> None:
            answer = await transport.send(call)
            while await answer.read():
                pass

        await asyncio.gather(*[warm() for _ in range(AT_ONCE)])
        way, body = transport.way(call), whole(call.body)
        assert way is not None

        async def several() -> float:
            over, left = loop.create_future(), calls

            def told(head: object, body_told: bytes, error: Exception | None) -> None:
                nonlocal left
                left -= 1
                if left >= AT_ONCE:
                    way.ask(body, told)
                elif not left:
                    over.set_result(None)

            began = time.process_time()
            for _ in range(AT_ONCE):
                way.ask(body, told)
            await over
            return time.process_time() - began

        figures = [min([await several() for _ in range(rounds)]) / calls * 1e6, math.nan]
        await transport.close()
        return figures

    return uvloop.run(main())


def ways(calls: int, rounds: int) -> dict[str, Measure]:
    """By name. Of httpx2, which is slower, a tenth of the calls."""
    few = calls // 10
    return {
        "own, uvloop, asked": lambda call, _: measure_asked(AsyncHttp1, call, calls, rounds),
        "own, uvloop": lambda call, stream: measure_async(AsyncHttp1, uvloop.run, call, stream, calls, rounds),
        "own, asyncio": lambda call, stream: measure_async(AsyncHttp1, asyncio.run, call, stream, calls, rounds),
        "own, blocking": lambda call, stream: measure_blocking(Http1, call, stream, calls, rounds),
        "httpx2, asyncio": lambda call, stream: measure_async(
            AsyncHttpxTransport, asyncio.run, call, stream, few, rounds
        ),
        "httpx2, blocking": lambda call, stream: measure_blocking(HttpxTransport, call, stream, few, rounds),
    }


def main(calls: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "ca.pem"
        server = subprocess.Popen([sys.executable, __file__, "--serve", str(place)], stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout is not None
            plain, secure = server.stdout.readline().split()
            print(f"{'CPU us':22} {'call':>8} {'event':>8} {'call TLS':>9} {'event TLS':>10}")
            network = Network(ca_file=str(place))
            for name, measure in ways(calls, rounds).items():
                figures: list[float] = []
                for scheme, port in (("http", plain), ("https", secure)):
                    url = f"{scheme}://127.0.0.1:{port}"
                    call, stream = [
                        Call(method="POST", url=url + path, headers=HEADERS, body=b"x" * 1000, network=network)
                        for path in ("/", "/stream")
                    ]
                    figures += measure(call, stream)
                shown = ["-" if math.isnan(figure) else f"{figure:.1f}" for figure in figures]
                print(f"{name:22} {shown[0]:>8} {shown[1]:>8} {shown[2]:>9} {shown[3]:>10}", flush=True)
        finally:
            server.terminate()


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="What a call costs in the transport alone.")
    options.add_argument("--calls", type=int, default=4000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--serve", type=Path)
    chosen = options.parse_args()
    if chosen.serve:
        serve(chosen.serve)
    else:
        main(chosen.calls, chosen.rounds)
