"""Several targets under one name, with everything that is decided about them before a call."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from msgspec import Meta

from accord.core.checked import Checked
from accord.core.http import Timeouts
from accord.core.route import Strategy
from accord.engine.account import Accounts, accounts_of
from accord.engine.floor import Floor, floor_of
from accord.engine.member import Member
from accord.engine.standings import Standings
from accord.engine.target import Target
from accord.flows.route import RouteRule
from accord.policy.backoff import Backoff
from accord.policy.balance import Seat
from accord.policy.breaker import BreakerRule
from accord.policy.ejection import EjectionRule
from accord.policy.errand import Errand
from accord.policy.fault import Way
from accord.policy.hedge import HedgeRule
from accord.policy.pool import Pool
from accord.policy.retry_budget import RetryBudgetRule
from accord.policy.standing import Standing


class RoutePolicy(Checked, frozen=True, kw_only=True, omit_defaults=True):
    """How calls go through several targets."""

    strategy: Strategy = "weighted"
    retries: Annotated[int, Meta(ge=0)] | None = None
    """At most so many requests after the first, wherever they go. `None`: as many as there are targets, but 2 at least;
    for a single target, its provider's own."""
    repeat_unsure: bool = True
    """Whether to ask another target after a timeout or a broken connection that leaves open whether the first will be
    billed. Naming several targets asks for that; each attempt says whether it may be billed."""
    timeouts: Timeouts | None = None
    """In place of the providers' own; those of the call win."""
    backoff: Backoff = Backoff()
    breaker: BreakerRule = BreakerRule()
    budget: RetryBudgetRule = RetryBudgetRule()
    ejection: EjectionRule = EjectionRule()
    hedge: HedgeRule | None = None
    """Asks a second target while the first is slow; with `AsyncRouter` and the gateway only."""
    continue_interrupted: bool = False
    """Whether a stream of text that breaks off goes on at a target that can continue it (both are billed)."""


_WEIGHING: frozenset[Strategy] = frozenset({"cheapest", "headroom"})
"""Strategies that look at the request."""


class Group:
    """The targets of one public name."""

    __slots__ = (
        "accounts",
        "floor",
        "fresh",
        "is_straight",
        "members",
        "name",
        "policy",
        "pool",
        "retries",
        "rule",
        "timeouts",
    )

    def __init__(
        self,
        name: str,
        members: Sequence[Member],
        policy: RoutePolicy,
        standings: Standings,
        *,
        configured: str | None = None,
    ) -> None:
        """`configured` is the name as it is configured, where `name` is one of many that fit it.

        Raises `ValueError` where a target is named twice, or none takes part from the beginning.
        """
        _check(members)
        self.name: str = name
        self.policy: RoutePolicy = policy
        self.members: Mapping[str, Member] = {member.name: member for member in members}
        alone = members[0].target.retries if len(members) == 1 else max(2, len(members))
        self.accounts: Accounts | None = accounts_of([member.target for member in members])
        """Those that could be taken for one another; `None` where there are none."""
        self.floor: Floor = floor_of([member.target.facts for member in members])
        """What all of its targets have."""
        self.timeouts: Timeouts = policy.timeouts or members[0].target.timeouts
        """Their `total` bounds a call as a whole, where it does not set its own."""
        self.rule: RouteRule[Member] = RouteRule(
            backoff=policy.backoff, repeat_unsure=policy.repeat_unsure, closes=self.closed_by
        )
        is_counted = any(member.limits.requests or member.limits.tokens for member in members)
        self.is_straight: bool = policy.hedge is None and self.timeouts.total is None and not is_counted
        """Whether a call may go to a target that is free without more ado: nothing is counted or timed beside it."""
        weighs = policy.strategy in _WEIGHING
        self.fresh: Mapping[bool, Errand[Member] | None] = {
            stream: None if weighs else Errand(policy.strategy, retries=0, stream=stream) for stream in (False, True)
        }
        """A call of which nothing is asked, by whether it is for a stream: enough to choose by; `None` where the strategy wants to know
        the request."""
        self.retries: int = alone if policy.retries is None else policy.retries
        self.pool: Pool[Member] = Pool(
            [_seat(member, standings.of(member, policy.breaker)) for member in members],
            budget=standings.budget(configured or name, policy.budget),
            ejection=policy.ejection,
            hedging=standings.hedging(configured or name, policy.hedge),
        )

    def typical(self, name: str) -> Target:
        """The target of that name, else the first that is asked."""
        named = self.members.get(name)
        return (
            named or min(self.members.values(), key=lambda member: ("start" not in member.ways, member.tier))
        ).target

    def near(self, name: str) -> tuple[frozenset[str], ...]:
        """The target `<provider name>/<upstream model>`, and then its provider's others, as far as they are here."""
        provider = name.partition("/")[0]
        others = frozenset([other for other, member in self.members.items() if member.target.name == provider])
        found = frozenset([name]) & others
        return tuple([names for names in (found, others - found) if names])

    def closed_by(self, member: Member, way: Way) -> tuple[str, ...]:
        """The targets that are pointless after that happened at `member`."""
        others = [other for other in self.members.values() if way not in other.ways]
        if way == "context":
            window = _window(member)
            return tuple([other.name for other in others if not _is_larger(_window(other), window)])
        if way == "content_filter":
            # What one provider refuses is not put before another unless the set-up says so.
            return tuple([other.name for other in others])
        if way == "quota":
            return tuple([other.name for other in others if other.target.name == member.target.name])
        return ()

    def __repr__(self) -> str:
        return f"Group({self.name}: {', '.join(self.members)})"


def _seat(member: Member, standing: Standing) -> Seat[Member]:
    return Seat(member, member.name, standing, weight=member.weight, tier=member.tier, ways=member.ways)


def _window(member: Member) -> int | None:
    facts = member.target.facts
    return None if facts is None else facts.max_input or facts.context


def _is_larger(window: int | None, than: int | None) -> bool:
    return window is not None and (than is None or window > than)


def _check(members: Sequence[Member]) -> None:
    names = [member.name for member in members]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{twice[0]} is named twice")
    if not any("start" in member.ways for member in members):
        raise ValueError("no target takes part from the beginning")
