"""What OpenAI's models refuse is settled before anything is sent, and requests go out on the wire their model takes."""

import json

import pytest

from accord.core.error import Unsupported
from accord.core.message import Message, user
from accord.core.part import File, Media, Reasoning, Text
from accord.core.request import AudioOutput, ChatRequest, ReasoningConfig
from accord.core.tool import CustomTool, FunctionTool, HostedTool, ToolNamespace
from accord.dialects import openai_chat, openai_responses
from accord.providers.openai import OpenAI

HELLO = (user("Hello"),)
TOOL = FunctionTool(name="weather", parameters={"type": "object", "properties": {}})
PROVIDER = OpenAI(api_key="sk-test-1")


def request(**fields):
    return ChatRequest(messages=HELLO, **fields)


def effort(word):
    return ReasoningConfig(effort=word)


def exchange_of(model, asked, *, provider=PROVIDER, wanted=None, drop=False):
    return provider.chat_codec(model, wanted).encode(asked, on_unsupported="drop" if drop else "error")


def sent(model, asked, **more):
    return json.loads(exchange_of(model, asked, **more).draft.body)


def wire_of(model, asked, **more):
    return exchange_of(model, asked, **more).draft.dialect


def warned(exchange):
    return {(warning.kind, warning.field) for warning in exchange.warnings}


