"""What a call through a group holds until its last byte: its place at the target, and what it took of limits."""

from accord.core.error import ProviderError
from accord.core.usage import Usage
from accord.policy.fault import meaning_of
from accord.policy.limit import Demand
from accord.policy.standing import Lease


class Hold:
    """Held from the moment a target is chosen; released once, however the call ends."""

    __slots__ = ("_ended", "_lease", "deadline", "demands")

    def __init__(self, lease: Lease | None, demands: tuple[Demand, ...], deadline: float | None) -> None:
        self._lease = lease
        self._ended = False
        self.demands: tuple[Demand, ...] = demands
        self.deadline: float | None = deadline

    def failed(self, error: ProviderError, now: float) -> None:
        """A stream broke: the target is told apart from those that work."""
        if self._lease is not None:
            error.at = now
            fault = meaning_of(error, deadline=self.deadline).fault
            if fault is not None:
                self._lease.failed(now, fault, error.retry_after)

    def end(self) -> bool:
        """The call is over. Says whether it was not so before."""
        if self._ended:
            return False
        self._ended = True
        if self._lease is not None:
            self._lease.end()
        return True

    def used(self, usage: Usage | None) -> float | None:
        """The tokens that limits are corrected by, `None` where they are unknown or nobody counts them."""
        return tokens_of(usage, self.demands)


def tokens_of(usage: Usage | None, demands: tuple[Demand, ...]) -> float | None:
    """The tokens that demands are corrected by, `None` where they are unknown or none was an estimate of tokens."""
    if usage is None or usage.input is None or not any(demand.tokens for demand in demands):
        return None
    return float(usage.input + (usage.output or 0))
