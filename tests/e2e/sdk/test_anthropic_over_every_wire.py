"""Anthropic's SDK in front of each wire."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import anthropic
import pytest

from accord.core.part import Reasoning, Text
from accord.testing import Reply

HELLO: list[Any] = [{"role": "user", "content": "Hello there"}]
CALL: list[Any] = [{"role": "user", "content": 'call weather {"city":"Lagos"}'}]
TOOL: Any = {
    "name": "weather",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


@pytest.fixture(scope="module")
def claude(house: Any) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=house.origin, api_key=house.key, max_retries=0) as made:
        yield made


@pytest.fixture
async def async_claude(house: Any) -> AsyncIterator[anthropic.AsyncAnthropic]:
    async with anthropic.AsyncAnthropic(base_url=house.origin, api_key=house.key, max_retries=0) as made:
        yield made


def test_create(claude: anthropic.Anthropic, model: str) -> None:
    answer = claude.messages.create(model=model, max_tokens=100, messages=HELLO, system="Be brief.")
    (block,) = answer.content
    assert block.type == "text"
    assert (block.text, answer.model, answer.stop_reason) == ("Hello there", model, "end_turn")
    assert answer.usage.input_tokens > 0
    assert answer.usage.output_tokens > 0


async def test_create_async(async_claude: anthropic.AsyncAnthropic, model: str) -> None:
    answer = await async_claude.messages.create(model=model, max_tokens=100, messages=HELLO)
    assert answer.stop_reason == "end_turn"


def test_the_streaming_helper(claude: anthropic.Anthropic, model: str) -> None:
    with claude.messages.stream(model=model, max_tokens=100, messages=HELLO) as stream:
        assert "".join(stream.text_stream) == "Hello there"
        final = stream.get_final_message()
    assert final.stop_reason == "end_turn"
    assert final.usage.output_tokens > 0


async def test_the_streaming_helper_async(async_claude: anthropic.AsyncAnthropic, model: str) -> None:
    async with async_claude.messages.stream(model=model, max_tokens=100, messages=HELLO) as stream:
        assert "".join([text async for text in stream.text_stream]) == "Hello there"


@pytest.mark.parametrize("streamed", [False, True])
def test_a_tool_and_its_result(claude: anthropic.Anthropic, model: str, streamed: bool) -> None:
    if streamed:
        with claude.messages.stream(model=model, max_tokens=100, messages=CALL, tools=[TOOL]) as stream:
            answer: Any = stream.get_final_message()
    else:
        answer = claude.messages.create(model=model, max_tokens=100, messages=CALL, tools=[TOOL])
    assert answer.stop_reason == "tool_use"
    (use,) = [block for block in answer.content if block.type == "tool_use"]
    assert (use.name, use.input) == ("weather", {"city": "Lagos"})
    said: Any = {"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in answer.content]}
    told: Any = {
        "role": "user",
        "content": [{"type": "tool_result", "tool_use_id": use.id, "content": "31 degrees"}],
    }
    done = claude.messages.create(model=model, max_tokens=100, messages=[*CALL, said, told], tools=[TOOL])
    assert "31 degrees" in "".join([block.text for block in done.content if block.type == "text"])


def test_thinking(claude: anthropic.Anthropic, model: str, fake: Any, egress: str) -> None:
    fake.script(Reply(content=(Reasoning(text="Let me see."), Text(text="So it is."))))
    answer = claude.messages.create(
        model=model, max_tokens=3000, messages=HELLO, thinking={"type": "enabled", "budget_tokens": 1024}
    )
    assert [block.type for block in answer.content][-1] == "text"
    thoughts = [block.thinking for block in answer.content if block.type == "thinking"]
    assert thoughts == ["Let me see."], egress


@pytest.mark.parametrize("provider", ["anthropic", "moonshot", "openrouter", "responses", "vertex_ai"])
def test_count_tokens(claude: anthropic.Anthropic, by_type: Any, provider: str) -> None:
    raw = claude.messages.with_raw_response.count_tokens(model=by_type.model(provider), messages=HELLO)
    assert raw.parse().input_tokens > 0
    counted = provider in ("anthropic", "moonshot", "vertex_ai")
    assert ("estimated" in raw.headers.get("x-accord-warnings", "")) is not counted
