"""What a type checker must accept of `accord.compat.openai`, and the types it must see."""

from dataclasses import dataclass
from typing import Literal

from typing_extensions import TypedDict, assert_type

from accord.compat.openai import AsyncOpenAI, AsyncStream, OpenAI, Stream, pydantic_function_tool
from accord.compat.openai.progress_stream import ChatCompletionStream
from accord.compat.openai.types.chat import ChatCompletion, ChatCompletionMessageParam
from accord.compat.openai.types.chat_chunk import ChatCompletionChunk
from accord.compat.openai.types.completion import Completion
from accord.compat.openai.types.image import ImagesResponse
from accord.compat.openai.types.parsed import ParsedChatCompletion
from accord.compat.openai.types.parsed_response import ParsedResponse
from accord.compat.openai.types.response_event import ResponseStreamEvent
from accord.compat.openai.types.responses import Response

client = OpenAI(api_key="sk-test", timeout=20.0, max_retries=2, default_headers={"a": "b"})
messages: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Hello"}]

answer = client.chat.completions.create(model="anthropic/claude-sonnet-5-5", messages=messages, temperature=0.5)
assert_type(answer, ChatCompletion)
assert_type(answer.choices[0].message.content, str | None)
assert_type(answer.choices[0].index, int)
if answer.usage is not None:
    assert_type(answer.usage.prompt_tokens, int)
for call in answer.choices[0].message.tool_calls or []:
    if call.type == "function":
        assert_type(call.function.arguments, str)

again = client.chat.completions.create(model="m", messages=[*messages, answer.choices[0].message], stream=False)
assert_type(again, ChatCompletion)

stream = client.chat.completions.create(
    model="m", messages=[{"role": "user", "content": "Hello"}], stream=True, stream_options={"include_usage": True}
)
assert_type(stream, Stream[ChatCompletionChunk])
for chunk in stream:
    assert_type(chunk.choices[0].delta.content, str | None)

whole = client.responses.create(model="m", input="Hello", tools=[{"type": "function", "name": "f", "parameters": {}}])
assert_type(whole, Response)
assert_type(whole.output_text, str)
for item in whole.output:
    if item.type == "function_call":
        assert_type(item.call_id, str)

for event in client.responses.create(model="m", input="Hello", stream=True):
    if event.type == "response.output_text.delta":
        assert_type(event.delta, str)

assert_type(client.embeddings.create(model="m", input=["a"]).data[0].embedding, list[float])
assert_type(client.models.list().data[0].id, str)
assert_type(client.chat.completions.create(model="m", messages=messages).object, Literal["chat.completion"])


async def with_asyncio() -> None:
    async with AsyncOpenAI() as client:
        assert_type(await client.chat.completions.create(model="m", messages=messages), ChatCompletion)
        stream = await client.chat.completions.create(model="m", messages=messages, stream=True)
        assert_type(stream, AsyncStream[ChatCompletionChunk])
        async for chunk in stream:
            assert_type(chunk.id, str)
        events = await client.responses.create(model="m", input="Hello", stream=True)
        assert_type(events, AsyncStream[ResponseStreamEvent])


class Point(TypedDict):
    x: int


@dataclass
class Place:
    city: str


parsed = client.chat.completions.parse(model="m", messages=messages, response_format=Place)
assert_type(parsed, ParsedChatCompletion[Place])
assert_type(parsed.choices[0].message.parsed, Place | None)
assert_type(client.beta.chat.completions.parse(model="m", messages=messages, response_format=Point).model, str)
either = client.chat.completions.parse(model="m", messages=messages, response_format=Place | Point)
assert_type(either.choices[0].message.parsed, Place | Point | None)
for called in parsed.choices[0].message.tool_calls or []:
    if called.type == "function":
        print(called.function.parsed_arguments)
tool = pydantic_function_tool(Place, name="place")
untyped = client.chat.completions.parse(model="m", messages=messages, tools=[tool])
assert_type(untyped, ParsedChatCompletion[None])
with client.chat.completions.stream(model="m", messages=messages, response_format=Place) as told:
    assert_type(told, ChatCompletionStream[Place])
    for piece in told:
        if piece.type == "content.delta":
            assert_type(piece.delta, str)
        elif piece.type == "content.done":
            assert_type(piece.parsed, Place | None)
    assert_type(told.get_final_completion(), ParsedChatCompletion[Place])
assert_type(client.responses.parse(model="m", input="x", text_format=Place).output_parsed, Place | None)
with client.responses.stream(model="m", input="x", text_format=Place) as pieces:
    assert_type(pieces.get_final_response(), ParsedResponse[Place])

assert_type(client.completions.create(model="m", prompt="x"), Completion)
assert_type(client.completions.create(model="m", prompt="x", stream=True), Stream[Completion])
assert_type(client.moderations.create(input="x").results[0].flagged, bool)
assert_type(client.images.edit(image=b"", prompt="x"), ImagesResponse)
assert_type(client.models.retrieve("m").id, str)


async def values_with_asyncio() -> None:
    client = AsyncOpenAI()
    parsed = await client.chat.completions.parse(model="m", messages=messages, response_format=Place)
    assert_type(parsed.choices[0].message.parsed, Place | None)
    async with client.chat.completions.stream(model="m", messages=messages, response_format=Place) as told:
        assert_type(await told.get_final_completion(), ParsedChatCompletion[Place])
    found = await client.responses.parse(model="m", input="x", text_format=Place)
    assert_type(found.output_parsed, Place | None)
    assert_type(await client.completions.create(model="m", prompt="x"), Completion)
