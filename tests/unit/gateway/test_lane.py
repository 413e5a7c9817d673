"""Requests in their lanes come to the same as beside them: what goes to the provider, what the caller gets, what is counted."""

import asyncio
import gc
import gzip
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from pathlib import Path
from time import monotonic
from typing import Any, cast

import pytest

from accord.catalog.lifecycle import lifecycle_warning
from accord.core.error import Interrupted, Malformed, ProviderError, timed_out, unreachable
from accord.core.http import Call, Head, Headers, Reply
from accord.dialects.known_opening import KnownOpening
from accord.dialects.openai_chat.plain_ask import LONGEST, PlainAsk, plain_ask, size_of
from accord.dialects.openai_chat.renderer_forward import ForwardingRenderer
from accord.dialects.openai_chat.retold import Retold
from accord.dialects.openai_chat.stream_forward import ForwardingDecoder
from accord.engine.run_async import AsyncEngine
from accord.engine.standings import Standings
from accord.gateway import lanes as lanes_module
from accord.gateway.config.decode import decode_config
from accord.gateway.config.document import parse_document
from accord.gateway.gateway import Gateway
from accord.gateway.health import Health
from accord.gateway.lane import Lane, Ride
from accord.gateway.lanes import KEPT, KINDS, KeyLanes, Lanes
from accord.gateway.log_writer import lines
from accord.gateway.metrics.tally import Tally
from accord.gateway.ride_stream import StreamRide
from accord.gateway.ride_whole import WholeRide
from accord.gateway.server.connection import Connection
from accord.gateway.server.known_head import KnownHeads
from accord.gateway.service import Service
from accord.providers.credential import Credential
from accord.testing.memory import AsyncMemoryTransport, AsyncMemoryWay, MemoryAnswer, Scripted
from accord.transport.base import AsyncAsked, Told
from accord.transport.outbox import Outbox
from accord.transport.tap import taps

CONFIG = """
gateway:
  drain: 0.02
  logging: {format: FORMAT}
  keys:
    - {name: app, key: sk-test-app}
    - {name: held, key: sk-test-held, limits: {requests: 5, tokens: 100000}}
    - {name: rich, key: sk-test-rich, limits: {requests: 1000000, tokens: 1000000000}}
    - {name: narrow, key: sk-test-narrow, models: ["openai/*"]}
providers:
  openai: {type: openai, api_key: sk-test-upstream, base_url: "http://upstream.test/v1", retries: 0}
  claude: {type: anthropic, api_key: sk-test-upstream, base_url: "http://claude.test", retries: 0}
  standby: {type: openai, api_key: sk-test-standby, base_url: "http://standby.test/v1", retries: 0}
models:
  best: {targets: [{provider: openai, model: gpt-5.4-mini}, {provider: standby, model: gpt-5.4-mini, tier: 1}]}
  gpt-5.4-mini: {targets: [{provider: openai}]}
  claude: {targets: [{provider: claude, model: claude-haiku-4-5}, {provider: openai, model: gpt-5.4-mini, tier: 1}]}
  mixed: {targets: [{provider: openai, model: gpt-5.4-mini}, {provider: claude, model: claude-haiku-4-5, tier: 1}]}
  turns:
    strategy: round_robin
    targets: [{provider: openai, model: gpt-5.4-mini, weight: 2}, {provider: standby, model: gpt-5.4-mini}]
  tried: {targets: [{provider: openai, model: gpt-5.4-mini}], shadow: {provider: standby, model: gpt-5.4-mini, share: 1.0}}
"""
JSON: Headers = (("content-type", "application/json"), ("x-request-id", "req_upstream"))


def completion(**members: object) -> dict[str, Any]:
    message = {"role": "assistant", "content": "Hi", "refusal": None}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1790000000,
        "model": "gpt-5.4-mini-2026-03-17",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11},
        **members,
    }


def reply(body: object, status: int = 200, headers: Headers = JSON) -> Reply:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(status=status, headers=headers, body=data)


OK = reply(completion())
CALLS = [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]


def saying(**message: object) -> Reply:
    choice = {"index": 0, "message": {"role": "assistant", "content": "Hi", **message}, "finish_reason": "stop"}
    return reply(completion(choices=[choice]))


def calling(**message: object) -> Reply:
    """Calls of functions, as OpenAI tells them."""
    calls = [
        {
            "id": f"call_{number}",
            "type": "function",
            "function": {"name": "f", "arguments": '{"content":"\\"model\\":"}'},
        }
        for number in range(2)
    ]
    said = {"role": "assistant", "content": None, "tool_calls": calls, "refusal": None, "annotations": [], **message}
    return reply(completion(choices=[{"index": 0, "message": said, "logprobs": None, "finish_reason": "tool_calls"}]))


def failing(status: int, code: str, *headers: tuple[str, str]) -> Reply:
    return reply({"error": {"message": "No.", "type": "t", "param": None, "code": code}}, status, (*JSON, *headers))


ANSWERS: dict[str, Scripted] = {
    "as usual": OK,
    "without what the schema requires": saying(),
    "from a cache": reply(
        completion(
            usage={
                "prompt_tokens": 9,
                "completion_tokens": 2,
                "total_tokens": 11,
                "prompt_tokens_details": {"cached_tokens": 4, "audio_tokens": 0},
                "completion_tokens_details": {"reasoning_tokens": 1},
            }
        )
    ),
    "at another tier": reply(completion(service_tier="flex")),
    "with a fingerprint": reply(completion(system_fingerprint="fp_1", service_tier="default")),
    "without usage": reply({key: value for key, value in completion().items() if key != "usage"}),
    "with usage that contradicts itself": reply(
        completion(
            usage={
                "prompt_tokens": 1,
                "completion_tokens": 2,
                "total_tokens": 3,
                "prompt_tokens_details": {"cached_tokens": 9},
            }
        )
    ),
    "with a count that is none": reply(
        completion(usage={"prompt_tokens": 10**400, "completion_tokens": 2, "total_tokens": 10**400 + 2})
    ),
    "with details that are none": reply(
        completion(
            usage={
                "prompt_tokens": 9,
                "completion_tokens": 2,
                "total_tokens": 11,
                "prompt_tokens_details": {"cached_tokens": 2**53},
            }
        )
    ),
    "by a call": saying(content=None, tool_calls=CALLS),
    "by a call as the schema has it": calling(),
    "by words and a call": calling(content='Say "é".'),
    "by a call with nulls": calling(function_call=None, annotations=None),
    "by a refusal": saying(content=None, refusal="No."),
    "by nothing": saying(content=""),
    "by more than is known": reply(completion(moderation={"a": 1})),
    "with 201": reply(completion(), 201),
    "not at all": reply(b"<html>"),
    "by half": reply(json.dumps(completion()).encode()[:-9]),
    "400": failing(400, "invalid_value"),
    "the answer that was cut": failing(400, "x"),
    "401": failing(401, "invalid_api_key"),
    "404": failing(404, "model_not_found"),
    "429": failing(429, "rate_limit_exceeded", ("retry-after", "7")),
    "500": failing(500, "server_error"),
    "503 as text": reply(b"upstream connect error", 503, (("content-type", "text/plain"),)),
    "by no connection": unreachable("http://upstream.test: nobody there", sent="no", phase="connect"),
    "by a lost connection": unreachable("http://upstream.test: lost", sent="maybe", phase="head"),
    "too late": timed_out("http://upstream.test: no answer came within 600 s", sent="yes", phase="head"),
    "and broke off": Interrupted("http://upstream.test: the connection ended before the answer did"),
    "in bad HTTP": Malformed("the answer is not HTTP/1.1"),
}

ASKED: dict[str, dict[str, Any]] = {
    "a target": {"model": "openai/gpt-5.4-mini"},
    "a group": {"model": "best"},
    "a group in turns": {"model": "turns"},
    "a group of two kinds": {"model": "mixed"},
    "a limit": {"model": "best", "max_tokens": 50, "temperature": 0.5, "top_p": 1},
    "a limit of a name of its own": {"model": "best", "max_completion_tokens": 50},
    "too long an answer": {"model": "best", "max_tokens": 10**7},
    "a stream that is none": {"model": "best", "stream": False},
    "more warmth than can be": {"model": "claude", "temperature": 10**400},
    "its host's own name": {"model": "gpt-5.4-mini"},
    "a model nobody knows": {"model": "openai/gpt-unheard-of"},
    "somebody else": {"model": "claude/claude-haiku-4-5"},
    "nobody": {"model": "nobody"},
    "somebody on trial": {"model": "tried"},
    "a number": {"model": 7},
    "a turn without words": {"model": "best", "messages": [{"role": "user", "content": ""}]},
    "a conversation": {
        "model": "best",
        "messages": [
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": 'Say "é" \\ \n \u2028.'},
            {"role": "assistant", "content": "é"},
            {"role": "user", "content": "Again."},
        ],
    },
    "a name": {"model": "best", "messages": [{"role": "user", "content": "Hi", "name": "ann"}]},
    "a tool": {
        "model": "best",
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}],
    },
    "by the body": {"model": "best", "accord": {"target": "openai/gpt-5.4-mini"}},
    "by what is no object": {"model": "best", "accord": 5},
    "by nothing in the body": {"model": "best", "accord": None},
    "nothing that is known": {"model": "best", "mystery": 1},
}


SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}


def tool(name: str = "f", words: str = "Does it.", **members: object) -> dict[str, Any]:
    return {
        "type": "function",
        "function": {"name": name, "description": words, "parameters": SCHEMA, **members},
    }


def asking(body: object, key: str = "sk-test-app", *, path: str = "/v1/chat/completions", **headers: str) -> bytes:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    more = "".join([f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items()])
    return (
        f"POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\n{more}"
        f"content-type: application/json\r\ncontent-length: {len(data)}\r\n\r\n"
    ).encode("latin-1") + data


def said(model: str = "best", words: str = "Hello?", **members: object) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": words}], **members}


class End:
    """The caller's end of a connection, in memory."""

    def __init__(self, peer: str = "127.0.0.1") -> None:
        self.peer = peer
        self.written = bytearray()
        self.closed = False
        self.unsent = 0
        self.protocol: Connection

    def write(self, data: bytes) -> None:
        self.written += data

    def get_extra_info(self, name: str) -> object:
        return (self.peer, 50000) if name == "peername" else None

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    abort = close

    def can_write_eof(self) -> bool:
        return False

    def pause_reading(self) -> None:
        pass

    resume_reading = pause_reading

    def get_write_buffer_size(self) -> int:
        return self.unsent


