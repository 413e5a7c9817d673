"""Neutral requests as bodies of the Responses wire, and what is told where something cannot be sent."""

import json

import pytest

from accord.core.error import Unsupported
from accord.core.event import PartStarted
from accord.core.message import Message, assistant, system, tool_result, user
from accord.core.model import ModelFacts
from accord.core.option import OnUnsupported
from accord.core.part import (
    Audio,
    CacheControl,
    Citation,
    File,
    Image,
    Media,
    Opaque,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)
from accord.core.request import (
    AudioOutput,
    ChatRequest,
    JsonObjectFormat,
    JsonSchemaFormat,
    ReasoningConfig,
)
from accord.core.tool import (
    AllowedTools,
    CustomTool,
    FunctionTool,
    HostedChoice,
    HostedTool,
    NamedTool,
    ToolNamespace,
)
from accord.dialects.openai_responses import Knobs, OpenAIResponses

NAME = "openai_responses"
REASONS = ModelFacts(id="m", reasoning=True, efforts=("low", "medium", "high"), default_effort="medium")
PLAIN = ModelFacts(id="m", reasoning=False)


def encoded(request, *, facts=None, knobs=None, stream=False, on_unsupported: OnUnsupported = "error"):
    codec = OpenAIResponses(model="m", facts=facts, knobs=knobs or Knobs())
    exchange = codec.encode(request, stream=stream, on_unsupported=on_unsupported)
    return json.loads(exchange.draft.body), [str(warning) for warning in exchange.warnings]


def asking(*messages, **fields):
    return ChatRequest(messages=messages or (user("hi"),), **fields)


def items(*messages, **options):
    return encoded(asking(*messages), **options)[0]["input"]


def test_the_smallest_request_is_not_stored():
    body, warnings = encoded(asking())
    assert body == {
        "model": "m",
        "input": [{"type": "message", "role": "user", "content": "hi"}],
        "store": False,
    }
    assert warnings == []


def test_a_conversation_keeps_its_order_and_its_roles():
    assert items(
        system("Be brief."),
        Message(role="developer", parts=(Text(text="Use tools."),)),
        user([Text(text="See"), Image(source=Media(data="iVBORw0K"), detail="low")]),
        assistant([Text(text="So"), ToolCall(id="c1", name="look", arguments='{"a":1}'), Refusal(text="No")]),
        tool_result("c1", [Text(text="7"), Image(source=Media(url="https://x/y.png"))]),
    ) == [
        {"type": "message", "role": "system", "content": "Be brief."},
        {"type": "message", "role": "developer", "content": "Use tools."},
        {
            "type": "message",
            "role": "user",
            "content": [
                {"type": "input_text", "text": "See"},
                {"type": "input_image", "image_url": "data:image/png;base64,iVBORw0K", "detail": "low"},
            ],
        },
        {"type": "message", "role": "assistant", "content": "So"},
        {"type": "function_call", "call_id": "c1", "name": "look", "arguments": '{"a":1}'},
        {"type": "message", "role": "assistant", "content": [{"type": "refusal", "refusal": "No"}]},
        {
            "type": "function_call_output",
            "call_id": "c1",
            "output": [{"type": "input_text", "text": "7"}, {"type": "input_image", "image_url": "https://x/y.png"}],
        },
    ]


def test_results_in_a_turn_of_the_user_stand_before_its_words_as_given():
    turn = user([ToolResult(call_id="a", content=(Text(text="1"),)), ToolResult(call_id="b"), Text(text="go on")])
    assert [item["type"] for item in items(turn)] == ["function_call_output", "function_call_output", "message"]
    assert items(turn)[1]["output"] == ""


def test_the_result_of_a_custom_call_is_one_of_its_kind_whatever_the_caller_calls_it():
    made = items(assistant([ToolCall(id="c", name="exec", arguments="ls", kind="custom")]), tool_result("c", "ok"))
    assert made == [
        {"type": "custom_tool_call", "call_id": "c", "name": "exec", "input": "ls"},
        {"type": "custom_tool_call_output", "call_id": "c", "output": "ok"},
    ]