class TestTheWire:
    @pytest.mark.parametrize(
        ("model", "asked", "wire"),
        [
            ("gpt-5.4", request(tools=(TOOL,)), "openai_chat"),
            ("gpt-5.4", request(tools=(TOOL,), reasoning=effort("low")), "openai_responses"),
            ("gpt-5.4-mini", request(tools=(TOOL,), reasoning=effort("none")), "openai_chat"),
            ("gpt-5.5", request(tools=(TOOL,)), "openai_responses"),
            ("gpt-5.5", request(tools=(TOOL,), reasoning=effort("none")), "openai_chat"),
            ("gpt-5.6", request(tools=(TOOL,)), "openai_responses"),
            ("gpt-6-luna-2026-09-22", request(tools=(TOOL,)), "openai_responses"),
            ("gpt-6-luna", request(tools=(TOOL,), reasoning=effort("none")), "openai_chat"),
            ("gpt-6-luna", request(tools=(TOOL,), reasoning=ReasoningConfig(mode="disabled")), "openai_chat"),
            ("gpt-6-luna", request(), "openai_chat"),
            # Reasoning of these cannot be switched off.
            ("gpt-6-astra", request(tools=(TOOL,), reasoning=effort("none")), "openai_responses"),
            ("gpt-6.1-sol", request(tools=(TOOL,), reasoning=ReasoningConfig(mode="disabled")), "openai_responses"),
            ("gpt-6-sol", request(tools=(ToolNamespace(name="n", tools=(TOOL,)),)), "openai_responses"),
            # Tools with a grammar are served on chat completions.
            ("gpt-6-sol", request(tools=(CustomTool(name="sql"),)), "openai_chat"),
            # Earlier models never refused tools there.
            ("gpt-5.2", request(tools=(TOOL,), reasoning=effort("high")), "openai_chat"),
            ("gpt-5", request(tools=(TOOL,)), "openai_chat"),
            ("o3", request(tools=(TOOL,)), "openai_chat"),
            ("gpt-4.1", request(tools=(TOOL,)), "openai_chat"),
            ("gpt-5.5-pro", request(), "openai_responses"),
            ("gpt-5.3-codex", request(), "openai_responses"),
            ("gpt-6-sol", request(reasoning=effort("max")), "openai_responses"),
            ("gpt-6-sol", request(service_tier="ultrafast"), "openai_responses"),
            ("gpt-6-sol", request(previous_response_id="resp_1"), "openai_responses"),
            ("gpt-6-sol", request(reasoning=ReasoningConfig(summary="auto")), "openai_responses"),
            # Of two wishes that no wire fulfils together, the one without which the answer is another counts.
            ("gpt-4.1", request(reasoning=ReasoningConfig(summary="auto"), seed=1), "openai_chat"),
            ("gpt-7-nova", request(tools=(TOOL,)), "openai_chat"),
            ("gpt-6-nova", request(tools=(TOOL,)), "openai_responses"),
            ("gpt-audio-1.5", request(tools=(TOOL,)), "openai_chat"),
        ],
    )
    def test_is_the_one_that_takes_the_request(self, model, asked, wire):
        assert wire_of(model, asked) == wire

    @pytest.mark.parametrize(
        "search",
        [
            HostedTool(dialect="openai_chat", raw={"type": "web_search", "web_search_options": {}}),
            HostedTool(dialect="openai_responses", raw={"type": "web_search"}),
            HostedTool(dialect="anthropic_messages", raw={"type": "web_search_20250305", "name": "web_search"}),
            HostedTool(dialect="gemini", raw={"google_search": {}}),
        ],
    )
    def test_web_search_of_any_wire_is_that_of_responses(self, search):
        asked = request(tools=(search,))
        assert wire_of("gpt-5.4", asked) == "openai_responses"
        assert sent("gpt-5.4", asked)["tools"] == [{"type": "web_search"}]

    def test_the_one_model_that_searches_on_chat_completions_does(self):
        search = HostedTool(
            dialect="openai_chat", raw={"type": "web_search", "web_search_options": {"search_context_size": "low"}}
        )
        body = sent("gpt-5-search-api", request(tools=(search,)))
        assert body["web_search_options"] == {"search_context_size": "low"}

    def test_reasoning_of_an_earlier_turn_goes_back_to_where_it_came_from(self):
        thought = Reasoning(id="rs_1", encrypted="gAAA", owner="openai_responses")
        turn = Message(role="assistant", parts=(thought, Text(text="Four.")))
        asked = ChatRequest(messages=(*HELLO, turn, user("And five?")))
        body = sent("gpt-6-sol", asked)
        assert {"type": "reasoning", "summary": [], "id": "rs_1", "encrypted_content": "gAAA"} in body["input"]

    def test_a_file_by_its_address_is_only_taken_there(self):
        part = File(source=Media(url="https://example.com/a.pdf"))
        asked = ChatRequest(messages=(user([Text(text="What is this?"), part]),))
        assert wire_of("gpt-6-sol", asked) == "openai_responses"

    def test_is_the_callers_own_where_the_model_is_served_on_it(self):
        assert wire_of("gpt-4.1", request(), wanted="openai_responses") == "openai_responses"
        assert wire_of("gpt-audio-1.5", request(), wanted="openai_responses") == "openai_chat"

    def test_can_be_pinned(self):
        responses = OpenAI(api_key="sk-test-1", dialect="openai_responses")
        assert wire_of("gpt-4.1", request(), provider=responses) == "openai_responses"
        chat = OpenAI(api_key="sk-test-1", dialect="openai_chat")
        exchange = exchange_of("gpt-6-sol", request(tools=(TOOL,), reasoning=effort("max")), provider=chat)
        assert exchange.draft.dialect == "openai_chat"
        assert json.loads(exchange.draft.body)["reasoning_effort"] == "xhigh"
        assert ("changed", "reasoning.effort") in warned(exchange)

    def test_of_another_host_is_chat_completions_whatever_the_model_is_called(self):
        elsewhere = OpenAI(api_key="sk-test-1", base_url="http://127.0.0.1:9/v1")
        assert wire_of("gpt-5.5", request(tools=(TOOL,)), provider=elsewhere) == "openai_chat"
        proxied = OpenAI(api_key="sk-test-1", base_url="http://127.0.0.1:9/v1", hosted_by_openai=True)
        assert wire_of("gpt-5.5", request(tools=(TOOL,)), provider=proxied) == "openai_responses"

    @pytest.mark.parametrize("host", ["https://eu.api.openai.com/v1", "https://private.api.openai.com/v1"])
    def test_of_openais_other_hosts_is_openais(self, host):
        provider = OpenAI(api_key="sk-test-1", base_url=host)
        assert wire_of("gpt-5.5", request(tools=(TOOL,)), provider=provider) == "openai_responses"

    def test_responses_is_told_to_keep_nothing_and_to_give_its_reasoning(self):
        body = sent("gpt-5.5", request(tools=(TOOL,), max_output_tokens=4))
        assert (body["store"], body["include"]) == (False, ["reasoning.encrypted_content"])
        assert body["tools"][0]["strict"] is False
        assert body["max_output_tokens"] == 16