class Owner:
    """The server, without sockets."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.heads = KnownHeads()
        self.outbox = Outbox(asyncio.get_running_loop())
        self.stopping = False

    def opened(self, connection: Connection) -> bool:
        return True

    def closed(self, connection: Connection) -> None:
        pass


class NoTokens:
    async def headers(self, credential: Credential, *, fresh: bool) -> Headers:
        return ()


@dataclass
class Steered:
    """A network whose answers come when the test says so."""

    calls: list[Call] = field(default_factory=list)
    waiting: list[Told] = field(default_factory=list)
    cancelled: int = 0

    async def send(self, call: Call) -> "Reading":
        self.calls.append(call)
        assert isinstance(OK, Reply)
        return Reading(OK)

    def way(self, call: Call) -> "Steered":
        return self

    def ask(self, body: bytes, told: Told, own: Headers = ()) -> AsyncAsked:
        self.waiting.append(told)
        return self

    def cancel(self) -> None:
        self.cancelled += 1

    async def close(self) -> None:
        pass

    def tell(self, told: Reply = OK) -> None:
        self.waiting.pop(0)(Head(status=told.status, headers=told.headers), told.body, None)


class Reading:
    def __init__(self, told: Reply) -> None:
        self._answer = MemoryAnswer(told, 0)
        self.head = self._answer.head

    async def read(self) -> bytes:
        return self._answer.read()

    async def close(self) -> None:
        pass


class Rig:
    """A gateway, and one caller's connection to it."""

    def __init__(self, transport: object, *, form: str = "json", config: str = CONFIG) -> None:
        self.transport = transport
        engine = AsyncEngine(cast("AsyncMemoryTransport", transport), NoTokens())
        self.config = decode_config(parse_document(config.replace("FORMAT", form), "test.yaml"), {}, "test.yaml")
        health, self.tally, self.standings = Health(), Tally(), Standings()
        self.gateway = Gateway(
            self.config,
            lambda config: Service(config, engine, health, None, self.tally, standings=self.standings),
            health,
            engine.close,
            self.tally,
        )
        self.owner = Owner(self.gateway)
        self.connection, self.end = self.connected()

    def connected(self, peer: str = "127.0.0.1") -> tuple[Connection, End]:
        end = End(peer)
        connection = Connection(self.owner, asyncio.get_running_loop())
        connection.connection_made(cast("asyncio.Transport", end))
        return connection, end

    async def ask(self, data: bytes) -> bytes:
        """The answer to one request."""
        self.end.written.clear()
        self.connection.data_received(data)
        await self.quiet()
        answer = bytes(self.end.written)
        head, _, body = answer.partition(b"\r\n\r\n")
        if b"chunked" in head:
            assert body.endswith(b"0\r\n\r\n") or self.end.closed
        else:
            assert b"content-length: %d\r\n" % len(body) in head + b"\r\n"
        return answer

    def stop(self) -> None:
        """As the server does it."""
        self.owner.stopping = True
        self.gateway.drain()
        self.connection.stop()

    async def quiet(self) -> None:
        """Until nothing is served any more."""
        for turn in range(3000):
            if not self.gateway.visits:
                self.owner.outbox.flush()
                return
            await asyncio.sleep(0 if turn < 200 else 0.001)
        raise AssertionError("it is served for ever")

    async def in_lane(self, data: bytes) -> None:
        """Sends a request that is known to have a lane by then."""
        self.end.written.clear()
        self.connection.data_received(data)
        assert [type(serving) for serving in self.gateway.visits.values()] == [WholeRide]


class Written(list[bytes]):
    """The lines that were written."""


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Written:
    found = Written()
    monkeypatch.setattr(lines, "is_open", True)
    monkeypatch.setattr(lines, "put", found.append)
    monkeypatch.setattr(lines, "say", found.append)
    return found


@pytest.fixture
def rides(monkeypatch: pytest.MonkeyPatch) -> list[Ride[Any]]:
    """The rides that were begun."""
    found: list[Ride[Any]] = []
    begin = Lane.begin

    def begun(self: Lane[Any], *args: Any) -> Ride[Any] | None:
        ride = begin(self, *args)
        found.extend([ride] if ride is not None else [])
        return ride

    monkeypatch.setattr(Lane, "begin", begun)
    return found


def joined(answer: bytes) -> bytes:
    """An answer whose chunks are one: how many events go out in each is nobody's concern."""
    head, end, rest = answer.partition(b"\r\n\r\n")
    if b"\r\ntransfer-encoding: chunked" not in head:
        return answer
    pieces = []
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        pieces.append(rest[: int(size, 16)])
        assert rest[int(size, 16) :].startswith(b"\r\n")
        rest = rest[int(size, 16) + 2 :]
    return b"%b%b%b" % (head, end, b"".join(pieces)) + (b"" if pieces and not pieces[-1] else b"<cut>")


def alike(data: bytes) -> str:
    """What is written, but for what is never the same twice."""
    text = data.decode()
    text = re.sub(r"req_[0-9a-f]+|(?<=date: ).*|(?<=content-length: )[0-9]+|(?<=again in )[0-9.]+", "_", text)
    text = re.sub(r"(?<=retry-after: )[0-9]+", "_", text)
    text = re.sub(
        r'(?<=ms=)[0-9.]+|(?<=ms":)[0-9.]+|(?<="time":)[0-9.]+|(?<="duration":)[0-9.e-]+|(?<="expected_latency":)[0-9.e-]+',
        "_",
        text,
    )
    return re.sub(r"^\S+ (?=INFO|WARNING)", "", text, flags=re.MULTILINE)


def counted(tally: Tally) -> object:
    numbers = tally.numbers
    series = {
        labels: (
            *(one.statuses, one.errors, one.tokens, one.unmetered, one.cost, one.unpriced, one.retries),
            sum(one.duration.counts),
        )
        for labels, one in numbers.series.items()
    }
    return series, {name: count for name, count in numbers.attempts.items() if count}


def known(standings: Standings) -> object:
    """What is known of each target: nothing is in flight, and as much was learned."""
    found: dict[str, object] = {}
    for (name, _, _), (_, standing) in standings._configured.items():
        assert standing.gate.in_flight == 0
        learned = [value.value(monotonic()) is None for value in (standing.whole, standing.first_event)]
        breaker = standing.breaker
        found[name] = (learned, breaker.openings, breaker.failed_at > 0, breaker.rests_until > 0)
    return found


async def seen(
    requests: Sequence[bytes],
    script: Sequence[Scripted],
    written: Written,
    form: str = "json",
    piece: int = 0,
    config: str = CONFIG,
) -> object:
    """All that can be seen of these requests from outside."""
    written.clear()
    transport = AsyncMemoryTransport(*script, piece=piece)
    rig = Rig(transport, form=form, config=config)
    answers = [alike(joined(await rig.ask(request))) for request in requests]
    for _ in range(20):
        await asyncio.sleep(0)  # Copies for who is on trial go out meanwhile.
    calls = [(call.url, call.headers, call.body, round(call.timeouts.total or 0)) for call in transport.calls]
    return answers, calls, counted(rig.tally), known(rig.standings), [alike(line) for line in written]


async def both(
    monkeypatch: pytest.MonkeyPatch,
    written: Written,
    requests: Sequence[bytes],
    script: Sequence[Scripted],
    form: str = "json",
    piece: int = 0,
    config: str = CONFIG,
) -> None:
    with_lanes = await seen(requests, script, written, form, piece, config)
    with monkeypatch.context() as without:
        without.setattr(KeyLanes, "begin", lambda *_: None)
        assert with_lanes == await seen(requests, script, written, form, piece, config)


@pytest.mark.parametrize("key", ["sk-test-app", "sk-test-held"])
@pytest.mark.parametrize("model", ["best", "openai/gpt-5.4-mini"])
@pytest.mark.parametrize("name", ANSWERS)
async def test_answers_are_the_same(
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride[Any]], name: str, model: str, key: str
) -> None:
    requests = [asking(said(model, f"Hello, {number}?"), key) for number in range(4)]
    await both(monkeypatch, written, requests, [OK, OK, ANSWERS[name], OK, OK])
    assert len(rides) >= 2


def message(**members: object) -> Reply:
    usage = {"input_tokens": 9, "output_tokens": 2, "cache_read_input_tokens": 3, "service_tier": "standard"}
    whole = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-haiku-4-5-20251001",
        "content": [{"type": "text", "text": 'Say "é" \\ \n.'}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": usage,
        **members,
    }
    return reply(whole)


