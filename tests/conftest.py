"""What tests of several kinds share."""

import contextlib
import socket
import ssl
import threading
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says more of what else the machine does than of the code.
settings.register_profile("accord", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("accord")

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 24


class FileHost:
    """A server on loopback that answers each path with the bytes it was told, whether they are HTTP or not."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._answers: dict[str, tuple[bytes, bool]] = {}
        self._lock = threading.Lock()
        self.port: int = self._listener.getsockname()[1]
        self.origin = f"http{'s' if context else ''}://127.0.0.1:{self.port}"
        self.asked: list[str] = []
        """The heads of the requests, as they came."""
        self.connections = 0
        self.left = threading.Event()
        """Set when a caller has left an answer that stays open, or has left before it asked."""
        self._gate = threading.Barrier(1)
        threading.Thread(target=self._accept, daemon=True).start()

    def file(self, path: str, body: bytes = PNG, content_type: str = "image/png", **headers: str) -> str:
        """Puts a file there. Its address."""
        lines = {"content-type": content_type, "content-length": str(len(body))}
        lines |= {name.replace("_", "-"): value for name, value in headers.items()}
        head = "".join([f"{name}: {value}\r\n" for name, value in lines.items()])
        return self.raw(path, f"HTTP/1.1 200 OK\r\n{head}\r\n".encode() + body)

    def redirect(self, path: str, location: str, status: int = 302) -> str:
        """Sends on from there. Its address."""
        return self.raw(
            path, f"HTTP/1.1 {status} Elsewhere\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n".encode()
        )

    def raw(self, path: str, answer: bytes, *, stays_open: bool = False) -> str:
        """Puts these bytes there; `stays_open`: nothing follows them until the caller leaves."""
        self._answers[path] = (answer, stays_open)
        return self.origin + path

    def meet(self, number: int) -> None:
        """No answer is given before this many requests wait for theirs."""
        self._gate = threading.Barrier(number)

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                opened, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(opened,), daemon=True).start()

    def _serve(self, opened: socket.socket) -> None:
        opened.settimeout(10)
        with contextlib.suppress(OSError), opened:
            talking = opened if self._context is None else self._context.wrap_socket(opened, server_side=True)
            with contextlib.suppress(OSError), talking:
                self._answer(talking)

    def _answer(self, talking: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            piece = talking.recv(65536)
            if not piece:
                self.left.set()
                return
            head += piece
        with self._lock:
            self.asked.append(head.decode("latin-1"))
        with contextlib.suppress(threading.BrokenBarrierError):
            self._gate.wait(5)
        answer, stays_open = self._answers[head.split(b" ", 2)[1].decode("latin-1")]
        with contextlib.suppress(OSError):
            talking.sendall(answer)
            if stays_open:
                talking.recv(1)
        if stays_open:
            self.left.set()


@pytest.fixture
def file_host() -> Iterator[FileHost]:
    host = FileHost()
    yield host
    host.close()


@pytest.fixture(scope="session")
def host_of_files() -> type[FileHost]:
    """For tests that need another one, or one with TLS."""
    return FileHost


BODY = '{"model":"lab/echo","messages":[{"role":"user","content":"Hi"}]}'
KEY = "authorization: Bearer sk-test-gateway"
NEXT = b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n"
CORPUS = Path(__file__).parent / "conformance" / "server" / "corpus"


@dataclass(frozen=True)
class HttpCase:
    """Bytes that a server is sent, and what must come of them. See `conformance/server/corpus/right.toml`."""

    name: str
    data: bytes
    answers: tuple[str, ...]
    """The statuses of the answers in order, then `close` or `open`."""
    early: tuple[str, ...]
    """The same where the body has not come when the head is refused."""
    uvicorn: tuple[str, ...]
    """The same on uvicorn."""
    why: str
    """Why that differs."""


def _case(name: str, row: dict[str, Any]) -> HttpCase:
    usual = row["is"]
    assert ("uvicorn" in row) == ("why" in row), f"{name}: a difference has a reason"
    early, uvicorn = row.get("early", usual), row.get("uvicorn", usual)
    return HttpCase(
        name, _bytes(row), tuple(usual.split()), tuple(early.split()), tuple(uvicorn.split()), row.get("why", "")
    )


def _bytes(row: dict[str, Any]) -> bytes:
    text = row.get("raw")
    if text is None:
        posts = "post" in row
        first = row.get("first", "POST /v1/chat/completions HTTP/1.1" if posts else "GET /health/live HTTP/1.1")
        usual = [] if row.get("bare") else ["host: localhost"]
        usual += ["content-type: application/json", *([] if row.get("nokey") else [KEY])] if posts else []
        text = "\r\n".join([first, *usual, *row["post" if posts else "get"], "", ""]) + row.get("body", "")
    length = len(BODY)
    said = {"n": str(length), "x": f"{length:x}", "X": f"{length:X}", "k": "k" * 1000, "body": BODY}
    said["chunks"] = f"{length:x}\r\n{BODY}\r\n0\r\n\r\n"
    for word, meaning in said.items():
        text = text.replace(f"{{{word}}}", meaning)
    return text.encode("latin-1") + (NEXT if row.get("next") else b"")


@pytest.fixture(scope="session")
def http_corpus() -> dict[str, HttpCase]:
    """Requests that are ambiguous, malformed, hostile or just unusual, for every server there is."""
    found = [tomllib.loads(path.read_text()) for path in sorted(CORPUS.glob("*.toml"))]
    cases = {name: _case(name, row) for rows in found for name, row in rows.items()}
    assert len(cases) == sum(map(len, found)), "a name is there twice"
    return cases
