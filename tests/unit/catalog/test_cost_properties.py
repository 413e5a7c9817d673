"""What holds for every cost: parts add up, more never costs less, each token is charged once."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from accord.catalog import models
from accord.catalog.cost import TOKEN_PARTS, cost_of
from accord.catalog.split import charges
from accord.core.model import ModelFacts
from accord.core.usage import Usage

PRICED = [
    facts
    for provider in ("openai", "anthropic", "azure", "mistral", "deepseek", "moonshot", "vertex_ai", "xai")
    for facts in models(provider)
    if facts.prices is not None
]
AT = datetime(2026, 11, 24, 2, tzinfo=UTC)

counts = st.integers(min_value=0, max_value=2_000_000)


@st.composite
def usages(draw: st.DrawFn) -> Usage:
    """A usage whose counts fit together, as a provider reports it."""
    audio, image, text, cached_audio, cached_image = (draw(counts) for _ in range(5))
    cached, write, hour = draw(counts), draw(counts), draw(counts)
    out_text, out_audio, out_image = draw(counts), draw(counts), draw(counts)
    return Usage(
        input=text + audio + image + cached_audio + cached_image + cached + write + hour,
        output=out_text + out_audio + out_image,
        cached=cached + cached_audio + cached_image,
        cached_audio=cached_audio,
        cached_image=cached_image,
        cache_write=write + hour,
        cache_write_1h=hour,
        reasoning=draw(st.integers(0, out_text)),
        audio_input=audio + cached_audio,
        audio_output=out_audio,
        image_input=image + cached_image,
        image_output=out_image,
        web_searches=draw(st.integers(0, 9)),
        seconds=draw(st.floats(0, 10_000)),
        characters=draw(counts),
        images=draw(st.integers(0, 9)),
    )


plain = st.builds(Usage, input=counts, output=counts)


@given(st.sampled_from(PRICED), usages())
def test_parts_add_up_to_the_amount(facts: ModelFacts, usage: Usage) -> None:
    cost = cost_of(usage, facts, at=AT)
    if cost.amount is None:
        assert cost.reason
    else:
        assert sum(cost.parts.values(), Decimal(0)) == cost.amount
        assert all(part >= 0 for part in cost.parts.values())


@given(st.sampled_from(PRICED), usages())
def test_every_token_is_charged_exactly_once(facts: ModelFacts, usage: Usage) -> None:
    assert facts.prices is not None
    prices = {**dict.fromkeys(TOKEN_PARTS, Decimal(1)), "output": Decimal(2), "audio_input": Decimal(3)}
    prices |= {"image_input": Decimal(4)}
    charged = charges(usage, prices)
    tokens = sum(count for unit, count in charged.items() if unit in TOKEN_PARTS)
    assert tokens == (usage.total or 0)


@given(st.sampled_from(PRICED), plain, st.integers(0, 100_000), st.integers(0, 100_000))
def test_more_tokens_never_cost_less(facts: ModelFacts, usage: Usage, more_input: int, more_output: int) -> None:
    grown = msgspec.structs.replace(
        usage, input=(usage.input or 0) + more_input, output=(usage.output or 0) + more_output
    )
    before, after = cost_of(usage, facts, at=AT), cost_of(grown, facts, at=AT)
    if after.amount is None:
        # Embeddings have no output: what one of theirs would cost is unknown, and not nothing.
        assert before.amount is None or "no price is known for" in (after.reason or "")
    elif before.amount is not None:
        assert after.amount >= before.amount


@given(st.sampled_from(PRICED), plain)
def test_reading_from_a_cache_never_costs_more(facts: ModelFacts, usage: Usage) -> None:
    cached = msgspec.structs.replace(usage, cached=usage.input)
    before, after = cost_of(usage, facts, at=AT).amount, cost_of(cached, facts, at=AT).amount
    assert before is None or after is None or after <= before


@given(st.sampled_from(PRICED), plain)
def test_only_free_models_and_nothing_used_cost_nothing(facts: ModelFacts, usage: Usage) -> None:
    cost = cost_of(usage, facts, at=AT)
    if cost.amount == 0 and usage.input and usage.output:
        assert facts.prices is not None
        assert facts.prices.base == {"request": 0}


@given(
    st.builds(
        Usage,
        input=st.none() | st.integers(-5, 50),
        output=st.none() | st.integers(-5, 50),
        cached=st.none() | st.integers(-5, 60),
    ),
    st.sampled_from(PRICED),
)
def test_hostile_counts_give_an_amount_or_a_reason(usage: Usage, facts: ModelFacts) -> None:
    cost = cost_of(usage, facts, at=AT)
    assert (cost.amount is None) != (cost.reason is None)
    assert cost.amount is None or cost.amount >= 0
