"""Everything beside the conversation: how to answer, tools, thinking, and what each service and model takes."""

import json
from typing import Any

import pytest

from accord.catalog import facts as catalogue_facts
from accord.core.error import Unsupported
from accord.core.message import user
from accord.core.model import ModelFacts
from accord.core.part import CacheControl
from accord.core.request import (
    AudioOutput,
    ChatRequest,
    JsonObjectFormat,
    JsonSchemaFormat,
    ReasoningConfig,
)
from accord.core.tool import AllowedTools, FunctionTool, HostedChoice, HostedTool, NamedTool
from accord.core.warning import CallWarning
from accord.dialects.gemini import AI_STUDIO, VERTEX, Gemini, Knobs

F = FunctionTool(name="f", description="Does.", parameters={"type": "object", "properties": {"a": {"type": "string"}}})
G = FunctionTool(name="g")
SEARCH = HostedTool(dialect="gemini", raw={"googleSearch": {}})
SCHEMA = {"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}, "$defs": {"A": {"const": 1}}}


def encoded(
    model: str = "gemini-2.5-flash",
    knobs: Knobs = AI_STUDIO,
    facts: ModelFacts | None = None,
    on_unsupported: Any = "error",
    **fields: Any,
) -> tuple[dict[str, Any], tuple[CallWarning, ...]]:
    request = ChatRequest(messages=(user("hi"),), **fields)
    exchange = Gemini(model=model, knobs=knobs, facts=facts).encode(request, on_unsupported=on_unsupported)
    body = json.loads(exchange.draft.body)
    del body["contents"]
    return body, exchange.warnings


def config(**options: Any) -> dict[str, Any]:
    return encoded(**options)[0].get("generationConfig", {})


def refused(**options: Any) -> str | None:
    with pytest.raises(Unsupported) as caught:
        encoded(**options)
    _, warnings = encoded(on_unsupported="drop", **options)
    assert [one.kind for one in warnings if one.field == caught.value.param] == ["dropped"], "drop must say so"
    return caught.value.param


def test_nothing_asked_is_nothing_sent() -> None:
    assert encoded() == ({}, ())


def test_sampling_and_limits() -> None:
    assert config(
        temperature=0.0,
        top_p=0.9,
        top_k=5,
        n=2,
        max_output_tokens=10,
        stop=("a", "b"),
        seed=-3,
        presence_penalty=0.5,
        frequency_penalty=-0.5,
        logprobs=True,
        top_logprobs=3,
        modalities=("text", "audio"),
        audio=AudioOutput(format="pcm16", voice="Kore"),
    ) == {
        "temperature": 0.0,
        "topP": 0.9,
        "topK": 5,
        "candidateCount": 2,
        "maxOutputTokens": 10,
        "stopSequences": ["a", "b"],
        "seed": -3,
        "presencePenalty": 0.5,
        "frequencyPenalty": -0.5,
        "responseLogprobs": True,
        "logprobs": 3,
        "responseModalities": ["TEXT", "AUDIO"],
        "speechConfig": {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}}},
    }


def test_seeds_longer_than_32_bits_are_folded_the_same_way_each_time() -> None:
    body, warnings = encoded(seed=2**40 + 7)
    assert body["generationConfig"]["seed"] == 7
    assert [(one.kind, one.field) for one in warnings] == [("changed", "seed")]


def test_gemini_3_has_no_penalties_but_none_at_all_is_no_wish() -> None:
    assert refused(model="gemini-3.8-flash", presence_penalty=0.1) == "presence_penalty"
    assert config(model="gemini-3.8-flash", presence_penalty=0, frequency_penalty=0.0) == {}


@pytest.mark.parametrize(("field", "value"), [("logit_bias", {"1": 1.0}), ("previous_response_id", "resp_1")])
def test_what_would_change_the_answer_is_refused(field: str, value: object) -> None:
    assert refused(**{field: value}) == field


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("prediction", "x"),
        ("verbosity", "low"),
        ("metadata", {"a": "b"}),
        ("user", "u"),
        ("store", True),
        ("cache", CacheControl()),
        ("cache_key", "k"),
        ("cache_retention", "24h"),
        ("service_tier", "scale"),
    ],
)
def test_what_would_not_is_left_out_with_a_warning(field: str, value: Any) -> None:
    body, warnings = encoded(**{field: value})
    assert body == {}
    assert [(one.kind, one.field) for one in warnings] == [("dropped", field)]


def test_fields_of_other_wires_are_left_out_with_a_warning() -> None:
    _, warnings = encoded(extra={"openai_chat": {"client_metadata": {}, "chat_template_kwargs": {}}})
    assert [one.field for one in warnings] == ["client_metadata", "chat_template_kwargs"]


