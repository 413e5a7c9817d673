"""Callers' requests as neutral ones: every form of the wire, what Codex sends, and what is wrong where."""

import json
from typing import Any

import pytest

from accord.core.error import InvalidInput
from accord.core.part import Audio, File, Image, Opaque, Reasoning, Refusal, Text, ToolCall, ToolResult
from accord.core.request import JsonObjectFormat, JsonSchemaFormat, ReasoningConfig
from accord.core.tool import (
    AllowedTools,
    CustomTool,
    FunctionTool,
    HostedChoice,
    HostedTool,
    NamedTool,
    ToolNamespace,
)
from accord.dialects.openai_responses import OpenAIResponses, parse

NAME = "openai_responses"


def parsed(**members):
    return parse(json.dumps({"model": "m", "input": "hi", **members}).encode(), ()).request


def written(**members):
    """The body after parse and encode, for a host of the same model."""
    inbound = parse(json.dumps({"model": "m", "input": "hi", **members}).encode(), ())
    return json.loads(OpenAIResponses(model="m").encode(inbound.request, stream=inbound.stream).draft.body)


def test_a_string_is_what_the_user_says_and_instructions_stand_above():
    request = parsed(instructions="Be brief.")
    assert [(message.role, message.text) for message in request.messages] == [("system", "Be brief."), ("user", "hi")]
    assert written(instructions="Be brief.")["instructions"] == "Be brief."


def test_what_the_model_did_in_a_turn_is_one_message_and_so_are_the_results():
    request = parsed(
        input=[
            {"role": "user", "content": "hi"},
            {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "s"}]},
            {"type": "message", "id": "msg_1", "role": "assistant", "content": [{"type": "output_text", "text": "a"}]},
            {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "f", "arguments": "{}"},
            {"type": "custom_tool_call", "call_id": "c2", "name": "g", "input": "ls"},
            {"type": "function_call_output", "call_id": "c1", "output": "1"},
            {
                "type": "custom_tool_call_output",
                "call_id": "c2",
                "output": [{"type": "input_text", "text": "2"}, {"type": "input_image", "image_url": "https://x"}],
            },
            {"role": "user", "content": "and?"},
        ]
    )
    assert [message.role for message in request.messages] == ["user", "assistant", "tool", "user"]
    thought, text, call, custom = request.messages[1].parts
    assert thought == Reasoning(id="rs_1", summary=("s",), owner=NAME)
    assert isinstance(text, Text)
    assert call == ToolCall(id="c1", name="f", arguments="{}", item_id="fc_1")
    assert custom == ToolCall(id="c2", name="g", arguments="ls", kind="custom")
    first, second = request.messages[2].parts
    assert first == ToolResult(call_id="c1", content=(Text(text="1"),))
    assert (second.kind, len(second.content)) == ("custom", 2)


def test_contents_of_every_kind():
    request = parsed(
        input=[
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "t", "prompt_cache_breakpoint": {"mode": "explicit", "ttl": "30m"}},
                    {"type": "input_image", "image_url": "data:image/png;base64,AAAA", "detail": "high"},
                    {"type": "input_image", "file_id": "file-1"},
                    {"type": "input_file", "file_data": "data:application/pdf;base64,BBBB", "filename": "a.pdf"},
                    {"type": "input_file", "file_url": "https://x/b.pdf"},
                    {"type": "input_audio", "input_audio": {"data": "CCCC", "format": "mp3"}},
                    {"type": "input_hologram", "x": 1},
                ],
            },
            {"role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]},
        ]
    )
    text, image, by_id, file, linked, audio, unknown = request.messages[0].parts
    assert (text.cache.ttl, text.extra[NAME]["prompt_cache_breakpoint"]["mode"]) == ("30m", "explicit")
    assert (image.source.data, image.source.media_type, image.detail) == ("AAAA", "image/png", "high")
    assert (type(by_id), by_id.source.file_id) == (Image, "file-1")
    assert (type(file), file.source.media_type, file.filename) == (File, "application/pdf", "a.pdf")
    assert linked.source.url == "https://x/b.pdf"
    assert (type(audio), audio.source.media_type) == (Audio, "audio/mp3")
    assert (type(unknown), unknown.raw) == (Opaque, {"type": "input_hologram", "x": 1})
    assert request.messages[1].parts == (Refusal(text="no"),)


