"""What a call may cost, before it is made."""

from datetime import UTC, datetime
from decimal import Decimal

from accord.catalog.estimate import CostSpan, estimate
from accord.core.model import ModelFacts
from accord.core.request import ChatRequest


def span_of(request: object, facts: ModelFacts | None) -> CostSpan:
    """What a call may cost. Of calls that are no conversation, it is known only whether a price is."""
    if isinstance(request, ChatRequest):
        return estimate(request, facts, at=datetime.now(UTC)).cost
    if facts is None or facts.prices is None:
        return CostSpan(reason="no price is known for the model")
    return CostSpan(min=Decimal(0), likely=Decimal(0), max=Decimal(0))
