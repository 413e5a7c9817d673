"""Types as the form of an answer, in two libraries: OpenAI's SDK in front of the gateway, and `accord.compat.openai` without one."""

from collections.abc import Callable
from typing import Any

import openai
import pydantic
import pytest
from pydantic import BaseModel, Field

from accord.compat import openai as compat
from accord.core.part import Refusal, Text
from accord.testing import Reply

# OpenAI's own types say that a value is none.
pytestmark = pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")

HELLO: list[Any] = [{"role": "user", "content": "Where are you?"}]
CALL: list[Any] = [{"role": "user", "content": 'call Weather {"city":"Lagos","days":3}'}]
MADE = {*("id", "created", "created_at", "completed_at", "model", "item_id", "call_id", "tool_call_id", "signature")}
MADE |= {"native_finish_reason", "provider", "encrypted_content", "extra_content", "reasoning_details", "store"}
MADE |= {"thinking_blocks", "parsed", "parsed_arguments"}
# The schemas differ in order and titles, and the answer repeats them.
SCHEMAS = {"text", "tools"}


class Place(BaseModel):
    """A place."""

    city: str
    people: int = Field(description="how many live there")


class Weather(BaseModel):
    """Tells the weather."""

    city: str
    days: int


def plain(value: Any) -> Any:
    """What a program sees, without what is made anew for each answer."""
    if isinstance(value, Place | Weather):
        return value
    if hasattr(value, "to_dict"):
        value = value.to_dict()
    if isinstance(value, dict):
        known = MADE | (SCHEMAS if value.get("object") == "response" else set())
        return {key: plain(inner) for key, inner in value.items() if key not in known and inner is not None}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def tool(client: Any) -> Any:
    library = openai if isinstance(client, openai.OpenAI | openai.AsyncOpenAI) else compat
    return library.pydantic_function_tool(Weather)


def parse(client: Any, model: str) -> Any:
    answer = client.chat.completions.parse(
        model=model, messages=HELLO, response_format=Place, max_completion_tokens=200
    )
    return answer, answer.choices[0].message.parsed


def parse_at_the_old_place(client: Any, model: str) -> Any:
    answer = client.beta.chat.completions.parse(
        model=model, messages=HELLO, response_format=Place, max_completion_tokens=200
    )
    return answer.choices[0].message.parsed


def parse_calls(client: Any, model: str) -> Any:
    answer = client.chat.completions.parse(model=model, messages=CALL, tools=[tool(client)], max_completion_tokens=200)
    call = answer.choices[0].message.tool_calls[0]
    return answer, call.function.name, call.function.parsed_arguments, answer.choices[0].message.parsed


def stream(client: Any, model: str) -> Any:
    told = []
    with client.chat.completions.stream(
        model=model, messages=HELLO, response_format=Place, max_completion_tokens=200
    ) as events:
        for event in events:
            told.append((event.type, getattr(event, "delta", None), getattr(event, "content", None)))
        final = events.get_final_completion()
    return told, final, final.choices[0].message.parsed


def stream_text(client: Any, model: str) -> Any:
    with client.chat.completions.stream(model=model, messages=HELLO, max_completion_tokens=200) as events:
        told = [(event.type, getattr(event, "snapshot", None) if event.type != "chunk" else None) for event in events]
    return told, events.get_final_completion()


def stream_calls(client: Any, model: str) -> Any:
    with client.chat.completions.stream(
        model=model, messages=CALL, tools=[tool(client)], max_completion_tokens=200
    ) as events:
        told = [event for event in events if event.type.startswith("tool_calls")]
    done = told[-1]
    kinds = [(event.type, event.index, event.name, event.arguments) for event in told]
    return kinds, done.parsed_arguments, events.get_final_completion()


def responses_parse(client: Any, model: str) -> Any:
    answer = client.responses.parse(model=model, input=HELLO, text_format=Place, max_output_tokens=200)
    return answer, answer.output_parsed, answer.output_text


def responses_stream(client: Any, model: str) -> Any:
    with client.responses.stream(model=model, input=HELLO, text_format=Place, max_output_tokens=200) as events:
        told = [(event.type, getattr(event, "snapshot", None), getattr(event, "parsed", None)) for event in events]
    final = events.get_final_response()
    return told, final, final.output_parsed


