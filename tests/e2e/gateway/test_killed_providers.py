"""A provider's process is killed in the midst of many requests, and comes back: everybody is told the truth, and all of it is counted."""

import asyncio
import json
import re
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme

KEY = "sk-test-gateway"
CALLERS = 24
KILLS = 2
PROVIDER = """
import asyncio, json, re, ssl, sys

async def serve(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\\r\\n\\r\\n")
            asked = json.loads(await reader.readexactly(int(re.search(rb"content-length: ([0-9]+)", head)[1])))
            words = asked["messages"][0]["content"]
            print(words, flush=True, file=seen)
            if asked.get("stream"):
                await tell(writer, words, asked["model"])
                continue
            await asyncio.sleep(0.005)
            message = {"role": "assistant", "content": words, "refusal": None}
            body = json.dumps({"id": "chatcmpl-1", "object": "chat.completion", "created": 1790000000, "model": asked["model"],
                "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}}).encode()
            writer.write(b"HTTP/1.1 200 OK\\r\\ncontent-type: application/json\\r\\ncontent-length: %d\\r\\n\\r\\n" % len(body) + body)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()

async def tell(writer, words, model):
    def event(delta, finish=None):
        data = json.dumps({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1790000000, "model": model,
            "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]}).encode()
        writer.write(b"%x\\r\\ndata: %b\\n\\n\\r\\n" % (len(data) + 8, data))

    writer.write(b"HTTP/1.1 200 OK\\r\\ncontent-type: text/event-stream\\r\\ntransfer-encoding: chunked\\r\\n\\r\\n")
    event({"role": "assistant", "content": ""})
    for _ in range(3 if words.startswith("short") else 100_000):
        event({"content": "more "})
        await asyncio.sleep(0.01)
    event({}, "stop")
    writer.write(b"e\\r\\ndata: [DONE]\\n\\n\\r\\n0\\r\\n\\r\\n")

async def main():
    context = None
    if len(sys.argv) > 3:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[3])
    server = await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1]), ssl=context)
    print("ready", flush=True)
    await server.serve_forever()

seen = open(sys.argv[2], "a")
asyncio.run(main())
"""


class Provider:
    """A provider that can be killed."""

    def __init__(self, folder: Path, name: str, certificate: Path | None = None) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self._seen = folder / name
        self._more = [str(certificate)] if certificate is not None else []
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-c", PROVIDER, str(self.port), str(self._seen), *self._more]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    @property
    def seen(self) -> Counter[str]:
        """How often each request came."""
        return Counter(self._seen.read_text().split())


def config(provider: Provider, spare: Provider, authority: Path | None) -> str:
    scheme, more = ("http", "") if authority is None else ("https", f', ca_file: "{authority}"')
    return f"""
gateway:
  port: 0
  logging: {{format: json}}
  keys: [{{name: app, key: {KEY}, limits: {{requests: 1000000, tokens: 100000000}}}}]
providers:
  lab: {{type: openai, base_url: "{scheme}://127.0.0.1:{provider.port}/v1", api_key: sk-test-lab, retries: 0{more}}}
  spare: {{type: openai, base_url: "http://127.0.0.1:{spare.port}/v1", api_key: sk-test-spare, retries: 0}}
models:
  one: {{targets: [{{provider: lab, model: gpt-5.4-mini}}]}}
  best: {{targets: [{{provider: lab, model: gpt-5.4-mini}}, {{provider: spare, model: gpt-5.4-mini, tier: 1}}]}}
"""


class Crowd:
    """Callers who ask and ask."""

    def __init__(self, served: Any) -> None:
        self._served = served
        self.over = False
        self.answers: dict[str, tuple[int, str, int]] = {}
        """Status, answering provider, and how many requests it took, by what was asked."""

    async def ask(self, number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._served.port)
        model = ("one", "best")[number % 2]
        turn = 0
        while not self.over:
            turn += 1
            words = f"{model}-{number}-{turn}"
            body = json.dumps({"model": model, "messages": [{"role": "user", "content": words}]})
            writer.write(
                f"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {KEY}\r\nx-request-id: {words}\r\n"
                f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n{body}".encode()
            )
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            size = re.search(r"content-length: (\d+)", head)
            assert size is not None
            answer = json.loads(await reader.readexactly(int(size[1])))
            attempts = re.search(r"x-accord-attempts: (.*)\r", head)
            provider = re.search(r"x-accord-provider: (.*)\r", head)
            assert attempts is not None
            assert provider is not None
            status = int(head[9:12])
            self.answers[words] = status, provider[1], attempts[1].count("status=") + attempts[1].count("error=")
            if status == 200:
                assert answer["choices"][0]["message"]["content"] == words
            else:
                assert answer["error"]["code"] == "upstream_connection_error"
                await asyncio.sleep(0.01)
        writer.close()