class TestEffort:
    @pytest.mark.parametrize(
        ("model", "asked", "said"),
        [
            ("gpt-6-sol", "minimal", "low"),
            ("gpt-5.4", "minimal", "low"),
            ("gpt-6-astra", "minimal", "low"),
            ("gpt-6-astra", "none", "low"),
            ("gpt-5", "none", "minimal"),
            ("gpt-5", "xhigh", "high"),
            ("gpt-5.1", "max", "high"),
            ("o3", "minimal", "low"),
            ("chat-latest", "high", "medium"),
            ("chat-latest", "low", "medium"),
        ],
    )
    def test_that_the_model_lacks_becomes_the_next_it_has(self, model, asked, said):
        exchange = exchange_of(model, request(reasoning=effort(asked)))
        assert json.loads(exchange.draft.body)["reasoning_effort"] == said
        assert warned(exchange) == {("changed", "reasoning.effort")}
        assert repr(asked) in exchange.warnings[0].message
        assert repr(said) in exchange.warnings[0].message

    @pytest.mark.parametrize("word", ["none", "low", "medium", "high", "xhigh"])
    def test_that_the_model_has_is_sent_as_it_is(self, word):
        exchange = exchange_of("gpt-5.4", request(reasoning=effort(word)))
        assert json.loads(exchange.draft.body)["reasoning_effort"] == word
        assert exchange.warnings == ()

    @pytest.mark.parametrize("wanted", [None, "openai_responses"])
    def test_means_nothing_to_a_model_that_does_not_reason(self, wanted):
        exchange = exchange_of("gpt-4.1", request(reasoning=effort("high")), wanted=wanted)
        body = json.loads(exchange.draft.body)
        assert not {"reasoning", "reasoning_effort"} & body.keys()
        assert warned(exchange) == {("dropped", "reasoning")}
        assert exchange_of("gpt-4.1", request(reasoning=effort("none")), wanted=wanted).warnings == ()

    def test_of_an_unknown_model_is_its_own_affair(self):
        assert sent("gpt-7-nova", request(reasoning=effort("minimal")))["reasoning_effort"] == "minimal"

    def test_of_a_new_model_is_one_that_its_family_has(self):
        assert sent("gpt-6-nova", request(reasoning=effort("minimal")))["reasoning_effort"] == "low"
        assert PROVIDER.chat_codec("gpt-6-nova").forward(chat_inbound(reasoning_effort="minimal")) is None


SAMPLING = [
    ("temperature", 0.2),
    ("top_p", 0.9),
    ("presence_penalty", 0.5),
    ("frequency_penalty", -0.5),
    ("logit_bias", {"50256": -100.0}),
    ("logprobs", True),
    ("top_logprobs", 2),
]


class TestSampling:
    @pytest.mark.parametrize(("field", "value"), SAMPLING)
    @pytest.mark.parametrize(
        ("model", "config"),
        [
            ("gpt-5", None),
            ("o3", None),
            ("gpt-6-sol", None),
            ("gpt-5.4", effort("low")),
            ("gpt-6-astra", effort("none")),
        ],
    )
    def test_is_refused_of_a_model_that_reasons(self, model, config, field, value):
        asked = request(reasoning=config, **{field: value})
        with pytest.raises(Unsupported, match="reason") as caught:
            exchange_of(model, asked)
        assert (caught.value.param, caught.value.provider, caught.value.model) == (field, "openai", model)
        exchange = exchange_of(model, asked, drop=True)
        assert field not in json.loads(exchange.draft.body)
        assert ("dropped", field) in warned(exchange)

    @pytest.mark.parametrize(("field", "value"), SAMPLING)
    @pytest.mark.parametrize(
        ("model", "config"),
        [("gpt-5.4", None), ("gpt-5.1", effort("none")), ("gpt-6-sol", effort("none")), ("gpt-4.1", None)],
    )
    def test_is_sent_where_the_model_does_not_reason(self, model, config, field, value):
        exchange = exchange_of(model, request(reasoning=config, **{field: value}))
        assert json.loads(exchange.draft.body)[field] == value
        assert exchange.warnings == ()

    @pytest.mark.parametrize(("field", "value"), [("temperature", 1), ("top_p", 1.0), ("presence_penalty", 0)])
    def test_that_says_the_default_is_no_wish(self, field, value):
        assert sent("gpt-5", request(**{field: value}))[field] == value

    def test_is_refused_on_responses_too(self):
        with pytest.raises(Unsupported, match="temperature"):
            exchange_of("gpt-5.5", request(tools=(TOOL,), temperature=0.2))

    def test_of_an_unknown_model_is_its_own_affair(self):
        assert sent("gpt-6-nova", request(temperature=0.2))["temperature"] == 0.2


