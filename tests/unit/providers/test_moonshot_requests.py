"""Requests as Moonshot takes them: fixed sampling, thinking by generation, thoughts beside calls, its subset of schemas."""

import json
from typing import Any

import pytest

from accord.core.error import ConfigError, Unsupported
from accord.core.http import Reply
from accord.core.message import Message, assistant, tool_result, user
from accord.core.part import Audio, File, Image, Media, Reasoning, Text, ToolCall
from accord.core.request import ChatRequest, JsonObjectFormat, JsonSchemaFormat, ReasoningConfig
from accord.core.tool import AllowedTools, CustomTool, FunctionTool, HostedTool, NamedTool
from accord.dialects import openai_chat
from accord.providers import Moonshot
from accord.providers.moonshot_schema import moonshot_schema

PROVIDER = Moonshot(api_key="moonshot-test-key")
TOOL = FunctionTool(name="lookup", parameters={"type": "object", "properties": {"q": {"type": "string"}}})
CALLED = Message(role="assistant", parts=(ToolCall(id="functions.lookup:0", name="lookup", arguments="{}"),))
RESULT = tool_result("functions.lookup:0", "An invoice.")
SEARCH = HostedTool(dialect="openai_chat", raw={"type": "builtin_function", "function": {"name": "$web_search"}})
OFF, ON = {"thinking": {"type": "disabled"}}, {"thinking": {"type": "enabled"}}


def exchange_of(asked, model="kimi-k3", *, drop=False):
    return PROVIDER.chat_codec(model).encode(asked, on_unsupported="drop" if drop else "error")


def sent(asked, model="kimi-k3", **more) -> Any:
    return json.loads(exchange_of(asked, model, **more).draft.body)


def request(*messages, **fields):
    return ChatRequest(messages=messages or (user("Hello"),), **fields)


def told(asked, model="kimi-k3", **more):
    return {(warning.kind, warning.field) for warning in exchange_of(asked, model, **more).warnings}


def thinking(body):
    return {key: body[key] for key in ("thinking", "reasoning_effort") if key in body}


class TestSampling:
    SET: Any = {"temperature": 0.2, "top_p": 0.5, "presence_penalty": 0.5, "frequency_penalty": 0.5}

    @pytest.mark.parametrize("model", ["kimi-k3.1-pro", "kimi-k2.6", "kimi-k2.7-code", "kimi-k9-not-known"])
    def test_of_kimi_is_fixed(self, model):
        assert sent(request(**self.SET, n=1), model).keys() == {"model", "messages"}
        assert told(request(**self.SET, n=1), model) == {("dropped", field) for field in self.SET}

    def test_at_its_fixed_values_is_left_out_without_a_word(self):
        asked = request(temperature=1, presence_penalty=0)
        assert (sent(asked).keys(), told(asked)) == ({"model", "messages"}, set())

    def test_several_answers_cannot_be_had_of_kimi(self):
        with pytest.raises(Unsupported, match="`n`"):
            sent(request(n=2))
        assert "n" not in sent(request(n=2), drop=True)

    @pytest.mark.parametrize(
        ("given", "n", "written"), [(1.7, None, 1), (0.1, 2, 0.3), (0.1, 1, 0.1), (1, 2, 1), (0.3, 2, 0.3)]
    )
    def test_of_the_models_before_it_has_a_range(self, given, n, written):
        asked = request(temperature=given, n=n)
        assert sent(asked, "moonshot-v1-8k")["temperature"] == written
        assert told(asked, "moonshot-v1-8k") == (set() if given == written else {("changed", "temperature")})

    def test_the_models_before_it_give_five_answers(self):
        assert sent(request(n=5, top_p=0.5), "moonshot-v1-8k")["n"] == 5
        with pytest.raises(Unsupported, match="`n`"):
            sent(request(n=6), "moonshot-v1-8k")