@pytest.mark.parametrize("by_tls", [False, True], ids=["plain", "tls"])
async def test_a_killed_provider(start: Callable[..., Any], tmp_path: Path, by_tls: bool) -> None:
    certificate = authority = None
    if by_tls:
        made = trustme.CA()
        certificate, authority = tmp_path / "made.pem", tmp_path / "authority.pem"
        certificate.write_bytes(made.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.bytes())
        made.cert_pem.write_to_path(str(authority))
    provider, spare = Provider(tmp_path, "lab", certificate), Provider(tmp_path, "spare")
    try:
        path = tmp_path / "accord.yaml"
        path.write_text(config(provider, spare, authority))
        served = start("--config", str(path))
        crowd = Crowd(served)
        callers = [asyncio.create_task(crowd.ask(number)) for number in range(CALLERS)]
        for _ in range(KILLS):
            await asyncio.sleep(0.4)
            provider.kill()
            await asyncio.sleep(0.2)
            await asyncio.to_thread(provider.start)
        before = set(crowd.answers)
        await asyncio.sleep(0.5)
        crowd.over = True
        await asyncio.gather(*callers)
        served.signal(signal.SIGTERM)
        assert await asyncio.to_thread(served.wait) == 0
    finally:
        provider.kill()
        spare.kill()
    answers = crowd.answers
    assert {status for status, _, _ in answers.values()} == {200, 502}
    assert {status for words, (status, _, _) in answers.items() if words.startswith("best")} == {200}, (
        "there is a spare"
    )
    after = [answer for words, answer in answers.items() if words not in before]
    assert (200, "lab", 1) in after, "it is asked again when it is back"
    found = [json.loads(line) for line in served.lines if line.startswith("{")]
    told = {line["request_id"]: line for line in found if line["event"] == "request"}
    assert len(told) == sum([line["event"] == "request" for line in found])
    assert {words: (line["status"], line["attempts"]) for words, line in told.items()} == {
        words: (status, attempts) for words, (status, _, attempts) in answers.items()
    }
    assert all(("cost" in line) == (line["status"] == 200) for line in told.values())
    sent = provider.seen + spare.seen
    assert all(times <= answers[words][2] for words, times in sent.items()), "no request goes out that is not shown"


async def stream(served: Any, words: str, begun: asyncio.Event | None = None) -> bytes:
    """All that comes of a stream."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    body = json.dumps({"model": "one", "stream": True, "messages": [{"role": "user", "content": words}]})
    writer.write(
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {KEY}\r\nx-request-id: {words}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n{body}".encode()
    )
    data = b""
    while not data.endswith(b"\r\n0\r\n\r\n"):
        piece = await reader.read(65536)
        assert piece, data
        data += piece
        if begun is not None and b"more " in data:
            begun.set()
    writer.close()
    return data


async def test_streams_of_a_killed_provider(start: Callable[..., Any], tmp_path: Path) -> None:
    provider = Provider(tmp_path, "lab")
    try:
        path = tmp_path / "accord.yaml"
        path.write_text(config(provider, provider, None))
        served = start("--config", str(path))
        # Twice: the second time over connections that are there.
        for turn in range(2):
            whole = await asyncio.gather(*[stream(served, f"short-{turn}-{number}") for number in range(CALLERS)])
            assert all(b'"finish_reason":"stop"' in data.replace(b": ", b":") for data in whole)
        begun = [asyncio.Event() for _ in range(CALLERS)]
        streams = [asyncio.create_task(stream(served, f"long-{number}", begun[number])) for number in range(CALLERS)]
        await asyncio.gather(*[each.wait() for each in begun])
        provider.kill()
        cut = await asyncio.gather(*streams)
        await asyncio.to_thread(provider.start)
        assert b"[DONE]" in await stream(served, "short-again")
        served.signal(signal.SIGTERM)
        assert await asyncio.to_thread(served.wait) == 0
    finally:
        provider.kill()
    assert not any(b'"finish_reason":"' in data.replace(b": ", b":") for data in cut), "nobody is told of an end"
    assert all(b'"error":' in data for data in cut)
    told = [json.loads(line) for line in served.lines if line.startswith("{")]
    lines = {line["request_id"]: line for line in told if line["event"] == "request"}
    assert len(lines) == 3 * CALLERS + 1
    for words, line in lines.items():
        assert line.get("error") == ("interrupted" if words.startswith("long") else None)
        assert "cost" not in line, "the provider told no usage"
    assert set(provider.seen.values()) == {1}
