"""Tools and the choice among them as OpenAI chat completions take them."""

import json

import pytest

from accord.core.accumulate import accumulate
from accord.core.error import Unsupported
from accord.core.http import Reply
from accord.core.json import dumps
from accord.core.message import user
from accord.core.request import ChatRequest
from accord.core.tool import (
    AllowedTools,
    CustomTool,
    FunctionTool,
    HostedChoice,
    HostedTool,
    NamedTool,
    ToolNamespace,
)
from accord.dialects.openai_chat import Knobs, OpenAIChat

GET = FunctionTool(name="get", description="Gets.", parameters={"type": "object"}, strict=True)
PATCH = CustomTool(name="patch", format={"type": "grammar", "syntax": "lark", "definition": 'start: "x"'})
HELLO = (user("Hello"),)


def tools(encode, *given, choice=None, parallel=None, **more):
    request = ChatRequest(messages=HELLO, tools=given, tool_choice=choice, parallel_tool_calls=parallel)
    return encode(request, **more)


def test_functions_and_free_text_tools(encode):
    body, warnings = tools(encode, GET, PATCH, FunctionTool(name="now", extra={"openai_chat": {"cache_control": {}}}))
    assert warnings == ()
    assert body["tools"] == [
        {
            "type": "function",
            "function": {"name": "get", "description": "Gets.", "parameters": {"type": "object"}, "strict": True},
        },
        {
            "type": "custom",
            "custom": {
                "name": "patch",
                "format": {"type": "grammar", "grammar": {"syntax": "lark", "definition": 'start: "x"'}},
            },
        },
        {"type": "function", "function": {"name": "now"}, "cache_control": {}},
    ]


def test_without_tools_nothing_is_said_of_them(encode):
    body, warnings = tools(encode, choice="auto", parallel=True)
    assert body.keys() == {"model", "messages"}
    assert [warning.field for warning in warnings] == ["tool_choice", "parallel_tool_calls"]
    with pytest.raises(Unsupported) as refusal:
        tools(encode, choice="required")
    assert refusal.value.param == "tool_choice"


@pytest.mark.parametrize(
    ("choice", "wire"),
    [
        ("auto", "auto"),
        ("none", "none"),
        ("required", "required"),
        (NamedTool(name="get"), {"type": "function", "function": {"name": "get"}}),
        (NamedTool(name="patch", kind="custom"), {"type": "custom", "custom": {"name": "patch"}}),
        (
            AllowedTools(mode="required", names=("get", "patch")),
            {
                "type": "allowed_tools",
                "allowed_tools": {
                    "mode": "required",
                    "tools": [
                        {"type": "function", "function": {"name": "get"}},
                        {"type": "custom", "custom": {"name": "patch"}},
                    ],
                },
            },
        ),
        (HostedChoice(dialect="openai_chat", raw={"type": "x:search"}), {"type": "x:search"}),
    ],
    ids=str,
)
def test_every_choice(encode, choice, wire):
    body, warnings = tools(encode, GET, PATCH, choice=choice)
    assert (body["tool_choice"], warnings) == (wire, ())


def test_hosts_that_cannot_be_forced(encode):
    for choice in ("required", NamedTool(name="get")):
        with pytest.raises(Unsupported) as refusal:
            tools(encode, GET, choice=choice, knobs={"tool_choice": "unforced"})
        assert refusal.value.param == "tool_choice"
    body, _ = tools(encode, GET, choice="none", knobs={"tool_choice": "unforced"})
    assert body["tool_choice"] == "none"


def test_hosts_without_a_list_of_allowed_tools_get_only_those(encode):
    allowed = AllowedTools(mode="required", names=("get",))
    body, _ = tools(encode, GET, PATCH, choice=allowed, knobs={"allowed_tools": "filter"})
    assert [tool["type"] for tool in body["tools"]] == ["function"]
    assert body["tool_choice"] == "required"


def test_parallel_calls(encode):
    assert tools(encode, GET, parallel=False)[0]["parallel_tool_calls"] is False
    body, [warning] = tools(encode, GET, parallel=True, knobs={"parallel_tool_calls": "omit"})
    assert "parallel_tool_calls" not in body
    assert warning.field == "parallel_tool_calls"
    with pytest.raises(Unsupported):
        tools(encode, GET, parallel=False, knobs={"parallel_tool_calls": "omit"})