def test_fields_of_this_wire_go_in_over_what_is_written() -> None:
    extra = {
        "gemini": {
            "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "OFF"}],
            "cachedContent": "cachedContents/1",
            "generationConfig": {"mediaResolution": "MEDIA_RESOLUTION_LOW", "temperature": 1},
        }
    }
    body, warnings = encoded(temperature=0.5, top_p=0.1, extra=extra)
    assert body == {
        "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "OFF"}],
        "cachedContent": "cachedContents/1",
        "generationConfig": {"temperature": 1, "topP": 0.1, "mediaResolution": "MEDIA_RESOLUTION_LOW"},
    }
    assert warnings == ()


class TestPlatforms:
    FIELDS = {
        "gemini": {
            "store": True,
            "generationConfig": {"audioTimestamp": True, "routing_config": {}},
            "toolConfig": {"functionCallingConfig": {"streamFunctionCallArguments": True}},
        }
    }

    def test_ai_studio_is_not_sent_what_vertex_alone_takes(self) -> None:
        body, warnings = encoded(extra=self.FIELDS)
        assert body == {"store": True}
        assert {one.field for one in warnings} == {
            "generationConfig.audioTimestamp",
            "generationConfig.routing_config",
            "toolConfig.functionCallingConfig.streamFunctionCallArguments",
        }

    def test_vertex_is_not_sent_what_ai_studio_alone_takes(self) -> None:
        body, _ = encoded(knobs=VERTEX, extra=self.FIELDS)
        assert "store" not in body

    def test_prompts_do_not_go_unscreened_where_nobody_screens(self) -> None:
        screened = {"gemini": {"model_armor_config": {}}}
        assert encoded(knobs=VERTEX, extra=screened)[0] == {"model_armor_config": {}}
        assert refused(extra=screened) == "model_armor_config"

    def test_the_callers_request_is_not_changed_by_that(self) -> None:
        encoded(extra=self.FIELDS)
        assert self.FIELDS["gemini"]["toolConfig"] == {"functionCallingConfig": {"streamFunctionCallArguments": True}}

    @pytest.mark.parametrize(("tier", "word"), [("flex", "flex"), ("default", "standard"), ("priority", "priority")])
    def test_ai_studio_is_asked_for_a_tier_in_the_body(self, tier: str, word: str) -> None:
        assert encoded(service_tier=tier)[0] == {"serviceTier": word}

    def test_vertex_is_asked_for_a_tier_in_a_header(self) -> None:
        request = ChatRequest(messages=(user("hi"),), service_tier="flex")
        draft = Gemini(model="gemini-2.5-flash", knobs=VERTEX).encode(request).draft
        assert draft.headers == (("x-vertex-ai-llm-shared-request-type", "flex"),)
        assert b"flex" not in draft.body

    def test_metadata_become_labels_where_that_is_wanted(self) -> None:
        knobs = Knobs(platform="vertex", labels="metadata")
        assert encoded(knobs=knobs, metadata={"team": "a"}) == ({"labels": {"team": "a"}}, ())