class TestThinking:
    @pytest.mark.parametrize(
        ("effort", "k3", "switched"),
        [
            ("none", "low", OFF),
            ("minimal", "low", OFF),
            ("low", "low", ON),
            ("medium", "high", ON),
            ("high", "high", ON),
            ("xhigh", "max", ON),
            ("max", "max", ON),
        ],
    )
    def test_is_an_effort_or_a_switch_and_never_both(self, effort, k3, switched):
        asked = request(reasoning=ReasoningConfig(effort=effort))
        assert thinking(sent(asked)) == {"reasoning_effort": k3}
        assert told(asked) == (set() if effort == k3 else {("changed", "reasoning.effort")})
        for model in ("kimi-k2.5", "kimi-k2.6"):
            assert thinking(sent(asked, model)) == switched
            assert bool(told(asked, model)) is (switched == ON)
        assert thinking(sent(asked, "kimi-k2.7-code")) == {}
        assert {field for _, field in told(asked, "kimi-k2.7-code")} == {"reasoning"}
        assert thinking(sent(asked, "moonshot-v1-8k")) == {}

    @pytest.mark.parametrize(
        ("config", "k3", "k26"),
        [
            (ReasoningConfig(mode="enabled"), {}, ON),
            (ReasoningConfig(mode="disabled"), {"reasoning_effort": "low"}, OFF),
            (ReasoningConfig(budget=2000), {}, ON),
            (None, {}, {}),
        ],
    )
    def test_in_the_words_of_other_wires(self, config, k3, k26):
        assert thinking(sent(request(reasoning=config))) == k3
        assert thinking(sent(request(reasoning=config), "kimi-k2.6")) == k26

    def test_kept_over_all_turns_is_a_wish_of_the_callers_own(self):
        body = {"model": "m", "messages": [{"role": "user", "content": "x"}]}
        kept = {"type": "enabled", "keep": "all"}
        asked = openai_chat.parse(json.dumps({**body, "thinking": kept}).encode(), ()).request
        assert sent(asked, "kimi-k2.6")["thinking"] == kept
        assert "thinking" not in sent(asked, "kimi-k3")
        assert ("dropped", "thinking") in told(asked, "kimi-k3")

    def test_is_off_for_the_providers_own_tools(self):
        asked = request(tools=(SEARCH,))
        body = sent(asked, "kimi-k2.6")
        assert (thinking(body), body["tools"]) == (OFF, [dict(SEARCH.raw)])
        assert told(asked, "kimi-k2.6") == {("changed", "reasoning")}
        assert thinking(sent(asked, "moonshot-v1-32k")) == {}
        for model in ("kimi-k3", "kimi-k2.7-code"):
            with pytest.raises(Unsupported, match="tools"):
                sent(asked, model)


class TestThoughts:
    @pytest.mark.parametrize("model", ["kimi-k3", "kimi-k2.6", "kimi-k2.7-code"])
    def test_stand_beside_calls_and_are_empty_where_they_are_lost(self, model):
        thought = Message(role="assistant", parts=(Reasoning(text="Look.", owner="openai_chat"), *CALLED.parts))
        asked = request(user("A"), assistant("B"), user("C"), thought, RESULT, CALLED, RESULT, tools=(TOOL,))
        turns = [message for message in sent(asked, model)["messages"] if message["role"] == "assistant"]
        assert [turn.get("reasoning_content") for turn in turns] == [None, "Look.", ""]
        assert [turn.get("content") for turn in turns] == ["B", None, None]
        assert turns[1]["tool_calls"][0]["id"] == "functions.lookup:0"

    def test_are_not_made_up_where_none_are_had(self):
        asked = request(user("A"), CALLED, RESULT, tools=(TOOL,))
        assert "reasoning_content" not in sent(asked, "moonshot-v1-8k")["messages"][1]
        off = request(user("A"), CALLED, RESULT, tools=(TOOL,), reasoning=ReasoningConfig(effort="none"))
        assert "reasoning_content" not in sent(off, "kimi-k2.6")["messages"][1]


class TestFields:
    def test_have_its_names(self):
        body = sent(request(max_output_tokens=9, user="ann@example.com", cache_key="k", stop=("END",), prediction="x"))
        assert (body["max_completion_tokens"], body["safety_identifier"], body["prompt_cache_key"]) == (
            9,
            "ann@example.com",
            "k",
        )
        assert (body["stop"], body["prediction"]["content"]) == (["END"], "x")
        assert "user" not in body

    def test_that_are_ignored_there_are_told_of(self):
        asked = request(seed=1, metadata={"a": "b"}, store=True, verbosity="low", service_tier="flex")
        assert sent(asked).keys() == {"model", "messages"}
        fields = ("seed", "metadata", "store", "verbosity", "service_tier")
        assert told(asked) == {("dropped", field) for field in fields}

    @pytest.mark.parametrize(
        "fields",
        [
            {"logit_bias": {"1": 1.0}},
            {"top_k": 3},
            {"modalities": ("text", "audio")},
            {"stop": ("x",) * 6},
            {"stop": ("x" * 33,)},
        ],
    )
    def test_that_would_change_the_answer_are_refused(self, fields):
        with pytest.raises(Unsupported, match=next(iter(fields))):
            sent(request(**fields))
        sent(request(**fields), drop=True)


