"""How tests of the fake talk to it: plain HTTP of the standard library, which knows nothing of models."""

import http.client
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from accord.testing import FakeProvider


@dataclass
class Got:
    """An answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def events(self) -> list:
        """The data of server-sent events, as JSON where it is."""
        blocks = self.body.replace(b"\r\n", b"\n").strip().split(b"\n\n")
        data = [line[6:] for block in blocks for line in block.split(b"\n") if line.startswith(b"data: ")]
        return [json.loads(one) if one.startswith((b"{", b"[{")) else one.decode() for one in data]


class Caller:
    """Calls one fake, with its key in the way its wire has it."""

    def __init__(self, fake: FakeProvider, headers: dict[str, str]) -> None:
        self.fake = fake
        self.headers = headers

    def __call__(self, path: str, body: object = None, headers: dict[str, str] | None = None, method: str = "") -> Got:
        where = urlsplit(self.fake.origin)
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        with closing(http.client.HTTPConnection(where.hostname, where.port, timeout=10)) as connection:
            all_headers = {"content-type": "application/json", **self.headers, **(headers or {})}
            connection.request(method or ("GET" if body is None else "POST"), path, data, all_headers)
            answer = connection.getresponse()
            return Got(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())


KEY_HEADERS = {
    "openai_chat": lambda key: {"authorization": f"Bearer {key}"},
    "openai_responses": lambda key: {"authorization": f"Bearer {key}"},
    "anthropic_messages": lambda key: {"x-api-key": key, "anthropic-version": "2023-06-01"},
    "gemini": lambda key: {"x-goog-api-key": key},
}


@pytest.fixture
def call() -> Callable[..., Caller]:
    """Makes a caller of a fake: `call(fake, "gemini")`."""
    return lambda fake, wire="openai_chat": Caller(fake, KEY_HEADERS[wire](fake.key))


@pytest.fixture(scope="session")
def fakes() -> Iterator[dict[str, FakeProvider]]:
    """One strict fake of each wire for tests that script nothing. Names of models are free."""
    made = {wire: FakeProvider(wire) for wire in ("openai_chat", "anthropic_messages", "gemini")}
    for fake in made.values():
        fake.start()
    yield made
    for fake in made.values():
        fake.stop()


@pytest.fixture
def raw() -> Iterator[Callable[[FakeProvider, bytes], socket.socket]]:
    """Opens a socket to a fake and sends bytes on it."""
    opened: list[socket.socket] = []

    def connect(fake: FakeProvider, data: bytes) -> socket.socket:
        where = urlsplit(fake.origin)
        sock = socket.create_connection((where.hostname, where.port), timeout=10)
        opened.append(sock)
        sock.sendall(data)
        return sock

    yield connect
    for sock in opened:
        sock.close()


def chat_bytes(fake: FakeProvider, body: dict, *more: str) -> bytes:
    """A chat completion request as it goes over the socket."""
    data = json.dumps({"model": "echo", "messages": [{"role": "user", "content": "one two three"}], **body}).encode()
    lines = [
        "POST /v1/chat/completions HTTP/1.1",
        "host: fake",
        f"authorization: Bearer {fake.key}",
        "content-type: application/json",
        f"content-length: {len(data)}",
        *more,
        "",
        "",
    ]
    return "\r\n".join(lines).encode() + data


@pytest.fixture
def chat_request() -> Callable[..., bytes]:
    return chat_bytes


def read_all(sock: socket.socket) -> bytes:
    """Everything until the other side closes. Raises `ConnectionResetError`."""
    data = b""
    while piece := sock.recv(65536):
        data += piece
    return data


@pytest.fixture
def drain() -> Callable[[socket.socket], bytes]:
    return read_all
