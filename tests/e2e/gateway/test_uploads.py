"""Forms with files through the gateway, on both servers: kept out of memory, sent again where that is needed, gone in every case."""

import contextlib
import io
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from accord.testing import Failure, FakeProvider

KEY = "sk-test-gateway"
MB = 1024 * 1024
BIG = os.urandom(3 * MB)
"""More than is kept in memory."""


class Upstream:
    """A provider that reads uploads without keeping them, and answers as it was told."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"
        self.sizes: list[int] = []
        """Of the bodies that came whole."""
        self.heads: list[bytes] = []
        self.early: bytes | None = None
        """Sent when the head has come, in place of an answer."""
        self.sound = 0
        """Bytes of the answer."""
        self.open = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                opened, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(opened,), daemon=True).start()

    def _serve(self, opened: socket.socket) -> None:
        self.open += 1
        with contextlib.suppress(OSError), opened:
            while self._answer(opened):
                pass
        self.open -= 1

    def _answer(self, opened: socket.socket) -> bool:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = opened.recv(65536)
            if not piece:
                return False
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        self.heads.append(head)
        if self.early is not None:
            opened.sendall(self.early)
            opened.settimeout(5)
            while opened.recv(65536):
                pass
            return False
        found = re.search(rb"(?i)content-length: (\d+)", head)
        left = int(found[1]) - len(body) if found else 0
        self.sizes.append(left + len(body))
        while left > 0:
            piece = opened.recv(min(left, MB))
            if not piece:
                self.sizes.pop()
                return False
            left -= len(piece)
        self._speak(opened)
        return True

    def _speak(self, opened: socket.socket) -> None:
        if not self.sound:
            words = b'{"text":"heard"}'
            opened.sendall(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(words) + words
            )
            return
        opened.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\ncontent-length: %d\r\n\r\n" % self.sound)
        for _ in range(self.sound // MB):
            opened.sendall(bytes(MB))


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    running = Upstream()
    yield running
    running.close()


@pytest.fixture(scope="module", params=["accord", "uvicorn"])
def roomy(
    request: pytest.FixtureRequest,
    serve: Any,
    fake: FakeProvider,
    upstream: Upstream,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Any]:
    """A gateway that takes large bodies."""
    path = tmp_path_factory.mktemp("uploads") / "accord.yaml"
    path.write_text(f"""
gateway:
  port: 0
  keys: [{{name: app, key: {KEY}}}]
  body_limit_mb: 64
  limits: {{body_seconds: 0.8}}
providers:
  lab: {{type: openai, base_url: "{fake.url}", api_key: {fake.key}, retries: 0}}
  again: {{type: openai, base_url: "{fake.url}", api_key: {fake.key}, retries: 2}}
  bare: {{type: openai, base_url: "{upstream.url}", api_key: sk-test, retries: 0}}
models:
  ears: {{targets: [{{provider: lab, model: whisper-1}}, {{provider: again, model: whisper-1, tier: 1}}]}}
""")
    running = serve("--config", str(path), "--server", request.param)
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def _calm(upstream: Upstream) -> None:
    upstream.sizes.clear()
    upstream.heads.clear()
    upstream.early = None
    upstream.sound = 0


@pytest.fixture
def client(roomy: Any) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=roomy.url, api_key=KEY, max_retries=0) as made:
        yield made


def until(met: Callable[[], bool], seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end
        time.sleep(0.01)


def files_of(served: Any) -> int:
    """Temporary files that the gateway has open."""
    links = [os.readlink(link) for link in _links(Path(f"/proc/{served.process.pid}/fd"))]
    return sum(link.endswith("(deleted)") and "/memfd:" not in link for link in links)


def _links(folder: Path) -> Iterator[Path]:
    for link in folder.iterdir():
        if link.is_symlink():
            yield link


def peak(served: Any) -> int:
    """The most memory the gateway has ever had, in bytes."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{served.process.pid}/status").read_text())
    assert found is not None
    return int(found[1]) * 1024


def part(name: str, data: bytes, filename: str | None = None) -> bytes:
    more = f'; filename="{filename}"' if filename else ""
    return f'--edge\r\ncontent-disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + data + b"\r\n"


