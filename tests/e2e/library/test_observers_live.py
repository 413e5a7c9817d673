"""What observers are told, in which order and when, over real sockets and through every fault the fake provider has."""

import asyncio
from collections.abc import Callable, Iterator

import pytest

import accord
from accord import AsyncClient, Client, OpenAI, Options, Timeouts
from accord.core.observe import (
    AttemptEnded,
    AttemptStarted,
    CallEnded,
    CallEvent,
    CallStarted,
    ChunkReceived,
    RetryDecided,
    StreamOpened,
)
from accord.providers import Anthropic
from accord.routing import AsyncRouter, HedgeRule, RoutePolicy, Router, RouteTarget
from accord.testing import Bytes, Cut, Delivery, Failure, FakeProvider, Hold, Reply

MODEL = "gpt-5.4-mini"
WORDS = accord.Text(text="one two three")
NOW = (("retry-after", "0"),)


def told(event: CallEvent) -> str:
    """An event in a few words."""
    match event:
        case CallStarted():
            return "call"
        case AttemptStarted():
            return f"{event.number}{' hedge' if event.hedge else ''} to {event.provider}"
        case AttemptEnded():
            return f"{event.number} over: {event.attempt.error or event.attempt.status}"
        case RetryDecided():
            return f"retry after {event.cause} in {event.wait:g} s"
        case StreamOpened():
            return "open"
        case ChunkReceived():
            return f"chunk {event.number}"
        case CallEnded():
            return f"end: {event.error or event.status}, {event.attempts}"


class Notebook:
    """Keeps what it is told, and does something when a line comes up."""

    def __init__(self, **reactions: Callable[[], object]) -> None:
        self.events: list[CallEvent] = []
        self.lines: list[str] = []
        self._reactions = reactions

    def observe(self, event: CallEvent) -> None:
        self.events.append(event)
        self.lines.append(told(event))
        self._reactions.get(type(event).__name__, lambda: None)()

    @property
    def without_chunks(self) -> list[str]:
        return [line for line in self.lines if not line.startswith("chunk")]


@pytest.fixture
def first() -> Iterator[FakeProvider]:
    with FakeProvider() as running:
        yield running


@pytest.fixture
def second() -> Iterator[FakeProvider]:
    with FakeProvider("anthropic_messages") as running:
        yield running


def openai(fake: FakeProvider, timeouts: Timeouts | None = None) -> OpenAI:
    return OpenAI(api_key=fake.key, base_url=fake.url, timeouts=timeouts or Timeouts())


def targets(first: FakeProvider, second: FakeProvider) -> list[RouteTarget]:
    return [
        RouteTarget(model=MODEL, provider=openai(first, Timeouts(first_byte=0.2, idle=0.2))),
        RouteTarget(model="claude-haiku-4-5", provider=Anthropic(api_key=second.key, base_url=second.url), tier=1),
    ]


