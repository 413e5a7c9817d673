"""`client.run_tools`: the loop, its events, its bounds, and what the model is told of mistakes."""

import asyncio
import contextvars
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pytest

from accord import AsyncClient, ChatRequest, Client, File, InvalidInput, OpenAI, Options, user
from accord.client.tool.function import ToolFunction
from accord.core.error import RateLimited, RunStopped
from accord.core.part import Text, ToolCall, ToolResult
from accord.core.tool_run import ModelAnswered, ToolEvent, ToolFinished
from accord.core.usage import Usage
from accord.testing import Failure, FakeProvider, Reply

MODEL = "gpt-5.4-mini"


@pytest.fixture
def client(fake_provider: FakeProvider) -> Iterator[Client[OpenAI]]:
    server = OpenAI(api_key=fake_provider.key, base_url=fake_provider.url)
    with Client(server, options=Options(retries=0)) as client:
        yield client


@dataclass
class Report:
    degrees: int
    sky: str


def weather(city: str) -> Report:
    """The weather in a city."""
    if city == "Atlantis":
        raise LookupError("no such city")
    return Report(-3, f"clear over {city}")


async def slow_weather(city: str) -> str:
    """The weather in a city."""
    await asyncio.sleep(0)
    return f"rain in {city}"


def calling(*calls: tuple[str, str]) -> Reply:
    return Reply(content=tuple([ToolCall(id="", name=name, arguments=arguments) for name, arguments in calls]))


def kinds(events: list[ToolEvent]) -> list[str]:
    return [type(event).__name__ for event in events]


def results(fake: FakeProvider) -> list[str]:
    messages = fake.last.json["messages"]
    assert isinstance(messages, list)
    return [message["content"] for message in messages if message["role"] == "tool"]


