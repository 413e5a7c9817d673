"""One program, two libraries: OpenAI's SDK in front of the gateway, and `accord.compat.openai` without one. Whatever wire the
provider speaks, the program sees the same answers, streams and errors.
"""

from collections.abc import Callable
from typing import Any

import openai
import pytest

from accord.compat import openai as compat
from accord.core.part import Reasoning, Text, ToolCall
from accord.testing import Break, Cut, Delivery, Failure, Reply

HELLO: list[Any] = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello there"}]
CITY = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
TOOL: Any = {"type": "function", "function": {"name": "weather", "parameters": CITY, "strict": True}}
FUNCTION: Any = {"type": "function", "name": "weather", "parameters": CITY, "strict": True}
SCHEMA: Any = {"type": "json_schema", "json_schema": {"name": "place", "schema": CITY, "strict": True}}
CALL: list[Any] = [{"role": "user", "content": 'call weather {"city":"Lagos"}'}]

# Made anew for each answer, or the caller's own word.
MADE = {
    *("id", "created", "created_at", "completed_at", "model", "item_id", "call_id", "tool_call_id"),
    *(
        "native_finish_reason",
        "provider",
        "signature",
        "encrypted_content",
        "extra_content",
        "thinking_blocks",
        "reasoning_details",
    ),
}
# The gateway keeps answers, the library doesn't.
KEPT = {"store"}


def plain(value: Any) -> Any:
    """What a program sees, without what is made anew for each answer."""
    if hasattr(value, "to_dict"):
        value = value.to_dict()
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items() if key not in MADE | KEPT}
    return [plain(item) for item in value] if isinstance(value, list) else value


def chat(client: Any, model: str) -> Any:
    answer = client.chat.completions.create(model=model, messages=HELLO, max_completion_tokens=200)
    return answer, answer.choices[0].message.content, answer.usage.total_tokens


def tools(client: Any, model: str) -> Any:
    first = client.chat.completions.create(model=model, messages=CALL, tools=[TOOL], max_completion_tokens=200)
    call = first.choices[0].message.tool_calls[0]
    # The message goes back as the object that it is.
    messages = [*CALL, first.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": "hot"}]
    second = client.chat.completions.create(model=model, messages=messages, tools=[TOOL], max_completion_tokens=200)
    return first, call.function.name, call.function.arguments, second


def schema(client: Any, model: str) -> Any:
    return client.chat.completions.create(
        model=model, messages=HELLO, response_format=SCHEMA, max_completion_tokens=200
    )


def stream(client: Any, model: str) -> Any:
    with client.chat.completions.create(
        model=model, messages=HELLO, stream=True, stream_options={"include_usage": True}, max_completion_tokens=200
    ) as chunks:
        return list(chunks)


def streamed_call(client: Any, model: str) -> Any:
    return list(
        client.chat.completions.create(model=model, messages=CALL, tools=[TOOL], stream=True, max_completion_tokens=200)
    )


def responses(client: Any, model: str) -> Any:
    answer = client.responses.create(model=model, input="Hello there", instructions="Be brief.", max_output_tokens=200)
    return answer, answer.output_text, answer.output[0].content[0].text


def responses_tools(client: Any, model: str) -> Any:
    first = client.responses.create(model=model, input=CALL, tools=[FUNCTION], max_output_tokens=200, store=False)
    (call,) = [item for item in first.output if item.type == "function_call"]
    more = [*CALL, call, {"type": "function_call_output", "call_id": call.call_id, "output": "hot"}]
    second = client.responses.create(model=model, input=more, tools=[FUNCTION], max_output_tokens=200, store=False)
    return first, call.name, call.arguments, second.output_text


def responses_stream(client: Any, model: str) -> Any:
    with client.responses.create(model=model, input="Hello there", stream=True, max_output_tokens=200) as events:
        return list(events)


PROGRAMS: list[Callable[[Any, str], Any]] = [
    chat,
    tools,
    schema,
    stream,
    streamed_call,
    responses,
    responses_tools,
    responses_stream,
]


@pytest.fixture
def model(house: Any, egress: str) -> str:
    name: str = house.model(egress)
    return name


def bare(model: str) -> str:
    """The model as the provider calls it."""
    return model.partition("/")[2]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_answers(program: Callable[[Any, str], Any], theirs: openai.OpenAI, ours: compat.OpenAI, model: str) -> None:
    expected = plain(list(made) if isinstance(made := program(theirs, model), tuple) else made)
    found = plain(list(made) if isinstance(made := program(ours, bare(model)), tuple) else made)
    assert found == expected


def test_thoughts_and_several_calls(theirs: openai.OpenAI, ours: compat.OpenAI, model: str, fake: Any) -> None:
    answer = Reply(
        content=(
            Reasoning(text="Let me see."),
            ToolCall(id="", name="weather", arguments='{"city":"Lagos"}'),
            ToolCall(id="", name="weather", arguments='{"city":"Oslo"}'),
        )
    )
    fake.always(answer)
    asked: Any = {"messages": CALL, "tools": [TOOL], "max_completion_tokens": 2000}
    for streamed in (False, True):
        seen = []
        for client, name in ((theirs, model), (ours, bare(model))):
            made: Any = client.chat.completions.create(model=name, stream=streamed, **asked)
            seen.append(plain(list(made) if streamed else made))
        assert seen[0] == seen[1]
        assert "Oslo" in str(seen[1])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 429, 500, 503, 529])
