"""Conversations, most of them from other wires, as Gemini takes them."""

import json
from typing import Any

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
from accord.core.warning import CallWarning
from accord.dialects.gemini import AI_STUDIO, VERTEX, Gemini, Knobs

PNG = "iVBORw0KGgoAAAANSUhEUg=="


def encoded(
    *messages: Message, model: str = "gemini-2.5-flash", knobs: Knobs = AI_STUDIO, **fields: Any
) -> tuple[dict[str, Any], tuple[CallWarning, ...]]:
    exchange = Gemini(model=model, knobs=knobs).encode(ChatRequest(messages=messages, **fields))
    return json.loads(exchange.draft.body), exchange.warnings


def contents(*messages: Message, **options: Any) -> list[dict[str, Any]]:
    return encoded(*messages, **options)[0]["contents"]


def call(call_id: str, name: str = "f", arguments: str = "{}", **fields: Any) -> ToolCall:
    return ToolCall(id=call_id, name=name, arguments=arguments, **fields)


def test_instructions_before_the_conversation_stand_apart() -> None:
    body, warnings = encoded(system("one"), Message(role="developer", parts=(Text(text="two"),)), user("hi"))
    assert body["systemInstruction"] == {"parts": [{"text": "one"}, {"text": "two"}]}
    assert body["contents"] == [{"role": "user", "parts": [{"text": "hi"}]}]
    assert warnings == ()


def test_later_instructions_are_said_by_the_user_at_their_place() -> None:
    body, warnings = encoded(user("hi"), assistant("hello"), system("be brief"), user("go on"))
    assert body["contents"][2] == {"role": "user", "parts": [{"text": "be brief"}, {"text": "go on"}]}
    assert [(one.kind, one.field) for one in warnings] == [("changed", "messages[2].role")]


def test_turns_alternate() -> None:
    turns = contents(user("a"), user("b"), assistant("c"), assistant("d"), user("e"))
    assert [(turn["role"], [part["text"] for part in turn["parts"]]) for turn in turns] == [
        ("user", ["a", "b"]),
        ("model", ["c", "d"]),
        ("user", ["e"]),
    ]


def test_results_stand_together_in_the_order_of_their_calls() -> None:
    turns = contents(
        user("hi"),
        assistant([call("id-1", "f"), call("id-2", "g")]),
        tool_result("id-2", "second"),
        tool_result("id-1", '{"first": 1}'),
        user("and?"),
    )
    assert turns[2] == {
        "role": "user",
        "parts": [
            {"functionResponse": {"name": "f", "response": {"first": 1}, "id": "id-1"}},
            {"functionResponse": {"name": "g", "response": {"output": "second"}, "id": "id-2"}},
        ],
    }
    assert turns[3] == {"role": "user", "parts": [{"text": "and?"}]}


def test_results_beside_text_in_one_message_make_a_turn_of_their_own() -> None:
    mixed = Message(role="user", parts=(Text(text="look"), ToolResult(call_id="a", content=(Text(text="x"),))))
    turns = contents(user("hi"), assistant(call("a")), mixed)
    assert "functionResponse" in turns[2]["parts"][0]
    assert turns[3]["parts"] == [{"text": "look"}]


def test_an_id_that_is_used_twice_means_the_call_before() -> None:
    turns = contents(
        user("hi"),
        assistant(call("call_0", "f")),
        tool_result("call_0", "one"),
        assistant(call("call_0", "g")),
        tool_result("call_0", "two"),
    )
    assert [turns[2]["parts"][0]["functionResponse"]["name"], turns[4]["parts"][0]["functionResponse"]["name"]] == [
        "f",
        "g",
    ]


def test_results_without_ids_are_matched_by_name() -> None:
    answer = Message(role="tool", parts=(ToolResult(call_id="", name="f", content=(Text(text="x"),)),))
    turns = contents(user("hi"), assistant(call("", "f")), answer)
    assert turns[2]["parts"][0]["functionResponse"] == {"name": "f", "response": {"output": "x"}}


def test_a_result_of_an_unknown_call_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        encoded(user("hi"), tool_result("nobody", "x"))
    assert caught.value.param == "messages[1].parts[0].call_id"


def test_failures_of_tools_are_told() -> None:
    turns = contents(user("hi"), assistant(call("a")), tool_result("a", "no such city", is_error=True))
    assert turns[2]["parts"][0]["functionResponse"]["response"] == {"error": "no such city"}


@pytest.mark.parametrize(
    ("model", "knobs", "kept"),
    [
        ("gemini-2.5-flash", AI_STUDIO, True),
        ("gemini-2.5-flash", VERTEX, False),
        ("gemini-3.8-flash", VERTEX, True),
        ("gemini-2.5-flash", Knobs(platform="vertex", call_ids="always"), True),
    ],
)
def test_calls_and_results_keep_their_ids_together_or_not_at_all(model: str, knobs: Knobs, kept: bool) -> None:
    turns = contents(user("hi"), assistant(call("toolu_1")), tool_result("toolu_1", "x"), model=model, knobs=knobs)
    assert ("id" in turns[1]["parts"][0]["functionCall"]) is kept
    assert ("id" in turns[2]["parts"][0]["functionResponse"]) is kept