MESSAGE = message()
MESSAGES: dict[str, Scripted] = {
    "as usual": MESSAGE,
    "cut by its limit": message(stop_reason="max_tokens"),
    "at a word": message(stop_reason="stop_sequence", stop_sequence="x"),
    "by a refusal": message(stop_reason="refusal", content=[]),
    "by a call": message(
        stop_reason="tool_use", content=[{"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}}]
    ),
    "in two texts": message(content=[{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]),
    "with citations": message(content=[{"type": "text", "text": "a", "citations": []}]),
    "by nothing": message(content=[{"type": "text", "text": ""}]),
    "with thoughts": message(
        content=[{"type": "thinking", "thinking": "a", "signature": "s"}, {"type": "text", "text": "b"}]
    ),
    "at a price of its own": message(usage={"input_tokens": 9, "output_tokens": 2, "service_tier": "priority"}),
    "with all that is counted": message(
        usage={
            "input_tokens": 9,
            "output_tokens": 2,
            "cache_creation_input_tokens": 5,
            "cache_creation": {"ephemeral_5m_input_tokens": 2, "ephemeral_1h_input_tokens": 3},
            "cache_read_input_tokens": 0,
            "server_tool_use": None,
            "inference_geo": "us",
        }
    ),
    "without counts": message(usage={}),
    "without usage": message(usage=None),
    "by an error": reply({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
    "by more than is known": message(context_management={"applied_edits": []}),
    "by half": reply(MESSAGE.body[:-9]),
    "529": reply({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, 529),
    "400": reply({"type": "error", "error": {"type": "invalid_request_error", "message": "No."}}, 400),
}


@pytest.mark.parametrize("model", ["claude", "claude/claude-haiku-4-5"])
@pytest.mark.parametrize("limit", [{}, {"max_tokens": 100}])
@pytest.mark.parametrize("name", MESSAGES)
async def test_answers_of_another_wire_are_the_same(
    monkeypatch: pytest.MonkeyPatch,
    written: Written,
    rides: list[Ride[Any]],
    name: str,
    limit: dict[str, object],
    model: str,
) -> None:
    monkeypatch.setattr("accord.gateway.wire.time.time", lambda: 1790000000.5)
    requests = [asking(said(model, f"Hello, {number}?", **limit)) for number in range(4)]
    await both(monkeypatch, written, requests, [MESSAGE, MESSAGE, MESSAGES[name], MESSAGE, MESSAGE])
    assert len(rides) >= 2


@pytest.mark.parametrize(
    "words",
    [
        ["Be brief.", "Hello?", "Yes", "Well?"],
        ["  ", "Hello?", "Yes", "Well?"],
        ["Be brief.", "\n\t", "Yes", "Well?"],
        ["Be brief.", "Hello?", "Yes ", "Well? \n"],
        ["x-anthropic-billing-header: a", "Hello?", "Yes", "Well?"],
        ['"', "\\", "\u2028\x7f\x01", "é🙂"],
    ],
)
@pytest.mark.parametrize("roles", ["suau", "dua", "ua", "uau", "usu", "uu", "su", "ssu", "au"])
async def test_words_that_want_care_get_it(
    monkeypatch: pytest.MonkeyPatch, written: Written, words: list[str], roles: str
) -> None:
    names = {"s": "system", "d": "developer", "u": "user", "a": "assistant"}

    def spoken(words: Sequence[str]) -> bytes:
        messages = [{"role": names[role], "content": text} for role, text in zip(roles, words, strict=False)]
        return asking({"model": "claude", "messages": messages})

    monkeypatch.setattr("accord.gateway.wire.time.time", lambda: 1790000000.5)
    usual = spoken(["a", "b", "c", "d"])
    await both(monkeypatch, written, [usual, usual, spoken(words), usual], [MESSAGE])


@pytest.mark.parametrize("form", ["json", "text"])
@pytest.mark.parametrize("name", ASKED)
async def test_requests_are_the_same(
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride[Any]], name: str, form: str
) -> None:
    requests = [asking({**said(words=f"Hello, {number}?"), **ASKED[name]}) for number in range(3)]
    compact = [asking(json.dumps({**said(), **ASKED[name]}, separators=(",", ":"), ensure_ascii=False).encode())]
    await both(monkeypatch, written, requests + compact, [OK], form)
    plain = {
        "a group in turns",
        "a target",
        "somebody else",
        "a group",
        "a group of two kinds",
        "a limit of a name of its own",
        "a conversation",
        "its host's own name",
        "a tool",
        "a name",
        "a turn without words",
        "nothing that is known",
    }
    assert bool(rides) == (name in plain | {"a limit", "a stream that is none", "a model nobody knows"})


@pytest.mark.parametrize(
    "headers",
    [
        {"x_request_id": "mine-1"},
        {"x_accord_usage": "true"},
        {"x_request_timeout": "20"},
        {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
        {"x_accord_fallback": "false"},
        {"accept": "*/*", "user_agent": "test/1.0"},
    ],
)
async def test_what_heads_ask_for_is_done(
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride[Any]], headers: dict[str, str]
) -> None:
    await both(monkeypatch, written, [asking(said(), **headers)] * 4, [OK])
    assert bool(rides) == (not headers.keys() & {"x_accord_usage", "x_request_timeout", "x_accord_fallback"})


PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333%d-01"
TRACES: dict[str, list[dict[str, str]]] = {
    "each another": [{"traceparent": PARENT % number} for number in range(5)],
    "with a state": [{"traceparent": PARENT % number, "tracestate": f"a={number},b=\xe9\t"} for number in range(5)],
    "of the future": [{"traceparent": f"cc-{PARENT[3:] % number}-what the future brings"} for number in range(5)],
    "a state alone": [{"tracestate": f"a={number}"} for number in range(5)],
    "some": [{"traceparent": PARENT % number} if number % 2 else {} for number in range(8)],
    "with what is not told": [
        {
            "traceparent": PARENT % number,
            "baggage": f"user={number}",
            "b3": f"{number}",
            "x_request_id": f"mine-{number}",
        }
        for number in range(5)
    ],
    "that are none": [
        {"traceparent": value, "tracestate": "a=1"}
        for value in (
            *(PARENT % 1, PARENT % 2, "", "0", (PARENT % 1).upper(), (PARENT % 1)[:-1], f"ff{PARENT[2:] % 1}"),
            *(
                f"00-{'0' * 32}-{PARENT[36:] % 1}",
                f"{PARENT[:36]}{'0' * 16}-01",
                "\xe9",
                "a\tb",
                "x" * 5000,
                PARENT % 3,
            ),
        )
    ],
}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("model", ["best", "claude", "openai/gpt-5.4-mini"])
@pytest.mark.parametrize("name", TRACES)
async def test_traces_go_on_to_the_provider(
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride[Any]], name: str, model: str, stream: bool
) -> None:
    monkeypatch.setattr("accord.gateway.wire.time.time", lambda: 1790000000.5)
    requests = [asking(said(model, stream=stream), **headers) for headers in TRACES[name]]
    usual = (
        (STREAMS_OF_CLAUDE["as usual"] if model == "claude" else STREAM)
        if stream
        else MESSAGE
        if model == "claude"
        else OK
    )
    await both(monkeypatch, written, requests, [usual])
    assert len(rides) >= 3


async def test_the_last_of_two_traces_counts(
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride[Any]]
) -> None:
    requests = [
        asking(said(), traceparent=PARENT % number, Traceparent=second)
        for number in range(3)
        for second in (PARENT % (number + 5), "none")
    ]
    await both(monkeypatch, written, requests, [OK])
    assert rides


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", ["500", "by a lost connection", "by no connection", "not at all"])
async def test_a_trace_goes_on_where_the_lane_is_left(
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride[Any]], name: str, stream: bool
) -> None:
    usual = STREAM if stream else OK
    requests = [asking(said(stream=stream), traceparent=PARENT % number) for number in range(5)]
    await both(monkeypatch, written, requests, [usual, usual, ANSWERS[name], usual])
    assert rides


async def test_a_host_with_a_trace_of_its_own_has_no_lane(
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride[Any]]
) -> None:
    fixed = f'{{type: openai, headers: {{Traceparent: "{PARENT % 9}"}}, api_key'
    config = CONFIG.replace("{type: openai, api_key", fixed)
    requests = [asking(said(), traceparent=PARENT % number) for number in range(4)] + [asking(said())]
    await both(monkeypatch, written, requests, [OK], config=config)
    assert not rides


async def test_repeated_members_are_refused_in_a_lane_too(monkeypatch: pytest.MonkeyPatch, written: Written) -> None:
    body = json.dumps(said()).encode()
    twice = body[:-1] + b',"model":"openai/gpt-5.4-mini"}'
    not_utf8 = body.replace(b"Hello", b"\xff")
    await both(monkeypatch, written, [asking(one) for one in (body, body, twice, not_utf8, body[:-1], body)], [OK])


async def test_limits_hold_in_a_lane(monkeypatch: pytest.MonkeyPatch, written: Written) -> None:
    await both(monkeypatch, written, [asking(said(), "sk-test-held")] * 8, [OK])


async def test_a_key_has_no_lane_of_another_keys(monkeypatch: pytest.MonkeyPatch, written: Written) -> None:
    requests = [asking(said(), key) for key in ["sk-test-app"] * 3 + ["sk-test-narrow"] * 3]
    await both(monkeypatch, written, requests, [OK])


async def test_a_lane_without_use_is_closed(written: Written, rides: list[Ride[Any]]) -> None:
    rig = Rig(AsyncMemoryTransport(ANSWERS["by a call"]))
    for _ in range(30):
        await rig.ask(asking(said()))
    assert 3 <= len(rides) < 20


async def test_no_more_lanes_than_are_kept(written: Written, rides: list[Ride[Any]]) -> None:
    rig = Rig(AsyncMemoryTransport(OK))
    for number in range(KINDS + 20):
        await rig.ask(asking(said(max_tokens=number + 1)))
    assert not rides
    for _ in range(3):
        await rig.ask(asking(said(max_tokens=7)))
    assert rides


async def test_lanes_end_with_their_configuration(written: Written, rides: list[Ride[Any]]) -> None:
    transport = AsyncMemoryTransport(OK)
    rig = Rig(transport)
    for _ in range(3):
        await rig.ask(asking(said()))
    moved = CONFIG.replace("FORMAT", "json").replace("http://upstream.test", "http://moved.test")
    await rig.gateway.reload(lambda: decode_config(parse_document(moved, "test.yaml"), {}, "test.yaml"))
    before = len(rides)
    for _ in range(3):
        await rig.ask(asking(said()))
    assert len(rides) > before
    assert {call.url.split("/")[2] for call in transport.calls[3:]} == {"moved.test"}


async def test_a_tap_gets_every_call(written: Written, rides: list[Ride[Any]]) -> None:
    rig = Rig(AsyncMemoryTransport(OK))
    for _ in range(3):
        await rig.ask(asking(said()))
    heard: list[Call] = []

    class Hearing:
        def send(self, transport: object, call: Call) -> Any:
            raise NotImplementedError

        async def send_async(self, transport: Any, call: Call) -> Any:
            heard.append(call)
            return await transport.send(call)

    hearing = Hearing()
    taps.put(hearing)
    try:
        before = len(rides)
        await rig.ask(asking(said()))
        assert heard
        assert len(rides) == before
    finally:
        taps.take(hearing)


async def steered() -> Rig:
    """A gateway with a lane for `asking(said())`."""
    transport = Steered()
    rig = Rig(transport)
    await rig.ask(asking(said()))
    await rig.in_lane(asking(said()))
    transport.tell()
    assert not rig.gateway.visits
    await rig.quiet()
    return rig


def standings(rig: Rig) -> list[int]:
    resolved = lane_of(rig).resolved
    assert resolved.group is not None
    return [seat.standing.gate.in_flight for seat in resolved.group.pool.seats]


def lane_of(rig: Rig) -> Lane:
    lanes: Lanes = rig.gateway.service._lanes
    (lane,) = [lane for key in lanes._keys.values() for lane in key._known.values()]
    return lane


async def test_a_caller_who_leaves_ends_the_request(written: Written) -> None:
    rig = await steered()
    transport = cast("Steered", rig.transport)
    await rig.in_lane(asking(said()))
    assert standings(rig) == [1, 0]
    rig.end.closed = True
    rig.connection.connection_lost(None)
    await rig.quiet()
    assert transport.cancelled == 1
    assert standings(rig) == [0, 0]
    assert json.loads(written[-1])["status"] == 499
    assert json.loads(written[-1])["stopped"] == "left"


@pytest.mark.parametrize("answer", [OK, failing(500, "server_error")])
async def test_an_answer_that_comes_as_its_caller_leaves(written: Written, answer: Reply) -> None:
    rig = await steered()
    transport = cast("Steered", rig.transport)
    await rig.in_lane(asking(said()))
    rig.end.closed = True
    rig.connection.connection_lost(None)
    transport.tell(answer)
    await rig.quiet()
    await asyncio.sleep(0)
    assert transport.cancelled == 0
    assert standings(rig) == [0, 0]
    assert json.loads(written[-1])["stopped"] == "left"
    assert not rig.end.written


def connections() -> int:
    return sum(isinstance(one, Connection) for one in gc.get_objects())


async def test_nothing_stays_of_who_has_left(written: Written) -> None:
    rig = await steered()
    gc.collect()
    gc.disable()
    before = connections()
    try:
        for _ in range(3):
            rig.connection.connection_lost(None)
            rig.connection, rig.end = rig.connected()
            for _ in range(2):
                await rig.in_lane(asking(said()))
                cast("Steered", rig.transport).tell()
                await rig.quiet()
        left = connections()
    finally:
        gc.enable()
    assert left == before


async def test_a_stop_is_told(written: Written) -> None:
    rig = await steered()
    transport = cast("Steered", rig.transport)
    await rig.in_lane(asking(said()))
    rig.stop()
    await asyncio.sleep(0.05)
    await rig.quiet()
    assert transport.cancelled == 1
    assert standings(rig) == [0, 0]
    assert rig.end.written.startswith(b"HTTP/1.1 503")
    assert b"shutting down" in rig.end.written
    assert rig.end.closed
    assert next(filter(None, [json.loads(line).get("stopped") for line in written])) == "shutdown"


async def test_an_answer_in_time_is_given_while_stopping(written: Written) -> None:
    rig = await steered()
    await rig.in_lane(asking(said()))
    rig.stop()
    cast("Steered", rig.transport).tell()
    await rig.quiet()
    assert rig.end.written.startswith(b"HTTP/1.1 200")
    assert b"connection: close\r\n" in rig.end.written
    assert rig.end.closed


async def test_an_answer_goes_out_before_its_connection_is_closed(written: Written) -> None:
    rig = await steered()
    await rig.in_lane(asking(said()))
    cast("Steered", rig.transport).tell()
    assert not rig.end.written
    rig.connection.stop()
    assert rig.end.written.startswith(b"HTTP/1.1 200")
    assert rig.end.closed


async def test_an_answer_goes_out_before_a_refusal(written: Written) -> None:
    rig = await steered()
    await rig.in_lane(asking(said()))
    cast("Steered", rig.transport).tell()
    rig.connection.data_received(b"no request\r\n\r\n")
    assert re.findall(rb"HTTP/1.1 (\d+)", bytes(rig.end.written)) == [b"200", b"400"]
    assert rig.end.closed


async def test_who_takes_nothing_of_a_short_answer_is_left(written: Written) -> None:
    rig = await steered()
    await rig.in_lane(asking(said()))
    cast("Steered", rig.transport).tell()
    await rig.quiet()
    now = asyncio.get_running_loop().time()
    patience = rig.gateway.service.limits.answer_seconds
    rig.end.unsent = 1000
    rig.connection.check(now)
    rig.connection.check(now + patience - 1)
    assert not rig.end.closed
    rig.connection.check(now + patience + 1)
    assert rig.end.closed


async def test_a_slow_caller_is_waited_for(written: Written) -> None:
    rig = await steered()
    await rig.in_lane(asking(said()))
    rig.connection.pause_writing()
    rig.connection.data_received(asking(said(words="And now?")))
    before = len(written)
    cast("Steered", rig.transport).tell()
    await asyncio.sleep(0)
    assert len(rig.gateway.visits) == 1
    assert len(written) == before
    rig.connection.resume_writing()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(written) == before + 1
    cast("Steered", rig.transport).tell()
    await rig.quiet()
    assert rig.end.written.count(b"HTTP/1.1 200") == 2


@pytest.mark.parametrize("stop", [False, True])
async def test_a_slow_caller_who_never_reads(written: Written, stop: bool) -> None:
    rig = await steered()
    await rig.in_lane(asking(said()))
    rig.connection.pause_writing()
    if stop:
        rig.gateway.drain()
    written.clear()
    cast("Steered", rig.transport).tell()
    if stop:
        await asyncio.sleep(0.05)
    else:
        rig.end.closed = True
        rig.connection.connection_lost(None)
    await rig.quiet()
    (line,) = map(json.loads, written)
    assert line["status"] == 200
    assert line["output"] == 2
    assert line.get("stopped") == ("shutdown" if stop else None)


async def test_requests_one_after_another_are_answered_in_order(written: Written) -> None:
    rig = await steered()
    transport = cast("Steered", rig.transport)
    rig.end.written.clear()
    rig.connection.data_received(asking(said(words="1")) + asking(said(words="22")) + asking(said(words="333")))
    for number in range(3):
        assert len(transport.waiting) == 1
        transport.tell(reply(completion(id=f"chatcmpl-{number}")))
    await rig.quiet()
    assert re.findall(rb"chatcmpl-\d", bytes(rig.end.written)) == [b"chatcmpl-0", b"chatcmpl-1", b"chatcmpl-2"]
    assert not rig.gateway.visits


async def test_in_flight_requests_are_shown(written: Written) -> None:
    rig = await steered()
    await rig.in_lane(asking(said()))
    gauges = rig.tally.gauges()
    assert [(labels.model, labels.key, count) for labels, count in gauges.in_flight.items()] == [("best", "app", 1)]
    cast("Steered", rig.transport).tell()


async def test_what_is_told_of_a_going_model_changes_with_the_day(
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride[Any]]
) -> None:
    today = date(2026, 11, 25)
    monkeypatch.setattr("accord.engine.complete.lifecycle_warning", lambda facts, _: lifecycle_warning(facts, today))
    rig = Rig(AsyncMemoryTransport(MESSAGE))
    request = asking(said("claude/claude-sonnet-4-5", max_tokens=50))
    answers = [await rig.ask(request) for _ in range(3)]
    assert len(rides) == 2
    assert all(b"(in 5 days)" in answer for answer in answers)
    assert lane_of(rig).until <= monotonic() + 24 * 3600
    today = date(2026, 11, 26)
    lane_of(rig).until = monotonic()
    answers = [await rig.ask(request) for _ in range(3)]
    assert len(rides) == 4
    assert all(b"(in 4 days)" in answer for answer in answers)


