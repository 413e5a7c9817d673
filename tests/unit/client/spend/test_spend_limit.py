"""What calls cost, summed by client, limit and tag, and bounded before and after each call."""

import asyncio
import pickle
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

import accord
from accord import (
    AsyncClient,
    ChatRequest,
    Client,
    InvalidInput,
    OpenAI,
    Options,
    RateLimited,
    RequestContext,
    SpendLimitReached,
    Unsupported,
    user,
)
from accord.catalog.estimate import CostSpan
from accord.client.spend.limit import SpendLimit
from accord.client.spend.spending import MOST_VALUES, OTHERS, Spending
from accord.core.error import Interrupted, RunStopped
from accord.core.part import Text, ToolCall
from accord.core.usage import Usage
from accord.testing import Cut, Delivery, Failure, FakeProvider, Hold, Reply

MODEL = "gpt-5.4-mini"
SHORT = ChatRequest(model=MODEL, messages=(user("Hi"),), max_output_tokens=100)
HEAVY = Reply(content=(Text(text="Hello"),), usage=Usage(input=1_000_000, output=10))
PRICE = Decimal("0.750045")
"""What the heavy reply costs."""


@pytest.fixture
def client(fake_provider: FakeProvider) -> Iterator[Client[OpenAI]]:
    server = OpenAI(api_key=fake_provider.key, base_url=fake_provider.url)
    with Client(server, options=Options(retries=0)) as client:
        yield client


def fixed(likely: str | None, most: str | None = None) -> CostSpan:
    return CostSpan(likely=None if likely is None else Decimal(likely), max=None if most is None else Decimal(most))


