"""However oddly a provider answers over its connection, requests in their lane come to the same as beside it, and leave nothing behind."""

import asyncio
import gc
import gzip
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest

from accord.gateway.build import gateway
from accord.gateway.config.decode import decode_config
from accord.gateway.config.document import parse_document
from accord.gateway.gateway import Gateway
from accord.gateway.lane import Ride
from accord.gateway.lanes import KeyLanes
from accord.gateway.listen import bound
from accord.gateway.log_writer import lines
from accord.gateway.server.serve import Server
from accord.gateway.serving import Serving
from accord.gateway.visit import Visit
from accord.testing.transport import Origin, Peer
from accord.transport.asyncio_connection import Connection
from accord.transport.http1 import AnswerReader

KEY = "sk-test-gateway"
CONFIG = """
gateway: {logging: {format: json}, keys: [{name: app, key: sk-test-gateway, limits: {requests: 1000000, tokens: 1000000000}}]}
providers:
  lab: {type: openai, api_key: sk-test-lab, base_url: "URL/v1", timeouts: {first_byte: 0.6, idle: 0.6}}
  spare: {type: openai, api_key: sk-test-spare, base_url: "URL/v1", timeouts: {first_byte: 0.6, idle: 0.6}}
models:
  best:
    retries: 1
    backoff: {base: 0.001, cap: 0.001}
    targets: [{provider: lab, model: gpt-5.4-mini}, {provider: spare, model: gpt-5.4-mini, tier: 1}]
"""
WORDS = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1790000000,
        "model": "gpt-5.4-mini-2026-03-17",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Hi", "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11},
    }
).encode()
NO = json.dumps({"error": {"message": "No.", "type": "t", "param": None, "code": "c"}}).encode()


def whole(body: bytes = WORDS, status: str = "200 OK", more: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


def chunked(body: bytes, size: int) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    framed = b"".join([b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces])
    return b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n%b0\r\n\r\n" % framed


PACKED = gzip.compress(WORDS)
LARGE = WORDS.replace(b'"Hi"', b'"' + b"y" * 3_000_000 + b'"')
HOLDS, ENDS, RESETS, DRIPS = "holds", "ends", "resets", "drips"
LEAVES, DROPS = "leaves", "drops"
"""What the provider does beside sending its bytes: it sends no more, closes, breaks off, or sends byte by byte; it closes or breaks off when the
next request has come, which a caller that kept the connection could not know.
"""
ODD: dict[str, tuple[bytes, str]] = {
    "ok": (whole(), ""),
    "chunks": (chunked(WORDS, 7), ""),
    "drips": (whole(), DRIPS),
    "drippedchunks": (chunked(WORDS, 50), DRIPS),
    "packed": (whole(PACKED, more="content-encoding: gzip\r\n"), ""),
    "wronglypacked": (whole(more="content-encoding: gzip\r\n"), ""),
    "large": (whole(LARGE), ""),
    "largechunks": (chunked(LARGE, 70_000), ""),
    "says it closes": (whole(more="connection: close\r\n"), ENDS),
    "until the end": (b"HTTP/1.1 200 OK\r\n\r\n" + WORDS, ENDS),
    "old": (whole().replace(b"HTTP/1.1", b"HTTP/1.0"), ENDS),
    "not for long": (whole(more="keep-alive: timeout=1\r\n"), ""),
    "hints": (b"HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\n" * 3 + whole(), ""),
    "another protocol": (b"HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n", ENDS),
    "twice": (whole() * 2, ""),
    "and more": (whole() + b"xxxxx", ""),
    "shorter": (whole().replace(b"length: %d" % len(WORDS), b"length: 5"), ENDS),
    "two lengths": (whole(more="content-length: 5\r\n"), ENDS),
    "length and chunks": (whole(more="transfer-encoding: chunked\r\n"), ENDS),
    "a long head": (whole(more=f"x-long: {'a' * 70_000}\r\n"), ENDS),
    "no content": (b"HTTP/1.1 204 No Content\r\n\r\n", ""),
    "empty": (whole(b""), ""),
    "elsewhere": (whole(b"", "302 Found", "location: http://127.0.0.1:1/\r\n"), ""),
    "a page": (whole(b"<html>hi"), ""),
    "an error that is none": (whole(NO), ""),
    "400": (whole(NO, "400 Bad Request"), ""),
    "429": (whole(NO, "429 Too Many Requests", "retry-after: 0\r\n"), ""),
    "500": (whole(NO, "500 Internal Server Error"), ""),
    "garbage": (b"\x00\x01 garbage\r\n\r\n", ENDS),
    "half": (whole()[:-20], ENDS),
    "half a head": (whole()[:40], ENDS),
    "nothing": (b"", ENDS),
    "half and a reset": (whole()[:-20], RESETS),
    "a reset": (b"", RESETS),
    "half and silence": (whole()[:-20], HOLDS),
    "silence": (b"", HOLDS),
    "and leaves when the next has come": (whole(), LEAVES),
    "and drops the next": (whole(), DROPS),
}


def event(**choice: Any) -> bytes:
    told = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1790000000, "model": "gpt-5.4-mini"}
    choices = [{"index": 0, "delta": {}, "logprobs": None, "finish_reason": None, **choice}]
    return b"data: %b\n\n" % json.dumps({**told, "choices": choices}).encode()