class TestOneTarget:
    def test_attempts_are_told_before_anything_comes_back(self, first: FakeProvider) -> None:
        seen: list[int] = []
        notes = Notebook(AttemptStarted=lambda: seen.append(len(first.requests)))
        first.script(Failure(status=500, headers=NOW), Failure(status=429, headers=NOW))
        with Client(openai(first), observers=[notes]) as client:
            assert client.chat_completion("Hello", model=MODEL).text == "Hello"
        assert notes.lines == [
            "call",
            "1 to openai",
            "1 over: server_error",
            "retry after server_error in 0 s",
            "2 to openai",
            "2 over: rate_limited",
            "retry after rate_limited in 0 s",
            "3 to openai",
            "3 over: 200",
            "end: 200, 3",
        ]
        assert seen == [0, 1, 2]

    def test_chunks_are_told_as_they_come(self, first: FakeProvider) -> None:
        notes = Notebook()
        first.script(Reply(content=(WORDS,), delivery=Delivery(fault=Hold(events=2))))
        with (
            Client(openai(first), observers=[notes]) as client,
            client.chat_completion_stream("x", model=MODEL) as stream,
        ):
            pieces = iter(stream.text())
            assert next(pieces) == "one"
            assert notes.lines[:4] == ["call", "1 to openai", "1 over: 200", "open"]
            assert notes.lines[4:] in (["chunk 1"], ["chunk 1", "chunk 2"])
            first.wait_until(lambda seen: seen.held == 1)
            first.release()
            assert "".join(pieces) == " two three"
        assert notes.lines[-1] == "end: 200, 1"
        chunks = [event for event in notes.events if isinstance(event, ChunkReceived)]
        assert [chunk.number for chunk in chunks] == list(range(1, len(chunks) + 1))
        names = [name for chunk in chunks for name in chunk.events]
        assert names[:2] == ["started", "part_started"]
        assert names[-1] == "completed"
        assert names.count("text_delta") >= 2
        assert "three" not in repr(notes.events)

    async def test_a_stream_that_breaks_and_a_stream_that_is_left(self, first: FakeProvider) -> None:
        first.script(
            Failure(status=503, headers=NOW),
            Reply(content=(WORDS,), delivery=Delivery(fault=Cut(how="rst", events=2))),
            Reply(content=(WORDS,), delivery=Delivery(fault=Hold(events=2))),
        )
        notes = Notebook()
        async with AsyncClient(openai(first), observers=[notes]) as client:
            with pytest.raises(accord.Interrupted):
                async with client.chat_completion_stream("x", model=MODEL) as stream:
                    assert [event async for event in stream]
            assert notes.without_chunks == [
                "call",
                "1 to openai",
                "1 over: overloaded",
                "retry after overloaded in 0 s",
                "2 to openai",
                "2 over: 200",
                "open",
                "end: interrupted, 2",
            ]
            notes.lines.clear()
            async with client.chat_completion_stream("x", model=MODEL) as stream:
                await anext(aiter(stream))
            assert notes.without_chunks == ["call", "1 to openai", "1 over: 200", "open", "end: cancelled, 1"]

    async def test_a_call_that_is_cancelled_tells_of_its_attempt(self, first: FakeProvider) -> None:
        first.script(Reply(content=(WORDS,), delivery=Delivery(fault=Hold())))
        notes = Notebook()
        async with AsyncClient(openai(first), observers=[notes]) as client:
            call = asyncio.create_task(client.chat_completion("x", model=MODEL))
            await first.wait_until_async(lambda fake: fake.held == 1)
            assert notes.lines == ["call", "1 to openai"]
            call.cancel()
            await asyncio.wait([call])
        assert notes.lines[2:] == ["1 over: cancelled", "end: cancelled, 1"]
        end = notes.events[-1]
        assert isinstance(end, CallEnded)
        assert end.provider == "openai"


FAULTS: dict[str, tuple[object, str]] = {
    "a status": (Failure(status=500), "server_error"),
    "a key": (Failure(status=401), "authentication"),
    "no head": (Reply(delivery=Delivery(fault=Hold())), "timeout"),
    "reset": (Reply(delivery=Delivery(fault=Cut(how="rst"))), "network"),
    "nonsense": (Bytes(body=b"<html>", content_type="text/html"), "malformed"),
}


