"""Whether a target is worth asking: a circuit breaker that tells whose fault a failure was.

Closed, every call goes through. It opens after several failures of the service in a row, or when too large a share of
recent calls failed. Failures of the account (a revoked key, an empty balance) open it for longer: they don't pass by
themselves. The caller's own mistakes never count. After the cooldown one call at a time probes: a success closes it, a
failure opens it for twice as long. A target that asks for a pause (429, `Retry-After`) rests for that time, and is
asked again afterwards without a probe: it works, it only has had enough.
"""

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from accord.core.checked import Checked
from accord.policy.decay import Tally
from accord.policy.fault import Fault

State: TypeAlias = Literal["closed", "open", "half_open", "resting"]


class BreakerRule(Checked, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """When a target is no longer asked, and for how long. Times are in seconds."""

    failures: Annotated[int, Meta(ge=1, description="Failures of the service in a row that open it.")] = 5
    share: Annotated[
        float, Meta(gt=0, le=1, description="The share of recent calls that, having failed, opens it.")
    ] = 0.5
    least: Annotated[int, Meta(ge=1, description="Recent calls without which no share is judged.")] = 20
    window: Annotated[float, Meta(gt=0, description="Seconds after which a call counts for half as much.")] = 15.0
    cooldown: Annotated[
        float, Meta(gt=0, description="Seconds it stays open at first; twice as long after each failed probe.")
    ] = 5.0
    longest: Annotated[float, Meta(gt=0, description="The most seconds it stays open.")] = 120.0
    account_failures: Annotated[
        int, Meta(ge=1, description="Failures of the account (key, rights, balance) in a row that open it.")
    ] = 3
    account_cooldown: Annotated[
        float, Meta(gt=0, description="Seconds it stays open for a failure of the account.")
    ] = 60.0
    slow: Annotated[
        Annotated[float, Meta(gt=0)] | None,
        Meta(description="An answer (a stream's first event) that takes more seconds counts as a failure."),
    ] = None


_LONGEST_REST = 3600.0
"""A pause of more seconds is asked for by mistake (a date in another year): it must not lose the target for good."""


class Breaker:
    """The breaker of one target."""

    __slots__ = (
        "_account",
        "_failures",
        "_opened",
        "_probe",
        "_rests",
        "_tally",
        "_until",
        "failed_at",
        "openings",
        "rests_until",
        "rule",
    )

    def __init__(self, rule: BreakerRule) -> None:
        self.rule: BreakerRule = rule
        self.failed_at: float = 0.0
        """When it last failed."""
        self.rests_until: float = 0.0
        """Until when the target asked not to be asked."""
        self._opened = 0
        """How often in a row it opened; 0 while it is closed."""
        self.openings: int = 0
        """How often it opened so far, failed probes included."""
        self._failures = 0
        self._account = 0
        self._rests = 0
        self._until = 0.0
        self._probe: float | None = None
        self._tally = Tally(rule.window)

    def state(self, now: float) -> State:
        """What it does with a call now."""
        if now < self.rests_until:
            return "resting"
        if not self._opened:
            return "closed"
        return "open" if now < self._until else "half_open"

    def admits(self, now: float) -> bool:
        """Whether a call may go through."""
        if now < self.rests_until:
            return False
        if not self._opened:
            return True
        # A probe whose outcome never came must not keep it shut for ever.
        return now >= self._until and (self._probe is None or now - self._probe >= self.rule.longest)

    def ready_at(self, now: float) -> float:
        """When a call may go through; `now` if it may already."""
        return max(now, self.rests_until, self._until if self._opened else 0.0)

    def enter(self, now: float) -> None:
        """A call goes through."""
        if self._opened:
            self._probe = now

    def leave(self, entered: float) -> None:
        """The call that went through then is over. If it was the probe and proved nothing, the next one probes."""
        if self._probe == entered:
            self._probe = None

    def succeeded(self, now: float, seconds: float) -> None:
        """A call was answered after `seconds`; also by a refusal that was the caller's own fault."""
        if self.rule.slow is not None and seconds > self.rule.slow:
            self.failed(now, "failure")
            return
        self._tally.add(now, good=True)
        self._failures = self._account = self._rests = self._opened = 0
        self._probe = None

    def failed(self, now: float, fault: Fault, retry_after: float | None = None) -> None:
        """A call failed by the target's fault; `retry_after` is its word on how long to stay away."""
        probing = self._probe is not None
        self._probe = None
        self.failed_at = now
        if fault == "limit":
            self._rests += 1
            self._rest(
                now, retry_after if retry_after is not None else min(2.0 ** (self._rests - 1), self.rule.longest)
            )
            return
        if retry_after is not None:
            self._rest(now, retry_after)
        if fault == "account":
            self._account += 1
            if probing or self._account >= self.rule.account_failures:
                self._open(now, self.rule.account_cooldown)
            return
        self._failures += 1
        self._tally.add(now, good=False)
        if probing or self._failures >= self.rule.failures or self._too_many(now):
            self._open(now, self.rule.cooldown)

    def failing(self, now: float) -> tuple[float, float]:
        """The share of recent calls that failed, and how many calls that is of (recent ones count for more)."""
        return self._tally.bad_share(now)

    def _too_many(self, now: float) -> bool:
        share, calls = self._tally.bad_share(now)
        return calls >= self.rule.least and share >= self.rule.share

    def _rest(self, now: float, seconds: float) -> None:
        self.rests_until = max(self.rests_until, now + min(max(0.0, seconds), _LONGEST_REST))

    def _open(self, now: float, cooldown: float) -> None:
        if self._opened and now < self._until:
            return  # Calls that were under way when it opened don't prolong it.
        self._opened += 1
        self.openings += 1
        longest = max(self.rule.longest, cooldown)
        self._until = now + min(longest, cooldown * 2.0 ** min(self._opened - 1, 32))