def piece(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


FIRST = event(delta={"role": "assistant", "content": ""})
MORE = event(delta={"content": "Hi"})
LAST = event(finish_reason="stop")
DONE = b"data: [DONE]\n\n"
FAILS = b'data: {"error": {"message": "No.", "type": "server_error", "param": null, "code": "c"}}\n\n'
TOLD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
HEAD = TOLD + b"transfer-encoding: chunked\r\n\r\n"
BEGUN = HEAD + piece(FIRST) + piece(MORE)
STREAM = BEGUN + piece(LAST) + piece(DONE) + b"0\r\n\r\n"
ODD_STREAMS: dict[str, tuple[bytes, str]] = {
    "ok": (STREAM, ""),
    "drips": (STREAM, DRIPS),
    "in one piece": (HEAD + piece(FIRST + MORE + LAST + DONE) + b"0\r\n\r\n", ""),
    "until the end": (TOLD + b"\r\n" + FIRST + MORE + LAST + DONE, ENDS),
    "old": (TOLD.replace(b"/1.1", b"/1.0") + b"\r\n" + FIRST + MORE + LAST + DONE, ENDS),
    "says it closes": (STREAM.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n", 1), ENDS),
    "comments first": (HEAD + piece(b": at work\n\n") + STREAM[len(HEAD) :], ""),
    "comments alone": (HEAD + piece(b": at work\n\n"), ENDS),
    "without a last word": (BEGUN + piece(LAST) + b"0\r\n\r\n", ""),
    "a last event without its end": (BEGUN + piece(LAST[:-1]) + b"0\r\n\r\n", ""),
    "finished and cut": (BEGUN + piece(LAST), ENDS),
    "finished and reset": (BEGUN + piece(LAST), RESETS),
    "cut": (BEGUN, ENDS),
    "reset": (BEGUN, RESETS),
    "cut in an event": (BEGUN + piece(MORE[:30]), ENDS),
    "cut in a piece": (BEGUN + piece(MORE)[:30], ENDS),
    "cut where it ends with its connection": (TOLD + b"\r\n" + FIRST + MORE[:30], ENDS),
    "reset where it ends with its connection": (TOLD + b"\r\n" + FIRST + MORE, RESETS),
    "ended in good order without a finish": (BEGUN + b"0\r\n\r\n", ""),
    "silence": (BEGUN, HOLDS),
    "silence after the head": (HEAD, HOLDS),
    "the head and a reset": (HEAD, RESETS),
    "the head and the end": (HEAD, ENDS),
    "an empty stream": (HEAD + b"0\r\n\r\n", ""),
    "fails": (BEGUN + piece(FAILS) + b"0\r\n\r\n", ""),
    "fails at once": (HEAD + piece(FAILS) + b"0\r\n\r\n", ""),
    "no JSON": (BEGUN + piece(b'data: {"a"\n\n') + b"0\r\n\r\n", ""),
    "no JSON at once": (HEAD + piece(b'data: {"a"\n\n') + b"0\r\n\r\n", ""),
    "a bad frame": (BEGUN + b"zz\r\n", ENDS),
    "a whole answer": (whole(), ""),
    "and leaves when the next has come": (STREAM, LEAVES),
    "and drops the next": (STREAM, DROPS),
    "500": ODD["500"],
    "429": ODD["429"],
    "garbage": ODD["garbage"],
    "nothing": ODD["nothing"],
    "a reset": ODD["a reset"],
}


def script(peer: Peer) -> None:
    while (request := peer.request()) is not None:
        asked = json.loads(request.body)
        answer, then = (ODD_STREAMS if asked.get("stream") else ODD)[asked["messages"][0]["content"]]
        if then == DRIPS:
            peer.drip(answer)
        else:
            peer.send(answer)
        if then in (LEAVES, DROPS):
            peer.request()
        if then in (RESETS, DROPS):
            peer.reset()
        elif then == HOLDS:
            peer.closed_at()
        if then not in ("", DRIPS):
            return


class Caller:
    """One connection to the gateway."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def ask(self, words: str, stream: bool) -> tuple[str, bytes]:
        asked: dict[str, Any] = {"model": "best", "messages": [{"role": "user", "content": words}]}
        body = json.dumps({**asked, "stream": True} if stream else asked)
        self._writer.write(
            f"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {KEY}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n{body}".encode()
        )
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode()
        length = re.search(r"content-length: (\d+)", head)
        return alike(head), await self._chunks() if length is None else await self._reader.readexactly(int(length[1]))

    async def _chunks(self) -> bytes:
        found = b""
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            found += (await self._reader.readexactly(size + 2))[:-2]
        await self._reader.readexactly(2)
        return found

    def close(self) -> None:
        self._writer.close()


def alike(text: str) -> str:
    """What is never the same twice left out."""
    return re.sub(r'req_[0-9a-f]+|(?<=date: ).*|(?<=ms=)[0-9.]+|(?<=ms":)[0-9.]+|(?<="time":)[0-9.]+', "_", text)


@asynccontextmanager
async def served(url: str) -> AsyncIterator[tuple[Gateway, Caller]]:
    config = decode_config(parse_document(CONFIG.replace("URL", url), "test.yaml"), {}, "test.yaml")
    listener = bound("127.0.0.1", 0, shared=False)
    listener.setblocking(False)
    ready, running = asyncio.Event(), gateway(config)
    server = Server(running, asyncio.get_running_loop(), None)
    serving = asyncio.create_task(server.run([listener], ready.set))
    await ready.wait()
    caller = Caller(*await asyncio.open_connection(*listener.getsockname(), limit=1 << 23))
    try:
        yield running, caller
    finally:
        caller.close()
        server.stop()
        await serving


def left_behind(running: Gateway) -> list[object]:
    """What is held although nothing is served."""
    service: Any = running.service
    resolved = service._lanes._directory._configured["best"]
    pools = service._lanes._engine._transport._loops.get(asyncio.get_running_loop())._pools.values()
    places = [pool for pool in pools if not pool._places == len(pool.connections) == len(pool._free)]
    seats = [seat for seat in resolved.group.pool.seats if seat.standing.gate.in_flight]
    gc.collect()
    circles = [one for one in gc.garbage if isinstance(one, Visit | Ride | Connection | AnswerReader)]
    gc.garbage.clear()
    return [*running.visits, *places, *seats, *circles]


@contextmanager
def uncollected() -> Iterator[None]:
    """What goes in circles stays, and is told where it is looked for. What was there before is not looked at."""
    gc.collect()
    gc.freeze()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        yield
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
        gc.unfreeze()


async def seen(written: list[bytes], url: str, stream: bool) -> dict[str, object]:
    """What a caller gets and what is written of it, for each odd answer."""
    found: dict[str, object] = {}
    async with served(url) as (running, caller):
        with uncollected():
            for words in ODD_STREAMS if stream else ODD:
                written.clear()
                answers = [await caller.ask(each, stream) for each in ("ok", "ok", "ok", words, "ok")]
                found[words] = answers, sorted([alike(line.decode().replace(url, "")) for line in written])
                assert left_behind(running) == [], words
    return found


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_odd_answers_come_to_the_same(monkeypatch: pytest.MonkeyPatch, stream: bool) -> None:
    written: list[bytes] = []
    rides: list[bool] = []
    begin = KeyLanes.begin

    def begun(self: KeyLanes, *args: Any) -> Serving | None:
        ride = begin(self, *args)
        rides.extend([True] if ride is not None else [])
        return ride

    monkeypatch.setattr(lines, "is_open", True)
    monkeypatch.setattr(lines, "put", written.append)
    monkeypatch.setattr(lines, "say", written.append)
    monkeypatch.setattr(KeyLanes, "begin", begun)
    with Origin(script) as origin:
        in_lanes = await seen(written, origin.url, stream)
        assert len(rides) > 2 * len(ODD)
        monkeypatch.setattr(KeyLanes, "begin", lambda *_: None)
        beside = await seen(written, origin.url, stream)
    for words, what in beside.items():
        assert in_lanes[words] == what, words
