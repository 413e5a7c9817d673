"""Load of our own: `python -m benchmarks.gateway.generator PORT PATH BODY_FILE [--connections N] [--each N | --seconds S]`.

Each connection asks again as soon as it was answered. With `--each` every connection asks so many times, so that no stream is cut off
at the end. Prints one JSON object: how many answers, how many of them wrong, and times from the request's last byte to
the first event and to the answer's end.
"""

import argparse
import asyncio
import json
import statistics
import time
from pathlib import Path

import httptools
import uvloop
from benchmarks.gateway.payload import KEY


def head(path: str, length: int) -> bytes:
    """The head of a request."""
    return (
        f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        f"authorization: Bearer {KEY}\r\ncontent-length: {length}\r\n\r\n"
    ).encode()


class Tally:
    """What all connections saw."""

    def __init__(self, each: int, until: float) -> None:
        self.each, self.until = each, until
        self.wrong = 0
        self.times: list[float] = []
        self.firsts: list[float] = []
        self.open = 0
        self.done = asyncio.Event()

    def closed(self) -> None:
        self.open -= 1
        if self.open == 0:
            self.done.set()


class Caller(asyncio.Protocol):
    """One connection."""

    def __init__(self, request: bytes, tally: Tally) -> None:
        self._request, self._tally = request, tally
        self._asked = 0
        self._asking = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._tally.open += 1
        self._ask()

    def _ask(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._first = 0.0
        self._asked += 1
        self._asking = True
        self._transport.write(self._request)
        self._began = time.perf_counter()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, data: bytes) -> None:
        if not self._first and (b"data:" in data or data.startswith(b"{")):
            self._first = time.perf_counter() - self._began

    def on_message_complete(self) -> None:
        tally, now = self._tally, time.perf_counter()
        self._asking = False
        if self._parser.get_status_code() != 200 or not self._first:
            tally.wrong += 1
        tally.times.append(now - self._began)
        tally.firsts.append(self._first)
        if self._asked < tally.each if tally.each else now < tally.until:
            # Not from inside the parser that is about to be replaced.
            asyncio.get_running_loop().call_soon(self._ask)
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._tally.wrong += self._asking
        self._tally.closed()


async def run(port: int, request: bytes, connections: int, each: int, seconds: float) -> Tally:
    """Asks over all connections, and returns when the last has ended."""
    loop = asyncio.get_running_loop()
    tally = Tally(each, time.perf_counter() + seconds)
    for _ in range(connections):
        await loop.create_connection(lambda: Caller(request, tally), "127.0.0.1", port)
    await tally.done.wait()
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("path")
    parser.add_argument("body", type=Path)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--each", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=1)
    given = parser.parse_args()
    body = given.body.read_bytes()
    began = time.perf_counter()
    tally = uvloop.run(
        run(given.port, head(given.path, len(body)) + body, given.connections, given.each, given.seconds)
    )
    print(
        json.dumps(
            {
                "answers": len(tally.times),
                "wrong": tally.wrong,
                "seconds": time.perf_counter() - began,
                "p50_us": statistics.median(tally.times) * 1e6,
                "first_p50_us": statistics.median(tally.firsts) * 1e6,
            }
        )
    )


if __name__ == "__main__":
    main()
