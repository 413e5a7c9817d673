"""The router over real sockets: two accounts of one wire and one of another, and every way a provider can fail."""

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import accord
from accord import OpenAI, Options, RequestContext, Timeouts
from accord.providers import Anthropic
from accord.routing import AsyncRouter, HedgeRule, Limits, Load, RoutePolicy, Router, RouteTarget, RouteWish
from accord.testing import Break, Bytes, Cut, Delivery, Failure, FakeProvider, Hold, Reply

WORDS = accord.Text(text="one two three four five six")
IMPATIENT = Timeouts(first_byte=0.3, idle=0.3)


@pytest.fixture
def first() -> Iterator[FakeProvider]:
    with FakeProvider() as running:
        yield running


@pytest.fixture
def second() -> Iterator[FakeProvider]:
    with FakeProvider("anthropic_messages") as running:
        yield running


def targets(first: FakeProvider, second: FakeProvider) -> list[RouteTarget]:
    return [
        RouteTarget(model="gpt-5.4-mini", provider=OpenAI(api_key=first.key, base_url=first.url, timeouts=IMPATIENT)),
        RouteTarget(
            model="claude-haiku-4-5", provider=Anthropic(api_key=second.key, base_url=second.url), tier=1, tags=("eu",)
        ),
    ]


@pytest.fixture
def router(first: FakeProvider, second: FakeProvider) -> Iterator[Router]:
    with Router(targets(first, second)) as router:
        yield router


def faults(streamed: bool) -> dict[str, object]:
    """What goes wrong before the first event, or before a whole answer is there."""
    first = {
        "500": Failure(status=500),
        "503": Failure(status=503),
        "429": Failure(status=429, headers=(("retry-after", "30"),)),
        "401": Failure(status=401),
        "403": Failure(status=403),
        "404": Failure(status=404, code="model_not_found"),
        "quota": Failure(status=429, code="insufficient_quota"),
        "hangs before the head": Reply(content=(WORDS,), delivery=Delivery(fault=Hold())),
        "reset before the head": Reply(content=(WORDS,), delivery=Delivery(fault=Cut(how="rst"))),
        "closed before the head": Reply(content=(WORDS,), delivery=Delivery(fault=Cut(how="fin"))),
        "cut in the head": Reply(content=(WORDS,), delivery=Delivery(fault=Cut(how="fin", head_bytes=10))),
        "cut at the first byte": Reply(content=(WORDS,), delivery=Delivery(fault=Cut(how="fin", body_bytes=0))),
        "reset at the first byte": Reply(content=(WORDS,), delivery=Delivery(fault=Cut(how="rst", body_bytes=5))),
        "nonsense": Bytes(body=b"<html>oh</html>", content_type="text/html"),
        "empty": Bytes(body=b""),
    }
    if streamed:
        first["an error as the first event"] = Reply(
            content=(WORDS,), breaks=Break(failure=Failure(status=500, message="it broke"), events=0)
        )
        first["hangs before the first event"] = Reply(content=(WORDS,), delivery=Delivery(fault=Hold(events=0)))
    else:
        first["cut in the middle"] = Reply(content=(WORDS,), delivery=Delivery(fault=Cut(how="fin", body_bytes=60)))
        first["an error with status 200"] = Reply(breaks=Break(failure=Failure(status=500, message="it broke")))
    return first  # type: ignore[return-value]


