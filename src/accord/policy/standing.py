"""How a target stands: whether it works, how fast it is, and how much it carries at the moment."""

from typing import Annotated

from msgspec import Meta

from accord.core.checked import Checked
from accord.policy.adaptive import Adaptive, AdaptiveRule
from accord.policy.breaker import Breaker, BreakerRule
from accord.policy.decay import PeakEwma
from accord.policy.fault import Fault
from accord.policy.gate import Gate
from accord.policy.recent import Recent


class Load(Checked, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """How many calls a target carries at a time."""

    concurrency: Annotated[int, Meta(ge=1)] | None = None
    queue: Annotated[int, Meta(ge=0)] = 100
    adaptive: AdaptiveRule | None = None


def gate_of(load: Load) -> Gate:
    """A gate that lets so much in."""
    return Gate(load.concurrency, load.queue, Adaptive(load.adaptive) if load.adaptive is not None else None)


class Standing:
    """The state of one target. All pools that hold the target share it."""

    __slots__ = ("_in_a_row", "breaker", "ejected_until", "ejections", "first_event", "gate", "recent", "whole")

    def __init__(self, rule: BreakerRule, load: Load, gate: Gate | None = None) -> None:
        """`gate` is shared with other targets; its own, if not given."""
        self.breaker: Breaker = Breaker(rule)
        self.gate: Gate = gate or gate_of(load)
        self.whole: PeakEwma = PeakEwma()
        """Seconds until a whole answer."""
        self.first_event: PeakEwma = PeakEwma()
        """Seconds until a stream's first event."""
        self.recent: Recent | None = None
        """The latest of these times, of streams and whole answers alike, where a pool hedges by their percentiles."""
        self.ejected_until: float = 0.0
        self.ejections: int = 0
        """How often it was left out so far."""
        self._in_a_row = 0

    def admits(self, now: float) -> bool:
        """Whether it is worth asking."""
        return now >= self.ejected_until and self.breaker.admits(now)

    def is_free(self, now: float) -> bool:
        """Whether it is worth asking, and without a wait."""
        return self.admits(now) and self.gate.is_open

    def ready_at(self, now: float) -> float:
        """When it will be worth asking; `now` if it is."""
        return max(self.breaker.ready_at(now), self.ejected_until)

    def latency(self, now: float, *, stream: bool) -> float | None:
        """Seconds it probably takes to answer, or to begin a stream; `None` before anything is known."""
        return (self.first_event if stream else self.whole).value(now)

    def eject(self, now: float, seconds: float) -> None:
        """Leaves it out for a while, longer each time in a row."""
        self.ejections += 1
        self._in_a_row += 1
        self.ejected_until = now + seconds * min(self._in_a_row, 10)

    def reinstate(self) -> None:
        """It does as well as the others again."""
        self._in_a_row = 0


class Lease:
    """A call that a target carries, from the moment it is let in until its last byte."""

    __slots__ = ("_open", "_started", "_stream", "standing")

    def __init__(self, standing: Standing, started: float, *, stream: bool) -> None:
        """The call was let in at the standing's gate."""
        self.standing: Standing = standing
        self._started = started
        self._stream = stream
        self._open = True
        standing.breaker.enter(started)

    def answered(self, now: float) -> None:
        """It answered, or began to stream; also by a refusal that was the caller's own fault."""
        seconds = now - self._started
        standing = self.standing
        (standing.first_event if self._stream else standing.whole).add(seconds, now)
        if standing.recent is not None:
            standing.recent.add(seconds)
        standing.breaker.succeeded(now, seconds)
        standing.gate.answered(now, overloaded=False)

    def failed(self, now: float, fault: Fault | None, retry_after: float | None = None) -> None:
        """It failed, or its stream broke. Without a `fault` of the target's that proves that it works."""
        if fault is None:
            self.standing.breaker.succeeded(now, 0.0)
            return
        self.standing.breaker.failed(now, fault, retry_after)
        if fault != "account":
            self.standing.gate.answered(now, overloaded=True)

    def end(self) -> None:
        """The call is over. May be called twice; without an outcome it proved nothing."""
        if self._open:
            self._open = False
            self.standing.breaker.leave(self._started)
            self.standing.gate.release()
