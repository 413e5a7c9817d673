"""HTTPS on each server: the certificate is shown, renewed without losing a connection, and checked before it is used."""

import asyncio
import json
import re
import signal
import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme

from accord.testing import Delivery, FakeProvider, Hold, Reply

KEY = "sk-test-gateway"


def write(authority: trustme.CA, folder: Path) -> None:
    made = authority.issue_cert("localhost", "127.0.0.1")
    (folder / "chain.pem").write_bytes(b"".join([blob.bytes() for blob in made.cert_chain_pems]))
    (folder / "key.pem").write_bytes(made.private_key_pem.bytes())


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def connected(served: Any, context: ssl.SSLContext) -> ssl.SSLSocket:
    return context.wrap_socket(served.connect(), server_hostname="localhost")


def shown(sock: ssl.SSLSocket) -> object:
    found = sock.getpeercert()
    assert found is not None
    return found["serialNumber"]


def ask(sock: socket.socket, *, stream: bool = False) -> None:
    body = json.dumps(
        {"model": "lab/echo", "stream": stream, "messages": [{"role": "user", "content": "one two three"}]}
    ).encode()
    sock.sendall(
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {KEY}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode()
        + body
    )


def read_until(sock: socket.socket, word: bytes) -> bytes:
    data = b""
    while word not in data:
        piece = sock.recv(65536)
        assert piece, data
        data += piece
    return data


def tls(folder: Path, **more: str) -> str:
    extra = "".join([f", {name}: {value}" for name, value in more.items()])
    return f'{{certificate: "{folder}/chain.pem", key: "{folder}/key.pem"{extra}}}'


@pytest.mark.parametrize("server", ["accord", "uvicorn"])
def test_a_new_certificate_while_a_stream_goes_on(
    start_with: Callable[..., Any], fake: FakeProvider, tmp_path: Path, server: str
) -> None:
    authority = trustme.CA()
    write(authority, tmp_path)
    served, _ = start_with("--server", server, tls=tls(tmp_path))
    assert "ready on https://" in "\n".join(served.lines)
    context = trusting(authority)
    fake.script(Reply(delivery=Delivery(fault=Hold(events=2))))
    with connected(served, context) as old:
        first = shown(old)
        ask(old, stream=True)
        read_until(old, b"data: ")
        fake.wait_until(lambda seen: seen.held == 1)
        write(authority, tmp_path)
        served.signal(signal.SIGHUP)
        served.wait_for("serving by the new configuration")
        with connected(served, context) as new:
            assert shown(new) != first
            ask(new)
            assert b"HTTP/1.1 200" in read_until(new, b"one two three")
        fake.release()
        assert b"[DONE]" in read_until(old, b"[DONE]")
        ask(old)
        read_until(old, b"one two three")
    assert served.process.poll() is None


async def ask_on(
    served: Any, context: ssl.SSLContext, number: int, over: Callable[[], bool], found: dict[str, int]
) -> None:
    """One request or three at once on each of many connections, some of which are broken off in the midst."""
    turn = 0
    while not over():
        turn += 1
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", served.port, ssl=context, server_hostname="localhost"
        )
        for part in range(4):
            names = [f"{number}-{turn}-{part}-{at}" for at in range(1 if part % 2 else 3)]
            data = b"".join([asking(name) for name in names])
            if part == 3 and turn % 2:
                writer.write(data[:-7])
                await writer.drain()
                writer.transport.abort()
                break
            writer.write(data[:100])
            await asyncio.sleep(0)
            writer.write(data[100:])
            for name in names:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                size = re.search(r"content-length: (\d+)", head)
                assert size is not None
                answer = json.loads(await reader.readexactly(int(size[1])))
                assert answer["choices"][0]["message"]["content"] == name
                found[name] = int(head[9:12])
        writer.close()


def asking(name: str) -> bytes:
    body = json.dumps({"model": "lab/echo", "messages": [{"role": "user", "content": name}]})
    return (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {KEY}\r\nx-request-id: {name}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n{body}"
    ).encode()