class TestARun:
    def test_to_the_end(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        fake_provider.script(calling(("weather", '{"city": "Oslo"}')), Reply.saying("Cold."))
        run = client.run_tools("How is Oslo?", tools=[weather], model=MODEL)
        assert not fake_provider.requests
        outcome = run.result()
        assert outcome.text == "Cold."
        assert results(fake_provider) == ['{"degrees":-3,"sky":"clear over Oslo"}']
        assert [message.role for message in outcome.messages] == ["user", "assistant", "tool", "assistant"]
        assert len(outcome.responses) == 2
        assert outcome.usage is not None
        assert outcome.usage.input == sum(response.usage.input or 0 for response in outcome.responses if response.usage)
        assert outcome.cost.amount == sum(response.cost.amount or 0 for response in outcome.responses if response.cost)

    def test_step_by_step(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        calls = calling(("weather", '{"city": "Oslo"}'), ("slow_weather", '{"city": "Rome"}'))
        fake_provider.script(calls, Reply.saying("Done."))
        events: list[ToolEvent] = []
        for event in client.run_tools("x", tools=[weather, slow_weather], model=MODEL):
            if isinstance(event, ModelAnswered):
                assert len(fake_provider.requests) == event.step, "nothing runs ahead"
            events.append(event)
        assert kinds(events) == [
            "ModelAnswered",
            "ToolStarted",
            "ToolStarted",
            "ToolFinished",
            "ToolFinished",
            "ModelAnswered",
        ]
        assert results(fake_provider) == ['{"degrees":-3,"sky":"clear over Oslo"}', "rain in Rome"]

    def test_a_model_that_needs_no_tools(self, client: Client[OpenAI]) -> None:
        outcome = client.run_tools("Hello", tools=[weather], model=MODEL).result()
        assert (outcome.text, outcome.calls) == ("Hello", ())

    def test_the_conversation_can_be_gone_on_with(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        fake_provider.script(calling(("weather", '{"city": "Oslo"}')), Reply.saying("Cold."))
        outcome = client.run_tools("How is Oslo?", tools=[weather], model=MODEL).result()
        again = ChatRequest(messages=(*outcome.messages, user("And now?")))
        assert client.chat_completion(again, model=MODEL).text == "And now?"

    def test_parts_are_answers_too(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        def paper() -> list[Text | File]:
            """A paper."""
            return [Text(text="one"), Text(text="two")]

        fake_provider.script(calling(("paper", "{}")))
        outcome = client.run_tools("x", tools=[paper], model=MODEL).result()
        assert outcome.calls[0].result.content == (Text(text="one"), Text(text="two"))

    def test_it_stops_when_nobody_looks(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        fake_provider.always(calling(("weather", '{"city": "Oslo"}')))
        for event in client.run_tools("x", tools=[weather], model=MODEL):
            assert isinstance(event, ModelAnswered)
            break
        assert len(fake_provider.requests) == 1


class TestMistakesOfTheModel:
    def test_they_are_told_to_it(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        fake_provider.script(
            calling(
                ("weather", '{"city": "Atlantis"}'),
                ("wether", "{}"),
                ("weather", '{"town": "Oslo"}'),
                ("weather", '{"city": "Oslo"'),
                ("weather", '{"city": "Oslo"}'),
            ),
            Reply.saying("Sorry."),
        )
        events = list(client.run_tools("x", tools=[weather], model=MODEL))
        finished = [event for event in events if isinstance(event, ToolFinished)]
        assert [event.result.is_error for event in finished] == [True, True, True, True, None]
        assert [type(event.error) for event in finished] == [LookupError, *[type(None)] * 4]
        told = results(fake_provider)
        assert told[0] == "no such city"
        assert told[1] == "there is no tool 'wether': the tools are weather"
        assert "no argument 'town'" in told[2]
        assert "not a JSON object" in told[3]
        assert "Traceback" not in str(told)

    def test_an_answer_that_is_no_json_is_a_failure_of_the_tool(
        self, client: Client[OpenAI], fake_provider: FakeProvider
    ) -> None:
        def odd() -> object:
            return object()

        fake_provider.script(calling(("odd", "{}")), Reply.saying("x"))
        outcome = client.run_tools("x", tools=[odd], model=MODEL).result()
        assert isinstance(outcome.calls[0].error, TypeError)
        assert "got object" in results(fake_provider)[0]


class TestBounds:
    def test_steps(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        ran: list[str] = []

        def again() -> str:
            ran.append("again")
            return "once more"

        fake_provider.always(calling(("again", "{}")))
        with pytest.raises(RunStopped, match="after 3 requests") as caught:
            client.run_tools("x", tools=[again], model=MODEL, max_steps=3).result()
        assert caught.value.reason == "steps"
        assert len(fake_provider.requests) == 3
        # What the model asked for last is not run: nobody would hear of it.
        assert len(ran) == 2
        outcome = caught.value.outcome
        assert [message.role for message in outcome.messages] == ["user", *["assistant", "tool"] * 2]
        assert len(outcome.responses) == 3

    def test_time(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        leave = threading.Event()

        def hangs() -> str:
            leave.wait(10)
            return "late"

        fake_provider.always(calling(("hangs", "{}")))
        try:
            with pytest.raises(RunStopped, match="longer than there is time") as caught:
                client.run_tools("x", tools=[hangs], model=MODEL, max_seconds=0.3).result()
        finally:
            leave.set()
        assert caught.value.reason == "time"

    def test_money(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        reply = calling(("weather", '{"city": "Oslo"}'))
        fake_provider.always(Reply(content=reply.content, usage=Usage(input=1_000_000, output=1)))
        with pytest.raises(RunStopped, match=r"are spent") as caught:
            client.run_tools("x", tools=[weather], model=MODEL, max_cost="2.00").result()
        assert caught.value.reason == "cost"
        spent = caught.value.outcome.cost.amount
        assert spent is not None
        assert Decimal(1) < spent < Decimal("2.80")

    def test_money_of_unknown_amount(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        with pytest.raises(RunStopped, match="unknown") as caught:
            client.run_tools("x", tools=[weather], model="no-such-model", max_cost="2.00").result()
        assert caught.value.reason == "cost"
        assert not fake_provider.requests

    @pytest.mark.parametrize("amount", ["two", "-1", "NaN", 0.5])
    def test_amounts_that_are_none(self, client: Client[OpenAI], amount: str) -> None:
        with pytest.raises(InvalidInput, match="max_cost"):
            client.run_tools("x", tools=[weather], model=MODEL, max_cost=amount)

    def test_failures_of_the_provider_stay_what_they_are(
        self, client: Client[OpenAI], fake_provider: FakeProvider
    ) -> None:
        fake_provider.script(calling(("weather", '{"city": "Oslo"}')), Failure(status=429))
        run = client.run_tools("x", tools=[weather], model=MODEL)
        with pytest.raises(RateLimited):
            run.result()
        assert len(run.outcome.calls) == 1, "what was done until then is not lost"


class TestAtOnce:
    def test_tools_run_at_the_same_time_and_answer_in_order(
        self, client: Client[OpenAI], fake_provider: FakeProvider
    ) -> None:
        meeting = threading.Barrier(2, timeout=5)
        second = threading.Event()

        def first() -> str:
            meeting.wait()
            second.wait(5)
            return "first"

        def other() -> str:
            meeting.wait()
            second.set()
            return "other"

        fake_provider.script(calling(("first", "{}"), ("other", "{}")), Reply.saying("x"))
        outcome = client.run_tools("x", tools=[first, other], model=MODEL).result()
        assert [call.result.content for call in outcome.calls] == [(Text(text="first"),), (Text(text="other"),)]

    def test_in_turn_they_run_in_the_callers_thread(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        threads: list[int] = []

        def here() -> str:
            threads.append(threading.get_ident())
            return "x"

        fake_provider.script(calling(("here", "{}"), ("here", "{}")), Reply.saying("x"))
        client.run_tools("x", tools=[here], model=MODEL, parallel=False).result()
        assert threads == [threading.get_ident()] * 2

    def test_context_variables_hold_in_tools(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        name = contextvars.ContextVar("name", default="nobody")
        name.set("somebody")

        def who() -> str:
            return name.get()

        fake_provider.script(calling(("who", "{}"), ("who", "{}")), Reply.saying("x"))
        outcome = client.run_tools("x", tools=[who], model=MODEL).result()
        assert [call.result.content for call in outcome.calls] == [(Text(text="somebody"),)] * 2


def test_two_tools_of_one_name_are_refused(client: Client[OpenAI]) -> None:
    with pytest.raises(InvalidInput, match="two tools are named weather"):
        client.run_tools("x", tools=[weather, ToolFunction(slow_weather, name="weather")], model=MODEL)


class TestAsyncio:
    async def test_the_same_in_asyncio(self, fake_provider: FakeProvider) -> None:
        calls = calling(("weather", '{"city": "Oslo"}'), ("slow_weather", '{"city": "Rome"}'), ("nothing", "{}"))
        fake_provider.script(calls, Reply.saying("Done."))
        server = OpenAI(api_key=fake_provider.key, base_url=fake_provider.url)
        async with AsyncClient(server) as client:
            run = client.run_tools("x", tools=[weather, slow_weather], model=MODEL)
            events = [event async for event in run]
        assert kinds(events) == ["ModelAnswered", *["ToolStarted"] * 3, *["ToolFinished"] * 3, "ModelAnswered"]
        told = results(fake_provider)
        assert told[:2] == ['{"degrees":-3,"sky":"clear over Oslo"}', "rain in Rome"]
        assert "no tool 'nothing'" in told[2]
        assert run.outcome.text == "Done."

    async def test_async_tools_run_at_the_same_time(self, fake_provider: FakeProvider) -> None:
        meeting = asyncio.Barrier(2)

        async def meets() -> str:
            async with asyncio.timeout(5):
                await meeting.wait()
            return "met"

        fake_provider.script(calling(("meets", "{}"), ("meets", "{}")), Reply.saying("x"))
        async with AsyncClient(OpenAI(api_key=fake_provider.key, base_url=fake_provider.url)) as client:
            outcome = await client.run_tools("x", tools=[meets], model=MODEL).result()
        assert [call.error for call in outcome.calls] == [None, None]

    async def test_what_overruns_the_time_is_cancelled(self, fake_provider: FakeProvider) -> None:
        cancelled = asyncio.Event()

        async def hangs() -> str:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                cancelled.set()
                raise
            return "late"

        fake_provider.always(calling(("hangs", "{}")))
        async with AsyncClient(OpenAI(api_key=fake_provider.key, base_url=fake_provider.url)) as client:
            with pytest.raises(RunStopped) as caught:
                await client.run_tools("x", tools=[hangs], model=MODEL, max_seconds=0.3).result()
        assert caught.value.reason == "time"
        assert cancelled.is_set()

    async def test_an_object_that_is_called_as_an_async_function(self, fake_provider: FakeProvider) -> None:
        class Late:
            async def __call__(self, city: str) -> str:
                await asyncio.sleep(0)
                return f"rain in {city}"

        tool = ToolFunction(Late(), name="late")
        called = ToolCall(id="call_1", name="late", arguments='{"city": "Oslo"}')
        provider = OpenAI(api_key=fake_provider.key, base_url=fake_provider.url)
        async with AsyncClient(provider) as waiting:
            fake_provider.script(Reply(content=(called,)), Reply.saying("done"))
            outcome = await waiting.run_tools("x", tools=[tool], model="gpt-5.4-mini").result()
        assert [finished.error for finished in outcome.calls] == [None]
        with Client(provider) as client:
            fake_provider.script(Reply(content=(called,)), Reply.saying("done"))
            again = client.run_tools("x", tools=[tool], model="gpt-5.4-mini").result()
        assert again.calls[0].result == outcome.calls[0].result

    async def test_in_turn(self, fake_provider: FakeProvider) -> None:
        at_once = 0

        async def alone() -> str:
            nonlocal at_once
            at_once += 1
            await asyncio.sleep(0)
            seen, at_once = at_once, at_once - 1
            return str(seen)

        fake_provider.script(calling(*[("alone", "{}")] * 3), Reply.saying("x"))
        async with AsyncClient(OpenAI(api_key=fake_provider.key, base_url=fake_provider.url)) as client:
            outcome = await client.run_tools("x", tools=[alone], model=MODEL, parallel=False).result()
        assert [call.result.content for call in outcome.calls] == [(Text(text="1"),)] * 3


async def test_async_tools_of_blocking_code_run_beside_a_running_loop(fake_provider: FakeProvider) -> None:
    """As in a notebook, whose cells run inside an event loop."""
    fake_provider.script(calling(("slow_weather", '{"city": "Rome"}')), Reply.saying("x"))
    server = OpenAI(api_key=fake_provider.key, base_url=fake_provider.url)
    with Client(server) as client:
        outcome = client.run_tools("x", tools=[slow_weather], model=MODEL).result()
    assert isinstance(outcome.calls[0].result, ToolResult)
    assert outcome.calls[0].error is None
