"""Callers' requests: made neutral with nothing lost, or refused with the path of the field at fault."""

import json

import pytest

from accord.core.error import InvalidInput
from accord.core.message import Message
from accord.core.part import CacheControl, File, Image, Media, Opaque, Reasoning, Text, ToolCall, ToolResult
from accord.core.request import JsonSchemaFormat, ReasoningConfig
from accord.core.tool import FunctionTool, HostedChoice, HostedTool, NamedTool
from accord.dialects.anthropic_messages import parse, parse_count

LEAST = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}


def parsed(headers=(), **changes):
    body = {key: value for key, value in {**LEAST, **changes}.items() if value is not ...}
    return parse(json.dumps(body).encode(), headers)


def user(*content):
    return [{"role": "user", "content": list(content)}]


def test_the_least():
    inbound = parsed()
    assert (inbound.dialect, inbound.stream, inbound.foreign_reasoning) == ("anthropic_messages", False, "none")
    request = inbound.request
    assert (request.model, request.max_output_tokens) == ("m", 9)
    assert request.messages == (Message(role="user", parts=(Text(text="Hi"),)),)
    assert request.extra == {}


@pytest.mark.parametrize(
    ("field", "value", "name", "neutral"),
    [
        ("temperature", 0.5, "temperature", 0.5),
        ("top_p", 1, "top_p", 1),
        ("top_k", 3, "top_k", 3),
        ("stop_sequences", ["a"], "stop", ("a",)),
        ("metadata", {"user_id": "u"}, "user", "u"),
        ("service_tier", "standard_only", "service_tier", "default"),
        ("service_tier", "auto", "service_tier", "auto"),
        ("cache_control", {"type": "ephemeral", "ttl": "1h"}, "cache", CacheControl(ttl="1h")),
        (
            "thinking",
            {"type": "enabled", "budget_tokens": 2000},
            "reasoning",
            ReasoningConfig(mode="enabled", budget=2000),
        ),
        ("thinking", {"type": "disabled"}, "reasoning", ReasoningConfig(mode="disabled")),
        ("thinking", {"type": "between_tools"}, "reasoning", ReasoningConfig(mode="disabled")),
        (
            "thinking",
            {"type": "adaptive", "display": "omitted"},
            "reasoning",
            ReasoningConfig(mode="adaptive", visible=False),
        ),
        ("output_config", {"effort": "high"}, "reasoning", ReasoningConfig(effort="high", effort_only=True)),
        (
            "output_config",
            {"format": {"type": "json_schema", "schema": {"type": "object"}}},
            "response_format",
            JsonSchemaFormat(schema={"type": "object"}, guaranteed=True),
        ),
        (
            "output_format",
            {"type": "json_schema", "schema": {"type": "object"}},
            "response_format",
            JsonSchemaFormat(schema={"type": "object"}, guaranteed=True),
        ),
        ("tool_choice", {"type": "auto"}, "tool_choice", "auto"),
        ("tool_choice", {"type": "any"}, "tool_choice", "required"),
        ("tool_choice", {"type": "none"}, "tool_choice", "none"),
        ("tool_choice", {"type": "tool", "name": "f"}, "tool_choice", NamedTool(name="f")),
        (
            "tool_choice",
            {"type": "new", "x": 1},
            "tool_choice",
            HostedChoice(dialect="anthropic_messages", raw={"type": "new", "x": 1}),
        ),
        ("tool_choice", {"type": "auto", "disable_parallel_tool_use": True}, "parallel_tool_calls", False),
    ],
)
def test_fields(field, value, name, neutral):
    request = parsed(**{field: value}).request
    assert {key: getattr(request, key) for key in (name,)} == {name: neutral}
    assert request.extra == {}


def test_unnamed_fields_are_kept_in_their_places():
    request = parsed(
        headers=(("anthropic-beta", "a-1, b-2"), ("anthropic-beta", "c-3")),
        brand_new=[1],
        thinking={"type": "adaptive", "block_binding": {"x": 1}},
        output_config={"effort": "low", "task_budget": {"total": 1}},
        metadata={"user_id": "u", "more": 1},
        service_tier=None,
    ).request
    assert request.extra == {
        "anthropic_messages": {
            "brand_new": [1],
            "thinking": {"type": "adaptive", "block_binding": {"x": 1}},
            "output_config": {"task_budget": {"total": 1}},
            "metadata": {"more": 1},
            "betas": ["a-1", "b-2", "c-3"],
        }
    }
    assert request.reasoning == ReasoningConfig(effort="low", mode="adaptive")
    assert request.user == "u"