def test_tools_of_every_kind():
    request = parsed(
        tools=[
            {"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": True, "defer_loading": True},
            {"type": "function", "name": "g", "parameters": None},
            {"type": "custom", "name": "exec", "format": {"type": "text"}},
            {
                "type": "namespace",
                "name": "clock",
                "description": "time",
                "tools": [{"type": "function", "name": "sleep"}, {"type": "novel", "x": 1}],
            },
            {"type": "web_search", "external_web_access": False},
        ]
    )
    function, plain, custom, clock, search = request.tools
    assert (function.strict, function.extra) == (True, {NAME: {"defer_loading": True}})
    assert isinstance(plain, FunctionTool)
    assert plain.strict is None
    assert custom == CustomTool(name="exec", format={"type": "text"})
    assert isinstance(clock, ToolNamespace)
    assert [tool.name for tool in clock.tools] == ["sleep"]
    assert search == HostedTool(dialect=NAME, raw={"type": "web_search", "external_web_access": False})


def test_tools_come_out_as_they_went_in():
    tools = [
        {"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": True, "defer_loading": True},
        {"type": "function", "name": "g", "parameters": {"type": "object"}},
        {"type": "custom", "name": "exec", "description": "d", "format": {"type": "text"}, "defer_loading": False},
        {
            "type": "namespace",
            "name": "clock",
            "description": "time",
            "tools": [
                {"type": "function", "name": "sleep", "parameters": {"type": "object"}, "strict": False},
                {"type": "novel", "x": 1},
            ],
        },
        {"type": "mcp", "server_label": "s", "server_url": "https://x"},
    ]
    assert written(tools=tools)["tools"] == tools


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("required", "required"),
        ({"type": "function", "name": "f"}, NamedTool(name="f")),
        ({"type": "custom", "name": "f"}, NamedTool(name="f", kind="custom")),
        (
            {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "f"}]},
            AllowedTools(mode="auto", names=("f",)),
        ),
        (
            {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "mcp", "server_label": "s"}]},
            HostedChoice(
                dialect=NAME,
                raw={"type": "allowed_tools", "mode": "auto", "tools": [{"type": "mcp", "server_label": "s"}]},
            ),
        ),
        ({"type": "file_search"}, HostedChoice(dialect=NAME, raw={"type": "file_search"})),
    ],
)
def test_choices_of_tools(choice, expected):
    tools = [{"type": "function", "name": "f", "parameters": {}}]
    assert parsed(tools=tools, tool_choice=choice).tool_choice == expected
    if choice != {"type": "custom", "name": "f"}:
        assert written(tools=tools, tool_choice=choice)["tool_choice"] == choice


def test_the_form_of_the_answer():
    form = {"type": "json_schema", "name": "n", "schema": {"type": "object"}, "strict": True}
    request = parsed(text={"format": form, "verbosity": "low"})
    assert request.response_format == JsonSchemaFormat(schema={"type": "object"}, name="n", strict=True)
    assert request.verbosity == "low"
    assert parsed(text={"format": {"type": "json_object"}}).response_format == JsonObjectFormat()
    assert written(text={"format": form, "verbosity": "low"})["text"] == {"format": form, "verbosity": "low"}
    assert written(text={"format": {"type": "novel", "x": 1}})["text"] == {"format": {"type": "novel", "x": 1}}


def test_reasoning_and_what_the_caller_asks_to_see():
    asked = {
        "reasoning": {"effort": "xhigh", "summary": "auto", "context": "all_turns"},
        "include": ["reasoning.encrypted_content", "message.output_text.logprobs", "file_search_call.results"],
    }
    request = parsed(**asked)
    assert request.reasoning == ReasoningConfig(effort="xhigh", summary="auto", encrypted=True)
    assert request.logprobs is True
    body = written(**asked)
    assert body["reasoning"] == asked["reasoning"]
    assert sorted(body["include"]) == sorted(asked["include"])


def test_an_effort_newer_than_this_version_goes_through():
    assert written(reasoning={"effort": "ultra"})["reasoning"] == {"effort": "ultra"}


@pytest.mark.parametrize("store", [True, False, None])
def test_storing_is_left_to_the_provider_where_the_caller_leaves_it(store):
    members = {} if store is None else {"store": store}
    assert parsed(**members).store is store
    assert written(**members).get("store") is store


def test_members_only_this_wire_knows_are_kept():
    members = {
        "truncation": "auto",
        "background": True,
        "conversation": "conv_1",
        "max_tool_calls": 3,
        "prompt_cache_options": {"mode": "explicit"},
        "context_management": [{"type": "compaction"}],
        "novel": {"a": [1]},
    }
    body = written(**members)
    assert {key: body[key] for key in members} == members
    assert parsed(**members).extra[NAME]["background"] is True


@pytest.mark.parametrize(
    "members",
    [{"user": "u"}, {"safety_identifier": "s"}, {"user": "u", "safety_identifier": "s"}],
)
def test_the_end_user_goes_out_under_the_name_he_came_under(members):
    body = written(**members)
    assert {key: body[key] for key in ("user", "safety_identifier") if key in body} == members


def test_input_may_be_missing_where_something_else_says_it():
    body = json.dumps({"model": "m", "previous_response_id": "resp_1"}).encode()
    assert parse(body, ()).request.previous_response_id == "resp_1"


