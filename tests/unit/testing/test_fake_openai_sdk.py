"""OpenAI's own SDK takes the fake for OpenAI."""

import openai
import pydantic
import pytest

from accord.core.part import Citation, Reasoning, Refusal, Text, ToolCall
from accord.core.usage import Usage
from accord.testing import Break, Failure, FakeProvider, Reply

WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
FLAT = {"type": "function", "strict": False, **WEATHER["function"]}
USER = [{"role": "user", "content": "Hello there, world"}]


@pytest.fixture
def sdk(fake_provider: FakeProvider):
    with openai.OpenAI(base_url=fake_provider.url, api_key=fake_provider.key, max_retries=0) as client:
        yield client


def test_an_answer(sdk, fake_provider) -> None:
    answer = sdk.chat.completions.create(model="gpt-4.1", messages=USER)
    assert answer.choices[0].message.content == "Hello there, world"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0
    assert answer._request_id.startswith("req_")
    assert fake_provider.last.json["messages"] == USER


def test_a_stream_has_deltas_and_usage(sdk) -> None:
    chunks = list(
        sdk.chat.completions.create(model="gpt-4.1", messages=USER, stream=True, stream_options={"include_usage": True})
    )
    deltas = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices and chunk.choices[0].delta.content]
    assert len(deltas) > 1
    assert "".join(deltas) == "Hello there, world"
    assert chunks[-1].choices == []
    assert chunks[-1].usage.completion_tokens == 3
    assert all(chunk.usage is None for chunk in chunks[:-1])


def test_the_sdks_accumulator_makes_of_a_stream_what_the_whole_answer_is(sdk, fake_provider) -> None:
    reply = Reply.saying(
        "Two calls: ",
        ToolCall(id="", name="weather", arguments='{"city": "Oslo"}'),
        ToolCall(id="", name="weather", arguments='{"city": "Rome"}'),
    )
    fake_provider.script(reply, reply)
    whole = sdk.chat.completions.create(model="gpt-4.1", messages=USER, tools=[WEATHER])
    with sdk.chat.completions.stream(model="gpt-4.1", messages=USER, tools=[WEATHER]) as stream:
        streamed = stream.get_final_completion()
    for answer in (whole, streamed):
        choice = answer.choices[0]
        assert choice.finish_reason == "tool_calls"
        assert choice.message.content == "Two calls: "
        assert [call.function.arguments for call in choice.message.tool_calls] == [
            '{"city": "Oslo"}',
            '{"city": "Rome"}',
        ]
        assert len({call.id for call in choice.message.tool_calls}) == 2


def test_a_tool_loop(sdk) -> None:
    messages = [{"role": "user", "content": 'call weather {"city": "Oslo"}'}]
    asked = sdk.chat.completions.create(model="gpt-4.1", messages=messages, tools=[WEATHER]).choices[0].message
    assert asked.tool_calls[0].function.arguments == '{"city": "Oslo"}'
    messages += [
        asked.model_dump(exclude_none=True),
        {"role": "tool", "tool_call_id": asked.tool_calls[0].id, "content": "7 C"},
    ]
    answer = sdk.chat.completions.create(model="gpt-4.1", messages=messages, tools=[WEATHER])
    assert answer.choices[0].message.content == "7 C"


def test_structured_output_fits_its_schema(sdk) -> None:
    class Step(pydantic.BaseModel):
        name: str
        count: int
        tags: list[str]
        inner: "Step | None"

    answer = sdk.chat.completions.parse(model="gpt-4.1", messages=USER, response_format=Step)
    assert isinstance(answer.choices[0].message.parsed, Step)


def test_several_choices_take_turns(sdk, fake_provider) -> None:
    fake_provider.script(Reply(content=(Text(text="a b c"),), others=(Reply.saying("d e f"),)))
    chunks = list(sdk.chat.completions.create(model="gpt-4.1", messages=USER, n=2, stream=True))
    order = [chunk.choices[0].index for chunk in chunks]
    assert order[:4] == [0, 1, 0, 1]
    texts = {
        index: "".join([chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices[0].index == index])
        for index in (0, 1)
    }
    assert texts == {0: "a b c", 1: "d e f"}


