"""What observers are told of calls, and that none of them can harm one."""

import json
from typing import Any

import pytest

from accord import AsyncClient, ChatRequest, Client, OpenAI, Options, ProviderError, RequestContext, user
from accord.client.async_router import AsyncRouter
from accord.client.failure_log import FailureLog
from accord.client.router import Router
from accord.core import observe
from accord.core.error import Unsupported
from accord.core.http import Reply
from accord.core.observe import (
    AttemptEnded,
    AttemptStarted,
    CallEnded,
    CallEvent,
    CallStarted,
    RetryDecided,
    StreamOpened,
)
from accord.engine.run_sync import Engine
from accord.engine.watch import OPERATIONS
from accord.providers.anthropic import Anthropic
from accord.testing.memory import AsyncMemoryTransport, MemoryTransport

SERVER = OpenAI(api_key="sk-test-not-a-real-key", base_url="http://127.0.0.1:9/v1")
MODEL = "gpt-5.4-mini"
CONTEXT = RequestContext(request_id="req_7", tags={"team": "blue"})


class Notebook:
    """An observer that keeps what it is told."""

    def __init__(self) -> None:
        self.events: list[CallEvent] = []

    def observe(self, event: CallEvent) -> None:
        self.events.append(event)

    @property
    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.events]

    @property
    def end(self) -> CallEnded:
        (end,) = [event for event in self.events if isinstance(event, CallEnded)]
        return end


class Broken:
    """An observer that fails at everything."""

    def observe(self, event: CallEvent) -> None:
        raise RuntimeError("no")

    def carried(self, call: CallStarted) -> RequestContext:
        raise RuntimeError("no")


def answer() -> Reply:
    body = {
        "id": "c",
        "object": "chat.completion",
        "created": 5,
        "model": "gpt-5.4-mini-2026-03-17",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "secret plans"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100},
    }
    return Reply(status=200, headers=(("x-request-id", "up_1"),), body=json.dumps(body).encode())


def refused(status: int = 500) -> Reply:
    return Reply(status=status, headers=(("retry-after", "0"),), body=b'{"error": {"message": "secret plans"}}')


