"""Requests as DeepSeek takes them: thinking, its thoughts in later turns, its names, and what it takes without effect."""

import json

import pytest

from accord.core.error import ConfigError, Unsupported
from accord.core.message import Message, assistant, system, tool_result, user
from accord.core.part import Audio, File, Image, Media, Reasoning, Text, ToolCall
from accord.core.request import ChatRequest, JsonSchemaFormat, ReasoningConfig
from accord.core.tool import AllowedTools, CustomTool, FunctionTool, HostedTool, NamedTool
from accord.dialects import openai_chat
from accord.providers import DeepSeek

PROVIDER = DeepSeek(api_key="deepseek-test-key")
TOOL = FunctionTool(name="lookup", parameters={"type": "object", "properties": {}})
STRICT = FunctionTool(name="lookup", parameters={"type": "object", "properties": {}}, strict=True)
CALLED = Message(role="assistant", parts=(ToolCall(id="call_00_a", name="lookup", arguments="{}"),))
RESULT = tool_result("call_00_a", "An invoice.")
FLASH, PRO = "deepseek-flash", "deepseek-v4-pro"
OFF = {"thinking": {"type": "disabled"}}


def exchange_of(asked, model=FLASH, *, drop=False):
    return PROVIDER.chat_codec(model).encode(asked, on_unsupported="drop" if drop else "error")


def sent(asked, model=FLASH, **more):
    return json.loads(exchange_of(asked, model, **more).draft.body)


def request(*messages, **fields):
    return ChatRequest(messages=messages or (user("Hello"),), **fields)


def told(asked, model=FLASH, **more):
    return {(warning.kind, warning.field) for warning in exchange_of(asked, model, **more).warnings}


def thinking(body):
    return {key: body[key] for key in ("thinking", "reasoning_effort") if key in body}


class TestThinking:
    @pytest.mark.parametrize(
        ("asked", "written", "warned"),
        [
            ("none", OFF, False),
            ("minimal", {"reasoning_effort": "low"}, True),
            ("low", {"reasoning_effort": "low"}, False),
            ("medium", {"reasoning_effort": "high"}, True),
            ("high", {"reasoning_effort": "high"}, False),
            ("xhigh", {"reasoning_effort": "high"}, True),
            ("max", {"reasoning_effort": "max"}, False),
        ],
    )
    def test_has_three_levels_and_a_switch(self, asked, written, warned):
        effort = request(reasoning=ReasoningConfig(effort=asked))
        on = {} if asked == "none" else {"thinking": {"type": "enabled"}}
        assert thinking(sent(effort)) == {**on, **written}
        assert told(effort) == ({("changed", "reasoning.effort")} if warned else set())

    @pytest.mark.parametrize(
        ("config", "written"),
        [
            (ReasoningConfig(mode="adaptive"), {"thinking": {"type": "enabled"}}),
            (ReasoningConfig(mode="enabled", budget=900), {"thinking": {"type": "enabled"}}),
            (ReasoningConfig(budget=900), {"thinking": {"type": "enabled"}}),
            (ReasoningConfig(budget=0), OFF),
            (ReasoningConfig(mode="disabled", effort="high"), OFF),
        ],
    )
    def test_in_the_words_of_other_wires(self, config, written):
        assert thinking(sent(request(reasoning=config))) == written

    def test_in_its_own_words_goes_out_as_it_came(self):
        inbound = openai_chat.parse(
            b'{"model":"m","messages":[{"role":"user","content":"x"}],"reasoning_effort":"ultra"}', ()
        )
        assert thinking(sent(inbound.request)) == {"thinking": {"type": "enabled"}, "reasoning_effort": "max"}

    def test_is_nothing_a_model_without_it_is_told_of(self):
        asked = request(reasoning=ReasoningConfig(effort="high"))
        assert thinking(sent(asked, "deepseek-chat")) == {}
        assert told(asked, "deepseek-chat") == {("dropped", "reasoning")}


class TestForcedCalls:
    @pytest.mark.parametrize(
        "choice", ["required", NamedTool(name="lookup"), AllowedTools(mode="required", names=("lookup",))]
    )
    def test_switch_thinking_off_that_nobody_asked_for(self, choice):
        asked = request(tools=(TOOL,), tool_choice=choice)
        body = sent(asked)
        assert body["thinking"] == {"type": "disabled"}
        assert body["tool_choice"] in ("required", {"type": "function", "function": {"name": "lookup"}})
        assert told(asked) == {("changed", "reasoning")}

    @pytest.mark.parametrize("config", [ReasoningConfig(effort="low"), ReasoningConfig(mode="enabled")])
    def test_are_refused_beside_thinking_that_was_asked_for(self, config):
        asked = request(tools=(TOOL,), tool_choice="required", reasoning=config)
        with pytest.raises(Unsupported, match="tool_choice"):
            sent(asked)
        body = sent(asked, drop=True)
        assert (body["tool_choice"], body["thinking"]) == ("auto", {"type": "enabled"})

    def test_beside_thinking_switched_off_are_as_asked(self):
        asked = request(tools=(TOOL,), tool_choice="required", reasoning=ReasoningConfig(effort="none"))
        assert (sent(asked)["tool_choice"], thinking(sent(asked)), told(asked)) == ("required", OFF, set())

    def test_of_a_model_that_never_thinks_need_no_switch(self):
        asked = request(tools=(TOOL,), tool_choice="required")
        assert thinking(sent(asked, "deepseek-chat")) == {}


