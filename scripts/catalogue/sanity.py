"""What no price list can be: limits that catch slips of unit, sign and column."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from money import TOKEN_UNITS

from accord.core.model import ModelFacts, Prices

MOST_PER_MILLION = 1000
"""US dollars per million tokens. The dearest model there ever was took 600."""
LARGEST_JUMP = 10


def problems(prices: Prices) -> list[str]:
    """What is wrong with one list of prices."""
    found = [
        f"{where}: {problem}"
        for where, listed in _lists(prices)
        for problem in _wrong(listed, free="request" in listed)
    ]
    found += [f"{name}: factor {factor}" for name, factor in prices.multipliers.items() if not 0 < factor <= 10]
    found += [f"{name}: factor {factor}" for name, factor in prices.regions.items() if not 1 <= factor <= 2]
    return found


def jumps(old: ModelFacts, new: ModelFacts) -> list[str]:
    """Prices that moved by more than `LARGEST_JUMP` since the last build."""
    if old.prices is None or new.prices is None:
        return []
    found: list[str] = []
    for unit, before in old.prices.base.items():
        after = new.prices.base.get(unit)
        if before and after and not Decimal(1) / LARGEST_JUMP <= after / before <= LARGEST_JUMP:
            found.append(f"`{unit}` from {before} to {after}")
    return found


def _lists(prices: Prices) -> Iterator[tuple[str, Mapping[str, Decimal]]]:
    yield "base", prices.base
    for tier in prices.tiers:
        yield f"above {tier.above}", {**prices.base, **tier.prices}
    for hours in prices.hours:
        yield "hours", {**prices.base, **hours.prices}
    for name, rates in prices.service_tiers.items():
        yield name, rates.base


def _wrong(prices: Mapping[str, Decimal], *, free: bool) -> Iterator[str]:
    for unit, price in prices.items():
        if price < 0 or not price.is_finite():
            yield f"`{unit}` is {price}"
        elif price == 0 and not free:
            yield f"`{unit}` is 0, and the model is not marked as free"
        elif unit in TOKEN_UNITS and price > MOST_PER_MILLION:
            yield f"`{unit}` is {price} per million tokens"
    text = prices.get("input")
    if text is None:
        return
    if "output" in prices and prices["output"] < text / 2:
        yield f"output ({prices['output']}) is less than half of input ({text})"
    if "cached" in prices and prices["cached"] > text:
        yield f"cached input ({prices['cached']}) is dearer than input ({text})"
    for unit, most in (("cache_write", Decimal(2)), ("cache_write_1h", Decimal(3))):
        if unit in prices and prices[unit] > text * most:
            yield f"{unit} ({prices[unit]}) is more than {most} times input ({text})"
