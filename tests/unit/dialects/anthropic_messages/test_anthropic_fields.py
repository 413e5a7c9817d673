"""Plain fields: sent, translated, or refused with their name (promise 2)."""

from time import process_time

import pytest

from accord.core.error import Unsupported
from accord.core.message import user
from accord.core.part import CacheControl, Image, Media, Text
from accord.core.request import AudioOutput, ReasoningConfig
from accord.dialects.anthropic_messages import Knobs


def test_the_limit_is_filled_in_with_a_warning(sent):
    found = sent("old")
    assert found.body["max_tokens"] == 8192
    assert ("filled", "max_output_tokens") in found.warnings
    given = sent("old", max_output_tokens=5)
    assert given.body["max_tokens"] == 5
    assert not given.warnings


def test_the_limit_is_lowered_to_the_models_own(sent):
    found = sent("old", max_output_tokens=100_000)
    assert found.body["max_tokens"] == 8192
    assert ("changed", "max_output_tokens") in found.warnings
    longer = {"anthropic_messages": {"betas": ["output-128k-2025-02-19"]}}
    raised = sent("old", max_output_tokens=100_000, extra=longer)
    assert raised.body["max_tokens"] == 100_000
    assert raised.headers["anthropic-beta"] == "output-128k-2025-02-19"


def test_nothing_is_sent_that_was_not_asked(sent):
    assert sent().body == {
        "model": "claude-opus-4-8",
        "max_tokens": 128_000,
        "messages": [{"role": "user", "content": "Hi"}],
    }
    assert sent(stream=True).body["stream"] is True


@pytest.mark.parametrize(
    ("fields", "written"),
    [
        ({"temperature": 0.5}, {"temperature": 0.5}),
        ({"top_p": 0.5, "top_k": 3}, {"top_p": 0.5, "top_k": 3}),
        ({"temperature": 0.5, "top_p": 1.0}, {"temperature": 0.5}),
        ({"temperature": 1.0, "top_p": 0.5}, {"top_p": 0.5}),
        ({"stop": ("a", "b")}, {"stop_sequences": ["a", "b"]}),
        ({"user": "u-1"}, {"metadata": {"user_id": "u-1"}}),
        ({"user": "12345678"}, {"metadata": {"user_id": "12345678"}}),
        ({"service_tier": "auto"}, {"service_tier": "auto"}),
        ({"service_tier": "default"}, {"service_tier": "standard_only"}),
        ({"cache": CacheControl(ttl="1h")}, {"cache_control": {"type": "ephemeral", "ttl": "1h"}}),
        ({"n": 1, "logprobs": False, "presence_penalty": 0.0, "modalities": ("text",)}, {}),
        ({"extra": {"anthropic_messages": {"container": "c", "betas": ["b"]}}}, {"container": "c"}),
    ],
)
def test_sent(sent, fields, written):
    found = sent("budget", max_output_tokens=9, **fields)
    usual = {"model": "claude-haiku-4-5", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
    assert found.body == {**usual, **written}
    assert not found.warnings


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("n", 2),
        ("seed", 1),
        ("presence_penalty", 0.5),
        ("frequency_penalty", 0.5),
        ("logit_bias", {"1": 1.0}),
        ("logprobs", True),
        ("top_logprobs", 2),
        ("modalities", ("text", "audio")),
        ("previous_response_id", "resp_1"),
        ("temperature", 1.5),
        ("stop", ("\n",)),
    ],
)
def test_refused(sent, field, value):
    with pytest.raises(Unsupported) as caught:
        sent("budget", **{field: value})
    assert str(caught.value.param).startswith(field)
    assert caught.value.provider == "anthropic"
    found = sent("budget", drop=True, max_output_tokens=9, **{field: value})
    assert set(found.body) == {"model", "max_tokens", "messages"}
    assert any(kind == "dropped" and name.startswith(field) for kind, name in found.warnings)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("verbosity", "low"),
        ("prediction", "x"),
        ("metadata", {"a": "b"}),
        ("store", True),
        ("cache_key", "k"),
        ("cache_retention", "24h"),
        ("service_tier", "flex"),
        ("user", "ann@example.com"),
        ("user", "+47 22 33 44 55"),
        ("user", "(555) 123-4567"),
        ("audio", AudioOutput(format="wav", voice="x")),
    ],
)
def test_advisory(sent, field, value):
    found = sent("budget", max_output_tokens=9, **{field: value})
    assert set(found.body) == {"model", "max_tokens", "messages"}
    assert found.warnings == {("dropped", field)}


def test_fields_of_other_wires_are_advisory(sent):
    found = sent("budget", max_output_tokens=9, extra={"openai_responses": {"client_metadata": {}}})
    assert found.warnings == {("dropped", "client_metadata")}


