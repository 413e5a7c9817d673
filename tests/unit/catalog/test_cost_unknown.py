"""Unknown is unknown: no amount, and the reason why, wherever a count or a price that is needed is missing."""

from datetime import UTC, datetime
from decimal import Decimal, localcontext

import pytest

from accord.catalog import facts
from accord.catalog.cost import cost_of, routed_cost
from accord.core.model import ModelFacts, Prices
from accord.core.usage import Usage

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
PLAIN = Usage(input=1000, output=100)


@pytest.mark.parametrize(
    ("provider", "model", "usage", "reason"),
    [
        ("openai", "gpt-9", PLAIN, "not in the catalogue"),
        ("openai", "gpt-6.3-foo", PLAIN, "no price is known for gpt-6.3-foo"),
        ("openai", "gpt-6.2-astra", PLAIN, "no price is known"),
        ("openai", "ft:gpt-4.1-2025-04-14:acme::x", PLAIN, "no price is known"),
        ("openai", "gpt-6-sol", Usage(output=100), "no input tokens"),
        ("openai", "gpt-6-sol", Usage(input=100), "no output tokens"),
        ("openai", "gpt-6-sol", Usage(), "no input tokens"),
        ("openai", "gpt-6-sol", Usage(input=1000, output=100, service_tier="auto"), "service tier 'auto'"),
        ("openai", "gpt-6-sol", Usage(input=1000, output=100, service_tier="turbo"), "service tier 'turbo'"),
        ("openai", "gpt-6-luna", Usage(input=1000, output=100, service_tier="ultrafast"), "service tier 'ultrafast'"),
        ("openai", "gpt-6-sol", Usage(input=1000, output=100, service_tier="scale"), "paid in advance"),
        ("vertex_ai", "gemini-3.8-flash", Usage(input=9, output=1, service_tier="PROVISIONED_THROUGHPUT"), "advance"),
        ("anthropic", "claude-opus-5", Usage(input=1000, output=100, service_tier="priority"), "'priority'"),
        ("openai", "gpt-6-sol", Usage(input=1000, output=100, region="mars"), "region 'mars'"),
        ("anthropic", "claude-haiku-4-5", Usage(input=1000, output=100, region="us"), "region 'us'"),
        ("openai", "gpt-5.5-pro", Usage(input=1000, output=100, cached=10), "`cached`"),
        ("openai", "gpt-audio-1.5", Usage(input=1000, output=100, cached=10), "`cached`"),
        ("openai", "gpt-4o", Usage(input=1000, output=100, audio_input=10), "`audio_input`"),
        ("openai", "gpt-4o", Usage(input=1000, output=100, image_output=10), "`image_output`"),
        ("v0", "v0-1.5-md", Usage(input=1000, output=100, web_searches=1), "`web_search`"),
        ("mistral", "mistral-small-2603", Usage(input=1000, output=100, cache_write=10), "`cache_write`"),
        ("openai", "gpt-transcribe", Usage(), "seconds"),
        ("openai", "tts-1", Usage(), "characters"),
        ("azure_ai", "FLUX.2-pro", Usage(), "images"),
        ("azure_ai", "FLUX.2-flex", Usage(images=1), "no price is known"),
        ("deepseek", "deepseek-chat", PLAIN, "no price is known"),
        ("deepseek", "deepseek-v4-pro", PLAIN, "its price before 2026-08-23 is unknown"),
        ("openai", "gpt-6-sol", Usage(input=10, output=1, cached=11), "contradict"),
        ("openai", "gpt-audio-1.5", Usage(input=10, output=1, audio_output=2), "contradict"),
        ("openai", "gpt-transcribe", Usage(seconds=-1), "contradict"),
        ("openai", "gpt-transcribe", Usage(seconds=float("nan")), "contradict"),
        ("openai", "gpt-6-sol", Usage(input=10, output=1, web_searches=-1), "contradict"),
        ("openai", "gpt-image-2", Usage(input=10, output=1, cached=4, image_input=6), "cached tokens were image"),
        (
            "vertex_ai",
            "gemini-2.5-flash",
            Usage(input=10, output=1, cached=4, audio_input=6),
            "cached tokens were audio",
        ),
    ],
)
def test_says_why(provider: str, model: str, usage: Usage, reason: str) -> None:
    at = datetime(2026, 8, 1, tzinfo=UTC) if "before" in reason else NOON
    cost = cost_of(usage, facts(provider, model), at=at)
    assert cost.amount is None
    assert cost.source is None
    assert cost.parts == {}
    assert reason in str(cost.reason)