def test_files_go_as_data_with_a_name_as_address_or_as_id():
    request = asking(
        user(
            [
                File(source=Media(data="JVBERi0=", media_type="application/pdf")),
                File(source=Media(url="https://x/a.pdf"), filename="a.pdf"),
                File(source=Media(file_id="file-1")),
            ]
        )
    )
    body, warnings = encoded(request)
    assert body["input"][0]["content"] == [
        {"type": "input_file", "file_data": "data:application/pdf;base64,JVBERi0=", "filename": "document.pdf"},
        {"type": "input_file", "file_url": "https://x/a.pdf", "filename": "a.pdf"},
        {"type": "input_file", "file_id": "file-1"},
    ]
    assert warnings == ["messages[0].parts[0].filename filled: a file sent as data needs a name"]


def test_ids_that_are_too_long_or_missing_still_pair_calls_with_results():
    long = "x" * 65
    made = items(
        assistant([ToolCall(id=long, name="f"), ToolCall(id="", name="g"), ToolCall(id="", name="h")]),
        Message(role="tool", parts=tuple(ToolResult(call_id=name) for name in (long, "", ""))),
    )
    calls, results = made[:3], made[3:]
    assert [item["call_id"] for item in calls] == [item["call_id"] for item in results]
    assert len({item["call_id"] for item in calls}) == 3
    assert all(1 <= len(item["call_id"]) <= 64 for item in calls)


def test_own_reasoning_goes_back_in_front_of_what_it_belongs_to():
    thought = Reasoning(id="rs_1", encrypted="gAAA", summary=("I see",), owner=NAME)
    call = ToolCall(id="c", name="f", arguments="{}", item_id="fc_1", namespace="ns")
    assert items(assistant([thought, call])) == [
        {
            "type": "reasoning",
            "id": "rs_1",
            "summary": [{"type": "summary_text", "text": "I see"}],
            "encrypted_content": "gAAA",
        },
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}", "id": "fc_1", "namespace": "ns"},
    ]


