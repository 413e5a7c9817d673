"""granian and hypercorn serve the same application, and what matters holds there too."""

import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from accord.testing import Bytes, Delivery, FakeProvider, Hold, Reply
from accord.testing.fake import Cut

KEY = "sk-test-gateway"
COMMANDS = {
    "granian": ["-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", "{port}"],
    "hypercorn": ["-m", "hypercorn", "--bind", "127.0.0.1:{port}"],
}


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@pytest.fixture(scope="module", params=list(COMMANDS))
def port(request: pytest.FixtureRequest, fake: FakeProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    if importlib.util.find_spec(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    path = tmp_path_factory.mktemp("other") / "accord.yaml"
    path.write_text(
        f"gateway: {{keys: [{KEY}]}}\n"
        f'providers: {{lab: {{type: compatible, base_url: "{fake.url}", api_key: {fake.key}, retries: 0}}, '
        f'openai: {{type: openai, base_url: "{fake.url}", api_key: {fake.key}, retries: 0}}}}\n'
    )
    chosen = free_port()
    command = [word.format(port=chosen) for word in COMMANDS[request.param]]
    process = subprocess.Popen(
        [sys.executable, *command, "accord.gateway.app:app"],
        env={**os.environ, "ACCORD_CONFIG": str(path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(chosen)
        yield chosen
    finally:
        process.terminate()
        process.wait(10)


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as sock:
                sock.sendall(b"GET /health/ready HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
                if b" 200" in sock.recv(100):
                    return
        except OSError:
            pass
        assert time.monotonic() < deadline
        time.sleep(0.02)


def asked(
    port: int, body: dict[str, Any], key: str = KEY, path: str = "/v1/chat/completions", version: str = "1.1"
) -> socket.socket:
    data = json.dumps(body).encode()
    sock = socket.create_connection(("127.0.0.1", port), timeout=10)
    sock.sendall(
        f"POST {path} HTTP/{version}\r\nhost: localhost\r\nauthorization: Bearer {key}\r\nconnection: close\r\n"
        f"content-type: application/json\r\ncontent-length: {len(data)}\r\n\r\n".encode()
        + data
    )
    return sock


def read(sock: socket.socket, until: bytes | None = None) -> bytes:
    data = b""
    while (until is None or until not in data) and (piece := sock.recv(65536)):
        data += piece
    return data


HELLO: dict[str, Any] = {"model": "lab/echo", "messages": [{"role": "user", "content": "Hello there you"}]}


def test_answers_streams_and_errors(port: int) -> None:
    with asked(port, HELLO) as sock:
        assert b'"Hello there you"' in read(sock)
    with asked(port, {**HELLO, "stream": True}) as sock:
        assert b"data: [DONE]" in read(sock)
    with asked(port, HELLO, key="wrong") as sock:
        answer = read(sock)
    assert b" 401 " in answer.partition(b"\r\n")[0] + b" "
    assert b"invalid_api_key" in answer


@pytest.mark.parametrize("events", [None, 2])
def test_leaving_ends_the_call_to_the_provider(port: int, fake: FakeProvider, events: int | None) -> None:
    fake.script(Reply(delivery=Delivery(fault=Hold(events=events))))
    with asked(port, {**HELLO, "stream": True}) as sock:
        if events:
            read(sock, b"data: ")
        fake.wait_until(lambda seen: seen.held == 1)
        left = time.monotonic()
    fake.wait_until(lambda seen: seen.aborted == 1)
    assert time.monotonic() - left < 0.5


SPEAK: dict[str, Any] = {"model": "openai/gpt-4o-mini-tts", "voice": "alloy", "input": "x"}


def sound(fake: FakeProvider, fault: Cut | None = None) -> None:
    delivery = Delivery(fault=fault, framing="chunked")
    fake.script(Bytes(body=(b"first", b"second"), content_type="audio/mpeg", delivery=delivery), operation="any")


@pytest.mark.parametrize("how", ["fin", "rst"])
def test_a_sound_that_breaks_off_is_never_taken_for_all_of_it(port: int, fake: FakeProvider, how: Any) -> None:
    """Its last chunk never comes. HTTP/1.0 has no chunks: there, the sound waits until it is whole, or is an error."""
    sound(fake, Cut(body_bytes=5, how=how))
    with asked(port, SPEAK, path="/v1/audio/speech") as sock:
        answer = read(sock)
    assert b"transfer-encoding: chunked" in answer.lower()
    assert answer.endswith(b"5\r\nfirst\r\n")
    sound(fake, Cut(body_bytes=5, how=how))
    with asked(port, SPEAK, path="/v1/audio/speech", version="1.0") as sock:
        answer = read(sock)
    assert b" 502" in answer.partition(b"\r\n")[0]
    assert b"first" not in answer
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["type"]


def test_a_whole_sound_gets_through(port: int, fake: FakeProvider) -> None:
    for version in ("1.1", "1.0"):
        sound(fake)
        with asked(port, SPEAK, path="/v1/audio/speech", version=version) as sock:
            answer = read(sock)
        assert b"content-type: audio/mpeg" in answer.lower()
        assert answer.endswith(b"firstsecond" if version == "1.0" else b"second\r\n0\r\n\r\n")


def test_streams_of_events_come_as_they_are_written_to_old_callers(port: int, fake: FakeProvider) -> None:
    fake.script(Reply(delivery=Delivery(fault=Hold(events=2))))
    with asked(port, {**HELLO, "stream": True}, version="1.0") as sock:
        assert b"data: " in read(sock, b"data: ")
        fake.wait_until(lambda seen: seen.held == 1)
        fake.release()
        assert b"data: [DONE]" in read(sock)
