"""What would become of a call, without making it."""

from collections.abc import Iterator

import msgspec

from accord.catalog.estimate import estimate
from accord.core.error import AccordError
from accord.core.request import ChatRequest
from accord.core.route import Considered, RouteRecord
from accord.engine.account import Account
from accord.engine.group import Group
from accord.engine.member import Member
from accord.engine.plan import plan_chat
from accord.engine.route import Asked, Headroom, Terms
from accord.engine.target import Target
from accord.policy.balance import Seat, ranked


def explained(group: Group, request: ChatRequest, terms: Terms, *, now: float, headroom: Headroom) -> RouteRecord:
    """Every target of the group in the order it would be asked, as things stand now; those that cannot serve come last.

    Each is asked to write the request, so that what only its wire refuses is known as well. Nothing is sent, and no state
    changes.
    """
    asked = Asked(group, request, terms, stream=False, now=now, headroom=headroom)
    refused = dict(asked.refused)
    for name, member in group.members.items():
        if name not in refused:
            reason = _refusal(member.target, request, terms, now, asked.account(member))
            if reason is not None:
                refused[name] = reason
        asked.cost(member)
    asked.refused = refused
    record = asked.record((), now)
    found = {f"{one.provider}/{one.model}": one for one in record.considered}
    return msgspec.structs.replace(record, considered=tuple(_in_order(asked, refused, found, now)))


def explained_alone(target: Target, request: ChatRequest, terms: Terms, *, now: float) -> RouteRecord:
    """The same for a name with one target and nothing to decide."""
    reason = _refusal(target, request, terms, now, None)
    cost = estimate(request, target.facts).cost.likely
    considered = Considered(
        provider=target.name,
        model=target.model,
        verdict="possible" if reason is None else "dropped",
        reason=reason,
        share=1.0 if reason is None else None,
        expected_cost=cost,
    )
    return RouteRecord(name=request.model, strategy="only", considered=(considered,))


def _in_order(asked: Asked, refused: dict[str, str], found: dict[str, Considered], now: float) -> Iterator[Considered]:
    for place, seats_now in enumerate(_waves(asked, refused, now)):
        for tier in sorted({seat.tier for seat in seats_now}):
            same = [seat for seat in seats_now if seat.tier == tier]
            first = place == 0 and tier == min(seat.tier for seat in seats_now) and same[0].standing.admits(now)
            for seat, share in ranked(asked, same, now):
                opens = first and (seat.is_first or asked.prefers(seat.name))
                yield msgspec.structs.replace(found[seat.name], share=share if opens else None)


def _waves(asked: Asked, refused: dict[str, str], now: float) -> Iterator[list[Seat[Member]]]:
    """Those that are preferred and work, others that work, those kept for a certain failure, those out of order, and those
    that cannot serve.
    """
    seats = asked.group.pool.seats
    able = [seat for seat in seats if seat.name not in refused]
    working = [seat for seat in able if seat.standing.admits(now)]
    others = [seat for seat in working if not asked.prefers(seat.name)]
    waves = (
        *[[seat for seat in working if seat.name in names] for names in asked.preferred],
        [seat for seat in others if seat.is_first],
        [seat for seat in others if not seat.is_first],
        [seat for seat in able if not seat.standing.admits(now)],
        [seat for seat in seats if seat.name in refused],
    )
    yield from [wave for wave in waves if wave]


def _refusal(target: Target, request: ChatRequest, terms: Terms, now: float, account: Account | None) -> str | None:
    try:
        plan_chat(
            target,
            request,
            stream=False,
            options=terms.options,
            context=terms.context,
            now=now,
            inbound=terms.inbound,
            account=account,
        )
    except AccordError as error:
        return error.message
    return None
