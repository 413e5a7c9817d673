"""A choice between several targets: what a caller may want of it, and the record of it."""

from decimal import Decimal
from math import inf
from typing import Literal, TypeAlias

import msgspec

from accord.core.error import ConfigError

Verdict: TypeAlias = Literal["answered", "asked", "possible", "out_of_order", "dropped"]
"""What became of a target: it answered; it was asked in vain; it could have been asked; it was left alone because it
does not work or asked for a pause; it cannot serve the request or was not allowed to."""


Strategy: TypeAlias = Literal["weighted", "round_robin", "least_busy", "fastest", "cheapest", "headroom"]
"""How one of several targets is picked; `policy/balance.py` says when to use which."""


_NUMBERS = (float, int)


class RouteWish(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the caller of one call wants of the choice, and in whose name it waits."""

    strategy: Strategy | None = None
    target: str | None = None
    """`<provider name>/<upstream model>`: this target and no other."""
    provider: str | None = None
    """Only targets of the provider of that configured name."""
    prefer: str | None = None
    """`<provider name>/<upstream model>`: asked first while it works, whatever its place; then others of its provider."""
    region: str | None = None
    tags: tuple[str, ...] = ()
    """Only targets that carry all of them."""
    fallback: bool = True
    """`False`: the first target that is chosen answers, or nobody."""
    key: str = ""
    """Who waits where targets are busy: each key has its fair share of a queue."""
    weight: float = 1.0
    """The key's share beside others'; more than 0."""

    def __post_init__(self) -> None:
        # The gateway makes one for each request: what types alone say is left to type checkers.
        if type(self.weight) not in _NUMBERS or not 0.0 < self.weight < inf:
            raise ConfigError(f"RouteWish: `weight` must be a number above 0, got {self.weight!r}")


ANY = RouteWish()


class Considered(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One target, as it was seen for one call."""

    provider: str
    model: str
    verdict: Verdict
    reason: str | None = None
    """Why it was dropped, or is out of order."""
    tier: int = 0
    """Lower tiers are asked first."""
    share: float | None = None
    """The probability (0 to 1) of being asked first, where chance decides; told by explanations only."""
    expected_cost: Decimal | None = None
    """US dollars this call would likely cost there; `None` is unknown."""
    expected_latency: float | None = None
    """Seconds until its answer (a stream's first event), by its recent ones; `None` is unknown."""


class RouteRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which targets were considered for a call."""

    name: str
    """The public name that was asked for."""
    strategy: str
    considered: tuple[Considered, ...] = ()
    """In the order they would be asked, those that cannot serve last."""
