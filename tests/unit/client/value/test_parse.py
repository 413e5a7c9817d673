"""`client.parse`: into types of the caller's, by the provider's best means, with repairs that are seen and billed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Annotated, Literal, Required, TypedDict

import msgspec
import pytest
from pydantic import BaseModel, Field

from accord import AsyncClient, ChatRequest, Client, InvalidInput, OpenAI, Options, user
from accord.client.value.means import TOOL
from accord.core.error import RateLimited, Unparsed
from accord.core.part import Refusal, Text, ToolCall
from accord.core.request import JsonObjectFormat
from accord.core.usage import Usage
from accord.providers import Anthropic, Compatible, DeepSeek
from accord.testing import Delivery, Failure, FakeProvider, Hold, Reply
from accord.testing.fake.hosts import HOSTS


@dataclass
class Line:
    what: str
    price: float
    note: str = ""


@dataclass
class Invoice:
    number: int
    lines: list[Line] = field(default_factory=list)
    currency: Literal["EUR", "USD"] = "EUR"


@dataclass
class Reminder:
    number: int
    days: int


class Mood(Enum):
    GOOD = "good"
    BAD = "bad"


class Track(TypedDict, total=False):
    title: Required[str]
    year: int


class Point(msgspec.Struct, frozen=True):
    x: Annotated[int, msgspec.Meta(ge=0)]
    y: int


class Product(BaseModel):
    name: str = Field(min_length=2)
    price: Decimal
    tags: list[str] = Field(default_factory=list)


GOOD = {"number": 7, "lines": [{"what": "apples", "price": 1.5, "note": ""}], "currency": "EUR"}
VALUE = Invoice(7, [Line("apples", 1.5)])


@pytest.fixture
def client(fake_provider: FakeProvider) -> Iterator[Client[OpenAI]]:
    server = OpenAI(api_key=fake_provider.key, base_url=fake_provider.url)
    with Client(server, options=Options(retries=0)) as client:
        yield client


def saying(value: object) -> Reply:
    return Reply.saying(json.dumps(value))


class TestTypes:
    @pytest.mark.parametrize(
        ("form", "said", "value"),
        [
            (Invoice, GOOD, VALUE),
            (Point, {"x": 1, "y": 2}, Point(1, 2)),
            (Product, {"name": "tea", "price": "2.50", "tags": []}, Product(name="tea", price=Decimal("2.50"))),
            (Track, {"title": "One", "year": None}, {"title": "One"}),
            (Mood, {"value": "bad"}, Mood.BAD),
            (Literal["a", "b"], {"value": "b"}, "b"),
            (int, {"value": 3}, 3),
            (list[Point], {"value": [{"x": 1, "y": 2}]}, [Point(1, 2)]),
            (dict[str, int], {"value": {"a": 1}}, {"a": 1}),
            (Invoice | Reminder, {"value": {"number": 7, "days": 3}}, Reminder(7, 3)),
            (Invoice | Reminder, {"value": GOOD}, VALUE),
            (list[Invoice | Reminder], {"value": [{"number": 7, "days": 3}, GOOD]}, [Reminder(7, 3), VALUE]),
            (Product | Point, {"value": {"x": 1, "y": 2}}, Point(1, 2)),
            (Point | None, {"value": None}, None),
            (dict[str, object], {"value": {"a": [1, {"b": None}]}}, {"a": [1, {"b": None}]}),
        ],
        ids=str,
    )
    def test_a_value_of_each_kind(
        self, client: Client[OpenAI], fake_provider: FakeProvider, form: type[object], said: object, value: object
    ) -> None:
        fake_provider.script(saying(said))
        assert client.parse("What is it?", into=form, model="gpt-5.4-mini") == value
        # The fake refuses schemas that OpenAI's strict mode refuses.
        sent = fake_provider.last.json["response_format"]
        assert isinstance(sent, dict)
        assert sent["type"] == "json_schema"
        assert sent["json_schema"]["strict"] is (form not in (dict[str, int], dict[str, object]))

    @pytest.mark.parametrize("form", [Client, list[Client], Point | Client])
    def test_types_without_a_schema_are_refused_before_anything_is_sent(
        self, client: Client[OpenAI], fake_provider: FakeProvider, form: type[object]
    ) -> None:
        with pytest.raises(InvalidInput, match="no JSON Schema can be made for Client"):
            client.parse("x", into=form, model="gpt-5.4-mini")
        assert not fake_provider.requests

    def test_a_form_of_its_own_is_refused(self, client: Client[OpenAI]) -> None:
        request = ChatRequest(messages=(user("x"),), response_format=JsonObjectFormat())
        with pytest.raises(InvalidInput, match="into"):
            client.parse(request, into=Point, model="gpt-5.4-mini")

    def test_code_fences_are_no_fault(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        fake_provider.script(Reply.saying('```json\n{"x": 1, "y": 2}\n```'))
        assert client.parse("x", into=Point, model="gpt-5.4-mini", repairs=0) == Point(1, 2)


class TestRepairs:
    def test_an_answer_that_does_not_fit_is_shown_to_the_model(
        self, client: Client[OpenAI], fake_provider: FakeProvider
    ) -> None:
        usage = Usage(input=10, output=5)
        fake_provider.script(
            Reply(content=(Text(text='{"x": -1, "y": 2}'),), usage=usage),
            Reply(content=(Text(text='{"x": 1, "y": 2}'),), usage=usage),
        )
        found = client.parse_with_response("Where?", into=Point, model="gpt-5.4-mini")
        assert found.value == Point(1, 2)
        assert (found.repairs, len(fake_provider.requests)) == (1, 2)
        messages = fake_provider.last.json["messages"]
        assert isinstance(messages, list)
        assert messages[1]["content"] == '{"x": -1, "y": 2}'
        assert "`$.x`" in messages[2]["content"]
        assert found.usage is not None
        assert (found.usage.input, found.usage.output) == (20, 10)
        assert found.cost.amount == sum(response.cost.amount or 0 for response in found.responses if response.cost)

    def test_no_repairs_is_exactly_one_request(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        fake_provider.script(saying({"x": "one", "y": 2}))
        with pytest.raises(Unparsed, match="does not fit") as caught:
            client.parse("Where?", into=Point, model="gpt-5.4-mini", repairs=0)
        assert caught.value.reason == "invalid"
        assert len(caught.value.responses) == len(fake_provider.requests) == 1

    def test_deep_answers_are_ordinary_misfits(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        for depth in (300, 900, 20_000):
            fake_provider.script(Reply.saying('{"x": ' + "[" * depth + "]" * depth + "}"))
            with pytest.raises(Unparsed, match="does not fit"):
                client.parse("Where?", into=Point, model="gpt-5.4-mini", repairs=0)

    def test_repairs_are_bounded(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        fake_provider.always(Reply.saying("I don't know"))
        with pytest.raises(Unparsed, match=r"after 2 repairs") as caught:
            client.parse("Where?", into=Point, model="gpt-5.4-mini", repairs=2)
        assert len(caught.value.responses) == len(fake_provider.requests) == 3

    def test_failures_of_the_provider_stay_what_they_are(
        self, client: Client[OpenAI], fake_provider: FakeProvider
    ) -> None:
        fake_provider.script(Failure(status=429))
        with pytest.raises(RateLimited):
            client.parse("Where?", into=Point, model="gpt-5.4-mini")


class TestNoAnswer:
    def test_a_refusal_is_no_validation_error(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        fake_provider.script(Reply(content=(Refusal(text="I can't help with that."),)))
        with pytest.raises(Unparsed, match="refused to answer: I can't help") as caught:
            client.parse("Where?", into=Point, model="gpt-5.4-mini")
        assert caught.value.reason == "refusal"
        assert len(fake_provider.requests) == 1

    def test_a_cut_answer_says_what_to_raise(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        fake_provider.script(Reply(content=(Text(text='{"x": 1, "y"'),), finish="length"))
        with pytest.raises(Unparsed, match="max_output_tokens") as caught:
            client.parse("Where?", into=Point, model="gpt-5.4-mini")
        assert caught.value.reason == "length"
        assert len(fake_provider.requests) == 1

    def test_a_filtered_answer(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        fake_provider.script(Reply(content=(Text(text=""),), finish="content_filter"))
        with pytest.raises(Unparsed) as caught:
            client.parse("Where?", into=Point, model="gpt-5.4-mini")
        assert caught.value.reason == "content_filter"

    def test_an_empty_answer(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        fake_provider.script(Reply(content=(Text(text=""),)))
        with pytest.raises(Unparsed) as caught:
            client.parse("Where?", into=Point, model="gpt-5.4-mini")
        assert caught.value.reason == "empty"


class TestMeans:
    def test_a_forced_tool_where_the_model_is_held_to_no_schema(self) -> None:
        with FakeProvider(vendor=HOSTS["deepseek"]) as fake:
            fake.script(
                Reply(content=(ToolCall(id="", name=TOOL, arguments='{"x": "?", "y": 2}'),)),
                Reply(content=(ToolCall(id="", name=TOOL, arguments='{"x": 1, "y": 2}'),)),
            )
            with Client(DeepSeek(api_key=fake.key, base_url=fake.url)) as client:
                found = client.parse_with_response("Where?", into=Point, model="deepseek-flash")
            assert (found.value, found.means, found.repairs) == (Point(1, 2), "tool", 1)
            messages = fake.last.json["messages"]
            assert isinstance(messages, list)
            assert messages[-1]["role"] == "tool"
            assert "`$.x`" in messages[-1]["content"]

    def test_open_types_go_by_tool_on_claude(self) -> None:
        with (
            FakeProvider("anthropic_messages") as fake,
            Client(Anthropic(api_key=fake.key, base_url=fake.url)) as client,
        ):
            found = client.parse_with_response("x", into=dict[str, int], model="claude-sonnet-4-6")
            assert found.means == "tool"
            assert client.parse_with_response("x", into=Invoice, model="claude-sonnet-4-6").means == "schema"

    def test_json_mode_where_there_is_neither(self) -> None:
        with FakeProvider(strict=False) as fake:
            knobs = {"json_schema": "refuse", "tool_choice": "unforced"}
            server = msgspec.convert(
                {"type": "compatible", "base_url": fake.url, "api_key": fake.key, "knobs": knobs}, Compatible
            )
            fake.script(saying({"x": 1, "y": 2}))
            with Client(server) as client:
                found = client.parse_with_response("Where?", into=Point, model="m")
            assert (found.value, found.means) == (Point(1, 2), "json")
            assert fake.last.json["response_format"] == {"type": "json_object"}
            assert b"JSON Schema" in fake.last.body


class TestStreams:
    def test_it_grows(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        fake_provider.script(Reply(content=(Text(text=json.dumps(GOOD)),), delta=3))
        with client.parse_stream("x", into=Invoice, model="gpt-5.4-mini") as stream:
            with pytest.raises(InvalidInput):
                _ = stream.value
            partials = list(stream)
        assert partials[-1] == GOOD
        assert {"number": 7} in partials
        assert {"number": 7, "lines": []} in partials
        assert any("'what': 'a" in str(partial) and "apples" not in str(partial) for partial in partials), "texts grow"
        assert stream.value == VALUE
        assert stream.parsed.response.usage == stream.chat.response.usage
        assert len(fake_provider.requests) == 1

    def test_elements_come_whole(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        said = {"value": [{"x": 1, "y": 2}, {"x": 3, "y": 4}]}
        delivery = Delivery(fault=Hold(events=35))
        fake_provider.script(Reply(content=(Text(text=json.dumps(said)),), delta=1, delivery=delivery))
        with client.parse_stream("x", into=list[Point], model="gpt-5.4-mini") as stream:
            items = stream.items()
            assert next(items) == Point(1, 2)
            assert len(stream.chat.response.text) < len(json.dumps(said))
            fake_provider.wait_until(lambda seen: seen.held == 1)
            fake_provider.release()
            assert list(items) == [Point(3, 4)]
        assert stream.value == [Point(1, 2), Point(3, 4)]

    def test_an_element_that_does_not_fit_is_named(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        fake_provider.script(saying({"value": [{"x": 1, "y": 2}, {"x": -3, "y": 4}]}))
        with (
            client.parse_stream("x", into=list[Point], model="gpt-5.4-mini") as stream,
            pytest.raises(Unparsed, match="element 1"),
        ):
            list(stream.items())

    def test_a_stream_that_does_not_fit_says_so_at_its_end(
        self, client: Client[OpenAI], fake_provider: FakeProvider
    ) -> None:
        fake_provider.script(saying({"x": -1, "y": 2}))
        with client.parse_stream("x", into=Point, model="gpt-5.4-mini") as stream, pytest.raises(Unparsed):
            list(stream)
        assert len(fake_provider.requests) == 1

    def test_a_cut_stream_is_no_value(self, client: Client[OpenAI], fake_provider: FakeProvider) -> None:
        fake_provider.script(Reply(content=(Text(text='{"x": 1, "y": 2}'),), finish="length"))
        with (
            client.parse_stream("x", into=Point, model="gpt-5.4-mini") as stream,
            pytest.raises(Unparsed, match="max_output_tokens"),
        ):
            list(stream)


async def test_the_same_names_in_asyncio(fake_provider: FakeProvider) -> None:
    said = {"value": [{"x": 1, "y": 2}]}
    fake_provider.always(saying(said))
    server = OpenAI(api_key=fake_provider.key, base_url=fake_provider.url)
    async with AsyncClient(server) as client:
        assert await client.parse("x", into=list[Point], model="gpt-5.4-mini") == [Point(1, 2)]
        found = await client.parse_with_response("x", into=list[Point], model="gpt-5.4-mini")
        assert found.repairs == 0
        async with client.parse_stream("x", into=list[Point], model="gpt-5.4-mini") as stream:
            assert [item async for item in stream.items()] == [Point(1, 2)]
        assert stream.value == [Point(1, 2)]
        async with client.parse_stream("x", into=list[Point], model="gpt-5.4-mini") as again:
            assert [partial async for partial in again][-1] == said["value"]