class TestContent:
    def test_pictures_and_videos_are_data_or_uploads(self):
        video = File(source=Media(file_id="v-1", media_type="video/mp4"))
        parts = (Text(text="What?"), Image(source=Media(data="AA==", media_type="image/png")), video)
        picture = Image(source=Media(file_id="p-1"))
        content = sent(request(user((*parts, picture))))["messages"][0]["content"]
        assert content[1]["image_url"]["url"] == "data:image/png;base64,AA=="
        assert content[2] == {"type": "video_url", "video_url": {"url": "ms://v-1"}}
        assert content[3] == {"type": "image_url", "image_url": {"url": "ms://p-1"}}

    @pytest.mark.parametrize(
        "part",
        [
            Audio(source=Media(data="AA==", media_type="audio/wav")),
            File(source=Media(data="AA==", media_type="application/pdf")),
            Image(source=Media(url="https://example.com/a.png")),
        ],
    )
    def test_anything_else_is_refused(self, part):
        with pytest.raises(Unsupported, match=r"messages\[0\].parts\[0\]"):
            sent(request(user((part,))))

    def test_pictures_are_nothing_for_models_without_eyes(self):
        picture = Image(source=Media(data="AA==", media_type="image/png"))
        with pytest.raises(Unsupported, match=r"messages\[0\].parts\[0\]"):
            sent(request(user((picture,))), "moonshot-v1-8k")
        assert sent(request(user((picture,))), "moonshot-v1-8k-vision-preview")["messages"]

    def test_empty_texts_are_left_out(self):
        called = Message(role="assistant", parts=(Text(text=""), *CALLED.parts))
        picture = Image(source=Media(data="AA==", media_type="image/png"))
        messages = sent(request(user((Text(text=""), picture)), called, RESULT, tools=(TOOL,)))["messages"]
        assert [part["type"] for part in messages[0]["content"]] == ["image_url"]
        assert "content" not in messages[1]

    def test_of_models_without_eyes_is_a_string(self):
        asked = request(user((Text(text="A"), Text(text="B"))))
        assert sent(asked, "moonshot-v1-8k")["messages"][0]["content"] == "A\n\nB"

    def test_instructions_are_systems(self):
        asked = request(Message(role="developer", parts=(Text(text="Be brief."),)), user("Hi"))
        assert sent(asked)["messages"][0]["role"] == "system"

    def test_tools_may_be_loaded_within_the_conversation(self):
        tools = [{"type": "function", "function": {"name": "late"}}]
        body = {"model": "m", "messages": [{"role": "user", "content": "x"}, {"role": "system", "tools": tools}]}
        asked = openai_chat.parse(json.dumps(body).encode(), ()).request
        assert sent(asked)["messages"][1] == {"role": "system", "tools": tools}

    def test_a_beginning_of_the_answer_is_marked(self):
        begun = Message(role="assistant", parts=(Text(text="Once upon"),), name="narrator")
        assert sent(request(user("A"), begun))["messages"][-1] == {
            "role": "assistant",
            "content": "Once upon",
            "name": "narrator",
            "partial": True,
        }
        with pytest.raises(Unsupported, match="response_format"):
            sent(request(user("A"), begun, response_format=JsonObjectFormat()))


class TestTools:
    @pytest.mark.parametrize(
        "choice", ["required", NamedTool(name="lookup"), AllowedTools(mode="required", names=("lookup",))]
    )
    def test_cannot_be_forced(self, choice):
        asked = request(tools=(TOOL,), tool_choice=choice)
        with pytest.raises(Unsupported, match="tool_choice"):
            sent(asked)
        assert sent(asked, drop=True)["tool_choice"] == "auto"

    @pytest.mark.parametrize("choice", ["auto", "none"])
    def test_may_be_left_to_the_model_or_forbidden(self, choice):
        assert sent(request(tools=(TOOL,), tool_choice=choice))["tool_choice"] == choice

    def test_strict_is_taken_and_not_held(self):
        asked = request(tools=(FunctionTool(name="lookup", parameters={"type": "object"}, strict=True),))
        assert told(asked) == {("changed", "tools[0].strict")}

    def test_more_than_128_or_with_reserved_names_are_refused(self):
        with pytest.raises(Unsupported, match="tools"):
            sent(request(tools=tuple([FunctionTool(name=f"t{number}") for number in range(129)])))
        with pytest.raises(Unsupported, match=r"tools\[0\].name"):
            sent(request(tools=(FunctionTool(name="$mine"),)))

    def test_with_free_text_are_functions(self):
        assert sent(request(tools=(CustomTool(name="patch"),)))["tools"][0]["type"] == "function"


