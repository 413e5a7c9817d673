"""Whole answers as they are read."""

import json

import pytest

from accord.core.error import Malformed, Overloaded, RateLimited
from accord.core.http import Reply
from accord.core.part import Citation, Opaque, Reasoning, Refusal, Text, ToolCall
from accord.core.request import JsonSchemaFormat
from accord.core.tool import FunctionTool

MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-x",
    "content": [{"type": "text", "text": "Hi"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 3, "output_tokens": 5},
}


@pytest.fixture
def read(sent):
    def read(kind="adaptive", request=None, **changes):
        body = json.dumps({**MESSAGE, **changes}).encode()
        return sent(kind, **(request or {})).exchange.decode(Reply(status=200, body=body))

    return read


def test_an_answer(read):
    response = read()
    assert (response.id, response.model, response.text) == ("msg_1", "claude-x", "Hi")
    assert (response.finish.unified, response.finish.raw, response.usage.total) == ("stop", "end_turn", 8)
    assert response.extra == {}
    assert json.loads(response.raw) == MESSAGE


def test_every_kind_of_block_in_its_place(read):
    web = {"type": "web_search_result_location", "cited_text": "q", "url": "u", "title": None, "encrypted_index": "e"}
    page = {
        "type": "page_location",
        "cited_text": "p",
        "document_index": 0,
        "document_title": "D",
        "start_page_number": 1,
    }
    server = {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "x"}}
    response = read(
        content=[
            {"type": "thinking", "thinking": "hm", "signature": "sig"},
            {"type": "redacted_thinking", "data": "d"},
            server,
            {"type": "text", "text": "x", "citations": [web, page]},
            {"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}, "caller": {"type": "direct"}},
        ]
    )
    assert response.choices[0].message.parts == (
        Reasoning(text="hm", signature="sig", owner="anthropic_messages"),
        Reasoning(encrypted="d", owner="anthropic_messages"),
        Opaque(dialect="anthropic_messages", raw=server),
        Text(
            text="x",
            citations=(
                Citation(
                    url="u",
                    quote="q",
                    extra={"anthropic_messages": {"type": "web_search_result_location", "encrypted_index": "e"}},
                ),
                Citation(
                    title="D",
                    quote="p",
                    extra={
                        "anthropic_messages": {
                            "type": "page_location",
                            "document_index": 0,
                            "document_title": "D",
                            "start_page_number": 1,
                        }
                    },
                ),
            ),
        ),
        ToolCall(id="t", name="f", arguments='{"a":1}', extra={"anthropic_messages": {"caller": {"type": "direct"}}}),
    )


def test_every_count(read):
    raw = {
        "input_tokens": 10,
        "cache_creation_input_tokens": 300,
        "cache_read_input_tokens": 4000,
        "cache_creation": {"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 200},
        "output_tokens": 50,
        "output_tokens_details": {"thinking_tokens": 20},
        "server_tool_use": {"web_search_requests": 2, "web_fetch_requests": 0},
        "service_tier": "priority",
        "inference_geo": "us",
    }
    usage = read(usage=raw).usage
    assert (usage.input, usage.cached, usage.cache_write, usage.cache_write_1h) == (4310, 4000, 300, 200)
    assert (usage.output, usage.reasoning, usage.web_searches) == (50, 20, 2)
    assert (usage.service_tier, usage.region, usage.raw) == ("priority", "us", raw)
    assert read(usage={**raw, "speed": "fast"}).usage.service_tier == "fast"


def test_unknown_counts_are_unknown(read):
    usage = read(usage={"input_tokens": None, "output_tokens": True, "cache_creation": 3}).usage
    assert (usage.input, usage.output, usage.cached) == (None, None, None)
    assert read(usage=None).usage is None


def test_what_has_no_name_is_kept(read):
    response = read(container={"id": "c"}, brand_new=1, nothing=None)
    assert response.extra == {"anthropic_messages": {"container": {"id": "c"}, "brand_new": 1}}


def test_a_refusal_says_why(read):
    details = {"type": "refusal", "category": None, "explanation": "Because."}
    choice = read(content=[], stop_reason="refusal", stop_details=details).choices[0]
    assert choice.message.refusal == "Because."
    assert choice.finish.unified == "content_filter"
    assert isinstance(choice.message.parts[0], Refusal)
    silent = read(content=[], stop_reason="refusal", stop_details={**details, "explanation": None}).choices[0]
    assert silent.message.refusal is None
    assert silent.extra["anthropic_messages"]["stop_details"]["category"] is None


def test_the_tool_that_gives_the_answer_is_text(read):
    request = {"response_format": JsonSchemaFormat(schema={"type": "object"}), "tools": (FunctionTool(name="f"),)}
    answer = {"type": "tool_use", "id": "t", "name": "json_answer", "input": {"n": 3}}
    call = {"type": "tool_use", "id": "u", "name": "f", "input": {}}
    response = read("old", request, content=[answer], stop_reason="tool_use")
    assert (response.text, response.tool_calls, response.finish.unified) == ('{"n":3}', (), "stop")
    both = read("old", request, content=[answer, call], stop_reason="tool_use")
    assert (len(both.tool_calls), both.finish.unified) == (1, "tool_calls")


def test_an_error_inside_a_200(sent):
    body = b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"r"}'
    with pytest.raises(Overloaded) as caught:
        sent().exchange.decode(Reply(status=200, body=body))
    assert (caught.value.status, caught.value.request_id) == (200, "r")


def test_a_failed_reply(sent):
    body = b'{"type":"error","error":{"type":"rate_limit_error","message":"slow"}}'
    error = sent().exchange.error(Reply(status=429, headers=(("retry-after", "3"),), body=body))
    assert (type(error), error.retry_after) == (RateLimited, 3.0)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"content":{}}',
        b'{"content":[3]}',
        b'{"content":[{"text":"x"}]}',
        b'{"content":[{"type":"text","text":null}]}',
        b'{"content":[{"type":"tool_use","id":"a","name":"b","input":"{}"}]}',
        b'{"content":[],"stop_reason":3}',
        b'{"content":[],"stop_reason":[]}',
        b"[" * 100_000,
    ],
)
def test_anything_else_is_malformed(sent, body):
    with pytest.raises(Malformed) as caught:
        sent().exchange.decode(Reply(status=200, body=body))
    assert caught.value.body == body
