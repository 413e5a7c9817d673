"""Requests that are ambiguous, malformed or hostile, sent to the own server and to uvicorn: the answers must agree.

What an intermediary and the gateway read differently is how requests are smuggled: one of them sees one request where the
other sees two. So each case says how many answers may come, and with which status. Each is sent in one piece, and byte by
byte. Where the servers differ, `UVICORN` has what the other one does, and why that is left so.
"""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accord.testing import FakeProvider

KEY = b"sk-test-gateway"
BODY = b'{"model":"lab/echo","messages":[{"role":"user","content":"Hi"}]}'
QUIET = 0.4
"""Seconds after which no more is expected of a connection that stays open."""

_STATUS = re.compile(rb"HTTP/1\.1 (\d\d\d)")


def get(*lines: bytes, target: bytes = b"/health/live", version: bytes = b"HTTP/1.1", method: bytes = b"GET") -> bytes:
    return b"\r\n".join([method + b" " + target + b" " + version, *(lines or (b"host: localhost",)), b"", b""])


def post(*lines: bytes, body: bytes = BODY) -> bytes:
    head = [
        b"POST /v1/chat/completions HTTP/1.1",
        b"host: localhost",
        b"authorization: Bearer " + KEY,
        b"content-type: application/json",
    ]
    return b"\r\n".join([*head, *lines, b"", b""]) + body


HOST = b"host: localhost"
LENGTH = b"content-length: %d" % len(BODY)
CHUNKED = b"transfer-encoding: chunked"
CHUNKS = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
NEXT = get()
"""A second request, which must be answered as such or not at all."""

Outcome = tuple[str, ...]
"""The statuses of the answers in order, then `close` or `open`."""

BAD: Outcome = ("400", "close")
NOT_READ: Outcome = ("501", "close")