def test_refusal_citation_logprobs_and_usage(sdk, fake_provider) -> None:
    cited = Text(text="It rains.", citations=(Citation(url="https://example.com", title="W", start=3, end=8),))
    fake_provider.script(
        Reply.saying(Refusal(text="No.")),
        Reply(
            content=(cited,),
            usage=Usage(input=100, output=20, cached=60, cache_write=10, reasoning=5, service_tier="flex"),
        ),
    )
    refused = sdk.chat.completions.create(model="gpt-4.1", messages=USER).choices[0].message
    assert (refused.content, refused.refusal) == (None, "No.")
    answer = sdk.chat.completions.create(model="gpt-4.1", messages=USER, logprobs=True, top_logprobs=2)
    assert answer.choices[0].message.annotations[0].url_citation.start_index == 3
    tokens = answer.choices[0].logprobs.content
    assert "".join([token.token for token in tokens]) == "It rains."
    assert len(tokens[0].top_logprobs) == 2
    assert answer.usage.prompt_tokens_details.cached_tokens == 60
    assert answer.usage.prompt_tokens_details.cache_write_tokens == 10
    assert answer.usage.completion_tokens_details.reasoning_tokens == 5
    assert answer.service_tier == "flex"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, openai.BadRequestError),
        (401, openai.AuthenticationError),
        (403, openai.PermissionDeniedError),
        (404, openai.NotFoundError),
        (409, openai.ConflictError),
        (422, openai.UnprocessableEntityError),
        (429, openai.RateLimitError),
        (500, openai.InternalServerError),
        (503, openai.InternalServerError),
    ],
)
def test_errors_reach_the_right_class(sdk, fake_provider, status, error) -> None:
    fake_provider.fail(status, "No such luck.", code="some_code", headers=(("retry-after", "7"),))
    with pytest.raises(error) as caught:
        sdk.chat.completions.create(model="gpt-4.1", messages=USER)
    assert caught.value.code == "some_code"
    assert "No such luck." in caught.value.message
    assert caught.value.response.headers["retry-after"] == "7"
    assert caught.value.request_id.startswith("req_")


def test_an_error_in_the_middle_of_a_stream(sdk, fake_provider) -> None:
    fake_provider.script(Reply(breaks=Break(failure=Failure(status=500, message="It broke."), events=2)))
    stream = sdk.chat.completions.create(model="gpt-4.1", messages=USER, stream=True)
    assert [next(stream).choices[0].delta.content for _ in range(2)] == ["", "Hello"]
    with pytest.raises(openai.APIError, match="It broke"):
        next(stream)


def test_a_response(sdk) -> None:
    answer = sdk.responses.create(model="gpt-5.4", input="Hello there")
    assert answer.output_text == "Hello there"
    assert answer.status == "completed"
    again = sdk.responses.create(model="gpt-5.4", input="And then?", previous_response_id=answer.id)
    assert again.usage.input_tokens > answer.usage.input_tokens
    assert sdk.responses.retrieve(answer.id).output_text == "Hello there"
    assert [item.role for item in sdk.responses.input_items.list(again.id).data] == ["user", "assistant", "user"]
    sdk.responses.delete(answer.id)
    with pytest.raises(openai.NotFoundError):
        sdk.responses.retrieve(answer.id)


