"""What Anthropic's and Google's wires guarantee of an answer's form, as OpenAI's wires are asked for it."""

import json
from typing import Any

import pytest

from accord.core.http import Draft
from accord.dialects import anthropic_messages, gemini
from accord.dialects.codec import ChatCodec, Inbound
from accord.dialects.openai_chat import Knobs, OpenAIChat
from accord.dialects.openai_responses import OpenAIResponses
from accord.providers import Azure, OpenAI

Schema = dict[str, Any]
CODECS: list[Any] = [
    pytest.param(OpenAIChat(model="m"), id="chat"),
    pytest.param(OpenAIResponses(model="m"), id="responses"),
    pytest.param(OpenAI(api_key="k").chat_codec("gpt-5.4-mini"), id="openai"),
    pytest.param(OpenAI(api_key="k").chat_codec("gpt-5.4-mini", "openai_responses"), id="openai-responses"),
    pytest.param(OpenAI(api_key="k", base_url="http://127.0.0.1:1/v1").chat_codec("m"), id="another-host"),
    pytest.param(Azure(api_key="k", base_url="https://a.openai.azure.com").chat_codec("gpt-5.4"), id="azure"),
]
SHUT: Schema = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
    "additionalProperties": False,
}
OPTIONAL: Schema = {"type": "object", "properties": {"nick": {"type": "string"}}, "additionalProperties": False}


def anthropic(schema: Schema, place: str) -> Inbound:
    body: Schema = {"model": "m", "max_tokens": 100, "messages": [{"role": "user", "content": "x"}]}
    form = {"type": "json_schema", "schema": schema}
    match place:
        case "tool":
            body["tools"] = [{"name": "f", "input_schema": schema, "strict": True}]
        case "old":
            body["output_format"] = form
        case _:
            body["output_config"] = {"format": form}
    return anthropic_messages.parse(json.dumps(body).encode(), ())


def google(schema: Schema, place: str) -> Inbound:
    config = {"responseMimeType": "application/json", place: schema}
    body = {"contents": [{"role": "user", "parts": [{"text": "x"}]}], "generationConfig": config}
    return gemini.parse(json.dumps(body).encode(), (), model="m")


def sent(draft: Draft) -> Schema:
    assert isinstance(draft.body, bytes)
    found: Schema = json.loads(draft.body)
    return found


def written(found: Schema) -> Schema:
    """The form or the tool, flat as Responses has both."""
    if "tools" in found:
        (tool,) = found["tools"]
        return tool.get("function") or tool
    return found["text"]["format"] if "text" in found else found["response_format"]["json_schema"]


def asked(codec: ChatCodec, inbound: Inbound) -> tuple[Schema, list[tuple[str, str]]]:
    exchange = codec.encode(inbound.request)
    return written(sent(exchange.draft)), [(one.field, one.message) for one in exchange.warnings]


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("place", ["new", "old", "tool"])
def test_what_anthropic_guarantees_is_asked_of_openai(codec: ChatCodec, place: str) -> None:
    found, warnings = asked(codec, anthropic(SHUT, place))
    assert found["strict"] is True
    assert (found.get("schema") or found["parameters"]) == SHUT
    assert warnings == []


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize(("place", "field"), [("new", "response_format.strict"), ("tool", "tools[0].strict")])
def test_what_openai_cannot_enforce_goes_without_and_says_where(codec: ChatCodec, place: str, field: str) -> None:
    found, ((told, why),) = asked(codec, anthropic(OPTIONAL, place))
    assert not found.get("strict")
    assert (found.get("schema") or found["parameters"]) == OPTIONAL
    assert told == field
    assert "#/properties/nick" in why


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize(
    ("place", "schema"),
    [
        ("responseSchema", {"type": "OBJECT", "properties": {"a": {"type": "STRING"}}, "required": ["a"]}),
        ("responseJsonSchema", {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}),
    ],
)
def test_what_google_guarantees_is_asked_of_openai(codec: ChatCodec, place: str, schema: Schema) -> None:
    found, warnings = asked(codec, google(schema, place))
    assert found["strict"] is True
    assert found["schema"] == SHUT
    assert [field for field, _ in warnings] == ["response_format.schema"]


def deep(levels: int) -> Schema:
    schema: Schema = {"type": "string"}
    for _ in range(levels):
        schema = {**SHUT, "properties": {"a": schema}}
    return schema


def members(count: int, name: str = "p") -> Schema:
    properties = {f"{name}{index}": {"type": "string"} for index in range(count)}
    return {**SHUT, "properties": properties, "required": [*properties]}


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        ({**SHUT, "properties": {"a": {"type": "string", "format": "uri"}}}, "#/properties/a/format"),
        (
            {**SHUT, "properties": {"a": {"type": "array", "items": SHUT, "uniqueItems": True}}},
            "#/properties/a/uniqueItems",
        ),
        (deep(11), "#" + "/properties/a" * 10),
        (members(5_001), "#"),
        (members(100, "p" * 1_300), "#/properties"),
        ({**SHUT, "properties": {"a": {"enum": [str(n) for n in range(1_001)]}}}, "#/properties/a"),
    ],
)
def test_what_openai_is_not_known_to_take_goes_without(schema: Schema, place: str) -> None:
    found, warnings = asked(OpenAIChat(model="m"), google(schema, "responseJsonSchema"))
    assert "strict" not in found
    assert found["schema"] == schema
    (why,) = [why for field, why in warnings if field == "response_format.strict"]
    assert place in why


def test_what_openai_is_known_to_take_is_enforced() -> None:
    for schema in (deep(10), members(5_000)):
        found, _ = asked(OpenAIChat(model="m"), google(schema, "responseJsonSchema"))
        assert found["strict"] is True


def test_hosts_that_go_by_other_rules_are_not_asked() -> None:
    codec = OpenAIChat(model="m", knobs=Knobs(guarantee="unsaid"))
    assert asked(codec, anthropic(SHUT, "new")) == ({"name": "response", "schema": SHUT}, [])


@pytest.mark.parametrize("place", ["new", "tool"])
def test_anthropic_itself_gets_what_it_was_asked(place: str) -> None:
    exchange = anthropic_messages.AnthropicMessages(model="claude-sonnet-4-6").encode(
        anthropic(OPTIONAL, place).request
    )
    body = sent(exchange.draft)
    assert exchange.warnings == ()
    if place == "tool":
        assert body["tools"] == [{"name": "f", "input_schema": OPTIONAL, "strict": True}]
    else:
        assert body["output_config"] == {"format": {"type": "json_schema", "schema": OPTIONAL}}


def test_a_host_that_knows_no_strict_tools_gets_them_without() -> None:
    found, ((field, _),) = asked(OpenAIChat(model="m", knobs=Knobs(tool_strict="omit")), anthropic(SHUT, "tool"))
    assert "strict" not in found
    assert field == "tools[0].strict"
