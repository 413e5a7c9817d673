"""A provider that streams: `python -m benchmarks.gateway.upstream PORT`. One process, uvloop, no HTTP library.

What it does is said by the first part of the path: `/paced` sends 100 events, one each 5 ms; `/short` sends five, one each
2 ms; `/held` sends one a second, with the time it was sent, until the caller leaves. `/v1/messages` at the end speaks Anthropic's
wire, everything else OpenAI's. A request that asks for no stream is answered whole, and a GET with the list of models: one, named as the
first part of the path.
"""

import asyncio
import random
import sys
import time

import uvloop
from benchmarks.gateway.payload import (
    ANTHROPIC_ANSWER,
    ANTHROPIC_EVENTS,
    OPENAI_ANSWER,
    OPENAI_EVENTS,
    SHORT_EVENTS,
    models,
    openai_chunk,
)

PACE = 0.005
SHORT_PACE = 0.002
HOLD = 1.0

_STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"
)
_STAMP = b"@@@@@@@@@@@@@@@@@@@@"
_STAMPED = openai_chunk({"content": f"t={_STAMP.decode()};"})


def chunked(data: bytes) -> bytes:
    """One chunk of a body."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def script(events: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """What is written, one after another: each event as a chunk, and the end of the body with the last."""
    pieces = [chunked(event) for event in events]
    if events[-1].startswith(b"data: [DONE]"):
        pieces[-2:] = [pieces[-2] + pieces[-1]]
    pieces[-1] += b"0\r\n\r\n"
    return tuple(pieces)


OPENAI, ANTHROPIC = script(OPENAI_EVENTS), script(ANTHROPIC_EVENTS)
SHORT = script(SHORT_EVENTS)


def whole(answer: bytes) -> bytes:
    """An answer with its head."""
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(answer), answer)


class Provider(asyncio.Protocol):
    """One connection."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._got = b""
        self._timer: asyncio.TimerHandle | None = None
        self._pieces: tuple[bytes, ...] = ()
        self._next = 0
        self._pace = PACE

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        self._got = got = self._got + data if self._got else data
        head, blank, body = got.partition(b"\r\n\r\n")
        if not blank:
            return
        low = head.lower()
        at = low.find(b"content-length:")
        length = int(low[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(body) >= length:
            self._got = b""
            self._answer(head[: head.index(b"\r\n")], body)

    def _answer(self, line: bytes, body: bytes) -> None:
        if line.startswith(b"GET"):
            self._transport.write(whole(models(line.split(b"/")[1].decode())))
            return
        anthropic = b"/messages" in line
        if b'"stream":true' not in body and b'"stream": true' not in body:
            self._transport.write(whole(ANTHROPIC_ANSWER if anthropic else OPENAI_ANSWER))
            return
        if b"/held/" in line:
            self._transport.write(_STREAM_HEAD + chunked(OPENAI_EVENTS[0]))
            self._timer = self._loop.call_later(random.random() * HOLD, self._held)
            return
        short = b"/short/" in line
        self._pace = SHORT_PACE if short else PACE
        self._pieces = SHORT if short else ANTHROPIC if anthropic else OPENAI
        self._transport.write(_STREAM_HEAD + self._pieces[0])
        self._next = 1
        self._timer = self._loop.call_later(self._pace, self._piece)

    def _piece(self) -> None:
        self._transport.write(self._pieces[self._next])
        self._next += 1
        if self._next < len(self._pieces):
            self._timer = self._loop.call_later(self._pace, self._piece)

    def _held(self) -> None:
        self._timer = self._loop.call_later(HOLD, self._held)
        self._transport.write(chunked(_STAMPED.replace(_STAMP, b"%020d" % time.monotonic_ns())))


async def main(port: int) -> None:
    """Serves until it is ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Provider(loop), "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
