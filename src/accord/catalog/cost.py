"""What a call costs, exactly: counts split into parts that don't overlap, each at its own price.

`Usage` counts overlap: what was cached is part of the input, reasoning is part of the output. Each token is charged
once: audio and pictures are taken out of their sums where they have prices of their own, then what was cached and
written to a cache; what remains of `input` and `output` is text. Where a count or price that is needed is unknown, the
cost is unknown, and says why.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from accord.catalog.price import EXACT, ONE, Quote, UnknownPrice, quoted
from accord.catalog.split import Charges, charges
from accord.core.cost import Cost
from accord.core.model import ModelFacts
from accord.core.usage import Usage

_PER_MILLION = -6
_NOTHING = Decimal(0)

TOKEN_PARTS = frozenset(
    {"input", "cached", "cache_write", "cache_write_1h", "output", "reasoning", "routing"}
    | {"audio_input", "cached_audio", "audio_output", "image_input", "cached_image", "image_output", "video_input"}
)
"""What is priced by the million tokens, and changed by service tier and region."""


def cost_of(
    usage: Usage,
    facts: ModelFacts | None,
    *,
    service_tier: str | None = None,
    at: datetime | None = None,
    region: str | None = None,
) -> Cost:
    """What the usage costs, in US dollars.

    What the provider itself reported wins. `service_tier` is the tier that served the call, in the provider's word, and
    `region` where it was processed; both are taken from the usage where not given. `at` is when the call was made: some
    prices depend on the day or the hour.
    """
    if usage.cost is not None and usage.cost.is_finite() and usage.cost >= 0:
        return Cost(amount=usage.cost, source="provider")
    if facts is None:
        return Cost(reason="the model is not in the catalogue")
    if facts.prices is None:
        return Cost(reason=f"no price is known for {facts.id}")
    try:
        quote = quoted(
            facts.prices,
            service_tier=service_tier if service_tier is not None else usage.service_tier,
            at=at,
            input_tokens=usage.input or 0,
            region=region if region is not None else usage.region,
        )
        parts = _amounts(charges(usage, quote.prices), quote)
    except UnknownPrice as unknown:
        return Cost(reason=f"{facts.id}: {unknown}")
    return Cost(amount=_sum(parts), source="catalogue", parts=parts, prices_dated=facts.prices.dated)


def together(costs: Sequence[Cost]) -> Cost:
    """Several costs of one call as one; unknown where any of them is."""
    unknown = next((cost for cost in costs if cost.amount is None), None)
    if unknown is not None:
        return Cost(reason=unknown.reason)
    parts: dict[str, Decimal] = {}
    for cost in costs:
        for unit, amount in cost.parts.items():
            parts[unit] = EXACT.add(parts.get(unit, Decimal(0)), amount)
    return msgspec.structs.replace(costs[0], amount=_sum(parts), parts=parts)


def is_router(facts: ModelFacts) -> bool:
    """Whether it chooses another model for each call, and charges a fee of its own for that."""
    return facts.prices is not None and "routing" in facts.prices.base


def routed_cost(usage: Usage, router: ModelFacts, routed: ModelFacts | None, *, at: datetime | None = None) -> Cost:
    """What a call through a model router costs: the router's fee on the input, and the price of the model it chose."""
    cost = cost_of(usage, routed, at=at)
    fee = router.prices.base.get("routing") if router.prices is not None else None
    if cost.amount is None or cost.source == "provider":
        return cost
    if fee is None or usage.input is None:
        return Cost(reason=f"{router.id}: its fee is unknown")
    parts = {**cost.parts, "routing": EXACT.multiply(usage.input, fee).scaleb(_PER_MILLION, EXACT)}
    return Cost(amount=_sum(parts), source="catalogue", parts=parts, prices_dated=cost.prices_dated)


def _amounts(charged: Charges, quote: Quote) -> dict[str, Decimal]:
    amounts: dict[str, Decimal] = {}
    for unit, count in charged.items():
        price = quote.prices.get(unit)
        if price is None:
            raise UnknownPrice(f"no price is known for `{unit}`")
        amount = EXACT.multiply(count, price)
        if unit in TOKEN_PARTS:
            amount = amount.scaleb(_PER_MILLION, EXACT)
            if quote.factor is not ONE:
                amount = EXACT.multiply(amount, quote.factor)
        amounts[unit] = amount
    return amounts


def _sum(amounts: Mapping[str, Decimal]) -> Decimal:
    total = _NOTHING
    for amount in amounts.values():
        total = EXACT.add(total, amount)
    return total