class TestSeveralTargets:
    @pytest.mark.parametrize("name", list(FAULTS))
    def test_a_fallback(self, first: FakeProvider, second: FakeProvider, name: str) -> None:
        fault, cause = FAULTS[name]
        first.always(fault)  # type: ignore[arg-type]
        expected = [
            "call",
            "1 to openai",
            f"1 over: {cause}",
            f"retry after {cause} in 0 s",
            "2 to anthropic",
            "2 over: 200",
        ]
        notes = Notebook()
        with Router(targets(first, second), observers=[notes]) as router:
            router.chat_completion("Hello")
        assert notes.lines == [*expected, "end: 200, 2"]

    @pytest.mark.parametrize("name", list(FAULTS))
    async def test_a_fallback_of_a_stream(self, first: FakeProvider, second: FakeProvider, name: str) -> None:
        fault, cause = FAULTS[name]
        first.always(fault)  # type: ignore[arg-type]
        expected = [
            "call",
            "1 to openai",
            f"1 over: {cause}",
            f"retry after {cause} in 0 s",
            "2 to anthropic",
            "2 over: 200",
        ]
        notes = Notebook()
        async with (
            AsyncRouter(targets(first, second), observers=[notes]) as router,
            router.chat_completion_stream("Hello") as stream,
        ):
            assert "".join([text async for text in stream.text()]) == "Hello"
        assert notes.without_chunks == [*expected, "open", "end: 200, 2"]
        assert notes.lines[len(expected) + 1] == "chunk 1"

    async def test_a_hedge(self, first: FakeProvider, second: FakeProvider) -> None:
        notes = Notebook()
        policy = RoutePolicy(hedge=HedgeRule(least=0.05, share=1.0))
        async with AsyncRouter(targets(first, second), policy=policy, observers=[notes]) as router:
            for _ in range(20):
                await router.chat_completion("Hello")
            notes.lines.clear()
            first.always(Reply(content=(WORDS,), delivery=Delivery(fault=Hold())))
            await router.chat_completion("Hello")
            expected = ["call", "1 to openai", "2 hedge to anthropic", "2 over: 200", "1 over: cancelled"]
            assert notes.lines == [*expected, "end: 200, 2"]
            notes.lines.clear()
            async with router.chat_completion_stream("Hello") as stream:
                assert [event async for event in stream]
            assert notes.without_chunks == [*expected, "open", "end: 200, 2"]

    def test_a_stream_that_goes_on_elsewhere(self, first: FakeProvider, second: FakeProvider) -> None:
        first.script(Reply(content=(WORDS,), delivery=Delivery(fault=Cut(how="rst", events=3))))
        second.reply(" four")
        notes = Notebook()
        with (
            Router(targets(first, second), policy=RoutePolicy(continue_interrupted=True), observers=[notes]) as router,
            router.chat_completion_stream("x") as stream,
        ):
            assert "four" in "".join(stream.text())
        assert notes.without_chunks == [
            "call",
            "1 to openai",
            "1 over: 200",
            "open",
            "retry after interrupted in 0 s",
            "2 to anthropic",
            "2 over: 200",
            "end: 200, 2",
        ]

    def test_an_observer_may_use_the_router_itself(self, first: FakeProvider, second: FakeProvider) -> None:
        """No lock is held while observers are told."""
        asked: list[str] = []

        def ask() -> None:
            if not asked:
                asked.append("once")
                asked.append(router.chat_completion("Aside").text)

        first.script(Failure(status=500, headers=NOW))
        for kind in ("AttemptStarted", "AttemptEnded", "RetryDecided"):
            asked.clear()
            notes = Notebook(**{kind: ask})
            with Router(targets(first, second), observers=[notes]) as router:
                assert router.chat_completion("Hello").text == "Hello"
            first.script(Failure(status=500, headers=NOW))


class TestObserversThatFail:
    def test_nothing_is_harmed(self, first: FakeProvider, caplog: pytest.LogCaptureFixture) -> None:
        def fail() -> None:
            raise RuntimeError("no")

        kinds = ("CallStarted", "AttemptStarted", "AttemptEnded", "RetryDecided", "StreamOpened", "ChunkReceived")
        broken, notes = Notebook(CallEnded=fail, **dict.fromkeys(kinds, fail)), Notebook()
        first.script(Failure(status=500, headers=NOW))
        with (
            Client(openai(first), observers=[broken, notes], options=Options(retries=1)) as client,
            client.chat_completion_stream("Hello", model=MODEL) as stream,
        ):
            assert "".join(stream.text()) == "Hello"
        assert notes.lines == broken.lines
        assert caplog.text.count("an observer failed") == len(notes.lines)
