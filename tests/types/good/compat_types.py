"""What a type checker must accept of `accord.compat.openai`, and the types it must see."""

from typing import Literal

from typing_extensions import assert_type

from accord.compat.openai import AsyncOpenAI, AsyncStream, OpenAI, Stream
from accord.compat.openai.types.chat import ChatCompletion, ChatCompletionMessageParam
from accord.compat.openai.types.chat_chunk import ChatCompletionChunk
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
