"""The first request of a call through a group, where there is nothing to decide.

Nearly every call is of that kind: one target is next, it is free, and it answers. Such a call is made straight, without the flow
that weighs, waits and repeats (28 us of a call less). Whatever else comes of the request is handed to that flow, which goes on
from there as if it had sent it itself: there is one set of rules for what happens after a failure.
"""

from random import random
from typing import NamedTuple, TypeVar

from accord.core.error import AccordError
from accord.core.part import Text
from accord.core.request import ChatRequest
from accord.core.route import RouteRecord
from accord.dialects.remote import has_remote
from accord.engine.account import tags_in
from accord.engine.considered import record_of
from accord.engine.group import Group
from accord.engine.kept import names_kept
from accord.engine.member import Member
from accord.engine.need import most_tokens_of
from accord.engine.plan import ChatPlan, plan_chat
from accord.engine.route import Terms
from accord.flows.effect import Result
from accord.flows.exchange import Outcome
from accord.policy.balance import Seat
from accord.policy.errand import Errand
from accord.policy.standing import Lease
from accord.transport.base import AsyncOpening

T = TypeVar("T")

_WORDS = frozenset({Text})


class Ahead(NamedTuple):
    """A first request that was made before its call was looked into, and what came of it."""

    started: float
    result: Result
    seat: Seat[Member] | None = None
    lease: Lease | None = None
    """The place it has at its target, of which `seat` is in the group."""


class Underway(NamedTuple):
    """The same for a stream, whose answer is still to come."""

    started: float
    opening: AsyncOpening
    piece: bytes
    """What was taken of the answer."""
    seat: Seat[Member] | None = None
    lease: Lease | None = None


class First:
    """A request that is about to be made, and the place it takes at its target until `lease` ends."""

    __slots__ = ("_group", "_stream", "lease", "plan", "seat")

    def __init__(self, group: Group, seat: Seat[Member], plan: ChatPlan, lease: Lease, *, stream: bool) -> None:
        self.seat: Seat[Member] = seat
        self.plan: ChatPlan = plan
        self.lease: Lease = lease
        self._group = group
        self._stream = stream

    def answered(self, outcome: Outcome[T]) -> Outcome[T]:
        """The target answered, or began to: it works, and the pool may repeat a little more."""
        self.lease.answered(outcome.at)
        self._group.pool.budget.deposit()
        return outcome

    def record(self, outcome: Outcome[T]) -> RouteRecord:
        """Who could have answered in its place."""
        group, stream = self._group, self._stream
        errand = group.fresh[stream] or Errand(group.policy.strategy, retries=0, stream=stream)
        return record_of(group, errand, outcome.attempts, outcome.at)


def first_of(group: Group, request: ChatRequest, terms: Terms, now: float, *, stream: bool) -> First | None:
    """The request, with its target's gate passed; `None` where the flow has to decide."""
    if not group.is_straight or not terms.plain:
        return None
    inbound = terms.inbound
    if not _is_words(request):
        if group.accounts is not None or has_remote(request) or not group.floor.bears(request):
            return None
    # Whatever it holds was in its bytes.
    elif not group.floor.bears(request, None if inbound is None else most_tokens_of(len(inbound.body))):
        return None
    if not is_open(group, request):
        return None
    seat = group.pool.at_once(group.fresh[stream], now, random)
    if seat is None or not seat.standing.gate.let_in():
        return None
    try:
        plan = plan_at(group, seat, request, terms, now, stream=stream)
    except AccordError:
        # Another target may be able to: the flow will find out, and tell of this one.
        seat.standing.gate.release()
        return None
    return First(group, seat, plan, Lease(seat.standing, now, stream=stream), stream=stream)


def plan_at(
    group: Group, seat: Seat[Member], request: ChatRequest, terms: Terms, now: float, *, stream: bool
) -> ChatPlan:
    """The call at one target of a group that is not chosen by anybody. Raises as `plan_chat` does."""
    target, accounts = seat.member.target, group.accounts
    return plan_chat(
        target,
        request,
        stream=stream,
        options=terms.options,
        context=terms.context,
        now=now,
        inbound=terms.inbound,
        retries=0,
        usual=group.policy.timeouts,
        account=None if accounts is None else accounts.account(target.name, named=False),
    )


def taken_up(group: Group, request: ChatRequest, terms: Terms, ahead: Ahead | Underway, *, stream: bool) -> First:
    """The call that a request was made ahead of. Raises as `plan_chat` does."""
    seat, lease = ahead.seat, ahead.lease
    assert seat is not None
    assert lease is not None
    try:
        plan = plan_at(group, seat, request, terms, ahead.started, stream=stream)
        return First(group, seat, plan, lease, stream=stream)
    except BaseException:
        lease.end()
        raise


def is_open(group: Group, request: ChatRequest) -> bool:
    """Whether any account of a group can answer a request of words."""
    accounts = group.accounts
    return accounts is None or not (names_kept(request) or (accounts.marks and tags_in(request)))


def _is_words(request: ChatRequest) -> bool:
    """Whether there are only texts in it: nothing to fetch, and nothing that is bound to one of several accounts."""
    for message in request.messages:  # noqa: SIM110 - a generator costs half a microsecond
        if not _WORDS.issuperset(map(type, message.parts)):
            return False
    return True
