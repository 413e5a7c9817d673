"""SIGTERM while callers are busy: whatever began to come before it is answered, nothing is said twice, and nobody is waited for in vain."""

import asyncio
import contextlib
import json
import re
import signal
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme

from accord.testing import Delivery, FakeProvider, Hold, Reply

KEY = "sk-test-gateway"
CALLERS = 50


def asked(words: str, *, stream: bool = False, more: str = "") -> bytes:
    body = json.dumps({"model": "lab/echo", "stream": stream, "messages": [{"role": "user", "content": words}]})
    return (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {KEY}\r\nx-request-id: {words}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n{more}\r\n{body}"
    ).encode()


def all_of(sock: Any) -> bytes:
    data = b""
    while piece := sock.recv(65536):
        data += piece
    return data


def until_nobody_listens(served: Any) -> None:
    with contextlib.suppress(OSError):
        while True:
            served.connect().close()


def requests_in(lines: list[str]) -> list[tuple[str, int]]:
    found = [json.loads(line) for line in lines if line.startswith("{")]
    return sorted([(line["request_id"], line["status"]) for line in found if line["event"] == "request"])


@pytest.mark.parametrize("server", ["accord", "uvicorn"])
def test_all_that_came_before_is_answered(start_with: Callable[..., Any], fake: FakeProvider, server: str) -> None:
    served, _ = start_with("--server", server, logging="{format: json}")
    fake.script(Reply(delivery=Delivery(fault=Hold())))
    with served.connect() as sock:
        sock.sendall(asked("one") + asked("two") + asked("three"))
        fake.wait_until(lambda seen: seen.held == 1)
        served.signal(signal.SIGTERM)
        served.wait_for("stopping; ")
        fake.release()
        answers = all_of(sock).split(b"HTTP/1.1 ")[1:]
    assert [answer[:3] for answer in answers] == [b"200"] * 3
    if server == "accord":
        assert [b"connection: close" in answer for answer in answers] == [False, False, True]
    assert served.wait() == 0
    assert requests_in(served.lines) == [("one", 200), ("three", 200), ("two", 200)]


def test_who_is_still_served_hears_of_it(start_with: Callable[..., Any], fake: FakeProvider) -> None:
    served, _ = start_with()
    fake.script(Reply(delivery=Delivery(fault=Hold())))
    with served.connect() as sock:
        sock.sendall(asked("one"))
        fake.wait_until(lambda seen: seen.held == 1)
        served.signal(signal.SIGTERM)
        until_nobody_listens(served)
        sock.sendall(asked("too-late"))
        fake.release()
        data = all_of(sock)
    assert data.count(b"HTTP/1.1 ") == 1
    assert b"connection: close\r\n" in data
    assert served.wait() == 0


def test_what_does_not_come_whole_is_refused(start_with: Callable[..., Any]) -> None:
    served, _ = start_with(drain="0.2", logging="{format: json}")
    with served.connect() as sock, served.connect() as head:
        sock.sendall(asked("half")[:-5])
        head.sendall(asked("less")[:20])
        # Both have been read when another is answered.
        with served.connect() as other:
            other.sendall(asked("all", more="connection: close\r\n"))
            all_of(other)
        served.signal(signal.SIGTERM)
        data = all_of(sock)
        assert all_of(head) == b""
    assert data.startswith(b"HTTP/1.1 503 ")
    assert b"shutting down" in data
    assert served.wait(3) == 0
    assert requests_in(served.lines) == [("all", 200), ("half", 503)]


@pytest.mark.parametrize("server", ["accord", "uvicorn"])
def test_idle_callers_over_tls_are_not_waited_for(start_with: Callable[..., Any], tmp_path: Path, server: str) -> None:
    authority = trustme.CA()
    made = authority.issue_cert("localhost")
    (tmp_path / "all.pem").write_bytes(made.private_key_and_cert_chain_pem.bytes())
    tls = f'{{certificate: "{tmp_path}/all.pem", key: "{tmp_path}/all.pem"}}'
    served, _ = start_with("--server", server, tls=tls)
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with context.wrap_socket(served.connect(), server_hostname="localhost") as sock:
        sock.sendall(asked("one"))
        assert b"200" in sock.recv(100)
        begun = time.monotonic()
        served.signal(signal.SIGTERM)
        assert served.wait() == 0
        # Drain is 5 seconds.
        assert time.monotonic() - begun < 4


async def caller(served: Any, number: int, found: dict[str, int], lost: list[str]) -> None:
    """Asks and asks until the connection ends; `lost` is what was asked in vain, if anything."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    for turn in range(10_000):
        words = f"{number}-{turn}"
        lost[number] = words
        try:
            writer.write(asked(words))
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
        except ConnectionError:
            break
        except asyncio.IncompleteReadError as error:
            found.update({f"half of {words}": 0} if error.partial else {})
            break
        size = re.search(r"content-length: (\d+)", head)
        assert size is not None
        body = json.loads(await reader.readexactly(int(size[1])))
        found[words] = int(head[9:12])
        assert body["choices"][0]["message"]["content"] == words
        lost[number] = ""
        if "connection: close" in head:
            break
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_every_answer_has_its_line_and_every_line_its_answer(
    start_with: Callable[..., Any], workers: str
) -> None:
    served, _ = start_with("--workers", workers, logging="{format: json}")
    found: dict[str, int] = {}
    lost = [""] * CALLERS
    callers = [asyncio.create_task(caller(served, number, found, lost)) for number in range(CALLERS)]
    await asyncio.sleep(1)
    served.signal(signal.SIGTERM)
    await asyncio.gather(*callers)
    assert await asyncio.to_thread(served.wait) == 0
    assert len(found) > CALLERS
    assert requests_in(served.lines) == sorted(found.items())