def test_ids_that_were_made_up_are_not_sent_back() -> None:
    made_up = "call_" + "0123456789abcdef01234567"
    turns = contents(user("hi"), assistant(call(made_up)), tool_result(made_up, "x"))
    assert "id" not in turns[1]["parts"][0]["functionCall"]
    assert "id" not in turns[2]["parts"][0]["functionResponse"]


def test_arguments_keep_their_bytes_and_text_that_is_no_object_is_wrapped() -> None:
    body, warnings = encoded(
        user("hi"),
        assistant([call("a", arguments='{"big": 12345678901234567890123, "x": 1.50}'), call("b", arguments="[1")]),
        tool_result("a", ""),
        tool_result("b", ""),
    )
    calls = [part["functionCall"]["args"] for part in body["contents"][1]["parts"]]
    assert calls == [{"big": 12345678901234567890123, "x": 1.5}, {"input": "[1"}]
    assert [one.field for one in warnings] == ["messages[1].parts[1].arguments"]


def test_signatures_stay_where_they_were() -> None:
    turns = contents(
        user("hi"),
        assistant(
            [
                Reasoning(text="hm", owner="gemini"),
                Reasoning(text="", signature="c0", owner="gemini"),
                Text(text="so", extra={"gemini": {"thoughtSignature": "c1"}}),
                call("a", signature="c2"),
                call("b"),
            ]
        ),
        tool_result("a", "x"),
        tool_result("b", "y"),
        model="gemini-3.8-flash",
    )
    assert turns[1]["parts"] == [
        {"text": "hm", "thought": True},
        {"thought": True, "thoughtSignature": "c0"},
        {"text": "so", "thoughtSignature": "c1"},
        {"functionCall": {"name": "f", "args": {}, "id": "a"}, "thoughtSignature": "c2"},
        {"functionCall": {"name": "f", "args": {}, "id": "b"}},
    ]


def test_gemini_3_gets_a_stand_in_for_each_missing_signature_but_only_on_the_first_call() -> None:
    body, warnings = encoded(
        user("hi"),
        assistant([call("a"), call("b")]),
        tool_result("a", "x"),
        tool_result("b", "y"),
        model="gemini-3-pro-preview",
    )
    first, second = body["contents"][1]["parts"]
    assert first["thoughtSignature"] == "skip_thought_signature_validator"
    assert "thoughtSignature" not in second
    assert [one.kind for one in warnings] == ["filled"]


def test_gemini_2_5_needs_no_stand_in() -> None:
    turns = contents(user("hi"), assistant(call("a")), tool_result("a", "x"))
    assert "thoughtSignature" not in turns[1]["parts"][0]


def test_thoughts_of_others_are_left_out_with_a_warning() -> None:
    body, warnings = encoded(
        user("hi"), assistant([Reasoning(text="x", signature="s", owner="anthropic_messages"), Text(text="ok")])
    )
    assert body["contents"][1]["parts"] == [{"text": "ok"}]
    assert [(one.kind, one.field) for one in warnings] == [("dropped", "messages[1].parts[0]")]


def test_a_turn_of_nothing_but_what_was_left_out_is_no_turn() -> None:
    turns = contents(user("hi"), assistant(Reasoning(text="x", owner="openai_responses")), user("still there?"))
    assert turns == [{"role": "user", "parts": [{"text": "hi"}, {"text": "still there?"}]}]


def test_a_conversation_of_instructions_alone_gets_a_blank_turn() -> None:
    body, warnings = encoded(system("write a poem"))
    assert body["contents"] == [{"role": "user", "parts": [{"text": " "}]}]
    assert [one.kind for one in warnings] == ["filled"]


def test_a_conversation_that_begins_with_a_call_gets_a_blank_turn_before_it() -> None:
    turns = contents(assistant(call("a")), tool_result("a", "x"))
    assert [turn["role"] for turn in turns] == ["user", "model", "user"]


def test_blocks_of_this_wire_keep_their_place_and_others_are_left_out() -> None:
    code = {"executableCode": {"language": "PYTHON", "code": "1"}, "thoughtSignature": "c"}
    body, warnings = encoded(
        user("hi"),
        assistant(
            [Text(text="a"), Opaque(dialect="gemini", raw=code), Opaque(dialect="openai_responses", raw={"type": "x"})]
        ),
    )
    assert body["contents"][1]["parts"] == [{"text": "a"}, code]
    assert [one.field for one in warnings] == ["messages[1].parts[2]"]


