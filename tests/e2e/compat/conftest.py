"""The same providers, behind the gateway for OpenAI's SDK and at hand for `accord.compat.openai`."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import openai
import pytest

from accord import OpenAI
from accord.compat import openai as compat
from accord.providers import Anthropic, OpenRouter, VertexAI

EGRESS = {"chat": "openrouter", "responses": "responses", "messages": "anthropic", "gemini": "vertex_ai"}


@pytest.fixture(params=EGRESS)
def egress(request: pytest.FixtureRequest) -> str:
    """The provider, by the wire that it speaks."""
    name: str = EGRESS[request.param]
    return name


@pytest.fixture
def fake(house: Any, egress: str) -> Any:
    """The provider itself."""
    house.fakes[egress].clear()
    return house.fakes[egress]


@pytest.fixture
def provider(fake: Any, egress: str) -> Any:
    """The provider as Accord knows it."""
    match egress:
        case "openrouter":
            return OpenRouter(api_key=fake.key, base_url=fake.url)
        case "responses":
            return OpenAI(api_key=fake.key, base_url=fake.url, dialect="openai_responses")
        case "anthropic":
            return Anthropic(api_key=fake.key, base_url=fake.url)
        case _:
            return VertexAI(access_token=fake.key, base_url=fake.url, project="p")


@pytest.fixture
def theirs(house: Any) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{house.origin}/v1", api_key=house.key, max_retries=0) as made:
        yield made


@pytest.fixture
def ours(provider: Any) -> Iterator[compat.OpenAI]:
    with compat.OpenAI(provider=provider, max_retries=0) as made:
        yield made


@pytest.fixture
async def theirs_async(house: Any) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=f"{house.origin}/v1", api_key=house.key, max_retries=0) as made:
        yield made


@pytest.fixture
async def ours_async(provider: Any) -> AsyncIterator[compat.AsyncOpenAI]:
    async with compat.AsyncOpenAI(provider=provider, max_retries=0) as made:
        yield made