def test_a_streamed_response_with_reasoning_and_a_tool_loop(sdk) -> None:
    items = [{"role": "user", "content": 'call weather {"city": "Oslo"}'}]
    setup = {
        "model": "gpt-6.1-sol",
        "tools": [FLAT],
        "reasoning": {"effort": "low", "summary": "auto"},
        "include": ["reasoning.encrypted_content"],
        "store": False,
    }
    with sdk.responses.stream(input=items, **setup) as stream:
        kinds = [event.type for event in stream]
        final = stream.get_final_response()
    assert kinds[0] == "response.created"
    assert kinds[-1] == "response.completed"
    assert "response.reasoning_summary_text.delta" in kinds
    assert [item.type for item in final.output] == ["reasoning", "function_call"]
    assert final.output[1].arguments == '{"city": "Oslo"}'
    items += [item.model_dump(exclude_none=True, exclude={"parsed_arguments"}) for item in final.output]
    items.append({"type": "function_call_output", "call_id": final.output[1].call_id, "output": "7 C"})
    assert sdk.responses.create(input=items, **setup).output_text == "7 C"


def test_the_ways_a_response_ends(sdk, fake_provider) -> None:
    fake_provider.script(
        Reply(finish="length"),
        Reply(finish="content_filter"),
        Reply(finish="error"),
        Reply.saying(Reasoning(text="Hm.", summary=("So.",)), "Done."),
    )
    answers = [sdk.responses.create(model="gpt-5.4", input="Hello") for _ in range(4)]
    assert [answer.status for answer in answers] == ["incomplete", "incomplete", "failed", "completed"]
    assert [answer.incomplete_details and answer.incomplete_details.reason for answer in answers[:2]] == [
        "max_output_tokens",
        "content_filter",
    ]
    assert answers[2].error.code == "server_error"
    assert answers[3].output[0].content[0].text == "Hm."
    assert answers[3].output[0].summary[0].text == "So."


def test_a_response_in_the_background_can_be_cancelled(sdk) -> None:
    queued = sdk.responses.create(model="gpt-5.4", input="Hello", background=True)
    assert queued.status == "queued"
    assert sdk.responses.cancel(queued.id).status == "cancelled"
    other = sdk.responses.create(model="gpt-5.4", input="Hello", background=True)
    assert [sdk.responses.retrieve(other.id).status for _ in range(2)] == ["queued", "completed"]


@pytest.mark.parametrize("encoding", ["float", "base64", openai.NOT_GIVEN])
def test_embeddings(sdk, encoding) -> None:
    answer = sdk.embeddings.create(
        model="text-embedding-3-small", input=["a", "b", "a"], encoding_format=encoding, dimensions=8
    )
    if encoding == "base64":
        assert all(isinstance(one.embedding, str) for one in answer.data)
        return
    vectors = [one.embedding for one in answer.data]
    assert [len(vector) for vector in vectors] == [8, 8, 8]
    assert vectors[0] == vectors[2] != vectors[1]
    assert sum(value * value for value in vectors[0]) == pytest.approx(1, abs=1e-5)


def test_the_small_endpoints(sdk) -> None:
    assert "echo" in [model.id for model in sdk.models.list()]
    assert sdk.models.retrieve("some/model").id == "some/model"
    assert len(sdk.images.generate(model="gpt-image-2", prompt="a fox", n=2).data) == 2
    judged = sdk.moderations.create(input=["much violence here", "peace"])
    assert [result.flagged for result in judged.results] == [True, False]
    assert judged.results[0].categories.violence
    sound = sdk.audio.speech.create(model="gpt-4o-mini-tts", voice="alloy", input="Say this").read()
    heard = sdk.audio.transcriptions.create(model="gpt-transcribe", file=("a.mp3", sound))
    assert heard.text == "Say this"
    plain = sdk.audio.transcriptions.create(model="whisper-1", file=("a.mp3", sound), response_format="text")
    assert plain == "Say this\n"


async def test_the_asynchronous_sdk(fake_provider) -> None:
    async with openai.AsyncOpenAI(base_url=fake_provider.url, api_key=fake_provider.key, max_retries=0) as client:
        stream = await client.chat.completions.create(model="gpt-4.1", messages=USER, stream=True)
        text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
    assert text == "Hello there, world"
