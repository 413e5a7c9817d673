"""Which prices hold for a call: by its day, hour, service tier, length and region."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Context, Decimal

import msgspec

from accord.core.model import Prices, Tier

EXACT = Context(prec=60)
"""Wide enough that no product or sum is ever rounded, whatever context the caller's thread has."""
ONE = Decimal(1)

STANDARD_TIERS = frozenset({"", "default", "standard", "standard_only", "on_demand"})
"""What providers call the usual way of being served. `auto` is none: it asks, and does not say what served."""

PREPAID_TIERS = frozenset({"provisioned", "provisioned_throughput", "scale"})
"""Ways of being served that are paid in advance, by the hour: their calls have no price of their own."""

EVERYWHERE = frozenset({"", "global", "not_available"})
"""Regions without an uplift: `not_available` is what Anthropic says of models that are never bound to a region."""


class UnknownPrice(Exception):
    """No price is known; the text says which and why."""


class Quote(msgspec.Struct, frozen=True):
    """The prices that hold for one call."""

    prices: Mapping[str, Decimal]
    factor: Decimal
    """Multiplies all token prices: service tier and region."""


def quoted(
    prices: Prices, *, service_tier: str | None, at: datetime | None, input_tokens: int, region: str | None
) -> Quote:
    """The prices for a call, `input_tokens` long, that was made `at` that time. Raises `UnknownPrice`."""
    current = in_force(prices, at)
    tier = _tier(service_tier)
    factor = _region_factor(current, region)
    if tier is None:
        return Quote(_at_length(_at_hour(current, at), current.tiers, input_tokens), factor)
    rates = current.service_tiers.get(tier)
    if rates is not None:
        return Quote(_at_length(rates.base, rates.tiers, input_tokens), factor)
    multiplier = current.multipliers.get(tier)
    if multiplier is None:
        raise UnknownPrice(f"no price is known for service tier {tier!r}")
    return Quote(_at_length(_at_hour(current, at), current.tiers, input_tokens), factor * multiplier)


def in_force(prices: Prices, at: datetime | None) -> Prices:
    """The list that holds on that day; the one current when the catalogue was built where no day is given."""
    if at is None or (prices.since is None and not prices.changes):
        return prices
    day = _utc(at).date().isoformat()
    known = sorted((prices, *prices.changes), key=lambda listed: listed.since or "")
    past = [listed for listed in known if (listed.since or "") <= day]
    if not past:
        raise UnknownPrice(f"its price before {known[0].since} is unknown")
    return past[-1]


def _tier(service_tier: str | None) -> str | None:
    """The tier in the catalogue's words; `None` is the standard one. Raises `UnknownPrice` for prepaid ones."""
    # Vertex says ON_DEMAND_PRIORITY, ON_DEMAND_FLEX, PROVISIONED_THROUGHPUT.
    name = (service_tier or "").lower()
    if name in STANDARD_TIERS:
        return None
    if name in PREPAID_TIERS:
        raise UnknownPrice(f"service tier {name!r} is paid in advance, not by the call")
    return name.removeprefix("on_demand_")


def _region_factor(prices: Prices, region: str | None) -> Decimal:
    name = (region or "").lower()
    if name in EVERYWHERE:
        return ONE
    factor = prices.regions.get(name)
    if factor is None:
        raise UnknownPrice(f"no price is known for processing in region {name!r}")
    return factor


def _at_hour(prices: Prices, at: datetime | None) -> Mapping[str, Decimal]:
    if not prices.hours:
        return prices.base
    if at is None:
        raise UnknownPrice("the price depends on the hour of the call, which is not known")
    moment = _utc(at)
    minute = moment.hour * 60 + moment.minute
    for hours in prices.hours:
        usual = moment.weekday() in hours.days and hours.start <= minute < hours.end
        if usual and moment.date().isoformat() not in hours.except_on:
            return {**prices.base, **hours.prices}
    return prices.base


def _utc(at: datetime) -> datetime:
    """A time without a zone is taken as UTC: the machine's own zone must not change a price."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _at_length(base: Mapping[str, Decimal], tiers: tuple[Tier, ...], input_tokens: int) -> Mapping[str, Decimal]:
    reached = [tier for tier in tiers if input_tokens > tier.above]
    if not reached:
        return base
    longest = max(reached, key=lambda tier: tier.above)
    return {**base, **longest.prices}