@pytest.mark.parametrize("field", ["temperature", "top_p", "top_k"])
def test_newer_models_take_no_sampling_parameters(sent, field):
    with pytest.raises(Unsupported, match="no sampling"):
        sent("adaptive", **{field: 0})
    if field != "top_k":
        assert field not in sent("adaptive", **{field: 1}).body


def test_thinking_by_a_budget_bounds_sampling(sent):
    thinks = ReasoningConfig(effort="low")
    assert sent("budget", reasoning=thinks, temperature=1).body["temperature"] == 1
    assert sent("budget", reasoning=thinks, top_p=0.97).body["top_p"] == 0.97
    for field, value in (("temperature", 0.5), ("top_p", 0.5), ("top_k", 4)):
        with pytest.raises(Unsupported, match="while thinking"):
            sent("budget", reasoning=thinks, **{field: value})


def test_betas_follow_from_what_is_used(sent):
    extra = {
        "mcp_servers": [],
        "speed": "fast",
        "context_management": {"edits": [{"type": "compact_20260112"}]},
        "thinking": {"type": "adaptive", "block_binding": {}, "display": "updates"},
        "output_config": {"task_budget": {"type": "tokens", "total": 1}},
        "betas": ["mine-2026-01-01", "fast-mode-2026-02-01"],
    }
    betas = sent(extra={"anthropic_messages": extra}).headers["anthropic-beta"].split(",")
    assert betas[:2] == ["mine-2026-01-01", "fast-mode-2026-02-01"]
    assert len(betas) == len(set(betas))
    assert set(betas[2:]) == {
        "mcp-client-2025-11-20",
        "context-management-2025-06-27",
        "compact-2026-01-12",
        "thinking-binding-controls-2026-08-01",
        "thinking-display-updates-2026-08-18",
        "task-budgets-2026-03-13",
    }
    assert sent().headers == {}


def test_unnamed_members_join_named_ones(sent):
    extra = {"anthropic_messages": {"output_config": {"task_budget": {"total": 1}}}}
    body = sent(reasoning=ReasoningConfig(effort="low"), extra=extra).body
    assert body["output_config"] == {"effort": "low", "task_budget": {"total": 1}}


VERTEX = Knobs(
    model="path",
    version="vertex-2023-10-16",
    betas="both",
    known_betas=("context-management-2025-06-27",),
    media_urls="refused",
    automatic_cache="refused",
    cache_scope="refused",
    attribution="refused",
    account_fields="refused",
)


def test_a_host_with_quirks(sent):
    marked = Text(
        text="x",
        cache=CacheControl(),
        extra={"anthropic_messages": {"cache_control": {"type": "ephemeral", "scope": "global"}}},
    )
    found = sent(
        knobs=VERTEX,
        messages=[user([marked]), user("last")],
        cache=CacheControl(),
        service_tier="auto",
        extra={
            "anthropic_messages": {
                "speed": "fast",
                "inference_geo": "us",
                "context_management": {"edits": []},
                "betas": ["unknown-2026-01-01"],
            }
        },
    )
    assert found.body == {
        "anthropic_version": "vertex-2023-10-16",
        "anthropic_beta": ["context-management-2025-06-27"],
        "max_tokens": 128_000,
        "context_management": {"edits": []},
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}},
                    {"type": "text", "text": "last", "cache_control": {"type": "ephemeral"}},
                ],
            }
        ],
    }
    assert found.headers == {"anthropic-beta": "context-management-2025-06-27"}
    assert {("dropped", "speed"), ("dropped", "inference_geo"), ("dropped", "service_tier")} <= found.warnings


def test_such_a_host_fetches_nothing(sent):
    with pytest.raises(Unsupported, match="does not fetch"):
        sent(knobs=VERTEX, messages=[user([Image(source=Media(url="https://x.test/a.png"))])])


def test_claude_codes_attribution_goes_to_anthropic_alone(sent):
    from accord.core.message import system

    instructions = system([Text(text="x-anthropic-billing-header: cc=1"), Text(text="Be brief.")])
    assert len(sent(messages=[instructions, user("Hi")]).body["system"]) == 2
    assert sent(knobs=VERTEX, messages=[instructions, user("Hi")]).body["system"] == "Be brief."


def test_who_asks_is_looked_at_in_a_time_that_grows_with_the_length_of_the_name(sent):
    name = "a@" + "." * 40_000 + " "
    before = process_time()
    assert sent("budget", max_output_tokens=9, user=name).body["metadata"] == {"user_id": name}
    assert process_time() - before < 0.5