def head(length: int | None, more: str = "") -> bytes:
    size = "transfer-encoding: chunked" if length is None else f"content-length: {length}"
    return (
        f"POST /v1/audio/transcriptions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {KEY}\r\n"
        f"content-type: multipart/form-data; boundary=edge\r\n{size}\r\n{more}\r\n"
    ).encode()


def answered(sock: socket.socket) -> bytes:
    sock.settimeout(10)
    data = b""
    while b"\r\n\r\n" not in data:
        piece = sock.recv(65536)
        assert piece, data
        data += piece
    begun, _, body = data.partition(b"\r\n\r\n")
    found = re.search(rb"(?i)content-length: (\d+)", begun)
    while found and len(body) < int(found[1]):
        body += sock.recv(65536)
    return begun + b"\r\n\r\n" + body


def test_a_large_recording_arrives_as_it_was(client: openai.OpenAI, fake: FakeProvider, roomy: Any) -> None:
    client.audio.transcriptions.create(model="lab/whisper-1", file=("a.mp3", BIG, "audio/mpeg"), language="en")
    sent = fake.last.body
    assert BIG in sent
    assert b"whisper-1" in sent
    assert int(fake.last.header("content-length") or 0) == len(sent)
    until(lambda: files_of(roomy) == 0)


def test_a_field_after_the_file_counts(roomy: Any, upstream: Upstream) -> None:
    body = part("file", BIG, "a.mp3") + part("model", b"bare/whisper-1") + b"--edge--\r\n"
    with roomy.connect() as sock:
        sock.sendall(head(len(body)) + body)
        assert answered(sock).startswith(b"HTTP/1.1 200")
    assert len(upstream.sizes) == 1


def test_forms_with_one_head_on_one_connection(roomy: Any, upstream: Upstream) -> None:
    body = part("file", b"a" * 100, "a.mp3") + part("model", b"bare/whisper-1") + b"--edge--\r\n"
    with roomy.connect() as sock:
        for _ in range(3):
            sock.sendall(head(len(body)) + body)
            assert answered(sock).startswith(b"HTTP/1.1 200")
    assert len(upstream.sizes) == 3


def test_several_pictures(client: openai.OpenAI, fake: FakeProvider) -> None:
    boat, hat, mask = (io.BytesIO(b"\x89PNG\r\n\x1a\n" + os.urandom(MB)) for _ in range(3))
    boat.name, hat.name, mask.name = "boat.png", "hat.png", "mask.png"
    answer = client.images.edit(model="lab/gpt-image-2", image=[boat, hat], mask=mask, prompt="a hat", n=2)
    assert answer.data is not None
    assert len(answer.data) == 2
    for picture in (boat, hat, mask):
        assert picture.getvalue() in fake.last.body
    assert fake.last.body.count(b'name="image[]"') == 2


def test_an_upload_is_sent_again_as_it_was(client: openai.OpenAI, fake: FakeProvider, roomy: Any) -> None:
    fake.script(Failure(status=503), Failure(status=503), operation="any")
    client.audio.transcriptions.create(model="again/whisper-1", file=("a.mp3", BIG))
    first, second, third = fake.requests[-3:]
    assert first.body == second.body == third.body
    assert BIG in third.body
    until(lambda: files_of(roomy) == 0)


def test_an_upload_goes_on_to_another_target(client: openai.OpenAI, fake: FakeProvider) -> None:
    fake.script(Failure(status=503), operation="any")
    answer = client.audio.transcriptions.with_raw_response.create(model="ears", file=("a.mp3", BIG))
    assert answer.headers["x-accord-provider"] == "again"
    assert all(BIG in request.body for request in fake.requests[-2:])


