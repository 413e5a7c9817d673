"""A call through a group of targets: what each would be asked, and the record of who was."""

from collections.abc import Callable
from decimal import Decimal
from typing import Generic, TypeVar

import msgspec

from accord.catalog.estimate import Estimate, estimate
from accord.core.attempt import Attempt
from accord.core.context import RequestContext
from accord.core.error import ProviderError
from accord.core.http import Timeouts
from accord.core.option import Options
from accord.core.request import ChatRequest
from accord.core.route import ANY, Considered, RouteRecord, Verdict
from accord.dialects.codec import Inbound
from accord.engine.group import Group, Member
from accord.engine.need import Needs, lack, needs_of
from accord.engine.prepare import deadline_of
from accord.engine.target import Target
from accord.flows.effect import Flow
from accord.flows.exchange import Outcome
from accord.flows.note import Notes
from accord.flows.retry import Roll
from accord.flows.route import Journey, RouteRule
from accord.policy.balance import Merit, Seat
from accord.policy.gate import Ticket
from accord.policy.limit import Demand, demands_of
from accord.policy.pool import Choosing

P = TypeVar("P")
T = TypeVar("T")

Headroom = Callable[[tuple[Demand, ...]], float]
"""The unused part of some limits."""


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """How a call is made, whoever answers it."""

    options: Options
    context: RequestContext
    inbound: Inbound | None = None
    """The caller's own bytes, handed on where nothing has to change."""
    continues: bool = False
    """Whether the answer has begun, and only targets will do that continue it."""
    recorded: bool = True
    """Whether the answer is to carry the record of the choice. A failure carries it in any case."""
    avoid: str = ""
    """The target that just failed: others that can are asked first."""
    notes: Notes | None = None
    """Who is told how it goes."""


def timeouts_of(group: Group, options: Options) -> Timeouts:
    """Those of the call, else of the group, else of its first target's provider. Their `total` bounds the whole call."""
    return options.timeouts or group.policy.timeouts or next(iter(group.members.values())).target.timeouts


