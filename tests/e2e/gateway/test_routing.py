"""Routing through a real gateway: fallback, limits over several workers, overrides, attempts, in every caller's wire."""

import asyncio
import contextlib
import re
from collections.abc import Callable, Iterator
from typing import Protocol

import anthropic
import httpx2
import openai
import pytest

import accord
from accord.testing import Bytes, Cut, Delivery, Failure, FakeProvider, Hold, Reply

WORDS = accord.Text(text="one two three four five six")

CONFIG = """
gateway:
  port: 0
  workers: {workers}
  keys:
    - {{name: free, key: sk-test-free, overrides: [target, strategy, fallback, retries, tags]}}
    - {{name: bound, key: sk-test-bound}}
    - {{name: small, key: sk-test-small, limits: {{requests: 6}}}}
    - {{name: short, key: sk-test-short, limits: {{tokens: 3000}}}}
providers:
  one: {{type: openai, api_key: "{key}", base_url: "{one}", timeouts: {{first_byte: 0.5, idle: 0.5}}}}
  two: {{type: anthropic, api_key: "{key}", base_url: "{two}"}}
models:
  best:
    targets:
      - {{provider: one, model: gpt-5.4-mini}}
      - {{provider: two, model: claude-haiku-4-5, tier: 1, tags: [eu]}}
    # What one test breaks must not be out of order in the next.
    breaker: {{failures: 1000, account_failures: 1000, least: 1000, cooldown: 0.001}}
    ejection: {{least: 1000}}
  twice:
    targets:
      - {{provider: two, model: claude-haiku-4-5}}
      - {{provider: two, model: claude-sonnet-4-5, tier: 1}}
  careful:
    targets: [{{provider: one, model: gpt-5.4-mini}}]
    fallback: {{content_filter: [two/claude-haiku-4-5]}}
  narrow:
    targets: [{{provider: one, model: gpt-5.4-mini, concurrency: 1, queue: 0}}]
    retries: 0
  tried:
    targets: [{{provider: one, model: gpt-5.4-mini}}]
    shadow: {{provider: two, model: claude-haiku-4-5, share: 1}}
"""


@pytest.fixture(scope="module")
def one() -> Iterator[FakeProvider]:
    with FakeProvider() as running:
        yield running


@pytest.fixture(scope="module")
def two() -> Iterator[FakeProvider]:
    with FakeProvider("anthropic_messages") as running:
        yield running


class Running(Protocol):
    origin: str
    lines: list[str]

    def wait_for(self, pattern: str, seconds: float = 20.0, since: int = 0) -> re.Match[str]: ...

    def stop(self) -> None: ...


@pytest.fixture(scope="module")
def serve_routed(
    one: FakeProvider, two: FakeProvider, serve: Callable[..., Running], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Running]]:
    with contextlib.ExitStack() as stack:

        def start(workers: int = 1) -> Running:
            path = tmp_path_factory.mktemp("routing") / "accord.yaml"
            path.write_text(CONFIG.format(workers=workers, key=one.key, one=one.url, two=two.url))
            running = serve("--config", str(path))
            stack.callback(running.stop)
            return running

        yield start


@pytest.fixture(scope="module")
def running(serve_routed: Callable[..., Running]) -> Running:
    return serve_routed()


@pytest.fixture(scope="module")
def origin(running: Running) -> str:
    return running.origin


