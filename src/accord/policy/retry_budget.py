"""How many repeats all calls together may make, so that retries never multiply an outage."""

from typing import Annotated

from msgspec import Meta

from accord.core.checked import Checked


class RetryBudgetRule(Checked, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Repeats are a share of calls, and a few a second on top for the times when there are few calls."""

    share: Annotated[float, Meta(ge=0, le=10, description="Repeats for each call, over time.")] = 0.2
    least: Annotated[float, Meta(ge=0, description="Repeats a second that are always allowed.")] = 10.0
    reserve: Annotated[float, Meta(ge=1, description="The most repeats that can be saved up.")] = 100.0


class RetryBudget:
    """Calls pay in, repeats draw out. From any moment on, repeats <= reserve + share x calls + least x seconds."""

    __slots__ = ("_at", "_balance", "rule")

    def __init__(self, rule: RetryBudgetRule) -> None:
        self.rule: RetryBudgetRule = rule
        self._balance = rule.reserve
        self._at: float | None = None

    def deposit(self) -> None:
        """A call begins."""
        self._balance = min(self.rule.reserve, self._balance + self.rule.share)

    def withdraw(self, now: float) -> bool:
        """Whether a repeat may be made now; if so it is paid for."""
        passed = 0.0 if self._at is None else max(0.0, now - self._at)
        self._at = now
        self._balance = min(self.rule.reserve, self._balance + passed * self.rule.least)
        if self._balance < 1.0:
            return False
        self._balance -= 1.0
        return True
