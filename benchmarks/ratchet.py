"""What a request costs in steps, not seconds: `python benchmarks/ratchet.py [--update]`.

Counted are the bytecode instructions and the calls that Accord's own code makes for one request through the gateway: the own
server's connection, key check, resolution, parsing, the engine, the answer, cost, metrics and the access log, with a provider in
memory. The numbers repeat exactly or nearly so, on any machine, so that CI can hold on to them: more than a tenth above
`benchmarks/ratchet.json` fails. So does the library: a blocking call over a kept connection, its transport included. Fewer is written down with `--update`, and so is more where it is worth it.

Not counted: what happens in C (msgspec, httptools, the event loop), the gateway's transport to the provider, and other Pythons than the
one the baseline is of, whose instructions differ.
"""

import argparse
import asyncio
import json
import os
import socketserver
import sys
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, NamedTuple

from accord import Client, OpenAI
from accord.core.http import Headers, Reply
from accord.core.json import JsonObject
from accord.engine.run_async import AsyncEngine
from accord.gateway.config.decode import decode_config
from accord.gateway.config.document import parse_document
from accord.gateway.gateway import Gateway
from accord.gateway.health import Health
from accord.gateway.log_writer import lines
from accord.gateway.metrics.tally import Tally
from accord.gateway.server.connection import Connection
from accord.gateway.server.known_head import KnownHeads
from accord.gateway.service import Service
from accord.testing.memory import AsyncMemoryTransport
from accord.transport.outbox import Outbox

BASELINE = Path(__file__).with_name("ratchet.json")
SLACK = 1.10
WARM, COUNTED = 30, 5
LIBRARY = "a blocking call of the library"

CONFIG = """
gateway:
  keys:
    - {name: app, key: sk-test-app}
    - {name: held, key: sk-test-held, limits: {requests: 1000000000, tokens: 1000000000000}}
  logging: {format: json}
providers:
  openai: {type: openai, api_key: sk-test-upstream, base_url: "http://upstream.test/v1"}
  claude: {type: anthropic, api_key: sk-test-upstream, base_url: "http://upstream.test"}
  standby: {type: openai, api_key: sk-test-upstream, base_url: "http://standby.test/v1"}
models:
  best: {targets: [{provider: openai, model: gpt-5.4-mini}, {provider: standby, model: gpt-5.4-mini, tier: 1}]}
"""

CHAT = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1790000000,
        "model": "gpt-5.4-mini-2026-03-17",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Hi. " * 50, "refusal": None},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 900, "completion_tokens": 200, "total_tokens": 1100},
    }
).encode()
MESSAGE = json.dumps(
    {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-haiku-4-5",
        "content": [{"type": "text", "text": "Hi. " * 50}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 900, "output_tokens": 200},
    }
).encode()


def _chunk(delta: object, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    value = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "gpt-5.4-mini", "choices": [choice]}
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def _whole_pieces(beginning: bytes, size: int) -> bytes:
    """The beginning of a stream after a comment that makes it fill pieces, so that each event after it is a piece of its own."""
    return b":" + b" " * (-(len(beginning) + 3) % size) + b"\n\n" + beginning


STREAM = b"".join(
    [
        _whole_pieces(_chunk({"role": "assistant", "content": ""}), len(_chunk({"content": "word "}))),
        *[_chunk({"content": "word "}) for _ in range(100)],
        _chunk({}, "stop"),
        b"data: [DONE]\n\n",
    ]
)


def _event(kind: str, **members: object) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **members}, separators=(',', ':'))}\n\n".encode()


def _delta(words: str) -> bytes:
    return _event("content_block_delta", index=0, delta={"type": "text_delta", "text": words})


MESSAGES = b"".join(
    [
        _whole_pieces(
            _event("message_start", message={**json.loads(MESSAGE), "content": [], "stop_reason": None})
            + _event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
            len(_delta("word ")),
        ),
        *[_delta("word ") for _ in range(100)],
        _event("content_block_stop", index=0),
        _event("message_delta", delta={"stop_reason": "end_turn", "stop_sequence": None}, usage={"output_tokens": 200}),
        _event("message_stop"),
    ]
)
JSON: Headers = (("content-type", "application/json"),)
EVENTS: Headers = (("content-type", "text/event-stream"),)