class TestTools:
    def test_functions_share_an_entry_and_hosted_tools_have_their_own(self) -> None:
        body, _ = encoded(model="gemini-3.8-flash", tools=(F, SEARCH, G))
        assert body["tools"] == [
            {
                "functionDeclarations": [
                    {"name": "f", "description": "Does.", "parametersJsonSchema": F.parameters},
                    {"name": "g"},
                ]
            },
            {"googleSearch": {}},
        ]

    def test_ai_studio_wants_to_be_told_that_both_kinds_are_meant(self) -> None:
        assert encoded(model="gemini-3.8-flash", tools=(F, SEARCH))[0]["toolConfig"] == {
            "includeServerSideToolInvocations": True
        }
        assert "toolConfig" not in encoded(model="gemini-3.8-flash", tools=(F, SEARCH), knobs=VERTEX)[0]

    def test_older_models_cannot_have_both(self) -> None:
        assert refused(tools=(F, SEARCH)) == "tools[1]"
        body, warnings = encoded(tools=(F, HostedTool(dialect="openai_responses", raw={"type": "web_search"})))
        assert len(body["tools"]) == 1
        assert [one.kind for one in warnings] == ["dropped"]

    @pytest.mark.parametrize(
        ("raw", "ours", "left_out"),
        [
            ({"type": "web_search"}, "googleSearch", []),
            ({"type": "web_search_20250305", "name": "web_search"}, "googleSearch", []),
            ({"type": "web_search", "filters": {}}, "googleSearch", ["tools[0].filters"]),
            ({"type": "web_fetch_20250910"}, "urlContext", []),
            ({"type": "code_interpreter", "container": {"type": "auto"}}, "codeExecution", ["tools[0].container"]),
        ],
    )
    def test_tools_that_other_hosts_run_are_translated(
        self, raw: dict[str, object], ours: str, left_out: list[str]
    ) -> None:
        body, warnings = encoded(tools=(HostedTool(dialect="openai_responses", raw=raw),))
        assert body["tools"] == [{ours: {}}]
        assert [one.field for one in warnings if one.kind == "changed"] == ["tools[0]"]
        assert [one.field for one in warnings if one.kind == "dropped"] == left_out

    def test_tools_without_an_equivalent_are_left_out(self) -> None:
        body, warnings = encoded(tools=(HostedTool(dialect="openai_responses", raw={"type": "file_search"}),))
        assert body == {}
        assert [(one.kind, one.field) for one in warnings] == [("dropped", "tools[0]")]

    def test_tools_of_the_other_service_are_refused(self) -> None:
        tool = HostedTool(dialect="gemini", raw={"enterpriseWebSearch": {}})
        assert refused(tools=(tool,)) == "tools[0]"
        assert encoded(tools=(tool,), knobs=VERTEX)[0]["tools"] == [{"enterpriseWebSearch": {}}]

    @pytest.mark.parametrize(
        ("choice", "config"),
        [
            ("auto", {"mode": "AUTO"}),
            ("none", {"mode": "NONE"}),
            ("required", {"mode": "ANY"}),
            (NamedTool(name="g"), {"mode": "ANY", "allowedFunctionNames": ["g"]}),
            (AllowedTools(mode="auto", names=("f", "g")), {"mode": "VALIDATED", "allowedFunctionNames": ["f", "g"]}),
            (AllowedTools(mode="required", names=("f",)), {"mode": "ANY", "allowedFunctionNames": ["f"]}),
        ],
    )
    def test_choices(self, choice: Any, config: dict[str, object]) -> None:
        body, warnings = encoded(tools=(F, G), tool_choice=choice)
        assert body["toolConfig"] == {"functionCallingConfig": config}
        assert warnings == ()

    def test_strict_functions_are_validated(self) -> None:
        strict = FunctionTool(name="f", strict=True)
        assert encoded(tools=(strict,))[0]["toolConfig"] == {"functionCallingConfig": {"mode": "VALIDATED"}}
        assert "toolConfig" not in encoded(tools=(strict,), model="gemini-2.0-flash")[0]

    def test_a_choice_without_functions_is_no_choice_or_refused(self) -> None:
        body, warnings = encoded(tool_choice="auto")
        assert (body, [one.field for one in warnings]) == ({}, ["tool_choice"])
        assert refused(tool_choice="required") == "tool_choice"

    def test_hosted_tools_of_others_cannot_be_demanded(self) -> None:
        choice = HostedChoice(dialect="openai_responses", raw={"type": "web_search"})
        assert refused(tools=(F,), tool_choice=choice) == "tool_choice"

    def test_one_call_at_a_time_cannot_be_asked_for(self) -> None:
        _, warnings = encoded(tools=(F,), parallel_tool_calls=False)
        assert [one.field for one in warnings] == ["parallel_tool_calls"]


class TestResponseFormat:
    def test_schemas_go_out_as_they_are(self) -> None:
        assert config(response_format=JsonSchemaFormat(schema=SCHEMA)) == {
            "responseMimeType": "application/json",
            "responseJsonSchema": SCHEMA,
        }
        assert config(response_format=JsonObjectFormat()) == {"responseMimeType": "application/json"}

    def test_models_without_json_schema_get_googles(self) -> None:
        assert config(model="gemini-1.5-pro", response_format=JsonSchemaFormat(schema=SCHEMA)) == {
            "responseMimeType": "application/json",
            "responseSchema": {"type": "OBJECT", "properties": {"a": {"type": "NUMBER"}}},
        }

    def test_older_models_cannot_have_functions_too(self) -> None:
        assert refused(tools=(F,), response_format=JsonObjectFormat()) == "response_format"
        assert config(model="gemini-3.8-flash", tools=(F,), response_format=JsonObjectFormat())


