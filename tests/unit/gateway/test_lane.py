"""Requests in their lanes come to the same as beside them: what goes to the provider, what the caller gets, what is counted."""

import asyncio
import gc
import gzip
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from pathlib import Path
from time import monotonic
from typing import Any, cast

import pytest

from accord.catalog.lifecycle import lifecycle_warning
from accord.core.error import Interrupted, Malformed, timed_out, unreachable
from accord.core.http import Call, Head, Headers, Reply
from accord.dialects.openai_chat.plain_ask import PlainAsk
from accord.dialects.openai_chat.retold import Retold
from accord.engine.run_async import AsyncEngine
from accord.gateway import lanes as lanes_module
from accord.gateway.config.decode import decode_config
from accord.gateway.config.document import parse_document
from accord.gateway.gateway import Gateway
from accord.gateway.health import Health
from accord.gateway.lane import Lane, Ride
from accord.gateway.lanes import KINDS, KeyLanes, Lanes
from accord.gateway.log_writer import lines
from accord.gateway.metrics.tally import Tally
from accord.gateway.server.connection import Connection
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
    "nothing that is known": {"model": "best", "mystery": 1},
}


def asking(body: object, key: str = "sk-test-app", *, path: str = "/v1/chat/completions", **headers: str) -> bytes:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    more = "".join([f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items()])
    return (
        f"POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\n{more}"
        f"content-type: application/json\r\ncontent-length: {len(data)}\r\n\r\n"
    ).encode() + data


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

    def ask(self, body: bytes, told: Told) -> AsyncAsked:
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

    def __init__(self, transport: object, *, form: str = "json") -> None:
        self.transport = transport
        engine = AsyncEngine(cast("AsyncMemoryTransport", transport), NoTokens())
        self.config = decode_config(parse_document(CONFIG.replace("FORMAT", form), "test.yaml"), {}, "test.yaml")
        health, self.tally = Health(), Tally()
        self.gateway = Gateway(
            self.config,
            lambda config: Service(config, engine, health, None, self.tally),
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
        assert [type(serving) for serving in self.gateway.visits.values()] == [Ride]


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
def rides(monkeypatch: pytest.MonkeyPatch) -> list[Ride]:
    """The rides that were begun."""
    found: list[Ride] = []
    begin = Lane.begin

    def begun(self: Lane, *args: Any) -> Ride | None:
        ride = begin(self, *args)
        found.extend([ride] if ride is not None else [])
        return ride

    monkeypatch.setattr(Lane, "begin", begun)
    return found


def alike(data: bytes) -> str:
    """What is written, but for what is never the same twice."""
    text = data.decode()
    text = re.sub(r"req_[0-9a-f]+|(?<=date: ).*|(?<=content-length: )[0-9]+|(?<=again in )[0-9.]+", "_", text)
    text = re.sub(r"(?<=retry-after: )[0-9]+", "_", text)
    text = re.sub(
        r'(?<=ms=)[0-9.]+|(?<="ms":)[0-9.]+|(?<="time":)[0-9.]+|(?<="duration":)[0-9.e-]+|(?<="expected_latency":)[0-9.e-]+',
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


async def seen(requests: Sequence[bytes], script: Sequence[Scripted], written: Written, form: str = "json") -> object:
    """All that can be seen of these requests from outside."""
    written.clear()
    transport = AsyncMemoryTransport(*script)
    rig = Rig(transport, form=form)
    answers = [alike(await rig.ask(request)) for request in requests]
    for _ in range(20):
        await asyncio.sleep(0)  # Copies for who is on trial go out meanwhile.
    calls = [(call.url, call.headers, call.body, round(call.timeouts.total or 0)) for call in transport.calls]
    return answers, calls, counted(rig.tally), [alike(line) for line in written]


async def both(
    monkeypatch: pytest.MonkeyPatch,
    written: Written,
    requests: Sequence[bytes],
    script: Sequence[Scripted],
    form: str = "json",
) -> None:
    with_lanes = await seen(requests, script, written, form)
    with monkeypatch.context() as without:
        without.setattr(KeyLanes, "begin", lambda *_: None)
        assert with_lanes == await seen(requests, script, written, form)


@pytest.mark.parametrize("key", ["sk-test-app", "sk-test-held"])
@pytest.mark.parametrize("model", ["best", "openai/gpt-5.4-mini"])
@pytest.mark.parametrize("name", ANSWERS)
async def test_answers_are_the_same(
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride], name: str, model: str, key: str
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
    rides: list[Ride],
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
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride], name: str, form: str
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
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride], headers: dict[str, str]
) -> None:
    await both(monkeypatch, written, [asking(said(), **headers)] * 4, [OK])
    assert bool(rides) == (
        not headers.keys() & {"x_accord_usage", "x_request_timeout", "traceparent", "x_accord_fallback"}
    )


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