PROGRAMS = [parse, parse_at_the_old_place, parse_calls, stream, stream_text, stream_calls, responses_parse]
PROGRAMS += [responses_stream]


@pytest.fixture
def model(house: Any, egress: str) -> str:
    name: str = house.model(egress)
    return name


def bare(model: str) -> str:
    return model.partition("/")[2]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_answers(
    program: Callable[[Any, str], Any], theirs: openai.OpenAI, ours: compat.OpenAI, model: str, fake: Any
) -> None:
    if "call" not in program.__name__:
        fake.always(Reply(content=(Text(text='{"city": "Lagos", "people": 15000000}'),)))
    assert plain(program(ours, bare(model))) == plain(program(theirs, model))


async def test_the_same_with_asyncio(
    ours: compat.OpenAI, ours_async: compat.AsyncOpenAI, model: str, fake: Any
) -> None:
    fake.always(Reply(content=(Text(text='{"city": "Lagos", "people": 1}'),)))
    name = bare(model)
    asked: Any = {"model": name, "messages": HELLO, "max_completion_tokens": 200, "response_format": Place}
    made = ours_async
    whole = await made.chat.completions.parse(**asked)
    assert whole.choices[0].message.parsed == Place(city="Lagos", people=1)
    async with made.chat.completions.stream(**asked) as events:
        kinds = [event.type async for event in events]
        final = await events.get_final_completion()
    with ours.chat.completions.stream(**asked) as blocking:
        assert kinds == [event.type for event in blocking]
    assert plain(final) == plain(blocking.get_final_completion())
    answer = await made.responses.parse(model=name, input="x", text_format=Place, max_output_tokens=200)
    assert answer.output_parsed == Place(city="Lagos", people=1)
    async with made.responses.stream(model=name, input="x", text_format=Place, max_output_tokens=200) as told:
        found = await told.get_final_response()
    assert found.output_parsed == Place(city="Lagos", people=1)


class TestAnswersThatDoNotFit:
    @pytest.fixture
    def egress(self) -> str:
        return "responses"

    def test_what_is_cut(self, theirs: openai.OpenAI, ours: compat.OpenAI, model: str, fake: Any) -> None:
        fake.always(Reply(content=(Text(text='{"city": "La'),), finish="length"))
        for library, client, name in ((openai, theirs, model), (compat, ours, bare(model))):
            with pytest.raises(library.LengthFinishReasonError, match="length limit") as caught:
                parse(client, name)
            assert caught.value.completion.choices[0].message.content == '{"city": "La'
            with pytest.raises(library.LengthFinishReasonError):
                stream(client, name)

    def test_what_is_wrong(self, theirs: openai.OpenAI, ours: compat.OpenAI, model: str, fake: Any) -> None:
        fake.always(Reply(content=(Text(text='{"city": "Lagos", "people": "many"}'),)))
        for client, name in ((theirs, model), (ours, bare(model))):
            for program in (parse, stream, responses_parse):
                with pytest.raises(pydantic.ValidationError, match="people"):
                    program(client, name)

    def test_a_refusal_is_no_value(self, theirs: openai.OpenAI, ours: compat.OpenAI, model: str, fake: Any) -> None:
        fake.always(Reply(content=(Refusal(text="No."),)))
        for client, name in ((theirs, model), (ours, bare(model))):
            answer, parsed = parse(client, name)
            assert (parsed, answer.choices[0].message.refusal) == (None, "No.")
            told, final, parsed = stream(client, name)
            assert "refusal.done" in [kind for kind, *_ in told]
            assert (parsed, final.choices[0].message.refusal) == (None, "No.")

    def test_a_value_is_not_sent_back(self, ours: compat.OpenAI, model: str, fake: Any) -> None:
        fake.always(Reply(content=(Text(text='{"city": "Lagos", "people": 1}'),)))
        answer, parsed = parse(ours, bare(model))
        assert answer.model_dump()["choices"][0]["message"]["parsed"] == {"city": "Lagos", "people": 1}
        ours.chat.completions.create(model=bare(model), messages=[*HELLO, answer.choices[0].message, *HELLO])
        assert "parsed" not in str(fake.last.json)
        assert parsed == answer.choices[0].message.parsed