class Case(NamedTuple):
    """A request, and the provider's answer."""

    model: str
    stream: bool
    reply: Reply
    piece: int = 0
    """Bytes of the answer that arrive at a time; 0 is all."""
    key: str = "sk-test-app"
    asked: Mapping[str, object] = {}
    """What the request has beside a question, or in its place."""
    lines: str = ""
    """Header lines of its own."""


_FUNCTION: JsonObject = {
    "name": "find",
    "description": "Finds files. " * 10,
    "parameters": {"type": "object", "properties": {}},
}
_CALLED: JsonObject = {"id": "call_1", "type": "function", "function": {"name": "find", "arguments": "{}"}}
AGENT: Mapping[str, object] = {
    "messages": [
        {"role": "user", "content": "Tell me. " * 100},
        {"role": "assistant", "content": None, "tool_calls": [_CALLED]},
        {"role": "tool", "tool_call_id": "call_1", "content": "What was found. " * 20},
    ],
    "tools": [{"type": "function", "function": _FUNCTION}] * 16,
}

CASES: dict[str, Case] = {
    "chat, passed through": Case("openai/gpt-5.4-mini", False, Reply(status=200, headers=JSON, body=CHAT)),
    "chat, through a group, a key with limits": Case(
        "best", False, Reply(status=200, headers=JSON, body=CHAT), key="sk-test-held"
    ),
    "chat, translated to Anthropic": Case(
        "claude/claude-haiku-4-5", False, Reply(status=200, headers=JSON, body=MESSAGE)
    ),
    "chat of an agent with 16 tools, in a trace": Case(
        "openai/gpt-4.1",
        False,
        Reply(status=200, headers=JSON, body=CHAT),
        asked=AGENT,
        lines="traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n",
    ),
    "stream of 100 events, one at a time": Case(
        "openai/gpt-5.4-mini",
        True,
        Reply(status=200, headers=EVENTS, body=STREAM),
        piece=len(_chunk({"content": "word "})),
    ),
    "stream of 100 events from Anthropic": Case(
        "claude/claude-haiku-4-5",
        True,
        Reply(status=200, headers=EVENTS, body=MESSAGES),
        piece=len(_delta("word ")),
    ),
}


class Wire:
    """The caller's end, in memory."""

    def __init__(self) -> None:
        self.written = bytearray()

    def write(self, data: bytes) -> None:
        self.written += data

    def get_extra_info(self, name: str) -> object:
        return ("127.0.0.1", 50000) if name == "peername" else None

    def is_closing(self) -> bool:
        return False


class Owner:
    """The server, without sockets."""

    stopping = False

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.heads = KnownHeads()
        self.outbox = Outbox(asyncio.get_running_loop())

    def opened(self, connection: Connection) -> bool:
        return True

    def closed(self, connection: Connection) -> None:
        pass


class NoTokens:
    async def headers(self, credential: object, *, fresh: bool) -> Headers:
        return ()


class Counter:
    """Counts the steps of Accord's own code."""

    def __init__(self) -> None:
        self.instructions = 0
        self.calls = 0
        self._ours: dict[CodeType, bool] = {}

    def _is_ours(self, code: CodeType) -> bool:
        known = self._ours.get(code)
        if known is None:
            name = code.co_filename
            known = self._ours[code] = f"{os.sep}accord{os.sep}" in name and f"{os.sep}testing{os.sep}" not in name
        return known

    def _trace(self, frame: FrameType, event: str, argument: object) -> Callable[..., Any] | None:
        if not self._is_ours(frame.f_code):
            return None
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        return self._step

    def _step(self, frame: FrameType, event: str, argument: object) -> Callable[..., Any]:
        if event == "opcode":
            self.instructions += 1
        return self._step

    def _profile(self, frame: FrameType, event: str, argument: object) -> None:
        if event in {"call", "c_call"} and self._is_ours(frame.f_code):
            self.calls += 1

    @contextmanager
    def counting(self) -> Generator[None, None, None]:
        sys.settrace(self._trace)
        sys.setprofile(self._profile)
        try:
            yield
        finally:
            sys.setprofile(None)
            sys.settrace(None)