class TestMovingOn:
    @pytest.mark.parametrize("name", list(faults(streamed=False)))
    def test_a_whole_answer_comes_from_the_other_target(
        self, router: Router, first: FakeProvider, second: FakeProvider, name: str
    ) -> None:
        first.always(faults(streamed=False)[name])  # type: ignore[arg-type]
        response = router.chat_completion("Hello")
        assert response.text == "Hello"
        assert (response.provider, len(response.attempts)) == ("anthropic", 2)
        assert (len(first.requests), len(second.requests)) == (1, 1)
        assert response.route is not None
        assert [target.verdict for target in response.route.considered] == ["asked", "answered"]

    @pytest.mark.parametrize("name", list(faults(streamed=True)))
    def test_a_stream_comes_from_the_other_target(
        self, router: Router, first: FakeProvider, second: FakeProvider, name: str
    ) -> None:
        first.always(faults(streamed=True)[name])  # type: ignore[arg-type]
        with router.chat_completion_stream("Hello") as stream:
            assert "".join(stream.text()) == "Hello"
        assert len(stream.attempts) == 2
        assert (len(first.requests), len(second.requests)) == (1, 1)

    @pytest.mark.parametrize("name", list(faults(streamed=True)))
    async def test_the_same_from_asyncio(self, first: FakeProvider, second: FakeProvider, name: str) -> None:
        first.always(faults(streamed=True)[name])  # type: ignore[arg-type]
        before = len(asyncio.all_tasks())
        async with AsyncRouter(targets(first, second)) as router:
            async with router.chat_completion_stream("Hello") as stream:
                assert "".join([text async for text in stream.text()]) == "Hello"
            assert len(asyncio.all_tasks()) == before
        await first.wait_until_async(lambda seen: seen.open == 0)

    @pytest.mark.parametrize("how", ["fin", "rst", "end"])
    @pytest.mark.parametrize("events", [2, 5])
    def test_a_stream_that_began_is_not_repeated(
        self, router: Router, first: FakeProvider, second: FakeProvider, how: str, events: int
    ) -> None:
        fault = Cut(how=how, events=events)  # type: ignore[arg-type]
        first.script(Reply(content=(WORDS,), delivery=Delivery(fault=fault)))
        with router.chat_completion_stream("x") as stream, pytest.raises(accord.Interrupted) as caught:
            list(stream)
        assert caught.value.partial is not None
        assert len(second.requests) == 0

    @pytest.mark.parametrize("how", ["fin", "rst"])
    def test_a_whole_answer_that_lacks_its_last_byte_comes_from_the_other_target(
        self, router: Router, first: FakeProvider, second: FakeProvider, how: str
    ) -> None:
        length = len(router.chat_completion("Hello").raw or b"")
        first.clear()
        first.script(Reply(delivery=Delivery(fault=Cut(how=how, body_bytes=length - 1))))  # type: ignore[arg-type]
        response = router.chat_completion("Hello")
        assert (response.text, response.provider) == ("Hello", "anthropic")
        assert (len(first.requests), len(second.requests)) == (1, 1)

    def test_a_stream_that_lacks_only_what_comes_after_its_end_is_whole(
        self, router: Router, first: FakeProvider, second: FakeProvider
    ) -> None:
        first.script(Reply(content=(WORDS,), done=False))
        with router.chat_completion_stream("x") as stream:
            assert "".join(stream.text()) == WORDS.text
        assert len(second.requests) == 0

    async def test_who_leaves_is_gone_upstream_at_once_and_frees_the_place(
        self, first: FakeProvider, second: FakeProvider
    ) -> None:
        first.always(Reply(content=(WORDS,), delivery=Delivery(fault=Hold())))
        patient = OpenAI(api_key=first.key, base_url=first.url)
        one = RouteTarget(model="m", provider=patient, load=Load(concurrency=1))
        async with AsyncRouter([one]) as router:
            asked, queued = [asyncio.create_task(router.chat_completion("x")) for _ in range(2)]
            await first.wait_until_async(lambda seen: seen.held == 1)
            queued.cancel()
            asked.cancel()
            left = time.monotonic()
            await first.wait_until_async(lambda seen: seen.aborted == 1)
            assert time.monotonic() - left < 0.25, "50 ms, with room for the scheduler"
            await asyncio.gather(asked, queued, return_exceptions=True)
            first.clear()
            first.release()
            assert (await router.chat_completion("Hello")).text == "Hello"

    def test_a_refused_connection_moves_on(self, second: FakeProvider) -> None:
        nobody = RouteTarget(model="m", provider=OpenAI(api_key="sk-test", base_url="http://127.0.0.1:9/v1"))
        there = RouteTarget(
            model="claude-haiku-4-5", provider=Anthropic(api_key=second.key, base_url=second.url), tier=1
        )
        with Router([nobody, there]) as router:
            assert [attempt.billed for attempt in router.chat_completion("x").attempts] == [False, True]

    def test_the_callers_mistake_is_told_at_once(
        self, router: Router, first: FakeProvider, second: FakeProvider
    ) -> None:
        first.always(Failure(status=400, message="no"))
        with pytest.raises(accord.InvalidRequest):
            router.chat_completion("x")
        assert (len(first.requests), len(second.requests)) == (1, 0)

    def test_without_retries_one_request_goes_out(
        self, router: Router, first: FakeProvider, second: FakeProvider
    ) -> None:
        first.always(Failure(status=500))
        with pytest.raises(accord.ServerError) as caught:
            router.chat_completion("x", options=Options(retries=0))
        assert len(caught.value.attempts) == 1 == len(first.requests) + len(second.requests)
        assert caught.value.route is not None

    def test_when_nobody_answers_every_request_is_shown(
        self, router: Router, first: FakeProvider, second: FakeProvider
    ) -> None:
        for fake in (first, second):
            fake.always(Failure(status=500))
        with pytest.raises(accord.ServerError) as caught:
            router.chat_completion("x", options=Options(retries=1))
        assert [attempt.provider for attempt in caught.value.attempts] == ["openai", "anthropic"]

    def test_the_deadline_bounds_all_of_it(self, router: Router, first: FakeProvider, second: FakeProvider) -> None:
        for fake in (first, second):
            fake.always(Reply(content=(WORDS,), delivery=Delivery(fault=Hold())))
        with pytest.raises(accord.TimedOut):
            router.chat_completion("x", context=RequestContext(deadline=0.4), options=Options(retries=9))
        assert len(first.requests) + len(second.requests) <= 2