def stream(*, end: bool = True) -> Reply:
    def chunk(delta: object, finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return b"data: " + json.dumps({"id": "c", "model": "m", "created": 5, "choices": [choice]}).encode() + b"\n\n"

    pieces = [chunk({"role": "assistant", "content": ""}), chunk({"content": "Hi"})]
    if end:
        usage = {"id": "c", "model": "m", "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}
        pieces += [chunk({}, "stop"), b"data: " + json.dumps(usage).encode() + b"\n\n", b"data: [DONE]\n\n"]
    return Reply(status=200, headers=(("content-type", "text/event-stream"),), body=b"".join(pieces))


def client(notes: object, *replies: Reply, retries: int = 2) -> Client[OpenAI]:
    options = Options(retries=retries)
    return Client(SERVER, transport=MemoryTransport(*replies), observers=[notes], options=options)  # type: ignore[list-item]


def test_an_answer_after_a_retry() -> None:
    notes = Notebook()
    client(notes, refused(), answer()).chat_completion("secret plans", model=MODEL, context=CONTEXT)
    assert notes.kinds == [
        "CallStarted",
        "AttemptStarted",
        "AttemptEnded",
        "RetryDecided",
        "AttemptStarted",
        "AttemptEnded",
        "CallEnded",
    ]
    start, begun, first, retry, _, second, end = notes.events
    assert isinstance(start, CallStarted)
    assert isinstance(begun, AttemptStarted)
    assert (begun.call, begun.number, begun.provider, begun.model, begun.hedge) == (start, 1, "openai", MODEL, False)
    assert retry == RetryDecided(call=start, cause="server_error", wait=0)
    assert isinstance(first, AttemptEnded)
    assert isinstance(second, AttemptEnded)
    assert isinstance(end, CallEnded)
    assert (start.operation, start.provider, start.provider_type, start.model) == ("chat", "openai", "openai", MODEL)
    assert start.context == CONTEXT
    assert (first.number, first.attempt.error, second.number, second.attempt.error) == (1, "server_error", 2, None)
    assert (end.call, end.error, end.attempts, end.status, end.request_id) == (start, None, 2, 200, "up_1")
    assert (end.finishes, end.answered_by, end.answer_id) == (("stop",), "gpt-5.4-mini-2026-03-17", "c")
    assert begun.server == end.server == "127.0.0.1:9"
    assert end.usage is not None
    assert (end.usage.input, end.usage.raw) == (1000, None)
    assert end.cost is not None
    assert end.cost.amount is not None
    assert "secret plans" not in repr(notes.events)
    assert "sk-test" not in repr(notes.events)


def test_a_call_that_fails() -> None:
    notes = Notebook()
    with pytest.raises(ProviderError):
        client(notes, refused(), retries=0).chat_completion("Hi", model=MODEL)
    assert notes.kinds == ["CallStarted", "AttemptStarted", "AttemptEnded", "CallEnded"]
    assert (notes.end.error, notes.end.status, notes.end.attempts) == ("server_error", 500, 1)


def test_whom_a_call_goes_to_is_told_without_a_password() -> None:
    notes = Notebook()
    server = OpenAI(api_key="sk-test", base_url="https://name:secret@proxy.test/v1")
    asking = Client(server, transport=MemoryTransport(answer()), observers=[notes])
    asking.chat_completion("Hi", model=MODEL)
    assert notes.end.server == "proxy.test"
    assert "secret" not in repr(notes.events)


def test_a_call_that_is_refused_before_it_is_sent() -> None:
    notes = Notebook()
    asking = Client(Anthropic(api_key="sk-test"), transport=MemoryTransport(), observers=[notes])
    with pytest.raises(Unsupported):
        asking.chat_completion(ChatRequest(messages=(user("Hi"),), n=2), model="claude-haiku-4-5")
    assert notes.kinds == ["CallStarted", "CallEnded"]
    assert (notes.end.error, notes.end.attempts) == ("unsupported", 0)


def test_a_stream_read_to_its_end() -> None:
    notes = Notebook()
    with client(notes, stream()).chat_completion_stream("Hi", model=MODEL) as events:
        assert "".join(events.text()) == "Hi"
    assert notes.kinds == [
        "CallStarted",
        "AttemptStarted",
        "AttemptEnded",
        "StreamOpened",
        "ChunkReceived",
        "CallEnded",
    ]
    assert isinstance(notes.events[3], StreamOpened)
    assert notes.end.error is None
    assert notes.end.usage is not None
    assert notes.end.usage.output == 2
    assert (notes.end.answered_by, notes.end.answer_id, notes.end.finishes) == ("m", "c", ("stop",))


def test_a_stream_that_breaks_off() -> None:
    notes = Notebook()
    with (
        pytest.raises(ProviderError),
        client(notes, stream(end=False)).chat_completion_stream("Hi", model=MODEL) as events,
    ):
        list(events)
    assert notes.kinds == [
        "CallStarted",
        "AttemptStarted",
        "AttemptEnded",
        "StreamOpened",
        "ChunkReceived",
        "CallEnded",
    ]
    assert notes.end.error == "interrupted"
    assert (notes.end.answered_by, notes.end.answer_id, notes.end.finishes) == ("m", "c", ())


def test_a_stream_that_is_left() -> None:
    notes = Notebook()
    with client(notes, stream()).chat_completion_stream("Hi", model=MODEL):
        pass
    assert notes.end.error == "cancelled"


async def test_from_asyncio() -> None:
    notes = Notebook()
    asking = AsyncClient(
        SERVER, transport=AsyncMemoryTransport(answer(), stream(), stream(end=False)), observers=[notes]
    )
    await asking.chat_completion("Hi", model=MODEL)
    async with asking.chat_completion_stream("Hi", model=MODEL) as events:
        assert [event async for event in events]
    with pytest.raises(ProviderError):
        async with asking.chat_completion_stream("Hi", model=MODEL) as events:
            assert [event async for event in events]
    ends = [event for event in notes.events if isinstance(event, CallEnded)]
    assert [end.error for end in ends] == [None, None, "interrupted"]
    assert len({end.call.number for end in ends}) == 3


async def test_calls_through_several_targets() -> None:
    environ = {"OPENAI_API_KEY": "sk-test", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
    notes = Notebook()
    router = Router([f"openai/{MODEL}"], transport=MemoryTransport(answer()), environ=environ, observers=[notes])
    router.chat_completion("Hi")
    assert notes.kinds == ["CallStarted", "AttemptStarted", "AttemptEnded", "CallEnded"]
    assert (notes.end.call.provider, notes.end.provider) == ("router", "openai")
    told = Notebook()
    other = AsyncRouter(
        [f"openai/{MODEL}"], transport=AsyncMemoryTransport(stream()), environ=environ, observers=[told]
    )
    async with other.chat_completion_stream("Hi") as events:
        assert [event async for event in events]
    assert told.kinds == ["CallStarted", "AttemptStarted", "AttemptEnded", "StreamOpened", "ChunkReceived", "CallEnded"]


def test_an_observer_that_fails_harms_no_call(caplog: pytest.LogCaptureFixture) -> None:
    notes = Notebook()
    asking = Client(SERVER, transport=MemoryTransport(answer()), observers=[Broken(), notes])
    assert asking.chat_completion("Hi", model=MODEL).text == "secret plans"
    assert notes.kinds == ["CallStarted", "AttemptStarted", "AttemptEnded", "CallEnded"]
    assert caplog.text.count("an observer failed") == 5


def test_nobody_who_observes_costs_nothing() -> None:
    plain = Client(SERVER, transport=MemoryTransport(answer()))
    assert type(plain._engine) is Engine  # pyright: ignore[reportPrivateUsage]


def test_failures_are_one_line_each(caplog: pytest.LogCaptureFixture) -> None:
    asking = client(FailureLog(), refused(), answer(), retries=0)
    with pytest.raises(ProviderError):
        asking.chat_completion("secret plans", model=MODEL, context=CONTEXT)
    asking.chat_completion("secret plans", model=MODEL)
    (record,) = caplog.records
    assert record.name == "accord.call"
    assert "server_error (status 500" in record.getMessage()
    assert "secret plans" not in record.getMessage()


def test_every_operation_has_its_request() -> None:
    missing = set(observe.Operation.__args__) - set(OPERATIONS.values())  # type: ignore[attr-defined]
    assert missing == {"chat"}


def test_no_value_can_be_changed() -> None:
    notes = Notebook()
    client(notes, answer()).chat_completion("Hi", model=MODEL)
    event: Any = notes.end
    with pytest.raises(AttributeError):
        event.duration = 0


@pytest.mark.parametrize("address", ["http://[::1/v1", "http://proxy.test:99999/v1", "http://proxy.test:x/v1"])
def test_an_address_that_is_none_is_told_of_as_it_is_where_nobody_observes(address: str) -> None:
    notes, told = Notebook(), list[tuple[type[Exception], str]]()
    for observers in ([], [notes]):
        with (
            Client(OpenAI(api_key="sk-test", base_url=address), observers=observers) as asking,
            pytest.raises(Exception) as caught,
        ):
            asking.chat_completion("Hello", model=MODEL)
        told.append((caught.type, str(caught.value)))
    assert told[0] == told[1]
    assert notes.end.server == ""
