"""Older completions through the gateway, by OpenAI's own SDK, on every provider that has them."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import openai
import pytest

from accord.testing import Bytes, Cut, Delivery, Failure, Reply

MODELS = {
    "openai": "gpt-3.5-turbo-instruct",
    "azure": "gpt-3.5-turbo-instruct",
    "mistral": "codestral-latest",
    "deepseek": "deepseek-flash",
    "openrouter": "vendor/model",
    "deepinfra": "org/model",
}
TEXT = "Once upon a time"


@pytest.fixture
def client(house: Any) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{house.origin}/v1", api_key=house.key, max_retries=0) as client:
        yield client


@pytest.fixture
async def async_client(house: Any) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=f"{house.origin}/v1", api_key=house.key, max_retries=0) as client:
        yield client


@pytest.fixture(params=MODELS)
def model(request: pytest.FixtureRequest) -> str:
    return f"{request.param}/{MODELS[request.param]}"


def test_whole(client: openai.OpenAI, model: str) -> None:
    answer = client.completions.create(model=model, prompt=TEXT, suffix="the end", max_tokens=50)
    assert (answer.choices[0].text, answer.choices[0].finish_reason) == (TEXT, "stop")
    assert (answer.object, answer.model) == ("text_completion", model)
    assert answer.id
    assert answer.created > 0
    assert answer.usage is not None
    assert answer.usage.total_tokens > 0


@pytest.mark.parametrize("usage", [False, True])
def test_streamed(client: openai.OpenAI, model: str, usage: bool) -> None:
    options: Any = {"stream_options": {"include_usage": True}} if usage else {}
    with client.completions.create(model=model, prompt=TEXT, max_tokens=50, stream=True, **options) as stream:
        chunks = list(stream)
    assert "".join([chunk.choices[0].text for chunk in chunks if chunk.choices]) == TEXT
    assert len([chunk for chunk in chunks if chunk.choices]) > 2
    finishes = [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices]
    assert [finish for finish in finishes if finish] == ["stop"]
    assert {(chunk.object, chunk.model) for chunk in chunks} == {("text_completion", model)}
    counted = [chunk.usage.total_tokens for chunk in chunks if chunk.usage is not None]
    assert len(counted) == usage


async def test_asynchronously(async_client: openai.AsyncOpenAI) -> None:
    name = "openai/gpt-3.5-turbo-instruct"
    stream = await async_client.completions.create(model=name, prompt=["One", "Two"], n=2, logprobs=1, stream=True)
    texts = ["", "", "", ""]
    async for chunk in stream:
        for choice in chunk.choices:
            texts[choice.index] += choice.text
            assert choice.logprobs is None or choice.logprobs.text_offset == [0]
    assert texts == ["One", "One", "Two", "Two"]


def test_who_has_none_says_who_has(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="openai, azure") as caught:
        client.completions.create(model="anthropic/claude-sonnet-4-6", prompt=TEXT)
    assert caught.value.code == "not_supported"


def test_the_providers_refusals_are_handed_on(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="chat model"):
        client.completions.create(model="openai/gpt-5.4-mini", prompt=TEXT)
    with pytest.raises(openai.BadRequestError) as caught:
        client.completions.create(model="openai/gpt-3.5-turbo-instruct", prompt=TEXT, best_of=2, stream=True)
    assert caught.value.param == "best_of"


def test_bad_requests_name_the_field(client: openai.OpenAI) -> None:
    wrong: Any = 5
    with pytest.raises(openai.BadRequestError) as caught:
        client.completions.create(model="openai/gpt-3.5-turbo-instruct", prompt=wrong)
    assert caught.value.param == "prompt"


@pytest.mark.parametrize("how", ["fin", "rst", "end"])
def test_a_broken_stream_raises(client: openai.OpenAI, by_type: Any, how: Any) -> None:
    by_type.fakes["openai"].script(Reply(delivery=Delivery(fault=Cut(events=2, how=how))), operation="completion")
    told: list[str] = []

    def read() -> None:
        with client.completions.create(model="openai/gpt-3.5-turbo-instruct", prompt=TEXT, stream=True) as stream:
            told.extend([choice.finish_reason for chunk in stream for choice in chunk.choices if choice.finish_reason])

    with pytest.raises(openai.APIError):
        read()
    assert told == []


def test_an_error_within_a_stream(client: openai.OpenAI, by_type: Any) -> None:
    good = b'data: {"id":"c","choices":[{"index":0,"text":"One","finish_reason":null,"logprobs":null}]}\n\n'
    bad = b'data: {"error":{"message":"out of order","type":"server_error"}}\n\n'
    by_type.fakes["openai"].script(Bytes(body=(good, bad), content_type="text/event-stream"), operation="completion")
    with client.completions.create(model="openai/gpt-3.5-turbo-instruct", prompt=TEXT, stream=True) as stream:
        assert next(iter(stream)).choices[0].text == "One"
        with pytest.raises(openai.APIError, match="out of order"):
            list(stream)


def test_a_failure_before_the_stream(client: openai.OpenAI, by_type: Any) -> None:
    by_type.fakes["deepseek"].script(Failure(status=429, message="slow down"), operation="completion")
    with pytest.raises(openai.RateLimitError, match="slow down"):
        client.completions.create(model="deepseek/deepseek-flash", prompt=TEXT, stream=True)
