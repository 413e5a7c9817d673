"""Requests of callers: what they mean, what is kept, and what is wrong with them."""

import json
from contextlib import nullcontext, suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.core.error import InvalidInput
from accord.core.message import Message
from accord.core.part import Audio, File, Image, Media, Opaque, Reasoning, Text, ToolCall, ToolResult
from accord.core.request import (
    AudioOutput,
    ChatRequest,
    JsonObjectFormat,
    JsonSchemaFormat,
    ReasoningConfig,
)
from accord.core.tool import AllowedTools, FunctionTool, HostedTool, NamedTool
from accord.dialects.gemini import Gemini, parse, parse_count

HI = {"role": "user", "parts": [{"text": "hi"}]}


def parsed(**body: Any) -> ChatRequest:
    return parse(json.dumps({"contents": [HI], **body}).encode(), (), model="m").request


def sent_again(model: str = "gemini-3.8-flash", **body: Any) -> dict[str, Any]:
    """The body that the encoder of this wire makes of what was parsed."""
    draft = Gemini(model=model).encode(parsed(**body)).draft
    found: dict[str, Any] = json.loads(draft.body)
    return found


def refusal(body: object) -> InvalidInput:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(InvalidInput) as caught:
        parse(data, (), model="m")
    return caught.value


def test_a_small_request() -> None:
    assert parsed() == ChatRequest(model="m", messages=(Message(role="user", parts=(Text(text="hi"),)),))


def test_both_spellings_and_single_objects_are_taken() -> None:
    camel = parsed(
        contents=[{"role": "user", "parts": [{"inlineData": {"mimeType": "image/png", "data": "AA=="}}]}],
        systemInstruction={"parts": [{"text": "be brief"}]},
        generationConfig={"maxOutputTokens": 5, "thinkingConfig": {"includeThoughts": True}, "stopSequences": ["a"]},
        toolConfig={"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f"]}},
    )
    snake = parsed(
        contents={"role": "user", "parts": {"inline_data": {"mime_type": "image/png", "data": "AA=="}}},
        system_instruction={"parts": {"text": "be brief"}},
        generation_config={
            "max_output_tokens": 5,
            "thinking_config": {"include_thoughts": True},
            "stop_sequences": "a",
        },
        tool_config={"function_calling_config": {"mode": "ANY", "allowed_function_names": "f"}},
    )
    assert camel == snake
    assert camel.messages[0] == Message(role="system", parts=(Text(text="be brief"),))


def test_null_is_absent() -> None:
    assert parsed(tools=None, toolConfig=None, systemInstruction=None, generationConfig=None, labels=None) == parsed()


