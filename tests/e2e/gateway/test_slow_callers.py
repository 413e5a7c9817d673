"""Callers who dawdle, ask for too much or come in crowds, on each server with tight limits."""

import json
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

KEY = "sk-test-gateway"
LIMITS = "{head_seconds: 0.6, body_seconds: 0.6, idle_seconds: 1, head_kb: 2, headers: 10, connections: 5}"


@pytest.fixture(params=["accord", "uvicorn"])
def tight(request: pytest.FixtureRequest, start_with: Callable[..., Any]) -> Any:
    served, _ = start_with("--server", request.param, limits=LIMITS)
    return served


def drip(sock: socket.socket, data: bytes, stop: threading.Event) -> None:
    for byte in data:
        if stop.wait(0.05):
            return
        try:
            sock.sendall(bytes([byte]))
        except OSError:
            return


def ended(sock: socket.socket) -> bytes:
    sock.settimeout(8)
    data = b""
    try:
        while piece := sock.recv(65536):
            data += piece
    except ConnectionResetError:
        pass
    return data


def test_a_head_that_comes_byte_by_byte_has_an_end(tight: Any) -> None:
    stop = threading.Event()
    with tight.connect() as sock:
        began = time.monotonic()
        dripping = threading.Thread(
            target=drip, args=(sock, b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n" + b"x: y\r\n" * 50, stop)
        )
        dripping.start()
        answer = ended(sock)
        took = time.monotonic() - began
        stop.set()
        dripping.join(5)
    assert answer.startswith(b"HTTP/1.1 408")
    assert took < 4


def test_a_body_that_never_comes_has_an_end(tight: Any) -> None:
    with tight.connect() as sock:
        sock.sendall(
            f"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {KEY}\r\n"
            "content-type: application/json\r\ncontent-length: 100\r\n\r\n{".encode()
        )
        assert ended(sock).startswith(b"HTTP/1.1 408")


PATHS = {
    "/v1/chat/completions": ("code", "timeout"),
    "/v1/messages": ("type", "timeout_error"),
    "/v1beta/models/m:generateContent": ("status", "DEADLINE_EXCEEDED"),
}


def refused_while_dripping(served: Any, path: str) -> bytes:
    stop = threading.Event()
    with served.connect() as sock:
        sock.sendall(
            f"POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {KEY}\r\n"
            "content-type: application/json\r\ncontent-length: 2000\r\n\r\n".encode()
        )
        dripping = threading.Thread(target=drip, args=(sock, b"{" + b" " * 400, stop))
        dripping.start()
        try:
            return ended(sock)
        finally:
            stop.set()
            dripping.join(5)


def test_a_body_that_comes_byte_by_byte_has_an_end(tight: Any) -> None:
    """In the words of the API that was called, and in the log."""
    since = len(tight.lines)
    with ThreadPoolExecutor(len(PATHS)) as pool:
        began = time.monotonic()
        answers = dict(zip(PATHS, pool.map(lambda path: refused_while_dripping(tight, path), PATHS), strict=True))
        assert time.monotonic() - began < 6
    for path, (member, word) in PATHS.items():
        assert answers[path].startswith(b"HTTP/1.1 408")
        told = json.loads(answers[path].partition(b"\r\n\r\n")[2])["error"]
        assert told[member] == word
        assert "bytes a second" in told["message"]
        assert "status=408" in tight.wait_for(path, since=since).string


def test_a_body_that_comes_slowly_but_comes_is_served(start_with: Callable[..., Any]) -> None:
    served, _ = start_with(limits="{body_seconds: 0.5, body_rate: 10}")
    body = b'{"model": "lab/echo", "messages": [{"role": "user", "content": "hi"}]}'
    with served.connect() as sock:
        sock.sendall(
            f"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {KEY}\r\nconnection: close"
            f"\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode()
        )
        for place in range(0, len(body), 14):
            time.sleep(0.3)
            sock.sendall(body[place : place + 14])
        assert ended(sock).startswith(b"HTTP/1.1 200")


def test_a_connection_without_a_request_has_an_end(tight: Any) -> None:
    with tight.connect() as sock:
        assert ended(sock) == b""
    with tight.connect() as sock:
        sock.sendall(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n")
        answer = ended(sock)
        assert answer.startswith(b"HTTP/1.1 200")
        assert answer.count(b"HTTP/1.1") == 1


def test_a_head_that_is_too_long(tight: Any) -> None:
    with tight.connect() as sock:
        sock.sendall(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\nx: " + b"y" * 3000)
        assert ended(sock).startswith(b"HTTP/1.1 431")


def test_too_many_headers_and_connections(start_with: Callable[..., Any]) -> None:
    served, _ = start_with(limits=LIMITS)
    with served.connect() as sock:
        sock.sendall(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n" + b"x: y\r\n" * 10 + b"\r\n")
        assert ended(sock).startswith(b"HTTP/1.1 431")
    crowd = [served.connect() for _ in range(5)]
    with served.connect() as late:
        assert ended(late) == b""
    for sock in crowd:
        sock.sendall(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        assert ended(sock).startswith(b"HTTP/1.1 200")
        sock.close()
