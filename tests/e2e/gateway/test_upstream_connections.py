"""The gateway's connections to providers, between real sockets: slow, broken, closed at the worst moment, and a thousand of them."""

import asyncio
import json
import os
import re
import signal
import socket
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme

from accord.testing import Delivery, FakeProvider, Hold, Reply
from accord.testing.transport import Origin, Peer

KEY = "sk-test-gateway"
ANSWER = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1790000000,
        "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }
).encode()
PLAIN = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(ANSWER), ANSWER)
EVENTS = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"


@pytest.fixture
def gateway(start: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """Starts a gateway before an upstream; `lab` is its provider."""

    def begin(url: str, more: str = "", **settings: str) -> Any:
        path = tmp_path / "upstream.yaml"
        lines = "".join([f", {name}: {value}" for name, value in settings.items()])
        path.write_text(
            f"gateway: {{port: 0, keys: [{{name: app, key: {KEY}}}], drain: 1{lines}}}\n"
            f'providers: {{lab: {{type: compatible, base_url: "{url}/v1", api_key: sk-test-upstream, retries: 0{more}}}}}\n'
        )
        return start("--config", str(path))

    return begin


def asking(**more: object) -> bytes:
    return json.dumps({"model": "lab/m", "messages": [{"role": "user", "content": "Hi"}], **more}).encode()


def ask(served: Any, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    asked = urllib.request.Request(
        f"{served.url}/chat/completions",
        body or asking(),
        {"content-type": "application/json", "authorization": f"Bearer {KEY}", **named},
    )
    try:
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def sent(served: Any, body: bytes) -> socket.socket:
    opened: socket.socket = served.connect()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {KEY}\r\ncontent-length: {len(body)}\r\n"
    opened.sendall(head.encode() + b"\r\n" + body)
    return opened


def in_flight(served: Any) -> int:
    with urllib.request.urlopen(f"{served.origin}/metrics", timeout=5) as answer:
        found = re.findall(r"^accord_requests_in_flight\{.*\} (\d+)$", answer.read().decode(), re.MULTILINE)
    return sum(map(int, found)) - 1  # the scrape itself


def open_files(served: Any) -> int:
    return len([*Path(f"/proc/{served.process.pid}/fd").iterdir()])


def memory_kb(served: Any) -> int:
    text = Path(f"/proc/{served.process.pid}/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0])


def settled(look: Callable[[], bool], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.02)


# Reuse.


def test_a_connection_that_closed_while_idle_is_not_used(gateway: Callable[..., Any]) -> None:
    """The provider closes each connection right after its answer, without a word. No call may fail for that."""
    asked = 0

    def script(peer: Peer) -> None:
        nonlocal asked
        if peer.request() is not None:
            asked += 1
            peer.send(PLAIN)

    with Origin(script) as origin:
        served = gateway(origin.url)
        for _ in range(20):
            assert ask(served)[0] == 200
            time.sleep(0.01)
    assert asked == 20


def test_a_connection_that_closes_as_a_call_goes_out_is_told_and_nothing_is_sent_twice(
    gateway: Callable[..., Any],
) -> None:
    """It takes the second call on each connection, and hangs up: nobody can know whether it was carried out."""
    taken = 0

    def script(peer: Peer) -> None:
        nonlocal taken
        for first in (True, False):
            if peer.request() is None:
                return
            taken += 1
            if first:
                peer.send(PLAIN)
        peer.reset()

    with Origin(script) as origin:
        served = gateway(origin.url)
        answers = [ask(served) for _ in range(10)]
        assert [status for status, _ in answers] == [200, 502] * 5, answers
        assert taken == 10
        assert origin.accepted == 5
        settled(lambda: in_flight(served) == 0)


# Slowness.


def slow_head(peer: Peer) -> None:
    peer.drip(b"HTTP/1.1 200 OK\r\nx-filler: " + b"y" * 10_000, pause=0.02)


def slow_body(peer: Peer) -> None:
    peer.send(PLAIN[:-200])
    peer.drip(b" " * 10_000, pause=0.02)


def nothing(peer: Peer) -> None:
    peer.closed_at()


FOREVER: dict[str, Callable[[Peer], None]] = {"head": slow_head, "body": slow_body, "nothing": nothing}


@pytest.mark.parametrize("slow", FOREVER)
def test_a_deadline_ends_what_is_slow_at_any_stage(gateway: Callable[..., Any], slow: str) -> None:
    left = threading.Event()

    def script(peer: Peer) -> None:
        try:
            if peer.request() is not None:
                FOREVER[slow](peer)
        finally:
            left.set()

    with Origin(script) as origin:
        served = gateway(origin.url)
        began = time.monotonic()
        status, body = ask(served, x_request_timeout="0.5")
        assert 0.4 < time.monotonic() - began < 2
        assert status == 504, body
        assert b"ran out" in body or b"within" in body
        assert left.wait(5), "the provider's connection must be closed"


def test_a_deadline_ends_a_slow_stream_with_an_error(gateway: Callable[..., Any]) -> None:
    piece = b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'

    def script(peer: Peer) -> None:
        if peer.request() is not None:
            peer.send(EVENTS)
            for _ in range(500):
                peer.send(piece)
                time.sleep(0.02)

    with Origin(script) as origin:
        served = gateway(origin.url)
        began = time.monotonic()
        status, body = ask(served, asking(stream=True), x_request_timeout="0.5")
        assert time.monotonic() - began < 2
        assert status == 200
        last = body.rstrip().rpartition(b"data: ")[2] if b"[DONE]" not in body else body
        assert b"error" in last
        assert b'"finish_reason":"stop"' not in body


# Leaving.


HEAD, _, _ = PLAIN.partition(b"\r\n\r\n")
STAGES = {
    "before the head": b"",
    "within the head": b"HTTP/1.1 200 OK\r\nx-one",
    "after the head": HEAD + b"\r\n\r\n",
    "within the body": PLAIN[:-5],
    "within a stream": EVENTS + b": hello\n\n",
}


@pytest.mark.parametrize("stage", STAGES)
def test_a_caller_leaves(gateway: Callable[..., Any], stage: str) -> None:
    there, gone = threading.Event(), threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(STAGES[stage])
        there.set()
        peer.closed_at()
        gone.set()

    with Origin(script) as origin:
        served = gateway(origin.url)
        assert in_flight(served) == 0
        before = open_files(served)
        with sent(served, asking(stream="stream" in stage)):
            assert there.wait(5)
            time.sleep(0.05)
            left = time.monotonic()
        assert gone.wait(2)
        assert time.monotonic() - left < 0.5
        settled(lambda: in_flight(served) == 0 and open_files(served) <= before)


def test_a_caller_leaves_before_there_is_a_connection(gateway: Callable[..., Any]) -> None:
    """Nobody accepts: the provider's queue is full, and connecting takes as long as it takes."""
    with socket.create_server(("127.0.0.1", 0), backlog=1) as full:
        address = full.getsockname()
        waiting = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(address)
            waiting.append(filler)
        served = gateway(f"http://127.0.0.1:{address[1]}")
        assert in_flight(served) == 0
        before = open_files(served)
        with sent(served, asking()):
            settled(lambda: in_flight(served) == 1)
        settled(lambda: in_flight(served) == 0 and open_files(served) <= before)
        for filler in waiting:
            filler.close()


def test_a_caller_leaves_within_the_handshake(gateway: Callable[..., Any]) -> None:
    """The provider accepts, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        served = gateway(f"https://127.0.0.1:{silent.getsockname()[1]}")
        assert in_flight(served) == 0
        before = open_files(served)
        with sent(served, asking()):
            opened, _ = silent.accept()
            opened.settimeout(5)
            assert opened.recv(1) == b"\x16"
        with opened:
            while opened.recv(65536):
                pass
        settled(lambda: in_flight(served) == 0 and open_files(served) <= before)


# Numbers.


async def _wave(served: Any, number: int, fake: FakeProvider) -> None:
    """So many requests at once, each held by the provider until all are there."""
    fake.always(Reply(delivery=Delivery(fault=Hold())), model="m")
    body = asking()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {KEY}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"

    async def one() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(head.encode() + body)
        answer = await reader.read()
        writer.close()
        return answer

    asked = [asyncio.ensure_future(one()) for _ in range(number)]
    await asyncio.to_thread(fake.wait_until, lambda seen: seen.held == number, 30)
    fake.release()
    answers = await asyncio.gather(*asked)
    assert all(answer.startswith(b"HTTP/1.1 200") for answer in answers)


def test_a_thousand_idle_connections(start: Callable[..., Any], tmp_path: Path) -> None:
    with FakeProvider("openai_chat", strict=False, remembers=10) as fake:
        path = tmp_path / "thousand.yaml"
        path.write_text(
            f"gateway: {{port: 0, keys: [{{name: app, key: {KEY}}}]}}\n"
            f'providers: {{lab: {{type: compatible, base_url: "{fake.url}", api_key: {fake.key}, retries: 0}}}}\n'
        )
        served = start("--config", str(path))
        asyncio.run(_wave(served, 20, fake))
        settled(lambda: in_flight(served) == 0)
        files, memory = open_files(served), memory_kb(served)
        asyncio.run(_wave(served, 1000, fake))
        settled(lambda: open_files(served) <= files + 985)
        # They are kept, every one, and carry the next thousand.
        assert open_files(served) >= files + 975
        before = fake.connections
        asyncio.run(_wave(served, 1000, fake))
        assert fake.connections <= before + 25
        grown = memory_kb(served) - memory
        assert grown < 40_000, f"{grown} KB for 1,000 requests at once and their connections"
        asyncio.run(_wave(served, 1000, fake))
        assert memory_kb(served) - memory < grown + 3_000
    # The provider has gone, and with it all of them.
    settled(lambda: open_files(served) <= files, 10)


# Certificates.


def test_a_new_authority_is_trusted_without_a_restart(gateway: Callable[..., Any], tmp_path: Path) -> None:
    def script(peer: Peer) -> None:
        if peer.request() is not None:
            peer.send(PLAIN)

    def secure(authority: trustme.CA) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        return context

    old, new = trustme.CA(), trustme.CA()
    trusted = tmp_path / "authorities.pem"
    trusted.write_bytes(old.cert_pem.bytes())
    context = secure(old)
    with Origin(script, tls=context) as origin:
        served = gateway(origin.url, f', ca_file: "{trusted}"')
        assert ask(served)[0] == 200
        new.issue_cert("127.0.0.1").configure_cert(context)
        status, body = ask(served)
        assert status == 502
        assert b"certificate not accepted" in body
        trusted.write_bytes(new.cert_pem.bytes())
        os.utime(trusted, ns=(time.time_ns(), time.time_ns() + 1_000_000))
        assert ask(served)[0] == 200
        served.signal(signal.SIGHUP)
        served.wait_for("serving by the new configuration")
        assert ask(served)[0] == 200