class TestContents:
    def test_parts(self) -> None:
        request = parsed(
            contents=[
                {
                    "parts": [
                        {"text": "a", "videoMetadata": {"fps": 1}},
                        {"inlineData": {"mimeType": "audio/wav", "data": "AA=="}},
                        {"inlineData": {"mimeType": "image/png", "data": "AA==", "displayName": "x.png"}},
                        {"fileData": {"fileUri": "https://generativelanguage.googleapis.com/v1beta/files/a"}},
                        {"fileData": {"fileUri": "gs://b/x.pdf", "mimeType": "application/pdf", "displayName": "x"}},
                        {"executableCode": {"code": "1"}},
                    ]
                }
            ]
        )
        assert request.messages[0].parts == (
            Text(text="a", extra={"gemini": {"videoMetadata": {"fps": 1}}}),
            Audio(source=Media(data="AA==", media_type="audio/wav")),
            Image(
                source=Media(data="AA==", media_type="image/png"),
                extra={"gemini": {"inlineData": {"displayName": "x.png"}}},
            ),
            File(source=Media(file_id="https://generativelanguage.googleapis.com/v1beta/files/a")),
            File(source=Media(url="gs://b/x.pdf", media_type="application/pdf"), filename="x"),
            Opaque(dialect="gemini", raw={"executableCode": {"code": "1"}}),
        )

    def test_results_find_their_calls_by_id_or_by_name_and_order(self) -> None:
        def call(name: str, city: str, **fields: str) -> dict[str, Any]:
            return {"functionCall": {"name": name, "args": {"city": city}, **fields}}

        def result(name: str, output: str, **fields: str) -> dict[str, Any]:
            return {"functionResponse": {"name": name, "response": {"output": output}, **fields}}

        request = parsed(
            contents=[
                HI,
                {"role": "model", "parts": [call("f", "Bern", id="own"), call("f", "Oslo"), call("f", "Rome")]},
                {
                    "role": "user",
                    "parts": [result("f", "3", id="own"), result("f", "1"), {"text": "and?"}, result("f", "2")],
                },
            ]
        )
        own, first, second = request.messages[1].tool_calls
        assert own.id == "own"
        assert len({first.id, second.id, "own"}) == 3
        results = [part for message in request.messages[2:] for part in message.parts if isinstance(part, ToolResult)]
        assert [(one.call_id, one.content) for one in results] == [
            ("own", (Text(text="3"),)),
            (first.id, (Text(text="1"),)),
            (second.id, (Text(text="2"),)),
        ]
        assert [message.role for message in request.messages] == ["user", "assistant", "tool", "tool", "tool", "user"]

    def test_made_up_ids_stay_the_same_as_the_conversation_grows(self) -> None:
        turns = [HI, {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {}}}]}]
        more = [*turns, {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {}}}]}, HI]
        assert parsed(contents=turns).messages[1] == parsed(contents=more).messages[1]

    @pytest.mark.parametrize(
        ("response", "text", "is_error"),
        [
            ({"output": "done"}, "done", None),
            ({"output": '{"a":1}'}, '{"output":"{\\"a\\":1}"}', None),
            ({"output": "{}"}, '{"output":"{}"}', None),
            ({"error": "no"}, "no", True),
            ({"error": {"a": 1}}, '{"error":{"a":1}}', None),
            ({"result": 1}, '{"result":1}', None),
            ({"output": ""}, "", None),
            ({}, "{}", None),
        ],
    )
    def test_what_functions_answer_is_text_and_the_same_object_again(
        self, response: dict[str, Any], text: str, is_error: bool | None
    ) -> None:
        contents = [
            HI,
            {"role": "model", "parts": [{"functionCall": {"name": "f"}, "thoughtSignature": "c2ln"}]},
            {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": response}}]},
        ]
        (result,) = parsed(contents=contents).messages[2].parts
        assert isinstance(result, ToolResult)
        assert (result.content, result.is_error) == ((Text(text=text),), is_error)
        assert sent_again(contents=contents)["contents"][2]["parts"][0]["functionResponse"]["response"] == response

    def test_what_stands_within_results(self) -> None:
        part = {"inlineData": {"mimeType": "image/png", "data": "AA=="}}
        response = {"name": "f", "response": {"output": "x"}, "parts": [part], "scheduling": "SILENT"}
        (result,) = parsed(contents=[{"role": "user", "parts": [{"functionResponse": response}]}]).messages[0].parts
        assert isinstance(result, ToolResult)
        assert result.content[1] == Image(source=Media(data="AA==", media_type="image/png"))
        assert result.extra == {"gemini": {"functionResponse": {"scheduling": "SILENT"}}}

    def test_thoughts_and_signatures_go_back_where_they_were(self) -> None:
        model = {
            "role": "model",
            "parts": [
                {"text": "hm", "thought": True, "thoughtSignature": "a"},
                {"text": "so", "thoughtSignature": "b"},
                {"functionCall": {"name": "f", "args": {"x": 1}, "id": "i"}, "thoughtSignature": "c"},
                {"functionCall": {"name": "f", "args": {"x": 2}, "id": "j"}},
            ],
        }
        request = parsed(contents=[HI, model])
        assert request.messages[1].parts == (
            Reasoning(text="hm", signature="a", owner="gemini"),
            Text(text="so", extra={"gemini": {"thoughtSignature": "b"}}),
            ToolCall(id="i", name="f", arguments='{"x":1}', signature="c"),
            ToolCall(id="j", name="f", arguments='{"x":2}'),
        )
        assert sent_again(contents=[HI, model])["contents"][1] == model

    def test_pieces_of_a_stream_are_one_turn_again(self) -> None:
        pieces = [{"role": "model", "parts": [{"text": text}]} for text in ("Hel", "lo", "")]
        assert parsed(contents=[HI, *pieces, HI]).messages[1] == Message(role="assistant", parts=(Text(text="Hello"),))


class TestTools:
    def test_functions_in_either_language_and_hosted_tools(self) -> None:
        googles = {"type": "OBJECT", "properties": {"a": {"type": "STRING", "nullable": True}}}
        plain = {"type": "object", "properties": {"b": {"type": "string"}}}
        tools = [
            {
                "functionDeclarations": [
                    {"name": "f", "description": "d", "parameters": googles, "behavior": "BLOCKING"},
                    {"name": "g", "parameters_json_schema": plain},
                ]
            },
            {"googleSearch": {}, "url_context": {}},
        ]
        request = parsed(tools=tools)
        assert request.tools == (
            FunctionTool(
                name="f",
                description="d",
                parameters={"type": "object", "properties": {"a": {"type": ["string", "null"]}}},
                extra={"gemini": {"behavior": "BLOCKING", "parameters": googles}},
            ),
            FunctionTool(name="g", parameters=plain),
            HostedTool(dialect="gemini", raw={"googleSearch": {}}),
            HostedTool(dialect="gemini", raw={"url_context": {}}),
        )
        again = sent_again(tools=tools)["tools"]
        assert again[0]["functionDeclarations"] == [
            {"name": "f", "description": "d", "behavior": "BLOCKING", "parameters": googles},
            {"name": "g", "parametersJsonSchema": plain},
        ]
        assert again[1:] == [{"googleSearch": {}}, {"url_context": {}}]

    @pytest.mark.parametrize(
        ("calling", "choice"),
        [
            ({"mode": "AUTO"}, "auto"),
            ({"mode": "NONE"}, "none"),
            ({"mode": "any"}, "required"),
            ({"mode": "ANY", "allowedFunctionNames": ["f"]}, NamedTool(name="f")),
            ({"mode": "ANY", "allowedFunctionNames": ["f", "g"]}, AllowedTools(mode="required", names=("f", "g"))),
            ({"mode": "VALIDATED", "allowedFunctionNames": ["f"]}, AllowedTools(mode="auto", names=("f",))),
            ({"mode": "VALIDATED"}, "auto"),
            ({}, None),
        ],
    )
    def test_choices_and_the_same_words_again(self, calling: dict[str, Any], choice: object) -> None:
        tools = [{"functionDeclarations": [{"name": "f"}, {"name": "g"}]}]
        config = {"functionCallingConfig": calling}
        assert parsed(tools=tools, toolConfig=config).tool_choice == choice
        again = sent_again(tools=tools, toolConfig=config).get("toolConfig", {"functionCallingConfig": {}})
        assert again["functionCallingConfig"] == {
            **calling,
            **({"mode": "ANY"} if calling.get("mode") == "any" else {}),
        }


class TestConfig:
    @pytest.mark.parametrize(
        "config",
        [
            {"temperature": 0.5, "topP": 0.25, "topK": 3, "candidateCount": 2, "maxOutputTokens": 7, "seed": 1},
            {
                "stopSequences": ["a"],
                "presencePenalty": 0.5,
                "frequencyPenalty": 0.5,
                "responseLogprobs": True,
                "logprobs": 2,
            },
            {"responseModalities": ["TEXT", "IMAGE"], "imageConfig": {"aspectRatio": "1:1"}, "topK": 2.5},
            {
                "responseMimeType": "application/json",
                "responseSchema": {"type": "OBJECT", "properties": {"a": {"type": "STRING"}}},
            },
            {"responseMimeType": "application/json", "responseJsonSchema": {"type": "object"}},
            {"responseMimeType": "application/json"},
            {"responseMimeType": "text/x.enum", "responseSchema": {"type": "STRING", "enum": ["a"]}},
            {"thinkingConfig": {"thinkingBudget": 100, "includeThoughts": False}},
            {"thinkingConfig": {"thinkingLevel": "LOW"}},
            {"speechConfig": {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}}}},
            {"speechConfig": {"multiSpeakerVoiceConfig": {}, "languageCode": "de"}},
            {"mediaResolution": "MEDIA_RESOLUTION_LOW", "enableEnhancedCivicAnswers": True, "newField": [1]},
        ],
    )
    def test_the_same_words_again(self, config: dict[str, Any]) -> None:
        assert sent_again(generationConfig=config, model="gemini-2.5-flash")["generationConfig"] == config

    def test_what_they_mean_elsewhere(self) -> None:
        request = parsed(
            generationConfig={
                "responseMimeType": "application/json",
                "responseSchema": {"type": "OBJECT", "properties": {"a": {"type": "STRING"}}},
                "thinkingConfig": {"thinkingBudget": 0, "includeThoughts": True},
                "speechConfig": {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}}},
                "responseModalities": ["AUDIO"],
            }
        )
        assert request.response_format == JsonSchemaFormat(
            schema={"type": "object", "properties": {"a": {"type": "string"}}}, guaranteed=True
        )
        assert request.reasoning == ReasoningConfig(mode="disabled", visible=True)
        assert request.audio == AudioOutput(format="pcm16", voice="Kore")
        assert request.modalities == ("audio",)
        assert parsed(generationConfig={"responseMimeType": "application/json"}).response_format == JsonObjectFormat()

    @pytest.mark.parametrize(
        ("config", "wanted"),
        [
            ({"thinkingBudget": -1}, ReasoningConfig(mode="adaptive")),
            ({"thinkingBudget": 512}, ReasoningConfig(budget=512)),
            ({"thinkingLevel": "minimal"}, ReasoningConfig(effort="minimal")),
            ({"includeThoughts": False}, ReasoningConfig(visible=False)),
        ],
    )
    def test_thinking(self, config: dict[str, Any], wanted: ReasoningConfig) -> None:
        assert parsed(generationConfig={"thinkingConfig": config}).reasoning == wanted

    def test_what_stands_beside(self) -> None:
        fields: dict[str, Any] = {
            "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "OFF"}],
            "cachedContent": "cachedContents/1",
            "labels": {"team": "a"},
            "serviceTier": "flex",
            "store": False,
            "futureField": {"a": 1},
        }
        assert parsed(**fields).service_tier == "flex"
        again = sent_again(**fields)
        assert {key: again[key] for key in fields} == fields


