"""The price of plain usage: words in, read from a cache or not, and words out, at one price each.

Nearly every call is charged so, and what decides its price (day, tier, region, units) is the same for every call of a model.
That is worked out once, and a call costs two or three products: 1.0 us in place of 3.8, to the same digits. Whatever is not
plain is left to `cost_of`.
"""

from datetime import UTC, datetime
from decimal import Decimal
from math import inf

from accord.catalog.cost import is_router
from accord.catalog.price import EVERYWHERE, EXACT, STANDARD_TIERS
from accord.catalog.split import BILLED_OTHERWISE
from accord.core.cost import Cost
from accord.core.model import ModelFacts, Prices
from accord.core.usage import Usage

_PER_MILLION = -6
_NOTHING = Decimal(0)
_EARLIEST, _LATEST = "0001-01-01", "9999-12-31"
_add, _multiply = EXACT.add, EXACT.multiply


class PlainPrice:
    """What one model's plain usage costs, in US dollars a token."""

    __slots__ = ("_cached", "_dated", "_holds", "_input", "_longest", "_output")

    def __init__(self, prices: Prices) -> None:
        base = prices.base
        self._input: Decimal = _each(base["input"])
        self._output: Decimal = _each(base["output"])
        self._cached: Decimal | None = _each(base["cached"]) if "cached" in base else None
        self._longest: float = min([tier.above for tier in prices.tiers], default=inf)
        """The most tokens of input at these prices."""
        self._holds: tuple[datetime, datetime] | None = _times(prices)
        """From when, and until when; `None` is always."""
        self._dated = prices.dated

    def cost(self, usage: Usage, at: datetime) -> Cost | None:
        """As `cost_of` says; `None` where something about the usage or the time is not plain."""
        given, answered, cached = usage.input, usage.output, usage.cached or 0
        if given is None or answered is None or given > self._longest or _is_rare(usage):
            return None
        text = given - cached
        # Counts that contradict each other are told of there.
        if text < 0 or cached < 0 or answered < 0:
            return None
        if self._holds is not None and not (at.tzinfo is not None and self._holds[0] <= at < self._holds[1]):
            return None
        total = _NOTHING
        parts: dict[str, Decimal] = {}
        if text:
            total = parts["input"] = _multiply(text, self._input)
        if cached:
            if self._cached is None:
                return None
            read = parts["cached"] = _multiply(cached, self._cached)
            total = _add(total, read)
        if answered:
            written = parts["output"] = _multiply(answered, self._output)
            total = _add(total, written)
        return Cost(amount=total, source="catalogue", parts=parts, prices_dated=self._dated)


def plain_price(facts: ModelFacts | None) -> PlainPrice | None:
    """The price of the model's plain usage; `None` where there is no such price, or it depends on the hour or the answer."""
    if facts is None or not facts.exact or facts.prices is None or is_router(facts):
        return None
    prices = facts.prices
    base = prices.base
    if "input" not in base or "output" not in base or "reasoning" in base or not BILLED_OTHERWISE.isdisjoint(base):
        return None
    # Of two lists from the same day the other one holds.
    return (
        None if prices.hours or any(listed.since == prices.since for listed in prices.changes) else PlainPrice(prices)
    )


def _is_rare(usage: Usage) -> bool:
    """Whether it has counts or circumstances that decide the price. Named one by one: 0.4 us, by `attrgetter` 0.55."""
    return bool(
        (usage.service_tier is not None and usage.service_tier not in STANDARD_TIERS)
        or (usage.region is not None and usage.region not in EVERYWHERE)
        or usage.cache_write
        or usage.cache_write_1h
        or usage.audio_input
        or usage.audio_output
        or usage.image_input
        or usage.image_output
        or usage.video_input
        or usage.web_searches
        or usage.apart
        or usage.cost is not None
        or usage.model is not None
    )


def _each(price: Decimal) -> Decimal:
    """Dollars for a token, of dollars for a million."""
    return price.scaleb(_PER_MILLION, EXACT)


def _times(prices: Prices) -> tuple[datetime, datetime] | None:
    if prices.since is None and not prices.changes:
        return None
    since = prices.since or _EARLIEST
    later = [listed.since for listed in prices.changes if (listed.since or _EARLIEST) > since]
    return _midnight(since), _midnight(min(filter(None, later), default=_LATEST))


def _midnight(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)