@pytest.fixture(scope="module")
def chat(origin: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(api_key="sk-test-free", base_url=f"{origin}/v1", max_retries=0) as client:
        yield client


@pytest.fixture(scope="module")
def messages(origin: str) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(api_key="sk-test-free", base_url=origin, max_retries=0) as client:
        yield client


@pytest.fixture(autouse=True)
def _nothing_left(one: FakeProvider, two: FakeProvider) -> Iterator[None]:
    yield
    for fake in (one, two):
        fake.clear()
        fake.wait_until(lambda seen: seen.open == 0)
        fake.clear()


def post(origin: str, key: str = "sk-test-free", model: str = "best", **headers: str) -> httpx2.Response:
    body = {"model": model, "messages": [{"role": "user", "content": "Hello"}]}
    sent = {"authorization": f"Bearer {key}", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return httpx2.post(f"{origin}/v1/chat/completions", json=body, headers=sent, timeout=20)


FAULTS = {
    "500": Failure(status=500),
    "429": Failure(status=429, headers=(("retry-after-ms", "1"),)),
    "401": Failure(status=401),
    "hangs": Reply(content=(WORDS,), delivery=Delivery(fault=Hold())),
    "reset": Reply(content=(WORDS,), delivery=Delivery(fault=Cut(how="rst"))),
    "closed": Reply(content=(WORDS,), delivery=Delivery(fault=Cut(how="fin"))),
    "cut at the first byte": Reply(content=(WORDS,), delivery=Delivery(fault=Cut(how="fin", body_bytes=0))),
    "nonsense": Bytes(body=b"<html>oh</html>", content_type="text/html"),
    "empty": Bytes(body=b""),
    "503": Failure(status=503),
    "404": Failure(status=404, code="model_not_found"),
}


@pytest.mark.parametrize("fault", list(FAULTS))
def test_another_provider_answers_every_wire(
    chat: openai.OpenAI, messages: anthropic.Anthropic, one: FakeProvider, fault: str
) -> None:
    one.always(FAULTS[fault])
    answer = chat.chat.completions.with_raw_response.create(
        model="best", messages=[{"role": "user", "content": "Hello"}]
    )
    assert answer.parse().choices[0].message.content == "Hello"
    assert answer.headers["x-accord-provider"] == "two"
    assert answer.headers["x-accord-attempts"].startswith('"one/gpt-5.4-mini";')
    assert '"two/claude-haiku-4-5";status=200' in answer.headers["x-accord-attempts"]
    stream = chat.chat.completions.create(model="best", messages=[{"role": "user", "content": "Hello"}], stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices) == "Hello"
    said = messages.messages.create(model="best", max_tokens=50, messages=[{"role": "user", "content": "Hello"}])
    assert said.content[0].text == "Hello"  # type: ignore[union-attr]
    response = chat.responses.create(model="best", input="Hello")
    assert response.output_text == "Hello"


@pytest.mark.parametrize("how", ["fin", "rst", "end"])
@pytest.mark.parametrize("events", [2, 4, 6])
def test_a_stream_that_began_is_cut_and_not_repeated(
    chat: openai.OpenAI, one: FakeProvider, two: FakeProvider, how: str, events: int
) -> None:
    fault = Cut(how=how, events=events)  # type: ignore[arg-type]
    one.script(Reply(content=(WORDS,), delivery=Delivery(fault=fault)))
    asked = chat.chat.completions.create(model="best", messages=[{"role": "user", "content": "x"}], stream=True)
    with asked as stream, pytest.raises(openai.APIError):
        list(stream)
    assert (len(one.requests), len(two.requests)) == (1, 0)


def test_a_stream_that_lacks_only_what_comes_after_its_end_is_whole(
    chat: openai.OpenAI, one: FakeProvider, two: FakeProvider
) -> None:
    one.script(Reply(content=(WORDS,), done=False))
    asked = chat.chat.completions.create(model="best", messages=[{"role": "user", "content": "x"}], stream=True)
    with asked as stream:
        assert "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices) == WORDS.text
    assert len(two.requests) == 0


def test_a_content_filter_has_a_fallback_of_its_own(origin: str, one: FakeProvider, two: FakeProvider) -> None:
    one.script(Failure(status=400, code="content_filter", message="no"), Failure(status=500), model=None)
    assert post(origin, model="careful").headers["x-accord-provider"] == "two"
    assert post(origin, model="careful").status_code == 200
    assert len(two.requests) == 1


def test_a_key_decides_what_it_may(origin: str, one: FakeProvider, two: FakeProvider) -> None:
    forced = post(origin, x_accord_target="two/claude-haiku-4-5")
    assert forced.headers["x-accord-provider"] == "two"
    assert post(origin, x_accord_tags="eu").headers["x-accord-provider"] == "two"
    refused = post(origin, key="sk-test-bound", x_accord_target="two/claude-haiku-4-5")
    assert refused.status_code == 403
    assert "overrides: [target]" in refused.json()["error"]["message"]
    assert post(origin, x_accord_strategy="luck").status_code == 400
    one.always(Failure(status=500))
    before = len(two.requests)
    alone = post(origin, x_accord_fallback="false")
    assert (alone.status_code, len(two.requests)) == (500, before)
    assert alone.headers["x-should-retry"] == "false"


def test_the_body_may_say_the_same_and_no_provider_sees_it(
    chat: openai.OpenAI, one: FakeProvider, two: FakeProvider
) -> None:
    answer = chat.chat.completions.with_raw_response.create(
        model="best",
        messages=[{"role": "user", "content": "Hello"}],
        extra_body={"accord": {"tags": ["eu"]}},
    )
    assert answer.headers["x-accord-provider"] == "two"
    with pytest.raises(openai.BadRequestError, match=r"accord\.luck"):
        chat.chat.completions.create(
            model="best", messages=[{"role": "user", "content": "x"}], extra_body={"accord": {"luck": 1}}
        )
    chat.chat.completions.create(
        model="one/gpt-5.4-mini", messages=[{"role": "user", "content": "x"}], extra_body={"accord": {"retries": 0}}
    )
    assert b"accord" not in one.last.body


def test_a_used_up_limit_says_when_there_is_room_again(origin: str) -> None:
    answers = [post(origin, key="sk-test-small") for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 6 + [429]
    refused = answers[-1]
    assert 0 < int(refused.headers["retry-after"]) <= 61
    assert "x-should-retry" not in refused.headers
    assert "'small' may use 6 requests in 60 seconds" in refused.json()["error"]["message"]


def test_tokens_are_taken_as_used_not_as_estimated(origin: str) -> None:
    assert [post(origin, key="sk-test-short").status_code for _ in range(8)] == [200] * 8


def test_a_full_queue_is_told_and_nothing_is_sent(origin: str, one: FakeProvider) -> None:
    one.always(Reply(content=(WORDS,), delivery=Delivery(fault=Hold())))

    async def calls() -> list[httpx2.Response]:
        async with httpx2.AsyncClient(timeout=20) as client:

            async def ask() -> httpx2.Response:
                body = {"model": "narrow", "messages": [{"role": "user", "content": "x"}]}
                headers = {"authorization": "Bearer sk-test-free"}
                return await client.post(f"{origin}/v1/chat/completions", json=body, headers=headers)

            first = asyncio.create_task(ask())
            await one.wait_until_async(lambda seen: seen.held == 1)
            second = await ask()
            one.release()
            return [await first, second]

    first, second = asyncio.run(calls())
    assert (first.status_code, second.status_code) == (200, 429)
    assert "retry-after" in second.headers
    assert len(one.requests) == 1


def test_a_copy_goes_to_a_target_on_trial_and_changes_nothing(
    origin: str, one: FakeProvider, two: FakeProvider, running: Running
) -> None:
    for behaviour in (Reply(content=(WORDS,)), Failure(status=500)):
        two.script(behaviour)
        before = len(running.lines)
        answer = post(origin, model="tried")
        assert (answer.status_code, answer.headers["x-accord-provider"]) == (200, "one")
        assert "claude" not in answer.headers["x-accord-attempts"]
        two.wait_until(lambda seen: len(seen.requests) >= 1 and seen.open == 0)
        line = running.wait_for(r"request.*key=shadow", since=before)
        assert "provider=two" in line.string
        assert "Hello" not in line.string
    assert len(one.requests) == 2


def test_a_stored_conversation_stays_with_whoever_answered(
    chat: openai.OpenAI, one: FakeProvider, two: FakeProvider
) -> None:
    one.script(Failure(status=500))
    first = chat.responses.create(model="best", input="Hello")
    assert len(two.requests) == 1
    raw = chat.responses.with_raw_response.create(model="best", input="And now?", previous_response_id=first.id)
    assert raw.headers["x-accord-provider"] == "two"
    assert chat.responses.retrieve(first.id).output_text == "Hello"
    streamed = chat.responses.create(model="best", input="x", previous_response_id=raw.parse().id, stream=True)
    assert [event.type for event in streamed][-1] == "response.completed"
    assert len(two.requests) == 3
    with pytest.raises(openai.BadRequestError, match="bound to it"):
        chat.responses.create(model="one/gpt-5.4-mini", input="x", previous_response_id=first.id)


def test_what_would_become_of_a_request_is_explained(origin: str, one: FakeProvider, two: FakeProvider) -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    body = {"model": "best", "messages": [{"role": "user", "content": [picture]}]}
    headers = {"authorization": "Bearer sk-test-free", "x-accord-tags": "eu"}
    record = httpx2.post(f"{origin}/v1/route/explain", json=body, headers=headers, timeout=20).json()
    assert record["name"] == "best"
    assert [(one["provider"], one["verdict"]) for one in record["considered"]] == [
        ("two", "possible"),
        ("one", "dropped"),
    ]
    assert record["considered"][1]["reason"] == "it carries no tag eu"
    assert float(record["considered"][0]["expected_cost"]) > 0
    assert len(one.requests) + len(two.requests) == 0
    message = {"model": "one/gpt-5.4-mini", "max_tokens": 5, "messages": [{"role": "user", "content": "x"}]}
    plain = httpx2.post(f"{origin}/v1/route/explain?wire=messages", json=message, headers=headers, timeout=20).json()
    assert plain["considered"][0]["share"] == 1.0
    bad = httpx2.post(f"{origin}/v1/route/explain?wire=x", json=body, headers=headers, timeout=20)
    assert bad.status_code == 400


def test_four_workers_count_one_limit(serve_routed: Callable[..., Running]) -> None:
    origin = serve_routed(workers=4).origin
    statuses = [post(origin, key="sk-test-small").status_code for _ in range(20)]
    assert statuses.count(200) == 6
    assert statuses.count(429) == 14


def test_who_leaves_a_queue_leaves_no_request_behind(origin: str, one: FakeProvider) -> None:
    one.script(Reply(content=(WORDS,), delivery=Delivery(fault=Hold())))
    with contextlib.suppress(httpx2.TimeoutException):
        httpx2.post(
            f"{origin}/v1/chat/completions",
            json={"model": "narrow", "messages": [{"role": "user", "content": "x"}]},
            headers={"authorization": "Bearer sk-test-free"},
            timeout=0.3,
        )
    one.wait_until(lambda seen: seen.aborted == 1)
    assert post(origin, model="narrow").status_code == 200


def test_tokens_are_counted_by_another_target_where_the_usual_one_fails(
    messages: anthropic.Anthropic, two: FakeProvider
) -> None:
    two.always(Failure(status=503), model="claude-haiku-4-5", operation="count_tokens")
    counted = messages.messages.count_tokens(model="twice", messages=[{"role": "user", "content": "Hello"}])
    assert counted.input_tokens > 0
    assert [request.path for request in two.requests] == ["/v1/messages/count_tokens"] * 2
