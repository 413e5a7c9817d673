"""Asking a second target while the first is slow: when, how often, and for how much money."""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from accord.core.checked import Checked
from accord.core.error import ConfigError
from accord.policy.recent import Recent


class HedgeRule(Checked, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A hedge is a second request for the same answer: it is billed too, so it is bounded by rate and by money."""

    percentile: Annotated[
        float,
        Meta(gt=0, lt=1, description="A call that is slower than this share of the target's recent ones is hedged."),
    ] = 0.95
    least: Annotated[float, Meta(ge=0, description="Seconds that are always waited before a hedge.")] = 0.05
    share: Annotated[float, Meta(gt=0, le=1, description="The most hedges for each call, over time.")] = 0.05
    max_cost: Annotated[
        Decimal, Meta(description="US dollars that hedges may be expected to cost in an hour; no more are sent then.")
    ] = Decimal(1)
    unknown_cost: Annotated[bool, Meta(description="Whether a target of unknown price may be asked by a hedge.")] = (
        False
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.max_cost < 0:
            raise ConfigError(f"HedgeRule: `max_cost` must be 0 or more, got {self.max_cost}")


_SAMPLES = 20
"""Without so many recent answers there is no percentile worth the name."""
_RESERVE = 10.0
"""Hedges that can be saved up."""
_HOUR = 3600.0


class Hedging:
    """The hedges of one pool."""

    __slots__ = ("_balance", "_hour", "_spent", "rule", "sent")

    def __init__(self, rule: HedgeRule) -> None:
        self.rule: HedgeRule = rule
        self.sent: int = 0
        """How many were sent so far."""
        self._balance = 1.0
        self._spent = Decimal(0)
        self._hour = 0.0

    def delay(self, recent: Recent | None) -> float | None:
        """A call begins: seconds after which it is hedged, `None` for never."""
        self._balance = min(_RESERVE, self._balance + self.rule.share)
        usual = None if recent is None else recent.percentile(self.rule.percentile, least=_SAMPLES)
        return None if usual is None else max(usual, self.rule.least)

    def withdraw(self, cost: Decimal | None, now: float) -> bool:
        """Whether a hedge of that expected cost may be sent now; if so it is paid for."""
        if now - self._hour >= _HOUR:
            self._hour, self._spent = now, Decimal(0)
        if cost is None and not self.rule.unknown_cost:
            return False
        if self._balance < 1.0 or self._spent + (cost or 0) > self.rule.max_cost:
            return False
        self._balance -= 1.0
        self._spent += cost or 0
        self.sent += 1
        return True
