"""Callers who dawdle, ask for too much or come in crowds, on each server with tight limits."""

import socket
import threading
import time
from collections.abc import Callable
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
