"""Tokens of a Responses request, counted by the provider where it can and estimated where not, by OpenAI's own SDK."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import openai
import pytest

HELLO = "Hello there, how are you?"
TOOL: Any = {"type": "function", "name": "weather", "parameters": {"type": "object", "properties": {}}, "strict": False}


@pytest.fixture
def client(house: Any) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{house.origin}/v1", api_key=house.key, max_retries=0) as client:
        yield client


@pytest.fixture
async def async_client(house: Any) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=f"{house.origin}/v1", api_key=house.key, max_retries=0) as client:
        yield client


def test_every_wire_counts(client: openai.OpenAI, model: str) -> None:
    short = client.responses.input_tokens.count(model=model, input=HELLO)
    long = client.responses.input_tokens.count(model=model, input=HELLO * 20, instructions="Be brief.", tools=[TOOL])
    assert short.object == "response.input_tokens"
    assert 0 < short.input_tokens < long.input_tokens


def test_an_estimate_says_so(client: openai.OpenAI) -> None:
    raw = client.responses.input_tokens.with_raw_response.count(model="v0/v0-1.5-md", input=HELLO)
    assert "estimated" in raw.headers["x-accord-warnings"]
    assert raw.parse().input_tokens > 0


async def test_what_is_continued_counts(async_client: openai.AsyncOpenAI) -> None:
    name = "anthropic/claude-sonnet-4-6"
    first = await async_client.responses.create(model=name, input=HELLO * 20, store=True)
    alone = await async_client.responses.input_tokens.count(model=name, input="And?")
    both = await async_client.responses.input_tokens.count(model=name, input="And?", previous_response_id=first.id)
    assert both.input_tokens > alone.input_tokens + 20
    with pytest.raises(openai.NotFoundError) as caught:
        await async_client.responses.input_tokens.count(model=name, input="And?", previous_response_id="resp_none")
    assert caught.value.code == "previous_response_not_found"


def test_bad_requests_name_the_field(client: openai.OpenAI) -> None:
    wrong: Any = 5
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.input_tokens.count(model="openai/gpt-5.4-mini", input=wrong)
    assert caught.value.param == "input"
    with pytest.raises(openai.BadRequestError) as nameless:
        client.responses.input_tokens.count(input=HELLO)
    assert nameless.value.param == "model"