class TestThinking:
    @pytest.mark.parametrize(
        ("model", "effort", "expected"),
        [
            ("gemini-2.5-flash", "none", {"thinkingBudget": 0}),
            ("gemini-2.5-flash", "minimal", {"thinkingBudget": 1}),
            ("gemini-2.5-flash-lite", "minimal", {"thinkingBudget": 512}),
            ("gemini-2.5-pro", "none", {"thinkingBudget": 128}),
            ("gemini-2.5-flash", "low", {"thinkingBudget": 1024}),
            ("gemini-2.5-flash", "medium", {"thinkingBudget": 8192}),
            ("gemini-2.5-flash", "high", {"thinkingBudget": 24576}),
            ("gemini-2.5-pro", "max", {"thinkingBudget": 32768}),
            ("gemini-3-flash-preview", "none", {"thinkingLevel": "MINIMAL"}),
            ("gemini-3.8-flash", "minimal", {"thinkingLevel": "LOW"}),
            ("gemini-3-pro-preview", "medium", {"thinkingLevel": "HIGH"}),
            ("gemini-3.1-flash-lite-image", "low", {"thinkingLevel": "HIGH"}),
            ("gemini-4-argon", "max", {"thinkingLevel": "HIGH"}),
            ("publishers/google/models/gemini-3.8-flash", "low", {"thinkingLevel": "LOW"}),
            ("4711", "low", {"thinkingBudget": 1024}),
            ("some-future-model", "low", {"thinkingLevel": "LOW"}),
        ],
    )
    def test_efforts(self, model: str, effort: Any, expected: dict[str, object]) -> None:
        assert config(model=model, reasoning=ReasoningConfig(effort=effort)) == {"thinkingConfig": expected}

    def test_departures_are_told(self) -> None:
        for model, effort in (("gemini-2.5-pro", "none"), ("gemini-3.8-flash", "minimal"), ("gemini-4-argon", "max")):
            _, warnings = encoded(model=model, reasoning=ReasoningConfig(effort=effort))  # type: ignore[arg-type]
            assert [one.kind for one in warnings] == ["changed"], model

    def test_facts_win_over_names(self) -> None:
        facts = ModelFacts(id="x", reasoning=True, efforts=("low", "high", "xhigh"))
        wanted = ReasoningConfig(effort="xhigh")
        assert config(model="gemini-9", facts=facts, reasoning=wanted) == {"thinkingConfig": {"thinkingLevel": "XHIGH"}}

    @pytest.mark.parametrize("model", ["gemini-2.5-flash", "gemini-3.8-flash", "gemini-2.5-flash-image"])
    @pytest.mark.parametrize("provider", ["gemini", "vertex_ai"])
    def test_what_the_catalogue_knows_and_what_names_tell_is_the_same(self, provider: str, model: str) -> None:
        known = catalogue_facts(provider, model)
        assert known is not None
        assert known.prices is not None
        wanted = ReasoningConfig(effort="low")
        assert encoded(model=model, facts=known, reasoning=wanted) == encoded(model=model, reasoning=wanted)

    @pytest.mark.parametrize("model", ["gemini-2.0-flash", "gemini-2.5-flash-image", "gemma-3-27b-it"])
    def test_models_that_do_not_think_are_told_nothing_of_it(self, model: str) -> None:
        body, warnings = encoded(model=model, reasoning=ReasoningConfig(effort="high", visible=True))
        assert body == {}
        assert [(one.kind, one.field) for one in warnings] == [("dropped", "reasoning")]
        assert encoded(model=model, reasoning=ReasoningConfig(effort="none")) == ({}, ())

    @pytest.mark.parametrize(("budget", "sent"), [(0, 0), (1, 1), (2048, 2048), (100_000, 24_576)])
    def test_budgets_stay_within_the_models_bounds(self, budget: int, sent: int) -> None:
        body, warnings = encoded(reasoning=ReasoningConfig(budget=budget))
        assert body["generationConfig"]["thinkingConfig"] == {"thinkingBudget": sent}
        assert bool(warnings) is (budget != sent)

    @pytest.mark.parametrize(("budget", "level"), [(1024, "LOW"), (5000, "MEDIUM"), (30_000, "HIGH")])
    def test_budgets_become_levels(self, budget: int, level: str) -> None:
        body, warnings = encoded(model="gemini-3.8-flash", reasoning=ReasoningConfig(budget=budget))
        assert body["generationConfig"]["thinkingConfig"] == {"thinkingLevel": level}
        assert [one.field for one in warnings] == ["reasoning.budget"]

    @pytest.mark.parametrize(
        ("wanted", "expected"),
        [
            (ReasoningConfig(visible=True), {"includeThoughts": True}),
            (ReasoningConfig(summary="auto", effort="low"), {"includeThoughts": True, "thinkingBudget": 1024}),
            (ReasoningConfig(mode="adaptive"), {"includeThoughts": True, "thinkingBudget": -1}),
            (ReasoningConfig(mode="enabled", budget=9000), {"includeThoughts": True, "thinkingBudget": 9000}),
            (ReasoningConfig(mode="disabled"), {"thinkingBudget": 0}),
            (ReasoningConfig(mode="enabled", visible=False), {"includeThoughts": False}),
        ],
    )
    def test_switches_of_other_wires(self, wanted: ReasoningConfig, expected: dict[str, object]) -> None:
        assert config(reasoning=wanted) == {"thinkingConfig": expected}
