"""Many streams held open: `python -m benchmarks.gateway.held PORT PATH BODY_FILE --streams N --seconds S`.

Opens them, prints `open` when each has had its first event, watches for some seconds, and prints one JSON object: how late the events
were that the upstream stamped with the time it sent them, and how many streams ended, which none should.
"""

import argparse
import asyncio
import json
import re
import statistics
import time
from pathlib import Path

import uvloop
from benchmarks.gateway.generator import head

_STAMP = re.compile(rb"t=(\d{20});")
OPENING = 100
"""How many open at a time."""
SETTLE = 2.0
"""Seconds between the last one's opening and the first event that counts."""


class Watch:
    """What all streams saw."""

    def __init__(self) -> None:
        self.late: list[int] = []
        self.counting = False
        self.ended = 0


class Stream(asyncio.Protocol):
    """One stream."""

    def __init__(self, request: bytes, watch: Watch) -> None:
        self._request, self._watch = request, watch
        self._rest = b""
        self.begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        if not self.begun.done():
            self._rest += data
            if b"data:" not in self._rest:
                return
            if not self._rest.startswith(b"HTTP/1.1 200"):
                raise SystemExit(self._rest.decode())
            self._rest = b""
            self.begun.set_result(None)
        if self._watch.counting:
            now = time.monotonic_ns()
            self._watch.late += [now - int(sent) for sent in _STAMP.findall(data)]

    def connection_lost(self, exc: Exception | None) -> None:
        self._watch.ended += 1
        if not self.begun.done():
            self.begun.set_exception(ConnectionError(f"ended before its first event: {self._rest[:300]!r}"))


async def run(port: int, request: bytes, streams: int, seconds: float) -> dict[str, float]:
    """Opens, watches, and tells."""
    loop, watch = asyncio.get_running_loop(), Watch()
    for done in range(0, streams, OPENING):
        waited: list[asyncio.Future[None]] = []
        for _ in range(min(OPENING, streams - done)):
            _, stream = await loop.create_connection(lambda: Stream(request, watch), "127.0.0.1", port)
            waited.append(stream.begun)
        await asyncio.wait_for(asyncio.gather(*waited), 60)
    await asyncio.sleep(SETTLE)
    print("open", flush=True)
    watch.counting = True
    await asyncio.sleep(seconds)
    watch.counting = False
    late = sorted(watch.late)
    return {
        "events": len(late),
        "ended": watch.ended,
        "p50_ms": statistics.median(late) / 1e6,
        "p99_ms": late[len(late) * 99 // 100] / 1e6,
        "longest_ms": late[-1] / 1e6,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("path")
    parser.add_argument("body", type=Path)
    parser.add_argument("--streams", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    given = parser.parse_args()
    body = given.body.read_bytes()
    request = head(given.path, len(body)) + body
    print(json.dumps(uvloop.run(run(given.port, request, given.streams, given.seconds))), flush=True)


if __name__ == "__main__":
    main()