class Asked:
    """One call and what it means for each target of a group."""

    def __init__(
        self,
        group: Group,
        request: ChatRequest | None,
        terms: Terms,
        *,
        stream: bool,
        now: float,
        headroom: Headroom,
    ) -> None:
        """`request` is `None` for everything but conversations: nothing is known of their needs."""
        options, context, wish = terms.options, terms.context, terms.options.route or ANY
        self.group = group
        self.wish = wish
        self._request = request
        self._needs: Needs | None = None if request is None else needs_of(request)
        self._continues = terms.continues
        self._stream = stream
        self._context = context
        self._options = options
        self._headroom = headroom
        self._notes = terms.notes
        self._estimates: dict[str, Estimate] = {}
        self.dropped: dict[str, str] = {}
        self.deadline: float | None = deadline_of(timeouts_of(group, options), context, now)
        picky = wish.target or wish.provider or wish.region or wish.tags
        for name, member in group.members.items():
            reason = (self._unwanted(member) if picky else None) or self._lack(member)
            if reason is not None:
                self.dropped[name] = reason
        self.call: Choosing[Member] = Choosing(
            strategy=wish.strategy or group.policy.strategy,
            merit=Merit(stream=stream, cost=self.cost, headroom=self._room),
            closed=set(self.dropped),
            tried={terms.avoid} if self._has_others(terms.avoid) else set(),
            ways=set(),
        )

    def journey(self, attempt: Callable[[Seat[Member], float], Flow[Outcome[T]]], roll: Roll) -> Journey[Member, T]:
        """The call on its way."""
        group, wish = self.group, self.wish
        rule = RouteRule(
            retries=self._retries,
            stream=self._stream,
            backoff=group.policy.backoff,
            deadline=self.deadline,
            repeat_unsure=group.policy.repeat_unsure,
            ticket=lambda: Ticket(wish.key, wish.weight),
            demands=self.demands,
            closes=group.closed_by,
            notes=self._notes,
        )
        journey: Journey[Member, T] = Journey(group.pool, self.call, attempt, rule, roll)
        journey.refused.update(self.dropped)
        return journey

    def demands(self, member: Member) -> tuple[Demand, ...]:
        """What the call wants of a target's limits."""
        limits = member.limits
        if limits.requests is None and limits.tokens is None:
            return ()
        return demands_of(member.name, limits, self._tokens(member) if limits.tokens is not None else 0.0)

    def cost(self, member: Member) -> Decimal | None:
        """US dollars the call likely costs at a target; `None` is unknown."""
        found = self._estimate(member)
        return None if found is None else found.cost.likely

    def remaining(self, now: float) -> RequestContext:
        """The context for one attempt, with the time that is left."""
        if self.deadline is None:
            return self._context
        return msgspec.structs.replace(self._context, deadline=max(self.deadline - now, 1e-6))

    def record(self, refused: dict[str, str], attempts: tuple[Attempt, ...], now: float) -> RouteRecord:
        """Who was considered, in the order of the group, and what became of them."""
        asked = {f"{attempt.provider}/{attempt.model}": attempt for attempt in attempts}
        return RouteRecord(
            name=self.group.name,
            strategy=self.call.strategy,
            considered=tuple([self._considered(seat, asked, refused, now) for seat in self.group.pool.seats]),
        )

    def _considered(
        self, seat: Seat[Member], asked: dict[str, Attempt], refused: dict[str, str], now: float
    ) -> Considered:
        target, standing = seat.member.target, seat.standing
        attempt, reason = asked.get(seat.name), refused.get(seat.name)
        verdict: Verdict = "possible"
        if attempt is not None:
            verdict, reason = ("answered", None) if attempt.error is None else ("asked", attempt.error)
        elif reason is not None:
            verdict = "dropped"
        elif not seat.is_open(self.call.ways):
            kinds = " or ".join([f"`{way}`" for way in (seat.way, *seat.stands_in)])
            reason = f"it is only asked after a failure of the kind {kinds}"
        elif not standing.admits(now):
            verdict, reason = "out_of_order", f"for another {standing.ready_at(now) - now:.1f} s"
        known = self._estimates.get(seat.name)
        return Considered(
            provider=target.name,
            model=target.model,
            verdict=verdict,
            reason=reason,
            tier=seat.tier,
            expected_cost=known.cost.likely if known is not None else None,
            expected_latency=standing.latency(now, stream=self._stream),
        )

    @property
    def _retries(self) -> int:
        if not self.wish.fallback:
            return 0
        return self.group.retries if self._options.retries is None else self._options.retries

    def _has_others(self, avoided: str) -> bool:
        return bool(avoided) and any(
            name != avoided and name not in self.dropped and member.way is None
            for name, member in self.group.members.items()
        )

    def _unwanted(self, member: Member) -> str | None:
        wish = self.wish
        if wish.target is not None and wish.target != member.name:
            return f"the call asks for {wish.target}"
        if wish.provider is not None and wish.provider != member.target.name:
            return f"the call is bound to {wish.provider}"
        if wish.region is not None and wish.region != member.region:
            return f"the call asks for the region {wish.region}, and this is {member.region or 'in none that is told'}"
        missing = [tag for tag in wish.tags if tag not in member.tags]
        return f"it carries no tag {missing[0]}" if missing else None

    def _lack(self, member: Member) -> str | None:
        if self._request is None or self._needs is None:
            return None
        if self._continues and (member.target.facts is None or not member.target.facts.prefill):
            return "it is not known to continue a begun answer"
        return lack(self._needs, self._request, member.target.facts)

    def _estimate(self, member: Member) -> Estimate | None:
        if self._request is None:
            return None
        found = self._estimates.get(member.name)
        if found is None:
            found = self._estimates[member.name] = estimate(self._request, member.target.facts)
        return found

    def _tokens(self, member: Member) -> float:
        found = self._estimate(member)
        return float(found.input.likely + found.output.likely) if found is not None else 0.0

    def _room(self, member: Member) -> float:
        demands = self.demands(member)
        return self._headroom(demands) if demands else 1.0


class Routed(Generic[P, T]):
    """A call through a group, ready to run. `P` is the plan that was carried out in the end."""

    def __init__(
        self, asked: Asked, once: Callable[[Target, RequestContext, float], Flow[tuple[P, Outcome[T]]]]
    ) -> None:
        """`once(target, context, now)` plans and asks one target one time."""

        def attempt(seat: "Seat[Member]", now: float) -> "Flow[Outcome[tuple[P, T]]]":  # quoted: see `routed.py`
            plan, outcome = yield from once(seat.member.target, asked.remaining(now), now)
            return Outcome(value=(plan, outcome.value), attempts=outcome.attempts, at=outcome.at, body=outcome.body)

        self.asked = asked
        self._attempt = attempt
        self._journey: Journey[Member, tuple[P, T]] | None = None

    def flow(self, now: float, roll: Roll) -> Flow[Outcome[tuple[P, T]]]:
        """Carries it out. A failure carries the record of the choice."""
        journey = self._journey = self.asked.journey(self._attempt, roll)
        try:
            return (yield from journey.flow(now))
        except ProviderError as error:
            error.route = self.record(error.attempts, now if error.at is None else error.at)
            raise

    def record(self, attempts: tuple[Attempt, ...], now: float) -> RouteRecord:
        """Who was considered, and what became of them."""
        assert self._journey is not None
        return self.asked.record(self._journey.refused, attempts, now)
