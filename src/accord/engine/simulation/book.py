"""Keeps account of a simulation."""

from collections import Counter

from accord.core.attempt import Attempt
from accord.core.route import Strategy
from accord.engine.simulation.backend import Backend, Size
from accord.engine.simulation.result import CallerResult, Moment, Result, TargetResult, times_of
from accord.engine.simulation.scenario import Caller, Scenario, SimulatedTarget
from accord.policy.balance import Seat
from accord.policy.pool import Pool

_PIECES = 60
"""Into how many pieces the time of a result is cut."""


class _Piece:
    """What happens to the calls that begin in one piece of the time."""

    __slots__ = ("failed", "requests", "seconds")

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.failed = 0
        self.requests: Counter[str] = Counter()


class _Account:
    """How one key fares."""

    __slots__ = ("failed", "seconds")

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.failed = 0


class Book:
    """What happened so far."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._width = scenario.seconds / _PIECES
        self._pieces = [_Piece() for _ in range(_PIECES)]
        self._accounts = {caller.name: _Account() for caller in scenario.traffic.keys}
        self._failures: Counter[str] = Counter()
        self._costs: dict[str, float] = dict.fromkeys([target.name for target in scenario.targets], 0.0)
        self._unsure = 0.0
        self._extra = 0

    def asked(self, started: float, attempts: tuple[Attempt, ...]) -> None:
        """A call took so many requests until it was answered or failed."""
        requests = self._piece(started).requests
        for attempt in attempts:
            requests[attempt.provider] += 1
        self._extra += max(0, len(attempts) - 1)

    def answered(self, started: float, caller: Caller, target: SimulatedTarget, size: Size, seconds: float) -> None:
        """A call was answered."""
        self._piece(started).seconds.append(seconds)
        self._accounts[caller.name].seconds.append(seconds)
        self._costs[target.name] += _cost(target, size)

    def failed(self, started: float, caller: Caller, kind: str) -> None:
        """A caller was told that it failed."""
        self._piece(started).failed += 1
        self._accounts[caller.name].failed += 1
        self._failures[kind] += 1

    def unsure(self, target: SimulatedTarget, size: Size) -> None:
        """A request was given up that may be billed."""
        self._unsure += _cost(target, size)

    def result(self, strategy: Strategy, seed: int, seconds: float, pool: Pool[Backend]) -> Result:
        """All of it."""
        every = [second for piece in self._pieces for second in piece.seconds]
        failed = sum(self._failures.values())
        calls = len(every) + failed
        targets = tuple([self._target(seat, seconds) for seat in pool.seats])
        hedges = pool.hedging.sent if pool.hedging is not None else 0
        unpriced = any(target.answered and target.cost is None for target in targets)
        return Result(
            title=self._scenario.title,
            strategy=strategy,
            seed=seed,
            seconds=round(seconds, 3),
            calls=calls,
            answered=len(every),
            success=len(every) / calls if calls else 1.0,
            failures=dict(self._failures.most_common()),
            times=times_of(every),
            requests=sum(target.requests for target in targets),
            retries=max(0, self._extra - hedges),
            hedges=hedges,
            cost=None if unpriced else round(sum(self._costs.values()), 6),
            unsure_cost=round(self._unsure, 6),
            targets=targets,
            callers=tuple([self._caller(name) for name in self._accounts]),
            timeline=tuple([self._moment(index) for index in range(_PIECES)]),
        )

    def _piece(self, started: float) -> _Piece:
        return self._pieces[min(int(started / self._width), _PIECES - 1)]

    def _target(self, seat: Seat[Backend], seconds: float) -> TargetResult:
        backend, standing = seat.member, seat.standing
        return TargetResult(
            name=seat.name,
            requests=backend.requests,
            answered=backend.answered,
            load=round(backend.load / seconds, 3) if seconds else 0.0,
            most=backend.most,
            openings=standing.breaker.openings,
            ejections=standing.ejections,
            cost=round(self._costs[seat.name], 6) if backend.target.price is not None else None,
        )

    def _caller(self, name: str) -> CallerResult:
        account = self._accounts[name]
        answered = len(account.seconds)
        return CallerResult(
            name=name, calls=answered + account.failed, answered=answered, times=times_of(account.seconds)
        )

    def _moment(self, index: int) -> Moment:
        piece = self._pieces[index]
        return Moment(
            at=round(index * self._width, 3),
            calls=len(piece.seconds) + piece.failed,
            failed=piece.failed,
            times=times_of(piece.seconds),
            requests={target.name: piece.requests[target.name] for target in self._scenario.targets},
        )


def _cost(target: SimulatedTarget, size: Size) -> float:
    """US dollars; 0 where the price is unknown, which the result says instead of a sum."""
    price = target.price
    return 0.0 if price is None else (float(price.input) * size.input + float(price.output) * size.output) / 1e6
