"""Counting tokens of requests from any wire."""

import json

import pytest

from accord.core.error import Authentication, InvalidRequest, Malformed
from accord.core.http import Reply
from accord.core.message import system, user
from accord.core.request import ChatRequest, JsonSchemaFormat, ReasoningConfig
from accord.core.tool import FunctionTool
from accord.dialects.anthropic_messages import CountTokens, Knobs

REQUEST = ChatRequest(
    messages=(system("S"), user("Hi")),
    tools=(FunctionTool(name="f"),),
    temperature=0.5,
    stop=("x",),
    seed=1,
    user="u",
    service_tier="auto",
    reasoning=ReasoningConfig(effort="low"),
    extra={"anthropic_messages": {"container": "c", "context_management": {"edits": []}}},
)


def test_what_is_about_the_answer_plays_no_part():
    exchange = CountTokens(model="claude-opus-4-8").encode(REQUEST)
    body = json.loads(exchange.draft.body)
    assert set(body) == {"model", "system", "messages", "tools", "thinking", "output_config", "context_management"}
    assert exchange.draft.headers == (("anthropic-beta", "context-management-2025-06-27"),)
    assert exchange.warnings == ()
    assert not exchange.draft.stream


def test_the_model_is_in_the_body_even_where_conversations_have_it_in_the_path():
    codec = CountTokens(model="claude-x", knobs=Knobs(model="path", version="vertex-2023-10-16"))
    body = json.loads(codec.encode(ChatRequest(messages=(user("Hi"),))).draft.body)
    assert (body["model"], body["anthropic_version"]) == ("claude-x", "vertex-2023-10-16")


def test_a_format_counts():
    wanted = JsonSchemaFormat(schema={"type": "object", "properties": {}, "additionalProperties": False})
    body = json.loads(
        CountTokens(model="claude-x").encode(ChatRequest(messages=(user("Hi"),), response_format=wanted)).draft.body
    )
    assert body["output_config"]["format"]["type"] == "json_schema"


def test_answers():
    exchange = CountTokens(model="claude-x").encode(ChatRequest(messages=(user("Hi"),)))
    assert exchange.decode(Reply(status=200, body=b'{"input_tokens":12}')) == 12
    for body in (b"", b"{}", b'{"input_tokens":"12"}', b'{"input_tokens":true}'):
        with pytest.raises(Malformed):
            exchange.decode(Reply(status=200, body=body))
    error = b'{"type":"error","error":{"type":"invalid_request_error","message":"m"}}'
    with pytest.raises(InvalidRequest):
        exchange.decode(Reply(status=200, body=error))
    assert isinstance(exchange.error(Reply(status=401)), Authentication)
