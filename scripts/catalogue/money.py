"""Arithmetic on price lists."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from accord.catalog.cost import TOKEN_PARTS
from accord.core.model import Prices, Rates, Tier

TOKEN_UNITS = TOKEN_PARTS

Change = Callable[[dict[str, Decimal]], dict[str, Decimal]]


def listed(text: str, more: Mapping[str, str]) -> dict[str, Decimal]:
    """`in/cached/cache write/out` and further units, as the hand-kept files write them."""
    units = ("input", "cached", "cache_write", "output")
    found = (
        {unit: Decimal(price) for unit, price in zip(units, text.split("/"), strict=True) if price != "-"}
        if text
        else {}
    )
    return found | {unit: Decimal(price) for unit, price in more.items()}


def factor_between(standard: Rates, served: Rates) -> Decimal | None:
    """The one factor that makes all token prices of `served` from the standard ones; `None` where there is none."""
    first = standard.base.get("input") or standard.base.get("output")
    second = served.base.get("input") or served.base.get("output")
    if not first or not second:
        return None
    factor = second / first
    made = changed_rates(standard, lambda prices: multiplied(prices, factor))
    return factor.normalize() if made == served else None


def multiplied(prices: Mapping[str, Decimal], factor: Decimal) -> dict[str, Decimal]:
    """Token prices times a factor; what is not priced by the token stays."""
    return {unit: price * factor if unit in TOKEN_UNITS else price for unit, price in prices.items()}


def changed_rates(rates: Rates, change: Change) -> Rates:
    """The same change on base prices and on each tier."""
    tiers = tuple([Tier(above=tier.above, prices=change(dict(tier.prices))) for tier in rates.tiers])
    return Rates(base=change(dict(rates.base)), tiers=tiers)


def changed(prices: Prices, change: Change) -> Prices:
    """The same change on every list of a model: base, tiers, service tiers, other days."""
    own = changed_rates(Rates(base=prices.base, tiers=prices.tiers), change)
    values = {name: getattr(prices, name) for name in prices.__struct_fields__}
    values |= {
        "base": own.base,
        "tiers": own.tiers,
        "service_tiers": {name: changed_rates(rates, change) for name, rates in prices.service_tiers.items()},
        "changes": tuple([changed(other, change) for other in prices.changes]),
    }
    return Prices(**values)