async def test_a_lane_without_use_is_closed(written: Written, rides: list[Ride]) -> None:
    rig = Rig(AsyncMemoryTransport(ANSWERS["by a call"]))
    for _ in range(30):
        await rig.ask(asking(said()))
    assert 3 <= len(rides) < 20


async def test_no_more_lanes_than_are_kept(written: Written, rides: list[Ride]) -> None:
    rig = Rig(AsyncMemoryTransport(OK))
    for number in range(KINDS + 20):
        await rig.ask(asking(said(max_tokens=number + 1)))
    assert not rides
    for _ in range(3):
        await rig.ask(asking(said(max_tokens=7)))
    assert rides


async def test_lanes_end_with_their_configuration(written: Written, rides: list[Ride]) -> None:
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


async def test_a_tap_gets_every_call(written: Written, rides: list[Ride]) -> None:
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
    (lane,) = [lane for key in lanes._keys.values() for lane in key._known.values() if isinstance(lane, Lane)]
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
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride]
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


@pytest.mark.parametrize("place", ["price", "Lanes._courses"])
async def test_a_fault_in_a_lane_is_left_to_the_usual_way(
    monkeypatch: pytest.MonkeyPatch, written: Written, place: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OverflowError("int too large to convert to float")

    where = f"accord.gateway.lane.{place}" if place == "price" else f"accord.gateway.lanes.{place}"
    monkeypatch.setattr(where, fail)
    rig = Rig(AsyncMemoryTransport(OK))
    for _ in range(5):
        assert (await rig.ask(asking(said()))).startswith(b"HTTP/1.1 200")
    assert not rig.gateway.visits


async def test_lines_name_each_of_many_callers(written: Written, rides: list[Ride]) -> None:
    rig = Rig(AsyncMemoryTransport(OK))
    peers = [f"10.0.0.{number % 100}" for number in range(250)]
    for peer in peers:
        rig.connection, rig.end = rig.connected(peer)
        await rig.ask(asking(said()))
    assert [json.loads(line)["peer"] for line in written] == peers
    assert len(rides) > 200
    (course,) = [course for course in lane_of(rig).courses.values() if course.rows]
    assert len(course.rows) <= 64


async def test_kinds_that_take_much_memory_are_not_kept(written: Written, rides: list[Ride]) -> None:
    rig = Rig(AsyncMemoryTransport(OK))
    turns = [{"role": "user", "content": "a"}] * 1001
    for _ in range(4):
        await rig.ask(asking({"model": "best", "messages": turns}))
        await rig.ask(asking(said("m" * 2001)))
    assert not rides
    lanes: Lanes = rig.gateway.service._lanes
    assert [len(known._known) for known in lanes._keys.values()] == [0]


async def test_bytes_go_on_as_they_came_where_nothing_is_edited(
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride]
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
    rides: list[Ride],
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
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride]
) -> None:
    rig = Rig(AsyncMemoryTransport(OK))
    with monkeypatch.context() as cold:
        cold.setattr(AsyncEngine, "way", lambda *_: None)  # As before the first connection.
        for _ in range(10):
            await rig.ask(asking(said()))
    for _ in range(10):
        await rig.ask(asking(said()))
    assert rides


async def test_a_lane_that_was_of_no_use_is_tried_again(written: Written, rides: list[Ride]) -> None:
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
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride]
) -> None:
    looked = 0
    look = lanes_module.plain_ask

    def looking(body: bytes) -> PlainAsk | None:
        nonlocal looked
        looked += 1
        return look(body)

    monkeypatch.setattr(lanes_module, "plain_ask", looking)
    rig = Rig(AsyncMemoryTransport(OK))
    for _ in range(100):
        await rig.ask(
            asking({"model": "best", "messages": [{"role": "user", "content": [{"type": "text", "text": "a"}]}]})
        )
    assert looked == 8 + 92 // 16
    for _ in range(20):
        await rig.ask(asking(said()))
    assert rides


@pytest.mark.parametrize("written_as", [(",", ":"), (", ", ": ")])
async def test_streams_are_not_looked_at(
    monkeypatch: pytest.MonkeyPatch, written: Written, written_as: tuple[str, str]
) -> None:
    def looking(body: bytes) -> PlainAsk | None:
        raise AssertionError("it was looked at")

    monkeypatch.setattr(lanes_module, "plain_ask", looking)
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": []}
    events = b"data: %b\n\ndata: [DONE]\n\n" % json.dumps(chunk).encode()
    rig = Rig(AsyncMemoryTransport(reply(events, headers=(("content-type", "text/event-stream"),))))
    body = json.dumps({**said(), "stream": True, "stream_options": {"include_usage": True}}, separators=written_as)
    rig.connection.data_received(asking(body.encode()))
    await rig.quiet()
    assert b"data: [DONE]" in rig.end.written


async def test_words_about_streams_are_words(
    monkeypatch: pytest.MonkeyPatch, written: Written, rides: list[Ride]
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