def test_reasoning_of_another_wire_is_left_out_with_the_ids_of_what_it_belongs_to():
    thought = Reasoning(text="hm", signature="sig", owner="anthropic_messages")
    call = ToolCall(id="c", name="f", arguments="{}", item_id="fc_1")
    body, warnings = encoded(asking(assistant([thought, call])))
    assert body["input"] == [{"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}]
    assert warnings == [
        "messages[0].parts[0] dropped: reasoning of anthropic_messages cannot be proven to this provider"
    ]


def test_a_host_that_takes_plain_reasoning_gets_the_words_and_no_foreign_proof():
    thought = Reasoning(text="hm", signature="sig", id="x", owner="anthropic_messages")
    made = items(assistant([thought, Text(text="ok")]), knobs=Knobs(foreign_reasoning="content"))
    assert made[0] == {"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "hm"}]}


def test_blocks_keep_their_place_on_this_wire_and_are_left_out_on_no_other():
    search = {"type": "web_search_call", "id": "ws_1", "status": "completed"}
    body, warnings = encoded(
        asking(
            assistant(
                [
                    Opaque(dialect=NAME, raw=search),
                    Opaque(dialect="anthropic_messages", raw={"type": "server_tool_use"}),
                    Text(text="found"),
                ]
            )
        )
    )
    assert body["input"] == [search, {"type": "message", "role": "assistant", "content": "found"}]
    assert warnings == ["messages[0].parts[1] dropped: 'server_tool_use' is a block of anthropic_messages alone"]


def test_sources_go_back_with_their_text():
    text = Text(text="Oslo", citations=(Citation(url="https://x", title="X", start=0, end=4),))
    assert items(assistant([text]))[0]["content"] == [
        {
            "type": "output_text",
            "text": "Oslo",
            "annotations": [
                {"type": "url_citation", "url": "https://x", "title": "X", "start_index": 0, "end_index": 4}
            ],
        }
    ]


def test_tools_are_flat_and_strict_is_always_said():
    tools = (
        FunctionTool(name="f", description="d", parameters={"type": "object"}, strict=True),
        FunctionTool(name="g"),
        CustomTool(name="exec", format={"type": "grammar", "syntax": "lark", "definition": "start: /a/"}),
        ToolNamespace(name="clock", tools=(FunctionTool(name="sleep"), CustomTool(name="raw"))),
        HostedTool(dialect=NAME, raw={"type": "code_interpreter", "container": {"type": "auto"}}),
    )
    nothing = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    assert encoded(asking(tools=tools))[0]["tools"] == [
        {"type": "function", "name": "f", "description": "d", "parameters": {"type": "object"}, "strict": True},
        {"type": "function", "name": "g", "parameters": nothing, "strict": False},
        {
            "type": "custom",
            "name": "exec",
            "format": {"type": "grammar", "syntax": "lark", "definition": "start: /a/"},
        },
        {
            "type": "namespace",
            "name": "clock",
            "description": "clock",
            "tools": [
                {"type": "function", "name": "sleep", "parameters": nothing, "strict": False},
                {"type": "custom", "name": "raw"},
            ],
        },
        {"type": "code_interpreter", "container": {"type": "auto"}},
    ]


@pytest.mark.parametrize(
    ("tool", "expected"),
    [
        (
            HostedTool(
                dialect="anthropic_messages",
                raw={"type": "web_search_20250305", "name": "web_search", "allowed_domains": ["a.no"]},
            ),
            [{"type": "web_search", "filters": {"allowed_domains": ["a.no"]}}],
        ),
        (HostedTool(dialect="gemini", raw={"googleSearch": {}}), [{"type": "web_search"}]),
    ],
)
def test_searching_the_web_is_translated(tool, expected):
    body, warnings = encoded(asking(tools=(tool,)))
    assert (body["tools"], warnings) == (expected, [])


def test_limits_of_a_search_that_this_one_lacks_are_told():
    tool = HostedTool(dialect="anthropic_messages", raw={"type": "web_search_20250305", "max_uses": 3})
    assert encoded(asking(tools=(tool,)))[1] == ["tools[0].max_uses dropped: this provider's search has no such limit"]


def test_the_options_of_chat_become_a_tool():
    options = {"search_context_size": "low", "user_location": {"type": "approximate", "approximate": {"city": "Oslo"}}}
    body, warnings = encoded(asking(extra={"openai_chat": {"web_search_options": options}}))
    assert body["tools"] == [
        {
            "type": "web_search",
            "search_context_size": "low",
            "user_location": {"type": "approximate", "city": "Oslo"},
        }
    ]
    assert warnings == []


def test_other_hosted_tools_are_left_out_and_told():
    tool = HostedTool(dialect="anthropic_messages", raw={"type": "bash_20250124", "name": "bash"})
    body, warnings = encoded(asking(tools=(tool,)))
    assert "tools" not in body
    assert warnings == ["tools[0] dropped: bash_20250124 is a tool that only another provider runs"]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("auto", "auto"),
        ("none", "none"),
        ("required", "required"),
        (NamedTool(name="f"), {"type": "function", "name": "f"}),
        (NamedTool(name="exec", kind="custom"), {"type": "custom", "name": "exec"}),
        (
            AllowedTools(mode="required", names=("f", "exec")),
            {
                "type": "allowed_tools",
                "mode": "required",
                "tools": [{"type": "function", "name": "f"}, {"type": "custom", "name": "exec"}],
            },
        ),
        (HostedChoice(dialect=NAME, raw={"type": "web_search"}), {"type": "web_search"}),
    ],
)
def test_the_choice_of_tools_in_all_its_forms(choice, expected):
    tools = (FunctionTool(name="f"), CustomTool(name="exec"))
    assert encoded(asking(tools=tools, tool_choice=choice))[0]["tool_choice"] == expected


def test_a_tool_of_another_provider_cannot_be_demanded():
    with pytest.raises(Unsupported, match="tool_choice"):
        encoded(asking(tool_choice=HostedChoice(dialect="gemini", raw={"x": 1})))


def test_names_that_do_not_fit_are_replaced_and_calls_come_back_under_their_own():
    request = asking(
        assistant([ToolCall(id="c", name="a.b:c", arguments="{}")]),
        tools=(FunctionTool(name="a.b:c"),),
        tool_choice=NamedTool(name="a.b:c"),
    )
    exchange = OpenAIResponses(model="m").encode(request)
    body = json.loads(exchange.draft.body)
    sent = body["tools"][0]["name"]
    assert sent.startswith("a_b_c_")
    assert (body["input"][0]["name"], body["tool_choice"]["name"]) == (sent, sent)

    item = {"type": "function_call", "id": "fc_1", "call_id": "c", "name": sent, "arguments": "{}"}
    created = b'data: {"type":"response.created","response":{"id":"resp_1"}}\n\n'
    done = json.dumps({"type": "response.output_item.done", "output_index": 0, "item": item}).encode()
    decoder = exchange.decoder()
    events = decoder.feed(created + b"data: " + done + b"\n\n")
    parts = [event.value for event in events if isinstance(event, PartStarted)]
    assert [part.name for part in parts if isinstance(part, ToolCall)] == ["a.b:c"]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (JsonObjectFormat(), {"type": "json_object"}),
        (
            JsonSchemaFormat(schema={"type": "object"}, name="n", strict=True, description="d"),
            {"type": "json_schema", "name": "n", "schema": {"type": "object"}, "strict": True, "description": "d"},
        ),
        (JsonSchemaFormat(schema={}), {"type": "json_schema", "name": "response", "schema": {}}),
    ],
)
def test_the_form_of_the_answer_is_flat_beside_its_verbosity(form, expected):
    body, _ = encoded(asking(response_format=form, verbosity="low"))
    assert body["text"] == {"format": expected, "verbosity": "low"}


