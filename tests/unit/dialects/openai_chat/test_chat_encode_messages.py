"""Messages as OpenAI chat completions take them."""

import pytest

from accord.core.error import InvalidInput, Unsupported
from accord.core.message import Message, assistant, system, tool_result, user
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
from accord.core.request import ChatRequest
from accord.core.tool import CustomTool, FunctionTool, ToolNamespace

PNG = Media(data="iVBORw0KGgo=", media_type="image/png")
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}


def messages(encode, *given, **more):
    body, warnings = encode(ChatRequest(messages=given), **more)
    return body["messages"], warnings


def test_plain_text_is_a_string(encode):
    assert messages(encode, system("Be brief."), user("Hi"), assistant("Hello"), user("Bye")) == (
        [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello"},
            {"role": "user", "content": "Bye"},
        ],
        (),
    )


def test_parts_keep_their_order_and_fields(encode):
    parts = (
        Text(text="Look", extra={"openai_chat": {"prompt_cache_breakpoint": {"mode": "explicit"}}}),
        Image(source=PNG, detail="low"),
        Image(source=Media(url="https://example.org/a.png")),
        Audio(source=Media(data="UklGRg==", media_type="audio/mpeg")),
        File(source=Media(file_id="file-1")),
        File(source=Media(data="JVBERi0=", media_type="application/pdf"), filename="a.pdf"),
        File(source=Media(data="JVBERi0=", media_type="application/pdf")),
        File(source=Media(url="https://example.org/v.mp4", media_type="video/mp4")),
        Opaque(dialect="openai_chat", raw={"type": "input_smell", "smell": 1}),
    )
    [message], warnings = messages(encode, Message(role="user", parts=parts, name="ann"))
    assert warnings == ()
    assert message["name"] == "ann"
    assert message["content"] == [
        {"type": "text", "text": "Look", "prompt_cache_breakpoint": {"mode": "explicit"}},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo=", "detail": "low"}},
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
        {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "mp3"}},
        {"type": "file", "file": {"file_id": "file-1"}},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERi0="}},
        {"type": "file", "file": {"filename": "file.pdf", "file_data": "data:application/pdf;base64,JVBERi0="}},
        {"type": "video_url", "video_url": {"url": "https://example.org/v.mp4"}},
        {"type": "input_smell", "smell": 1},
    ]


@pytest.mark.parametrize(
    "part",
    [
        File(source=Media(url="https://example.org/a.pdf")),
        Image(source=Media(file_id="file-1")),
        Audio(source=Media(url="https://example.org/a.wav")),
        Audio(source=Media(data="AA==", media_type="audio/midi")),
    ],
    ids=["file by address", "uploaded picture", "sound by address", "foreign sound"],
)
def test_what_the_wire_cannot_hold_is_refused_by_its_path(encode, part):
    request = ChatRequest(messages=(user((Text(text="x"), part)),))
    with pytest.raises(Unsupported) as refusal:
        encode(request)
    assert refusal.value.param == "messages[0].parts[1]"
    body, [warning] = encode(request, on_unsupported="drop")
    assert body["messages"] == [{"role": "user", "content": "x"}]
    assert (warning.kind, warning.field) == ("dropped", "messages[0].parts[1]")


def test_foreign_blocks_are_left_out_with_a_warning(encode):
    turn = (Opaque(dialect="gemini", raw={"executableCode": {}}), Text(text="So"))
    [message], [warning] = messages(encode, assistant(turn))
    assert message == {"role": "assistant", "content": "So"}
    assert warning.field == "messages[0].parts[0]"


def test_a_turn_of_calls_has_null_content(encode):
    call = ToolCall(id="call_1", name="get", arguments='{"a":1}')
    wire = {"id": "call_1", "type": "function", "function": {"name": "get", "arguments": '{"a":1}'}}
    assert messages(encode, assistant(call))[0] == [{"role": "assistant", "content": None, "tool_calls": [wire]}]
    empty = {"knobs": {"empty_content": "empty"}}
    assert messages(encode, assistant(call), **empty)[0] == [{"role": "assistant", "content": "", "tool_calls": [wire]}]
    omit = {"knobs": {"empty_content": "omit"}}
    assert messages(encode, assistant(call), **omit)[0] == [{"role": "assistant", "tool_calls": [wire]}]


def test_a_call_without_arguments_has_an_empty_object(encode):
    [message], _ = messages(encode, assistant(ToolCall(id="1", name="now")))
    assert message["tool_calls"][0]["function"] == {"name": "now", "arguments": "{}"}


