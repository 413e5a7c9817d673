"""Signals to a real process while many streams and whole answers ride in their lanes: all are told the truth, and have their line."""

import asyncio
import json
import re
import signal
import socket
from collections.abc import Callable
from typing import Any

import pytest

from accord.gateway.build import gateway
from accord.gateway.config.decode import decode_config
from accord.gateway.config.document import parse_document
from accord.gateway.listen import bound
from accord.gateway.server import serve as serving
from accord.testing import Delivery, FakeProvider, Hold, Reply
from accord.testing.transport import Origin, Peer

KEY = "sk-test-gateway"
STREAMS = 50
WARM = 4


def asked(words: str, *, stream: bool) -> bytes:
    body = json.dumps(
        {
            "model": "lab/echo",
            "messages": [{"role": "user", "content": words}],
            **({"stream": True} if stream else {}),
        }
    )
    return (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {KEY}\r\nx-request-id: {words}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n{body}"
    ).encode()


async def streamed(served: Any, words: str) -> bytes:
    """All that comes of a stream."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(asked(words, stream=True))
    data = b""
    while not data.endswith(b"\r\n0\r\n\r\n"):
        piece = await reader.read(65536)
        assert piece, data
        data += piece
    writer.close()
    return data


async def answered(served: Any, *words: str) -> None:
    """Asks one after another on one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    for each in words:
        writer.write(asked(each, stream=False))
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        size = re.search(r"content-length: (\d+)", head)
        assert size is not None
        body = json.loads(await reader.readexactly(int(size[1])))
        assert body["choices"][0]["message"]["content"] == each
    writer.close()


@pytest.mark.parametrize("in_time", [True, False], ids=["in time", "too late"])
async def test_many_are_served_while_signals_come(
    start_with: Callable[..., Any], fake: FakeProvider, in_time: bool
) -> None:
    served, _ = start_with(drain="5" if in_time else "0.3", logging="{format: json}")
    for number in range(WARM):
        await streamed(served, f"warm-{number}")
    await answered(served, *[f"asked-{number}" for number in range(WARM)])
    fake.script(*[Reply(delivery=Delivery(fault=Hold(events=2)))] * STREAMS)
    streams = [asyncio.create_task(streamed(served, f"open-{number}")) for number in range(STREAMS)]
    await asyncio.to_thread(fake.wait_until, lambda seen: seen.held == STREAMS)
    served.signal(signal.SIGHUP)
    await asyncio.gather(*[answered(served, *[f"by-{number}-{turn}" for turn in range(WARM)]) for number in range(8)])
    await asyncio.to_thread(served.wait_for, "serving by the new configuration")
    # Of the new service's own lanes.
    await asyncio.gather(*[answered(served, *[f"anew-{number}-{turn}" for turn in range(WARM)]) for number in range(8)])
    served.signal(signal.SIGTERM)
    await asyncio.to_thread(served.wait_for, f"stopping; {STREAMS} requests in flight")
    if in_time:
        fake.release()
    found = await asyncio.gather(*streams)
    assert await asyncio.to_thread(served.wait) == 0
    fake.release()
    assert all((b"[DONE]" in data and b'"error"' not in data) == in_time for data in found)
    assert all((b"shutting down" in data) != in_time for data in found)
    written = [json.loads(line) for line in served.lines if line.startswith("{")]
    told = [line for line in written if line["event"] == "request"]
    assert len(told) == len({line["request_id"] for line in told}) == WARM * 2 + STREAMS + WARM * 16
    for line in told:
        is_late = line["request_id"].startswith("open-") and not in_time
        assert (line["status"], line.get("stopped")) == (200, "shutdown" if is_late else None)


def endless(peer: Peer) -> None:
    delta = {"index": 0, "delta": {"content": "more " * 2000}, "finish_reason": None}
    event = (
        b"data: %b\n\n"
        % json.dumps(
            {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "echo", "choices": [delta]}
        ).encode()
    )
    peer.request()
    peer.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
    try:
        while True:
            peer.send(b"%x\r\n%b\r\n" % (len(event), event))
    except OSError:
        return


async def test_who_takes_nothing_does_not_keep_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "BACKSTOP_SECONDS", 0.2)
    with Origin(endless) as origin:
        config = f"""
gateway: {{drain: 0.1, keys: [{{name: app, key: {KEY}}}]}}
providers: {{lab: {{type: compatible, base_url: "{origin.url}/v1", retries: 0}}}}
"""
        running = gateway(decode_config(parse_document(config, "test.yaml"), {}, "test.yaml"))
        listener = bound("127.0.0.1", 0, shared=False)
        listener.setblocking(False)
        loop, ready = asyncio.get_running_loop(), asyncio.Event()
        server = serving.Server(running, loop, None)
        task = asyncio.create_task(server.run([listener], ready.set))
        await ready.wait()
        with socket.create_connection(listener.getsockname()) as caller:
            caller.setblocking(False)
            await loop.sock_sendall(caller, asked("slow", stream=True))
            await asyncio.wait_for(loop.sock_recv(caller, 1), 5)
            server.stop()
            begun = loop.time()
            await asyncio.wait_for(task, 5)
        assert 0.25 < loop.time() - begun < 1
        assert not running.visits