@pytest.mark.parametrize(
    ("config", "effort", "warned"),
    [
        (ReasoningConfig(effort="low"), "low", False),
        (ReasoningConfig(effort="minimal"), "low", True),
        (ReasoningConfig(effort="none"), "low", True),
        (ReasoningConfig(effort="max"), "high", True),
        (ReasoningConfig(budget=2048), "low", True),
        (ReasoningConfig(budget=8000), "medium", True),
        (ReasoningConfig(budget=31_999), "high", True),
        (ReasoningConfig(mode="adaptive"), None, False),
    ],
)
def test_effort_is_one_the_model_has(config, effort, warned):
    body, warnings = encoded(asking(reasoning=config), facts=REASONS)
    assert body.get("reasoning", {}).get("effort") == effort
    assert bool(warnings) == warned


def test_a_little_effort_does_not_become_none():
    facts = ModelFacts(id="m", reasoning=True, efforts=("none", "low"))
    assert encoded(asking(reasoning=ReasoningConfig(effort="minimal")), facts=facts)[0]["reasoning"]["effort"] == "low"


def test_thinking_that_is_to_be_seen_is_seen_as_a_summary():
    body, warnings = encoded(asking(reasoning=ReasoningConfig(visible=True)), facts=REASONS)
    assert body["reasoning"] == {"summary": "auto"}
    assert warnings == ["reasoning.visible changed: the provider shows a summary of the thinking, not the thinking"]


def test_a_model_that_does_not_reason_refuses_to_be_asked():
    with pytest.raises(Unsupported, match="`reasoning`"):
        encoded(asking(reasoning=ReasoningConfig(effort="high")), facts=PLAIN)
    body, warnings = encoded(asking(reasoning=ReasoningConfig(effort="none")), facts=PLAIN)
    assert ("reasoning" in body, warnings) == (False, [])


@pytest.mark.parametrize(
    ("fields", "facts", "asked"),
    [
        ({}, REASONS, True),
        ({}, None, False),
        ({}, PLAIN, False),
        ({"store": True}, REASONS, False),
        ({"reasoning": ReasoningConfig(effort="high")}, None, True),
        ({"reasoning": ReasoningConfig(encrypted=True), "store": True}, None, True),
        ({"reasoning": ReasoningConfig(encrypted=False)}, REASONS, False),
    ],
)
def test_reasoning_is_asked_for_in_a_form_to_carry_where_nothing_is_stored(fields, facts, asked):
    body, _ = encoded(asking(**fields), facts=facts)
    assert body.get("include", []) == (["reasoning.encrypted_content"] if asked else [])


