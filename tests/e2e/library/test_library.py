"""The library over real sockets, against a provider that misbehaves in every way a real one does."""

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

import accord
from accord import AsyncClient, Client, OpenAI, Options, RequestContext, Timeouts
from accord.testing import Break, Bytes, Cut, Delivery, Failure, FakeProvider, Hold, Reply

NO_RETRY = Options(retries=0)
LEFT_WITHIN = 0.05
"""Seconds within which the provider must see that its caller left."""


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with FakeProvider() as running:
        yield running


@pytest.fixture
def client(fake: FakeProvider) -> Iterator[Client[OpenAI]]:
    with Client(OpenAI(api_key=fake.key, base_url=fake.url)) as open_client:
        yield open_client


def provider(fake: FakeProvider) -> OpenAI:
    return OpenAI(api_key=fake.key, base_url=fake.url)


def test_a_call_and_what_it_took(client: Client[OpenAI], fake: FakeProvider) -> None:
    response = client.chat_completion("Hello", model="gpt-5.4-mini")
    assert response.text == "Hello"
    assert response.finish is not None
    assert response.finish.unified == "stop"
    assert response.usage is not None
    assert response.usage.output
    assert response.request_id
    assert len(fake.requests) == 1


def test_a_stream_says_what_the_whole_answer_says(client: Client[OpenAI]) -> None:
    whole = client.chat_completion("One two three", model="gpt-5.4-mini")
    with client.chat_completion_stream("One two three", model="gpt-5.4-mini") as stream:
        pieces = list(stream.text())
    assert len(pieces) > 1
    assert "".join(pieces) == whole.text == stream.response.text
    assert stream.response.usage is not None
    assert whole.usage is not None
    assert stream.response.usage.output == whole.usage.output


def test_connections_are_reused(client: Client[OpenAI], fake: FakeProvider) -> None:
    for _ in range(5):
        client.chat_completion("Hello", model="m")
    assert fake.connections_made == 1


class TestLeaving:
    async def test_a_stream_that_is_left_early_ends_upstream(self, fake: FakeProvider) -> None:
        async with AsyncClient(provider(fake)) as client:
            fake.script(Reply(content=(accord.Text(text="word " * 50),), delivery=Delivery(fault=Hold(events=5))))
            async with client.chat_completion_stream("x", model="m") as stream:
                async for _ in stream.text():
                    break
            left = time.monotonic()
            await fake.wait_until_async(lambda seen: seen.aborted == 1)
            assert time.monotonic() - left < LEFT_WITHIN + 0.2, "with room for the scheduler"

    async def test_cancelling_before_the_head_ends_it_upstream(self, fake: FakeProvider) -> None:
        fake.script(Reply(content=(accord.Text(text="late"),), delivery=Delivery(fault=Hold())))
        async with AsyncClient(provider(fake)) as client:
            task = asyncio.create_task(client.chat_completion("x", model="m"))
            await fake.wait_until_async(lambda seen: seen.held == 1)
            task.cancel()
            left = time.monotonic()
            with pytest.raises(asyncio.CancelledError):
                await task
            await fake.wait_until_async(lambda seen: seen.aborted == 1)
            assert time.monotonic() - left < LEFT_WITHIN + 0.2

    def test_a_blocking_stream_that_is_left_early_ends_upstream(
        self, fake: FakeProvider, client: Client[OpenAI]
    ) -> None:
        fake.script(Reply(content=(accord.Text(text="word " * 50),), delivery=Delivery(fault=Hold(events=5))))
        with client.chat_completion_stream("x", model="m") as stream:
            next(stream.text())
        fake.wait_until(lambda seen: seen.aborted == 1)


WORDS = accord.Text(text="one two three four five six")


def cut(how: str, **place: int) -> Delivery:
    return Delivery(fault=Cut(how=how, **place))  # type: ignore[arg-type]


