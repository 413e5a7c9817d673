"""The record of a choice: which targets of a group were considered for a call, and what became of them."""

from collections.abc import Mapping

from accord.catalog.estimate import Estimate
from accord.core.attempt import Attempt
from accord.core.route import Considered, RouteRecord, Verdict
from accord.engine.group import Group
from accord.engine.member import Member
from accord.policy.balance import Seat
from accord.policy.errand import Errand

_NONE: Mapping[str, Estimate] = {}


def record_of(
    group: Group,
    errand: Errand[Member],
    attempts: tuple[Attempt, ...],
    now: float,
    estimates: Mapping[str, Estimate] = _NONE,
) -> RouteRecord:
    """Who was considered for a call, in the order of the group, and what became of them.

    `errand` knows what happened to the call, `estimates` (by target) what it would have cost.
    """
    asked = {f"{attempt.provider}/{attempt.model}": attempt for attempt in attempts}
    considered: list[Considered] = []
    for seat in group.pool.seats:
        target = seat.member.target
        verdict, reason = _verdict(seat, errand, asked.get(seat.name), now)
        known = estimates.get(seat.name)
        considered.append(
            Considered(
                provider=target.name,
                model=target.model,
                verdict=verdict,
                reason=reason,
                tier=seat.tier,
                expected_cost=known.cost.likely if known is not None else None,
                expected_latency=seat.standing.latency(now, stream=errand.stream),
            )
        )
    return RouteRecord(name=group.name, strategy=errand.strategy, considered=tuple(considered))


def _verdict(
    seat: Seat[Member], errand: Errand[Member], attempt: Attempt | None, now: float
) -> tuple[Verdict, str | None]:
    if attempt is not None:
        return ("answered", None) if attempt.error is None else ("asked", attempt.error)
    reason = errand.refused.get(seat.name)
    if reason is not None:
        return "dropped", reason
    if not seat.is_open(errand.ways) and not errand.prefers(seat.name):
        kinds = " or ".join([f"`{way}`" for way in seat.ways])
        return "possible", f"it is only asked after a failure of the kind {kinds}"
    if not seat.standing.admits(now):
        return "out_of_order", f"for another {seat.standing.ready_at(now) - now:.1f} s"
    return "possible", None
