"""Plain usage costs the same, to the digit and the reason, whichever way it is worked out."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.catalog import models
from accord.catalog.cost import cost_of, is_router
from accord.catalog.plain_price import PlainPrice, plain_price
from accord.core.model import ModelFacts, Prices, Rates, Tier
from accord.core.usage import Usage
from accord.engine.complete import price
from accord.engine.target import Target
from accord.providers import OpenAI

AT = datetime(2026, 11, 24, 2, tzinfo=UTC)
TYPES = ("openai", "anthropic", "azure", "azure_ai", "mistral", "deepseek", "moonshot", "vertex_ai", "openrouter")
PRICED = [
    facts
    for name in TYPES
    for facts in models(name)
    if facts.exact and facts.prices is not None and not is_router(facts)
]
PLAIN = [(facts, known) for facts in PRICED if (known := plain_price(facts)) is not None]

counts = st.integers(-2, 3) | st.integers(0, 2_000_000)
maybe = st.none() | counts
seldom = st.sampled_from((None, None, None, None, None, 0, 0, 7))
usages = st.builds(
    Usage,
    input=maybe,
    output=maybe,
    cached=maybe,
    reasoning=maybe,
    cache_write=seldom,
    cache_write_1h=seldom,
    audio_input=seldom,
    audio_output=seldom,
    image_input=seldom,
    image_output=seldom,
    video_input=seldom,
    web_searches=seldom,
    seconds=seldom.map(lambda count: None if count is None else float(count)),
    service_tier=st.sampled_from((None, None, None, "default", "standard", "flex", "scale", "auto")),
    region=st.sampled_from((None, None, None, "", "global", "us", "mars")),
    cost=st.sampled_from((None, None, None, Decimal("0.5"), Decimal(-1))),
)
times = st.integers(0, 2_000).map(lambda days: datetime(2023, 1, 1, tzinfo=UTC) + timedelta(days=days, hours=days))
times |= times.map(lambda at: at.replace(tzinfo=None))


def told(cost: object) -> str:
    # As text, since decimals that differ in their last zeros are equal.
    return repr(cost)


@given(st.sampled_from(PLAIN), usages, times)
def test_both_ways_agree(known: tuple[ModelFacts, PlainPrice], usage: Usage, at: datetime) -> None:
    facts, plain = known
    short = plain.cost(usage, at)
    if short is not None:
        assert told(short) == told(cost_of(usage, facts, at=at))


@given(st.sampled_from(PLAIN), st.integers(0, 100_000), st.integers(0, 100_000), st.data())
def test_plain_usage_is_priced_the_short_way(
    known: tuple[ModelFacts, PlainPrice], given_: int, answered: int, data: st.DataObject
) -> None:
    facts, plain = known
    read = data.draw(st.integers(0, given_)) if facts.prices is not None and "cached" in facts.prices.base else 0
    usage = Usage(input=given_, output=answered, cached=read, reasoning=3, audio_input=0, service_tier="default")
    short = plain.cost(usage, AT)
    long = cost_of(usage, facts, at=AT)
    # Where it is not, the list of another day or length holds.
    assert short is not None or facts.prices is None or facts.prices.changes or facts.prices.tiers
    assert short is None or told(short) == told(long)


def test_most_models_have_a_plain_price() -> None:
    assert len(PLAIN) > 0.8 * len(PRICED)


BASE = {"input": Decimal("0.25"), "cached": Decimal("0.025"), "output": Decimal(2)}


def of(prices: Prices) -> PlainPrice | None:
    return plain_price(ModelFacts(id="m", prices=prices))


@pytest.mark.parametrize(
    "prices",
    [
        Prices(base={"input": Decimal(1)}),
        Prices(base={**BASE, "reasoning": Decimal(3)}),
        Prices(base={**BASE, "request": Decimal(1)}),
        Prices(base={**BASE, "routing": Decimal(1)}),
        Prices(base=BASE, changes=(Prices(base={"input": Decimal(9), "output": Decimal(9)}),)),
    ],
    ids=["no output", "reasoning apart", "by the request", "a router", "two lists from the same day"],
)
def test_what_is_not_plain_has_none(prices: Prices) -> None:
    assert of(prices) is None


def test_a_family_has_none() -> None:
    assert plain_price(ModelFacts(id="m", exact=False, prices=Prices(base=BASE))) is None
    assert plain_price(None) is None


@pytest.mark.parametrize(
    "usage",
    [
        Usage(input=300_000, output=1),
        Usage(input=10, output=1, cache_write=4),
        Usage(input=10, output=1, service_tier="flex"),
        Usage(input=10, output=1, region="us"),
        Usage(input=10, output=1, apart=(Usage(input=1, output=1),)),
        Usage(input=10, output=1, model="another"),
        Usage(input=10, output=1, cost=Decimal("NaN")),
        Usage(input=10, output=1, cached=11),
        Usage(input=10),
    ],
)
def test_what_is_not_plain_is_left_to_the_long_way(usage: Usage) -> None:
    plain = of(Prices(base=BASE, tiers=(Tier(above=200_000, prices={"input": Decimal(1)}),)))
    assert plain is not None
    assert plain.cost(usage, AT) is None


def test_a_list_holds_between_its_days() -> None:
    later = Prices(base={"input": Decimal(9), "output": Decimal(9)}, since="2026-12-01")
    earlier = Prices(base={"input": Decimal(8), "output": Decimal(8)})
    prices = Prices(base=BASE, since="2026-11-01", changes=(earlier, later))
    plain, facts = of(prices), ModelFacts(id="m", prices=prices)
    assert plain is not None
    usage = Usage(input=1, output=0)
    first, last = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    moment = timedelta(microseconds=1)
    assert plain.cost(usage, first) == plain.cost(usage, last - moment) == cost_of(usage, facts, at=first)
    assert plain.cost(usage, first - moment) is plain.cost(usage, last) is None
    assert plain.cost(usage, first.replace(tzinfo=None)) is None


def test_a_call_is_priced_by_its_target() -> None:
    target = Target("openai", OpenAI(api_key="sk-test"), "gpt-5.4-mini")
    assert target.plain is not None
    usage = Usage(input=900, output=200, cached=100)
    assert told(price(target, usage, AT)) == told(cost_of(usage, target.facts, at=AT))
    flex = msgspec.structs.replace(usage, service_tier="flex")
    assert price(target, flex, AT).amount != price(target, usage, AT).amount


def test_a_tier_with_rates_of_its_own_is_not_plain() -> None:
    plain = of(Prices(base=BASE, service_tiers={"priority": Rates(base={"input": Decimal(9), "output": Decimal(9)})}))
    assert plain is not None
    assert plain.cost(Usage(input=1, output=1, service_tier="priority"), AT) is None