class TestChoosing:
    def test_a_named_target_answers_alone(self, router: Router, first: FakeProvider, second: FakeProvider) -> None:
        assert router.chat_completion("x", model="anthropic/claude-haiku-4-5").provider == "anthropic"
        with pytest.raises(accord.InvalidInput, match="none of this router's targets"):
            router.chat_completion("x", model="openai/gpt-9")

    def test_a_wish_for_a_tag(self, router: Router) -> None:
        response = router.chat_completion("x", options=Options(route=RouteWish(tags=("eu",))))
        assert response.provider == "anthropic"
        with pytest.raises(accord.Unsupported, match="no tag us"):
            router.chat_completion("x", options=Options(route=RouteWish(tags=("us",))))

    def test_what_a_target_lacks_drops_it_before_anything_is_sent(
        self, first: FakeProvider, second: FakeProvider
    ) -> None:
        old = RouteTarget(model="gpt-3.5-turbo", provider=OpenAI(api_key=first.key, base_url=first.url))
        picture = accord.Image(source=accord.Media(data="iVBORw0KGgo=", media_type="image/png"))
        with Router([old, targets(first, second)[1]]) as router:
            response = router.chat_completion([accord.user(["What is this?", picture])])
        assert response.provider == "anthropic"
        assert len(first.requests) == 0
        assert response.route is not None
        assert response.route.considered[0].reason == "it takes no image input"

    def test_other_operations_go_where_they_can(self, router: Router, first: FakeProvider) -> None:
        assert router.embeddings("x").provider == "openai"
        assert len(first.requests) == 1

    def test_weights_share_the_calls(self, first: FakeProvider, second: FakeProvider) -> None:
        pair = [
            RouteTarget(model="m", provider=OpenAI(api_key=first.key, base_url=first.url), name="a", weight=3),
            RouteTarget(model="m", provider=OpenAI(api_key=first.key, base_url=first.url), name="b", weight=1),
        ]
        with Router(pair, policy=RoutePolicy(strategy="round_robin")) as router:
            providers = [router.chat_completion("x").provider for _ in range(8)]
        assert (providers.count("a"), providers.count("b")) == (6, 2)

    def test_a_limit_of_requests_sends_the_rest_elsewhere_and_then_says_when(
        self, first: FakeProvider, second: FakeProvider
    ) -> None:
        one, two = targets(first, second)
        limited = [
            RouteTarget(model=one.model, provider=one.provider, limits=Limits(requests=2)),
            RouteTarget(model=two.model, provider=two.provider, limits=Limits(requests=1), tier=1),
        ]
        with Router(limited) as router:
            providers = [router.chat_completion("x").provider for _ in range(3)]
            assert sorted(providers) == ["anthropic", "openai", "openai"]
            with pytest.raises(accord.RateLimited) as caught:
                router.chat_completion("x", context=RequestContext(deadline=1.0))
        assert 0 < (caught.value.retry_after or 0) <= 61
        assert caught.value.attempts == ()

    def test_tokens_are_counted_as_they_were_used(self, first: FakeProvider, second: FakeProvider) -> None:
        one = targets(first, second)[0]
        limited = RouteTarget(model=one.model, provider=one.provider, limits=Limits(tokens=3000))
        with Router([limited]) as router:
            for _ in range(5):
                router.chat_completion("short")  # Each is estimated at over a thousand and uses a few.

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ([], "made of targets"),
            ("openai/gpt-5.4-mini", "made of targets"),
            (["openai/gpt-5.4-mini", "openai/gpt-5.4-mini"], "named twice"),
            ([RouteTarget(model="openai/m", way="quota")], "no target takes part"),
            (["nobody/m"], "no provider is known"),
        ],
    )
    def test_wrong_targets_are_said_to_be_wrong(self, given: object, words: str) -> None:
        with pytest.raises(accord.AccordError, match=words):
            Router(given, environ={"OPENAI_API_KEY": "sk-test"})  # type: ignore[arg-type]

    def test_blocking_code_cannot_hedge_and_says_so(self, first: FakeProvider, second: FakeProvider) -> None:
        with pytest.raises(accord.ConfigError, match="use AsyncRouter"):
            Router(targets(first, second), policy=RoutePolicy(hedge=HedgeRule()))


