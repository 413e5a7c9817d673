"""The access log of a real gateway that stops: every request has its line, whole, whoever else writes."""

import json
import socket
from collections.abc import Callable
from typing import Any

import pytest

HEALTHY = b"GET /v1/models/lab%2Fnope HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer sk-test-gateway\r\n"


def answers(sock: socket.socket, count: int) -> None:
    data = b""
    while data.count(b"HTTP/1.1 404") < count:
        piece = sock.recv(65536)
        assert piece
        data += piece


@pytest.mark.parametrize("workers", ["1", "2"])
def test_no_line_is_lost_or_torn(start_with: Callable[..., Any], workers: str) -> None:
    served, _ = start_with("--workers", workers, logging="{format: json}")
    socks = [served.connect() for _ in range(8)]
    for number, sock in enumerate(socks):
        for turn in range(25):
            sock.sendall(HEALTHY + b"x-request-id: mine-%d-%d\r\n\r\n" % (number, turn))
    for sock in socks:
        answers(sock, 25)
        sock.close()
    served.process.terminate()
    assert served.wait() == 0
    found = [json.loads(line) for line in served.lines if line.startswith("{")]
    assert all("event" in line for line in found)
    requests = {line["request_id"] for line in found if line["event"] == "request"}
    failures = {line["request_id"] for line in found if line["event"] == "failure"}
    assert requests == failures == {f"mine-{number}-{turn}" for number in range(8) for turn in range(25)}
    torn = [line for line in served.lines if '"event"' in line and not (line.startswith("{") and line.endswith("}"))]
    assert torn == []
