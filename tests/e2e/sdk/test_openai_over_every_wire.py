"""OpenAI's SDK, both of its APIs, blocking and asynchronous, in front of each wire."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import openai
import pytest
from pydantic import BaseModel

PATHS = {
    "chat": "/chat/completions",
    "responses": "/responses",
    "messages": "/v1/messages",
    "gemini": ":generateContent",
}
HELLO: list[Any] = [{"role": "user", "content": "Hello there"}]
CITY = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
CALL = 'call weather {"city":"Lagos"}'


class Place(BaseModel):
    city: str
    people: int


@pytest.fixture(scope="module")
def client(house: Any) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{house.origin}/v1", api_key=house.key, max_retries=0) as made:
        yield made


@pytest.fixture
async def async_client(house: Any) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=f"{house.origin}/v1", api_key=house.key, max_retries=0) as made:
        yield made


class TestChat:
    tool: Any = {"type": "function", "function": {"name": "weather", "parameters": CITY, "strict": True}}

    def test_the_wire_is_the_one_that_is_meant(self, client: openai.OpenAI, model: str, fake: Any, egress: str) -> None:
        client.chat.completions.create(model=model, messages=HELLO)
        assert PATHS[egress] in fake.last.path

    def test_create(self, client: openai.OpenAI, model: str) -> None:
        answer = client.chat.completions.create(model=model, messages=HELLO)
        assert answer.choices[0].message.content == "Hello there"
        assert (answer.model, answer.choices[0].finish_reason) == (model, "stop")
        assert answer.usage is not None
        assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0

    async def test_create_async(self, async_client: openai.AsyncOpenAI, model: str) -> None:
        answer = await async_client.chat.completions.create(model=model, messages=HELLO)
        assert answer.choices[0].message.content == "Hello there"

    def test_stream(self, client: openai.OpenAI, model: str) -> None:
        options: Any = {"include_usage": True}
        with client.chat.completions.create(model=model, messages=HELLO, stream=True, stream_options=options) as stream:
            chunks = list(stream)
        assert "".join([choice.delta.content or "" for chunk in chunks for choice in chunk.choices]) == "Hello there"
        assert [choice.finish_reason for chunk in chunks for choice in chunk.choices if choice.finish_reason] == [
            "stop"
        ]
        assert [chunk.usage.total_tokens > 0 for chunk in chunks if chunk.usage] == [True]

    async def test_stream_async(self, async_client: openai.AsyncOpenAI, model: str) -> None:
        stream = await async_client.chat.completions.create(model=model, messages=HELLO, stream=True)
        text = [choice.delta.content or "" async for chunk in stream for choice in chunk.choices]
        assert "".join(text) == "Hello there"

    def test_the_streaming_helper(self, client: openai.OpenAI, model: str) -> None:
        with client.chat.completions.stream(model=model, messages=HELLO) as stream:
            assert "content.done" in [event.type for event in stream]
            assert stream.get_final_completion().choices[0].message.content == "Hello there"

    @pytest.mark.parametrize("streamed", [False, True])
    def test_a_tool_and_its_result(self, client: openai.OpenAI, model: str, streamed: bool) -> None:
        asked: list[Any] = [{"role": "user", "content": CALL}]
        if streamed:
            with client.chat.completions.stream(model=model, messages=asked, tools=[self.tool]) as stream:
                choice: Any = stream.get_final_completion().choices[0]
        else:
            choice = client.chat.completions.create(model=model, messages=asked, tools=[self.tool]).choices[0]
        assert choice.finish_reason == "tool_calls"
        (call,) = choice.message.tool_calls
        assert (call.function.name, json.loads(call.function.arguments)) == ("weather", {"city": "Lagos"})
        told: Any = {"role": "tool", "tool_call_id": call.id, "content": "31 degrees"}
        function = {"name": call.function.name, "arguments": call.function.arguments}
        # Members beside OpenAI's go back as they came: Google's proof of a call is among them.
        beside = {key: value for key, value in (call.model_extra or {}).items() if key != "index"}
        made = {"id": call.id, "type": "function", "function": function, **beside}
        turn: Any = {"role": "assistant", "content": None, "tool_calls": [made]}
        done = client.chat.completions.create(model=model, messages=[*asked, turn, told], tools=[self.tool])
        assert "31 degrees" in (done.choices[0].message.content or "")

    def test_parse(self, client: openai.OpenAI, model: str) -> None:
        answer = client.chat.completions.parse(model=model, messages=HELLO, response_format=Place)
        assert isinstance(answer.choices[0].message.parsed, Place)


class TestResponses:
    tool: Any = {"type": "function", "name": "weather", "parameters": CITY, "strict": True}

    def test_create(self, client: openai.OpenAI, model: str) -> None:
        answer = client.responses.create(model=model, input="Hello there", store=False)
        assert (answer.output_text, answer.model, answer.status) == ("Hello there", model, "completed")
        assert answer.usage is not None
        assert answer.usage.total_tokens > 0

    def test_stream(self, client: openai.OpenAI, model: str) -> None:
        with client.responses.create(model=model, input="Hello there", store=False, stream=True) as stream:
            events = list(stream)
        assert (events[0].type, events[-1].type) == ("response.created", "response.completed")
        assert "".join([one.delta for one in events if one.type == "response.output_text.delta"]) == "Hello there"
        assert [one.sequence_number for one in events] == list(range(len(events)))

    async def test_the_streaming_helper(self, async_client: openai.AsyncOpenAI, model: str) -> None:
        async with async_client.responses.stream(model=model, input="Hello there", store=False) as stream:
            final = await stream.get_final_response()
        assert final.output_text == "Hello there"

    def test_parse(self, client: openai.OpenAI, model: str) -> None:
        answer = client.responses.parse(model=model, input="Hello there", text_format=Place, store=False)
        assert isinstance(answer.output_parsed, Place)

    def test_a_tool_and_its_result(self, client: openai.OpenAI, model: str) -> None:
        asked: list[Any] = [{"role": "user", "content": CALL}]
        answer = client.responses.create(model=model, input=asked, tools=[self.tool], store=False)
        (call,) = [item for item in answer.output if item.type == "function_call"]
        assert (call.name, json.loads(call.arguments)) == ("weather", {"city": "Lagos"})
        said: list[Any] = [item.model_dump(exclude_none=True) for item in answer.output]
        told: Any = {"type": "function_call_output", "call_id": call.call_id, "output": "31 degrees"}
        done = client.responses.create(model=model, input=[*asked, *said, told], tools=[self.tool], store=False)
        assert "31 degrees" in done.output_text


class TestEmbeddings:
    PROVIDERS = ("openai", "azure", "mistral", "openrouter", "deepinfra")

    @pytest.mark.parametrize("provider", PROVIDERS)
    def test_numbers_and_base64_are_the_same(self, client: openai.OpenAI, provider: str) -> None:
        name = f"{provider}/text-embedding-3-small"
        numbers = client.embeddings.create(model=name, input=["one", "two"], encoding_format="float")
        packed = client.embeddings.create(model=name, input=["one", "two"])
        assert [row.index for row in numbers.data] == [0, 1]
        assert numbers.usage.total_tokens > 0
        for plain, unpacked in zip(numbers.data, packed.data, strict=True):
            assert plain.embedding == pytest.approx(unpacked.embedding, abs=1e-6)

    def test_a_provider_without_them_says_so(self, client: openai.OpenAI) -> None:
        with pytest.raises(openai.BadRequestError, match="embeddings"):
            client.embeddings.create(model="anthropic/claude-sonnet-4-6", input="one")


class TestSmallEndpoints:
    """OpenAI's other endpoints, wired to a provider that has them."""

    def test_images(self, client: openai.OpenAI) -> None:
        answer = client.images.generate(model="openai/gpt-image-1", prompt="a boat")
        assert answer.data is not None
        assert answer.data[0].b64_json

    @pytest.mark.parametrize("provider", ["openai", "azure", "azure_ai", "deepinfra", "meta_llama"])
    def test_edited_pictures(self, client: openai.OpenAI, by_type: Any, provider: str) -> None:
        boat, mask = ("boat.png", b"\x89PNG boat", "image/png"), ("mask.png", b"\x89PNG mask", "image/png")
        model = f"{provider}/gpt-image-2"
        answer = client.images.edit(model=model, image=[boat, boat], mask=mask, prompt="a hat", n=2, quality="low")
        assert answer.data is not None
        assert len(answer.data) == 2
        sent = by_type.fakes[provider].last.body
        assert sent.count(b'name="image[]"; filename="boat.png"') == 2
        assert b'name="mask"' in sent
        assert model.encode() not in sent

    async def test_edited_pictures_of_one(self, async_client: openai.AsyncOpenAI) -> None:
        boat = ("boat.png", b"\x89PNG boat", "image/png")
        answer = await async_client.images.edit(model="openai/gpt-image-2", image=boat, prompt="a hat")
        assert answer.data is not None
        assert answer.data[0].b64_json

    def test_edits_that_nobody_makes(self, client: openai.OpenAI) -> None:
        boat = ("boat.png", b"\x89PNG boat", "image/png")
        with pytest.raises(openai.BadRequestError, match="openai, azure") as caught:
            client.images.edit(model="anthropic/claude-sonnet-4-6", image=boat, prompt="a hat")
        assert caught.value.code == "not_supported"
        with pytest.raises(openai.BadRequestError) as refused:
            client.images.edit(model="openai/gpt-image-2", image=("boat.txt", b"?", "text/plain"), prompt="a hat")
        assert refused.value.param == "image"
        with pytest.raises(openai.BadRequestError) as streamed:
            client.images.edit(model="openai/gpt-image-2", image=boat, prompt="a hat", stream=True)
        assert streamed.value.param == "stream"

    def test_moderations(self, client: openai.OpenAI) -> None:
        answer = client.moderations.create(model="openai/omni-moderation-latest", input="something nice")
        assert answer.results[0].flagged is False

    def test_speech(self, client: openai.OpenAI) -> None:
        answer = client.audio.speech.create(model="openai/gpt-4o-mini-tts", voice="alloy", input="Hello")
        assert answer.content
        assert answer.response.headers["content-type"].startswith("audio/")

    def test_transcriptions(self, client: openai.OpenAI) -> None:
        answer = client.audio.transcriptions.create(
            model="openai/gpt-4o-mini-transcribe", file=("hello.wav", b"RIFF....WAVE", "audio/wav")
        )
        assert answer.text