class TestHedging:
    async def test_a_slow_target_is_hedged_and_left(self, first: FakeProvider, second: FakeProvider) -> None:
        policy = RoutePolicy(hedge=HedgeRule(least=0.1, share=1.0))
        async with AsyncRouter(targets(first, second), policy=policy) as router:
            for _ in range(20):
                await router.chat_completion("Hello")
            first.always(Reply(content=(WORDS,), delivery=Delivery(fault=Hold())))
            response = await router.chat_completion("Hello")
            assert response.text == "Hello"
            assert [(a.provider, a.error) for a in response.attempts] == [("anthropic", None), ("openai", "cancelled")]
            await first.wait_until_async(lambda seen: seen.aborted == 1)
            async with router.chat_completion_stream("Hello") as stream:
                assert "".join([text async for text in stream.text()]) == "Hello"
            await first.wait_until_async(lambda seen: seen.aborted == 2)


class TestTakingTurns:
    async def test_no_more_at_a_time_than_allowed(self, first: FakeProvider, second: FakeProvider) -> None:
        one = targets(first, second)[0]
        limited = RouteTarget(model=one.model, provider=one.provider, load=Load(concurrency=3))
        async with AsyncRouter([limited]) as router:
            first.always(Reply(content=(WORDS,), delivery=Delivery(before_head=0.02)))
            answers = await asyncio.gather(*[router.chat_completion(str(n)) for n in range(20)])
        assert len(answers) == 20
        assert first.connections_made <= 3

    def test_threads_wait_their_turn(self, first: FakeProvider, second: FakeProvider) -> None:
        one = targets(first, second)[0]
        limited = RouteTarget(model=one.model, provider=one.provider, load=Load(concurrency=2))
        first.always(Reply(content=(WORDS,), delivery=Delivery(before_head=0.02)))
        threads = threading.active_count()
        with Router([limited]) as router, ThreadPoolExecutor(8) as executor:
            answers = list(executor.map(router.chat_completion, [str(n) for n in range(16)]))
        assert len(answers) == 16
        assert first.connections_made <= 2
        assert threading.active_count() <= threads

    async def test_a_stream_keeps_its_place_until_its_last_byte(
        self, first: FakeProvider, second: FakeProvider
    ) -> None:
        one = targets(first, second)[0]
        limited = RouteTarget(model=one.model, provider=one.provider, load=Load(concurrency=1, queue=0))
        async with AsyncRouter([limited]) as router, router.chat_completion_stream("one two three") as stream:
            with pytest.raises(accord.RateLimited):
                await router.chat_completion("x", options=Options(retries=0))
            async for _ in stream:
                pass
            await router.chat_completion("x", options=Options(retries=0))


def cut_off(router: Router, asked: str | accord.ChatRequest) -> accord.Interrupted:
    with router.chat_completion_stream(asked) as stream, pytest.raises(accord.Interrupted) as caught:
        list(stream)
    return caught.value