def test_custom_calls_keep_their_text(encode):
    call = ToolCall(id="1", name="patch", arguments="*** Begin", kind="custom")
    [message], _ = messages(encode, assistant(call))
    assert message["tool_calls"] == [{"id": "1", "type": "custom", "custom": {"name": "patch", "input": "*** Begin"}}]
    [message], _ = messages(encode, assistant(call), knobs={"custom_tools": "function"})
    assert message["tool_calls"][0]["function"] == {"name": "patch", "arguments": '{"input":"*** Begin"}'}


def test_results_come_before_everything_else_of_their_turn(encode):
    turn = Message(
        role="user",
        parts=(
            Text(text="Here they are."),
            ToolResult(call_id="a", content=(Text(text="1"),)),
            ToolResult(call_id="b", content=(Text(text="2"), Text(text="3"))),
        ),
    )
    assert messages(encode, turn)[0] == [
        {"role": "tool", "tool_call_id": "a", "content": "1"},
        {
            "role": "tool",
            "tool_call_id": "b",
            "content": [{"type": "text", "text": "2"}, {"type": "text", "text": "3"}],
        },
        {"role": "user", "content": "Here they are."},
    ]


def test_pictures_in_results_follow_after_all_results(encode):
    given = (
        tool_result("a", [Image(source=PNG)]),
        tool_result("b", [Text(text="two"), Image(source=PNG)]),
        user("And now?"),
    )
    wire, warnings = messages(encode, *given)
    assert wire == [
        {"role": "tool", "tool_call_id": "a", "content": "The result is attached to the next message."},
        {"role": "tool", "tool_call_id": "b", "content": "two"},
        {"role": "user", "content": [IMAGE, IMAGE]},
        {"role": "user", "content": "And now?"},
    ]
    assert [warning.kind for warning in warnings] == ["changed", "changed"]


def test_pictures_in_results_join_what_the_user_says_in_that_turn(encode):
    turn = Message(role="user", parts=(ToolResult(call_id="a", content=(Image(source=PNG),)), Text(text="See?")))
    assert messages(encode, turn)[0][1] == {"role": "user", "content": [IMAGE, {"type": "text", "text": "See?"}]}


def test_hosts_that_take_pictures_in_results_get_them_there(encode):
    wire, warnings = messages(encode, tool_result("a", [Image(source=PNG)]), knobs={"tool_content": "parts"})
    assert wire == [{"role": "tool", "tool_call_id": "a", "content": [IMAGE]}]
    assert warnings == ()


def test_pictures_of_the_last_results_are_not_lost(encode):
    assert messages(encode, tool_result("a", [Image(source=PNG)]))[0][-1] == {"role": "user", "content": [IMAGE]}


def test_long_ids_are_replaced_on_both_sides(encode):
    name = "toolu_" + "x" * 60
    wire, _ = messages(encode, assistant(ToolCall(id=name, name="f")), tool_result(name, "1"))
    assert wire[0]["tool_calls"][0]["id"] == wire[1]["tool_call_id"]
    assert len(wire[1]["tool_call_id"]) <= 40
    kept, _ = messages(encode, tool_result(name, "1"), knobs={"call_ids": "as_given"})
    assert kept[0]["tool_call_id"] == name


def test_a_refusal_is_kept_apart(encode):
    assert messages(encode, assistant((Refusal(text="No."),)))[0] == [
        {"role": "assistant", "content": None, "refusal": "No."}
    ]


def test_sound_of_an_earlier_answer_is_named_by_its_id(encode):
    said = Audio(source=Media(data="AA=="), id="audio_1", transcript="Hi")
    assert messages(encode, assistant(said))[0][0]["audio"] == {"id": "audio_1"}
    [message], [warning] = messages(encode, assistant(Audio(source=Media(data="AA=="), transcript="Hi")))
    assert message["content"] == "Hi"
    assert warning.kind == "changed"


def test_sources_and_error_marks_are_reported(encode):
    cited = Text(text="x", citations=(Citation(url="https://example.org"),))
    result = tool_result("1", "failed", is_error=True)
    _, warnings = messages(encode, assistant(cited), result)
    assert [warning.field for warning in warnings] == [
        "messages[0].parts[0].citations",
        "messages[1].parts[0].is_error",
    ]


@pytest.mark.parametrize(
    ("knob", "mark"),
    [
        ("cache_control", {"type": "ephemeral", "ttl": "1h"}),
        ("prompt_cache_breakpoint", {"mode": "explicit", "ttl": "1h"}),
    ],
)
def test_cache_marks_in_the_hosts_form(encode, knob, mark):
    marked = Text(text="x", cache=CacheControl(ttl="1h"))
    [message], warnings = messages(encode, user(marked), knobs={"cache_marks": knob})
    assert message["content"] == [{"type": "text", "text": "x", knob: mark}]
    assert warnings == ()
    [message], [warning] = messages(encode, user(marked))
    assert message["content"] == "x"
    assert warning.field == "messages[0].parts[0].cache"