def test_what_may_stand_in_every_part_is_reported_once() -> None:
    cached = Text(text="a", cache=CacheControl())
    body, warnings = encoded(
        Message(role="user", parts=(cached, cached), name="ann"),
        Message(role="assistant", parts=(Text(text="b", citations=(Citation(url="u"),)), Refusal(text="no"))),
        Message(role="user", parts=(cached,), name="bob"),
    )
    assert body["contents"][1]["parts"] == [{"text": "b"}, {"text": "no"}]
    assert [one.field for one in warnings] == [
        "messages[0].name",
        "messages[0].parts[0].cache",
        "messages[1].parts[0].citations",
        "messages[1].parts[1]",
    ]


class TestMedia:
    def test_bytes_go_within(self) -> None:
        turns = contents(
            user(
                [
                    Image(source=Media(data=PNG)),
                    Audio(source=Media(data="AAAA", media_type="audio/wav")),
                    File(source=Media(data="JVBERi0xLjQ="), filename="a.pdf"),
                ]
            )
        )
        assert [part["inlineData"]["mimeType"] for part in turns[0]["parts"]] == [
            "image/png",
            "audio/wav",
            "application/pdf",
        ]

    @pytest.mark.parametrize(
        ("beginning", "media_type"),
        [
            ("UklGRhAgMEBXRUJQVlA4IA==", "image/webp"),
            ("UklGRhAgMEBXQVZFZm10IA==", "audio/wav"),
            ("/9j/4AAQ", "image/jpeg"),
        ],
    )
    def test_the_first_bytes_tell_the_type(self, beginning: str, media_type: str) -> None:
        turns = contents(user(Image(source=Media(data=beginning))))
        assert turns[0]["parts"][0]["inlineData"]["mimeType"] == media_type

    def test_bytes_of_unknown_type_are_refused(self) -> None:
        with pytest.raises(Unsupported) as caught:
            encoded(user(File(source=Media(data="AAAAAAAA"))))
        assert caught.value.param == "messages[0].parts[0].source.media_type"

    @pytest.mark.parametrize(
        "url", ["https://www.youtube.com/watch?v=abc", "https://generativelanguage.googleapis.com/v1beta/files/abc"]
    )
    def test_some_addresses_are_read_by_google(self, url: str) -> None:
        turns = contents(user(File(source=Media(url=url))))
        assert turns[0]["parts"] == [{"fileData": {"fileUri": url}}]

    def test_ids_of_uploaded_files_become_their_address(self) -> None:
        turns = contents(user(File(source=Media(file_id="files/abc", media_type="video/mp4"))))
        assert turns[0]["parts"][0]["fileData"] == {
            "fileUri": "https://generativelanguage.googleapis.com/v1beta/files/abc",
            "mimeType": "video/mp4",
        }

    @pytest.mark.parametrize(
        ("source", "param"),
        [
            (Media(url="https://a.test/x.png"), "url"),
            (Media(url="http://a.test/x.png"), "url"),
            (Media(url="gs://bucket/x.png"), "url"),
            (Media(file_id="file-123"), "file_id"),
        ],
    )
    def test_other_addresses_are_refused_by_name(self, source: Media, param: str) -> None:
        with pytest.raises(Unsupported) as caught:
            encoded(user(Image(source=source)))
        assert caught.value.param == f"messages[0].parts[0].source.{param}"

    def test_what_has_to_be_fetched_can_be_asked(self) -> None:
        far, near = Media(url="https://a.test/x.png"), Media(url="https://youtu.be/abc")
        inner = Media(url="http://b.test/y.png")
        request = ChatRequest(
            messages=(
                user([Image(source=far), File(source=near), Image(source=Media(data=PNG))]),
                tool_result("a", [Image(source=inner)]),
            )
        )
        found = Gemini(model="gemini-2.5-flash").needs_fetch(request)
        assert [(remote.path, remote.url) for remote in found] == [
            ("messages[0].parts[0].source.url", far.url),
            ("messages[1].parts[0].content[0].source.url", inner.url),
        ]
        reading = Gemini(model="gemini-2.5-flash", knobs=Knobs(urls="https"))
        assert [remote.url for remote in reading.needs_fetch(request)] == [inner.url]

    def test_vertex_reads_cloud_storage_and_wants_the_type(self) -> None:
        turns = contents(user(Image(source=Media(url="gs://bucket/x.png"))), knobs=VERTEX)
        assert turns[0]["parts"][0]["fileData"] == {"fileUri": "gs://bucket/x.png", "mimeType": "image/png"}
        with pytest.raises(Unsupported):
            encoded(user(File(source=Media(url="gs://bucket/x"))), knobs=VERTEX)

    def test_sound_of_another_provider_is_sent_as_its_words(self) -> None:
        turns = contents(user("hi"), assistant(Audio(source=Media(), id="audio_1", transcript="hello")), user("?"))
        assert turns[1]["parts"] == [{"text": "hello"}]

    def test_detail_is_said_for_each_picture_or_for_all(self) -> None:
        pictures = user([Image(source=Media(data=PNG), detail="high"), Image(source=Media(data=PNG), detail="low")])
        new = encoded(pictures, model="gemini-3.8-flash")[0]
        assert [part["mediaResolution"]["level"] for part in new["contents"][0]["parts"]] == [
            "MEDIA_RESOLUTION_HIGH",
            "MEDIA_RESOLUTION_LOW",
        ]
        old = encoded(pictures)[0]
        assert old["generationConfig"]["mediaResolution"] == "MEDIA_RESOLUTION_HIGH"

    def test_pictures_in_results_go_within_or_beside(self) -> None:
        turn = (
            user("hi"),
            assistant(call("a")),
            tool_result("a", [Text(text="see"), Image(source=Media(data=PNG, media_type="image/png"))]),
        )
        within = contents(*turn, model="gemini-3.8-flash")[2]["parts"]
        assert within[0]["functionResponse"]["parts"] == [{"inlineData": {"mimeType": "image/png", "data": PNG}}]
        beside = contents(*turn)[2]["parts"]
        assert [next(iter(part)) for part in beside] == ["functionResponse", "text", "inlineData"]