def test_items_of_kinds_without_neutral_meaning_keep_their_place():
    given = [
        {"type": "message", "role": "user", "content": "hi"},
        {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search", "query": "q"}},
        {"type": "item_reference", "id": "msg_9"},
        {"type": "compaction", "encrypted_content": "gAAA"},
        {"type": "computer_call_output", "call_id": "c", "output": {"type": "computer_screenshot"}},
        {"type": "novel_item", "x": 1},
    ]
    assert written(input=given)["input"] == given
    roles = [message.role for message in parsed(input=given).messages]
    assert roles == ["user", "assistant", "tool", "assistant"]


def test_a_reference_may_leave_out_its_type():
    assert parsed(input=[{"id": "msg_9"}]).messages[0].parts == (Opaque(dialect=NAME, raw={"id": "msg_9"}),)


def test_two_messages_in_a_row_stay_two():
    given = [
        {"type": "message", "role": "user", "content": "hi"},
        {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "a"}],
            "phase": "commentary",
        },
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "b"}]},
    ]
    assert written(input=given)["input"] == given
    assert parsed(input=given).messages[1].text == "ab"


CODEX_OLD: dict[str, Any] = {
    "model": "local-model",
    "stream": True,
    "tool_choice": "auto",
    "parallel_tool_calls": True,
    "reasoning": {"summary": "auto"},
    "store": False,
    "include": ["reasoning.encrypted_content"],
    "prompt_cache_key": "0199-uuid",
    "client_metadata": {"x-codex-installation-id": "i"},
    "input": [
        {
            "type": "message",
            "id": "msg_0",
            "role": "developer",
            "content": [{"type": "input_text", "text": "You are Codex."}],
        },
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "ls"}]},
    ],
    "tools": [
        {"type": "function", "name": "exec_command", "description": "d", "strict": False, "parameters": {}},
        {
            "type": "namespace",
            "name": "multi_agent_v1",
            "description": "agents",
            "tools": [{"type": "function", "name": "spawn", "strict": False, "parameters": {}}],
        },
        {"type": "web_search", "external_web_access": False},
    ],
}

CODEX_NEW = {
    **{key: value for key, value in CODEX_OLD.items() if key != "tools"},
    "model": "gpt-6-sol",
    "parallel_tool_calls": False,
    "reasoning": {"effort": "low", "context": "all_turns"},
    "text": {"verbosity": "low"},
    "input": [
        {
            "type": "additional_tools",
            "role": "developer",
            "tools": [
                {
                    "type": "namespace",
                    "name": "functions",
                    "description": "f",
                    "tools": [
                        {"type": "custom", "name": "exec", "description": "JS", "format": {"type": "text"}},
                        {"type": "function", "name": "wait", "strict": False, "parameters": {}},
                    ],
                },
                {
                    "type": "namespace",
                    "name": "clock",
                    "description": "c",
                    "tools": [{"type": "function", "name": "sleep", "strict": False, "parameters": {}}],
                },
            ],
        },
        *CODEX_OLD["input"],
    ],
}


@pytest.mark.parametrize("asked", [CODEX_OLD, CODEX_NEW], ids=["older models", "newer models"])
def test_what_codex_sends_comes_out_again_but_for_its_telemetry(asked):
    inbound = parse(json.dumps(asked).encode(), (("user-agent", "codex_exec/0.169.0"),))
    exchange = OpenAIResponses(model=asked["model"]).encode(inbound.request, stream=inbound.stream)
    body = json.loads(exchange.draft.body)
    expected = {key: value for key, value in asked.items() if key != "client_metadata"}
    expected["input"] = [plain(item) for item in asked["input"]]
    assert body == expected
    assert [warning.field for warning in exchange.warnings] == ["client_metadata"]


def plain(item):
    """The shortest form of a message."""
    if item["type"] == "message":
        return {**item, "content": item["content"][0]["text"]}
    return item


def test_tools_declared_in_the_input_are_tools():
    tools = parse(json.dumps(CODEX_NEW).encode(), ()).request.tools
    assert [(tool.name, [inner.name for inner in tool.tools]) for tool in tools] == [
        ("functions", ["exec", "wait"]),
        ("clock", ["sleep"]),
    ]
    assert [message.role for message in parse(json.dumps(CODEX_NEW).encode(), ()).request.messages] == [
        "developer",
        "user",
    ]


def test_a_tool_that_is_declared_again_takes_the_place_of_the_first():
    declared = [
        {
            "type": "additional_tools",
            "role": "developer",
            "tools": [{"type": "custom", "name": "exec", "description": d}],
        }
        for d in ("old", "new")
    ]
    request = parsed(input=[declared[0], {"role": "user", "content": "hi"}, declared[1]])
    assert [tool.description for tool in request.tools] == ["new"]


