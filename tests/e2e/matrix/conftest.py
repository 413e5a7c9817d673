"""The official SDK of each API that callers speak, and what one call through it ended in."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import anthropic
import openai
import pytest
from google import genai
from google.genai import errors, types


@dataclass
class Ended:
    """How a call ended, in the words that all SDKs have in common."""

    error: Exception
    status: int
    headers: Mapping[str, str]
    request_id: str | None
    body: Any

    @property
    def kind(self) -> str:
        """The name of the SDK's exception."""
        return type(self.error).__name__


Call = Callable[[str], Ended]
"""Asks a model for a word and tells how that failed."""


def _of_openai(error: openai.APIStatusError) -> Ended:
    return Ended(error, error.status_code, error.response.headers, error.request_id, error.body)


@pytest.fixture(scope="session")
def callers(house: Any) -> Iterator[Mapping[str, Call]]:
    """A caller of each API: OpenAI's two, Anthropic's and Google's. None of them repeats."""
    gpt = openai.OpenAI(base_url=f"{house.origin}/v1", api_key=house.key, max_retries=0)
    claude = anthropic.Anthropic(base_url=house.origin, api_key=house.key, max_retries=0)
    google = genai.Client(api_key=house.key, http_options=types.HttpOptions(base_url=house.origin))

    def chat(model: str) -> Ended:
        with pytest.raises(openai.APIStatusError) as caught:
            gpt.chat.completions.create(model=model, messages=[{"role": "user", "content": "Hi"}])
        return _of_openai(caught.value)

    def responses(model: str) -> Ended:
        with pytest.raises(openai.APIStatusError) as caught:
            gpt.responses.create(model=model, input="Hi", store=False)
        return _of_openai(caught.value)

    def messages(model: str) -> Ended:
        with pytest.raises(anthropic.APIStatusError) as caught:
            claude.messages.create(model=model, max_tokens=1024, messages=[{"role": "user", "content": "Hi"}])
        error = caught.value
        return Ended(error, error.status_code, error.response.headers, error.request_id, error.body)

    def content(model: str) -> Ended:
        with pytest.raises(errors.APIError) as caught:
            google.models.generate_content(model=model, contents="Hi")
        error = caught.value
        headers = error.response.headers
        return Ended(error, error.code, headers, headers.get("x-request-id"), error.details)

    yield {"chat": chat, "responses": responses, "messages": messages, "content": content}
    gpt.close()
    claude.close()
    google.close()


@pytest.fixture(autouse=True)
def _fresh(house: Any) -> Iterator[None]:
    yield
    for fake in house.fakes.values():
        fake.clear()
