"""Callers who leave at any moment, take nothing, speak in halves or in old and other protocols; on each server."""

import contextlib
import json
import re
import resource
import socket
import ssl
import struct
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme

from accord.core.part import Text
from accord.testing import Delivery, FakeProvider, Hold, Reply

KEY = "sk-test-gateway"


def request(*, stream: bool = False, text: str = "Hello", version: str = "1.1", extra: str = "") -> bytes:
    body = json.dumps({"model": "lab/echo", "stream": stream, "messages": [{"role": "user", "content": text}]}).encode()
    head = (
        f"POST /v1/chat/completions HTTP/{version}\r\nhost: localhost\r\nauthorization: Bearer {KEY}\r\n{extra}"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def read_all(sock: socket.socket) -> bytes:
    data = b""
    try:
        while piece := sock.recv(65536):
            data += piece
    except ConnectionResetError:
        pass
    return data


def read_until(sock: socket.socket, word: bytes) -> bytes:
    data = b""
    while word not in data and (piece := sock.recv(65536)):
        data += piece
    return data


def reset(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def open_files(served: Any) -> int:
    return len([*Path(f"/proc/{served.process.pid}/fd").iterdir()])


def in_flight(served: Any) -> int:
    with urllib.request.urlopen(f"{served.origin}/metrics", timeout=5) as answer:
        found = re.findall(r"^accord_requests_in_flight\{.*\} (\d+)$", answer.read().decode(), re.MULTILINE)
    return sum(map(int, found)) - 1  # the scrape itself


def settled(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_reset_at_every_stage_leaves_nothing_behind(each_served: Any, fake: FakeProvider) -> None:
    fake.always(Reply(delivery=Delivery(fault=Hold(events=1))), model="echo")
    data = request(stream=True)
    head = data.index(b"\r\n\r\n") + 4
    with each_served.connect() as first:
        first.sendall(b"GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n")
        read_until(first, b"live")
    time.sleep(0.1)
    before = open_files(each_served)
    for sent in (0, 1, head // 2, head - 1, head, head + 5, len(data) - 1):
        for leave in (reset, socket.socket.close):
            sock = each_served.connect()
            sock.sendall(data[:sent])
            time.sleep(0.01)
            leave(sock)
    for _ in range(10):
        sock = each_served.connect()
        sock.sendall(data)
        read_until(sock, b"data: ")
        reset(sock)
    fake.wait_until(lambda seen: seen.open == 0 and seen.aborted == 10)
    settled(lambda: in_flight(each_served) == 0)
    settled(lambda: open_files(each_served) <= before)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_more_callers_than_a_shell_allows(start_with: Callable[..., Any], workers: str) -> None:
    """Shells give 1,024 files; a process may ask for more, and the gateway does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        served, _ = start_with("--workers", workers)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    crowd = [served.connect() for _ in range(600)]
    try:
        for sock in crowd:
            sock.sendall(b"GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n")
        for sock in crowd:
            assert read_until(sock, b"live").startswith(b"HTTP/1.1 200")
    finally:
        for sock in crowd:
            sock.close()


def test_closing_one_half_is_leaving(each_served: Any, fake: FakeProvider) -> None:
    fake.script(Reply(delivery=Delivery(fault=Hold())))
    with each_served.connect() as sock:
        sock.sendall(request())
        fake.wait_until(lambda seen: seen.held == 1)
        sock.shutdown(socket.SHUT_WR)
        assert read_all(sock) == b""
    fake.wait_until(lambda seen: seen.aborted == 1)


@pytest.mark.parametrize("server", ["accord", "uvicorn"])
def test_who_takes_nothing_of_an_answer_is_left(
    start_with: Callable[..., Any], fake: FakeProvider, server: str
) -> None:
    served, _ = start_with("--server", server, limits="{answer_seconds: 0.5}", body_limit_mb="4")
    fake.script(Reply(content=(Text(text=" ".join(["word"] * 200_000)),), delivery=Delivery()))
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.settimeout(10)
        sock.connect(("127.0.0.1", served.port))
        sock.sendall(request(stream=True))
        fake.wait_until(lambda seen: seen.open == 1)
        # It never reads, and the provider is let go all the same.
        fake.wait_until(lambda seen: seen.open == 0, 10)
        settled(lambda: in_flight(served) == 0)


def test_a_refusal_comes_while_the_body_is_still_coming(each_served: Any) -> None:
    head = b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: 900000\r\n\r\n"
    with each_served.connect() as sock:
        sock.sendall(head + b" " * 1000)
        sock.settimeout(10)
        if "own server" in "\n".join(each_served.lines):
            assert read_until(sock, b"\r\n\r\n").startswith(b"HTTP/1.1 401")
        try:
            for _ in range(9):
                sock.sendall(b" " * 99_000)
                time.sleep(0.005)
        except (BrokenPipeError, ConnectionResetError):
            pass
        # uvicorn reads it all first.
        assert "own server" in "\n".join(each_served.lines) or b"HTTP/1.1 401" in read_until(sock, b"\r\n\r\n")


def test_another_protocol_is_offered_with_a_body(each_served: Any) -> None:
    """Java's client does this with its first request to a server without TLS."""
    offer = "connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n"
    with each_served.connect() as sock:
        for text in ("first", "second"):
            sock.sendall(request(text=text, extra=offer))
            assert b"HTTP/1.1 200" in read_until(sock, f'"{text}"'.encode())


def test_a_stream_to_an_old_client_has_an_end(each_served: Any) -> None:
    with each_served.connect() as sock:
        sock.sendall(request(stream=True, version="1.0", extra="connection: keep-alive\r\n"))
        answer = read_all(sock)
    assert b"\r\nconnection: close\r\n" in answer
    assert answer.rstrip(b"0\r\n").endswith(b"data: [DONE]")


def test_a_head_has_no_body_even_where_it_is_refused_early(each_served: Any) -> None:
    with each_served.connect() as sock:
        sock.sendall(b"HEAD /nowhere HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 5\r\n\r\n")
        sock.sendall(b"12345")
        head, _, rest = read_all(sock).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 401")
    assert rest == b""


@pytest.fixture(params=["accord", "uvicorn"])
def secure(
    request: pytest.FixtureRequest, start_with: Callable[..., Any], tmp_path: Path
) -> tuple[Any, ssl.SSLContext]:
    authority = trustme.CA()
    made = authority.issue_cert("localhost")
    (tmp_path / "chain.pem").write_bytes(b"".join([blob.bytes() for blob in made.cert_chain_pems]))
    (tmp_path / "key.pem").write_bytes(made.private_key_pem.bytes())
    tls = f'{{certificate: "{tmp_path}/chain.pem", key: "{tmp_path}/key.pem"}}'
    served, _ = start_with("--server", request.param, tls=tls, limits="{head_seconds: 0.5}")
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return served, context


def test_half_of_tls(secure: tuple[Any, ssl.SSLContext], fake: FakeProvider) -> None:
    served, context = secure
    before = open_files(served)
    # Half a greeting, and then an end. Silence is cut off by the own server alone: uvicorn has no way to say how long.
    greeting = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
    with served.connect() as sock:
        sock.sendall(greeting)
        sock.shutdown(socket.SHUT_WR)
        read_all(sock)
    if "own server" in "\n".join(served.lines):
        with served.connect() as sock:
            sock.sendall(greeting)
            read_all(sock)
    # A caller who says goodbye in TLS, and one who is cut off, have both left.
    for leave in ("goodbye", "cut"):
        fake.script(Reply(delivery=Delivery(fault=Hold(events=1))))
        raw = served.connect()
        sock = context.wrap_socket(raw, server_hostname="localhost")
        sock.sendall(request(stream=True))
        read_until(sock, b"data: ")
        fake.wait_until(lambda seen: seen.held == 1)
        if leave == "goodbye":
            sock.setblocking(False)
            with contextlib.suppress(ssl.SSLWantReadError):
                sock.unwrap()
            fake.wait_until(lambda seen: seen.held == 0)
        sock.close()
        fake.wait_until(lambda seen: seen.held == 0 and seen.open == 0)
    settled(lambda: open_files(served) <= before + 1)


def test_another_name_and_another_protocol_in_tls(secure: tuple[Any, ssl.SSLContext]) -> None:
    served, context = secure
    with pytest.raises(ssl.SSLCertVerificationError):
        context.wrap_socket(served.connect(), server_hostname="elsewhere.test")
    # Who does not mind gets the same certificate, and names another host all the same.
    context.check_hostname = False
    with context.wrap_socket(served.connect(), server_hostname="elsewhere.test") as sock:
        sock.sendall(request(text="whoever"))
        assert b"whoever" in read_until(sock, b'"whoever"')
    # HTTP/2 alone is offered: nothing in common.
    other = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    other.check_hostname, other.verify_mode = False, ssl.CERT_NONE
    other.set_alpn_protocols(["h2", "http/1.1"])
    with other.wrap_socket(served.connect()) as sock:
        assert sock.selected_alpn_protocol() == "http/1.1"
    other.maximum_version = ssl.TLSVersion.TLSv1_2
    with other.wrap_socket(served.connect()) as sock:
        assert sock.version() == "TLSv1.2"
        sock.sendall(request(text="older"))
        assert b"older" in read_until(sock, b'"older"')


def test_many_requests_in_one_breath_over_tls(secure: tuple[Any, ssl.SSLContext]) -> None:
    served, context = secure
    number = 2000
    with context.wrap_socket(served.connect(), server_hostname="localhost") as sock:
        sock.sendall(b"GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n" * (number - 1))
        sock.sendall(b"GET /health/live HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        assert read_all(sock).count(b"HTTP/1.1 200") == number