class TestSums:
    def test_by_client_and_tag(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        fake_provider.always(HEAVY)
        for team in ("blue", "red", "blue"):
            client.chat_completion(SHORT, context=RequestContext(tags={"team": team}))
        client.chat_completion(SHORT)
        total = client.spending.total
        assert (total.calls, total.amount, total.input, total.output) == (4, 4 * PRICE, 4_000_000, 40)
        assert total.cost.amount == 4 * PRICE
        teams = client.spending.by("team")
        assert {team: spent.amount for team, spent in teams.items()} == {"blue": 2 * PRICE, "red": PRICE}
        assert client.spending.by("unheard of") == {}

    def test_unknown_is_not_nothing(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        client.chat_completion("Hi", model="no-such-model")
        fake_provider.script(Reply(content=(Text(text="x"),), reports_usage=False))
        client.chat_completion(SHORT)
        total = client.spending.total
        assert (total.calls, total.unpriced, total.unmeasured, total.amount) == (2, 2, 1, 0)
        assert total.cost.amount is None
        assert "2 of 2 calls" in str(total.cost.reason)

    def test_streams_count_when_they_end(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        fake_provider.always(HEAVY)
        with client.chat_completion_stream(SHORT) as stream:
            assert client.spending.total.calls == 0
            list(stream)
        assert client.spending.total.amount == PRICE

    def test_streams_left_early_count_as_unknown(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        fake_provider.script(Reply(content=(Text(text="one two three"),), delivery=Delivery(fault=Hold(events=2))))
        with client.chat_completion_stream(SHORT) as stream:
            next(iter(stream))
        assert (client.spending.total.calls, client.spending.total.unpriced) == (1, 1)

    def test_streams_that_break_count_as_unknown(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        fake_provider.script(Reply(content=(Text(text="one two three"),), delivery=Delivery(fault=Cut(events=2))))
        with client.chat_completion_stream(SHORT) as stream, pytest.raises(Interrupted):
            list(stream)
        assert (client.spending.total.calls, client.spending.total.unpriced) == (1, 1)

    def test_refused_calls_count_as_nothing(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        fake_provider.script(Failure(status=429), Failure(status=429))
        with pytest.raises(RateLimited):
            client.chat_completion(SHORT)
        with pytest.raises(RateLimited), client.chat_completion_stream(SHORT):
            pass
        with pytest.raises(Unsupported):
            client.chat_completion(ChatRequest(model=MODEL, messages=(user("x"),), previous_response_id="r"))
        assert client.spending.total.calls == 0

    def test_other_operations_count_too(self, client: Client[OpenAI]) -> None:
        client.embeddings("Hello", model="text-embedding-3-small")
        total = client.spending.total
        assert total.calls == 1
        assert total.amount > 0

    def test_tags_with_endless_values_fill_no_memory(self) -> None:
        spending = Spending()
        for number in range(MOST_VALUES + 50):
            spending.add(Decimal(1), None, {"id": str(number), f"tag{number}": "x"})
        values = spending.by("id")
        assert len(values) == MOST_VALUES + 1
        assert values[OTHERS].amount == 50
        assert spending.total.amount == MOST_VALUES + 50


class TestALimit:
    def test_before_and_after(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        fake_provider.always(HEAVY)
        with accord.spend_limit("2.00") as limit:
            for _ in range(2):
                client.chat_completion(SHORT)
            assert limit.spent == 2 * PRICE
            assert limit.left == Decimal("2.00") - 2 * PRICE
            # The third likely costs far less than is left, and so is sent; the fourth finds nothing left.
            client.chat_completion(SHORT)
            with pytest.raises(SpendLimitReached, match=r"of the limit of \$2.00, \$2.250135 are spent") as caught:
                client.chat_completion(SHORT)
        assert len(fake_provider.requests) == 3
        assert caught.value.limit == Decimal("2.00")
        assert caught.value.spent == limit.spending.total.amount == 3 * PRICE
        client.chat_completion(SHORT)

    def test_what_a_call_likely_costs_is_asked_first(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        long = ChatRequest(model=MODEL, messages=(user("word " * 400_000),), max_output_tokens=100)
        likely = client.estimate(long).cost.likely
        assert likely is not None
        with accord.spend_limit("0.10"), pytest.raises(SpendLimitReached, match="likely costs") as caught:
            client.chat_completion(long)
        assert caught.value.likely == likely
        assert not fake_provider.requests

    def test_the_most_it_may_cost(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        request = ChatRequest(model=MODEL, messages=(user("Hi"),), max_output_tokens=100_000)
        with accord.spend_limit("0.10", hold="max"), pytest.raises(SpendLimitReached, match="may cost at most"):
            client.chat_completion(request)
        with accord.spend_limit("0.10", hold="max"):
            client.chat_completion(SHORT)
        assert len(fake_provider.requests) == 1

    def test_unknown_prices_are_refused_unless_allowed(
        self, client: Client[OpenAI], fake_provider: FakeProvider
    ) -> None:
        with accord.spend_limit("2.00"), pytest.raises(SpendLimitReached, match='unknown="allow"') as caught:
            client.chat_completion("Hi", model="no-such-model")
        assert caught.value.likely is None
        assert not fake_provider.requests
        with accord.spend_limit("2.00", unknown="allow") as limit:
            client.chat_completion("Hi", model="no-such-model")
        assert (limit.spending.total.unpriced, limit.spent) == (1, 0)

    def test_limits_within_limits_all_hold(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        fake_provider.always(HEAVY)
        with accord.spend_limit("5") as outer, accord.spend_limit("0.5") as inner:
            client.chat_completion(SHORT)
            with pytest.raises(SpendLimitReached):
                client.chat_completion(SHORT)
        assert outer.spent == inner.spent == PRICE
        assert outer.left == Decimal(5) - PRICE, "what was held for the refused call was let go"

    def test_without_amount_it_sums_up(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        fake_provider.always(HEAVY)
        with accord.spend_limit(None) as limit:
            client.chat_completion(SHORT)
            client.chat_completion("Hi", model="no-such-model")
        assert limit.left is None
        assert (limit.spent, limit.spending.total.calls) == (PRICE, 2)

    def test_streams_and_values_and_tools_keep_to_it(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        fake_provider.always(HEAVY)
        with accord.spend_limit("0.5"):
            with client.chat_completion_stream(SHORT) as stream:
                list(stream)
            with pytest.raises(SpendLimitReached), client.chat_completion_stream(SHORT):
                pass
            with pytest.raises(SpendLimitReached):
                client.parse(SHORT, into=int)
            with pytest.raises(SpendLimitReached):
                client.run_tools(SHORT, tools=[]).result()
        assert len(fake_provider.requests) == 1

    def test_a_limit_met_inside_a_tool_is_not_told_to_the_model(
        self, client: Client[OpenAI], fake_provider: FakeProvider
    ) -> None:
        def ask() -> str:
            """Asks another model."""
            return client.chat_completion(SHORT).text

        fake_provider.script(
            Reply(content=(ToolCall(id="", name="ask", arguments="{}"),), usage=Usage(input=1_000_000, output=1))
        )
        with accord.spend_limit("0.5"), pytest.raises(SpendLimitReached):
            client.run_tools(SHORT, tools=[ask]).result()
        assert len(fake_provider.requests) == 1

    def test_a_broken_call_counts_as_what_was_held(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        fake_provider.script(Reply(content=(Text(text="one two three"),), delivery=Delivery(fault=Cut(events=2))))
        with accord.spend_limit("1") as limit:
            with client.chat_completion_stream(SHORT) as stream, pytest.raises(Interrupted):
                list(stream)
            assert limit.spent == client.estimate(SHORT).cost.likely
            assert limit.left == 1 - limit.spent

    @pytest.mark.parametrize("amount", ["two", "-1", "NaN", "Infinity", 2.0])
    def test_what_is_no_amount(self, amount: str) -> None:
        with pytest.raises(InvalidInput, match="as a string or Decimal"):
            accord.spend_limit(amount)

    def test_the_error_travels(self) -> None:
        error = SpendLimitReached("no", limit=Decimal(1), spent=Decimal(2), held=Decimal(0), likely=None)
        again = pickle.loads(pickle.dumps(error))
        assert (str(again), again.limit, again.likely) == ("no", Decimal(1), None)
        assert RunStopped.kind == "run_stopped"


class TestAtOnce:
    def test_calls_on_their_way_are_held(self) -> None:
        with accord.spend_limit("1") as limit:
            held = [limit.hold(fixed("0.4")), limit.hold(fixed("0.4"))]
            with pytest.raises(SpendLimitReached, match=r"\$0.8 are held for calls on their way"):
                limit.hold(fixed("0.4"))
            limit.settle(held[0], Decimal("0.1"))
            assert limit.left == Decimal("0.5")
            limit.hold(fixed("0.4"))

    def test_no_threads_together_go_beyond_it(self) -> None:
        limit = accord.spend_limit("10")
        start = threading.Barrier(8)

        def spend() -> int:
            start.wait()
            done = 0
            while True:
                try:
                    held = limit.hold(fixed("0.01"))
                except SpendLimitReached:
                    return done
                limit.settle(held, Decimal("0.01"))
                done += 1

        with ThreadPoolExecutor(8) as pool:
            calls = sum(future.result() for future in [pool.submit(spend) for _ in range(8)])
        assert calls == 1000
        assert (limit.spent, limit.left) == (10, 0)

    def test_other_threads_enter_the_same_value(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        fake_provider.always(HEAVY)

        def work(limit: SpendLimit) -> None:
            with limit:
                client.chat_completion(SHORT)

        with accord.spend_limit("5") as limit:
            with limit:
                client.chat_completion(SHORT)
            assert limit.spent == PRICE, "entered twice, it counts once"
            threads = [threading.Thread(target=work, args=(limit,)) for _ in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert limit.spent == 3 * PRICE

    async def test_tasks_are_within_and_others_are_not(self, fake_provider: FakeProvider) -> None:
        fake_provider.always(HEAVY)
        server = OpenAI(api_key=fake_provider.key, base_url=fake_provider.url)
        async with AsyncClient(server, options=Options(retries=0)) as client:
            entered, over = asyncio.Event(), asyncio.Event()

            async def outside() -> None:
                await entered.wait()
                await client.chat_completion(SHORT)
                over.set()

            other = asyncio.create_task(outside())
            with accord.spend_limit("5") as limit:
                entered.set()
                await asyncio.gather(client.chat_completion(SHORT), client.chat_completion(SHORT))
                await over.wait()
                async with client.chat_completion_stream(SHORT) as stream:
                    _ = [event async for event in stream]
                assert limit.spent == 3 * PRICE
            await other
            assert client.spending.total.amount == 4 * PRICE

    async def test_a_cancelled_call_counts_as_what_was_held(self, fake_provider: FakeProvider) -> None:
        fake_provider.script(Reply(content=(Text(text="x"),), delivery=Delivery(fault=Hold())))
        async with AsyncClient(OpenAI(api_key=fake_provider.key, base_url=fake_provider.url)) as client:
            with accord.spend_limit("1") as limit:
                call = asyncio.create_task(client.chat_completion(SHORT))
                await fake_provider.wait_until_async(lambda fake: fake.held == 1)
                call.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await call
                assert limit.spent == client.estimate(SHORT).cost.likely
                assert limit.spending.total.unpriced == 1
