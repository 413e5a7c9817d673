"""Answers in the vendors' own wires with something of the wrong type in them (ADR 20): Messages, Gemini, Responses."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from accord.core.accumulate import accumulate
from accord.core.error import Malformed
from accord.core.http import Reply
from accord.core.response import ChatResponse
from accord.dialects import anthropic_messages, gemini, openai_chat, openai_responses
from accord.dialects.codec import ChatCodec, Inbound
from accord.providers import Anthropic, Azure, AzureAI, DeepSeek, OpenAI, OpenRouter, VertexAI

KEY = "sk-test-key"
URL = "https://example.test/v1"
CODECS: dict[str, ChatCodec] = {
    "anthropic": Anthropic(api_key=KEY).chat_codec("claude-sonnet-4-6"),
    "vertex_ai with claude": VertexAI(project="p", access_token=KEY).chat_codec("claude-sonnet-4-6"),
    "azure_ai with claude": AzureAI(api_key=KEY, base_url=URL, route="anthropic").chat_codec("claude-opus-5-5"),
    "vertex_ai": VertexAI(project="p", access_token=KEY).chat_codec("gemini-2.5-flash"),
    "openai": OpenAI(api_key=KEY, dialect="openai_responses").chat_codec("gpt-5.4-mini"),
    "azure": Azure(api_key=KEY, base_url=URL, dialect="openai_responses").chat_codec("prod"),
    "openrouter": OpenRouter(api_key=KEY, dialect="openai_responses").chat_codec("vendor/model"),
    "deepseek": DeepSeek(api_key=KEY, dialect="openai_responses").chat_codec("deepseek-flash"),
}
INPUT: Mapping[str, str] = {"gemini": "promptTokenCount"}
OUTPUT: Mapping[str, str] = {"gemini": "candidatesTokenCount"}
FAULTS: list[object] = [3.5, "12", -1, True, [], {}, 10**20, 1e300]
FORMS = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
CALL = ("look", '{"a":1}')


def usage_in(dialect: str, **more: object) -> dict[str, object]:
    if dialect == "gemini":
        return {"promptTokenCount": 3, "candidatesTokenCount": 4, "totalTokenCount": 7, **more}
    return {"input_tokens": 3, "output_tokens": 4, **more}


def whole(dialect: str, usage: object, name: object = "look") -> dict[str, Any]:
    match dialect:
        case "anthropic_messages":
            call = {"type": "tool_use", "id": "toolu_1", "name": name, "input": {"a": 1}}
            head = {"id": "msg_1", "type": "message", "role": "assistant", "model": "up", "stop_sequence": None}
            return {
                **head,
                "content": [{"type": "text", "text": "Hi"}, call],
                "stop_reason": "tool_use",
                "usage": usage,
            }
        case "gemini":
            parts: list[object] = [{"text": "Hi"}, {"functionCall": {"name": name, "args": {"a": 1}}}]
            candidate = {"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0}
            return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "up", "responseId": "r"}
        case _:
            said = {"type": "output_text", "text": "Hi", "annotations": []}
            message = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [said]}
            call = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": name, "arguments": '{"a":1}'}
            head = {"id": "resp_1", "object": "response", "created_at": 5, "model": "up", "status": "completed"}
            return {**head, "output": [message, {**call, "status": "completed"}], "usage": usage}


def events(dialect: str, usage: object, name: object = "look") -> list[dict[str, Any]]:
    body = whole(dialect, usage, name)
    match dialect:
        case "anthropic_messages":
            text, call = body["content"]
            begun = {**body, "content": [], "stop_reason": None, "usage": usage_in(dialect, output_tokens=1)}
            said, given = {"type": "text_delta", "text": "Hi"}, {"type": "input_json_delta", "partial_json": '{"a":1}'}
            return [
                {"type": "message_start", "message": begun},
                {"type": "content_block_start", "index": 0, "content_block": {**text, "text": ""}},
                {"type": "content_block_delta", "index": 0, "delta": said},
                {"type": "content_block_stop", "index": 0},
                {"type": "content_block_start", "index": 1, "content_block": {**call, "input": {}}},
                {"type": "content_block_delta", "index": 1, "delta": given},
                {"type": "content_block_stop", "index": 1},
                {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": usage},
                {"type": "message_stop"},
            ]
        case "gemini":
            return [body]
        case _:
            begun = {**body, "status": "in_progress", "output": [], "usage": None}
            return [
                {"type": "response.created", "sequence_number": 0, "response": begun},
                {"type": "response.completed", "sequence_number": 1, "response": body},
            ]


def as_bytes(body: dict[str, Any] | list[dict[str, Any]]) -> bytes:
    if isinstance(body, dict):
        return json.dumps(body).encode()
    named = [(f"event: {one['type']}\n" if "type" in one else "", json.dumps(one)) for one in body]
    return "".join([f"{name}data: {data}\n\n" for name, data in named]).encode()


def inbound_of(dialect: str, *, stream: bool) -> Inbound:
    said = [{"role": "user", "content": "Hi"}]
    match dialect:
        case "anthropic_messages":
            body: dict[str, object] = {"model": "m", "max_tokens": 9, "messages": said, "stream": stream}
            return anthropic_messages.parse(json.dumps(body).encode(), ())
        case "gemini":
            body = {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}
            return gemini.parse(json.dumps(body).encode(), (), model="m", stream=stream)
        case "openai_chat":
            body = {"model": "m", "messages": said, "stream": stream, "stream_options": {"include_usage": True}}
            return openai_chat.parse(json.dumps(body).encode(), ())
        case _:
            return openai_responses.parse(json.dumps({"model": "m", "input": "Hi", "stream": stream}).encode(), ())


def read(
    provider: str, ingress: str, form: Callable[[], dict[str, Any] | list[dict[str, Any]]]
) -> tuple[ChatResponse, bytes]:
    """What the library has of an answer, and what the gateway's caller gets."""
    body = form()
    inbound = inbound_of(ingress, stream=isinstance(body, list))
    exchange = CODECS[provider].encode(inbound.request, stream=inbound.stream, on_unsupported="drop")
    if isinstance(body, dict):
        response = exchange.decode(Reply(status=200, body=as_bytes(body)))
        return response, inbound.render(response)
    decoder, renderer = exchange.decoder(), inbound.renderer()
    first = decoder.feed(as_bytes(body))
    last = decoder.end()
    return accumulate([*first, *last]), renderer.feed(first) + renderer.feed(last) + renderer.end()