def test_instructions_take_the_hosts_role(encode):
    developer = Message(role="developer", parts=(Text(text="x"),))
    assert messages(encode, developer)[0][0]["role"] == "developer"
    assert messages(encode, developer, knobs={"system": "system"})[0][0]["role"] == "system"
    assert messages(encode, system("x"), knobs={"system": "developer"})[0][0]["role"] == "developer"


def test_hosts_without_lists_get_one_text(encode):
    two = (Text(text="one"), Text(text="two"))
    text = {"knobs": {"content": "text"}}
    assert messages(encode, user(two), **text)[0][0]["content"] == "one\n\ntwo"
    assert messages(encode, assistant(two), **text)[0][0]["content"] == "onetwo"
    with_image = (*two, Image(source=PNG))
    assert isinstance(messages(encode, user(with_image), **text)[0][0]["content"], list)


def test_names_that_do_not_fit_are_replaced_everywhere(encode):
    long = "search." + "x" * 80
    request = ChatRequest(
        messages=(
            user("x"),
            assistant(ToolCall(id="1", name=long)),
            assistant(ToolCall(id="2", name="f", namespace="git")),
        ),
        tools=(
            FunctionTool(name=long),
            FunctionTool(name="git__f"),
            ToolNamespace(name="git", tools=(FunctionTool(name="f"), CustomTool(name="g"))),
        ),
    )
    body, _ = encode(request)
    names = [tool[tool["type"]]["name"] for tool in body["tools"]]
    assert len(set(names)) == 4
    assert all(len(name) <= 64 and name.replace("-", "_").isidentifier() for name in names)
    assert names[1] == "git__f"
    assert body["messages"][1]["tool_calls"][0]["function"]["name"] == names[0]
    assert body["messages"][2]["tool_calls"][0]["function"]["name"] == names[2] != "git__f"


def test_text_that_json_cannot_hold_is_refused(encode):
    with pytest.raises(InvalidInput, match="JSON"):
        encode(ChatRequest(messages=(user("half a pair: \ud800"),)))


def test_reasoning_goes_back_where_it_came_from(encode):
    own = Reasoning(text="Hm.", owner="openai_chat", extra={"openai_chat": {"field": "reasoning"}})
    assert messages(encode, assistant((own, Text(text="x"))))[0][0] == {
        "role": "assistant",
        "reasoning": "Hm.",
        "content": "x",
    }
    foreign = Reasoning(text="Hm.", signature="sig", owner="anthropic_messages")
    [message], [warning] = messages(encode, assistant((foreign, Text(text="x"))))
    assert message == {"role": "assistant", "content": "x"}
    assert warning.field == "messages[0].reasoning"


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_hosts_with_a_plain_field_get_the_words_of_any_reasoning(encode, field):
    thoughts = (
        Reasoning(text="One.", signature="sig", owner="anthropic_messages"),
        Reasoning(summary=("Two.", "Three."), owner="openai_responses"),
    )
    [message], [warning] = messages(encode, assistant((*thoughts, Text(text="x"))), knobs={"reasoning_history": field})
    assert message[field] == "One.\n\nTwo.\n\nThree."
    assert "proof" in warning.message


def test_reasoning_details_go_back_unchanged(encode):
    details = [{"type": "reasoning.text", "text": "Hm.", "signature": "s", "index": 0, "odd": [1]}]
    own = Reasoning(
        text="Hm.", owner="openai_chat", extra={"openai_chat": {"field": "reasoning", "reasoning_details": details}}
    )
    for history in ("as_received", "reasoning_details"):
        [message], _ = messages(encode, assistant((own,)), knobs={"reasoning_history": history})
        assert (message["reasoning"], message["reasoning_details"]) == ("Hm.", details)


def test_signed_reasoning_of_others_becomes_details(encode):
    thought = Reasoning(text="Hm.", signature="s", owner="anthropic_messages")
    hidden = Reasoning(encrypted="blob", owner="anthropic_messages")
    knobs = {"reasoning_history": "reasoning_details"}
    [message], _ = messages(encode, assistant((thought, hidden, Text(text="x"))), knobs=knobs)
    form = "anthropic-claude-v1"
    assert message["reasoning_details"] == [
        {"type": "reasoning.text", "text": "Hm.", "signature": "s", "format": form, "index": 0},
        {"type": "reasoning.encrypted", "data": "blob", "format": form, "index": 1},
    ]