async def test_lines_name_the_path_as_it_was_asked(monkeypatch: pytest.MonkeyPatch, written: Written) -> None:
    paths = ["/v1/chat/completions", "/chat/completions", "/v1/chat/completions/"] * 4
    await both(monkeypatch, written, [asking(said(), path=path) for path in paths], [OK])
    assert [json.loads(line)["path"] for line in written] == paths


@pytest.mark.parametrize("place", ["ride_whole.price", "lanes.Lanes._wholes"])
async def test_a_fault_in_a_lane_is_left_to_the_usual_way(
    monkeypatch: pytest.MonkeyPatch, written: Written, place: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OverflowError("int too large to convert to float")

    monkeypatch.setattr(f"accord.gateway.{place}", fail)
    rig = Rig(AsyncMemoryTransport(OK))
    for _ in range(5):
        assert (await rig.ask(asking(said()))).startswith(b"HTTP/1.1 200")
    assert not rig.gateway.visits


async def test_a_fault_as_a_stream_begins_is_told_by_the_usual_way(
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride[Any]], caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> bytes:
        raise OverflowError("int too large to convert to float")

    rig = Rig(AsyncMemoryTransport(STREAM))
    for _ in range(2):
        await rig.ask(asking(said(stream=True)))
    monkeypatch.setattr(ForwardingRenderer, "feed", fail)
    answer = await rig.ask(asking(said(stream=True)))
    assert len(rides) == 2
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.count(b'"error"') == 1
    assert "broke the gateway" in caplog.text
    known(rig.standings)


async def test_a_first_event_like_others_goes_out_before_it_is_read(
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride[Any]]
) -> None:
    rig = Rig(AsyncMemoryTransport(*[numbered(number) for number in range(4)]))
    for _ in range(3):
        await rig.ask(asking(said(stream=True)))
    before: list[bytes] = []
    feed = ForwardingDecoder.feed

    def fed(self: ForwardingDecoder, data: bytes) -> list[Any]:
        before.append(bytes(rig.end.written))
        return feed(self, data)

    monkeypatch.setattr(ForwardingDecoder, "feed", fed)
    answer = await rig.ask(asking(said(stream=True)))
    assert len(rides) == 3
    assert b"chatcmpl-1000" in before[0]
    assert b"word 0" not in before[0]
    assert joined(answer).startswith(joined(before[0] + b"0\r\n\r\n"))


@pytest.mark.parametrize("broken", ["feed", "written"])
async def test_a_fault_after_the_first_event_went_out_breaks_the_answer_off(
    monkeypatch: pytest.MonkeyPatch,
    written: Written,
    rides: list[Ride[Any]],
    caplog: pytest.LogCaptureFixture,
    broken: str,
) -> None:
    def fail(*_: object) -> bytes:
        raise OverflowError("int too large to convert to float")

    rig = Rig(AsyncMemoryTransport(STREAM))
    for _ in range(4):
        await rig.ask(asking(said(stream=True)))
    if broken == "feed":
        monkeypatch.setattr(ForwardingRenderer, "feed", fail)
    else:
        monkeypatch.setattr(KnownOpening, "written", lambda *_: b"data: {}\n\n")
    answer = await rig.ask(asking(said(stream=True)))
    assert len(rides) == 4
    assert answer.startswith(b"HTTP/1.1 200")
    assert joined(answer).endswith(b"<cut>")
    assert caplog.text.count("broke the gateway") == 1
    assert json.loads(written[-1])["error"] == "server_error"
    known(rig.standings)
    assert not rig.gateway.visits


