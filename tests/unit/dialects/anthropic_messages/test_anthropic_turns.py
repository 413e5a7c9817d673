"""Conversations of any wire become turns that Anthropic takes."""

import pytest

from accord.core.error import Unsupported
from accord.core.message import Message, assistant, system, tool_result, user
from accord.core.part import (
    Audio,
    CacheControl,
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
from accord.dialects.anthropic_messages import Knobs


def call(id_, name="f", arguments="{}", **fields):
    return ToolCall(id=id_, name=name, arguments=arguments, **fields)


def test_leading_instructions_go_to_the_top(sent):
    found = sent(messages=[system("A"), Message(role="developer", parts=(Text(text="B"),)), user("Hi")])
    assert found.body["system"] == [{"type": "text", "text": "A"}, {"type": "text", "text": "B"}]
    assert found.body["messages"] == [{"role": "user", "content": "Hi"}]


def test_one_plain_instruction_is_a_string(sent):
    assert sent(messages=[system("A"), user("Hi")]).body["system"] == "A"


def test_later_instructions_stay_after_the_users_turn(sent):
    messages = [user("1"), assistant("2"), system("S"), user("3"), assistant("4"), user("5"), system("T")]
    roles = [turn["role"] for turn in sent(messages=messages).body["messages"]]
    assert roles == ["user", "assistant", "user", "system", "assistant", "user", "system"]


def test_later_instructions_become_marked_text_where_the_role_is_unknown(sent):
    found = sent("budget", [user("1"), assistant("2"), system("S"), user("3")])
    assert found.body["messages"][2]["content"] == [
        {"type": "text", "text": "<system>\nS\n</system>"},
        {"type": "text", "text": "3"},
    ]
    assert ("changed", "messages[2]") in found.warnings


def test_instructions_after_the_assistant_at_the_end_become_text(sent):
    found = sent(messages=[user("1"), assistant("2"), system("S")])
    assert found.body["messages"][-1] == {"role": "user", "content": "<system>\nS\n</system>"}


def test_neighbours_of_one_role_are_one_turn(sent):
    messages = [user("1"), user("2"), assistant("3"), assistant("4"), user("5")]
    turns = sent(messages=messages).body["messages"]
    assert [turn["role"] for turn in turns] == ["user", "assistant", "user"]
    assert turns[1]["content"] == [{"type": "text", "text": "3"}, {"type": "text", "text": "4"}]


def test_tool_results_come_first_in_one_turn(sent):
    messages = [
        user("Go"),
        assistant([call("a"), call("b")]),
        user("meanwhile"),
        tool_result("a", "1"),
        tool_result("b", "2", is_error=True),
    ]
    turn = sent(messages=messages).body["messages"][2]
    assert turn["content"] == [
        {"type": "tool_result", "tool_use_id": "a", "content": "1"},
        {"type": "tool_result", "tool_use_id": "b", "content": "2", "is_error": True},
        {"type": "text", "text": "meanwhile"},
    ]


def test_a_result_may_hold_pictures_and_nothing(sent):
    picture = Image(source=Media(data="iVBORw0=", media_type="image/png"))
    results = [ToolResult(call_id="a", content=(Text(text="see"), picture)), ToolResult(call_id="b")]
    messages = [user("Go"), assistant([call("a"), call("b")]), Message(role="tool", parts=tuple(results))]
    first, second = sent(messages=messages).body["messages"][2]["content"]
    assert [block["type"] for block in first["content"]] == ["text", "image"]
    assert "content" not in second


def test_ids_of_other_wires_are_made_valid_unique_and_paired(sent):
    messages = [
        user("Go"),
        assistant([call("functions.f:0")]),
        tool_result("functions.f:0", "1"),
        assistant([call("functions.f:0"), call("", "g")]),
        tool_result("functions.f:0", "2"),
        Message(role="tool", parts=(ToolResult(call_id="", name="g", content=(Text(text="3"),)),)),
    ]
    turns = sent(messages=messages).body["messages"]
    blocks = [block for turn in turns[1:] for block in turn["content"]]
    ids = [block["id"] for block in blocks if block["type"] == "tool_use"]
    results = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
    assert ids == results
    assert ids[0] == "functions_f_0"
    assert len(set(ids)) == 3


def test_empty_text_and_empty_turns_are_left_out(sent):
    messages = [user("1"), assistant(""), user([Text(text=""), Text(text="  "), Text(text="2")])]
    found = sent(messages=messages)
    assert found.body["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "1"}, {"type": "text", "text": "2"}]}
    ]
    assert ("changed", "messages[2].parts[1]") in found.warnings


def test_a_conversation_of_instructions_alone_is_refused(sent):
    with pytest.raises(Unsupported, match="message that is not instructions"):
        sent(messages=[system("A")])
    assert sent(messages=[system("A")], drop=True).body["messages"] == [{"role": "user", "content": "."}]


def test_who_begins_is_the_hosts_matter(sent):
    messages = [assistant("Hello"), user("Hi")]
    assert sent(messages=messages).body["messages"][0]["role"] == "assistant"
    strict = sent(messages=messages, knobs=Knobs(first_turn="user")).body["messages"]
    assert [turn["role"] for turn in strict] == ["user", "assistant", "user"]


def test_prefill_is_refused_by_newer_models(sent):
    messages = [user("1"), assistant("The answer is ")]
    with pytest.raises(Unsupported, match="begun"):
        sent("adaptive", messages)
    assert sent("adaptive", messages, drop=True).body["messages"] == [{"role": "user", "content": "1"}]
    found = sent("budget", messages)
    assert found.body["messages"][-1] == {"role": "assistant", "content": "The answer is"}
    assert ("changed", "messages[1]") in found.warnings


def test_a_paused_turn_goes_back_to_any_model(sent):
    paused = Opaque(dialect="anthropic_messages", raw={"type": "server_tool_use", "id": "s", "name": "x", "input": {}})
    found = sent("always_on", [user("1"), assistant([paused])])
    assert found.body["messages"][-1]["content"] == [paused.raw]


def test_signed_thinking_goes_back_as_it_came(sent):
    thoughts = (
        Reasoning(text="hm", signature="sig", owner="anthropic_messages"),
        Reasoning(encrypted="data", owner="anthropic_messages"),
        call("a"),
    )
    turn = sent(messages=[user("1"), assistant(thoughts), tool_result("a", "1")]).body["messages"][1]
    assert turn["content"][:2] == [
        {"type": "thinking", "thinking": "hm", "signature": "sig"},
        {"type": "redacted_thinking", "data": "data"},
    ]


@pytest.mark.parametrize(
    "thought",
    [
        Reasoning(text="of nobody"),
        Reasoning(text="unsigned", owner="anthropic_messages"),
        Reasoning(summary=("s",), encrypted="e", owner="openai_responses"),
        Reasoning(text="t", signature="s", owner="gemini"),
    ],
)
def test_reasoning_of_others_is_left_out_with_a_warning(sent, thought):
    found = sent(messages=[user("1"), assistant([thought, Text(text="2")]), user("3")])
    assert found.body["messages"][1] == {"role": "assistant", "content": "2"}
    assert ("dropped", "messages[1].parts[0]") in found.warnings


def test_blocks_of_this_wire_return_and_those_of_others_do_not(sent):
    own = Opaque(
        dialect="anthropic_messages", raw={"type": "search_result", "source": "s", "title": "t", "content": []}
    )
    foreign = Opaque(dialect="openai_responses", raw={"type": "web_search_call"})
    found = sent(messages=[user([own, foreign, Text(text="?")])])
    assert found.body["messages"][0]["content"][0] == own.raw
    assert len(found.body["messages"][0]["content"]) == 2
    assert ("dropped", "messages[0].parts[1]") in found.warnings


def test_cache_marks_and_unnamed_fields(sent):
    part = Text(
        text="long",
        cache=CacheControl(ttl="1h"),
        extra={"anthropic_messages": {"new": 1}, "openai_chat": {"other": 2}},
    )
    assert sent(messages=[user([part])]).body["messages"][0]["content"] == [
        {"type": "text", "text": "long", "cache_control": {"type": "ephemeral", "ttl": "1h"}, "new": 1}
    ]


def test_no_more_than_four_cache_marks(sent):
    parts = [Text(text=str(number), cache=CacheControl()) for number in range(6)]
    found = sent(messages=[user(parts)])
    marked = ["cache_control" in block for block in found.body["messages"][0]["content"]]
    assert marked == [False, False, True, True, True, True]
    assert ("dropped", "cache") in found.warnings


def test_a_cache_time_of_another_provider_is_rounded_up(sent):
    found = sent(messages=[user([Text(text="x", cache=CacheControl(ttl="30m"))])])
    assert found.body["messages"][0]["content"][0]["cache_control"]["ttl"] == "1h"
    assert ("changed", "messages[0].parts[0].cache") in found.warnings


@pytest.mark.parametrize(
    ("part", "block"),
    [
        (
            Image(source=Media(url="https://x.test/a.png")),
            {"type": "image", "source": {"type": "url", "url": "https://x.test/a.png"}},
        ),
        (Image(source=Media(file_id="file_1")), {"type": "image", "source": {"type": "file", "file_id": "file_1"}}),
        (
            File(source=Media(data="JVBERi0=", media_type="application/pdf"), filename="a.pdf", citations=True),
            {
                "type": "document",
                "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="},
                "title": "a.pdf",
                "citations": {"enabled": True},
            },
        ),
        (
            File(source=Media(data="aGVsbG8=", media_type="text/plain"), context="about"),
            {
                "type": "document",
                "source": {"type": "text", "media_type": "text/plain", "data": "hello"},
                "context": "about",
            },
        ),
        (
            File(source=Media(data="JVBERi0x")),
            {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0x"}},
        ),
        (
            File(source=Media(data="iVBORw0=", media_type="image/png")),
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0="}},
        ),
        (Audio(source=Media(data="AA=="), transcript="words"), {"type": "text", "text": "words"}),
        (Refusal(text="no"), {"type": "text", "text": "no"}),
    ],
)
def test_media(sent, part, block):
    assert sent(messages=[user([part, Text(text="?")])]).body["messages"][0]["content"][0] == block


@pytest.mark.parametrize(
    "part",
    [
        Image(source=Media(url="http://x.test/a.png")),
        Image(source=Media(data="AA==", media_type="image/tiff")),
        File(source=Media(data="AA==", media_type="application/zip")),
        File(source=Media(data="!!", media_type="text/plain")),
        File(source=Media(url="https://x.test/a.txt", media_type="text/plain")),
        Audio(source=Media(data="AA==")),
    ],
)
def test_media_the_wire_has_no_form_for_is_refused_with_its_place(sent, part):
    with pytest.raises(Unsupported) as caught:
        sent(messages=[user([part, Text(text="?")])])
    assert caught.value.param == "messages[0].parts[0]"
    assert sent(messages=[user([part, Text(text="?")])], drop=True).body["messages"] == [
        {"role": "user", "content": "?"}
    ]


def test_arguments_keep_their_letters_and_must_be_an_object(sent):
    messages = [user("1"), assistant([call("a", arguments='{"b": 1.50,  "a": 2}')]), tool_result("a", "")]
    exchange = sent(messages=messages).exchange
    assert b'"input":{"b": 1.50,  "a": 2}' in exchange.draft.body
    broken = [user("1"), assistant([call("a", arguments="not json")]), tool_result("a", "")]
    with pytest.raises(Unsupported) as caught:
        sent(messages=broken)
    assert caught.value.param == "messages[1].parts[0].arguments"
    kept = sent(messages=broken, drop=True).body["messages"][1]["content"][0]
    assert kept["input"] == {"raw_arguments": "not json"}


def test_names_of_speakers_are_advisory(sent):
    found = sent(messages=[Message(role="user", name="Ann", parts=(Text(text="Hi"),))])
    assert found.body["messages"] == [{"role": "user", "content": "Hi"}]
    assert ("dropped", "messages[0].name") in found.warnings
