"""Requests as Mistral takes them: members it knows, turns in its order, ids of nine characters, its names and ranges."""

import json
import re

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
from accord.core.request import ChatRequest, JsonSchemaFormat, ReasoningConfig
from accord.core.tool import AllowedTools, CustomTool, FunctionTool, HostedTool, NamedTool
from accord.providers.mistral import Mistral
from accord.providers.mistral_chat import MistralChat

PROVIDER = Mistral(api_key="mistral-test-key")
TOOL = FunctionTool(name="lookup", parameters={"type": "object", "properties": {"q": {"type": "string"}}})
OTHER = FunctionTool(name="other")
SMALL = "mistral-small-latest"
OLD = "codestral-latest"
CALL = ToolCall(id="aB3dE5gH7", name="lookup", arguments='{"q":"a"}')
CALLED = Message(role="assistant", parts=(CALL,))
RESULT = tool_result("aB3dE5gH7", "An invoice.")


def exchange_of(asked, model=SMALL, *, drop=False, stream=False):
    return PROVIDER.chat_codec(model).encode(asked, stream=stream, on_unsupported="drop" if drop else "error")


def sent(asked, model=SMALL, **more):
    return json.loads(exchange_of(asked, model, **more).draft.body)


def request(**fields):
    return ChatRequest(messages=(user("Hello"),), **fields)


def said(*messages, model=SMALL, **more):
    return sent(ChatRequest(messages=messages), model, **more)["messages"]


def told(exchange):
    return {(warning.kind, warning.field) for warning in exchange.warnings}


def roles(messages):
    return [message["role"] for message in messages]


class TestMembers:
    def test_that_are_not_known_are_left_out_and_told_of(self):
        asked = ChatRequest(
            messages=(
                Message(role="developer", parts=(Text(text="Be brief."),), name="dev"),
                Message(
                    role="user",
                    parts=(
                        Text(text="Hi", cache=CacheControl(), extra={"openai_chat": {"cache_control": {"type": "x"}}}),
                    ),
                    name="ann",
                ),
                Message(
                    role="assistant",
                    parts=(Text(text="Ho"),),
                    extra={"openai_chat": {"annotations": [{}], "provider_specific_fields": {"a": 1}, "audio": None}},
                ),
                user("And?"),
            )
        )
        exchange = exchange_of(asked)
        assert json.loads(exchange.draft.body)["messages"] == [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "Hi"}]},
            {"role": "assistant", "content": "Ho"},
            {"role": "user", "content": "And?"},
        ]
        fields = {field for _, field in told(exchange)}
        assert "messages[0].name" in fields
        assert {"messages[2].annotations", "messages[2].provider_specific_fields"} <= fields

    def test_at_the_top_level_are_its_own_alone(self):
        asked = request(user="u-1", store=True, verbosity="low", cache_key="k", metadata={"a": "b"})
        exchange = exchange_of(asked, stream=True)
        body = json.loads(exchange.draft.body)
        assert body.keys() == {"model", "messages", "stream", "metadata", "prompt_cache_key"}
        assert told(exchange) == {("dropped", "user"), ("dropped", "store"), ("dropped", "verbosity")}

    @pytest.mark.parametrize("fields", [{"logit_bias": {"1": 1.0}}, {"modalities": ("text", "audio")}])
    def test_that_would_change_the_answer_are_refused(self, fields):
        with pytest.raises(Unsupported, match=next(iter(fields))):
            sent(request(**fields))
        assert fields.keys().isdisjoint(sent(request(**fields), drop=True))

    def test_of_its_own_are_sent_as_they_are(self):
        own = {"safe_prompt": True, "prompt_mode": "reasoning", "min_tokens": 3, "guardrails": [{"block": True}]}
        body = sent(request(extra={"openai_chat": own}))
        assert {key: body[key] for key in own} == own

    def test_that_only_say_text_is_wanted_mean_nothing(self):
        exchange = exchange_of(request(modalities=("text",)))
        assert "modalities" not in json.loads(exchange.draft.body)
        assert exchange.warnings == ()