async def test_lines_name_each_of_many_callers(written: Written, rides: list[Ride[Any]]) -> None:
    rig = Rig(AsyncMemoryTransport(OK))
    peers = [f"10.0.0.{number % 100}" for number in range(250)]
    for peer in peers:
        rig.connection, rig.end = rig.connected(peer)
        await rig.ask(asking(said()))
    assert [json.loads(line)["peer"] for line in written] == peers
    assert len(rides) > 200
    (course,) = [course for course in lane_of(rig).courses.values() if course.rows]
    assert len(course.rows) <= 64


async def test_kinds_that_take_much_memory_are_not_kept(written: Written, rides: list[Ride[Any]]) -> None:
    rig = Rig(AsyncMemoryTransport(OK))
    for _ in range(4):
        await rig.ask(asking(said(tools=[tool(words="m" * LONGEST)])))
    assert not rides
    lanes: Lanes = rig.gateway.service._lanes
    assert [len(known._known) + len(known._met) for known in lanes._keys.values()] == [0]


def key_lanes(rig: Rig) -> KeyLanes:
    (found,) = rig.gateway.service._lanes._keys.values()
    return found


@pytest.mark.parametrize("size", [100, 30_000])
async def test_a_lane_stays_beside_many_requests_of_kinds_of_their_own(
    written: Written, rides: list[Ride[Any]], size: int
) -> None:
    rig = Rig(AsyncMemoryTransport(OK))
    for number in range(40):
        await rig.ask(asking(said()))
        await rig.ask(asking(said(tools=[tool(f"t{number}", "m" * size)])))
    assert len(rides) == 39
    assert len(key_lanes(rig)._known) == 1


async def test_the_oldest_lanes_make_room(written: Written, rides: list[Ride[Any]]) -> None:
    rig = Rig(AsyncMemoryTransport(OK))
    for number in range(40):
        for _ in range(3):
            await rig.ask(asking(said(tools=[tool(f"t{number}", "m" * 30_000)])))
    lanes = key_lanes(rig)
    assert len(rides) == 80
    assert len(lanes._known) == 16
    assert KEPT - 31_000 < lanes._size == sum(map(size_of, lanes._known)) <= KEPT
    for number in range(39, 35, -1):
        await rig.ask(asking(said(tools=[tool(f"t{number}", "m" * 30_000)])))
    assert len(rides) == 84
    for _ in range(3):
        await rig.ask(asking(said(tools=[tool("t0", "m" * 30_000)])))
    assert len(rides) == 87


async def test_kinds_that_come_in_turn_and_have_no_room_are_looked_into_ever_more_rarely(
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride[Any]]
) -> None:
    looked = 0
    look = Lanes.lane

    def looking(*args: Any) -> Any:
        nonlocal looked
        looked += 1
        return look(*args)

    monkeypatch.setattr(Lanes, "lane", looking)
    rig = Rig(AsyncMemoryTransport(OK))
    for _ in range(20):
        for number in range(20):
            await rig.ask(asking(said(tools=[tool(f"t{number}", "m" * 30_000)])))
    assert looked <= 5 * 20


async def test_calls_stay_in_their_lane(
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride[Any]]
) -> None:
    requests = [asking(said("best", f"Hello, {number}?", tools=[tool()])) for number in range(12)]
    await both(monkeypatch, written, requests, [calling()])
    assert len(rides) == 11
    assert not [ride for ride in rides if ride._visit.ahead is not None]


TOOLED: dict[str, dict[str, Any]] = {
    "one": {"tools": [tool()]},
    "twenty": {"tools": [tool(f"t{number}") for number in range(20)]},
    "none": {"tools": []},
    "null": {"tools": None},
    "a choice": {"tools": [tool()], "tool_choice": "auto"},
    "a demand": {"tools": [tool()], "tool_choice": "required"},
    "a name": {"tools": [tool()], "tool_choice": {"type": "function", "function": {"name": "f"}}},
    "a choice of nothing": {"tools": [tool()], "tool_choice": {"type": "function"}},
    "a choice without tools": {"tool_choice": "auto"},
    "some allowed": {
        "tools": [tool(), tool("g")],
        "tool_choice": {
            "type": "allowed_tools",
            "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "g"}}]},
        },
    },
    "one at a time": {"tools": [tool()], "parallel_tool_calls": False},
    "held to its schema": {"tools": [tool(strict=True)]},
    "held to a schema that nobody can hold to": {
        "tools": [tool(strict=True, parameters={"type": "object", "not": {}})]
    },
    "twice the same": {"tools": [tool(), tool()]},
    "without a name": {"tools": [{"type": "function", "function": {}}]},
    "of another kind": {"tools": [{"type": "custom", "custom": {"name": "c"}}]},
    "of a host": {"tools": [{"type": "code_interpreter"}]},
    "functions": {"functions": [{"name": "f", "parameters": {"type": "object", "properties": {}}}]},
    "a form for the answer": {
        "tools": [tool()],
        "response_format": {"type": "json_schema", "json_schema": {"name": "a", "strict": True, "schema": SCHEMA}},
    },
    "more than is kept": {"tools": [tool(words="m" * LONGEST)]},
}
TOOLED_ANSWERS: dict[str, Scripted] = {
    "by words": OK,
    "as usual": calling(),
    "as usual, with words": calling(content="Hm."),
    "without what the schema requires": saying(content=None, tool_calls=[{**CALLS[0], "id": "call_1"}]),
    "by a call": saying(content=None, tool_calls=CALLS),
    "by words and a call": saying(tool_calls=CALLS),
    "by two calls": saying(content=None, tool_calls=[*CALLS, {**CALLS[0], "id": "c2"}]),
    "by a call that is none": saying(content=None, tool_calls=[{"type": "function", "function": {"name": "f"}}]),
    "by no calls": saying(tool_calls=[]),
    "by an old call": saying(content=None, function_call={"name": "f", "arguments": "{}"}),
}


@pytest.mark.parametrize("model", ["best", "gpt-5.4-mini", "claude"])
@pytest.mark.parametrize("name", TOOLED)
async def test_requests_with_tools_are_the_same(
    monkeypatch: pytest.MonkeyPatch, written: Written, name: str, model: str
) -> None:
    monkeypatch.setattr("accord.gateway.wire.time.time", lambda: 1790000000.5)
    usual: Scripted = MESSAGE if model == "claude" else OK
    told = [*MESSAGES.values()] if model == "claude" else [*TOOLED_ANSWERS.values()]
    script = [usual, *chain.from_iterable((usual, answer) for answer in told), usual]
    requests = [
        asking(said(model, f"Hello, {number}?", **TOOLED[name]), "sk-test-rich") for number in range(len(script))
    ]
    await both(monkeypatch, written, requests, script)


async def test_tools_that_differ_in_a_byte_are_another_kind(
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride[Any]]
) -> None:
    one = json.dumps(said(tools=[tool(f"t{number}") for number in range(20)])).encode()
    others = [
        one.replace(b'"t19"', b'"t29"'),
        one.replace(b'"tools": [', b'"tools":\n\t [ '),
        one.replace(b'"object"', b'"objec"', 1),
        one.replace(b'"t19"', b'"t\\u0031\\u0039"'),
        one.replace(b'"tools": [', b'"tools": [,'),
        one[:-1] + b', "tools": []}',
        one.replace(b'"type": "function"', b'"type": "function", "type": "function"', 1),
        one.replace(b'"t19"', b'"t\xff"'),
    ]
    assert len({one, *others}) == 9
    requests = [asking(body) for body in [one, one, *others, one, *others]]
    await both(monkeypatch, written, requests, [OK])
    assert len(rides) >= 5


async def test_bytes_go_on_as_they_came_where_nothing_is_edited(
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride[Any]]
) -> None:
    body = b' { "model" : "gpt-5.4-mini" ,\n"messages": [ {"role":"user","content":"Hi"} ] , "top\\u005fp":1 }\n'
    await both(monkeypatch, written, [asking(body)] * 4, [OK])
    assert rides


WIRE = Path(__file__).parents[3].parent / "shared" / "wire"


def recorded(file: str) -> list[Scripted]:
    """Recorded whole answers to conversations."""
    with gzip.open(WIRE / f"{file}.jsonl.gz", "rt") as lines_:
        found = [json.loads(line) for line in lines_]
    return [
        reply(one["response"]["body"]["text"].encode(), one["response"]["status"]) for one in found if not one["stream"]
    ]


@pytest.mark.skipif(not WIRE.is_dir(), reason="the recordings are not here")
@pytest.mark.parametrize(
    ("model", "usual", "files"),
    [
        ("best", OK, ["openai", "azure", "azure_ai", "compat", "deepseek", "openrouter", "mistral"]),
        ("claude", MESSAGE, ["anthropic"]),
    ],
)
async def test_recorded_answers_are_the_same(
    monkeypatch: pytest.MonkeyPatch,
    written: Written,
    rides: list[Ride[Any]],
    model: str,
    usual: Reply,
    files: list[str],
) -> None:
    monkeypatch.setattr("accord.gateway.wire.time.time", lambda: 1790000000.5)
    answers = [answer for file in files for answer in recorded(file)]
    # Each beside one that keeps the lane open.
    script = [usual, usual, *chain.from_iterable((answer, usual) for answer in answers)]
    await both(monkeypatch, written, [asking(said(model), "sk-test-rich")] * len(script), script)
    assert len(rides) > len(answers)


async def test_a_lane_is_found_after_a_rush_of_requests(
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride[Any]]
) -> None:
    rig = Rig(AsyncMemoryTransport(OK))
    with monkeypatch.context() as cold:
        cold.setattr(AsyncEngine, "way", lambda *_: None)  # As before the first connection.
        for _ in range(10):
            await rig.ask(asking(said()))
    for _ in range(10):
        await rig.ask(asking(said()))
    assert rides


async def test_a_lane_that_was_of_no_use_is_tried_again(written: Written, rides: list[Ride[Any]]) -> None:
    transport = AsyncMemoryTransport(*[ANSWERS["by a call"]] * 20, OK)
    rig = Rig(transport)
    for _ in range(50):
        await rig.ask(asking(said()))
    before = len(rides)
    for _ in range(150):
        await rig.ask(asking(said()))
    assert before < 20
    assert len(rides) > before + 20