class TestBrokenStreams:
    """Promise 1: what broke off is said to have broken off, whatever broke and wherever."""

    @pytest.mark.parametrize("how", ["fin", "rst", "end"])
    @pytest.mark.parametrize("events", [2, 3, 6])
    def test_a_stream_cut_within(self, fake: FakeProvider, client: Client[OpenAI], how: str, events: int) -> None:
        fake.script(Reply(content=(WORDS,), delivery=cut(how, events=events)))
        arrived: list[str] = []
        broken = pytest.raises(accord.ProviderError)
        with client.chat_completion_stream("x", model="m") as stream, broken as caught:
            arrived.extend(stream.text())
        assert isinstance(caught.value, accord.Interrupted)
        partial = caught.value.partial
        assert partial is not None
        assert partial.text == "".join(arrived)
        assert WORDS.text.startswith(partial.text)
        assert partial.finish is None
        assert len(fake.requests) == 1, "a stream that had begun is not repeated"

    @pytest.mark.parametrize("how", ["fin", "rst"])
    @pytest.mark.parametrize("bytes_", [0, 20, 150])
    def test_a_whole_answer_cut_within(self, fake: FakeProvider, client: Client[OpenAI], how: str, bytes_: int) -> None:
        fake.script(Reply(content=(WORDS,), delivery=cut(how, body_bytes=bytes_)))
        with pytest.raises(accord.Interrupted):
            client.chat_completion("x", model="m")
        assert len(fake.requests) == 1, "it may have been billed"

    def test_an_answer_that_ends_properly_and_is_not_whole(self, fake: FakeProvider, client: Client[OpenAI]) -> None:
        fake.script(Reply(content=(WORDS,), delivery=cut("end", body_bytes=40)))
        with pytest.raises(accord.ProviderError):
            client.chat_completion("x", model="m")

    def test_a_missing_done_after_the_finish_is_fine(self, fake: FakeProvider, client: Client[OpenAI]) -> None:
        fake.script(Reply(content=(WORDS,), done=False))
        with client.chat_completion_stream("x", model="m") as stream:
            assert "".join(stream.text()) == WORDS.text

    def test_an_error_within_a_stream_keeps_the_providers_words(
        self, fake: FakeProvider, client: Client[OpenAI]
    ) -> None:
        failure = Failure(status=500, message="it broke", code="server_error")
        fake.script(Reply(content=(WORDS,), breaks=Break(failure=failure, events=3)))
        broken = pytest.raises(accord.ServerError, match="it broke")
        with client.chat_completion_stream("x", model="m") as stream, broken as caught:
            list(stream)
        assert caught.value.partial is not None

    def test_an_error_before_the_first_event_is_repeated(self, fake: FakeProvider, client: Client[OpenAI]) -> None:
        failure = Failure(status=503, message="full", code="server_is_overloaded")
        fake.script(Reply(content=(WORDS,), breaks=Break(failure=failure, events=0)), Reply(content=(WORDS,)))
        with client.chat_completion_stream("x", model="m") as stream:
            assert "".join(stream.text()) == WORDS.text
        assert len(fake.requests) == len(stream.attempts) == 2

    @pytest.mark.parametrize("size", [1, 7, 64])
    def test_any_split_of_the_bytes(self, fake: FakeProvider, client: Client[OpenAI], size: int) -> None:
        fake.script(Reply(content=(accord.Text(text="Grüße, 世界 👋"),), delivery=Delivery(chunk=size)))
        with client.chat_completion_stream("x", model="m") as stream:
            assert "".join(stream.text()) == "Grüße, 世界 👋"


class TestRetries:
    """Promise 5: as many requests on the wire as were asked for, each of them shown."""

    @pytest.mark.parametrize("retries", [0, 1, 3])
    def test_the_number_of_requests(self, fake: FakeProvider, client: Client[OpenAI], retries: int) -> None:
        fake.always(Failure(status=503, headers=(("retry-after-ms", "1"),)))
        with pytest.raises(accord.Overloaded) as caught:
            client.chat_completion("x", model="m", options=Options(retries=retries))
        assert len(fake.requests) == len(caught.value.attempts) == retries + 1

    def test_a_reset_before_the_head_may_have_been_billed(self, fake: FakeProvider, client: Client[OpenAI]) -> None:
        fake.script(Reply(content=(WORDS,), delivery=cut("rst")))
        with pytest.raises(accord.Unreachable) as caught:
            client.chat_completion("x", model="m", options=Options(retries=3))
        assert caught.value.sent != "no"
        assert len(fake.requests) == 1

    def test_a_refused_connection_is_safe_to_repeat(self) -> None:
        nobody = OpenAI(api_key="sk-test", base_url="http://127.0.0.1:9/v1")
        with Client(nobody) as client, pytest.raises(accord.Unreachable) as caught:
            client.chat_completion("x", model="m", options=Options(retries=1))
        assert (caught.value.sent, len(caught.value.attempts)) == ("no", 2)
        assert [attempt.billed for attempt in caught.value.attempts] == [False, False]

    def test_a_connection_closed_in_the_face_of_a_request(self, fake: FakeProvider, client: Client[OpenAI]) -> None:
        fake.script(Reply(content=(WORDS,), delivery=Delivery(afterwards="drop_next")))
        client.chat_completion("x", model="m")
        with pytest.raises(accord.Unreachable) as caught:
            client.chat_completion("x", model="m", options=Options(retries=3))
        assert caught.value.sent == "maybe", "the provider may have read it: repeating could bill twice"

    def test_a_connection_that_was_closed_meanwhile_is_not_used(
        self, fake: FakeProvider, client: Client[OpenAI]
    ) -> None:
        fake.script(Reply(content=(WORDS,), delivery=Delivery(afterwards="hang_up")))
        client.chat_completion("x", model="m")
        fake.wait_until(lambda seen: seen.connections == 0)
        assert client.chat_completion("Hello", model="m").text == "Hello"
        assert len(fake.requests) == 2