@pytest.mark.parametrize("status", [401, 413])
def test_an_answer_before_the_body_is_told(client: openai.OpenAI, upstream: Upstream, roomy: Any, status: int) -> None:
    words = b'{"error":{"message":"not so fast","type":"invalid_request_error","param":null,"code":"early"}}'
    upstream.early = b"HTTP/1.1 %d No\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (
        status,
        len(words),
        words,
    )
    with pytest.raises(openai.APIStatusError, match="not so fast") as told:
        client.audio.transcriptions.create(model="bare/whisper-1", file=("a.mp3", os.urandom(32 * MB)))
    assert told.value.status_code == status
    until(lambda: upstream.open == 0)
    until(lambda: files_of(roomy) == 0)


def test_a_caller_that_vanishes_leaves_nothing(roomy: Any, upstream: Upstream) -> None:
    body = part("model", b"bare/whisper-1") + part("file", BIG, "a.mp3")
    with roomy.connect() as sock:
        sock.sendall(head(len(body) + 8 * MB) + body)
        until(lambda: files_of(roomy) == 1)
    until(lambda: files_of(roomy) == 0)
    assert upstream.heads == []


def test_an_upload_that_stops_has_an_end(roomy: Any, upstream: Upstream) -> None:
    body = part("model", b"bare/whisper-1") + part("file", BIG, "a.mp3")
    with roomy.connect() as sock:
        sock.sendall(head(len(body) + 8 * MB) + body)
        assert answered(sock).startswith(b"HTTP/1.1 408")
    with roomy.connect() as sock:
        sock.sendall(head(len(body)))
        assert answered(sock).startswith(b"HTTP/1.1 408")
    until(lambda: files_of(roomy) == 0)
    assert upstream.heads == []


def test_the_limit_holds_while_it_is_read(roomy: Any, upstream: Upstream) -> None:
    with roomy.connect() as sock:
        sock.sendall(head(None))
        begin = part("file", b"", "a.mp3")[:-2]
        sock.sendall(b"%x\r\n%b\r\n" % (len(begin), begin))
        with contextlib.suppress(OSError):
            for _ in range(66):
                sock.sendall(b"%x\r\n" % MB + bytes(MB) + b"\r\n")
        assert answered(sock).startswith(b"HTTP/1.1 413")
    until(lambda: files_of(roomy) == 0)
    assert upstream.heads == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"nonsense", b"does not begin with its boundary"),
        (part("model", b"bare/whisper-1") + part("file", b"x", "a.mp3"), b"closing boundary is missing"),
        (part("model", b"bare/whisper-1") + b"--edge--\r\n", b"no `file`"),
        (part("file", b"x", "a.mp3") + b"--edge--\r\n", b"no `model`"),
        (part("model", b"m" * (2 * MB)) + part("file", b"x", "a.mp3") + b"--edge--\r\n", b"longer than"),
        (b"--edge\r\n" + b"x: y\r\n" * 5000, b"head of more than"),
        (b"--edge and more\r\n\r\n", b"goes on where it should end"),
    ],
)
def test_a_wrong_form_is_refused(roomy: Any, upstream: Upstream, body: bytes, says: bytes) -> None:
    with roomy.connect() as sock:
        sock.sendall(head(len(body)) + body)
        told = answered(sock)
    assert told.startswith(b"HTTP/1.1 400")
    assert says in told
    assert upstream.heads == []


def test_fifty_megabytes_up_and_down_take_no_memory(client: openai.OpenAI, upstream: Upstream, roomy: Any) -> None:
    size = 50 * MB
    # Everything is loaded and every buffer made before it is measured.
    client.audio.transcriptions.create(model="bare/whisper-1", file=("a.mp3", BIG))
    upstream.sound = 2 * MB
    with client.audio.speech.with_streaming_response.create(model="bare/tts-1", voice="alloy", input="x") as sound:
        assert sum(len(piece) for piece in sound.iter_bytes()) == 2 * MB
    before = peak(roomy)
    upstream.sound = 0
    client.audio.transcriptions.create(model="bare/whisper-1", file=("a.mp3", bytes(size)))
    assert upstream.sizes[-1] > size
    upstream.sound = size
    with client.audio.speech.with_streaming_response.create(model="bare/tts-1", voice="alloy", input="x") as sound:
        assert sum(len(piece) for piece in sound.iter_bytes()) == size
    assert peak(roomy) - before < 8 * MB
