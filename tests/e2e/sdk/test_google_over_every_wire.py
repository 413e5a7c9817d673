"""Google's SDK in front of each wire."""

from collections.abc import Iterator
from typing import Any

import pytest
from google import genai
from google.genai import types

CALL = 'call weather {"city":"Lagos"}'
TOOL = types.Tool(
    function_declarations=[
        types.FunctionDeclaration(
            name="weather",
            description="The weather of a city.",
            parameters_json_schema={"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        )
    ]
)
WITH_TOOL = types.GenerateContentConfig(
    tools=[TOOL], automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True)
)


@pytest.fixture(scope="module")
def google(house: Any) -> Iterator[genai.Client]:
    made = genai.Client(api_key=house.key, http_options=types.HttpOptions(base_url=house.origin))
    yield made
    made.close()


def test_content(google: genai.Client, model: str) -> None:
    answer = google.models.generate_content(model=model, contents="Hello there")
    assert answer.text == "Hello there"
    assert answer.candidates is not None
    assert answer.candidates[0].finish_reason is types.FinishReason.STOP
    assert answer.usage_metadata is not None
    assert (answer.usage_metadata.total_token_count or 0) > 0


async def test_content_async(house: Any, model: str) -> None:
    client = genai.Client(api_key=house.key, http_options=types.HttpOptions(base_url=house.origin))
    async with client.aio as google:
        answer = await google.models.generate_content(model=model, contents="Hello there")
    client.close()
    assert answer.text == "Hello there"


def test_a_stream(google: genai.Client, model: str) -> None:
    pieces = list(google.models.generate_content_stream(model=model, contents="Hello there"))
    assert "".join([piece.text or "" for piece in pieces]) == "Hello there"
    finishes = [piece.candidates[0].finish_reason for piece in pieces if piece.candidates]
    assert [finish for finish in finishes if finish] == [types.FinishReason.STOP]


@pytest.mark.parametrize("streamed", [False, True])
def test_a_tool_and_its_result(google: genai.Client, model: str, streamed: bool) -> None:
    asked: Any = types.UserContent(CALL)
    if streamed:
        pieces = google.models.generate_content_stream(model=model, contents=[asked], config=WITH_TOOL)
        parts = [
            part for piece in pieces if piece.candidates for part in getattr(piece.candidates[0].content, "parts", [])
        ]
    else:
        answer = google.models.generate_content(model=model, contents=[asked], config=WITH_TOOL)
        parts = list(answer.parts or [])
    (call,) = [part.function_call for part in parts if part.function_call]
    assert (call.name, call.args) == ("weather", {"city": "Lagos"})
    said = types.Content(role="model", parts=[part for part in parts if part.function_call])
    result = types.FunctionResponse(id=call.id, name="weather", response={"output": "31 degrees"})
    told = types.Content(role="user", parts=[types.Part(function_response=result)])
    done = google.models.generate_content(model=model, contents=[asked, said, told], config=WITH_TOOL)
    assert "31 degrees" in (done.text or "")


def test_structured_output(google: genai.Client, model: str) -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    config = types.GenerateContentConfig(response_mime_type="application/json", response_json_schema=schema)
    answer = google.models.generate_content(model=model, contents="Hello there", config=config)
    assert isinstance(answer.parsed, dict)
    assert set(answer.parsed) == {"city"}


@pytest.mark.parametrize("provider", ["anthropic", "openrouter", "responses", "vertex_ai"])
def test_count_tokens(google: genai.Client, by_type: Any, provider: str) -> None:
    counted = google.models.count_tokens(model=by_type.model(provider), contents="Hello there")
    assert (counted.total_tokens or 0) > 0
