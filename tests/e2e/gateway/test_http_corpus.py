"""Requests that are ambiguous, malformed or hostile, sent to the own server and to uvicorn: the answers must agree.

What an intermediary and the gateway read differently is how requests are smuggled: one of them sees one request where the
other sees two. So each case of the corpus (`conformance/server/corpus`) says how many answers may come, and with which status.
"""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accord.testing import FakeProvider

KEY = "sk-test-gateway"
QUIET = 0.4
"""Seconds after which no more is expected of a connection that stays open."""

_STATUS = re.compile(rb"HTTP/1\.1 (\d\d\d)")

Outcome = tuple[str, ...]
"""The statuses of the answers in order, then `close` or `open`."""


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


async def all_of(port: int, corpus: Any, *, split: bool) -> dict[str, Outcome]:
    # A few at a time: hundreds at once would wait for the processor longer than a quiet connection is waited for.
    turn = asyncio.Semaphore(16)

    async def one(data: bytes) -> Outcome:
        async with turn:
            return await exchange(port, data, split=split)

    found = await asyncio.gather(*[one(case.data) for case in corpus.values()])
    return dict(zip(corpus, found, strict=True))


@pytest.fixture(scope="module")
def each(serve: Any, fake: FakeProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, int]]:
    path: Path = tmp_path_factory.mktemp("corpus") / "accord.yaml"
    path.write_text(
        f"gateway: {{port: 0, keys: [{KEY}]}}\n"
        f'providers: {{lab: {{type: compatible, base_url: "{fake.url}", api_key: {fake.key}, retries: 0}}}}\n'
    )
    running = {name: serve("--config", str(path), "--server", name) for name in ("accord", "uvicorn")}
    yield {name: served.port for name, served in running.items()}
    for served in running.values():
        served.stop()


@pytest.mark.parametrize("split", [False, True], ids=["in one piece", "byte by byte"])
async def test_both_servers_answer_alike(each: dict[str, int], http_corpus: Any, split: bool) -> None:
    own, other = await asyncio.gather(*[all_of(port, http_corpus, split=split) for port in each.values()])
    for name, case in http_corpus.items():
        # The kernel may join what was sent apart.
        assert own[name] in ({case.answers, case.early} if split else {case.answers}), name
        # uvicorn closes at once, even with bytes unread, and then TCP may lose the last answer.
        lost = split and other[name] == (*case.uvicorn[:-2], "close")
        assert other[name] == case.uvicorn or lost, name