def test_plain_fields_have_their_places():
    body, warnings = encoded(
        asking(
            max_output_tokens=100,
            temperature=0.5,
            top_p=0.9,
            logprobs=True,
            top_logprobs=2,
            parallel_tool_calls=False,
            metadata={"a": "b"},
            user="u",
            service_tier="flex",
            store=True,
            previous_response_id="resp_1",
            cache_key="k",
            cache_retention="24h",
        ),
        stream=True,
    )
    assert body == {
        "model": "m",
        "input": [{"type": "message", "role": "user", "content": "hi"}],
        "max_output_tokens": 100,
        "temperature": 0.5,
        "top_p": 0.9,
        "include": ["message.output_text.logprobs"],
        "top_logprobs": 2,
        "parallel_tool_calls": False,
        "metadata": {"a": "b"},
        "safety_identifier": "u",
        "service_tier": "flex",
        "store": True,
        "previous_response_id": "resp_1",
        "prompt_cache_key": "k",
        "prompt_cache_retention": "24h",
        "stream": True,
    }
    assert warnings == []


def test_a_small_limit_is_raised_and_told():
    body, warnings = encoded(asking(max_output_tokens=1))
    assert body["max_output_tokens"] == 16
    assert warnings == ["max_output_tokens changed: the provider takes no less than 16"]


REFUSED = {
    "n": 2,
    "stop": ("x",),
    "seed": 1,
    "top_k": 5,
    "logit_bias": {"1": 2.0},
    "presence_penalty": 0.5,
    "frequency_penalty": 0.5,
    "modalities": ("text", "audio"),
}


@pytest.mark.parametrize("field", REFUSED)
def test_what_the_wire_has_no_field_for_is_refused_or_dropped_and_told(field):
    request = asking(**{field: REFUSED[field]})
    with pytest.raises(Unsupported) as caught:
        encoded(request)
    assert (caught.value.param, caught.value.provider, caught.value.model) == (field, "openai", "m")
    body, warnings = encoded(request, on_unsupported="drop")
    assert field not in body
    assert [warning.split()[:2] for warning in warnings] == [[field, "dropped:"]]


@pytest.mark.parametrize(
    "part",
    [
        Audio(source=Media(data="AAAA", media_type="audio/wav")),
        File(source=Media(data="AAAA", media_type="video/mp4")),
        Image(source=Media(url="gs://bucket/x.png")),
    ],
)
def test_parts_the_wire_cannot_carry_are_refused_by_their_path(part):
    with pytest.raises(Unsupported) as caught:
        encoded(asking(user([Text(text="see"), part])))
    assert caught.value.param == "messages[0].parts[1]"


def test_pictures_in_the_models_own_turns_are_refused():
    with pytest.raises(Unsupported, match="own turns"):
        encoded(asking(assistant([Image(source=Media(data="AAAA"))])))


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (asking(prediction="x"), "prediction"),
        (asking(cache=CacheControl()), "cache"),
        (asking(user([Text(text="x", cache=CacheControl(ttl="5m"))])), "messages[0].parts[0].cache"),
        (asking(Message(role="user", parts=(Text(text="x"),), name="Ada")), "messages[0].name"),
        (asking(service_tier="batchy"), "service_tier"),
        (asking(tool_result("c", "boom", is_error=True)), "messages[0].parts[0].is_error"),
        (asking(extra={"anthropic_messages": {"context_management": {}}}), "context_management"),
        (asking(audio=AudioOutput(format="wav", voice="ash")), "audio"),
        (asking(extra={NAME: {"client_metadata": {"a": "b"}}}), "client_metadata"),
    ],
)
def test_advisory_fields_are_left_out_and_told(request_, field):
    _, warnings = encoded(request_)
    assert [warning.split(" dropped:")[0] for warning in warnings] == [field]