def test_a_schema_that_cannot_be_promised_is_refused(encode):
    with pytest.raises(Unsupported) as refusal:
        tools(encode, GET, knobs={"tool_strict": "omit"})
    assert refusal.value.param == "tools[0].strict"
    body, warnings = tools(encode, FunctionTool(name="f", strict=False), knobs={"tool_strict": "omit"})
    assert (body["tools"][0]["function"], warnings) == ({"name": "f"}, ())


def test_hosted_tools_of_this_wire_are_sent_and_others_left_out(encode):
    own = HostedTool(dialect="openai_chat", raw={"type": "openrouter:datetime"})
    foreign = HostedTool(dialect="anthropic_messages", raw={"type": "web_search_20250305"})
    search = HostedTool(
        dialect="openai_chat", raw={"type": "web_search", "web_search_options": {"user_location": None}}
    )
    body, [warning] = tools(encode, own, foreign, search)
    assert body["tools"] == [{"type": "openrouter:datetime"}]
    assert body["web_search_options"] == {"user_location": None}
    assert warning.field == "tools[1]"
    with pytest.raises(Unsupported) as refusal:
        tools(encode, GET, choice=HostedChoice(dialect="gemini", raw={"googleSearch": {}}))
    assert refusal.value.param == "tool_choice"


def test_free_text_tools_that_the_host_has_not(encode):
    with pytest.raises(Unsupported) as refusal:
        tools(encode, PATCH, knobs={"custom_tools": "refuse"})
    assert refusal.value.param == "tools[0]"
    body, [warning] = tools(
        encode, PATCH, choice=NamedTool(name="patch", kind="custom"), knobs={"custom_tools": "function"}
    )
    function = body["tools"][0]["function"]
    assert function["parameters"]["required"] == ["input"]
    assert 'start: "x"' in function["parameters"]["properties"]["input"]["description"]
    assert body["tool_choice"] == {"type": "function", "function": {"name": "patch"}}
    assert warning.kind == "changed"


@pytest.fixture
def emulating():
    """An exchange whose tools have other names and kinds on the wire."""
    request = ChatRequest(
        messages=HELLO,
        tools=(PATCH, ToolNamespace(name="git", tools=(FunctionTool(name="log"),)), FunctionTool(name="a.b")),
    )
    return OpenAIChat(model="m", knobs=Knobs(custom_tools="function")).encode(request, stream=True)


def answered(emulating):
    names = [tool["function"]["name"] for tool in json.loads(emulating.draft.body)["tools"]]
    return [
        {"id": "1", "type": "function", "function": {"name": names[0], "arguments": '{"input":"*** Begin\\n"}'}},
        {"id": "2", "type": "function", "function": {"name": names[1], "arguments": "{}"}},
        {"id": "3", "type": "function", "function": {"name": names[2], "arguments": "{}"}},
        {"id": "4", "type": "function", "function": {"name": "unknown", "arguments": "{}"}},
    ]


def seen(response):
    return [(call.namespace, call.name, call.kind, call.arguments) for call in response.tool_calls]


OWN_NAMES = [
    (None, "patch", "custom", "*** Begin\n"),
    ("git", "log", "function", "{}"),
    (None, "a.b", "function", "{}"),
    (None, "unknown", "function", "{}"),
]


def test_calls_come_back_under_their_own_names_and_kinds(emulating):
    message = {"role": "assistant", "content": None, "tool_calls": answered(emulating)}
    body = {"id": "c", "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]}
    assert seen(emulating.decode(Reply(status=200, body=dumps(body)))) == OWN_NAMES


def test_streamed_calls_come_back_under_their_own_names_and_kinds(emulating, chunk, stream, events):
    pieces = []
    for index, call in enumerate(answered(emulating)):
        arguments = call["function"]["arguments"]
        begun = {**call, "index": index, "function": {**call["function"], "arguments": arguments[:4]}}
        pieces.append(chunk({"tool_calls": [begun]}))
        pieces.append(chunk({"tool_calls": [{"index": index, "function": {"arguments": arguments[4:]}}]}))
    data = stream(*pieces, chunk(finish="tool_calls"))
    assert seen(accumulate(events(data, exchange=emulating))) == OWN_NAMES


def test_an_emulated_tool_called_in_other_ways_keeps_what_was_written(emulating):
    for arguments in ("not json", '{"text":1}', "[]"):
        call = {"id": "1", "type": "function", "function": {"name": "patch", "arguments": arguments}}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
        body = {"id": "c", "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]}
        assert seen(emulating.decode(Reply(status=200, body=dumps(body)))) == [(None, "patch", "custom", arguments)]
