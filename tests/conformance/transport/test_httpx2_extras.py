"""What the transports over httpx2 are for: HTTP/2, SOCKS, and TLS to a proxy."""

import asyncio
import contextlib
import gc
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from pathlib import Path

import h2.config
import h2.connection
import h2.events
import pytest
import trustme

from accord.core.error import Unreachable
from accord.core.http import Call, Head, Network
from accord.testing.transport import Origin, Peer, Script, answering, plain
from accord.transport.httpx2_transport import AsyncHttpxTransport, HttpxTransport

Get = Callable[[Call], tuple[Head, bytes]]


def get_blocking(call: Call) -> tuple[Head, bytes]:
    transport = HttpxTransport(http2=True)
    try:
        answer = transport.send(call)
        body = b""
        while piece := answer.read():
            body += piece
        return answer.head, body
    finally:
        transport.close()


def get_async(call: Call) -> tuple[Head, bytes]:
    async def main() -> tuple[Head, bytes]:
        transport = AsyncHttpxTransport(http2=True)
        try:
            answer = await transport.send(call)
            body = b""
            while piece := await answer.read():
                body += piece
            return answer.head, body
        finally:
            await transport.close()

    return asyncio.run(main())


both = pytest.mark.parametrize("get", [get_blocking, get_async], ids=["blocking", "asyncio"])


class Served:
    """A server's context and the file of its authority."""

    def __init__(self, place: Path, protocol: str) -> None:
        authority = trustme.CA()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.set_alpn_protocols([protocol])
        authority.issue_cert("127.0.0.1").configure_cert(self.context)
        authority.cert_pem.write_to_path(place)
        self.ca_file = str(place)


def speaking_http2(seen: list[tuple[dict[bytes, bytes], bytes]], *, broken_off: bool) -> Script:
    """A server that answers each stream with its own body, or resets it after the head."""

    def script(peer: Peer) -> None:
        connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        connection.initiate_connection()
        peer.send(connection.data_to_send())
        heads: dict[int, dict[bytes, bytes]] = {}
        bodies: dict[int, bytes] = {}
        while data := peer.receive(65536):
            for event in connection.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    heads[event.stream_id] = dict(event.headers)
                    bodies[event.stream_id] = b""
                elif isinstance(event, h2.events.DataReceived):
                    bodies[event.stream_id] += event.data
                elif isinstance(event, h2.events.StreamEnded):
                    number = event.stream_id
                    seen.append((heads[number], bodies[number]))
                    connection.send_headers(number, [(":status", "200"), ("x-a", "1")])
                    if broken_off:
                        connection.reset_stream(number)
                    else:
                        connection.send_data(number, bodies[number], end_stream=True)
            peer.send(connection.data_to_send())

    return script


@both
def test_http2_is_spoken_where_asked_for(get: Get, tmp_path: Path) -> None:
    served = Served(tmp_path / "ca.pem", "h2")
    seen: list[tuple[dict[bytes, bytes], bytes]] = []
    with Origin(speaking_http2(seen, broken_off=False), tls=served.context) as origin:
        headers = (("authorization", "Bearer sk-test-1"),)
        network = Network(ca_file=served.ca_file)
        call = Call(method="POST", url=f"{origin.url}/v1?a=b", headers=headers, body=b"hello", network=network)
        head, body = get(call)
    assert (head.status, dict(head.headers)["x-a"], body) == (200, "1", b"hello")
    asked, sent = seen[0]
    assert (asked[b":method"], asked[b":path"], sent) == (b"POST", b"/v1?a=b", b"hello")
    assert asked[b"authorization"] == b"Bearer sk-test-1"


@both
def test_a_reset_http2_stream_is_no_end(get: Get, tmp_path: Path) -> None:
    served = Served(tmp_path / "ca.pem", "h2")
    with Origin(speaking_http2([], broken_off=True), tls=served.context) as origin:
        call = Call(method="POST", url=origin.url, headers=(), body=b"x", network=Network(ca_file=served.ca_file))
        with pytest.raises(Exception, match=r"broke (within the answer|before the answer began)") as broken:
            get(call)
        assert broken.value.kind in {"interrupted", "network"}  # type: ignore[attr-defined]