class TestFields:
    def test_have_mistrals_names(self):
        body = sent(request(max_output_tokens=9, seed=7, prediction="Dear Sir"))
        assert (body["max_tokens"], body["random_seed"]) == (9, 7)
        assert body["prediction"] == {"type": "content", "content": "Dear Sir"}
        assert not {"seed", "max_completion_tokens"} & body.keys()

    def test_that_other_hosts_lack_are_sent(self):
        asked = request(presence_penalty=0.5, frequency_penalty=-0.5, stop=("END",), n=2, top_p=0.9)
        body = sent(asked)
        assert (body["presence_penalty"], body["frequency_penalty"]) == (0.5, -0.5)
        assert (body["stop"], body["n"], body["top_p"]) == (["END"], 2, 0.9)

    def test_temperature_ends_at_one_and_a_half(self):
        exchange = exchange_of(request(temperature=2))
        assert json.loads(exchange.draft.body)["temperature"] == 1.5
        assert told(exchange) == {("changed", "temperature")}
        assert sent(request(temperature=1.5))["temperature"] == 1.5

    def test_at_temperature_0_only_the_likeliest_counts(self):
        exchange = exchange_of(request(temperature=0, top_p=0.5))
        assert "top_p" not in json.loads(exchange.draft.body)
        assert told(exchange) == {("dropped", "top_p")}
        assert sent(request(temperature=0, top_p=1))["top_p"] == 1

    def test_a_seed_is_never_negative(self):
        with pytest.raises(Unsupported, match="seed"):
            sent(request(seed=-1))
        assert sent(request(seed=0))["random_seed"] == 0

    def test_one_model_gives_one_answer(self):
        with pytest.raises(Unsupported, match="`n`"):
            sent(request(n=2), "mistral-large-latest")
        assert sent(request(n=1), "mistral-large-latest")["n"] == 1

    @pytest.mark.parametrize("fields", [{"logprobs": True}, {"top_logprobs": 2}, {"logprobs": True, "top_logprobs": 2}])
    def test_log_probabilities_are_those_of_relayed_models(self, fields):
        with pytest.raises(Unsupported, match="logprobs"):
            sent(request(**fields))
        assert fields.keys().isdisjoint(sent(request(**fields), drop=True))
        body = sent(request(**fields), "zai-glm-5-3")
        assert {key: body[key] for key in fields} == fields

    @pytest.mark.parametrize(
        ("tier", "said_as", "warned"),
        [
            ("auto", "auto", False),
            ("priority", "auto", False),
            ("default", None, False),
            ("standard_only", None, False),
            ("flex", None, True),
        ],
    )
    def test_tiers(self, tier, said_as, warned):
        exchange = exchange_of(request(service_tier=tier))
        assert json.loads(exchange.draft.body).get("service_tier") == said_as
        assert bool(exchange.warnings) is warned

    def test_a_schema_is_sent_whole(self):
        form = JsonSchemaFormat(schema={"type": "object"}, name="answer", strict=True)
        assert sent(request(response_format=form))["response_format"] == {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": {"type": "object"}, "strict": True},
        }


class TestEffort:
    @pytest.mark.parametrize(
        ("model", "asked", "said_as"),
        [
            (SMALL, "none", "none"),
            (SMALL, "minimal", "high"),
            (SMALL, "low", "high"),
            (SMALL, "medium", "high"),
            (SMALL, "xhigh", "high"),
            ("magistral-medium-latest", "low", "high"),
            ("mistral-large-4", "medium", "medium"),
            ("zai-glm-5-3", "medium", "low"),
            ("zai-glm-5-2", "xhigh", "xhigh"),
            ("ministral-8b-latest", "high", None),
            ("codestral-latest", "low", None),
        ],
    )
    def test_is_the_models_own(self, model, asked, said_as):
        exchange = exchange_of(request(reasoning=ReasoningConfig(effort=asked)), model)
        assert json.loads(exchange.draft.body).get("reasoning_effort") == said_as
        assert bool(exchange.warnings) is (asked != said_as)

    def test_is_what_a_budget_comes_to(self):
        assert sent(request(reasoning=ReasoningConfig(budget=4000)))["reasoning_effort"] == "high"
        assert sent(request(reasoning=ReasoningConfig(mode="disabled")))["reasoning_effort"] == "none"


