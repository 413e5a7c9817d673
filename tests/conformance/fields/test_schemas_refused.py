"""A schema that a wire cannot express is refused before anything is sent, naming the field and the place within it."""

import json
from typing import Any

import pytest

from accord.core.error import Unsupported
from accord.core.message import user
from accord.core.request import ChatRequest, JsonSchemaFormat
from accord.core.tool import FunctionTool
from accord.dialects.codec import ChatCodec
from accord.dialects.gemini import Gemini
from accord.providers import Anthropic, OpenAI

CHAT: ChatCodec = OpenAI(api_key="k").chat_codec("gpt-5.4-mini", "openai_chat")
RESPONSES: ChatCodec = OpenAI(api_key="k").chat_codec("gpt-5.4-mini", "openai_responses")
MESSAGES: ChatCodec = Anthropic(api_key="k").chat_codec("claude-sonnet-4-6")
GEMINI: ChatCodec = Gemini(model="gemini-1.5-pro")
"""The models of Google's that know nothing but a subset of OpenAPI's schemas."""

Schema = dict[str, Any]
OPTIONAL: Schema = {"type": "object", "properties": {"nick": {"type": "string"}}, "additionalProperties": False}
COMBINED: Schema = {"type": "object", "properties": {"a": {"allOf": [OPTIONAL, OPTIONAL]}}, "required": ["a"]}
RECURSIVE: Schema = {"type": "object", "properties": {"next": {"$ref": "#"}}, "required": ["next"]}
OPEN: Schema = {"type": "object", "properties": {"a": {"type": "object", "additionalProperties": True}}}
CONDITION: Schema = {"type": "object", "properties": {"a": {"not": {"type": "null"}}}}
TEXT: Schema = {"type": "string"}

FORMS = [
    pytest.param(CHAT, OPTIONAL, "response_format.schema", "#/properties/nick", id="chat.optional"),
    pytest.param(CHAT, COMBINED, "response_format.schema", "#/properties/a/allOf", id="chat.combined"),
    pytest.param(CHAT, TEXT, "response_format.schema", "#", id="chat.root"),
    pytest.param(RESPONSES, OPTIONAL, "response_format.schema", "#/properties/nick", id="responses.optional"),
    pytest.param(MESSAGES, RECURSIVE, "response_format.schema", "#/properties/next/$ref", id="messages.recursive"),
    pytest.param(MESSAGES, OPEN, "response_format.schema", "#/properties/a/additionalProperties", id="messages.open"),
    pytest.param(GEMINI, CONDITION, "response_format.schema.properties.a.not", "", id="gemini.condition"),
    pytest.param(GEMINI, RECURSIVE, "response_format.schema", "", id="gemini.recursive"),
]
TOOLS = [
    pytest.param(CHAT, OPTIONAL, "tools[0].parameters", "#/properties/nick", id="chat.optional"),
    pytest.param(RESPONSES, COMBINED, "tools[0].parameters", "#/properties/a/allOf", id="responses.combined"),
    pytest.param(MESSAGES, RECURSIVE, "tools[0].parameters", "#/properties/next/$ref", id="messages.recursive"),
    pytest.param(MESSAGES, TEXT, "tools[0].parameters", "#/type", id="messages.root"),
    pytest.param(GEMINI, CONDITION, "tools[0].parameters.properties.a.not", "", id="gemini.condition"),
]


def form(schema: Schema, *, strict: bool | None = True) -> ChatRequest:
    return ChatRequest(messages=(user("hi"),), response_format=JsonSchemaFormat(schema=schema, strict=strict))


def tool(schema: Schema, *, strict: bool | None = True) -> ChatRequest:
    return ChatRequest(messages=(user("hi"),), tools=(FunctionTool(name="f", parameters=schema, strict=strict),))


def refused(codec: ChatCodec, request: ChatRequest, field: str, place: str) -> None:
    with pytest.raises(Unsupported) as refusal:
        codec.encode(request)
    assert refusal.value.param is not None
    assert refusal.value.param.startswith(field)
    assert f"`{refusal.value.param}`" in refusal.value.message
    assert place in refusal.value.message
    exchange = codec.encode(request, on_unsupported="drop")
    assert refusal.value.param in {warning.field for warning in exchange.warnings}
    assert b'"strict":true' not in exchange.draft.body


@pytest.mark.parametrize(("codec", "schema", "field", "place"), FORMS)
def test_of_an_answer(codec: ChatCodec, schema: Schema, field: str, place: str) -> None:
    refused(codec, form(schema), field, place)


@pytest.mark.parametrize(("codec", "schema", "field", "place"), TOOLS)
def test_of_a_tool(codec: ChatCodec, schema: Schema, field: str, place: str) -> None:
    refused(codec, tool(schema), field, place)


@pytest.mark.parametrize("codec", [CHAT, RESPONSES])
def test_openai_is_asked_to_enforce_no_more_than_the_caller_asked(codec: ChatCodec) -> None:
    for request in (form(OPTIONAL, strict=None), tool(OPTIONAL, strict=False)):
        exchange = codec.encode(request)
        assert exchange.warnings == ()
        assert b'"nick"' in exchange.draft.body


@pytest.mark.parametrize("codec", [CHAT, RESPONSES])
def test_openai_gets_open_objects_closed(codec: ChatCodec) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    exchange = codec.encode(form(schema))
    assert [(one.kind, one.field) for one in exchange.warnings] == [("changed", "response_format.schema")]
    body = json.loads(exchange.draft.body)
    written = body.get("text", {}).get("format") or body["response_format"]["json_schema"]
    assert written["strict"] is True
    assert written["schema"] == {**schema, "additionalProperties": False}