class TestSchemas:
    @pytest.mark.parametrize(
        ("given", "written"),
        [
            ({"properties": {}}, {"type": "object", "properties": {}}),
            ({"type": "object", "$schema": "x"}, {"type": "object"}),
            (
                {
                    "type": "object",
                    "properties": {"a": {"enum": ["x", "y"]}, "b": {"const": 1}, "c": {"enum": [1, None]}},
                },
                {
                    "type": "object",
                    "properties": {
                        "a": {"type": "string", "enum": ["x", "y"]},
                        "b": {"type": "integer", "const": 1},
                        "c": {"type": ["integer", "null"], "enum": [1, None]},
                    },
                },
            ),
            (
                {"type": "object", "properties": {"a": {"type": "array", "items": [{"type": "string"}]}}},
                {"type": "object", "properties": {"a": {"type": "array", "prefixItems": [{"type": "string"}]}}},
            ),
            (
                {
                    "type": "object",
                    "properties": {"a": {"type": "string", "anyOf": [{"minLength": 1}, {"type": "null"}]}},
                },
                {
                    "type": "object",
                    "properties": {"a": {"anyOf": [{"type": "string", "minLength": 1}, {"type": "null"}]}},
                },
            ),
            (
                {"type": "object", "properties": {"a": {"properties": {"b": {"enum": [True]}}}}},
                {
                    "type": "object",
                    "properties": {"a": {"type": "object", "properties": {"b": {"type": "boolean", "enum": [True]}}}},
                },
            ),
            (
                {"type": "object", "$defs": {"A": {"type": "object"}}, "properties": {"a": {"$ref": "#/$defs/A"}}},
                {"type": "object", "$defs": {"A": {"type": "object"}}, "properties": {"a": {"$ref": "#/$defs/A"}}},
            ),
        ],
    )
    def test_say_the_same_in_its_subset(self, given, written):
        before = json.dumps(given)
        assert moonshot_schema(given) == written
        assert json.dumps(given) == before

    def test_are_those_of_tools_and_answers(self):
        schema = {"$schema": "x", "properties": {"a": {"enum": ["x"]}}}
        tool = FunctionTool(name="lookup", parameters=schema)
        body = sent(request(tools=(tool,), response_format=JsonSchemaFormat(schema=schema)))
        inside = {"properties": {"a": {"type": "string", "enum": ["x"]}}, "type": "object"}
        assert body["tools"][0]["function"]["parameters"] == inside
        assert body["response_format"]["json_schema"]["schema"] == inside


class TestAddress:
    @pytest.mark.parametrize("given", ["", "https://api.moonshot.ai", "https://api.moonshot.ai/v1/",
                                       "https://api.moonshot.ai/anthropic", "https://api.moonshot.ai/v1/chat/completions"])  # fmt: skip
    def test_is_the_platforms_however_it_was_given(self, given):
        places: Any = (
            (None, "/v1/chat/completions"),
            ("openai_responses", "/v1/responses"),
            ("anthropic_messages", "/anthropic/v1/messages"),
        )
        for dialect, path in places:
            provider = Moonshot(api_key="k", base_url=given, dialect=dialect)
            draft = provider.chat_codec("kimi-k3", "anthropic_messages").encode(request()).draft
            assert provider.address(draft).url == "https://api.moonshot.ai" + path

    def test_a_wire_it_does_not_speak_cannot_be_pinned(self):
        with pytest.raises(ConfigError, match="moonshot: `dialect` is 'gemini'"):
            Moonshot(api_key="k", dialect="gemini")

    def test_tokens_are_counted_by_an_endpoint_of_its_own(self):
        exchange = PROVIDER.count_codec("kimi-k3").encode(request(tools=(TOOL,), temperature=0.5))
        assert PROVIDER.address(exchange.draft).url == "https://api.moonshot.ai/v1/tokenizers/estimate-token-count"
        assert json.loads(exchange.draft.body) == {
            "model": "kimi-k3",
            "messages": [{"role": "user", "content": "Hello"}],
        }
        assert [warning.field for warning in exchange.warnings] == ["tools"]
        assert exchange.decode(Reply(status=200, body=b'{"data":{"total_tokens":7}}')) == 7