def test_what_means_the_default_is_left_out_without_a_word():
    body, warnings = encoded(asking(n=1, presence_penalty=0, frequency_penalty=0, modalities=("text",), stop=()))
    assert (set(body), warnings) == ({"model", "input", "store"}, [])


def test_sampling_is_refused_where_the_model_has_none_but_for_its_default():
    fixed = ModelFacts(id="m", sampling=False)
    with pytest.raises(Unsupported, match="temperature"):
        encoded(asking(temperature=0.2), facts=fixed)
    body, _ = encoded(asking(temperature=1.0, top_p=1.0), facts=fixed)
    assert not {"temperature", "top_p"} & set(body)


def test_audio_answers_are_refused():
    with pytest.raises(Unsupported, match="text alone"):
        encoded(asking(modalities=("audio",), audio=AudioOutput(format="wav", voice="ash")))


def test_own_fields_go_out_as_they_are_and_join_those_with_neutral_names():
    request = asking(
        reasoning=ReasoningConfig(effort="low"),
        verbosity="high",
        extra={
            NAME: {
                "truncation": "auto",
                "reasoning": {"context": "all_turns"},
                "text": {"format": {"type": "text"}},
                "include": ["file_search_call.results"],
                "store": None,
            },
            "openai_chat": {"moderation": {"model": "omni"}, "logit": 1},
        },
    )
    body, warnings = encoded(request)
    assert body["truncation"] == "auto"
    assert body["reasoning"] == {"context": "all_turns", "effort": "low"}
    assert body["text"] == {"format": {"type": "text"}, "verbosity": "high"}
    assert body["include"] == ["file_search_call.results"]
    assert body["moderation"] == {"model": "omni"}
    assert "store" not in body
    assert warnings == ["logit dropped: a field of openai_chat that this wire has nothing like"]


def test_knobs_say_what_a_host_takes():
    marked = Text(text="a", extra={NAME: {"item": {"id": "msg_1", "status": "completed"}}})
    request = asking(
        system("s"), assistant([marked]), store=True, user="u", service_tier="flex", previous_response_id="resp_1"
    )
    knobs = Knobs(
        instructions_role="developer",
        item_status="omit",
        item_ids="omit",
        store="omit",
        user="user",
        obfuscation="off",
        refuses=("service_tier",),
    )
    body, warnings = encoded(request, knobs=knobs, stream=True)
    assert body == {
        "model": "m",
        "input": [
            {"type": "message", "role": "developer", "content": "s"},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "a"}]},
        ],
        "user": "u",
        "previous_response_id": "resp_1",
        "stream": True,
        "stream_options": {"include_obfuscation": False},
    }
    assert warnings == [
        "messages[].parts[].status dropped: the host refuses the status of items sent back",
        "store dropped: the host stores nothing",
        "service_tier dropped: this host does not take it",
    ]


def test_a_host_may_want_the_calls_of_a_turn_together():
    turn = assistant([ToolCall(id="a", name="f"), Text(text="and"), ToolCall(id="b", name="f")])
    made = items(turn, tool_result("a", "1"), tool_result("b", "2"), knobs=Knobs(calls="together"))
    assert [item.get("call_id") for item in made] == [None, "a", "b", "a", "b"]


def test_a_host_that_refuses_a_field_that_matters_refuses_the_request():
    with pytest.raises(Unsupported, match="temperature"):
        encoded(asking(temperature=0.1), knobs=Knobs(refuses=("temperature",)))


def test_a_stage_can_be_replaced_alone_and_then_nothing_is_forwarded():
    from accord.dialects.openai_responses import parse

    class Quirky(OpenAIResponses):
        def response_format(self, request, losses) -> dict[str, object]:
            return {"text": {"format": {"type": "text"}}}

    class Renaming(OpenAIResponses):
        def finish_reason(self, status, reason, *, calls):
            return super().finish_reason(status, reason, calls=calls)

    inbound = parse(b'{"model":"m","input":"hi"}')
    assert json.loads(Quirky(model="m").encode(inbound.request).draft.body)["text"] == {"format": {"type": "text"}}
    assert Quirky(model="m").forward(inbound) is None
    assert Renaming(model="m").forward(inbound) is not None
