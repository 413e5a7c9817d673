"""A gateway in memory: called as an ASGI server would call it, with a scripted network behind it."""

import asyncio
import json
from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from accord.core.http import Call, Head, Headers, Reply
from accord.engine.run_async import AsyncEngine
from accord.gateway.asgi import Application
from accord.gateway.config.decode import decode_config
from accord.gateway.config.document import parse_document
from accord.gateway.gateway import Gateway
from accord.gateway.health import Health
from accord.gateway.metrics.tally import Tally
from accord.gateway.service import Service
from accord.providers.credential import Credential
from accord.testing.memory import AsyncMemoryTransport

CONFIG = """
gateway: {keys: [{name: app, key: sk-test-app}, {name: narrow, key: sk-test-narrow, models: ["fast"]}], body_limit_mb: 0.01, heartbeat: 0.02}
providers:
  openai: {type: openai, api_key: sk-test-upstream, base_url: "http://upstream.test/v1", retries: 0}
  claude: {type: anthropic, api_key: sk-test-upstream, base_url: "http://upstream.test", retries: 0}
models:
  fast: {targets: [{provider: openai, model: gpt-5.4-mini}]}
"""

COMPLETION = {
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


def sse(*chunks: object) -> bytes:
    return b"".join(
        [b"data: " + (chunk if isinstance(chunk, bytes) else json.dumps(chunk).encode()) + b"\n\n" for chunk in chunks]
    )


def chunk(delta: object = None, finish: str | None = None, usage: object = None) -> dict[str, object]:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1790000000,
        "model": "gpt-5.4-mini-2026-03-17",
        "choices": choices,
        "usage": usage,
    }


STREAM = sse(
    chunk({"role": "assistant", "content": ""}),
    chunk({"content": "Hi"}),
    chunk({}, "stop"),
    chunk(usage={"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}),
    b"[DONE]",
)

JSON_HEADERS: Headers = (("content-type", "application/json"),)
SSE_HEADERS: Headers = (("content-type", "text/event-stream"),)


class Credentials:
    """There are no tokens here."""

    async def headers(self, credential: Credential, *, fresh: bool) -> Headers:
        return ()


class Hanging:
    """A network that never answers, or stops half-way, and notices when it is let go."""

    def __init__(self, first: bytes | None = None) -> None:
        self.first = first
        self.waiting = asyncio.Event()
        self.let_go = asyncio.Event()
        self.head = Head(status=200, headers=SSE_HEADERS)
        self.calls: list[Call] = []

    async def send(self, call: Call) -> "Hanging":
        self.calls.append(call)
        if self.first is None:
            await self._hang()
        return self

    async def read(self) -> bytes:
        first, self.first = self.first, b""
        return first or await self._hang()

    async def _hang(self) -> bytes:
        self.waiting.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.let_go.set()
        return b""

    async def close(self) -> None:
        self.let_go.set()


@dataclass
class Received:
    """What a caller got."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    pieces: list[bytes] = field(default_factory=list)
    complete: bool = False

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Caller:
    """Calls an application as a server does."""

    def __init__(self, transport: object) -> None:
        self.transport = transport
        self.engine = AsyncEngine(transport, Credentials())  # type: ignore[arg-type]
        health = Health()
        config = decode_config(parse_document(CONFIG, "test.yaml"), {}, "test.yaml")
        tally = Tally()
        self.gateway = Gateway(
            config,
            lambda current: Service(current, self.engine, health, None, tally),
            health,
            self.engine.close,
            tally,
        )
        self.received = Received()
        self.gone = asyncio.Event()
        """Set when the caller leaves."""

    async def call(
        self,
        path: str = "/v1/chat/completions",
        body: object = None,
        *,
        method: str = "POST",
        key: str | None = "sk-test-app",
        pieces: Iterable[bytes] | None = None,
        query: str = "",
        peer: str = "127.0.0.1",
        **headers: str,
    ) -> Received:
        data = [body if isinstance(body, bytes) else json.dumps(body).encode()] if pieces is None else list(pieces)
        named = {"host": "localhost", "content-type": "application/json", **headers}
        if key is not None:
            named["authorization"] = f"Bearer {key}"
        pairs = [(name.replace("_", "-").encode("latin-1"), value.encode("latin-1")) for name, value in named.items()]
        messages: list[dict[str, object]] = [
            {"type": "http.request", "body": piece, "more_body": index < len(data) - 1}
            for index, piece in enumerate(data)
        ]

        async def build() -> Gateway:
            return self.gateway

        async def receive() -> MutableMapping[str, Any]:
            if messages:
                return messages.pop(0)
            await self.gone.wait()
            return {"type": "http.disconnect"}

        self.received = Received()
        application = Application(build)
        await _start(application)
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": pairs,
            "client": (peer, 50000),
            "scheme": "http",
            "http_version": "1.1",
        }
        await application(scope, receive, self._send)
        return self.received

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        got = self.received
        if message["type"] == "http.response.start":
            assert got.status == 0
            got.status = message["status"]
            got.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            assert len(got.headers) == len(message["headers"]), "a header is there twice"
        else:
            assert got.status
            got.pieces.append(message.get("body", b""))
            got.complete = not message.get("more_body", False)


async def _start(application: Application) -> None:
    started = asyncio.Event()

    async def receive() -> MutableMapping[str, Any]:
        if not started.is_set():
            return {"type": "lifespan.startup"}
        await asyncio.Event().wait()
        return {}

    async def send(message: MutableMapping[str, Any]) -> None:
        started.set()

    living = asyncio.ensure_future(application({"type": "lifespan"}, receive, send))
    await started.wait()
    living.cancel()
    await asyncio.gather(living, return_exceptions=True)


class Places:
    """Makes callers of gateways with one network or another behind them."""

    completion = COMPLETION
    stream = STREAM
    chunk = staticmethod(chunk)
    sse = staticmethod(sse)

    def answering(self, body: object = COMPLETION, status: int = 200, headers: Headers = JSON_HEADERS) -> Caller:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Caller(AsyncMemoryTransport(Reply(status=status, headers=headers, body=data)))

    def streaming(self, body: bytes = STREAM, piece: int = 0) -> Caller:
        return Caller(AsyncMemoryTransport(Reply(status=200, headers=SSE_HEADERS, body=body), piece=piece))

    def hanging(self, first: bytes | None = None) -> tuple[Caller, Hanging]:
        network = Hanging(first)
        return Caller(network), network


@pytest.fixture
def gateway() -> Places:
    return Places()