@pytest.mark.parametrize(
    ("body", "param"),
    [
        (b"", None),
        (b"{", None),
        (b"[]", None),
        (b'{"contents":[],"contents":[]}', "contents"),
        (b"\xff", None),
        ({}, "contents"),
        ({"contents": []}, "contents"),
        ({"contents": "hi"}, "contents[0]"),
        ({"contents": [{"role": "user"}]}, "contents[0].parts"),
        ({"contents": [{"role": "model", "parts": []}]}, "contents"),
        ({"contents": [{"role": "nobody", "parts": [{"text": "x"}]}]}, "contents[0].role"),
        ({"contents": [{"parts": [{"text": 1}]}]}, "contents[0].parts[0].text"),
        ({"contents": [HI, {"parts": [{"text": "x"}, {}]}]}, "contents[1].parts[1]"),
        ({"contents": [{"parts": [{"inline_data": {"data": 5}}]}]}, "contents[0].parts[0].inlineData.data"),
        ({"contents": [{"parts": [{"inline_data": {}, "inlineData": {}}]}]}, "contents[0].parts[0].inlineData"),
        (
            {"contents": [{"role": "model", "parts": [{"functionCall": {"args": {}}}]}]},
            "contents[0].parts[0].functionCall.name",
        ),
        (
            {"contents": [{"parts": [{"functionResponse": {"response": {}}}]}]},
            "contents[0].parts[0].functionResponse.name",
        ),
        (
            {"contents": [{"role": "model", "parts": [{"functionCall": {"name": "f", "args": [1]}}]}]},
            "contents[0].parts[0].functionCall.args",
        ),
        (
            {"contents": [HI], "tools": [{"functionDeclarations": [{"description": "x"}]}]},
            "tools[0].functionDeclarations[0]",
        ),
        (
            {
                "contents": [HI],
                "tools": [{"functionDeclarations": [{"name": "f", "parameters": {}, "parametersJsonSchema": {}}]}],
            },
            "tools[0].functionDeclarations[0].parameters",
        ),
        (
            {"contents": [HI], "toolConfig": {"functionCallingConfig": {"mode": "SOMETIMES"}}},
            "toolConfig.functionCallingConfig.mode",
        ),
        ({"contents": [HI], "generationConfig": {"temperature": "warm"}}, "generationConfig.temperature"),
        (
            {"contents": [HI], "generationConfig": {"responseSchema": {}, "responseJsonSchema": {}}},
            "generationConfig.responseSchema",
        ),
        ({"contents": [HI], "systemInstruction": {"parts": [{"text": []}]}}, "systemInstruction.parts[0].text"),
    ],
)
def test_what_is_wrong_is_named(body: object, param: str | None) -> None:
    assert refusal(body).param == param


