"""What is known of targets and spent by calls, shared by all groups and kept over a reload.

What callers choose themselves, behind a pattern, must not take the place of what is configured: it is kept apart and
bounded, and everything that bounds calls (limits, places, repeats, hedges) belongs to what is configured.
"""

from accord.core.latest import Latest
from accord.engine.member import Member
from accord.policy.breaker import BreakerRule
from accord.policy.gate import Gate
from accord.policy.hedge import HedgeRule, Hedging
from accord.policy.retry_budget import RetryBudget, RetryBudgetRule
from accord.policy.standing import Load, Standing, gate_of
from accord.providers.base import ProviderBase

_PASSING = 20_000
"""How many standings of models are kept that callers named."""

_Key = tuple[str, BreakerRule, Load]
_Known = tuple[ProviderBase, Standing]


class Standings:
    """The state that groups share."""

    def __init__(self) -> None:
        self._configured: dict[_Key, _Known] = {}
        self._passing: Latest[_Key, _Known] = Latest(_PASSING)
        self._gates: dict[tuple[str, Load], Gate] = {}
        self._budgets: dict[str, RetryBudget] = {}
        self._hedgings: dict[str, Hedging] = {}

    def of(self, member: Member, rule: BreakerRule) -> Standing:
        """The standing of a target; begun anew where its settings changed, its address or key among them."""
        key = member.name, rule, member.load
        provider = member.target.provider
        kept = self._passing if member.pattern else self._configured
        known = kept.get(key)
        if known is not None and known[0] == provider:
            return known[1]
        found = Standing(rule, member.load, self._gate(member) if member.pattern else None)
        if member.pattern:
            self._passing.put(key, (provider, found))
        else:
            self._configured[key] = provider, found
        return found

    def budget(self, name: str, rule: RetryBudgetRule) -> RetryBudget:
        """What all calls of a configured name may repeat."""
        budget = self._budgets.get(name)
        if budget is None or budget.rule != rule:
            budget = self._budgets[name] = RetryBudget(rule)
        return budget

    def hedging(self, name: str, rule: HedgeRule | None) -> Hedging | None:
        """What all calls of a configured name may hedge."""
        if rule is None:
            return None
        hedging = self._hedgings.get(name)
        if hedging is None or hedging.rule != rule:
            hedging = self._hedgings[name] = Hedging(rule)
        return hedging

    def waiting(self) -> dict[str, int]:
        """How many calls wait for each configured target, or for all that a pattern stands for."""
        found = {pattern: gate.waiting for (pattern, _), gate in self._gates.items()}
        for (name, _, _), (_, standing) in self._configured.items():
            found[name] = found.get(name, 0) + standing.gate.waiting
        return found

    def _gate(self, member: Member) -> Gate:
        key = member.pattern, member.load
        gate = self._gates.get(key)
        if gate is None:
            gate = self._gates[key] = gate_of(member.load)
        return gate