def test_errors(theirs: openai.OpenAI, ours: compat.OpenAI, model: str, fake: Any, status: int) -> None:
    fake.always(Failure(status=status, message="No.", headers=(("retry-after", "3"),)))
    with pytest.raises(openai.APIStatusError) as expected:
        theirs.chat.completions.create(model=model, messages=HELLO, max_completion_tokens=200)
    with pytest.raises(compat.APIStatusError) as found:
        ours.chat.completions.create(model=bare(model), messages=HELLO, max_completion_tokens=200)
    mine, yours = found.value, expected.value
    assert type(mine).__name__ == type(yours).__name__
    for name in ("status_code", "code", "param", "type", "body", "message"):
        assert getattr(mine, name) == getattr(yours, name), name
    assert mine.response.headers.get("retry-after") == yours.response.headers.get("retry-after")


def taken(pieces: list[Any], stream: Any) -> None:
    """Keeps what comes before it breaks."""
    for piece in stream:
        pieces.append(piece)


def test_an_error_inside_a_stream(theirs: openai.OpenAI, ours: compat.OpenAI, model: str, fake: Any) -> None:
    fake.always(Reply(breaks=Break(failure=Failure(status=500, message="Out of luck."), events=4)))
    asked: Any = {"messages": HELLO, "stream": True, "max_completion_tokens": 200}
    seen = []
    for library, client, name in ((openai, theirs, model), (compat, ours, bare(model))):
        pieces: list[Any] = []
        made: Any = client
        stream = made.chat.completions.create(model=name, **asked)
        with pytest.raises(library.APIError) as caught:
            taken(pieces, stream)
        seen.append((plain(pieces), type(caught.value).__name__, caught.value.body))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_a_stream_that_is_cut_never_ends_well(ours: compat.OpenAI, model: str, fake: Any, api: str) -> None:
    fake.always(Reply(content=(Text(text="one two three four"),), delivery=Delivery(fault=Cut(events=5))))
    pieces: list[Any] = []
    if api == "chat":
        stream: Any = ours.chat.completions.create(
            model=bare(model), messages=HELLO, stream=True, max_completion_tokens=99
        )
    else:
        stream = ours.responses.create(model=bare(model), input="Hello", stream=True, max_output_tokens=99)
    with pytest.raises(compat.APIConnectionError):
        taken(pieces, stream)
    assert pieces


async def test_the_same_with_asyncio(
    theirs_async: openai.AsyncOpenAI, ours_async: compat.AsyncOpenAI, model: str
) -> None:
    seen = []
    for client, name in ((theirs_async, model), (ours_async, bare(model))):
        made: Any = client
        whole = await made.chat.completions.create(model=name, messages=HELLO, max_completion_tokens=200)
        chunks = await made.chat.completions.create(model=name, messages=HELLO, stream=True, max_completion_tokens=200)
        answer = await made.responses.create(model=name, input="Hello there", max_output_tokens=200)
        async with await made.responses.create(
            model=name, input="Hello there", stream=True, max_output_tokens=200
        ) as events:
            event_list = [event async for event in events]
        seen.append([plain(whole), plain([chunk async for chunk in chunks]), plain(answer), plain(event_list)])
    assert seen[0] == seen[1]


def test_what_a_target_cannot_do_is_refused_before_it_is_asked(
    theirs: openai.OpenAI, ours: compat.OpenAI, house: Any, fake: Any, egress: str
) -> None:
    if egress != "anthropic":
        pytest.skip("one target says it for all")
    with pytest.raises(compat.BadRequestError) as caught:
        ours.chat.completions.create(model="claude-sonnet-4-5", messages=HELLO, n=2)
    assert (caught.value.param, caught.value.status_code) == ("n", 400)
    assert not fake.requests


class TestOtherOperations:
    @pytest.fixture
    def egress(self) -> str:
        return "openai"

    @pytest.fixture
    def provider(self, fake: Any) -> Any:
        from accord import OpenAI

        return OpenAI(api_key=fake.key, base_url=fake.url)

    # OpenAI's own types say that base64 is no answer.
    @pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
    @pytest.mark.parametrize("form", ["float", "base64"])
    def test_embeddings(self, theirs: openai.OpenAI, ours: compat.OpenAI, form: Any) -> None:
        mine = ours.embeddings.create(model="text-embedding-3-small", input=["a", "b"], encoding_format=form)
        yours = theirs.embeddings.create(model="openai/text-embedding-3-small", input=["a", "b"], encoding_format=form)
        assert plain(mine) == plain(yours)
        assert mine.usage.prompt_tokens == yours.usage.prompt_tokens

    def test_images(self, theirs: openai.OpenAI, ours: compat.OpenAI) -> None:
        mine = ours.images.generate(model="gpt-image-1", prompt="a fox", size="1024x1024")
        yours = theirs.images.generate(model="openai/gpt-image-1", prompt="a fox", size="1024x1024")
        assert plain(mine) == plain(yours)
        assert mine.data
        assert mine.data[0].b64_json

    def test_a_live_list(self, ours: compat.OpenAI, fake: Any) -> None:
        with openai.OpenAI(base_url=fake.url, api_key=fake.key) as direct:
            assert [one.to_dict() for one in ours.models.list()] == [one.to_dict() for one in direct.models.list()]