def test_deep_nesting_is_an_ordinary_mistake() -> None:
    assert "nested too deeply" in str(refusal(b'{"contents":' + b"[" * 100_000))


DEEP = {
    "a field nobody knows": ('{"contents":[%s],"x":', '{"a":', "1", "}", "}"),
    "a schema of Google's": (
        '{"contents":[%s],"tools":[{"functionDeclarations":[{"name":"f","parameters":',
        '{"type":"OBJECT","properties":{"a":',
        '{"type":"STRING"}',
        "}}",
        "}]}]}",
    ),
    "a JSON Schema": (
        '{"contents":[%s],"generationConfig":{"responseMimeType":"application/json","responseJsonSchema":',
        '{"items":',
        '{"type":"string"}',
        "}",
        "}}",
    ),
    "results within results": (
        '{"contents":[%s,{"parts":[',
        '{"functionResponse":{"name":"f","parts":[',
        '{"text":"x"}',
        "]}}",
        "]}]}",
    ),
}


@pytest.mark.parametrize("name", DEEP)
@pytest.mark.parametrize("depth", [10, 200, 330, 480, 950, 5000])
def test_deep_requests_are_taken_or_refused(name: str, depth: int) -> None:
    start, opening, inner, closing, end = DEEP[name]
    body = (start % json.dumps(HI) + opening * depth + inner + closing * depth + end).encode()
    with suppress(InvalidInput) if depth > 10 or name == "results within results" else nullcontext():
        inbound = parse(body, (), model="m")
        for model in ("gemini-3.8-flash", "gemini-1.5-pro"):
            with suppress(InvalidInput) if depth > 10 else nullcontext():
                Gemini(model=model).encode(inbound.request, on_unsupported="drop")
            Gemini(model=model).forward(inbound)