def test_the_hour_decides_where_prices_depend_on_it() -> None:
    assert "hour" in str(cost_of(PLAIN, facts("deepseek", "deepseek-flash")).reason)


def test_a_router_needs_the_model_it_chose() -> None:
    router = facts("azure", "model-router")
    assert router is not None
    assert routed_cost(PLAIN, router, None).amount is None
    assert cost_of(PLAIN, router).amount is None
    assert "fee" in str(routed_cost(PLAIN, ModelFacts(id="r"), facts("azure", "gpt-4o")).reason)


@pytest.mark.parametrize("nonsense", ["-0.1", "NaN", "Infinity"])
def test_a_reported_cost_that_is_no_amount_is_not_believed(nonsense: str) -> None:
    usage = Usage(input=1000, output=100, cost=Decimal(nonsense))
    cost = cost_of(usage, facts("openai", "gpt-6-sol"))
    assert (cost.amount, cost.source) == (Decimal("0.003"), "catalogue")


def test_a_reported_zero_is_a_cost() -> None:
    cost = cost_of(Usage(cost=Decimal(0)), None)
    assert (cost.amount, cost.source, cost.reason) == (Decimal(0), "provider", None)


def test_an_empty_price_list_is_no_price() -> None:
    cost = cost_of(PLAIN, ModelFacts(id="m", prices=Prices()))
    assert (cost.amount, cost.reason) == (None, "m: no price is known")


def test_an_unknown_part_is_no_reason_to_doubt_the_rest() -> None:
    """Missing details of a usage are nothing charged; only missing sums make a cost unknown."""
    cost = cost_of(Usage(input=1000, output=100, cached=None, web_searches=None), facts("openai", "gpt-5.5-pro"))
    assert cost.amount == Decimal("0.048")


def test_sound_that_costs_what_text_costs_needs_no_split() -> None:
    cost = cost_of(Usage(input=10, output=1, cached=8, audio_input=6), facts("vertex_ai", "gemini-3.8-flash"), at=NOON)
    assert cost.amount == Decimal(2 * 750_000 + 8 * 75_000 + 3_750_000) / 10**12


def test_more_reasoning_than_output_is_charged_as_output() -> None:
    deep = facts("perplexity", "sonar-pro")
    assert cost_of(Usage(input=0, output=10, reasoning=11), deep).parts["output"] == Decimal("0.00015")
    apart = ModelFacts(id="m", prices=Prices(base={"input": Decimal(1), "output": Decimal(8), "reasoning": Decimal(3)}))
    assert cost_of(Usage(input=0, output=10, reasoning=11), apart).amount == Decimal("0.00003")


def test_exact_whatever_the_threads_decimal_context() -> None:
    usage = Usage(input=123_456_789, output=987_654_321, cached=7, seconds=0.1)
    known = facts("openai", "gpt-6.1-terra")
    exact = cost_of(usage, known).amount
    with localcontext() as context:
        context.prec = 3
        assert cost_of(usage, known).amount == exact
    assert (
        exact
        == (Decimal(123_456_782) * 2 + Decimal(7) * Decimal("0.1") + Decimal(987_654_321) * Decimal("7.5")) / 10**6
    )


def test_a_time_without_zone_is_utc() -> None:
    known = facts("deepseek", "deepseek-flash")
    aware, naive = datetime(2026, 11, 24, 2, tzinfo=UTC), datetime(2026, 11, 24, 2)  # noqa: DTZ001
    assert cost_of(PLAIN, known, at=naive) == cost_of(PLAIN, known, at=aware)
