"""What a client may do on a socket that no SDK would: nonsense, pipelining, leaving, dawdling."""

import json
import socket
import struct
import time
from typing import Any

import pytest

from accord.core.part import Text
from accord.testing import Delivery, FakeProvider, Hold, Reply

KEY = "sk-test-gateway"


def request(body: object = None, *, path: str = "/v1/chat/completions", method: str = "POST", extra: str = "") -> bytes:
    data = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {KEY}\r\ncontent-type: application/json\r\n"
    return head.encode() + extra.encode("latin-1") + f"content-length: {len(data)}\r\n\r\n".encode() + data


def asking(model: str = "lab/echo", text: str = "Hello", stream: bool = False) -> dict[str, object]:
    return {"model": model, "messages": [{"role": "user", "content": text}], "stream": stream}


def read_until(sock: socket.socket, *wanted: bytes) -> bytes:
    """Reads until all of `wanted` have come, or the end."""
    data = b""
    while not all(word in data for word in wanted):
        piece = sock.recv(65536)
        if not piece:
            break
        data += piece
    return data


def read_all(sock: socket.socket) -> bytes:
    data = b""
    while True:
        try:
            piece = sock.recv(65536)
        except ConnectionResetError:
            return data
        if not piece:
            return data
        data += piece


NONSENSE = [
    b"GET\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 40,
    b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\n\r\n",
    b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcdef",
    b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /v1/chat/completions HTTP/1.1\r\nhost : localhost\r\n\r\n",
    b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
    b"POST /v1/chat/completions HTTP/9.9\r\nhost: localhost\r\n\r\n",
]


@pytest.mark.parametrize("data", NONSENSE)
def test_nonsense_is_a_400_and_an_end(each_served: Any, data: bytes) -> None:
    with each_served.connect() as sock:
        sock.sendall(data)
        answer = read_all(sock)
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 401", b"HTTP/1.1 501", b"HTTP/1.1 505"))
    assert b"Traceback" not in answer
    body = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert set(body["error"]) == {"message", "type", "param", "code"}


def test_a_head_without_end(each_served: Any) -> None:
    with each_served.connect() as sock:
        sock.sendall(b"GET /v1/models HTTP/1.1\r\nhost: localhost\r\n")
        answer = b""
        try:
            for _ in range(200):
                sock.sendall(b"x-filler: " + b"y" * 1000 + b"\r\n")
            answer = read_all(sock)
        except (ConnectionResetError, BrokenPipeError):
            pass
    assert not answer or answer.startswith(b"HTTP/1.1 431")
    with each_served.connect() as sock:
        sock.sendall(request(method="GET", path="/health/live"))
        assert b"200 OK" in read_until(sock, b"live")


def test_header_values_cannot_forge_headers(each_served: Any) -> None:
    with each_served.connect() as sock:
        sock.sendall(request(asking(), extra="x-request-id: a\tb\xff\r\n"))
        answer = read_until(sock, b"\r\n\r\n")
    assert b"x-request-id: req_" in answer


def test_pipelined_requests_are_answered_in_order(each_served: Any) -> None:
    with each_served.connect() as sock:
        sock.sendall(b"".join([request(asking(text=f"word{number}")) for number in range(5)]))
        answer = read_until(sock, b'"word4"')
    places = [answer.index(f'"word{number}"'.encode()) for number in range(5)]
    assert places == sorted(places)
    assert answer.count(b"HTTP/1.1 200") == 5


def test_a_request_in_single_bytes(each_served: Any) -> None:
    with each_served.connect() as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in request(asking(text="slowly")):
            sock.sendall(bytes([byte]))
        assert b'"slowly"' in read_until(sock, b'"slowly"')


def test_a_chunked_body(each_served: Any) -> None:
    data = json.dumps(asking(text="chunked")).encode()
    head = request(None).replace(b"content-length: 0", b"transfer-encoding: chunked")
    with each_served.connect() as sock:
        sock.sendall(
            head + b"%x\r\n" % 10 + data[:10] + b"\r\n" + b"%x\r\n" % (len(data) - 10) + data[10:] + b"\r\n0\r\n\r\n"
        )
        assert b'"chunked"' in read_until(sock, b'"chunked"')


