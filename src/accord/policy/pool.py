"""Several targets for one name, and who is asked next."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from accord.policy.balance import Seat, pick, put_back
from accord.policy.ejection import EjectionRule, outliers
from accord.policy.errand import NOBODY, STARTED, Errand
from accord.policy.hedge import Hedging
from accord.policy.recent import Recent
from accord.policy.retry_budget import RetryBudget, RetryBudgetRule

M = TypeVar("M")


class Pool(Generic[M]):
    """The targets of one name."""

    def __init__(
        self,
        seats: Sequence[Seat[M]],
        *,
        budget: RetryBudget | None = None,
        ejection: EjectionRule | None = None,
        hedging: Hedging | None = None,
    ) -> None:
        """`ejection` is on by default where there are several targets."""
        self.seats: tuple[Seat[M], ...] = tuple(seats)
        self.budget: RetryBudget = budget or RetryBudget(RetryBudgetRule())
        self.hedging: Hedging | None = hedging
        if hedging is not None:
            for seat in self.seats:
                seat.standing.recent = seat.standing.recent or Recent()
        self._is_level = len({seat.tier for seat in self.seats}) == 1
        self.first: list[Seat[M]] = [seat for seat in self.seats if seat.is_first]
        """Who may be asked before anything happened."""
        self._by_tier = sorted(self.first, key=lambda seat: seat.tier)
        self._ejection = ejection or EjectionRule()
        self._looked_at = 0.0

    def choose(self, errand: Errand[M], now: float, roll: Callable[[], float]) -> Seat[M] | None:
        """Who is asked next, `None` when nobody is left.

        The first tier with a target that is worth asking and free decides; where all are busy, the call waits at one of
        them; where all are out of order, the one that failed longest ago is asked all the same, since it most likely
        works again: a group never goes dark by its own doing. Only a target that asked for a pause itself is left alone.
        Whom the call prefers comes before all that, busy or not.
        """
        seats = self.possible(errand)
        for names in errand.preferred:
            wanted = [seat for seat in seats if seat.name in names and seat.standing.admits(now)]
            if wanted:
                return pick(errand, _foremost(wanted), now, roll)
        if len(seats) == 1:
            seat = seats[0]
            return seat if now >= seat.standing.breaker.rests_until or len(self.seats) == 1 else None
        if now - self._looked_at >= self._ejection.every:
            self._look(now)
        candidates = [seat for seat in seats if seat.standing.is_free(now)] or [
            seat for seat in seats if seat.standing.admits(now)
        ]
        if candidates:
            return pick(errand, candidates if self._is_level else _foremost(candidates), now, roll)
        awake = [seat for seat in seats if now >= seat.standing.breaker.rests_until]
        return min(awake, key=lambda seat: seat.standing.breaker.failed_at, default=None)

    def at_once(self, errand: Errand[M] | None, now: float, roll: Callable[[], float]) -> Seat[M] | None:
        """The seat that `choose` gives a call to which nothing happened yet, where a free one can be had. `None` where everybody is
        busy, or where several are free and there is no `errand` to choose by.
        """
        if now - self._looked_at >= self._ejection.every:
            self._look(now)
        found: Seat[M] | None = None
        several: list[Seat[M]] | None = None
        for seat in self._by_tier:
            if found is not None and seat.tier > found.tier:
                break
            standing = seat.standing
            if now >= standing.ejected_until and standing.breaker.admits(now) and standing.gate.is_open:
                if found is None:
                    found = seat
                elif several is None:
                    several = [found, seat]
                else:
                    several.append(seat)
        if several is None:
            return found
        return None if errand is None else pick(errand, several, now, roll)

    def put_back(self, errand: Errand[M] | None, seat: Seat[M], now: float) -> None:
        """What `at_once` gave at this moment is not asked after all, and its place at the gate was left."""
        if errand is not None:
            free = [
                each for each in self.first if each.tier == seat.tier and (each is seat or each.standing.is_free(now))
            ]
            put_back(errand, free, seat)

    def possible(self, errand: Errand[M]) -> list[Seat[M]]:
        """The seats that may serve the call and were not tried yet."""
        if errand.ways is STARTED and errand.tried is NOBODY and errand.closed is NOBODY and not errand.preferred:
            return self.first  # Nothing happened to nearly every call: 0.6 us less with three targets.
        return [
            seat
            for seat in self.seats
            if seat.name not in errand.tried and seat.name not in errand.closed and _is_open(seat, errand)
        ]

    def rest(self, errand: Errand[M], now: float) -> float | None:
        """Seconds until the first of the targets that asked for a pause is back; `None` where none did."""
        waits = [
            seat.standing.breaker.rests_until - now
            for seat in self.seats
            if seat.name not in errand.closed and _is_open(seat, errand)
        ]
        return min([wait for wait in waits if wait > 0.0], default=None)

    def _look(self, now: float) -> None:
        """Leaves out outliers, every so often."""
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


def _is_open(seat: Seat[M], errand: Errand[M]) -> bool:
    return seat.is_open(errand.ways) or errand.prefers(seat.name)


def _foremost(seats: Sequence[Seat[M]]) -> Sequence[Seat[M]]:
    first = min([seat.tier for seat in seats])
    return [seat for seat in seats if seat.tier == first]
