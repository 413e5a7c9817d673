"""A call through a group of targets: what each would be asked, and the record of who was."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from decimal import Decimal

import msgspec

from accord.catalog.estimate import Estimate, estimate
from accord.core.attempt import Attempt
from accord.core.context import RequestContext
from accord.core.error import ProviderError
from accord.core.http import Timeouts
from accord.core.option import Options
from accord.core.request import ChatRequest
from accord.core.route import ANY, RouteRecord, RouteWish
from accord.dialects.codec import Inbound
from accord.engine.account import Account
from accord.engine.bound import bound
from accord.engine.considered import record_of
from accord.engine.group import Group
from accord.engine.member import Member
from accord.engine.need import lack, needs_of
from accord.engine.prepare import deadline_of
from accord.flows.note import Notes
from accord.policy.errand import Errand
from accord.policy.limit import Demand, demands_of

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

    plain: bool = False
    """Whether nothing is asked of the choice, of the time, or of what is told: no `route` but whose call it is, no deadline and
    no timeouts, nobody to tell. Whoever makes many calls of one kind knows."""


def asks_nothing(options: Options, context: RequestContext) -> bool:
    """Whether these ask nothing of the choice and of the time."""
    return options.route is None and options.timeouts is None and context.deadline is None


def timeouts_of(group: Group, options: Options) -> Timeouts:
    """Those of the call, else of the group, else of its first target's provider. Their `total` bounds the whole call."""
    return options.timeouts or group.timeouts


class Asked(Errand[Member]):
    """One call and what it means for each target of a group."""

    __slots__ = ("_context", "_estimates", "_headroom", "_named", "_now", "_request", "group", "terms")

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
        options, context = terms.options, terms.context
        wish = options.route or ANY
        retries = group.retries if options.retries is None else options.retries
        super().__init__(
            wish.strategy or group.policy.strategy,
            retries=retries if wish.fallback else 0,
            stream=stream,
            deadline=deadline_of(options.timeouts or group.timeouts, context, now),
            key=wish.key,
            weight=wish.weight,
        )
        self.group: Group = group
        self.terms: Terms = terms
        self._request = request
        self._context = context
        self._headroom = headroom
        self._now = now
        self._estimates: dict[str, Estimate] = {}
        self._named = wish.target is not None or wish.provider is not None
        if group.accounts is not None and request is not None:
            drops = options.on_unsupported == "drop"
            wish = bound(wish, request, group, group.accounts, drops=drops)
        is_picky = wish.target or wish.provider or wish.region or wish.tags
        if is_picky or terms.continues or not (request is None or group.floor.bears(request)):
            self.refused: dict[str, str] = _refusals(group, request, wish, continues=terms.continues)
            self.closed: AbstractSet[str] = frozenset(self.refused) or self.closed
        wanted = wish.target or wish.prefer
        if wanted is not None or wish.provider is not None:
            self.preferred: tuple[AbstractSet[str], ...] = group.near(wanted or f"{wish.provider}/")
        if terms.avoid and self._has_others(terms.avoid):
            self.tried: AbstractSet[str] = frozenset([terms.avoid])

    def demands(self, member: Member, /) -> tuple[Demand, ...]:
        """What the call wants of a target's limits."""
        limits = member.limits
        if limits.requests is None and limits.tokens is None:
            return ()
        return demands_of(member.limited_as, limits, self._tokens(member) if limits.tokens is not None else 0.0)

    def cost(self, member: Member, /) -> Decimal | None:
        """US dollars the call likely costs at a target; `None` is unknown."""
        found = self._estimate(member)
        return None if found is None else found.cost.likely

    def headroom(self, member: Member, /) -> float:
        """The part of a target's limits that is unused, 0 to 1."""
        demands = self.demands(member)
        return self._headroom(demands) if demands else 1.0

    def account(self, member: Member, /) -> Account | None:
        """Whose a target is, where the answers of several are to be told apart."""
        accounts = self.group.accounts
        return None if accounts is None else accounts.account(member.target.name, named=self._named)

    def failed(self, error: ProviderError, /) -> None:
        """A failure carries the record of the choice."""
        error.route = self.record(error.attempts, self._now if error.at is None else error.at)

    def remaining(self, now: float) -> RequestContext:
        """The context for one attempt, with the time that is left."""
        if self.deadline is None:
            return self._context
        return msgspec.structs.replace(self._context, deadline=max(self.deadline - now, 1e-6))

    def record(self, attempts: tuple[Attempt, ...], now: float) -> RouteRecord:
        """Who was considered, in the order of the group, and what became of them."""
        return record_of(self.group, self, attempts, now, self._estimates)

    def _has_others(self, avoided: str) -> bool:
        return any(
            name != avoided and name not in self.refused and "start" in member.ways
            for name, member in self.group.members.items()
        )

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


def _refusals(group: Group, request: ChatRequest | None, wish: RouteWish, *, continues: bool) -> dict[str, str]:
    """Which targets cannot serve a request or are not wanted, and why."""
    needs = None if request is None else needs_of(request)
    refused: dict[str, str] = {}
    for name, member in group.members.items():
        facts = member.target.facts
        reason = _unwanted(member, wish)
        if reason is None and continues and (facts is None or not facts.prefill):
            reason = "it is not known to continue a begun answer"
        if reason is None and request is not None and needs is not None:
            reason = lack(needs, request, facts)
        if reason is not None:
            refused[name] = reason
    return refused


def _unwanted(member: Member, wish: RouteWish) -> str | None:
    if wish.target is not None and wish.target != member.name:
        return f"the call asks for {wish.target}"
    if wish.provider is not None and wish.provider != member.target.name:
        return f"the call is bound to {wish.provider}"
    if wish.region is not None and wish.region != member.region:
        return f"the call asks for the region {wish.region}, and this is {member.region or 'in none that is told'}"
    missing = [tag for tag in wish.tags if tag not in member.tags]
    return f"it carries no tag {missing[0]}" if missing else None