class TestTimeouts:
    @pytest.mark.parametrize(
        ("timeouts", "fault"),
        [
            (Timeouts(first_byte=0.1), Hold()),
            (Timeouts(idle=0.1), Hold(events=3)),
            (Timeouts(total=0.1), Hold(events=3)),
            (Timeouts(total=0.1), Hold()),
        ],
    )
    def test_each_of_them(self, fake: FakeProvider, client: Client[OpenAI], timeouts: Timeouts, fault: Hold) -> None:
        fake.script(Reply(content=(WORDS,), delivery=Delivery(fault=fault)))

        def read() -> None:
            options = Options(timeouts=timeouts, retries=0)
            with client.chat_completion_stream("x", model="m", options=options) as stream:
                list(stream)

        with pytest.raises((accord.TimedOut, accord.Interrupted)):
            read()
        fake.wait_until(lambda seen: seen.aborted == 1)

    def test_the_deadline_of_the_caller_bounds_waits_and_attempts(
        self, fake: FakeProvider, client: Client[OpenAI]
    ) -> None:
        fake.always(Failure(status=503, headers=(("retry-after", "5"),)))
        began = time.monotonic()
        with pytest.raises(accord.Overloaded):
            client.chat_completion("x", model="m", context=RequestContext(deadline=0.5))
        assert time.monotonic() - began < 0.5


class TestNonsense:
    @pytest.mark.parametrize(
        "answer",
        [
            Bytes(body=b"<html>hello</html>", content_type="text/html"),
            Bytes(body=b""),
            Bytes(body=b"[]"),
            Bytes(body=b'{"choices": 5}'),
            Bytes(body=b"\xff\xfe"),
            Bytes(body=b"{" * 100_000),
        ],
    )
    def test_what_is_no_answer_is_malformed_whole_or_streamed(
        self, fake: FakeProvider, client: Client[OpenAI], answer: Bytes
    ) -> None:
        fake.always(answer)
        with pytest.raises(accord.ProviderError) as whole:
            client.chat_completion("x", model="m", options=NO_RETRY)
        assert whole.value.kind in ("malformed", "interrupted")

        def read() -> None:
            with client.chat_completion_stream("x", model="m", options=NO_RETRY) as stream:
                list(stream)

        with pytest.raises(accord.ProviderError) as streamed:
            read()
        assert streamed.value.kind in ("malformed", "interrupted")


class TestEndsToldAsFailures:
    """OpenAI refuses, with a 400, an answer whose tokens all went into reasoning: that is an end, not a mistake."""

    TOLD = "Could not finish the message because max_tokens or model output limit was reached. Please try again."

    def test_a_whole_answer(self, fake: FakeProvider, client: Client[OpenAI]) -> None:
        fake.script(Failure(status=400, message=self.TOLD))
        response = client.chat_completion("x", model="gpt-5.4-mini")
        assert (response.text, response.usage) == ("", None)
        assert response.finish is not None
        assert response.finish.unified == "length"
        assert [(attempt.status, attempt.error, attempt.billed) for attempt in response.attempts] == [(400, None, None)]
        assert response.cost is not None
        assert response.cost.amount is None

    def test_a_stream(self, fake: FakeProvider, client: Client[OpenAI]) -> None:
        fake.script(Failure(status=400, message=self.TOLD))
        with client.chat_completion_stream("x", model="gpt-5.4-mini") as stream:
            assert list(stream.text()) == []
        assert stream.response.finish is not None
        assert stream.response.finish.unified == "length"

    def test_other_refusals_stay_refusals(self, fake: FakeProvider, client: Client[OpenAI]) -> None:
        fake.script(Failure(status=400, message="max_tokens is too large"))
        with pytest.raises(accord.InvalidRequest):
            client.chat_completion("x", model="gpt-5.4-mini")


class TestManyAtOnce:
    async def test_a_hundred_calls_and_nothing_left_behind(self, fake: FakeProvider) -> None:
        tasks_before = len(asyncio.all_tasks())
        threads_before = threading.active_count()
        async with AsyncClient(provider(fake)) as client:
            answers = await asyncio.gather(*[client.chat_completion(f"n{n}", model="m") for n in range(100)])
        assert [answer.text for answer in answers] == [f"n{n}" for n in range(100)]
        await fake.wait_until_async(lambda seen: seen.connections == 0)
        assert len(asyncio.all_tasks()) == tasks_before
        assert threading.active_count() <= threads_before + 1, "the thread that waited for the fake"
