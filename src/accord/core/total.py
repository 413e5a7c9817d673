"""Sums of what several calls took. A sum with an unknown in it is unknown (promise 3)."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Literal

from accord.core.cost import Cost
from accord.core.usage import Usage


def total_usage(usages: Sequence[Usage | None]) -> Usage | None:
    """All usages in one. A count is `None` where any of them doesn't know it; without any usage there is no sum."""
    known = [usage for usage in usages if usage is not None]
    if not known or len(known) < len(usages):
        return None
    if len(known) == 1:
        return known[0]
    return Usage(
        input=_count([usage.input for usage in known]),
        output=_count([usage.output for usage in known]),
        cached=_count([usage.cached for usage in known]),
        cache_write=_count([usage.cache_write for usage in known]),
        cache_write_1h=_count([usage.cache_write_1h for usage in known]),
        reasoning=_count([usage.reasoning for usage in known]),
        audio_input=_count([usage.audio_input for usage in known]),
        audio_output=_count([usage.audio_output for usage in known]),
        image_input=_count([usage.image_input for usage in known]),
        image_output=_count([usage.image_output for usage in known]),
        video_input=_count([usage.video_input for usage in known]),
        web_searches=_count([usage.web_searches for usage in known]),
        images=_count([usage.images for usage in known]),
        characters=_count([usage.characters for usage in known]),
    )


def total_cost(costs: Sequence[Cost | None]) -> Cost:
    """All costs in one; without amount, and with the reason of the first that has none, where any is unknown."""
    parts: dict[str, Decimal] = {}
    amount = Decimal(0)
    for cost in costs:
        if cost is None or cost.amount is None:
            return Cost(reason=cost.reason if cost is not None else "the cost of a call is unknown")
        amount += cost.amount
        for unit, part in cost.parts.items():
            parts[unit] = parts.get(unit, Decimal(0)) + part
    sources: set[Literal["provider", "catalogue"] | None] = {cost.source for cost in costs if cost is not None}
    return Cost(amount=amount, source=sources.pop() if len(sources) == 1 else None, parts=parts)


def _count(counts: Iterable[int | None]) -> int | None:
    total = 0
    for count in counts:
        if count is None:
            return None
        total += count
    return total
