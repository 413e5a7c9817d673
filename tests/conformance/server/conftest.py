"""Both servers in memory: the same bytes go to the own server and to uvicorn, and what each made of them is seen whole.

No socket, no waiting: after each piece the event loop runs until nothing happens any more. So a request can be cut at every
byte, and hundreds of mutations tried, in seconds.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
import uvicorn.server
from uvicorn.config import Config as UvicornConfig

from accord.core.http import Headers, Reply
from accord.engine.run_async import AsyncEngine
from accord.gateway.asgi import Application
from accord.gateway.config.decode import decode_config
from accord.gateway.config.document import parse_document
from accord.gateway.gateway import Gateway
from accord.gateway.health import Health
from accord.gateway.http import Answer, Request
from accord.gateway.metrics.tally import Tally
from accord.gateway.server.connection import Connection
from accord.gateway.server.known_head import KnownHeads
from accord.gateway.service import Entry, Service
from accord.gateway.uvicorn_protocol import BoundedProtocol
from accord.providers.credential import Credential
from accord.testing.memory import AsyncMemoryTransport
from accord.transport.outbox import Outbox

CONFIG = """
gateway: {keys: [{name: app, key: sk-test-gateway}], body_limit_mb: 0.01, heartbeat: 30, logging: {sample: 0}, limits: {head_kb: 8, headers: 40}}
providers: {lab: {type: compatible, base_url: "http://upstream.test/v1", api_key: sk-test-upstream, retries: 0}}
"""

COMPLETION = (
    b'{"id":"chatcmpl-1","object":"chat.completion","created":1790000000,"model":"echo","choices":[{"index":0,"message":'
    b'{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}'
)

_HEAD = re.compile(rb"HTTP/1\.1 (\d\d\d)[^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n")


class Wire(asyncio.Transport):
    """A connection of which the test is the other side."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = bytearray()
        self.closing = False
        self.ended = False
        self.paused = False
        self.protocol: Any = None

    def get_extra_info(self, name: str, default: object = None) -> object:
        return {"peername": ("127.0.0.1", 50000), "sockname": ("127.0.0.1", 4000)}.get(name, default)

    def write(self, data: object) -> None:
        if not self.closing and not self.ended:
            self.sent += cast("bytes", data)

    def get_write_buffer_size(self) -> int:
        return 0

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.ended = True

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        if not self.closing:
            self.closing = True
            assert self.protocol is not None
            asyncio.get_running_loop().call_soon(self.protocol.connection_lost, None)

    abort = close

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False


@dataclass
class Seen:
    """A request as the gateway's handlers saw it."""

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes | None = None


@dataclass
class Outcome:
    """What a server made of some bytes."""

    statuses: tuple[str, ...]
    """Of the answers in order, then `close` or `open`."""
    seen: list[Seen] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)
    rest: bytes = b""
    """Bytes that belong to no answer; there must be none."""


class NoTokens:
    """There are no tokens here."""

    async def headers(self, credential: Credential, *, fresh: bool) -> Headers:
        return ()


class Watched(Service):
    """A service that remembers what it was asked."""

    seen: list[Seen]

    def enter(self, request: Request, started: float) -> Entry:
        entry = super().enter(request, started)
        self.seen.append(Seen(request.method, request.path, request.query, request.headers))
        self.entries.append(entry)
        return entry

    entries: list[Entry]

    async def answer(self, entry: Entry, body: Any) -> Answer:
        index = next((index for index, known in enumerate(self.entries) if known is entry), None)
        if index is None:
            # Its head was known, and it was let in as the one before.
            request = entry.visit.request
            index = len(self.seen)
            self.seen.append(Seen(request.method, request.path, request.query, request.headers))
            self.entries.append(entry)
        self.seen[index].body = body
        return await super().answer(entry, body)


class Pair:
    """The two servers over one gateway."""

    def __init__(self) -> None:
        config = decode_config(parse_document(CONFIG, "test.yaml"), {}, "test.yaml")
        engine = AsyncEngine(
            AsyncMemoryTransport(Reply(status=200, headers=(("content-type", "application/json"),), body=COMPLETION)),
            NoTokens(),
        )
        health = Health()
        self.gateway = Gateway(
            config, lambda current: Watched(current, engine, health, None, Tally()), health, engine.close
        )
        self.service = cast("Watched", self.gateway.service)
        self.stopping = False
        self._sent = 0
        application = Application(self._build)
        application._gateway = self.gateway
        self._application = application
        self._uvicorn = UvicornConfig(
            application,
            http=BoundedProtocol,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
        )
        self._uvicorn.load()

    async def _build(self) -> Gateway:
        return self.gateway

    # The own server's owner.

    def opened(self, connection: Connection) -> bool:
        return True

    def closed(self, connection: Connection) -> None: ...

    async def own(self, pieces: Sequence[bytes]) -> Outcome:
        """What the own server makes of these."""
        return await self._run("own", pieces)

    async def other(self, pieces: Sequence[bytes]) -> Outcome:
        """What uvicorn makes of these."""
        return await self._run("uvicorn", pieces)

    def connected(self, server: str) -> tuple[Any, Wire]:
        """A connection to one of the servers, and its other end."""
        loop = asyncio.get_running_loop()
        self.heads = KnownHeads()
        self.outbox = Outbox(loop)
        protocol: Any = (
            Connection(self, loop)
            if server == "own"
            else BoundedProtocol(self._uvicorn, uvicorn.server.ServerState(), {}, loop)
        )
        self.service.seen, self.service.entries = [], []
        wire = Wire()
        wire.protocol = protocol
        protocol.connection_made(wire)
        return protocol, wire

    async def _run(self, server: str, pieces: Sequence[bytes]) -> Outcome:
        protocol, wire = self.connected(server)
        seen = self.service.seen
        for piece in pieces:
            if wire.paused:
                await self._while(lambda: wire.paused)
            if wire.closing or wire.ended:
                break
            protocol.data_received(piece)
            await self._settle(3)
        await self._while(lambda: self._has_more(wire))
        await self._settle()
        closed = wire.closing or wire.ended
        if not wire.closing:
            wire.close()
        await self._settle()
        statuses, heads, rest = _answers(bytes(wire.sent), seen)
        return Outcome((*statuses, "close" if closed else "open"), seen, heads, rest)

    def _has_more(self, wire: Wire) -> bool:
        """Whether something was sent since the last look."""
        before, self._sent = self._sent, len(wire.sent)
        return self._sent != before

    async def _while(self, busy: Callable[[], bool]) -> None:
        while True:
            await self._settle()
            if not busy():
                return

    async def _settle(self, turns: int = 12) -> None:
        """Runs the loop until what was begun is done, as far as it can be."""
        for _ in range(turns):
            await asyncio.sleep(0)


def _answers(data: bytes, seen: list[Seen]) -> tuple[list[str], list[bytes], bytes]:
    """The answers in `data`, read as a client reads them."""
    statuses: list[str] = []
    heads: list[bytes] = []
    final = 0
    while found := _HEAD.match(data):
        statuses.append(found[1].decode())
        heads.append(found[0])
        data = data[found.end() :]
        if found[1] == b"100":
            continue
        bare = final < len(seen) and seen[final].method == "HEAD"
        final += 1
        length = re.search(rb"\r\ncontent-length: (\d+)\r\n", found[0])
        data = data[int(length[1]) if length is not None and not bare else 0 :]
    return statuses, heads, data


@pytest.fixture
def make_pair() -> type[Pair]:
    """Makes pairs; in a running loop."""
    return Pair


@pytest.fixture
async def pair() -> Pair:
    return Pair()
