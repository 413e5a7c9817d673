"""Anthropic's own SDK takes the fake for Anthropic."""

import anthropic
import pytest

from accord.core.part import Citation, Reasoning, Refusal, Text, ToolCall
from accord.core.usage import Usage
from accord.testing import Break, Failure, FakeProvider, Reply

WEATHER = {
    "name": "weather",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
USER = [{"role": "user", "content": "Hello there"}]
CLAUDE = {"model": "claude-opus-5-5", "max_tokens": 1000}


@pytest.fixture
def claude():
    with FakeProvider("anthropic_messages") as fake:
        yield fake


@pytest.fixture
def sdk(claude):
    with anthropic.Anthropic(base_url=claude.url, api_key=claude.key, max_retries=0) as client:
        yield client


def test_an_answer(sdk) -> None:
    answer = sdk.messages.create(messages=USER, thinking={"type": "adaptive"}, **CLAUDE)
    assert [block.type for block in answer.content] == ["thinking", "text"]
    assert answer.content[0].thinking == ""
    assert answer.content[1].text == "Hello there"
    assert answer.stop_reason == "end_turn"
    assert answer._request_id.startswith("req_")


def test_a_stream_and_a_tool_loop_with_thinking(sdk) -> None:
    messages = [{"role": "user", "content": 'call weather {"city": "Oslo"}\ncall weather {"city": "Rome"}'}]
    setup = {**CLAUDE, "tools": [WEATHER], "thinking": {"type": "adaptive", "display": "summarized"}}
    with sdk.messages.stream(messages=messages, **setup) as stream:
        kinds = [event.type for event in stream]
        answer = stream.get_final_message()
    assert kinds[0] == "message_start"
    assert kinds[-1] == "message_stop"
    assert {"thinking", "input_json"} <= set(kinds)
    assert answer.content[0].thinking.startswith("The user")
    assert [block.input for block in answer.content[1:]] == [{"city": "Oslo"}, {"city": "Rome"}]
    assert answer.stop_reason == "tool_use"
    assert answer.usage.output_tokens_details.thinking_tokens > 0
    results = [{"type": "tool_result", "tool_use_id": block.id, "content": "7 C"} for block in answer.content[1:]]
    messages += [{"role": "assistant", "content": answer.content}, {"role": "user", "content": results}]
    assert sdk.messages.create(messages=messages, **setup).content[-1].text == "7 C\n7 C"


def test_thinking_that_was_tampered_with_is_refused(sdk) -> None:
    setup = {**CLAUDE, "thinking": {"type": "adaptive", "display": "summarized"}}
    answer = sdk.messages.create(messages=USER, **setup).content
    thinking, text = answer[0].model_dump(), {"type": "text", "text": "Hello there"}
    follow = {"role": "user", "content": "And?"}

    def ask(first: dict, before: list) -> object:
        return sdk.messages.create(messages=[*before, {"role": "assistant", "content": [first, text]}, follow], **setup)

    assert ask(thinking, USER)
    for wrong in ({**thinking, "thinking": "Other."}, {**thinking, "signature": "Zm9v"}, {**thinking, "signature": ""}):
        with pytest.raises(anthropic.BadRequestError, match="Invalid `signature`"):
            ask(wrong, USER)
    with pytest.raises(anthropic.BadRequestError, match="different conversation"):
        ask(thinking, [{"role": "user", "content": "Something else"}])
    # String content and cache marks are no change.
    marked = {"type": "text", "text": "Hello there", "cache_control": {"type": "ephemeral"}}
    assert ask(thinking, [{"role": "user", "content": [marked]}])


def test_a_script_of_everything(sdk, claude) -> None:
    claude.script(
        Reply(
            content=(
                Reasoning(text="Hm."),
                Reasoning(encrypted="c2VjcmV0"),
                Text(text="It rains.", citations=(Citation(url="https://example.com", title="W", quote="rain"),)),
                ToolCall(id="toolu_1", name="weather", arguments='{"a": 1}'),
            ),
            usage=Usage(input=100, output=20, cached=60, cache_write=10, cache_write_1h=4, reasoning=5, web_searches=2),
        )
    )
    with sdk.messages.stream(messages=USER, tools=[WEATHER], **CLAUDE) as stream:
        answer = stream.get_final_message()
    assert [block.type for block in answer.content] == ["thinking", "redacted_thinking", "text", "tool_use"]
    assert answer.content[1].data == "c2VjcmV0"
    assert answer.content[2].citations[0].cited_text == "rain"
    assert (answer.content[3].id, answer.content[3].input) == ("toolu_1", {"a": 1})
    usage = answer.usage
    assert (usage.input_tokens, usage.cache_read_input_tokens, usage.cache_creation_input_tokens) == (30, 60, 10)
    assert usage.cache_creation.ephemeral_1h_input_tokens == 4
    assert usage.output_tokens == 20


def test_the_ways_an_answer_ends(sdk, claude) -> None:
    claude.script(
        Reply.saying(Refusal(text="No.")),
        Reply(finish="length"),
        Reply(finish="pause"),
        Reply(finish="model_context_window_exceeded"),
        Reply(content=()),
    )
    answers = [sdk.messages.create(messages=USER, **CLAUDE) for _ in range(5)]
    reasons = ["refusal", "max_tokens", "pause_turn", "model_context_window_exceeded", "end_turn"]
    assert [answer.stop_reason for answer in answers] == reasons
    assert answers[0].stop_details.explanation == "No."
    assert answers[4].content == []
    stopped = sdk.messages.create(messages=USER, stop_sequences=["there"], **CLAUDE)
    assert (stopped.stop_reason, stopped.stop_sequence, stopped.content[-1].text) == (
        "stop_sequence",
        "there",
        "Hello ",
    )


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (400, anthropic.BadRequestError, "invalid_request_error"),
        (401, anthropic.AuthenticationError, "authentication_error"),
        (403, anthropic.PermissionDeniedError, "permission_error"),
        (404, anthropic.NotFoundError, "not_found_error"),
        (429, anthropic.RateLimitError, "rate_limit_error"),
        (500, anthropic.InternalServerError, "api_error"),
        (529, anthropic.InternalServerError, "overloaded_error"),
    ],
)
def test_errors_reach_the_right_class(sdk, claude, status, error, kind) -> None:
    claude.fail(status)
    with pytest.raises(error) as caught:
        sdk.messages.create(messages=USER, **CLAUDE)
    assert caught.value.body["error"]["type"] == kind
    assert caught.value.body["request_id"] == caught.value.request_id


def test_an_error_in_the_middle_of_a_stream(sdk, claude) -> None:
    claude.script(Reply(breaks=Break(failure=Failure(status=529), events=4)))
    seen = []
    with (
        pytest.raises(anthropic.APIStatusError, match="Overloaded"),
        sdk.messages.stream(messages=USER, **CLAUDE) as stream,
    ):
        seen += [event.type for event in stream]


def test_counting_and_models(sdk) -> None:
    assert sdk.messages.count_tokens(model="claude-opus-5-5", messages=USER).input_tokens > 0
    listed = [model.id for model in sdk.models.list(limit=3)]
    assert listed[0] == "echo"
    assert len(listed) > 3  # the SDK followed the pages


async def test_the_asynchronous_sdk(claude) -> None:
    async with (
        anthropic.AsyncAnthropic(base_url=claude.url, api_key=claude.key, max_retries=0) as client,
        client.messages.stream(messages=USER, **CLAUDE) as stream,
    ):
        text = "".join([piece async for piece in stream.text_stream])
    assert text == "Hello there"