async def test_many_callers_while_certificates_change(start_with: Callable[..., Any], tmp_path: Path) -> None:
    authority = trustme.CA()
    write(authority, tmp_path)
    served, _ = start_with(tls=tls(tmp_path), logging="{format: json}")
    found: dict[str, int] = {}
    over = False
    context = trusting(authority)
    callers = [asyncio.create_task(ask_on(served, context, number, lambda: over, found)) for number in range(16)]
    for _ in range(4):
        await asyncio.sleep(0.3)
        write(authority, tmp_path)
        served.signal(signal.SIGHUP)
    over = True
    await asyncio.gather(*callers)
    served.signal(signal.SIGTERM)
    assert await asyncio.to_thread(served.wait) == 0
    lines = [json.loads(line) for line in served.lines if line.startswith("{")]
    told = [(line["request_id"], line["status"]) for line in lines if line["event"] == "request"]
    assert sorted(told) == sorted(found.items())
    assert len(told) > 100
    assert [line for line in lines if line.get("level") == "error"] == []


def test_every_worker_shows_the_new_certificate(start_with: Callable[..., Any], tmp_path: Path) -> None:
    authority = trustme.CA()
    write(authority, tmp_path)
    served, _ = start_with("--workers", "2", tls=tls(tmp_path))
    context = trusting(authority)

    def all_shown() -> set[object]:
        found: set[object] = set()
        for _ in range(16):
            with connected(served, context) as sock:
                found.add(shown(sock))
        return found

    old = all_shown()
    assert len(old) == 1
    write(authority, tmp_path)
    served.signal(signal.SIGHUP)
    deadline = time.monotonic() + 10
    # Each worker says when it is done; the kernel spreads connections over both.
    while sum(["serving by the new configuration" in line for line in served.lines]) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    new = all_shown()
    assert len(new) == 1
    assert new != old


def test_a_wrong_certificate_keeps_the_old_one(start_with: Callable[..., Any], tmp_path: Path) -> None:
    authority = trustme.CA()
    write(authority, tmp_path)
    served, _ = start_with(tls=tls(tmp_path))
    key = (tmp_path / "key.pem").read_bytes()
    write(authority, tmp_path)
    (tmp_path / "key.pem").write_bytes(key)
    served.signal(signal.SIGHUP)
    served.wait_for("does not belong to the certificate")
    with connected(served, trusting(authority)) as sock:
        ask(sock)
        assert b"HTTP/1.1 200" in read_until(sock, b"one two three")


def test_plain_words_on_a_secure_port_and_old_protocols_are_turned_away(
    start_with: Callable[..., Any], tmp_path: Path
) -> None:
    authority = trustme.CA()
    write(authority, tmp_path)
    served, _ = start_with(tls=tls(tmp_path), limits="{head_seconds: 0.5}")
    with served.connect() as sock:
        sock.sendall(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n")
        assert b"200" not in sock.recv(1000)
    with served.connect() as silent:
        silent.settimeout(10)
        assert silent.recv(100) == b"", "who never shakes hands is sent away"
    with connected(served, trusting(authority)) as sock:
        ask(sock)
        read_until(sock, b"one two three")
        assert sock.version() == "TLSv1.3"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda folder: (folder / "key.pem").unlink(), r"gateway\.tls\.key: .*key\.pem: no such file"),
        (lambda folder: (folder / "chain.pem").write_text("nonsense"), "no certificate chain and key in PEM form"),
        (lambda folder: (folder / "key.pem").write_text("nonsense"), "no certificate chain and key in PEM form"),
    ],
)
def test_what_is_wrong_is_said_at_the_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Callable[[Path], object], says: str
) -> None:
    import re

    from accord.cli.main import run

    write(trustme.CA(), tmp_path)
    change(tmp_path)
    path = tmp_path / "accord.yaml"
    path.write_text(f"gateway: {{port: 0, tls: {tls(tmp_path)}}}")
    assert run(["serve", "--config", str(path)]) == 2
    assert re.search(says, capsys.readouterr().err)


def test_an_encrypted_key_is_opened_by_its_password(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization

    from accord.core.error import ConfigError
    from accord.gateway.config import TlsSettings
    from accord.gateway.tls import Certificate

    write(trustme.CA(), tmp_path)
    key = serialization.load_pem_private_key((tmp_path / "key.pem").read_bytes(), None)
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"sk-test-password"),
        )
    )
    files = {"certificate": str(tmp_path / "chain.pem"), "key": str(tmp_path / "key.pem")}
    right = TlsSettings(**files, key_password="sk-test-password")
    assert Certificate(right).context.options & ssl.OP_NO_RENEGOTIATION
    assert "sk-test-password" not in repr(right)
    Certificate(right)
    for wrong in (TlsSettings(**files), TlsSettings(**files, key_password="sk-test-other")):
        with pytest.raises(ConfigError, match="encrypted"):
            Certificate(wrong)