class TestNames:
    def test_free_text_tools_are_functions_with_one_text_and_come_back_as_they_were(self) -> None:
        tool = CustomTool(
            name="patch", description="Applies a patch.", format={"type": "grammar", "definition": "start: x"}
        )
        codec = Gemini(model="gemini-2.5-flash")
        history = (
            user("hi"),
            assistant(ToolCall(id="a", name="patch", arguments="*** x", kind="custom")),
            tool_result("a", "ok"),
        )
        exchange = codec.encode(ChatRequest(messages=history, tools=(tool,)))
        body = json.loads(exchange.draft.body)
        (declared,) = body["tools"][0]["functionDeclarations"]
        assert declared["parametersJsonSchema"]["required"] == ["input"]
        assert "start: x" in declared["description"]
        assert body["contents"][1]["parts"][0]["functionCall"]["args"] == {"input": "*** x"}
        assert [one.field for one in exchange.warnings] == ["tools[0].format"]

        answer = {
            "candidates": [
                {
                    "content": {"parts": [{"functionCall": {"name": "patch", "args": {"input": "*** y"}}}]},
                    "finishReason": "STOP",
                }
            ]
        }
        (found,) = exchange.decode(reply(answer)).tool_calls
        assert (found.kind, found.name, found.arguments) == ("custom", "patch", "*** y")

    def test_names_that_do_not_fit_are_mapped_and_restored(self) -> None:
        long, space = "x" * 70, ToolNamespace(name="mcp", tools=(FunctionTool(name="list"),))
        tools = (FunctionTool(name=long), FunctionTool(name="1st tool"), FunctionTool(name="list"), space)
        exchange = Gemini(model="gemini-2.5-flash").encode(ChatRequest(messages=(user("hi"),), tools=tools))
        names = [one["name"] for one in json.loads(exchange.draft.body)["tools"][0]["functionDeclarations"]]
        assert names[2:] == ["list", "mcp__list"]
        assert all(len(name) <= 64 and (name[0].isalpha() or name[0] == "_") for name in names)
        parts = [{"functionCall": {"name": name}} for name in names]
        found = exchange.decode(
            reply({"candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}]})
        ).tool_calls
        assert [(one.name, one.namespace) for one in found] == [
            (long, None),
            ("1st tool", None),
            ("list", None),
            ("list", "mcp"),
        ]

    def test_names_that_would_be_the_same_stay_apart(self) -> None:
        def space(name: str, tool: str) -> ToolNamespace:
            return ToolNamespace(name=name, tools=(FunctionTool(name=tool),))

        tools = (FunctionTool(name="a__b__c"), space("a", "b__c"), space("a__b", "c"), space("", "a__b__c"))
        exchange = Gemini(model="gemini-2.5-flash").encode(ChatRequest(messages=(user("hi"),), tools=tools))
        names = [one["name"] for one in json.loads(exchange.draft.body)["tools"][0]["functionDeclarations"]]
        assert len(set(names)) == 4
        parts = [{"functionCall": {"name": name}} for name in names]
        found = exchange.decode(reply({"candidates": [{"content": {"parts": parts}}]})).tool_calls
        assert [(one.namespace, one.name) for one in found] == [
            (None, "a__b__c"),
            ("a", "b__c"),
            ("a__b", "c"),
            ("", "a__b__c"),
        ]


def reply(answer: object) -> Any:
    from accord.core.http import Reply

    return Reply(status=200, body=json.dumps(answer).encode())
