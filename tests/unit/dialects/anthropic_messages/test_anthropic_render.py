"""Whole answers for callers of this wire, whoever gave them."""

import json
from typing import Any

import pytest

from accord.core.finish import Finish
from accord.core.message import Message
from accord.core.part import (
    Audio,
    Citation,
    Image,
    Media,
    Opaque,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
)
from accord.core.response import ChatResponse, Choice
from accord.core.usage import Usage
from accord.dialects.anthropic_messages import parse

REQUEST: dict[str, Any] = {
    "model": "public/name",
    "max_tokens": 9,
    "messages": [{"role": "user", "content": "Hi " * 40}],
}


def inbound(**changes):
    return parse(json.dumps({**REQUEST, **changes}).encode(), ())


def rendered(*parts, unified="stop", raw=None, accord=None, usage=None, extra=None, choice_extra=None, **fields):
    choice = Choice(
        message=Message(role="assistant", parts=parts),
        finish=Finish(unified=unified, raw=raw, stop_sequence=fields.pop("stop_sequence", None)),
        extra=choice_extra or {},
    )
    usage = usage or Usage(input=10, output=5)
    response = ChatResponse(
        id=fields.pop("id", "msg_1"), model="upstream", choices=(choice,), usage=usage, extra=extra or {}
    )
    return json.loads(inbound().render(response, accord=accord))