class TestTools:
    def test_always_say_their_parameters(self):
        body = sent(request(tools=(TOOL, OTHER, CustomTool(name="note"))))
        assert [tool["function"]["name"] for tool in body["tools"]] == ["lookup", "other", "note"]
        assert body["tools"][1]["function"]["parameters"] == {"type": "object", "properties": {}}
        assert body["tools"][2]["function"]["parameters"]["required"] == ["input"]

    @pytest.mark.parametrize(
        ("choice", "said_as"),
        [
            ("auto", "auto"),
            ("none", "none"),
            ("required", "any"),
            (NamedTool(name="lookup"), {"type": "function", "function": {"name": "lookup"}}),
            (AllowedTools(mode="required", names=("lookup",)), "any"),
            (AllowedTools(mode="auto", names=("lookup",)), "auto"),
        ],
    )
    def test_are_chosen_in_mistrals_words(self, choice, said_as):
        body = sent(request(tools=(TOOL, OTHER), tool_choice=choice, parallel_tool_calls=False))
        assert (body["tool_choice"], body["parallel_tool_calls"]) == (said_as, False)
        allowed = 1 if isinstance(choice, AllowedTools) else 2
        assert len(body["tools"]) == allowed

    def test_are_not_chosen_where_there_are_none(self):
        asked = request(tool_choice="auto", tools=(HostedTool(dialect="gemini", raw={"google_search": {}}),))
        assert not {"tools", "tool_choice"} & sent(asked).keys()

    def test_of_relayed_glm_models_have_no_references(self):
        schema = {"$defs": {"Q": {"type": "string"}}, "type": "object", "properties": {"q": {"$ref": "#/$defs/Q"}}}
        asked = request(tools=(FunctionTool(name="lookup", parameters=schema),))
        written = sent(asked, "zai-glm-5-3")["tools"][0]["function"]["parameters"]
        assert written == {"type": "object", "properties": {"q": {"type": "string"}}}
        assert sent(asked)["tools"][0]["function"]["parameters"] == schema


class TestCallIds:
    def test_of_nine_characters_are_kept(self):
        messages = said(user("Hi"), CALLED, RESULT)
        assert messages[1]["tool_calls"][0]["id"] == messages[2]["tool_call_id"] == "aB3dE5gH7"

    @pytest.mark.parametrize(
        "foreign", ["call_1", "toolu_01A09q90qw90lq917835lq9", "a" * 500, "ünïcödé!!", "", "\ud800"]
    )
    def test_of_others_become_nine_characters_always_the_same(self, foreign):
        call = ToolCall(id=foreign, name="lookup", arguments="{}")
        messages = said(user("Hi"), Message(role="assistant", parts=(call,)), tool_result(foreign, "7"))
        found = messages[1]["tool_calls"][0]["id"]
        assert re.fullmatch(r"[a-zA-Z0-9]{9}", found)
        assert messages[2]["tool_call_id"] == found
        assert said(user("Hi"), Message(role="assistant", parts=(call,)), tool_result(foreign, "7")) == messages

    def test_of_others_stay_apart(self):
        codec = MistralChat(model=SMALL)
        assert len({codec.call_id(f"call_{number}") for number in range(5000)}) == 5000


