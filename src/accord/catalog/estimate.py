"""What a call will probably need and cost, before it is made and without asking anybody."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import partial

import msgspec

from accord.catalog.cost import cost_of
from accord.catalog.request_tokens import input_tokens, output_tokens
from accord.catalog.span import Span
from accord.core.model import ModelFacts
from accord.core.part import CacheControl
from accord.core.request import ChatRequest
from accord.core.usage import Usage


class CostSpan(msgspec.Struct, frozen=True, kw_only=True):
    """What a call may cost, in US dollars. `None` is unknown."""

    min: Decimal | None = None
    likely: Decimal | None = None
    max: Decimal | None = None
    reason: str | None = None
    """Why an amount is unknown."""


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """What a call will probably need. `min` and `max` of the input hold for about nine calls of ten."""

    input: Span
    """Tokens of the request."""
    output: Span
    """Tokens of the answer, reasoning included."""
    cost: CostSpan
    """Tokens alone: searches and other tools of the provider's own come on top."""


def estimate(
    request: ChatRequest,
    facts: ModelFacts | None,
    *,
    at: datetime | None = None,
    service_tier: str | None = None,
    region: str | None = None,
) -> Estimate:
    """Tokens and cost of a request: at least, likely, and at most.

    The least takes all of the input as read from a cache and the answer as one token; the likely knows of no cache; the
    most takes all of it as written to a cache, where that costs more, and the answer as long as it may be.
    """
    tokens, answer = input_tokens(request, facts), output_tokens(request, facts)
    tier = service_tier if service_tier is not None else request.service_tier
    priced = partial(cost_of, facts=facts, service_tier=_asked(tier), at=at, region=region)
    likely = priced(Usage(input=tokens.likely, output=answer.likely))
    if likely.amount is None:
        return Estimate(input=tokens, output=answer, cost=CostSpan(reason=likely.reason))
    least = priced(_cheapest(facts, tokens.min, answer.min))
    if tokens.max is None or answer.max is None:
        cost = CostSpan(min=least.amount, likely=likely.amount, reason="nothing bounds the length of the call")
        return Estimate(input=tokens, output=answer, cost=cost)
    most = priced(_dearest(request, facts, tokens.max, answer.max))
    cost = CostSpan(min=least.amount, likely=likely.amount, max=most.amount, reason=most.reason)
    return Estimate(input=tokens, output=answer, cost=cost)


def _asked(tier: str | None) -> str | None:
    """What a request says of the tier; `auto` leaves it to the provider, which mostly takes the standard one."""
    return None if tier == "auto" else tier


def _cheapest(facts: ModelFacts | None, tokens: int, answer: int) -> Usage:
    return Usage(input=tokens, output=answer, cached=tokens if _has_price(facts, "cached") else None)


def _dearest(request: ChatRequest, facts: ModelFacts | None, tokens: int, answer: int) -> Usage:
    marks = list(_marks(request))
    # Claude caches only what is marked; the others that charge for writing do it on their own.
    unasked = facts is None or facts.dialects != ("anthropic_messages",)
    writes = _has_price(facts, "cache_write") and (bool(marks) or unasked)
    for_an_hour = _has_price(facts, "cache_write_1h") and any(mark.ttl == "1h" for mark in marks)
    return Usage(
        input=tokens,
        output=answer,
        cache_write=tokens if writes else None,
        cache_write_1h=tokens if writes and for_an_hour else None,
    )


def _has_price(facts: ModelFacts | None, unit: str) -> bool:
    return facts is not None and facts.prices is not None and unit in facts.prices.base


def _marks(request: ChatRequest) -> Iterator[CacheControl]:
    marked = [request.cache, *[tool.cache for tool in request.tools]]
    marked += [part.cache for message in request.messages for part in message.parts]
    return (mark for mark in marked if mark is not None)
