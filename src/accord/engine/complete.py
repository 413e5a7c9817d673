"""What is added to an answer once it is there: who gave it, what it took, and what it cost."""

from datetime import datetime
from typing import TypeVar

import msgspec

from accord.catalog.cost import cost_of, is_router, routed_cost, together
from accord.catalog.lifecycle import lifecycle_warning
from accord.core.attempt import Attempt
from accord.core.cost import Cost
from accord.core.error import ProviderError
from accord.core.record import CallRecord
from accord.core.response import ChatResponse
from accord.core.route import RouteRecord
from accord.core.usage import Usage
from accord.core.warning import CallWarning
from accord.engine.plan import ChatPlan
from accord.engine.target import Target

R = TypeVar("R", bound=CallRecord)


def completed(
    response: R,
    target: Target,
    attempts: tuple[Attempt, ...],
    warnings: tuple[CallWarning, ...],
    at: datetime,
    route: RouteRecord | None = None,
) -> R:
    """The response with provider, request id, attempts, warnings, cost, and the record of the choice."""
    return msgspec.structs.replace(
        response,
        provider=target.name,
        request_id=response.request_id or attempts[-1].request_id,
        attempts=attempts,
        route=route,
        warnings=warned(warnings + response.warnings, target, at),
        cost=price(target, response.usage, at, answered=response.model if isinstance(response, ChatResponse) else ""),
    )


def completed_chat(
    response: ChatResponse,
    chosen: ChatPlan,
    attempts: tuple[Attempt, ...],
    at: datetime,
    route: RouteRecord | None = None,
) -> ChatResponse:
    """The same for a conversation, which says whether it may be handed on as it came."""
    warnings = chosen.exchange.warnings
    response = completed(response, chosen.target, attempts, warnings, at, route)
    handed_on = chosen.exchange.forwarded and not response.forwarded
    return msgspec.structs.replace(response, forwarded=True) if handed_on else response


def price(target: Target, usage: Usage | None, at: datetime, *, answered: str = "") -> Cost:
    """What the usage costs at the target; a `Cost` without amount says why it is unknown.

    `answered` is the model that the answer names: it decides the price of a router's answers, and that of a model whose own price
    is unknown (a deployment under a name of its user's, an alias without prices).
    """
    if usage is None:
        return Cost(reason="the provider reported no usage")
    plain = target.plain.cost(usage, at) if target.plain is not None else None
    if plain is not None:
        return plain
    if not usage.apart:
        return _priced(target, usage, at, answered)
    return together([_priced(target, each, at, answered) for each in (usage, *usage.apart)])


def _priced(target: Target, usage: Usage, at: datetime, answered: str) -> Cost:
    if usage.model is not None:
        return cost_of(usage, target.provider.facts_of(usage.model), service_tier=usage.service_tier, at=at)
    asked = target.facts
    if asked is not None and asked.exact and asked.prices is not None and not is_router(asked):
        return cost_of(usage, asked, service_tier=usage.service_tier, at=at)
    chosen = target.provider.facts_of(answered) if answered and answered != target.model else None
    if chosen is not None and (not chosen.exact or chosen.prices is None or is_router(chosen)):
        chosen = None
    if asked is not None and is_router(asked) and usage.cost is None:
        if chosen is None:
            told = f"chose {answered!r}, whose price is unknown" if answered else "does not say which model it chose"
            return Cost(reason=f"{asked.id} {told}")
        return routed_cost(usage, asked, chosen, at=at)
    # A name that says nothing may be a tuned model's, at a price of its own, unless it is known to be a deployment's.
    says_nothing = asked is None or not asked.exact
    unpriced = target.provider.names_deployments if says_nothing else asked is not None and asked.prices is None
    return cost_of(usage, chosen if unpriced and chosen else asked, service_tier=usage.service_tier, at=at)


def warned(warnings: tuple[CallWarning, ...], target: Target, at: datetime) -> tuple[CallWarning, ...]:
    """The warnings of a call, with one more where its model is going away."""
    if target.facts is None or target.facts.deprecated is None:
        return warnings
    ending = lifecycle_warning(target.facts, at.date())
    return warnings if ending is None or ending in warnings else (*warnings, ending)


def broken(error: ProviderError, target: Target, attempts: tuple[Attempt, ...]) -> ProviderError:
    """The failure of a stream that had begun, with what is known of the call. It is never repeated on its own."""
    error.provider = target.name
    error.model = error.model or target.model
    last = msgspec.structs.replace(attempts[-1], error=error.kind, billed=None)
    error.attempts = (*attempts[:-1], last)
    return error