class TestTurns:
    def test_of_models_that_want_it_have_the_assistant_between_results_and_the_user(self):
        exchange = exchange_of(ChatRequest(messages=(user("Hi"), CALLED, RESULT, user("And?"))), OLD)
        messages = json.loads(exchange.draft.body)["messages"]
        assert roles(messages) == ["user", "assistant", "tool", "assistant", "user"]
        assert messages[3] == {"role": "assistant", "content": "OK"}
        assert told(exchange) == {("changed", "messages")}

    @pytest.mark.parametrize("model", [SMALL, "mistral-medium-latest", "mistral-large-4", "ministral-3b-latest"])
    def test_of_current_models_are_left_as_they_are(self, model):
        messages = (user("Hi"), CALLED, RESULT, user("And?"), system("Be brief."), user("So?"))
        assert roles(said(*messages, model=model)) == ["user", "assistant", "tool", "user", "system", "user"]

    def test_a_turn_with_results_and_words_is_two(self):
        result = ToolResult(call_id="aB3dE5gH7", content=(Text(text="7"),))
        both = Message(role="user", parts=(result, Text(text="And?")))
        assert roles(said(user("Hi"), CALLED, both)) == ["user", "assistant", "tool", "user"]
        assert roles(said(user("Hi"), CALLED, both, model=OLD)) == ["user", "assistant", "tool", "assistant", "user"]

    def test_calls_without_a_result_get_one(self):
        second = ToolCall(id="zZ9zZ9zZ9", name="other", arguments="{}")
        called = Message(role="assistant", parts=(CALL, second))
        exchange = exchange_of(ChatRequest(messages=(user("Hi"), called, RESULT, user("And?"))))
        messages = json.loads(exchange.draft.body)["messages"]
        assert roles(messages) == ["user", "assistant", "tool", "tool", "user"]
        assert messages[3] == {"role": "tool", "tool_call_id": "zZ9zZ9zZ9", "content": "(no result)"}
        assert told(exchange) == {("filled", "messages")}

    def test_calls_at_the_very_end_get_one_too(self):
        messages = said(user("Hi"), CALLED)
        assert roles(messages) == ["user", "assistant", "tool"]
        assert "prefix" not in messages[1]

    def test_results_that_answer_nothing_are_the_users_words(self):
        exchange = exchange_of(ChatRequest(messages=(user("Hi"), tool_result("aB3dE5gH7", "7 C"))))
        messages = json.loads(exchange.draft.body)["messages"]
        assert messages[1] == {"role": "user", "content": "7 C"}
        assert told(exchange) == {("changed", "messages")}

    def test_late_instructions_are_the_users_words_to_older_models(self):
        messages = (system("One."), system("Two."), user("Hi"), assistant("Ho"), system("Be brief."), user("And?"))
        assert roles(said(*messages, model=OLD)) == ["system", "system", "user", "assistant", "user", "user"]

    def test_the_beginning_of_an_answer_is_marked(self):
        messages = said(user("Hi"), assistant("The answer is"))
        assert messages[-1] == {"role": "assistant", "content": "The answer is", "prefix": True}

    def test_that_say_nothing_are_left_out(self):
        exchange = exchange_of(ChatRequest(messages=(user("Hi"), Message(role="assistant"), user("Anybody?"))))
        assert roles(json.loads(exchange.draft.body)["messages"]) == ["user", "user"]
        assert told(exchange) == {("dropped", "messages[1]")}

    def test_refusals_are_words(self):
        turn = Message(role="assistant", parts=(Refusal(text="I would rather not."),))
        assert said(user("Hi"), turn, user("Why?"))[1] == {"role": "assistant", "content": "I would rather not."}


THOUGHT = Reasoning(text="I should look.", owner="openai_chat", signature="sig")