def test_system_as_text_and_as_blocks():
    assert parsed(system="S").request.messages[0] == Message(role="system", parts=(Text(text="S"),))
    blocks = [{"type": "text", "text": "A", "cache_control": {"type": "ephemeral"}}, {"type": "text", "text": "B"}]
    assert parsed(system=blocks).request.messages[0].parts == (Text(text="A", cache=CacheControl()), Text(text="B"))
    assert len(parsed(system="").request.messages) == 1


def test_content():
    found = parsed(
        messages=user(
            {"type": "tool_result", "tool_use_id": "t", "content": "ok", "is_error": False},
            {
                "type": "tool_result",
                "tool_use_id": "u",
                "content": [{"type": "text", "text": "x"}, {"type": "search_result", "source": "s"}],
            },
            {"type": "tool_result", "tool_use_id": "v"},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}},
            {"type": "image", "source": {"type": "url", "url": "https://x.test"}},
            {"type": "image", "source": {"type": "future", "x": 1}},
            {
                "type": "document",
                "source": {"type": "text", "media_type": "text/plain", "data": "hello"},
                "title": "T",
                "context": "C",
                "citations": {"enabled": True},
            },
            {"type": "document", "source": {"type": "content", "content": []}},
            {"type": "document", "source": {"type": "file", "file_id": "f"}},
            {"type": "text", "text": "x", "cache_control": None, "brand_new": 1},
            {"type": "brand_new"},
        )
    ).request.messages[0]

    def opaque(raw):
        return Opaque(dialect="anthropic_messages", raw=raw)

    assert found.parts == (
        ToolResult(call_id="t", content=(Text(text="ok"),), is_error=False),
        ToolResult(call_id="u", content=(Text(text="x"), opaque({"type": "search_result", "source": "s"}))),
        ToolResult(call_id="v"),
        Image(source=Media(data="AA==", media_type="image/png")),
        Image(source=Media(url="https://x.test")),
        opaque({"type": "image", "source": {"type": "future", "x": 1}}),
        File(source=Media(data="aGVsbG8=", media_type="text/plain"), filename="T", context="C", citations=True),
        opaque({"type": "document", "source": {"type": "content", "content": []}}),
        File(source=Media(file_id="f")),
        Text(text="x", extra={"anthropic_messages": {"brand_new": 1}}),
        opaque({"type": "brand_new"}),
    )


def test_what_the_assistant_said():
    content = [
        {"type": "thinking", "thinking": "t", "signature": "s"},
        {"type": "tool_use", "id": "t", "name": "f", "input": {"a": [1.5]}},
    ]
    inbound = parsed(messages=[*user({"type": "text", "text": "x"}), {"role": "assistant", "content": content}])
    assert inbound.request.messages[1].parts == (
        Reasoning(text="t", signature="s", owner="anthropic_messages"),
        ToolCall(id="t", name="f", arguments='{"a":[1.5]}'),
    )
    assert inbound.foreign_reasoning == "none"


def test_unsigned_thinking_is_nobodys():
    content = [{"type": "thinking", "thinking": "t", "signature": ""}, {"type": "text", "text": "x"}]
    inbound = parsed(messages=[{"role": "assistant", "content": content}])
    assert inbound.request.messages[0].parts[0] == Reasoning(text="t")
    assert inbound.foreign_reasoning == "unsigned"


def test_messages_may_be_instructions_and_have_fields_of_their_own():
    entry = {"role": "system", "content": "S", "clear_at": "next_user_message"}
    message = parsed(messages=[*user(), entry]).request.messages[1]
    assert message == Message(
        role="system",
        parts=(Text(text="S"),),
        extra={"anthropic_messages": {"clear_at": "next_user_message"}},
    )


def test_tools():
    web = {"type": "web_search_20260318", "name": "web_search", "max_uses": 3}
    tools = [
        {"name": "f", "description": "d", "input_schema": {"type": "object"}, "strict": True, "defer_loading": True},
        {"type": "custom", "name": "g", "input_schema": {}, "cache_control": {"type": "ephemeral"}},
        web,
    ]
    assert parsed(tools=tools).request.tools == (
        FunctionTool(
            name="f",
            description="d",
            parameters={"type": "object"},
            strict=True,
            guaranteed=True,
            extra={"anthropic_messages": {"defer_loading": True}},
        ),
        FunctionTool(name="g", parameters={}, cache=CacheControl(), extra={"anthropic_messages": {"type": "custom"}}),
        HostedTool(dialect="anthropic_messages", raw=web),
    )