class TestOtherFields:
    @pytest.mark.parametrize("model", ["gpt-5", "gpt-5.4", "gpt-6-sol", "o3"])
    def test_stop_sequences_are_refused_of_reasoning_models(self, model):
        with pytest.raises(Unsupported, match="stop"):
            exchange_of(model, request(stop=("END",)))
        assert "stop" not in sent(model, request(stop=("END",)), drop=True)
        for taking in ("gpt-4.1", "o3-mini"):
            assert sent(taking, request(stop=("END",)))["stop"] == ["END"]

    def test_spoken_answers_are_refused_of_reasoning_models(self):
        asked = request(modalities=("text", "audio"), audio=AudioOutput(format="mp3", voice="alloy"))
        with pytest.raises(Unsupported, match="modalities"):
            exchange_of("gpt-5", asked)
        body = sent("gpt-audio-1.5", asked)
        assert (body["modalities"], body["audio"]) == (["text", "audio"], {"format": "mp3", "voice": "alloy"})

    def test_predicted_text_is_a_hint_that_reasoning_models_do_without(self):
        exchange = exchange_of("gpt-5", request(prediction="Dear Sir"))
        assert "prediction" not in json.loads(exchange.draft.body)
        assert warned(exchange) == {("dropped", "prediction")}
        assert sent("gpt-4.1", request(prediction="Dear Sir"))["prediction"]["content"] == "Dear Sir"

    def test_verbosity_came_with_gpt_5(self):
        exchange = exchange_of("gpt-4.1", request(verbosity="low"))
        assert "verbosity" not in json.loads(exchange.draft.body)
        assert warned(exchange) == {("dropped", "verbosity")}
        assert sent("gpt-5", request(verbosity="low"))["verbosity"] == "low"
        assert sent("chat-latest", request(verbosity="low"))["verbosity"] == "medium"

    def test_parallel_calls_are_no_word_of_the_o_series(self):
        exchange = exchange_of("o3", request(tools=(TOOL,), parallel_tool_calls=True))
        assert "parallel_tool_calls" not in json.loads(exchange.draft.body)
        assert warned(exchange) == {("dropped", "parallel_tool_calls")}
        with pytest.raises(Unsupported, match="parallel_tool_calls"):
            exchange_of("o3", request(tools=(TOOL,), parallel_tool_calls=False))
        assert sent("gpt-5", request(tools=(TOOL,), parallel_tool_calls=False))["parallel_tool_calls"] is False

    def test_the_limit_has_its_new_name_for_every_model(self):
        for model in ("gpt-5", "gpt-4.1", "gpt-7-nova"):
            body = sent(model, request(max_output_tokens=9))
            assert (body["max_completion_tokens"], "max_tokens" in body) == (9, False)

    @pytest.mark.parametrize("word", ["standard", "standard_only"])
    def test_the_usual_tier_has_one_name(self, word):
        assert sent("gpt-5", request(service_tier=word))["service_tier"] == "default"


def chat_inbound(**fields):
    body = {"model": "any", "messages": [{"role": "user", "content": "Hello"}], **fields}
    return openai_chat.parse(json.dumps(body).encode(), ())


FUNCTION = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}


class TestForwarding:
    @pytest.mark.parametrize(
        ("model", "fields"),
        [
            ("gpt-4.1", {"temperature": 0.2, "stop": ["END"], "tools": [FUNCTION]}),
            ("gpt-5.4", {"reasoning_effort": "high"}),
            ("gpt-5.4", {"temperature": 0.2, "tools": [FUNCTION]}),
            ("gpt-6-sol", {"max_tokens": 5}),
            ("gpt-7-nova", {"temperature": 0.2, "reasoning_effort": "minimal"}),
        ],
    )
    def test_hands_on_what_the_model_takes(self, model, fields):
        exchange = PROVIDER.chat_codec(model).forward(chat_inbound(**fields))
        assert exchange is not None
        assert exchange.forwarded
        body = json.loads(exchange.draft.body)
        assert body["model"] == model
        assert body.get("temperature") == fields.get("temperature")

    @pytest.mark.parametrize(
        ("model", "fields"),
        [
            ("gpt-5", {"temperature": 0.2}),
            ("gpt-5", {"stop": "END"}),
            ("gpt-5.4", {"reasoning_effort": "minimal"}),
            ("gpt-4.1", {"reasoning_effort": "low"}),
            ("gpt-4.1", {"verbosity": "low"}),
            ("gpt-5.5", {"tools": [FUNCTION]}),
            ("gpt-6-sol", {"reasoning_effort": "max"}),
            ("gpt-5.5-pro", {}),
            # The old name of the limit may be refused.
            ("gpt-7-nova", {"max_tokens": 5}),
        ],
    )
    def test_does_not_hand_on_what_it_would_refuse(self, model, fields):
        assert PROVIDER.chat_codec(model).forward(chat_inbound(**fields)) is None

    def test_gives_the_same_limit_as_writing_does(self):
        inbound = chat_inbound(max_tokens=5)
        codec = PROVIDER.chat_codec("gpt-6-sol")
        forwarded, written = codec.forward(inbound), codec.encode(inbound.request)
        for exchange in (forwarded, written):
            body = json.loads(exchange.draft.body)
            assert (body.get("max_completion_tokens"), "max_tokens" in body) == (5, False)

    def test_of_responses_is_held_to_the_same_rules(self):
        def inbound(**fields):
            body = {"model": "any", "input": "Hello", "store": False, **fields}
            return openai_responses.parse(json.dumps(body).encode(), ())

        codec = PROVIDER.chat_codec("gpt-5", "openai_responses")
        assert codec.forward(inbound()) is not None
        assert codec.forward(inbound(temperature=0.2)) is None
