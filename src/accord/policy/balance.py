"""Which of several targets answers: the strategies.

Each picks one of the candidates that are left after everything else was decided (priority, breakers, what the request
needs). They keep what they need to remember in the seats and standings, so that a strategy can be chosen by the call.
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from typing import Generic, TypeVar

from accord.core.route import Strategy
from accord.policy.errand import Errand
from accord.policy.fault import Opening
from accord.policy.standing import Standing

M = TypeVar("M")

STRATEGIES: Mapping[Strategy, str] = {
    "weighted": "at random, in proportion to the weights; the default, right when targets are alike or shares are agreed",
    "round_robin": "in turns, in proportion to the weights; even over short times where random is lumpy",
    "least_busy": "the less busy of two taken at random; right when calls differ much in length",
    "fastest": "the one of two taken at random whose recent time, times its calls in flight, is least",
    "cheapest": "the lowest expected cost of this very request; a target without a known price comes last",
    "headroom": "the one with the largest part of its limits unused; right for quotas of different size",
}
"""Each strategy, and when to use it."""


FROM_THE_START: tuple[Opening, ...] = ("start",)
"""The ways of a target that takes part from the beginning."""


class Seat(Generic[M]):
    """A target's place in a pool."""

    __slots__ = ("credit", "member", "name", "standing", "tier", "ways", "weight")

    def __init__(
        self,
        member: M,
        name: str,
        standing: Standing,
        *,
        weight: float = 1.0,
        tier: int = 0,
        ways: tuple[Opening, ...] = FROM_THE_START,
    ) -> None:
        """`tier` 0 is asked first; one of `ways` must have happened in the call before the target is asked at all."""
        self.member: M = member
        self.name: str = name
        self.standing: Standing = standing
        self.weight: float = weight
        self.tier: int = tier
        self.ways: tuple[Opening, ...] = ways
        self.credit: float = 0.0
        """How far its turn is in arrears, for `round_robin`."""

    @property
    def is_first(self) -> bool:
        """Whether it takes part from the beginning."""
        return "start" in self.ways

    def is_open(self, ways: AbstractSet[Opening]) -> bool:
        """Whether it may be asked by a call to which that happened."""
        return not ways.isdisjoint(self.ways)


def pick(errand: Errand[M], seats: Sequence[Seat[M]], now: float, roll: Callable[[], float]) -> Seat[M]:
    """The seat whose target is asked. Seats of weight 0 are only taken where there is no other."""
    chosen = _chosen_from(seats)
    if len(chosen) == 1:
        return chosen[0]
    strategy = errand.strategy
    if strategy == "weighted":
        return _drawn(chosen, roll)
    if strategy == "round_robin":
        return _in_turn(chosen)
    if strategy == "cheapest":
        return _least(chosen, lambda seat: _cost(seat, errand), roll)
    if strategy == "headroom":
        return _least(chosen, lambda seat: -errand.headroom(seat.member), roll)
    first = _drawn(chosen, roll)
    second = _drawn([seat for seat in chosen if seat is not first], roll)
    pair = (first, second)
    if strategy == "least_busy":
        return min(pair, key=_busy)
    return min(pair, key=partial(_expected_time, errand=errand, now=now, usual=_usual(pair, errand, now)))


def put_back(errand: Errand[M], seats: Sequence[Seat[M]], seat: Seat[M]) -> None:
    """The target of a seat that was just picked among these is not asked after all: who goes in turns still has that turn."""
    if errand.strategy != "round_robin":
        return
    chosen = _chosen_from(seats)
    if len(chosen) > 1:
        for each in chosen:
            each.credit -= each.weight
        seat.credit += sum(each.weight for each in chosen)


def _chosen_from(seats: Sequence[Seat[M]]) -> Sequence[Seat[M]]:
    return [seat for seat in seats if seat.weight > 0.0] or seats


def _drawn(seats: Sequence[Seat[M]], roll: Callable[[], float]) -> Seat[M]:
    total = 0.0
    for seat in seats:
        total += seat.weight
    if total <= 0.0:
        return seats[int(roll() * len(seats))]
    point = roll() * total
    for seat in seats:
        point -= seat.weight
        if point < 0.0:
            return seat
    return seats[-1]


def _in_turn(seats: Sequence[Seat[M]]) -> Seat[M]:
    """Smooth weighted round robin, as nginx does it: everyone is credited its weight, the richest pays for all."""
    for seat in seats:
        seat.credit += seat.weight
    chosen = max(seats, key=lambda seat: seat.credit)
    chosen.credit -= sum(seat.weight for seat in seats)
    return chosen


def _least(seats: Sequence[Seat[M]], value: Callable[[Seat[M]], float], roll: Callable[[], float]) -> Seat[M]:
    valued = [(value(seat), seat) for seat in seats]
    best = min(found for found, _ in valued)
    return _drawn([seat for found, seat in valued if found == best], roll)


def _busy(seat: Seat[M]) -> float:
    gate = seat.standing.gate
    return (gate.in_flight + gate.waiting) / (seat.weight or 1.0)


def _usual(seats: Sequence[Seat[M]], errand: Errand[M], now: float) -> float:
    """What is expected of a target that was never asked: as much as of the fastest of the others. It is tried, and not by
    everybody at once: taken for faster than all, a slow one would get every call until its first answer.
    """
    known = [seat.standing.latency(now, stream=errand.stream) for seat in seats]
    return min([seconds for seconds in known if seconds is not None], default=1.0)


def _expected_time(seat: Seat[M], errand: Errand[M], now: float, usual: float) -> float:
    latency = seat.standing.latency(now, stream=errand.stream)
    gate = seat.standing.gate
    return (usual if latency is None else latency) * (gate.in_flight + gate.waiting + 1) / (seat.weight or 1.0)


def _cost(seat: Seat[M], errand: Errand[M]) -> float:
    cost = errand.cost(seat.member)
    return float("inf") if cost is None else float(cost)


def ranked(errand: Errand[M], seats: Sequence[Seat[M]], now: float) -> list[tuple[Seat[M], float | None]]:
    """The seats as the strategy prefers them now, and with what probability (0 to 1) each is picked, where chance decides.

    Of two taken at random the better is picked, so `least_busy` and `fastest` only make the first the most likely.
    """
    value: Callable[[Seat[M]], float]
    match errand.strategy:
        case "weighted" | "round_robin":
            total = sum(seat.weight for seat in seats)
            by_weight = sorted(seats, key=lambda seat: -seat.weight)
            return [(seat, seat.weight / total if total else 1.0 / len(seats)) for seat in by_weight]
        case "cheapest":
            value = partial(_cost, errand=errand)
        case "headroom":
            return [(seat, None) for seat in sorted(seats, key=lambda seat: -errand.headroom(seat.member))]
        case "least_busy":
            value = _busy
        case "fastest":
            value = partial(_expected_time, errand=errand, now=now, usual=_usual(seats, errand, now))
    return [(seat, None) for seat in sorted(seats, key=value)]