WRONG = {
    "not json": (b"{", None),
    "no object": (b"[1]", None),
    "bad utf-8": (b'{"model":"\xff","input":"x"}', None),
    "deep": (b'{"model":"m","input":' + b"[" * 5000 + b"]" * 5000 + b"}", None),
    "twice": (b'{"model":"m","model":"n","input":"x"}', "model"),
    "no model": (b'{"input":"x"}', "model"),
    "model": (b'{"model":1,"input":"x"}', "model"),
    "no input": (b'{"model":"m"}', "input"),
    "input": (b'{"model":"m","input":5}', "input"),
    "item": (b'{"model":"m","input":["x"]}', "input[0]"),
    "kind of item": (b'{"model":"m","input":[{"content":"x"}]}', "input[0].type"),
    "role": (b'{"model":"m","input":[{"role":"wizard","content":"x"}]}', "input[0].role"),
    "content missing": (b'{"model":"m","input":[{"role":"user"}]}', "input[0].content"),
    "content": (b'{"model":"m","input":[{"role":"user","content":5}]}', "input[0].content"),
    "kind of content": (
        b'{"model":"m","input":[{"role":"user","content":"a"},{"role":"user","content":[{"text":"x"}]}]}',
        "input[1].content[0].type",
    ),
    "text": (
        b'{"model":"m","input":[{"role":"user","content":[{"type":"input_text","text":5}]}]}',
        "input[0].content[0].text",
    ),
    "image": (
        b'{"model":"m","input":[{"role":"user","content":[{"type":"input_image"}]}]}',
        "input[0].content[0]",
    ),
    "call id": (
        b'{"model":"m","input":[{"type":"function_call","name":"f","arguments":"{}"}]}',
        "input[0].call_id",
    ),
    "call name": (
        b'{"model":"m","input":[{"type":"function_call","call_id":"c","name":"","arguments":"{}"}]}',
        "input[0].name",
    ),
    "arguments": (
        b'{"model":"m","input":[{"type":"function_call","call_id":"c","name":"f","arguments":{}}]}',
        "input[0].arguments",
    ),
    "output": (b'{"model":"m","input":[{"type":"function_call_output","call_id":"c"}]}', "input[0]"),
    "summary": (b'{"model":"m","input":[{"type":"reasoning","summary":"x"}]}', "input[0].summary"),
    "broken proof": (
        b'{"model":"m","input":[{"type":"reasoning","summary":[],"encrypted_content":"accord.1.!!"}]}',
        "input[0].encrypted_content",
    ),
    "tool": (b'{"model":"m","input":"x","tools":[{"name":"f"}]}', "tools[0].type"),
    "tool name": (b'{"model":"m","input":"x","tools":[{"type":"function","name":""}]}', "tools[0].name"),
    "parameters": (
        b'{"model":"m","input":"x","tools":[{"type":"function","name":"f","parameters":[]}]}',
        "tools[0].parameters",
    ),
    "inner tool": (
        b'{"model":"m","input":"x","tools":[{"type":"namespace","name":"n","tools":[{"type":"function"}]}]}',
        "tools[0].tools[0]",
    ),
    "declared tool": (
        b'{"model":"m","input":[{"type":"additional_tools","tools":[{"type":"function","name":1}]}]}',
        "input[0].tools[0].name",
    ),
    "choice": (b'{"model":"m","input":"x","tool_choice":"sometimes"}', "tool_choice"),
    "choice mode": (
        b'{"model":"m","input":"x","tool_choice":{"type":"allowed_tools","mode":"maybe","tools":[]}}',
        "tool_choice.mode",
    ),
    "effort": (b'{"model":"m","input":"x","reasoning":{"effort":3}}', "reasoning.effort"),
    "format": (b'{"model":"m","input":"x","text":{"format":{"name":"n"}}}', "text.format"),
    "schema": (
        b'{"model":"m","input":"x","text":{"format":{"type":"json_schema","name":"n"}}}',
        "text.format.schema",
    ),
    "temperature": (b'{"model":"m","input":"x","temperature":"hot"}', "temperature"),
    "metadata": (b'{"model":"m","input":"x","metadata":{"a":1}}', "metadata[...]"),
    "stream": (b'{"model":"m","input":"x","stream":"yes"}', "stream"),
    "include": (b'{"model":"m","input":"x","include":[1]}', "include[0]"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named_by_its_path(name):
    body, param = WRONG[name]
    with pytest.raises(InvalidInput) as caught:
        parse(body, ())
    assert caught.value.param == param
    failure = parse(b'{"model":"m","input":"x"}', ()).fail(caught.value)
    error = json.loads(failure.body)["error"]
    assert (failure.status, error["type"], error["param"]) == (400, "invalid_request_error", param)
    assert set(error) == {"message", "type", "param", "code"}