@settings(max_examples=150, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "contents",
                        "role",
                        "parts",
                        "text",
                        "thought",
                        "thoughtSignature",
                        "functionCall",
                        "function_response",
                        "name",
                        "args",
                        "response",
                        "inlineData",
                        "mimeType",
                        "data",
                        "tools",
                        "functionDeclarations",
                        "toolConfig",
                        "functionCallingConfig",
                        "mode",
                        "generationConfig",
                        "thinkingConfig",
                        "responseSchema",
                        "x",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_parsed_or_refused(value: object) -> None:
    body = {"contents": [HI], **value} if isinstance(value, dict) else value
    for read in (parse, parse_count):
        try:
            request = read(json.dumps(body).encode(), (), model="m").request
        except InvalidInput:
            continue
        assert request.messages


class TestCount:
    def test_all_forms(self) -> None:
        turns = {"contents": [HI], "systemInstruction": {"parts": [{"text": "s"}]}}
        plain = parse_count(json.dumps(turns).encode(), model="m")
        within = parse_count(json.dumps({"generateContentRequest": {"model": "models/m", **turns}}).encode(), model="m")
        assert plain.request == within.request == parsed(**turns)
        assert plain.render(7) == b'{"totalTokens":7}'

    @pytest.mark.parametrize("body", [{}, {"contents": [HI], "generateContentRequest": {"contents": [HI]}}])
    def test_what_is_wrong(self, body: dict[str, Any]) -> None:
        with pytest.raises(InvalidInput):
            parse_count(json.dumps(body).encode(), model="m")
