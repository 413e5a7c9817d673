"""What routing is set up with is checked when it is built in Python, as it is when it is read from a file."""

from decimal import Decimal
from math import inf, nan
from typing import Any

import msgspec
import pytest

from accord.core.error import ConfigError
from accord.routing import (
    AdaptiveRule,
    Backoff,
    BreakerRule,
    EjectionRule,
    HedgeRule,
    Limits,
    Load,
    RetryBudgetRule,
    RoutePolicy,
    RouteTarget,
    RouteWish,
)

NUMBERS: list[tuple[type[msgspec.Struct], str]] = [
    (RouteWish, "weight"),
    (RouteTarget, "weight"),
    *[(Backoff, name) for name in ("base", "cap", "longest")],
    *[(BreakerRule, name) for name in ("share", "window", "cooldown", "longest", "account_cooldown", "slow")],
    *[(RetryBudgetRule, name) for name in ("share", "least", "reserve")],
    *[(EjectionRule, name) for name in ("deviations", "share", "least", "seconds", "most", "every")],
    *[(HedgeRule, name) for name in ("percentile", "least", "share")],
    *[(AdaptiveRule, name) for name in ("start", "least", "most", "decrease", "pause")],
]
MODEL = {"model": "openai/gpt-5.4-mini"}


def built(cls: type[msgspec.Struct], **fields: Any) -> object:
    return cls(**(MODEL if cls is RouteTarget else {}), **fields)


@pytest.mark.parametrize(("cls", "name"), NUMBERS)
@pytest.mark.parametrize("value", [-1.0, nan, inf, -inf, "1"])
def test_no_number_of_routing_is_negative_or_endless(cls: type[msgspec.Struct], name: str, value: object) -> None:
    with pytest.raises(ConfigError, match=f"{cls.__name__}: `{name}`"):
        built(cls, **{name: value})


def test_every_number_is_among_those() -> None:
    for cls in (RouteWish, RouteTarget, Backoff, BreakerRule, RetryBudgetRule, EjectionRule, HedgeRule, AdaptiveRule):
        numbers = {field.name for field in msgspec.structs.fields(cls) if isinstance(field.default, float)}
        assert numbers <= {name for one, name in NUMBERS if one is cls}


@pytest.mark.parametrize(
    ("cls", "name", "value"),
    [
        (RouteWish, "weight", 0),
        (RouteTarget, "tier", -1),
        (RouteTarget, "tier", 1.5),
        (RouteTarget, "way", "elsewhere"),
        (RoutePolicy, "retries", -1),
        (RoutePolicy, "strategy", "best"),
        (BreakerRule, "failures", 0),
        (BreakerRule, "window", 0),
        (RetryBudgetRule, "reserve", 0.5),
        (EjectionRule, "most", 1),
        (HedgeRule, "max_cost", Decimal(-1)),
        (HedgeRule, "max_cost", Decimal("NaN")),
        (AdaptiveRule, "decrease", 0),
        (Limits, "requests", 0),
        (Limits, "tokens", -5),
        (Load, "concurrency", 0),
        (Load, "queue", -1),
    ],
)
def test_what_cannot_work_is_refused_and_named(cls: type[msgspec.Struct], name: str, value: object) -> None:
    with pytest.raises(ConfigError, match=f"{cls.__name__}: `{name}`"):
        built(cls, **{name: value})


def test_a_file_is_read_no_less_strictly() -> None:
    with pytest.raises(ConfigError, match="Backoff: `cap`"):
        msgspec.convert({"backoff": {"cap": inf}}, RoutePolicy)


def test_defaults_and_whole_numbers_are_right() -> None:
    assert RouteWish(weight=2).weight == 2
    assert built(RouteTarget, weight=0, tier=3, way="quota")
    assert RoutePolicy(backoff=Backoff(base=1), hedge=HedgeRule(max_cost=Decimal(0)), retries=0)