def request(case: Case) -> bytes:
    question = [{"role": "user", "content": "Tell me. " * 100}]
    asked: dict[str, object] = {"model": case.model, "messages": question, **case.asked}
    if case.stream:
        asked["stream"] = True
    body = json.dumps(asked).encode()
    head = (
        "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer "
        f"{case.key}\r\n{case.lines}content-type: application/json\r\naccept: */*\r\nuser-agent: ratchet\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def measure(case: Case) -> dict[str, int]:
    engine = AsyncEngine(AsyncMemoryTransport(case.reply, piece=case.piece), NoTokens())
    config = decode_config(parse_document(CONFIG, "ratchet.yaml"), {}, "ratchet.yaml")
    health, tally = Health(), Tally()
    gateway = Gateway(config, lambda now: Service(now, engine, health, None, tally), health, engine.close, tally)
    loop = asyncio.get_running_loop()
    owner, wire = Owner(gateway), Wire()
    connection = Connection(owner, loop)
    connection.connection_made(wire)  # type: ignore[arg-type]
    data = request(case)
    end = b"0\r\n\r\n" if case.stream else b"}"

    async def once() -> None:
        wire.written.clear()
        connection.data_received(data)
        while gateway.visits or not wire.written:
            await asyncio.sleep(0)
        owner.outbox.flush()
        assert wire.written.startswith(b"HTTP/1.1 200"), bytes(wire.written[:500])
        assert wire.written.endswith(end)

    for _ in range(WARM):
        await once()
    counted: list[tuple[int, int]] = []
    for _ in range(COUNTED):
        counter = Counter()
        # Tasks are traced from their first step: they begin within.
        with counter.counting():
            await once()
        counted.append((counter.instructions, counter.calls))
    # The least: now and then a second begins, and the date is written anew.
    return {"instructions": min(counted)[0], "calls": min(count for _, count in counted)}


class Provider(socketserver.StreamRequestHandler):
    """Answers every request of a connection alike, in a thread that is not counted."""

    def handle(self) -> None:
        answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (
            len(CHAT),
            CHAT,
        )
        while line := self.rfile.readline():
            size = 0
            while line not in {b"\r\n", b""}:
                name, _, value = line.lower().partition(b":")
                size = int(value) if name == b"content-length" else size
                line = self.rfile.readline()
            self.rfile.read(size)
            self.wfile.write(answer)


def measure_library() -> dict[str, int]:
    """A call of a blocking client, from the request to the answer."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Provider) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        with Client(OpenAI(api_key="sk-test", base_url=url)) as client:
            counted: list[tuple[int, int]] = []
            for number in range(WARM + COUNTED):
                counter = Counter()
                with counter.counting() if number >= WARM else nullcontext():
                    assert client.chat_completion("Tell me. " * 100, model="gpt-5.4-mini").text
                counted.append((counter.instructions, counter.calls))
        server.shutdown()
    return {"instructions": min(counted[WARM:])[0], "calls": min(calls for _, calls in counted[WARM:])}


def verdict(found: dict[str, dict[str, int]], known: dict[str, dict[str, int]]) -> list[str]:
    """What got too much worse."""
    return [
        f"{case}: {count:,} {what}, {count / before - 1:+.1%} beside {before:,}"
        for case, counts in found.items()
        for what, count in counts.items()
        if (before := known.get(case, {}).get(what)) and count > before * SLACK
    ]


def main(update: bool) -> int:
    lines.open(os.open(os.devnull, os.O_WRONLY))
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    found = {case: asyncio.run(measure(what)) for case, what in CASES.items()}
    found[LIBRARY] = measure_library()
    stored: dict[str, dict[str, dict[str, int]]] = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    known = stored.get(version)
    for case, counts in found.items():
        beside = "".join(
            [f"  {count:>7,} {what} ({count / known[case][what] - 1:+.1%})" for what, count in counts.items()]
            if known and case in known
            else [f"  {count:>7,} {what}" for what, count in counts.items()]
        )
        print(f"{case:41}{beside}")
    if update:
        BASELINE.write_text(json.dumps({**stored, version: found}, indent=2) + "\n")
        print(f"written to {BASELINE.name}")
        return 0
    if known is None:
        print(f"there is no baseline for Python {version}: write one with --update")
        return 0
    worse = verdict(found, known)
    print("\n".join([f"TOO MUCH: {one}" for one in worse]) or "ratchet: no request costs much more than it did")
    if worse:
        print("make it cheaper, or say why it is worth it and run `python benchmarks/ratchet.py --update`")
    return 1 if worse else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true", help="write the baseline")
    sys.exit(main(parser.parse_args().update))