class TestThoughts:
    def test_come_back_with_every_turn_and_empty_where_they_are_lost(self):
        thought = Message(role="assistant", parts=(Reasoning(text=" Look it up. ", owner="openai_chat"), *CALLED.parts))
        asked = request(user("A"), assistant("B"), user("C"), thought, RESULT, user("D"), CALLED, RESULT, tools=(TOOL,))
        turns = [message for message in sent(asked)["messages"] if message["role"] == "assistant"]
        assert [turn["reasoning_content"] for turn in turns] == ["", " Look it up. ", ""]
        assert [turn["content"] for turn in turns] == ["B", "", ""]

    def test_are_not_made_up_while_thinking_is_off(self):
        asked = request(user("A"), CALLED, RESULT, tools=(TOOL,), reasoning=ReasoningConfig(effort="none"))
        assert "reasoning_content" not in sent(asked)["messages"][1]

    def test_are_not_taken_by_the_first_models(self):
        spoken = Message(role="assistant", parts=(Reasoning(text="Hm.", owner="openai_chat"), Text(text="B")))
        asked = request(user("A"), spoken, user("C"))
        assert sent(asked, "deepseek-reasoner")["messages"][1] == {"role": "assistant", "content": "B"}
        assert ("dropped", "messages[1].reasoning") in told(asked, "deepseek-reasoner")


class TestFields:
    def test_have_its_names(self):
        body = sent(request(max_output_tokens=9, user="u-1_A", stop=("END",), top_logprobs=3, logprobs=True))
        assert (body["max_tokens"], body["user_id"], body["stop"]) == (9, "u-1_A", ["END"])
        assert not {"user", "max_completion_tokens"} & body.keys()

    def test_user_is_named_once(self):
        own = {"safety_identifier": "u-1"}
        body = sent(request(user="u-1", extra={"openai_chat": own}))
        assert (body["user_id"], body.keys()) == ("u-1", {"model", "messages", "user_id"})
        asked = request(user="u-1", extra={"openai_chat": {"user_id": "u-2"}})
        assert (sent(asked)["user_id"], told(asked)) == ("u-2", {("dropped", "user")})

    @pytest.mark.parametrize("name", ["ann@example.com", "ü", "a" * 513])
    def test_user_is_left_out_where_it_cannot_be_said(self, name):
        assert "user_id" not in sent(request(user=name))
        assert told(request(user=name)) == {("dropped", "user")}

    def test_that_are_ignored_there_are_told_of(self):
        asked = request(seed=1, metadata={"a": "b"}, store=True, verbosity="low", service_tier="flex")
        assert sent(asked).keys() == {"model", "messages"}
        fields = ("seed", "metadata", "store", "verbosity", "service_tier")
        assert told(asked) == {("dropped", field) for field in fields}

    @pytest.mark.parametrize(
        "fields",
        [{"n": 2}, {"logit_bias": {"1": 1.0}}, {"modalities": ("text", "audio")}, {"stop": ("x",) * 17}, {"top_k": 3}],
    )
    def test_that_would_change_the_answer_are_refused(self, fields):
        with pytest.raises(Unsupported, match=next(iter(fields))):
            sent(request(**fields))
        sent(request(**fields), drop=True)

    def test_one_choice_is_no_wish(self):
        assert "n" not in sent(request(n=1, modalities=("text",)))
        assert told(request(n=1, modalities=("text",))) == set()

    @pytest.mark.parametrize(
        ("model", "fields", "config", "field"),
        [
            (FLASH, {"temperature": 0.2}, None, "temperature"),
            (FLASH, {"temperature": 0.2}, "none", None),
            (FLASH, {"temperature": 1}, None, None),
            (FLASH, {"top_p": 0.5}, None, "top_p"),
            (FLASH, {"top_p": 0.97}, None, None),
            (FLASH, {"top_p": 0.97}, "none", "top_p"),
            (PRO, {"top_p": 0.97}, None, "top_p"),
            (PRO, {"top_p": 0.5}, "none", None),
            (PRO, {"presence_penalty": 0.5}, "none", "presence_penalty"),
            (FLASH, {"frequency_penalty": 0.5}, None, "frequency_penalty"),
        ],
    )
    def test_sampling_without_effect_is_told_of(self, model, fields, config, field):
        asked = request(**fields, reasoning=None if config is None else ReasoningConfig(effort=config))
        assert told(asked, model) == (set() if field is None else {("changed", field)})

    def test_a_schema_is_said_to_the_model(self):
        asked = request(response_format=JsonSchemaFormat(schema={"type": "object"}))
        body = sent(asked)
        assert body["response_format"] == {"type": "json_object"}
        assert "JSON" in body["messages"][0]["content"]


