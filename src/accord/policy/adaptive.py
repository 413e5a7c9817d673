"""How many calls at a time a target can take, found by trying: additive increase, multiplicative decrease."""

from typing import Annotated

from msgspec import Meta

from accord.core.checked import Checked


class AdaptiveRule(Checked, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """How the limit on calls at a time moves."""

    start: Annotated[float, Meta(ge=1, description="Calls at a time at first.")] = 20.0
    least: Annotated[float, Meta(ge=1, description="It never falls below so many.")] = 1.0
    most: Annotated[float, Meta(ge=1, description="It never rises above so many.")] = 1000.0
    decrease: Annotated[float, Meta(gt=0, lt=1, description="What is left of it after a sign of overload.")] = 0.7
    pause: Annotated[float, Meta(ge=0, description="Seconds in which several signs of overload count as one.")] = 1.0


class Adaptive:
    """The limit of one target. A full round of good answers raises it by one; a 429, 5xx or timeout cuts it."""

    __slots__ = ("_cut_at", "limit", "rule")

    def __init__(self, rule: AdaptiveRule) -> None:
        self.rule: AdaptiveRule = rule
        self.limit: float = min(max(rule.start, rule.least), rule.most)
        self._cut_at: float | None = None

    def answered(self, in_flight: int, now: float, *, overloaded: bool) -> None:
        """A call ended while so many were in flight, itself included."""
        if overloaded:
            if self._cut_at is None or now - self._cut_at >= self.rule.pause:
                self._cut_at = now
                self.limit = max(self.rule.least, self.limit * self.rule.decrease)
        elif in_flight * 2 >= self.limit:
            # Only where the limit was put to the test: otherwise it would rise for ever on an idle target.
            self.limit = min(self.rule.most, self.limit + 1.0 / self.limit)