@pytest.mark.parametrize("key", ["sk-test-app", "sk-test-held"])
async def test_turns_are_kept_where_lanes_are_left(monkeypatch: pytest.MonkeyPatch, written: Written, key: str) -> None:
    """As where every connection is busy: what falls out of its lane has not had its turn yet."""
    monkeypatch.setattr(AsyncMemoryWay, "ask", lambda *_: None)
    await both(monkeypatch, written, [asking(said("turns"), key)] * 8, [OK])


async def test_who_asks_for_more_than_words_is_looked_at_now_and_then(
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride[Any]]
) -> None:
    looked = 0

    def looking(body: bytes) -> PlainAsk | None:
        nonlocal looked
        looked += 1
        return plain_ask(body)

    monkeypatch.setattr(lanes_module, "plain_ask", looking)
    rig = Rig(AsyncMemoryTransport(OK))
    for _ in range(100):
        await rig.ask(asking({"model": "best", "messages": [{"role": "user", "content": PICTURE}]}))
    assert looked == 8 + 92 // 16
    for _ in range(20):
        await rig.ask(asking(said()))
    assert rides


async def test_words_about_streams_are_words(
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride[Any]]
) -> None:
    await both(
        monkeypatch, written, [asking(said(words='{"stream":true}'))] * 3 + [asking(said(stream=False))] * 3, [OK]
    )
    assert len(rides) == 4


async def test_lanes_keep_no_words(written: Written) -> None:
    """256 kinds are kept for each key, and a request may have megabytes."""
    rig = Rig(AsyncMemoryTransport(MESSAGE))
    for _ in range(2):
        await rig.ask(asking(said("claude/claude-haiku-4-5", "Secret words")))
    (course,) = lane_of(rig).courses.values()
    assert isinstance(course.exchange, Retold)
    assert "Secret" not in str(course.exchange._words._body)  # type: ignore[attr-defined]


def chunk(delta: object = None, finish: str | None = None, **members: object) -> bytes:
    choice = {"index": 0, "delta": {} if delta is None else delta, "logprobs": None, "finish_reason": finish}
    whole = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1790000000,
        "model": "gpt-5.4-mini-2026-03-17",
        "choices": [choice],
        **members,
    }
    return event({key: value for key, value in whole.items() if value is not ...})


def event(value: object, name: str = "") -> bytes:
    named = f"event: {name}\n" if name else ""
    return f"{named}data: {json.dumps(value, separators=(',', ':'))}\n\n".encode()


def stream(*events: bytes, status: int = 200, headers: Headers = ()) -> Reply:
    return reply(
        b"".join(events), status, (("content-type", "text/event-stream"), ("x-request-id", "req_up"), *headers)
    )