CASES: dict[str, tuple[bytes, Outcome]] = {
    # What is right.
    "plain": (get(), ("200", "open")),
    "pipelined": (get() + post(LENGTH) + get(), ("200", "200", "200", "open")),
    "empty lines before": (b"\r\n\r\n" + get(), ("200", "open")),
    "body by length": (post(LENGTH), ("200", "open")),
    "body by chunks": (post(CHUNKED, body=CHUNKS), ("200", "open")),
    "chunk extension": (post(CHUNKED, body=b"%x;name=value\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)), ("200", "open")),
    "trailers": (post(CHUNKED, body=CHUNKS[:-2] + b"x-later: 1\r\n\r\n"), ("200", "open")),
    "a trailer is no header": (
        post(CHUNKED, body=CHUNKS[:-2] + b"content-length: 5\r\n\r\n") + NEXT,
        BAD,
    ),
    "chunk size in capitals, with zeros": (
        post(CHUNKED, body=b"000%X\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)),
        ("200", "open"),
    ),
    "whole address as target": (get(target=b"http://localhost/health/live"), ("200", "open")),
    "old version": (get(version=b"HTTP/1.0"), ("200", "close")),
    "close": (get(HOST, b"connection: close"), ("200", "close")),
    "nothing after close": (get(HOST, b"connection: close") + NEXT, ("200", "close")),
    "head": (get(method=b"HEAD"), ("200", "open")),
    "expect": (post(LENGTH, b"expect: 100-continue"), ("100", "200", "open")),
    "blanks around a value": (get(b"host:  \t localhost \t "), ("200", "open")),
    # Two lengths: whoever believes the other one sees another request.
    "length twice": (post(LENGTH, LENGTH), BAD),
    "two lengths": (post(LENGTH, b"content-length: 5") + NEXT, BAD),
    "list of lengths": (post(b"content-length: %d, %d" % (len(BODY), len(BODY))), BAD),
    "length and chunks": (post(LENGTH, CHUNKED, body=CHUNKS) + NEXT, BAD),
    "chunks and length": (post(CHUNKED, b"content-length: 0", body=CHUNKS) + NEXT, BAD),
    "signed length": (post(b"content-length: +%d" % len(BODY)), BAD),
    "length below zero": (post(b"content-length: -1"), BAD),
    "length with underscore": (post(b"content-length: 6_4"), BAD),
    "hexadecimal length": (post(b"content-length: 0x40"), BAD),
    "no length": (post(b"content-length: "), BAD),
    "huge length": (post(b"content-length: 99999999999999999999"), BAD),
    # Codings that one reads as chunked and the other does not.
    "unknown coding": (post(b"transfer-encoding: gzip", body=CHUNKS), NOT_READ),
    "chunked before another": (post(b"transfer-encoding: chunked, gzip", body=CHUNKS), BAD),
    "coding with a tab": (post(b"transfer-encoding:\x0bchunked", body=CHUNKS), BAD),
    "chunked misspelt": (post(b"transfer-encoding: xchunked", body=CHUNKS), NOT_READ),
    "chunked twice": (post(CHUNKED, CHUNKED, body=CHUNKS) + NEXT, BAD),
    "another before chunked": (post(b"transfer-encoding: gzip, chunked", body=CHUNKS) + NEXT, NOT_READ),
    "chunks in an old version": (
        post(CHUNKED, body=CHUNKS).replace(b"HTTP/1.1", b"HTTP/1.0") + NEXT,
        NOT_READ,
    ),
    # Lines.
    "space before the colon": (get(b"host : localhost"), BAD),
    "folded line": (get(HOST, b"x-folded: one", b" two"), BAD),
    "bare line feeds": (get().replace(b"\r\n", b"\n"), BAD),
    "bare line feed in a head": (get(HOST, b"x-one: 1\nx-two: 2"), BAD),
    "bare carriage return": (get(HOST, b"x-one: 1\rx-two: 2"), BAD),
    "zero byte in a value": (get(HOST, b"x-one: a\x00b"), BAD),
    "nameless header": (get(HOST, b": value"), BAD),
    "header without colon": (get(HOST, b"nonsense"), BAD),
    "line feed after a chunk size": (post(CHUNKED, body=CHUNKS.replace(b"\r\n", b"\n", 1)), BAD),
    "chunk size that is none": (post(CHUNKED, body=b"zz\r\n"), BAD),
    "chunk size below zero": (post(CHUNKED, body=b"-1\r\n"), BAD),
    "chunk size beyond all bounds": (post(CHUNKED, body=b"f" * 17 + b"\r\n"), BAD),
    "chunk longer than its size": (post(CHUNKED, body=b"1\r\n%b\r\n0\r\n\r\n" % BODY), BAD),
    "space before a chunk size": (post(CHUNKED, body=b" " + CHUNKS), BAD),
    # First lines.
    "no target": (b"GET HTTP/1.1\r\nhost: localhost\r\n\r\n", BAD),
    "space in the target": (get(target=b"/health live"), BAD),
    "version two": (get(version=b"HTTP/2.0"), ("505", "close")),
    "version with more digits": (get(version=b"HTTP/1.10"), BAD),
    "small letters in the version": (get(version=b"http/1.1"), BAD),
    "unknown method": (get(method=b"NONSENSE"), BAD),
    "connect": (get(method=b"CONNECT", target=b"localhost:443"), BAD),
    "greeting of HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", BAD),
    "greeting of TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 40, BAD),
    # Whose host it is.
    "no host": (get(b"x-one: 1"), BAD),
    "two hosts": (get(HOST, b"host: elsewhere.test"), BAD),
    "expects something else": (post(LENGTH, b"expect: magic"), ("417", "close")),
    "upgrade": (get(HOST, b"connection: upgrade", b"upgrade: websocket"), ("200", "close")),
}

UVICORN: dict[str, tuple[Outcome, str]] = {
    "upgrade": (("200", "open"), "it reads on in HTTP/1.1, which is right as well; the own server ends the connection"),
}


IN_ONE_PIECE = frozenset({"nothing after close"})
"""Cases that are not sent byte by byte: uvicorn closes with the rest unread, and TCP may lose the answer for it."""


async def exchange(port: int, data: bytes, *, split: bool) -> Outcome:
    """What comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        pieces = [bytes([byte]) for byte in data] if split else [data]
        got = bytearray()
        reading = asyncio.ensure_future(_read(reader, got))
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                if split:
                    await asyncio.sleep(0)
        except OSError:
            pass
        closed = await reading
        statuses = [status.decode() for status in _STATUS.findall(bytes(got))]
        return (*statuses, "close" if closed else "open")
    finally:
        writer.close()


async def _read(reader: asyncio.StreamReader, got: bytearray) -> bool:
    """Whether the other side closed."""
    while True:
        try:
            async with asyncio.timeout(QUIET if got else 5):
                piece = await reader.read(65536)
        except TimeoutError:
            return False
        except OSError:
            return True
        if not piece:
            return True
        got += piece


async def all_of(port: int, *, split: bool) -> dict[str, Outcome]:
    # A few at a time: hundreds at once would wait for the processor longer than a quiet connection is waited for.
    turn = asyncio.Semaphore(8)

    async def one(data: bytes) -> Outcome:
        async with turn:
            return await exchange(port, data, split=split)

    names = [name for name in CASES if not (split and name in IN_ONE_PIECE)]
    found = await asyncio.gather(*[one(CASES[name][0]) for name in names])
    return dict(zip(names, found, strict=True))


@pytest.fixture(scope="module")
def each(serve: Any, fake: FakeProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, int]]:
    path: Path = tmp_path_factory.mktemp("corpus") / "accord.yaml"
    path.write_text(
        f"gateway: {{port: 0, keys: [{KEY.decode()}]}}\n"
        f'providers: {{lab: {{type: compatible, base_url: "{fake.url}", api_key: {fake.key}, retries: 0}}}}\n'
    )
    running = {name: serve("--config", str(path), "--server", name) for name in ("accord", "uvicorn")}
    yield {name: served.port for name, served in running.items()}
    for served in running.values():
        served.stop()


@pytest.mark.parametrize("split", [False, True], ids=["in one piece", "byte by byte"])
async def test_both_servers_answer_alike(each: dict[str, int], split: bool) -> None:
    own, other = await asyncio.gather(*[all_of(port, split=split) for port in each.values()])
    expected = {name: outcome for name, (_, outcome) in CASES.items() if name in own}
    assert own == expected
    assert other == {**expected, **{name: outcome for name, (outcome, _) in UVICORN.items()}}
