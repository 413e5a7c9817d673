"""Several targets for one name, and who is asked next."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import msgspec

from accord.core.route import Strategy
from accord.policy.balance import Merit, Seat, pick
from accord.policy.ejection import EjectionRule, outliers
from accord.policy.fault import Way
from accord.policy.hedge import HedgeRule, Hedging
from accord.policy.recent import Recent
from accord.policy.retry_budget import RetryBudget, RetryBudgetRule

M = TypeVar("M")


class Choosing(msgspec.Struct, Generic[M], kw_only=True):
    """What one call has to do with a pool, so far."""

    strategy: Strategy
    merit: Merit[M]
    closed: set[str]
    """Names of targets that cannot serve the call, whatever happens: they lack what it needs, or were found to."""
    tried: set[str]
    """Names of targets that failed since the last wait."""
    ways: set[Way]
    """What happened to the call so far: it opens the seats that wait for such a thing."""


class Pool(Generic[M]):
    """The targets of one name."""

    def __init__(
        self,
        seats: Sequence[Seat[M]],
        *,
        strategy: Strategy = "weighted",
        budget: RetryBudgetRule | None = None,
        ejection: EjectionRule | None = None,
        hedge: HedgeRule | None = None,
    ) -> None:
        """`ejection` is on by default where there are several targets."""
        self.seats: tuple[Seat[M], ...] = tuple(seats)
        self.strategy: Strategy = strategy
        self.budget: RetryBudget = RetryBudget(budget or RetryBudgetRule())
        self.hedging: Hedging | None = Hedging(hedge) if hedge is not None else None
        if hedge is not None:
            for seat in self.seats:
                seat.standing.recent = seat.standing.recent or Recent()
        self._ejection = ejection or EjectionRule()
        self._looked_at = 0.0

    def choose(self, call: Choosing[M], now: float, roll: Callable[[], float]) -> Seat[M] | None:
        """Who is asked next, `None` when nobody is left.

        The first tier with a target that is worth asking and free decides; where all are busy, the call waits at one of
        them; where all are out of order, the one that failed longest ago is asked all the same, since it most likely
        works again: a group never goes dark by its own doing. Only a target that asked for a pause itself is left alone.
        """
        seats = self.possible(call)
        if len(seats) == 1:
            seat = seats[0]
            return seat if now >= seat.standing.breaker.rests_until or len(self.seats) == 1 else None
        self._look(now)
        working = [seat for seat in seats if seat.standing.admits(now)]
        free = [seat for seat in working if seat.standing.gate.is_open]
        candidates = free or working
        if candidates:
            first = min(seat.tier for seat in candidates)
            return pick(call.strategy, [seat for seat in candidates if seat.tier == first], call.merit, now, roll)
        awake = [seat for seat in seats if now >= seat.standing.breaker.rests_until]
        return min(awake, key=lambda seat: seat.standing.breaker.failed_at, default=None)

    def possible(self, call: Choosing[M]) -> list[Seat[M]]:
        """The seats that may serve the call and were not tried yet."""
        return [
            seat
            for seat in self.seats
            if seat.is_open(call.ways) and seat.name not in call.tried and seat.name not in call.closed
        ]

    def rest(self, call: Choosing[M], now: float) -> float | None:
        """Seconds until the first of the targets that asked for a pause is back; `None` where none did."""
        waits = [
            seat.standing.breaker.rests_until - now
            for seat in self.seats
            if seat.is_open(call.ways) and seat.name not in call.closed
        ]
        return min([wait for wait in waits if wait > 0.0], default=None)

    def _look(self, now: float) -> None:
        """Leaves out outliers, every so often."""
        if now - self._looked_at < self._ejection.every:
            return
        self._looked_at = now
        standings = [seat.standing for seat in self.seats]
        failing = [standing.breaker.failing(now) for standing in standings]
        already = sum(now < standing.ejected_until for standing in standings)
        found = outliers(failing, already, self._ejection)
        for index, standing in enumerate(standings):
            if now < standing.ejected_until:
                continue
            if index in found:
                standing.eject(now, self._ejection.seconds)
            elif failing[index][1] >= self._ejection.least:
                standing.reinstate()