@pytest.mark.parametrize(
    ("changes", "path", "why"),
    [
        ({"max_tokens": ...}, "max_tokens", "Field required"),
        ({"max_tokens": "9"}, "max_tokens", "valid integer"),
        ({"max_tokens": True}, "max_tokens", "valid integer"),
        ({"max_tokens": -1}, "max_tokens", "greater than or equal to 0"),
        ({"model": ...}, "model", "Field required"),
        ({"model": ""}, "model", "at least 1 character"),
        ({"model": 3}, "model", "valid string"),
        ({"messages": ...}, "messages", "Field required"),
        ({"messages": []}, "messages", "at least one message"),
        ({"messages": {}}, "messages", "valid array"),
        ({"messages": [3]}, "messages.0", "an object"),
        ({"messages": [{"content": "x"}]}, "messages.0.role", "Field required"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages.0.role", "'user', 'assistant' or 'system'"),
        ({"messages": [{"role": "user"}]}, "messages.0.content", "Field required"),
        ({"messages": [{"role": "user", "content": 3}]}, "messages.0.content", "valid string or array"),
        ({"messages": user("x")}, "messages.0.content.0", "an object"),
        ({"messages": user({"text": "x"})}, "messages.0.content.0.type", "Field required"),
        ({"messages": user({"type": "text"})}, "messages.0.content.0.text", "Field required"),
        ({"messages": user({"type": "text", "text": 1})}, "messages.0.content.0.text", "valid string"),
        ({"messages": user({"type": "image"})}, "messages.0.content.0.source", "Field required"),
        (
            {"messages": user({"type": "image", "source": {"type": "base64", "data": "x"}})},
            "messages.0.content.0.source.media_type",
            "Field required",
        ),
        (
            {"messages": user({"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text"}]})},
            "messages.0.content.0.content.0.text",
            "Field required",
        ),
        (
            {
                "messages": user(
                    {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "thinking", "thinking": ""}]}
                )
            },
            "messages.0.content.0.content.0.type",
            "cannot contain",
        ),
        (
            {"messages": user({"type": "tool_use", "id": "t", "name": "f", "input": "{}"})},
            "messages.0.content.0.input",
            "an object",
        ),
        (
            {"messages": user({"type": "text", "text": "x", "cache_control": 3})},
            "messages.0.content.0.cache_control",
            "object",
        ),
        ({"system": 3}, "system", "valid string or array"),
        ({"system": [{"type": "text"}]}, "system.0.text", "Field required"),
        ({"stream": "yes"}, "stream", "valid boolean"),
        ({"temperature": 2}, "temperature", "between 0 and 1"),
        ({"temperature": "hot"}, "temperature", "valid number"),
        ({"stop_sequences": [1]}, "stop_sequences.0", "valid string"),
        ({"tools": [{"name": "f"}]}, "tools.0.custom.input_schema", "Field required"),
        ({"tools": [{"name": "f", "input_schema": True}]}, "tools.0.custom.input_schema", "an object"),
        ({"tools": [{"input_schema": {}}]}, "tools.0.custom.name", "Field required"),
        ({"tools": [3]}, "tools.0", "an object"),
        ({"tool_choice": {"type": "tool"}}, "tool_choice.name", "Field required"),
        ({"tool_choice": "auto"}, "tool_choice", "an object"),
        ({"thinking": {"type": "enabled"}}, "thinking.enabled.budget_tokens", "Field required"),
        ({"thinking": {}}, "thinking.type", "Field required"),
        ({"output_config": {"format": {"type": "json_schema"}}}, "output_config.format.schema", "Field required"),
        ({"metadata": {"user_id": 3}}, "metadata.user_id", "valid string"),
        ({"cache_control": "x"}, "cache_control", "an object"),
    ],
)
def test_what_is_wrong_is_named(changes, path, why):
    with pytest.raises(InvalidInput) as caught:
        parsed(**changes)
    assert caught.value.param == path
    assert caught.value.message.startswith(f"{path}: ")
    assert why in caught.value.message


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"3", b"\xff", b'{"model":"a","model":"b"}', b"[" * 100_000, b'{"model":"\xff"}'],
)
def test_what_is_no_json_object_is_refused(body):
    with pytest.raises(InvalidInput):
        parse(body, ())


def test_counting_needs_no_limit():
    inbound = parse_count(json.dumps({"model": "m", "messages": LEAST["messages"]}).encode(), ())
    assert inbound.request.max_output_tokens is None
    assert json.loads(inbound.render(7)) == {"input_tokens": 7}
    assert 1 <= inbound.estimate() < 10
    assert inbound.fail(InvalidInput("no")).status == 400
    with pytest.raises(InvalidInput, match="messages: Field required"):
        parse_count(b'{"model":"m"}', ())