FIRST = chunk({"role": "assistant", "content": "", "refusal": None})
WORDS = [chunk({"content": f"word {number} "}) for number in range(5)]
LAST = chunk(finish="stop")
USED = chunk(choices=[], usage={"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14})
DONE = b"data: [DONE]\n\n"
FAULT = event({"error": {"message": "Overloaded.", "type": "server_error", "code": "overloaded"}})
STREAM = stream(FIRST, *WORDS, LAST, USED, DONE)
STREAMS: dict[str, Scripted] = {
    "as usual": STREAM,
    "without the usage": stream(FIRST, *WORDS, LAST, DONE),
    "without its end": stream(FIRST, *WORDS, LAST, USED),
    "by half": stream(FIRST, *WORDS),
    "and breaks off within an event": stream(FIRST, *WORDS, LAST[:40]),
    "by a fault": stream(FAULT),
    "by a fault in the midst": stream(FIRST, *WORDS[:2], FAULT, DONE),
    "by a fault once it began": stream(FIRST, FAULT, DONE),
    "by no event once it began": stream(FIRST, b"data: {\n\n", *WORDS, LAST, DONE),
    "by words that are none once it began": stream(FIRST, chunk({"content": 5}), *WORDS, LAST, DONE),
    "by a fault after the end": stream(FIRST, *WORDS, LAST, USED, FAULT),
    "by nothing": stream(),
    "by its end alone": stream(DONE),
    "after a while": stream(b": at work\n\n" * 9, FIRST, *WORDS, LAST, USED, DONE),
    "by comments alone": stream(b": at work\n\n" * 9),
    "after very many comments": stream(b": at work\n\n" * 7000, FIRST, *WORDS, LAST, USED, DONE),
    "in one event": stream(chunk({"role": "assistant", "content": "Hi"}, "stop"), USED, DONE),
    "without who speaks": stream(*WORDS, LAST, USED, DONE),
    "without an id": stream(
        chunk({"role": "assistant", "content": ""}, id=...), chunk({"content": "a"}, id=...), LAST, USED
    ),
    "without a time": stream(
        chunk({"role": "assistant", "content": ""}, created=...), chunk({"content": "a"}, created=...), LAST
    ),
    "after what was filtered": stream(
        chunk(id="", model="", choices=[], prompt_filter_results=[{"prompt_index": 0}]), FIRST, *WORDS, LAST, USED, DONE
    ),
    "at another tier": stream(
        chunk({"role": "assistant", "content": ""}, service_tier="flex", system_fingerprint="fp_1"),
        *WORDS,
        LAST,
        USED,
        DONE,
    ),
    "by a call": stream(
        chunk({"role": "assistant", "content": None, "tool_calls": [{"index": 0, **CALLS[0]}]}), LAST, DONE
    ),
    "by calls": stream(
        chunk({"role": "assistant", "content": None, "tool_calls": [{"index": 0, **CALLS[0]}]}),
        chunk({"tool_calls": [{"index": 0, "function": {"arguments": '{"a'}}]}),
        chunk({"tool_calls": [{"index": 0, "function": {"arguments": '": 1}'}}]}),
        chunk({"tool_calls": [{"index": 1, **CALLS[0], "id": "c2"}]}),
        chunk({}, "tool_calls"),
        USED,
        DONE,
    ),
    "by a refusal": stream(FIRST, chunk({"refusal": "No."}), LAST, USED, DONE),
    "with thoughts": stream(FIRST, chunk({"reasoning_content": "Hm."}), *WORDS, LAST, USED, DONE),
    "twice over": stream(FIRST, FIRST, *WORDS, *WORDS, LAST, LAST, USED, USED, DONE, DONE),
    "whole": OK,
    "as a page": reply(b"<html>", headers=(("content-type", "text/html"),)),
    "with 201": stream(FIRST, *WORDS, LAST, USED, DONE, status=201),
    "with 204": reply(b"", 204),
    "400": failing(400, "invalid_value"),
    "401": failing(401, "invalid_api_key"),
    "429": failing(429, "rate_limit_exceeded", ("retry-after", "7")),
    "500": failing(500, "server_error"),
    "503 as text": reply(b"upstream connect error", 503, (("content-type", "text/plain"),)),
    "by no connection": unreachable("http://upstream.test: nobody there", sent="no", phase="connect"),
    "by a lost connection": unreachable("http://upstream.test: lost", sent="maybe", phase="head"),
    "too late": timed_out("http://upstream.test: no answer came within 600 s", sent="yes", phase="head"),
    "in bad HTTP": Malformed("the answer is not HTTP/1.1"),
}


@pytest.fixture
def _one_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers that tell no time are dated by when they were asked for."""
    monkeypatch.setattr("accord.gateway.wire.time.time", lambda: 1790000000.5)


@pytest.mark.usefixtures("_one_second")
@pytest.mark.parametrize("piece", [0, 11, 64, len(WORDS[0])])
@pytest.mark.parametrize(("model", "key"), [("best", "sk-test-held"), ("openai/gpt-5.4-mini", "sk-test-app")])
@pytest.mark.parametrize("name", STREAMS)
async def test_streams_are_the_same(
    monkeypatch: pytest.MonkeyPatch,
    written: Written,
    rides: list[Ride[Any]],
    name: str,
    model: str,
    key: str,
    piece: int,
) -> None:
    requests = [asking(said(model, f"Hello, {number}?", stream=True), key) for number in range(4)]
    await both(monkeypatch, written, requests, [STREAM, STREAM, STREAMS[name], STREAM, STREAM], piece=piece)
    assert len(rides) >= 2


def numbered(number: int, *, first: bytes = FIRST) -> Scripted:
    """A stream of its own: another id, time and padding."""
    events = [first, WORDS[0], LAST, USED, DONE]
    return stream(*(piece.replace(b"chatcmpl-1", b"chatcmpl-%d" % 10**number) for piece in events))


@pytest.mark.usefixtures("_one_second")
@pytest.mark.parametrize("piece", [0, 11, 64, len(FIRST), len(FIRST) + len(WORDS[0])])
@pytest.mark.parametrize(("model", "key"), [("best", "sk-test-held"), ("openai/gpt-5.4-mini", "sk-test-app")])
@pytest.mark.parametrize("name", STREAMS)
async def test_streams_that_begin_as_others_did_are_the_same(
    monkeypatch: pytest.MonkeyPatch,
    written: Written,
    rides: list[Ride[Any]],
    name: str,
    model: str,
    key: str,
    piece: int,
) -> None:
    requests = [asking(said(model, f"Hello, {number}?", stream=True), key) for number in range(8)]
    usual = [numbered(number) for number in range(4)]
    await both(monkeypatch, written, requests, [*usual, STREAMS[name], STREAM, STREAMS[name], STREAM], piece=piece)
    assert len(rides) >= 3


@pytest.mark.usefixtures("_one_second")
async def test_what_a_host_says_before_its_first_event_is_told_of_that_stream_alone(
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride[Any]]
) -> None:
    def filtered(mark: str) -> bytes:
        told = chunk(id="", model="", choices=[], prompt_filter_results=[{"prompt_index": 0, "mark": mark}])
        return told.replace(b'{"id"', b"{%b" % (b" " * (len(FIRST) - len(told))) + b'"id"')

    begun = [FIRST, *WORDS, LAST, USED, DONE]
    script = [*[stream(filtered("of another"), *begun)] * 5, stream(*begun), stream(filtered("of its own"), *begun)]
    requests = [asking(said(stream=True))] * len(script)
    await both(monkeypatch, written, requests, script, piece=len(FIRST))
    assert len(rides) == len(script) - 1


def told(kind: str, **members: object) -> bytes:
    return event({"type": kind, **members}, kind)


def begins(**members: object) -> bytes:
    usage = {"input_tokens": 9, "output_tokens": 1, "cache_read_input_tokens": 3}
    whole = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-haiku-4-5-20251001", "content": []}
    return told(
        "message_start", message={**whole, "stop_reason": None, "stop_sequence": None, "usage": usage, **members}
    )


OF_CLAUDE = [
    begins(),
    told("content_block_start", index=0, content_block={"type": "text", "text": ""}),
    told("ping"),
    *[told("content_block_delta", index=0, delta={"type": "text_delta", "text": f"word {n} "}) for n in range(5)],
    told("content_block_stop", index=0),
    told("message_delta", delta={"stop_reason": "end_turn", "stop_sequence": None}, usage={"output_tokens": 7}),
    told("message_stop"),
]
OVERLOADED = told("error", error={"type": "overloaded_error", "message": "Overloaded"})
STREAMS_OF_CLAUDE: dict[str, Scripted] = {
    "as usual": stream(*OF_CLAUDE),
    "by half": stream(*OF_CLAUDE[:5]),
    "by a fault": stream(OVERLOADED),
    "by a fault in the midst": stream(*OF_CLAUDE[:5], OVERLOADED),
    "by a fault once it began": stream(OF_CLAUDE[0], OVERLOADED),
    "by a call": stream(
        begins(),
        told("content_block_start", index=0, content_block={"type": "tool_use", "id": "t", "name": "f", "input": {}}),
        told("content_block_delta", index=0, delta={"type": "input_json_delta", "partial_json": "{}"}),
        told("content_block_stop", index=0),
        told("message_delta", delta={"stop_reason": "tool_use", "stop_sequence": None}, usage={"output_tokens": 7}),
        told("message_stop"),
    ),
    "after a while": stream(told("ping"), told("ping"), *OF_CLAUDE),
    "whole": MESSAGE,
    "529": reply({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, 529),
    "by a lost connection": unreachable("http://claude.test: lost", sent="maybe", phase="head"),
}


@pytest.mark.usefixtures("_one_second")
@pytest.mark.parametrize("piece", [0, 37])
@pytest.mark.parametrize("model", ["claude/claude-haiku-4-5", "claude"])
@pytest.mark.parametrize("name", STREAMS_OF_CLAUDE)
async def test_streams_of_another_wire_are_the_same(
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride[Any]], name: str, model: str, piece: int
) -> None:
    requests = [asking(said(model, f"Hello, {number}?", stream=True), "sk-test-held") for number in range(4)]
    usual = STREAMS_OF_CLAUDE["as usual"]
    await both(monkeypatch, written, requests, [usual, usual, STREAMS_OF_CLAUDE[name], usual, STREAM], piece=piece)
    assert len(rides) >= 2


STREAMS_ASKED: dict[str, dict[str, Any]] = {
    "with usage": {"model": "best", "stream_options": {"include_usage": True}},
    "without padding": {"model": "openai/gpt-5.4-mini", "stream_options": {"include_obfuscation": False}},
    "in turns": {"model": "turns"},
    "of two kinds": {"model": "mixed"},
    "on trial": {"model": "tried"},
    "with a limit": {"model": "best", "max_tokens": 7, "temperature": 0.5},
    "of two choices": {"model": "best", "n": 2},
    "with the caller's name for a host's model": {"model": "gpt-5.4-mini"},
    "of nobody": {"model": "nobody"},
    "with options that say nothing": {"model": "best", "stream_options": {}},
    "with no options": {"model": "best", "stream_options": None},
    "with options that are none": {"model": "best", "stream_options": {"include_usage": "yes"}},
    "with an option nobody knows": {"model": "best", "stream_options": {"include_usage": True, "mystery": 1}},
    "with tools": {"model": "best", "tools": [tool(f"t{number}") for number in range(20)], "tool_choice": "auto"},
    "with usage and tools": {"model": "best", "tools": [tool()], "stream_options": {"include_usage": True}},
}


@pytest.mark.usefixtures("_one_second")
@pytest.mark.parametrize("name", STREAMS_ASKED)
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/chat/completions"])
async def test_requests_for_streams_are_the_same(
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride[Any]], name: str, path: str
) -> None:
    asked = {**STREAMS_ASKED[name], "stream": True}
    requests = [asking(said(words=f"Hello, {number}?") | asked, "sk-test-rich", path=path) for number in range(6)]
    await both(
        monkeypatch, written, requests, [STREAM, STREAM, STREAMS["by a call"], STREAMS["by calls"], STREAM], piece=64
    )
    assert bool(rides) == (name not in {"on trial", "of nobody", "with options that are none"})


@pytest.mark.usefixtures("_one_second")
async def test_limits_hold_for_streams(monkeypatch: pytest.MonkeyPatch, written: Written) -> None:
    requests = [asking(said(words=f"Hello, {number}?", stream=True), "sk-test-held") for number in range(7)]
    await both(monkeypatch, written, requests, [STREAM], piece=64)


@pytest.mark.usefixtures("_one_second")
async def test_streams_and_whole_answers_have_lanes_of_their_own(
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride[Any]]
) -> None:
    requests = [asking(said(words=f"Hello, {number}?", stream=number % 2 == 0)) for number in range(8)]
    await both(monkeypatch, written, requests, [STREAM, OK] * 4)
    assert [type(ride) for ride in rides] == [StreamRide, WholeRide] * 3


PICTURE = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}]


def loop(*turns: str, words: str = "Hello?") -> list[dict[str, Any]]:
    """A conversation of an agent, by a letter for each message."""
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": json.dumps({"a": words})}}
    told: dict[str, dict[str, Any]] = {
        "s": {"role": "system", "content": "Be brief."},
        "u": {"role": "user", "content": words},
        "U": {"role": "user", "content": [{"type": "text", "text": words}, {"type": "text", "text": "Well?"}]},
        "n": {"role": "user", "content": words, "name": "ann"},
        "a": {"role": "assistant", "content": words},
        "c": {"role": "assistant", "content": None, "tool_calls": [call]},
        "C": {"role": "assistant", "content": words, "tool_calls": [call, {**call, "id": "call_2"}]},
        "t": {"role": "tool", "tool_call_id": "call_1", "content": words},
        "T": {"role": "tool", "tool_call_id": "call_2", "content": [{"type": "text", "text": words}]},
        "p": {"role": "user", "content": PICTURE},
        "o": {
            "role": "assistant",
            "content": None,
            "tool_calls": [{**call, "function": {"name": "f", "arguments": {}}}],
        },
        "i": {"role": "assistant", "content": None, "tool_calls": [{"function": call["function"]}]},
        "r": {"role": "assistant", "content": None, "reasoning_content": "Hm.", "tool_calls": [call]},
        "x": {"role": "tool", "content": words},
        "y": {"role": "user", "content": [{"type": "text", "text": words, "cache_control": {"type": "ephemeral"}}]},
        "e": {"role": "user", "content": ""},
        "z": {"role": "user", "content": []},
        "0": {"role": "assistant"},
        "!": {"role": "nobody", "content": words},
    }
    return [told[one] for turn in turns for one in turn]


LOOPS: dict[str, list[str]] = {
    "growing": ["uct", "uctct", "suctctct", "uctctcta", "uctctctau"],
    "with instructions": ["suct", "suctct", "suctctct"],
    "with two calls at once": ["uCtT", "uCtTct", "uctCtT"],
    "of texts in parts": ["U", "U", "Uau", "U"],
    "of who has a name": ["n", "nan", "n"],
    "without results": ["uc", "uc", "ucc", "uC"],
    "out of order": ["tcu", "tuc", "tcu", "t"],
    "of results alone": ["t", "t", "T"],
    "of very many turns": ["u" * 120, "ua" * 60, "u" * 130, "u" * 131],
    "with a picture": ["uct", "uctp", "uct", "uct"],
    "with odd calls": ["uct", "uot", "uct", "uit", "uct", "urt", "uct"],
    "with a result of nothing": ["uct", "ucx", "uct"],
    "with a mark": ["uct", "yct", "uct"],
    "with nothing said": ["ect", "zct", "u0ct", "uct", "0", "e", "z", "e", "z", "0"],
    "with somebody else": ["uct", "!ct", "uct"],
    "of nobody": ["", "", "uct", ""],
}


@pytest.mark.usefixtures("_one_second")
@pytest.mark.parametrize("tools", [False, True])
@pytest.mark.parametrize("model", ["best", "claude", "mixed", "openai/gpt-5.4-mini", "turns"])
@pytest.mark.parametrize("name", LOOPS)
async def test_agents_get_the_same(
    monkeypatch: pytest.MonkeyPatch, written: Written, name: str, model: str, tools: bool
) -> None:
    asked: dict[str, Any] = {"tools": [tool(), tool("g")]} if tools else {}
    requests = [
        asking({"model": model, "messages": loop(turns, words=f"{number}?"), "stream": stream, **asked}, "sk-test-rich")
        for stream in (False, True)
        for number, turns in enumerate([*LOOPS[name], *LOOPS[name]])
    ]
    answers = [MESSAGE, MESSAGES["by a call"]] if model == "claude" else [OK, calling()]
    begun = STREAMS_OF_CLAUDE["as usual"] if model == "claude" else STREAMS["by calls"]
    half = len(requests) // 2
    await both(monkeypatch, written, requests, [*(answers * half)[:half], begun])


async def test_agents_have_one_lane_however_long_they_talk(
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride[Any]]
) -> None:
    requests = [
        asking({"model": "best", "messages": loop("u" + "ct" * number), "tools": [tool()]}) for number in range(1, 40)
    ]
    await both(monkeypatch, written, requests, [calling()])
    assert len(rides) == 38


async def test_lanes_keep_nothing_of_what_agents_say(written: Written) -> None:
    rig = Rig(AsyncMemoryTransport(STREAM))
    for _ in range(3):
        await rig.ask(asking({"model": "best", "messages": loop("nCtT", words="Secret"), "stream": True}))
    for course in lane_of(rig).courses.values():
        assert "Secret" not in str(course.inbound.body) + str(course.inbound.request) + str(course.plan.leg.call.body)


@pytest.mark.parametrize("model", ["best", "openai/gpt-5.4-mini"])
@pytest.mark.parametrize("name", ANSWERS)
async def test_answers_to_agents_are_the_same(
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride[Any]], name: str, model: str
) -> None:
    requests = [
        asking({"model": model, "messages": loop("uct", words=f"{number}?"), "tools": [tool()]}, "sk-test-held")
        for number in range(4)
    ]
    await both(monkeypatch, written, requests, [OK, OK, ANSWERS[name], OK, OK])
    assert len(rides) >= 2


class Live:
    """An answer that goes on when the test says so, read or poured."""

    def __init__(self, taken: Callable[[bytes], bool] | None = None, over: Callable[[], None] | None = None) -> None:
        self.head = Head(status=200, headers=(("content-type", "text/event-stream"),))
        self.kept: list[bytes] = []
        """What was said and not taken."""
        self.closed = False
        self.poured_once = taken is not None
        self._taken = taken
        self._over = over
        self._ended = False
        self._error: ProviderError | None = None
        self._raised: Exception | None = None
        self._news = asyncio.Event()
        self._done = asyncio.Event()

    def say(self, *events: bytes) -> None:
        for data in events:
            if self._taken is None:
                self.kept.append(data)
                continue
            try:
                ready = self._taken(data)
            except OverflowError as error:
                self._raised, ready = error, False
            if not ready:
                self._no_more()
        self._news.set()

    def end(self, error: ProviderError | None = None) -> None:
        self._ended, self._error = True, error
        self._no_more()
        self._news.set()

    def _no_more(self) -> None:
        if self._taken is not None:
            self._taken = None
            self._done.set()
            if self._over is not None:
                asyncio.get_running_loop().call_soon(self._over)

    # To be read.

    async def read(self) -> bytes:
        while not self.kept and not self._ended:
            self._news.clear()
            try:
                await self._news.wait()
            except asyncio.CancelledError:
                self.closed = True
                raise
        if self.kept:
            return self.kept.pop(0)
        if self._error is not None:
            raise self._error
        return b""

    async def pour(self, taken: Callable[[bytes], bool]) -> None:
        if not self.kept and not self._ended:
            self._taken, self._over = taken, None
            self._done.clear()
            await self.poured()

    async def close(self) -> None:
        if not self._ended:
            self.cancel()

    # To be taken.

    @property
    def answer(self) -> "Live":
        return self

    def take_by(self, taken: Callable[[bytes], bool]) -> None:
        if self._taken is not None:
            self._taken = taken

    async def poured(self) -> None:
        try:
            await self._done.wait()
        except asyncio.CancelledError:
            self.cancel()
            raise
        if self._raised is not None:
            raise self._raised

    def stop(self) -> None:
        self._taken = None

    async def opened(self) -> "Live":
        return self

    def cancel(self) -> None:
        self.stop()
        self._ended = True
        self.closed = True


class LiveNetwork:
    """A network whose streams go on when the test says so."""

    def __init__(self) -> None:
        self.answers: list[Live] = []

    async def send(self, call: Call) -> Live:
        del call
        self.answers.append(Live())
        return self.answers[-1]

    def way(self, call: Call) -> "LiveNetwork":
        del call
        return self

    def open(self, body: bytes, taken: Callable[[bytes], bool], over: Callable[[], None], own: Headers = ()) -> Live:
        del body, own
        self.answers.append(Live(taken, over))
        return self.answers[-1]

    async def close(self) -> None:
        pass


@pytest.fixture(params=["in its lane", "beside it"])
def lane(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    if request.param != "in its lane":
        monkeypatch.setattr(KeyLanes, "begin", lambda *_: None)
    return request.param == "in its lane"


async def live(lane: bool, config: str = CONFIG) -> tuple[Rig, Live]:
    """A gateway with a stream under way, of which nothing has come."""
    network = LiveNetwork()
    rig = Rig(network, config=config)
    for number in range(3):
        rig.end.written.clear()
        rig.connection.data_received(asking(said(stream=True)))
        while len(network.answers) <= number:
            await asyncio.sleep(0)
        if number < 2:
            network.answers[-1].say(FIRST, LAST, USED, DONE)
            network.answers[-1].end()
            await rig.quiet()
    answer = network.answers[-1]
    assert [type(serving) is StreamRide for serving in rig.gateway.visits.values()] == [lane]
    assert answer.poured_once is lane
    return rig, answer


async def turns(count: int = 20) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def contents(rig: Rig) -> list[str]:
    """The texts that the caller has by now."""
    return re.findall(r'"content":"(word [^"]*)"', rig.end.written.decode())


async def test_pieces_go_out_as_they_come(written: Written, lane: bool) -> None:
    rig, answer = await live(lane)
    await turns()
    assert not rig.end.written
    answer.say(FIRST)
    await turns()
    assert rig.end.written.startswith(b"HTTP/1.1 200")
    for number, event_of_words in enumerate(WORDS):
        answer.say(event_of_words)
        await turns()
        assert len(contents(rig)) == number + 1
    answer.say(LAST, USED, DONE)
    answer.end()
    await rig.quiet()
    assert rig.end.written.endswith(b"data: [DONE]\n\n\r\n0\r\n\r\n")
    (line,) = map(json.loads, written[-1:])
    assert (line["status"], line["output"], line["stream"]) == (200, 5, True)
    assert not answer.closed


@pytest.mark.parametrize("begun", [False, True])
async def test_a_caller_who_leaves_ends_the_stream(written: Written, lane: bool, begun: bool) -> None:
    rig, answer = await live(lane)
    answer.say(*[FIRST, WORDS[0]] if begun else [])
    await turns()
    rig.end.closed = True
    rig.connection.connection_lost(None)
    answer.say(WORDS[1])
    await rig.quiet()
    assert answer.closed
    known(rig.standings)
    line = json.loads(written[-1])
    assert (line["stopped"], line["status"]) == ("left", 200 if begun else 499)


@pytest.mark.parametrize("begun", [False, True])
async def test_a_stop_in_a_stream_is_told(written: Written, lane: bool, begun: bool) -> None:
    rig, answer = await live(lane)
    answer.say(*[FIRST, WORDS[0]] if begun else [])
    await turns()
    rig.stop()
    await asyncio.sleep(0.05)
    answer.say(WORDS[1])
    await rig.quiet()
    assert answer.closed
    known(rig.standings)
    assert rig.end.written.startswith(b"HTTP/1.1 200" if begun else b"HTTP/1.1 503")
    assert b"shutting down" in rig.end.written
    assert rig.end.closed
    assert len(contents(rig)) == begun
    assert next(filter(None, [json.loads(line).get("stopped") for line in written])) == "shutdown"


async def test_a_stream_that_ends_in_time_is_whole_while_stopping(written: Written, lane: bool) -> None:
    rig, answer = await live(lane)
    answer.say(FIRST)
    rig.stop()
    answer.say(*WORDS, LAST, USED, DONE)
    answer.end()
    await rig.quiet()
    assert len(contents(rig)) == 5
    assert rig.end.written.endswith(b"data: [DONE]\n\n\r\n0\r\n\r\n")
    assert rig.end.closed


async def test_a_slow_caller_of_a_stream_is_waited_for(written: Written, lane: bool) -> None:
    rig, answer = await live(lane)
    answer.say(FIRST)
    await turns()
    rig.connection.pause_writing()
    for event_of_words in WORDS:
        answer.say(event_of_words)
        await turns()
    assert contents(rig) == ["word 0 "]  # Sent before it is known that the caller does not read.
    assert len(answer.kept) == 4
    rig.connection.resume_writing()
    await turns(60)
    assert len(contents(rig)) == 5
    answer.say(LAST, USED, DONE)
    answer.end()
    await rig.quiet()
    assert rig.end.written.endswith(b"data: [DONE]\n\n\r\n0\r\n\r\n")


async def test_a_stream_that_breaks_says_so(written: Written, lane: bool) -> None:
    rig, answer = await live(lane)
    answer.say(FIRST, *WORDS)
    await turns()
    answer.end(Interrupted("http://upstream.test: the connection ended before the answer did"))
    await rig.quiet()
    assert b"the connection ended before the answer did" in rig.end.written
    assert len(contents(rig)) == 5
    assert json.loads(written[-1])["error"] == "interrupted"
    known(rig.standings)


async def test_signs_of_life_are_given(written: Written, lane: bool) -> None:
    rig, answer = await live(lane, CONFIG.replace("drain: 0.02", "heartbeat: 0.02"))
    async with asyncio.timeout(10):
        while rig.end.written.count(b": keep-alive") < 2:
            await asyncio.sleep(0.005)
    assert not contents(rig)
    answer.say(FIRST, *WORDS[:2])
    await turns()
    before = rig.end.written.count(b": keep-alive")
    async with asyncio.timeout(10):
        while rig.end.written.count(b": keep-alive") < before + 2:
            await asyncio.sleep(0.005)
    answer.say(*WORDS[2:], LAST, USED, DONE)
    answer.end()
    await rig.quiet()
    assert len(contents(rig)) == 5
    assert rig.end.written.count(b"HTTP/1.1 200") == 1
    assert rig.end.written.endswith(b"data: [DONE]\n\n\r\n0\r\n\r\n")


async def test_requests_behind_a_stream_wait_for_it(written: Written, lane: bool) -> None:
    rig, answer = await live(lane)
    answer.say(FIRST)
    rig.connection.data_received(asking(said(words="And now?", stream=True)))
    await turns()
    network = cast("LiveNetwork", rig.transport)
    assert network.answers[-1] is answer
    answer.say(*WORDS, LAST, USED, DONE)
    answer.end()
    await turns(60)
    second = network.answers[-1]
    assert second is not answer
    second.say(FIRST, *WORDS, LAST, USED, DONE)
    second.end()
    await rig.quiet()
    assert rig.end.written.count(b"HTTP/1.1 200") == 2
    assert len(contents(rig)) == 10


async def test_a_fault_behind_the_head_of_a_stream_cuts_it(
    monkeypatch: pytest.MonkeyPatch, written: Written, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise OverflowError("secret words")

    rig, answer = await live(True)
    monkeypatch.setattr("accord.gateway.dispatch.Dispatch.opened", fail)
    answer.say(FIRST)
    await rig.quiet()
    assert rig.end.written.startswith(b"HTTP/1.1 200")
    assert not rig.end.written.endswith(b"0\r\n\r\n")
    assert rig.end.closed
    known(rig.standings)


async def test_a_head_that_is_known_from_another_connection_may_come_in_pieces(written: Written) -> None:
    rig = Rig(AsyncMemoryTransport(OK))
    await rig.ask(asking(said()))
    rig.connection, rig.end = rig.connected()
    rig.connection.data_received(asking(said())[:-9])
    assert (await rig.ask(asking(said())[-9:])).startswith(b"HTTP/1.1 200")
    assert rig.connection._reader._made is None