class TestContent:
    def test_is_text_but_for_pictures_of_the_users(self):
        picture = Image(source=Media(data="AA==", media_type="image/png"))
        asked = request(
            Message(role="developer", parts=(Text(text="A"), Text(text="B"))),
            system("Two"),
            user((Text(text="C"), Text(text="D"))),
            user((Text(text="What?"), picture)),
        )
        messages = sent(asked)["messages"]
        assert [message["role"] for message in messages] == ["system", "system", "user", "user"]
        assert [message["content"] for message in messages[:3]] == ["A\n\nB", "Two", "C\n\nD"]
        assert [part["type"] for part in messages[3]["content"]] == ["text", "image_url"]

    def test_an_uploaded_picture_is_a_file(self):
        picture = Image(source=Media(file_id="file-1"))
        assert sent(request(user((picture,))))["messages"][0]["content"] == [
            {"type": "file", "file": {"file_id": "file-1"}}
        ]

    @pytest.mark.parametrize(
        ("model", "part"),
        [
            (PRO, Image(source=Media(data="AA==", media_type="image/png"))),
            (FLASH, Audio(source=Media(data="AA==", media_type="audio/wav"))),
            (FLASH, File(source=Media(data="AA==", media_type="application/pdf"))),
            (FLASH, File(source=Media(data="AA==", media_type="video/mp4"))),
        ],
    )
    def test_that_the_model_does_not_take_is_refused(self, model, part):
        with pytest.raises(Unsupported, match=r"messages\[0\].parts\[0\]"):
            sent(request(user((part,))), model)

    def test_a_beginning_of_the_answer_goes_to_the_beta_base(self):
        exchange = exchange_of(request(user("A"), assistant("Once upon")))
        last = json.loads(exchange.draft.body)["messages"][-1]
        assert (last["content"], last["prefix"]) == ("Once upon", True)
        assert PROVIDER.address(exchange.draft).url == "https://api.deepseek.com/beta/chat/completions"


class TestTools:
    def test_that_are_all_strict_go_to_the_beta_base(self):
        exchange = exchange_of(request(tools=(STRICT,)))
        assert json.loads(exchange.draft.body)["tools"][0]["function"]["strict"] is True
        assert PROVIDER.address(exchange.draft).url == "https://api.deepseek.com/beta/chat/completions"
        assert exchange.warnings == ()

    def test_of_which_some_are_strict_stay_and_it_is_told(self):
        other = FunctionTool(name="other")
        exchange = exchange_of(request(tools=(STRICT, other)))
        assert PROVIDER.address(exchange.draft).url == "https://api.deepseek.com/chat/completions"
        assert [(warning.kind, warning.field) for warning in exchange.warnings] == [("changed", "tools.strict")]

    def test_of_another_kind_are_functions_or_refused(self):
        body = sent(request(tools=(CustomTool(name="patch"),)))
        assert [tool["type"] for tool in body["tools"]] == ["function"]
        hosted = HostedTool(dialect="openai_chat", raw={"type": "web_search"})
        with pytest.raises(Unsupported, match="tools"):
            sent(request(tools=(hosted,)))
        assert "tools" not in sent(request(tools=(hosted,)), drop=True)

    def test_calls_one_at_a_time_cannot_be_had(self):
        with pytest.raises(Unsupported, match="parallel_tool_calls"):
            sent(request(tools=(TOOL,), parallel_tool_calls=False))


class TestAddress:
    @pytest.mark.parametrize(
        "given",
        ["", "https://api.deepseek.com", "https://api.deepseek.com/v1/", "https://api.deepseek.com/beta",
         "https://api.deepseek.com/anthropic", "https://api.deepseek.com/v1/chat/completions"],
    )  # fmt: skip
    def test_is_the_hosts_root_however_it_was_given(self, given):
        provider = DeepSeek(api_key="k", base_url=given)
        draft = provider.chat_codec(FLASH).encode(request()).draft
        assert provider.address(draft).url == "https://api.deepseek.com/chat/completions"
        draft = provider.chat_codec(FLASH, "anthropic_messages").encode(request()).draft
        assert provider.address(draft).url == "https://api.deepseek.com/anthropic/v1/messages"
        draft = provider.chat_codec(FLASH, "openai_responses").encode(request()).draft
        assert provider.address(draft).url == "https://api.deepseek.com/responses"

    def test_a_wire_it_does_not_speak_cannot_be_pinned(self):
        with pytest.raises(ConfigError, match=r"deepseek: `dialect` is 'gemini'.*openai_chat"):
            DeepSeek(api_key="k", dialect="gemini")
