"""Tools, their names, and how to choose among them."""

import re

import pytest

from accord.core.error import Unsupported
from accord.core.http import Reply
from accord.core.json import dumps
from accord.core.message import assistant, tool_result, user
from accord.core.part import CacheControl, ToolCall
from accord.core.request import ReasoningConfig
from accord.core.tool import (
    AllowedTools,
    CustomTool,
    FunctionTool,
    HostedChoice,
    HostedTool,
    NamedTool,
    ToolNamespace,
)

CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


def answer(exchange, *blocks):
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": list(blocks)}
    body = dumps({**message, "stop_reason": "tool_use", "usage": {"input_tokens": 1, "output_tokens": 1}})
    return exchange.decode(Reply(status=200, body=body))


def use(name, given):
    return {"type": "tool_use", "id": "toolu_1", "name": name, "input": given}


def test_a_function(sent):
    tool = FunctionTool(name="weather", description="of a city", parameters=CITY, cache=CacheControl())
    assert sent(tools=(tool,)).body["tools"] == [
        {
            "name": "weather",
            "input_schema": CITY,
            "description": "of a city",
            "cache_control": {"type": "ephemeral"},
        }
    ]


def test_a_function_without_parameters(sent):
    assert sent(tools=(FunctionTool(name="now"),)).body["tools"][0]["input_schema"] == {
        "type": "object",
        "properties": {},
    }


def test_names_are_made_valid_and_put_back(sent):
    tools = (
        FunctionTool(name="mcp/files.read"),
        FunctionTool(name="mcp_files_read"),
        FunctionTool(name="mcp.files.read"),
        FunctionTool(name="x" * 200),
    )
    history = [user("1"), assistant([ToolCall(id="a", name="mcp/files.read")]), tool_result("a", "1")]
    found = sent(messages=history, tools=tools, tool_choice=NamedTool(name="mcp.files.read"))
    names = [tool["name"] for tool in found.body["tools"]]
    assert names[1] == "mcp_files_read"
    assert len(set(names)) == 4
    assert all(re.fullmatch("[a-zA-Z0-9_-]{1,128}", name) for name in names)
    assert found.body["messages"][1]["content"][0]["name"] == names[0]
    assert found.body["tool_choice"] == {"type": "tool", "name": names[2]}
    calls = answer(found.exchange, *[use(name, {}) for name in names]).tool_calls
    assert [call.name for call in calls] == [tool.name for tool in tools]


def test_a_name_does_not_depend_on_the_order_of_the_tools(sent):
    tools = (FunctionTool(name="a.b"), FunctionTool(name="c_d"), FunctionTool(name="a/b"), FunctionTool(name="c.d"))
    names = {}
    for order in (tools, tools[::-1]):
        for tool, written in zip(order, sent(tools=order).body["tools"], strict=True):
            names.setdefault(tool.name, set()).add(written["name"])
    assert all(len(found) == 1 for found in names.values())
    assert len(set.union(*names.values())) == 4


def test_namespaces_are_flattened_and_restored(sent):
    space = ToolNamespace(name="files", tools=(FunctionTool(name="read"), CustomTool(name="patch")))
    found = sent(tools=(space, FunctionTool(name="read")))
    assert [tool["name"] for tool in found.body["tools"]] == ["files__read", "files__patch", "read"]
    calls = answer(
        found.exchange, use("files__read", {}), use("files__patch", {"input": "*** Begin"}), use("read", {})
    ).tool_calls
    assert [(call.namespace, call.name, call.kind, call.arguments) for call in calls] == [
        ("files", "read", "function", "{}"),
        ("files", "patch", "custom", "*** Begin"),
        (None, "read", "function", "{}"),
    ]


def test_a_tool_of_free_text_takes_a_string(sent):
    tool = CustomTool(
        name="sql", description="d", format={"type": "grammar", "syntax": "lark", "definition": "start: X"}
    )
    history = [user("1"), assistant([ToolCall(id="a", name="sql", arguments="SELECT 1", kind="custom")])]
    found = sent(messages=[*history, tool_result("a", "1")], tools=(tool,))
    schema = found.body["tools"][0]["input_schema"]
    assert schema["required"] == ["input"]
    assert "start: X" in schema["properties"]["input"]["description"]
    assert ("changed", "tools[0].format") in found.warnings
    assert found.body["messages"][1]["content"][0]["input"] == {"input": "SELECT 1"}
    assert answer(found.exchange, use("sql", {"input": "SELECT 2"})).tool_calls[0].arguments == "SELECT 2"
    assert answer(found.exchange, use("sql", {"query": "X"})).tool_calls[0].arguments == '{"query":"X"}'


@pytest.mark.parametrize("choice", ["anyOf", "oneOf"])
def test_a_choice_at_the_root_is_merged(sent, choice):
    one = {"type": "object", "properties": {"a": {"type": "string"}, "c": {}}, "required": ["a", "c"]}
    two = {"type": "object", "properties": {"b": {"type": "string"}, "c": {}}, "required": ["b", "c"]}
    found = sent(tools=(FunctionTool(name="f", parameters={choice: [one, two]}),))
    schema = found.body["tools"][0]["input_schema"]
    assert schema["type"] == "object"
    assert set(schema["properties"]) == {"a", "b", "c"}
    assert schema["required"] == ["c"]
    assert ("changed", "tools[0].parameters") in found.warnings


def test_a_root_by_reference_is_followed(sent):
    parameters = {"$ref": "#/$defs/City", "$defs": {"City": CITY}}
    schema = sent(tools=(FunctionTool(name="f", parameters=parameters),)).body["tools"][0]["input_schema"]
    assert (schema["type"], schema["required"]) == ("object", ["city"])
    assert schema["$defs"] == {"City": CITY}