def form_of(provider: str, stream: bool, usage: object, name: object = "look") -> Callable[[], Any]:
    dialect = CODECS[provider].dialect
    return lambda: (events if stream else whole)(dialect, usage, name)


@FORMS
@pytest.mark.parametrize("provider", CODECS)
def test_counts_that_are_none_are_unknown(provider: str, stream: bool) -> None:
    dialect = CODECS[provider].dialect
    for fault in FAULTS:
        usage = usage_in(dialect, **{OUTPUT.get(dialect, "output_tokens"): fault})
        response, _ = read(provider, "openai_chat", form_of(provider, stream, usage))
        assert response.usage is not None, fault
        expected = 0 if dialect == "gemini" else None  # Google leaves out what is 0.
        assert (response.usage.input, response.usage.output) == (3, expected), fault
        assert [(call.name, json.loads(call.arguments)) for call in response.tool_calls] == [("look", {"a": 1})]


@FORMS
@pytest.mark.parametrize("provider", CODECS)
def test_a_count_may_be_written_as_a_fraction_of_nothing(provider: str, stream: bool) -> None:
    dialect = CODECS[provider].dialect
    names = {INPUT.get(dialect, "input_tokens"): 5.0, OUTPUT.get(dialect, "output_tokens"): 6.0}
    if dialect == "anthropic_messages" and stream:
        names.pop("input_tokens")
    response, _ = read(provider, "openai_chat", form_of(provider, stream, usage_in(dialect, **names)))
    assert response.usage is not None
    assert (response.usage.output, type(response.usage.output)) == (6, int)


@FORMS
@pytest.mark.parametrize("usage", [5, "x", [], True, [1]], ids=str)
@pytest.mark.parametrize("provider", CODECS)
def test_an_answer_is_not_lost_for_its_usage(provider: str, usage: object, stream: bool) -> None:
    for ingress in ("openai_chat", "openai_responses", "anthropic_messages", "gemini"):
        response, data = read(provider, ingress, form_of(provider, stream, usage))
        assert response.text == "Hi"
        assert b"Hi" in data
        assert b"look" in data
        output = response.usage.output if response.usage is not None else None
        assert output is None or (stream and CODECS[provider].dialect == "anthropic_messages" and output == 1)


@FORMS
@pytest.mark.parametrize("name", ["", None, 5, ["look"]], ids=str)
@pytest.mark.parametrize("provider", CODECS)
def test_a_call_that_names_no_tool_is_refused(provider: str, name: object, stream: bool) -> None:
    form = form_of(provider, stream, usage_in(CODECS[provider].dialect), name)
    with pytest.raises(Malformed) as refused:
        read(provider, "openai_chat", form)
    assert "name" in refused.value.message
    assert inbound_of("openai_chat", stream=False).fail(refused.value).status == 502


@FORMS
@pytest.mark.parametrize("provider", ["anthropic", "vertex_ai with claude", "azure_ai with claude"])
def test_who_does_not_say_why_it_ended_is_told_of_as_saying_nothing(provider: str, stream: bool) -> None:
    def form() -> dict[str, Any] | list[dict[str, Any]]:
        body = whole("anthropic_messages", usage_in("anthropic_messages"))
        changed = {**body, "content": body["content"][:1], "stop_reason": None}
        if not stream:
            return changed
        told = events("anthropic_messages", usage_in("anthropic_messages"))
        return [*told[:4], {**told[-2], "delta": {"stop_reason": None}}, told[-1]]

    response, data = read(provider, "anthropic_messages", form)
    assert response.finish is not None
    assert response.finish.unified == "unknown"
    assert b'"stop_reason":null' in data
    assert b'"stop_reason":"' not in data