class TestThinking:
    def test_goes_back_among_the_content_in_its_place(self):
        turn = Message(role="assistant", parts=(THOUGHT, Text(text="Looking."), CALL))
        message = said(user("Hi"), turn, RESULT)[1]
        assert message["content"] == [
            {"type": "thinking", "thinking": [{"type": "text", "text": "I should look."}], "signature": "sig"},
            {"type": "text", "text": "Looking."},
        ]
        assert message["tool_calls"][0]["id"] == "aB3dE5gH7"

    def test_of_others_goes_without_its_proof(self):
        foreign = Reasoning(text="Hm.", owner="anthropic_messages", signature="sig")
        message = said(user("Hi"), Message(role="assistant", parts=(foreign, Text(text="Ho"))), user("And?"))[1]
        assert message["content"][0] == {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}

    def test_that_nobody_can_read_is_left_out(self):
        sealed = Reasoning(encrypted="gAAA", owner="openai_responses")
        exchange = exchange_of(
            ChatRequest(messages=(user("Hi"), Message(role="assistant", parts=(sealed, Text(text="Ho"))), user("And?")))
        )
        assert json.loads(exchange.draft.body)["messages"][1]["content"] == "Ho"
        assert told(exchange) == {("dropped", "messages[1].parts[0]")}

    def test_means_nothing_to_models_that_do_not_reason(self):
        turn = Message(role="assistant", parts=(THOUGHT, Text(text="Ho")))
        exchange = exchange_of(ChatRequest(messages=(user("Hi"), turn, user("And?"))), "ministral-8b-latest")
        assert json.loads(exchange.draft.body)["messages"][1]["content"] == "Ho"
        assert told(exchange) == {("dropped", "messages[1].parts[0]")}

    def test_of_its_own_wire_stays_as_it_was(self):
        raw = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}], "closed": True}
        turn = Message(role="assistant", parts=(Opaque(dialect="openai_chat", raw=raw), Text(text="Ho")))
        assert said(user("Hi"), turn, user("And?"))[1]["content"][0] == raw


class TestMedia:
    @pytest.mark.parametrize(
        ("part", "chunk"),
        [
            (
                Image(source=Media(url="https://example.com/a.png"), detail="high"),
                {"type": "image_url", "image_url": {"url": "https://example.com/a.png", "detail": "high"}},
            ),
            (
                Image(source=Media(data="AAAA", media_type="image/png")),
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
            ),
            (
                File(source=Media(url="https://example.com/a.pdf")),
                {"type": "document_url", "document_url": "https://example.com/a.pdf"},
            ),
            (
                File(source=Media(data="JVBERi0=", media_type="application/pdf"), filename="a.pdf"),
                {
                    "type": "document_url",
                    "document_url": "data:application/pdf;base64,JVBERi0=",
                    "document_name": "a.pdf",
                },
            ),
            (
                File(source=Media(data="JVBERi0=")),
                {"type": "document_url", "document_url": "data:application/pdf;base64,JVBERi0="},
            ),
            (File(source=Media(file_id="f-1")), {"type": "file", "file_id": "f-1"}),
            (File(source=Media(data="SGkgdGhlcmU=", media_type="text/plain")), {"type": "text", "text": "Hi there"}),
            (
                Audio(source=Media(data="AAAA", media_type="audio/mpeg")),
                {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "mp3"}},
            ),
        ],
    )
    def test_is_a_chunk(self, part, chunk):
        message = said(Message(role="user", parts=(Text(text="What is this?"), part)))[0]
        assert message["content"] == [{"type": "text", "text": "What is this?"}, chunk]

    def test_of_a_tool_comes_from_the_user(self):
        picture = Image(source=Media(data="AAAA", media_type="image/png"))
        result = Message(role="tool", parts=(ToolResult(call_id="aB3dE5gH7", content=(picture,)),))
        messages = said(user("Hi"), CALLED, result)
        assert roles(messages) == ["user", "assistant", "tool", "user"]
        assert messages[3]["content"][0]["type"] == "image_url"

    def test_a_tool_may_be_named_by_its_result(self):
        result = Message(
            role="tool", parts=(ToolResult(call_id="aB3dE5gH7", content=(Text(text="7"),), name="lookup"),)
        )
        assert said(user("Hi"), CALLED, result)[2]["name"] == "lookup"
