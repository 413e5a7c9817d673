"""Calls through a router that go straight to a target come to the same as those that the flow decides on."""

import json
import random
from collections.abc import Sequence

import pytest

import accord
from accord.core.error import ProviderError, timed_out, unreachable
from accord.core.http import Call, Reply
from accord.core.route import RouteRecord, Strategy
from accord.engine import route_async, route_sync
from accord.routing import AsyncRouter, RoutePolicy, Router, RouteTarget
from accord.testing.memory import AsyncMemoryTransport, MemoryAnswer, MemoryTransport

MODEL = "gpt-5.4-mini"
Scripted = Reply | ProviderError


def whole(**members: object) -> Reply:
    choice = {"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 30, "completion_tokens": 2, "total_tokens": 32}
    body = {"id": "c", "object": "chat.completion", "created": 1, "model": MODEL, "choices": [choice], "usage": usage}
    return Reply(status=200, headers=(("x-request-id", "up"),), body=json.dumps({**body, **members}).encode())


def chunk(delta: object, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    made = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": MODEL, "choices": [choice]}
    return b"data: %b\n\n" % json.dumps(made).encode()


def stream(*events: bytes) -> Reply:
    return Reply(status=200, headers=(("content-type", "text/event-stream"),), body=b"".join(events))


def failing(status: int, code: str = "", wait: str = "") -> Reply:
    body = {"error": {"message": "No.", "type": "server_error", "code": code or None}}
    return Reply(status=status, headers=(("retry-after", wait),) if wait else (), body=json.dumps(body).encode())


BEGUN = (chunk({"role": "assistant", "content": ""}), chunk({"content": "Hello"}))
WHOLE, STREAM = whole(), stream(*BEGUN, chunk({}, "stop"), b"data: [DONE]\n\n")
FAULTS: dict[str, Scripted] = {
    "500": failing(500),
    "429": failing(429, wait="30"),
    "no quota": failing(429, "insufficient_quota"),
    "401": failing(401),
    "400": failing(400),
    "404": failing(404, "model_not_found"),
    "a window too small": failing(400, "context_length_exceeded"),
    "no JSON": Reply(status=200, body=b"<html>"),
    "nobody there": unreachable("nobody there", sent="no", phase="connect"),
    "lost": unreachable("lost", sent="maybe", phase="head"),
    "too late": timed_out("too late", sent="yes", phase="head"),
}


def script(name: str, well: Reply) -> list[Scripted]:
    """What the targets answer, in turn, to five calls."""
    fault = FAULTS.get(name, well)
    return [well, fault, well, well, fault, fault, fault, well]


POLICIES: dict[str, RoutePolicy] = {
    **{name: RoutePolicy(strategy=name) for name in ("round_robin", "cheapest", "headroom")},
    "no repeats": RoutePolicy(strategy="round_robin", retries=0),
}


def targets(count: int) -> list[RouteTarget]:
    provider = accord.OpenAI(api_key="sk-test")
    return [RouteTarget(model=MODEL, provider=provider, name=f"account{number}") for number in range(count)]


def told(record: RouteRecord | None) -> object:
    assert record is not None
    verdicts = [(each.provider, each.model, each.verdict, each.tier, each.expected_cost) for each in record.considered]
    return record.name, record.strategy, verdicts, [each.expected_latency is None for each in record.considered]


def failed(error: ProviderError) -> object:
    asked = [(each.provider, each.status, each.error, each.billed) for each in error.attempts]
    return type(error), str(error), asked, told(error.route)


def answered(response: accord.ChatResponse) -> object:
    asked = [(each.provider, each.status, each.error) for each in response.attempts]
    return response.text, response.provider, response.usage, response.cost, asked, told(response.route)


def sent(calls: Sequence[Call], router: Router | AsyncRouter) -> object:
    seats = router._group.pool.seats  # pyright: ignore[reportPrivateUsage]
    assert [seat.standing.gate.in_flight for seat in seats] == [0] * len(seats)
    states = [
        (seat.standing.breaker.admits(1e9), seat.standing.whole.value(0.0) is None, seat.credit) for seat in seats
    ]
    return [(call.url, call.body) for call in calls], states


def blocking(replies: Sequence[Scripted], policy: RoutePolicy, count: int, *, streamed: bool) -> object:
    random.seed(7)
    transport = MemoryTransport(*replies)
    router, seen = Router(targets(count), policy=policy, transport=transport), list[object]()
    for _ in range(5):
        try:
            if streamed:
                with router.chat_completion_stream("Hello") as events:
                    seen.append(([str(event) for event in events], answered(events.response)))
            else:
                seen.append(answered(router.chat_completion("Hello")))
        except ProviderError as error:
            seen.append(failed(error))
    return seen, sent(transport.calls, router)


async def asking(replies: Sequence[Scripted], policy: RoutePolicy, count: int, *, streamed: bool) -> object:
    random.seed(7)
    transport = AsyncMemoryTransport(*replies)
    router, seen = AsyncRouter(targets(count), policy=policy, transport=transport), list[object]()
    for _ in range(5):
        try:
            if streamed:
                async with router.chat_completion_stream("Hello") as events:
                    seen.append(([str(event) async for event in events], answered(events.response)))
            else:
                seen.append(answered(await router.chat_completion("Hello")))
        except ProviderError as error:
            seen.append(failed(error))
    return seen, sent(transport.calls, router)


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("name", ["well", *FAULTS])
async def test_straight_or_not_they_come_to_the_same(
    monkeypatch: pytest.MonkeyPatch, name: str, policy: str, count: int, streamed: bool
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr("asyncio.sleep", _at_once)
    replies, rule = script(name, STREAM if streamed else WHOLE), POLICIES[policy]
    straight = blocking(replies, rule, count, streamed=streamed)
    assert straight == await asking(replies, rule, count, streamed=streamed)
    for module in (route_sync, route_async):
        monkeypatch.setattr(module, "first_of", lambda *_, **__: None)
    assert straight == blocking(replies, rule, count, streamed=streamed)
    assert straight == await asking(replies, rule, count, streamed=streamed)


async def _at_once(_: float) -> None:
    return None


class Leaving(MemoryTransport):
    """Whoever asks is interrupted."""

    def send(self, call: Call) -> MemoryAnswer:
        super().send(call)
        raise KeyboardInterrupt


@pytest.mark.parametrize("streamed", [False, True])
def test_a_call_that_is_interrupted_leaves_its_place(streamed: bool) -> None:
    transport = Leaving(WHOLE)
    router = Router(targets(3), transport=transport)
    ask = router.chat_completion_stream("Hello").__enter__ if streamed else lambda: router.chat_completion("Hello")
    with pytest.raises(KeyboardInterrupt):
        ask()
    sent(transport.calls, router)


def test_nearly_every_call_goes_straight(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("it was weighed")

    monkeypatch.setattr(route_sync, "RoutedChat", fail)
    strategies: tuple[Strategy, ...] = ("weighted", "round_robin", "least_busy", "fastest")
    for strategy in strategies:
        router = Router(targets(3), policy=RoutePolicy(strategy=strategy), transport=MemoryTransport(WHOLE))
        assert router.chat_completion("Hello").text == "Hello"