def test_an_answer():
    assert rendered(Text(text="Hi")) == {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "public/name",
        "content": [{"type": "text", "text": "Hi"}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "stop_details": None,
        "usage": {
            "input_tokens": 10,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": 5,
        },
    }


@pytest.mark.parametrize(("id_", "written"), [("chatcmpl-1.x", "msg_chatcmpl-1_x"), ("msg_a", "msg_a")])
def test_ids_have_this_wires_form(id_, written):
    assert rendered(id=id_)["id"] == written


def test_an_answer_without_an_id_gets_one():
    assert len(rendered(id="")["id"]) == len("msg_") + 24


@pytest.mark.parametrize(
    ("unified", "raw", "reason"),
    [
        ("stop", "stop", "end_turn"),
        ("length", "max_output_tokens", "max_tokens"),
        ("length", "model_context_window_exceeded", "model_context_window_exceeded"),
        ("tool_calls", None, "tool_use"),
        ("content_filter", "SAFETY", "refusal"),
        ("pause", None, "pause_turn"),
        ("unknown", "odd", "max_tokens"),
        ("error", None, "max_tokens"),
    ],
)
def test_why_it_stopped(unified, raw, reason):
    assert rendered(Text(text="x"), unified=unified, raw=raw)["stop_reason"] == reason


def test_a_stop_sequence_and_calls_beside_a_plain_stop():
    met = rendered(Text(text="x"), stop_sequence="END")
    assert (met["stop_reason"], met["stop_sequence"]) == ("stop_sequence", "END")
    assert rendered(ToolCall(id="a", name="f"))["stop_reason"] == "tool_use"


def test_tool_calls():
    parts = (
        ToolCall(id="functions.f:0", name="f", arguments='{"a": 1}'),
        ToolCall(id="functions.f:0", name="g", arguments=""),
        ToolCall(id="", name="h", arguments="[1]"),
    )
    first, second, third = rendered(*parts)["content"]
    assert first == {"type": "tool_use", "id": "functions_f_0", "name": "f", "input": {"a": 1}}
    assert (second["id"], second["input"]) == ("functions_f_0_2", {})
    assert third["id"].startswith("toolu_")
    assert third["input"] == {"raw_arguments": "[1]"}


def test_what_came_on_this_wire_goes_back_as_it_came():
    parts = (
        Reasoning(text="hm", signature="sig", owner="anthropic_messages"),
        Reasoning(encrypted="d", owner="anthropic_messages"),
        Opaque(dialect="anthropic_messages", raw={"type": "server_tool_use", "x": 1}),
        Opaque(dialect="gemini", raw={"y": 1}),
        Text(text="x", extra={"anthropic_messages": {"new": 1}}),
    )
    found = rendered(*parts, extra={"anthropic_messages": {"container": {"id": "c"}}, "gemini": {"z": 1}})
    assert found["content"] == [
        {"type": "thinking", "thinking": "hm", "signature": "sig"},
        {"type": "redacted_thinking", "data": "d"},
        {"type": "server_tool_use", "x": 1},
        {"type": "text", "text": "x", "new": 1},
    ]
    assert found["container"] == {"id": "c"}
    assert "z" not in found


def test_citations():
    own = Citation(
        url="u", quote="q", extra={"anthropic_messages": {"type": "web_search_result_location", "encrypted_index": "e"}}
    )
    foreign = Citation(url="v", title="t", start=0, end=1)
    (block,) = rendered(Text(text="x", citations=(own, foreign, Citation(quote="no address"))))["content"]
    assert block["citations"] == [
        {"type": "web_search_result_location", "encrypted_index": "e", "cited_text": "q", "title": None, "url": "u"},
        {"type": "web_search_result_location", "encrypted_index": "", "cited_text": "", "title": "t", "url": "v"},
    ]


def test_refusals():
    foreign = rendered(Refusal(text="No."), raw="stop")
    assert foreign["content"] == [{"type": "text", "text": "No."}]
    assert foreign["stop_reason"] == "refusal"
    assert foreign["stop_details"] == {"type": "refusal", "category": None, "explanation": "No."}
    details = {"type": "refusal", "category": "bio", "explanation": "Why."}
    own = rendered(
        Refusal(text="Why.", extra={"anthropic_messages": {"stop_details": True}}),
        unified="content_filter",
        raw="refusal",
        choice_extra={"anthropic_messages": {"stop_details": details}},
    )
    assert (own["content"], own["stop_details"]) == ([], details)


def test_pictures_and_sound_become_words():
    picture = Image(source=Media(data="AA==", media_type="image/png"))
    sound = Audio(source=Media(data="AA=="), transcript="words")
    assert [block["text"] for block in rendered(picture, sound)["content"]] == [
        "![image](data:image/png;base64,AA==)",
        "words",
    ]


def test_counts():
    usage = Usage(
        input=100,
        cached=60,
        cache_write=30,
        cache_write_1h=10,
        output=7,
        reasoning=3,
        web_searches=2,
        service_tier="priority",
        region="us",
    )
    assert rendered(usage=usage)["usage"] == {
        "input_tokens": 10,
        "cache_read_input_tokens": 60,
        "cache_creation_input_tokens": 30,
        "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 10},
        "output_tokens": 7,
        "output_tokens_details": {"thinking_tokens": 3},
        "server_tool_use": {"web_search_requests": 2, "web_fetch_requests": 0},
        "service_tier": "priority",
        "inference_geo": "us",
    }


def test_unknown_counts_are_estimates_and_say_so():
    usage = rendered(Text(text="x" * 40), usage=Usage(input=77))["usage"]
    assert (usage["input_tokens"], usage["output_tokens"], usage["estimated"]) == (77, 10, True)
    guessed = rendered(usage=Usage(output=1))["usage"]
    assert 20 <= guessed["input_tokens"] <= 60


def test_what_is_known_of_the_call_where_it_was_asked_for():
    assert rendered(accord={"cost": "0.1"})["accord"] == {"cost": "0.1"}


def test_forwarded_answers_keep_all_but_the_models_name():
    raw = b'{"model":"upstream", "id":"msg_1","new":  {"a":1.0}}'
    found = inbound().render(ChatResponse(raw=raw), forwarded=True)
    assert found == b'{"model":"public/name","id":"msg_1","new":{"a":1.0}}'
    assert json.loads(inbound().render(ChatResponse(raw=raw), forwarded=True, accord={"a": 1}))["accord"] == {"a": 1}


SEALED = [
    Reasoning(text="t", signature="s", owner="gemini"),
    Reasoning(summary=("one", "two"), encrypted="e", id="rs_1", owner="openai_responses"),
    Reasoning(encrypted="e", id="rs_1", owner="openai_responses"),
    Reasoning(text="t", id="x", owner="openai_chat"),
]


@pytest.mark.parametrize("thought", SEALED)
def test_proofs_of_other_providers_come_back_with_the_next_turn(thought):
    content = rendered(thought, Text(text="x"))["content"]
    assert "encrypted" not in content[0]
    following = inbound(messages=[*REQUEST["messages"], {"role": "assistant", "content": content}])
    assert following.request.messages[1].parts == (thought, Text(text="x"))
    assert following.foreign_reasoning == "sealed"


def test_a_proof_of_a_call_comes_back_on_the_call():
    call = ToolCall(id="call.1", name="f", arguments="{}", signature="sig")
    content = rendered(call)["content"]
    assert [block["type"] for block in content] == ["redacted_thinking", "tool_use"]
    following = inbound(messages=[{"role": "assistant", "content": content}])
    assert following.request.messages[0].parts == (ToolCall(id="call_1", name="f", arguments="{}", signature="sig"),)


def test_a_broken_seal_is_somebody_elses_proof():
    content = [{"type": "thinking", "thinking": "t", "signature": "accord1.!!!"}]
    parts = inbound(messages=[{"role": "assistant", "content": content}]).request.messages[0].parts
    assert parts == (Reasoning(text="t", signature="accord1.!!!", owner="anthropic_messages"),)