def test_a_chunked_body_that_is_too_large(each_served: Any) -> None:
    head = request(None).replace(b"content-length: 0", b"transfer-encoding: chunked")
    with each_served.connect() as sock:
        sock.sendall(head)
        try:
            for _ in range(40):
                sock.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
        except (ConnectionResetError, BrokenPipeError):
            pass
        assert b"413" in read_until(sock, b"\r\n\r\n")[:20]


def test_expect_continue(each_served: Any) -> None:
    data = json.dumps(asking(text="expected")).encode()
    head = request(None, extra="expect: 100-continue\r\n").replace(
        b"content-length: 0", b"content-length: %d" % len(data)
    )
    with each_served.connect() as sock:
        sock.sendall(head)
        assert read_until(sock, b"\r\n\r\n").startswith(b"HTTP/1.1 100")
        sock.sendall(data)
        assert b'"expected"' in read_until(sock, b'"expected"')


def leave(sock: socket.socket, how: str) -> None:
    if how == "rst":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


@pytest.mark.parametrize("how", ["fin", "rst"])
@pytest.mark.parametrize("stream", [False, True])
def test_leaving_before_the_first_byte(each_served: Any, fake: FakeProvider, stream: bool, how: str) -> None:
    fake.script(Reply(delivery=Delivery(fault=Hold())))
    sock = each_served.connect()
    sock.sendall(request(asking(stream=stream)))
    fake.wait_until(lambda seen: seen.held == 1)
    left = time.monotonic()
    leave(sock, how)
    fake.wait_until(lambda seen: seen.aborted == 1)
    assert time.monotonic() - left < 0.05


@pytest.mark.parametrize("how", ["fin", "rst"])
def test_leaving_within_a_stream(each_served: Any, fake: FakeProvider, how: str) -> None:
    fake.script(Reply(delivery=Delivery(fault=Hold(events=2))))
    sock = each_served.connect()
    sock.sendall(request(asking(stream=True, text="one two three four")))
    read_until(sock, b"data: ")
    fake.wait_until(lambda seen: seen.held == 1)
    left = time.monotonic()
    leave(sock, how)
    fake.wait_until(lambda seen: seen.aborted == 1)
    assert time.monotonic() - left < 0.05
    each_served.wait_for("stopped=left")


def test_many_leave_and_the_gateway_serves_on(each_served: Any, fake: FakeProvider) -> None:
    fake.always(Reply(delivery=Delivery(fault=Hold(events=1))), model="gone")
    socks = [each_served.connect() for _ in range(50)]
    for sock in socks:
        sock.sendall(request(asking("lab/gone", stream=True)))
    fake.wait_until(lambda seen: seen.held == 50, 10)
    for sock in socks:
        leave(sock, "rst")
    fake.wait_until(lambda seen: seen.aborted == 50 and seen.open == 0)
    with each_served.connect() as sock:
        sock.sendall(request(asking(text="still here")))
        assert b"still here" in read_until(sock, b"still here")


def test_a_slow_reader_is_waited_for(each_served: Any, fake: FakeProvider) -> None:
    """What it does not read is not read from the provider either, beyond what buffers on the way hold."""
    words = " ".join(["word"] * 60_000)
    fake.script(Reply(content=(Text(text=words),), delivery=Delivery()))
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.settimeout(30)
        sock.connect(("127.0.0.1", each_served.port))
        sock.sendall(request(asking(stream=True)))
        sock.recv(100)
        time.sleep(0.3)
        assert fake.open == 1, "the provider must be held up by its own caller"
        status = f"/proc/{each_served.process.pid}/status"
        with open(status) as file:
            memory = next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
        assert memory < 150_000
        # With so small a window the kernel sends a piece at each turn of a timer: from here on it is read as usual.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        tail = b""
        while b"[DONE]" not in tail:
            tail = tail[-100:] + sock.recv(1_000_000)
    fake.wait_until(lambda seen: seen.open == 0)
