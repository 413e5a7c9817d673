"""OpenAI's own SDK, blocking and asynchronous, against a gateway on a real socket."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import openai
import pytest
from pydantic import BaseModel

from accord.core.part import ToolCall
from accord.testing import Delivery, Failure, FakeProvider, Reply
from accord.testing.fake import Cut

KEY = "sk-test-gateway"
HELLO: list[Any] = [{"role": "user", "content": "Hello there"}]
TOOL: Any = {
    "type": "function",
    "function": {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}},
}


@pytest.fixture(scope="module")
def client(served: Any) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=served.url, api_key=KEY, max_retries=0) as made:
        yield made


@pytest.fixture
async def async_client(served: Any) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=served.url, api_key=KEY, max_retries=0) as made:
        yield made


def test_a_completion(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(model="lab/echo", messages=HELLO)
    assert answer.choices[0].message.content == "Hello there"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.model == "lab/echo"
    assert answer.usage is not None
    assert answer.usage.total_tokens > 0
    assert answer._request_id is not None
    assert answer._request_id.startswith("req_")


def test_a_stream(client: openai.OpenAI) -> None:
    with client.chat.completions.create(
        model="lab/echo", messages=HELLO, stream=True, stream_options={"include_usage": True}
    ) as stream:
        chunks = list(stream)
    assert "".join([choice.delta.content or "" for chunk in chunks for choice in chunk.choices]) == "Hello there"
    assert {chunk.model for chunk in chunks} == {"lab/echo"}
    usage = [chunk.usage for chunk in chunks if chunk.usage]
    assert len(usage) == 1
    assert [choice.finish_reason for chunk in chunks for choice in chunk.choices if choice.finish_reason] == ["stop"]


def test_usage_that_nobody_asked_for_is_not_sent(client: openai.OpenAI) -> None:
    with client.chat.completions.create(model="lab/echo", messages=HELLO, stream=True) as stream:
        chunks = list(stream)
    assert all(chunk.choices for chunk in chunks)
    assert not any(chunk.usage for chunk in chunks)


def test_tools(client: openai.OpenAI, fake: FakeProvider) -> None:
    fake.script(Reply(content=(ToolCall(id="call_1", name="weather", arguments='{"city":"Lagos"}'),)))
    answer = client.chat.completions.create(model="lab/echo", messages=HELLO, tools=[TOOL])
    (call,) = answer.choices[0].message.tool_calls or []
    assert call.type == "function"
    assert (call.id, call.function.name, call.function.arguments) == ("call_1", "weather", '{"city":"Lagos"}')
    assert answer.choices[0].finish_reason == "tool_calls"
    fake.script(Reply(content=(ToolCall(id="call_1", name="weather", arguments='{"city":"Lagos"}'),)))
    with client.chat.completions.stream(model="lab/echo", messages=HELLO, tools=[TOOL]) as stream:
        final = stream.get_final_completion()
    (call,) = final.choices[0].message.tool_calls or []
    assert call.function.arguments == '{"city":"Lagos"}'


class City(BaseModel):
    name: str
    people: int


def test_structured_output(client: openai.OpenAI) -> None:
    answer = client.chat.completions.parse(model="lab/echo", messages=HELLO, response_format=City)
    assert isinstance(answer.choices[0].message.parsed, City)


async def test_asynchronous(async_client: openai.AsyncOpenAI) -> None:
    answer = await async_client.chat.completions.create(model="lab/echo", messages=HELLO)
    assert answer.choices[0].message.content == "Hello there"
    stream = await async_client.chat.completions.create(model="lab/echo", messages=HELLO, stream=True)
    text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
    assert text == "Hello there"


async def test_structured_output_asynchronous(async_client: openai.AsyncOpenAI) -> None:
    answer = await async_client.chat.completions.parse(model="lab/echo", messages=HELLO, response_format=City)
    assert isinstance(answer.choices[0].message.parsed, City)


def test_responses(client: openai.OpenAI) -> None:
    assert client.responses.create(model="lab/echo", input="Hello there").output_text == "Hello there"
    with client.responses.stream(model="lab/echo", input="Hello there") as stream:
        assert stream.get_final_response().output_text == "Hello there"


def test_models(client: openai.OpenAI) -> None:
    names = [model.id for model in client.models.list()]
    assert names[0] == "fast"
    assert client.models.retrieve("fast").id == "fast"
    assert client.models.retrieve("openai/gpt-5.4-mini").id == "openai/gpt-5.4-mini"


ERRORS = [
    (400, openai.BadRequestError),
    (401, openai.AuthenticationError),
    (403, openai.PermissionDeniedError),
    (404, openai.NotFoundError),
    (409, openai.ConflictError),
    (429, openai.RateLimitError),
    (500, openai.InternalServerError),
    (503, openai.InternalServerError),
]


@pytest.mark.parametrize(("status", "kind"), ERRORS)
@pytest.mark.parametrize("stream", [False, True])
def test_errors_are_the_sdks_own(
    client: openai.OpenAI, fake: FakeProvider, status: int, kind: type[openai.APIStatusError], stream: bool
) -> None:
    fake.script(Failure(status=status, message="because of this", headers=(("retry-after", "3"),)))
    with pytest.raises(kind, match="because of this") as caught:
        client.chat.completions.create(model="lab/echo", messages=HELLO, stream=stream)
    headers = caught.value.response.headers
    assert caught.value.request_id == headers["x-request-id"] == headers["request-id"]
    assert headers["x-accord-provider"] == "lab"
    assert ("retry-after" in headers) is (status in {429, 503, 500, 409}) or "retry-after" in headers


def test_the_sdk_repeats_where_the_gateway_does_not(served: Any, fake: FakeProvider) -> None:
    fake.script(Failure(status=503, headers=(("retry-after", "0"),)))
    with openai.OpenAI(base_url=served.url, api_key=KEY, max_retries=1) as client:
        answer = client.chat.completions.create(model="lab/echo", messages=HELLO)
    assert answer.choices[0].message.content == "Hello there"
    assert len(fake.requests) == 2


def test_and_does_not_where_the_gateway_did(served: Any, fake: FakeProvider) -> None:
    fake.script(*[Failure(status=503, headers=(("retry-after", "0"),))] * 9)
    with (
        openai.OpenAI(base_url=served.url, api_key=KEY, max_retries=5) as client,
        pytest.raises(openai.InternalServerError) as caught,
    ):
        client.chat.completions.create(model="sure/echo", messages=HELLO)
    assert caught.value.response.headers["x-should-retry"] == "false"
    assert len(fake.requests) == 3


@pytest.mark.parametrize("how", ["fin", "rst", "end"])
def test_a_broken_stream_raises(client: openai.OpenAI, fake: FakeProvider, how: Any) -> None:
    fake.script(Reply(delivery=Delivery(fault=Cut(events=2, how=how))))
    finishes: list[str] = []

    def read() -> None:
        with client.chat.completions.create(model="lab/echo", messages=HELLO, stream=True) as stream:
            for chunk in stream:
                finishes.extend([choice.finish_reason for choice in chunk.choices if choice.finish_reason])

    with pytest.raises(openai.APIError):
        read()
    assert finishes == []


def test_bad_requests(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as missing:
        client.chat.completions.create(model="nope", messages=HELLO)
    assert missing.value.code == "model_not_found"
    with pytest.raises(openai.BadRequestError) as wrong:
        client.chat.completions.create(model="lab/echo", messages=[{"role": "user", "content": 5}])  # type: ignore[typeddict-item, misc]
    assert wrong.value.param is not None
    assert wrong.value.param.startswith("messages")
    with pytest.raises(openai.AuthenticationError):
        client.with_options(api_key="sk-test-wrong").chat.completions.create(model="lab/echo", messages=HELLO)
    with pytest.raises(openai.APIStatusError) as large:
        client.chat.completions.create(model="lab/echo", messages=[{"role": "user", "content": "x" * 3_000_000}])
    assert large.value.status_code == 413
    assert "1 MB" in large.value.message


def test_unknown_fields_pass_through(client: openai.OpenAI, fake: FakeProvider) -> None:
    client.chat.completions.create(
        model="lab/echo", messages=HELLO, extra_body={"top_k": 3, "chat_template_kwargs": {"a": 1}}
    )
    body = fake.last.json
    assert (body["top_k"], body["chat_template_kwargs"], body["model"]) == (3, {"a": 1}, "echo")


def test_cost_and_warnings(client: openai.OpenAI, fake: FakeProvider) -> None:
    raw = client.chat.completions.with_raw_response.create(
        model="fast", messages=HELLO, extra_headers={"x-accord-usage": "true", "x-request-id": "my-own-id"}
    )
    assert float(raw.headers["x-accord-cost"]) > 0
    assert raw.headers["x-request-id"] == "my-own-id"
    assert raw.headers["x-accord-model"] == "gpt-5.4-mini"
    extra = raw.parse().model_extra or {}
    assert extra["accord"]["cost"] == raw.headers["x-accord-cost"]


def test_a_deadline(client: openai.OpenAI, fake: FakeProvider) -> None:
    with pytest.raises(openai.InternalServerError) as caught:
        client.chat.completions.create(model="lab/hang", messages=HELLO, extra_headers={"x-request-timeout": "0.2"})
    assert caught.value.status_code == 504
    fake.wait_until(lambda seen: seen.open == 0)
