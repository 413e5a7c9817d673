"""The shipped data: complete, within limits, and without two models of one name."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import get_args

import pytest

from accord.catalog import models
from accord.catalog.check import SHELVES, price_report
from accord.catalog.cost import TOKEN_PARTS
from accord.catalog.name import normalised
from accord.core.dialect import Dialect
from accord.core.model import Modality, Prices
from accord.core.operation import Operation

TWELVE = (
    "openai", "anthropic", "azure", "mistral", "deepseek", "moonshot", "meta_llama", "openrouter", "vertex_ai", "v0",
    "deepinfra", "azure_ai",
)  # fmt: skip
EVERY = [facts for shelf in SHELVES for facts in models(shelf)]
LISTS = [(facts, listed) for facts in EVERY if facts.prices for listed in (facts.prices, *facts.prices.changes)]
UNITS = TOKEN_PARTS | {"second", "million_characters", "image", "web_search", "request"}


@pytest.mark.parametrize("provider", TWELVE)
def test_each_of_the_twelve_has_models_with_prices_and_a_date(provider: str) -> None:
    listed = models(provider)
    assert sum(facts.prices is not None for facts in listed) >= 2
    for facts in listed:
        assert facts.provider == provider
        assert facts.source
        assert facts.exact
        if facts.prices is not None:
            date.fromisoformat(str(facts.prices.dated))
            assert facts.prices.source


def test_capabilities_are_known_where_they_are_kept_by_hand() -> None:
    for provider in TWELVE:
        chat = [facts for facts in models(provider) if facts.operations and "chat" in facts.operations]
        assert chat, provider
    for provider in ("openai", "anthropic", "gemini"):
        current = [facts for facts in models(provider) if facts.tools and facts.deprecated is None and facts.prices]
        assert all(
            facts.max_output and facts.input and facts.reasoning is not None for facts in current if facts.context
        )


def test_words_are_the_vocabulary() -> None:
    for facts in EVERY:
        assert set(facts.operations or ()) <= set(get_args(Operation)), facts.id
        assert set(facts.input or ()) | set(facts.output or ()) <= set(get_args(Modality)), facts.id
        assert set(facts.dialects or ()) <= set(get_args(Dialect)), facts.id
        assert set(facts.efforts or ()) <= {"none", "minimal", "low", "medium", "high", "xhigh", "max"}, facts.id
        if facts.default_effort is not None and facts.efforts:
            assert facts.default_effort in facts.efforts, facts.id


def test_no_two_models_of_a_shelf_have_the_same_name() -> None:
    for shelf in SHELVES:
        names = Counter(normalised(name) for facts in models(shelf) for name in {facts.id, *facts.aliases})
        twice = [name for name, times in names.items() if times > 1]
        assert not [name for name in twice if len({f.id for f in models(shelf) if normalised(f.id) == name}) > 1], shelf


def test_limits_of_length_fit_together() -> None:
    for facts in EVERY:
        for limit in (facts.context, facts.max_input, facts.max_output):
            assert limit is None or 256 < limit <= 10_000_000, facts.id
        if facts.context and facts.max_output:
            assert facts.max_output <= facts.context, facts.id


def test_dates_are_dates_and_in_order() -> None:
    for facts in EVERY:
        released = date.fromisoformat(facts.released) if facts.released else None
        ends = date.fromisoformat(facts.deprecated) if facts.deprecated else None
        assert released is None or ends is None or released < ends, facts.id


def test_successors_are_known() -> None:
    for facts in EVERY:
        if facts.successor is not None:
            assert facts.successor in {other.id for other in models(facts.provider)}, facts.id
            assert facts.deprecated is not None, facts.id


@pytest.mark.parametrize("at_most", [Decimal(1000)])
def test_prices_are_within_limits(at_most: Decimal) -> None:
    for facts, listed in LISTS:
        for prices in _all(listed):
            assert set(prices) <= UNITS, facts.id
            free = "request" in prices
            for unit, price in prices.items():
                assert price.is_finite(), facts.id
                assert price > 0 or free, (facts.id, unit)
                assert unit not in TOKEN_PARTS or price <= at_most, (facts.id, unit)
            if "input" in prices and "output" in prices:
                assert prices["output"] >= prices["input"] / 2, facts.id
            if "input" in prices and "cached" in prices:
                assert prices["cached"] <= prices["input"], facts.id


def test_factors_are_within_limits() -> None:
    for facts, listed in LISTS:
        assert all(0 < factor <= 10 for factor in listed.multipliers.values()), facts.id
        assert all(1 <= factor <= 2 for factor in listed.regions.values()), facts.id
        for cheaper in ("flex", "batch"):
            assert listed.multipliers.get(cheaper, 0) < 1, facts.id


def test_longer_prompts_are_never_cheaper() -> None:
    for facts, listed in LISTS:
        for tier in listed.tiers:
            for unit, price in tier.prices.items():
                assert price >= listed.base[unit], (facts.id, unit)


def test_other_days_are_other_days() -> None:
    for facts in EVERY:
        if facts.prices is not None:
            since = [listed.since for listed in (facts.prices, *facts.prices.changes)]
            assert len(set(since)) == len(since), facts.id


def test_every_shelf_is_listed_and_read() -> None:
    report = price_report(date(2026, 11, 24))
    assert report.models == len(EVERY)
    assert all(models(shelf) for shelf in SHELVES)


def _all(listed: Prices) -> list[dict[str, Decimal]]:
    found = [dict(listed.base)]
    found += [{**listed.base, **tier.prices} for tier in listed.tiers]
    found += [{**listed.base, **hours.prices} for hours in listed.hours]
    for rates in listed.service_tiers.values():
        found += [dict(rates.base), *[{**rates.base, **tier.prices} for tier in rates.tiers]]
    return found