@pytest.mark.xfail(strict=True, reason="httpx2 2.16 sends no RST_STREAM, and keeps the connection")
def test_a_left_http2_stream_ends_upstream(tmp_path: Path) -> None:
    served = Served(tmp_path / "ca.pem", "h2")
    over = threading.Event()

    def script(peer: Peer) -> None:
        connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        connection.initiate_connection()
        peer.send(connection.data_to_send())
        while data := peer.receive(65536):
            for event in connection.receive_data(data):
                if isinstance(event, h2.events.StreamEnded):
                    connection.send_headers(event.stream_id, [(":status", "200")])
                    connection.send_data(event.stream_id, b"one")
                elif isinstance(event, h2.events.StreamReset):
                    over.set()
            peer.send(connection.data_to_send())

    with Origin(script, tls=served.context) as origin:
        transport = HttpxTransport(http2=True)
        network = Network(ca_file=served.ca_file)
        answer = transport.send(Call(method="POST", url=origin.url, headers=(), body=b"x", network=network))
        assert answer.read() == b"one"
        answer.close()
        ended = over.wait(0.25)
        transport.close()
    assert ended


def socks(asked: list[tuple[str, int]], *, reply: int = 0) -> Script:
    """A SOCKS5 proxy without passwords (RFC 1928)."""

    def script(peer: Peer) -> None:
        greeting = peer.receive(3)
        assert greeting[0] == 5
        peer.send(b"\x05\x00")
        request = peer.receive(512)
        assert request[:3] == b"\x05\x01\x00"
        host = request[5:-2].decode() if request[3] == 3 else socket.inet_ntoa(request[4:8])
        (port,) = struct.unpack(">H", request[-2:])
        asked.append((host, port))
        peer.send(bytes([5, reply, 0, 1]) + bytes(6))
        if not reply:
            pump(peer, port)

    return script


def pump(peer: Peer, port: int) -> None:
    """Passes bytes on both ways."""
    with socket.create_connection(("127.0.0.1", port)) as onward:

        def back() -> None:
            with contextlib.suppress(OSError):
                while data := onward.recv(65536):
                    peer.send(data)

        returning = threading.Thread(target=back, daemon=True)
        returning.start()
        while data := peer.receive(65536):
            onward.sendall(data)


@both
def test_socks_leads_there(get: Get) -> None:
    asked: list[tuple[str, int]] = []
    with Origin(answering(plain())) as origin, Origin(socks(asked)) as way:
        network = Network(proxy=f"socks5://127.0.0.1:{way.port}")
        assert get(Call(method="POST", url=origin.url, headers=(), network=network))[1] == b"hello"
        assert asked == [("127.0.0.1", origin.port)]


@both
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_socks_refuses(get: Get) -> None:
    """httpx2 leaves the socket of a refused way to the garbage collector."""
    with Origin(answering(plain())) as origin, Origin(socks([], reply=5)) as way:
        network = Network(proxy=f"socks5://127.0.0.1:{way.port}")
        with pytest.raises(Unreachable) as refused:
            get(Call(method="POST", url=origin.url, headers=(), network=network))
        assert refused.value.sent == "no"
        assert origin.accepted == 0
        del refused
    gc.collect()


@both
def test_a_proxy_may_speak_tls(get: Get, tmp_path: Path) -> None:
    served = Served(tmp_path / "ca.pem", "http/1.1")
    with Origin(answering(plain()), tls=served.context) as way:
        network = Network(proxy=f"https://127.0.0.1:{way.port}", ca_file=served.ca_file)
        call = Call(method="POST", url="http://inner.example/", headers=(), network=network)
        assert get(call)[1] == b"hello"
