"""Load of our own: `python -m benchmarks.gateway.generator PORT PATH BODY_FILE [--connections N] [--each N | --seconds S]`.

Each connection asks again as soon as it was answered. With `--each` every connection asks so many times, so that no stream is cut off
at the end. Prints one JSON object: how many answers, how many were wrong or did not come, and times from the request's last byte to
the first event and to the answer's end.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from contextlib import suppress
from pathlib import Path

import httptools
import uvloop
from benchmarks.gateway.payload import KEY

SILENCE = 30.0
"""Seconds without any answer after which nobody waits on."""


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
        self.open: set[asyncio.Transport] = set()
        self.done = asyncio.Event()

    def closed(self, transport: asyncio.Transport) -> None:
        self.open.discard(transport)
        if not self.open:
            self.done.set()


class Caller(asyncio.Protocol):
    """One connection."""

    def __init__(self, request: bytes, tally: Tally) -> None:
        self._request, self._tally = request, tally
        self._asked = 0
        self._asking = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._tally.open.add(self._transport)
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
        self._tally.closed(self._transport)


async def run(port: int, request: bytes, connections: int, each: int, seconds: float) -> Tally:
    """Asks over all connections, and returns when the last has ended."""
    loop = asyncio.get_running_loop()
    tally = Tally(each, time.perf_counter() + seconds)
    for _ in range(connections):
        await loop.create_connection(lambda: Caller(request, tally), "127.0.0.1", port)
    await _over(tally)
    return tally


async def _over(tally: Tally) -> None:
    """Waits for the last. Where nothing was answered for a while all are ended, which counts as wrong."""
    while not tally.done.is_set():
        before = len(tally.times)
        with suppress(TimeoutError):
            await asyncio.wait_for(tally.done.wait(), SILENCE)
        if len(tally.times) == before:
            for transport in list(tally.open):
                transport.abort()


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
    request = head(given.path, len(body)) + body
    try:
        tally = uvloop.run(run(given.port, request, given.connections, given.each, given.seconds))
    except OSError as error:
        sys.exit(f"nothing can be asked at {given.port}: {error}")
    print(
        json.dumps(
            {
                "answers": len(tally.times),
                "wrong": tally.wrong,
                "seconds": time.perf_counter() - began,
                "p50_us": statistics.median(tally.times or [0.0]) * 1e6,
                "first_p50_us": statistics.median(tally.firsts or [0.0]) * 1e6,
            }
        )
    )


if __name__ == "__main__":
    main()