@pytest.mark.parametrize(
    "parameters", [{"type": "string"}, {"anyOf": [{"type": "string"}, 3]}, {"$ref": "#/$defs/X"}, {"$ref": "https://x"}]
)
def test_a_root_that_is_no_object_is_refused(sent, parameters):
    with pytest.raises(Unsupported) as caught:
        sent(tools=(FunctionTool(name="f", parameters=parameters),))
    assert caught.value.param == "tools[0].parameters"


def test_strict_tools_are_reduced(sent):
    parameters = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 1}}, "required": ["n"]}
    found = sent(tools=(FunctionTool(name="f", parameters=parameters, strict=True),))
    assert found.body["tools"][0] == {
        "name": "f",
        "strict": True,
        "input_schema": {
            "type": "object",
            "properties": {"n": {"type": "integer", "description": "{minimum: 1}"}},
            "required": ["n"],
            "additionalProperties": False,
        },
    }
    assert ("changed", "tools[0].parameters") in found.warnings


def test_strict_is_left_out_where_the_model_cannot_be_held(sent):
    found = sent("old", tools=(FunctionTool(name="f", parameters=CITY, strict=True),))
    assert "strict" not in found.body["tools"][0]
    assert found.body["tools"][0]["input_schema"] == CITY
    assert ("changed", "tools[0].strict") in found.warnings


def test_too_many_strict_tools_are_sent_without_the_guarantee(sent):
    tools = tuple([FunctionTool(name=f"f{number}", parameters=CITY, strict=True) for number in range(21)])
    found = sent(tools=tools)
    assert not any("strict" in tool for tool in found.body["tools"])
    assert ("changed", "tools") in found.warnings
    assert all(tool["strict"] for tool in sent(tools=tools[:20]).body["tools"])


def test_hosted_tools(sent):
    own = {"type": "web_search_20260318", "name": "web_search"}
    found = sent(
        tools=(
            HostedTool(dialect="anthropic_messages", raw=own),
            HostedTool(
                dialect="openai_responses",
                raw={
                    "type": "web_search",
                    "search_context_size": "low",
                    "filters": {"allowed_domains": ["x.test"]},
                    "user_location": {"type": "approximate", "city": "Oslo", "country": None},
                },
            ),
            HostedTool(dialect="gemini", raw={"google_search": {}}, cache=CacheControl()),
            HostedTool(dialect="openai_responses", raw={"type": "file_search"}),
        )
    )
    assert found.body["tools"] == [
        own,
        {
            "type": "web_search_20250305",
            "name": "web_search",
            "max_uses": 1,
            "allowed_domains": ["x.test"],
            "user_location": {"type": "approximate", "city": "Oslo"},
        },
        {"type": "web_search_20250305", "name": "web_search", "cache_control": {"type": "ephemeral"}},
    ]
    assert ("dropped", "tools[3]") in found.warnings


def test_calls_in_a_conversation_without_tools_get_declarations(sent):
    found = sent(messages=[user("1"), assistant([ToolCall(id="a", name="f")]), tool_result("a", "1")])
    assert found.body["tools"] == [{"name": "f", "input_schema": {"type": "object", "properties": {}}}]
    assert found.body["tool_choice"] == {"type": "none"}
    assert ("filled", "tools") in found.warnings


@pytest.mark.parametrize(
    ("choice", "written"),
    [
        (None, None),
        ("auto", {"type": "auto"}),
        ("none", {"type": "none"}),
        ("required", {"type": "any"}),
        (NamedTool(name="f"), {"type": "tool", "name": "f"}),
        (HostedChoice(dialect="anthropic_messages", raw={"type": "new"}), {"type": "new"}),
    ],
)
def test_choice(sent, choice, written):
    found = sent(tools=(FunctionTool(name="f"),), tool_choice=choice)
    assert found.body.get("tool_choice") == written


def test_allowed_tools_leave_the_others_out(sent):
    tools = (
        FunctionTool(name="f"),
        FunctionTool(name="g"),
        HostedTool(dialect="anthropic_messages", raw={"type": "x"}),
    )
    found = sent(tools=tools, tool_choice=AllowedTools(mode="required", names=("g",)))
    assert [tool.get("name") for tool in found.body["tools"]] == ["g", None]
    assert found.body["tool_choice"] == {"type": "any"}


@pytest.mark.parametrize(
    ("choice", "parallel", "written"),
    [
        (None, False, {"type": "auto", "disable_parallel_tool_use": True}),
        (None, True, None),
        ("required", False, {"type": "any", "disable_parallel_tool_use": True}),
        ("required", True, {"type": "any", "disable_parallel_tool_use": False}),
        ("none", False, {"type": "none"}),
    ],
)
def test_one_call_at_a_time(sent, choice, parallel, written):
    found = sent(tools=(FunctionTool(name="f"),), tool_choice=choice, parallel_tool_calls=parallel)
    assert found.body.get("tool_choice") == written


@pytest.mark.parametrize("choice", ["required", NamedTool(name="f")])
def test_a_call_cannot_be_forced_on_some_models(sent, choice):
    tools = (FunctionTool(name="f"),)
    with pytest.raises(Unsupported, match="cannot be made to call"):
        sent("always_on", tools=tools, tool_choice=choice)
    assert sent("always_on", tools=tools, tool_choice=choice, drop=True).body["tool_choice"] == {"type": "auto"}
    with pytest.raises(Unsupported, match="thinks by a budget"):
        sent("budget", tools=tools, tool_choice=choice, reasoning=ReasoningConfig(effort="low"))


def test_a_choice_without_tools_is_not_sent(sent):
    assert "tool_choice" not in sent(tool_choice="auto").body