class TestContinuing:
    """Opt-in: a text that breaks off goes on elsewhere, and everybody can see the seam."""

    @pytest.fixture
    def third(self) -> Iterator[FakeProvider]:
        with FakeProvider("anthropic_messages") as running:
            yield running

    def pair(self, second: FakeProvider, third: FakeProvider) -> list[RouteTarget]:
        return [
            RouteTarget(
                model="claude-haiku-4-5",
                provider=Anthropic(api_key=fake.key, base_url=fake.url, timeouts=IMPATIENT),
                name=name,
                tier=tier,
            )
            for tier, (name, fake) in enumerate((("a", second), ("b", third)))
        ]

    def broken(self, fake: FakeProvider, *, events: int = 5) -> None:
        fake.script(Reply(content=(WORDS,), delivery=Delivery(fault=Cut(how="rst", events=events))))

    def test_the_text_goes_on_where_it_broke_off(self, second: FakeProvider, third: FakeProvider) -> None:
        self.broken(second)
        third.reply("four five six")
        with Router(self.pair(second, third), policy=RoutePolicy(continue_interrupted=True)) as router:
            with router.chat_completion_stream("Count") as stream:
                text = "".join(stream.text())
            begun = text.removesuffix("four five six")
            assert begun
            assert WORDS.text.startswith(begun)
            assert stream.response.text == text
            assert stream.response.finish is not None
            sent = third.last.json["messages"][-1]  # type: ignore[index]
            assert sent["role"] == "assistant"
            assert begun.rstrip() in str(sent["content"])
            assert [(attempt.provider, attempt.error) for attempt in stream.attempts] == [
                ("a", "interrupted"),
                ("b", None),
            ]
            assert stream.attempts[0].billed is None
            assert any("broke off after" in warning.message for warning in stream.response.warnings)
            assert stream.response.cost is not None
            assert stream.response.cost.amount is None

    async def test_the_same_from_asyncio(self, second: FakeProvider, third: FakeProvider) -> None:
        self.broken(second)
        third.reply("four five six")
        async with AsyncRouter(self.pair(second, third), policy=RoutePolicy(continue_interrupted=True)) as router:
            async with router.chat_completion_stream("Count") as stream:
                text = "".join([piece async for piece in stream.text()])
            assert text.endswith("four five six")
            await third.wait_until_async(lambda seen: seen.open == 0)

    def test_not_without_being_asked_for(self, second: FakeProvider, third: FakeProvider) -> None:
        self.broken(second)
        with Router(self.pair(second, third)) as router:
            cut_off(router, "Count")
        assert len(third.requests) == 0

    def test_not_where_no_target_continues_answers(
        self, second: FakeProvider, first: FakeProvider, third: FakeProvider
    ) -> None:
        self.broken(second)
        chat = RouteTarget(model="gpt-5.4-mini", provider=OpenAI(api_key=first.key, base_url=first.url), tier=1)
        alone = [self.pair(second, third)[0], chat]
        policy = RoutePolicy(continue_interrupted=True, retries=1)
        second.always(Failure(status=500))
        with Router(alone, policy=policy) as router:
            assert cut_off(router, "Count").partial is not None
        assert len(first.requests) == 0

    def test_not_a_call_that_is_half_written(self, second: FakeProvider, third: FakeProvider) -> None:
        call = accord.ToolCall(id="toolu_1", name="f", arguments='{"a": "some long value to be cut"}')
        second.script(Reply(content=(WORDS, call), delivery=Delivery(fault=Cut(how="rst", events=12))))
        tool = accord.FunctionTool(name="f", parameters={"type": "object"})
        request = accord.ChatRequest(messages=(accord.user("x"),), tools=(tool,))
        policy = RoutePolicy(continue_interrupted=True)
        with (
            Router(self.pair(second, third), policy=policy) as router,
            router.chat_completion_stream(request) as stream,
            pytest.raises(accord.Interrupted),
        ):
            list(stream)
        assert len(third.requests) == 0


async def test_health_is_that_of_the_best(first: FakeProvider, second: FakeProvider) -> None:
    async with AsyncRouter(targets(first, second)) as router:
        health = await router.health_check()
    assert health.state == "healthy"
    assert "openai/gpt-5.4-mini is healthy" in health.reason
    assert "anthropic/claude-haiku-4-5 is" in health.reason
