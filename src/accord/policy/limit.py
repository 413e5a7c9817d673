"""How much may be used in a span of time, and what one call wants of it."""

from typing import Annotated

import msgspec
from msgspec import Meta

from accord.core.checked import Checked


class Limits(Checked, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What may be used; `None` is without limit."""

    requests: Annotated[
        Annotated[int, Meta(ge=1)] | None, Meta(description="Requests in any 60 seconds, over all workers.")
    ] = None
    tokens: Annotated[
        Annotated[int, Meta(ge=1)] | None,
        Meta(
            description="Tokens of input and output in any 60 seconds, over all workers: estimated before a request, "
            "corrected after it."
        ),
    ] = None


NO_LIMITS = Limits()


class Demand(msgspec.Struct, frozen=True):
    """What a call wants of one limit."""

    name: str
    """Whose limit it is: all who use the same name share it."""
    limit: float
    seconds: float
    amount: float
    tokens: bool = False
    """Whether `amount` is an estimate of tokens, to be corrected by what was used."""


def correction(demand: Demand, tokens: float | None) -> float:
    """What is to be added to what a demand took, once it is known that so many `tokens` were used; `None` is that nothing
    was sent, which gives all of it back.
    """
    if tokens is None:
        return -demand.amount
    return tokens - demand.amount if demand.tokens else 0.0


MINUTE = 60.0


def demands_of(name: str, limits: Limits, tokens: float) -> tuple[Demand, ...]:
    """What one request of so many tokens wants."""
    found: tuple[Demand, ...] = ()
    if limits.requests is not None:
        found += (Demand(f"{name} requests", limits.requests, MINUTE, 1.0),)
    if limits.tokens is not None:
        found += (Demand(f"{name} tokens", limits.tokens, MINUTE, tokens, tokens=True),)
    return found
