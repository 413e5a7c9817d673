"""Requests that are alike, and how they are served.

Nearly all requests of one caller are for words, and differ from each other in the words alone: the same key, model and limits. They
go to the same targets, with the same changes and headers, and are counted in the same places. That is decided once, by the code
that serves everything else (`lanes.py`), and kept as a lane. How a request in its lane is served stands here, top to bottom: no
task, no future, no question whose answer is known.

Whatever is out of the ordinary (nobody is free, a limit is used up, no connection is at hand, the provider fails or says more
than words) goes on the usual way, from where the lane left it: there is one set of rules for that. What a request takes in
its lane and beside it is in `docs/explanation/performance.md`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from random import random
from time import monotonic
from typing import NamedTuple, Protocol

import msgspec

from accord.core.attempt import Attempt
from accord.core.error import ProviderError
from accord.core.http import Head, Reply
from accord.dialects.openai_chat.plain_answer import Told
from accord.dialects.openai_chat.plain_ask import PlainAsk
from accord.engine.complete import price
from accord.engine.first import Ahead
from accord.engine.member import Member
from accord.engine.target import Target
from accord.flows.effect import Answered, Failed, Result
from accord.gateway.allowance import Allowance
from accord.gateway.ledger import Ledger, Row
from accord.gateway.resolve import Resolved
from accord.gateway.visit import Visit
from accord.policy.balance import Seat
from accord.policy.errand import Errand
from accord.policy.habit import Habit
from accord.policy.pool import Pool
from accord.policy.standing import Lease
from accord.transport.base import AsyncAsked, AsyncWay

_MISSES = 8
"""After so many answers in a row that were more than words, the lane is left for a while: looking costs a little."""


class Party(Protocol):
    """The caller's end of a ride."""

    def deliver(self, head: str, body: bytes, ride: "Ride") -> None:
        """Sends the answer: 200, with these header lines, each with its end. `ride.count` is called when it went out."""
        ...

    def go_on(self) -> None:
        """Serves the request the usual way after all."""
        ...

    def give_up(self) -> None:
        """The ride is cancelled, and nothing is answered."""
        ...


class Repeated(Protocol):
    """How requests of one kind are written for a target, and their answers read."""

    def write(self, ask: PlainAsk) -> bytes | None:
        """The body for the provider; `None` where these words want more care."""
        ...

    def read(self, body: bytes) -> Told | None:
        """What a 2xx answer says, and the answer for the caller; `None` where that takes more care."""
        ...


class Course(NamedTuple):
    """The way to one target."""

    target: Target
    way: AsyncWay
    exchange: Repeated
    head: str
    """The header lines that name the target, up to how long it took."""
    tail: str
    """The header lines that say what was changed in the request."""
    rows: dict[str, Row]
    """Where its answers are counted, by the address of the caller."""


class Lane(msgspec.Struct, eq=False):
    """What requests that are alike have in common."""

    resolved: Resolved
    courses: Mapping[Target, Course]
    pool: Pool[Member] | None
    """Who may answer, where there is a choice."""
    errand: Errand[Member] | None
    """What the choice is made by."""
    longest: float
    """The most bytes of a request that every target can take."""
    habit: Habit
    allowance: Allowance
    ledger: Ledger
    until: float
    """When it has to be looked into again, on the monotonic clock."""
    misses: int = 0

    @property
    def is_idle(self) -> bool:
        """Whether it is of no use: its answers are more than words."""
        return self.misses >= _MISSES

    def begin(self, ask: PlainAsk, size: int, visit: Visit, party: Party) -> "Ride | None":
        """Sends a request of `size` bytes to its target. `None`, and nothing done, where it has to go the usual way."""
        now = monotonic()
        if size > self.longest or now >= self.until or self.misses >= _MISSES:
            return None
        seat = lease = None
        if self.pool is None:
            course = self.courses[self.resolved.target]
        else:
            seat = self.pool.at_once(self.errand, now, random)
            if seat is None:
                return None
            found = self.courses.get(seat.member.target)
            if found is None or not seat.standing.gate.let_in():
                self.pool.put_back(self.errand, seat, now)
                return None
            course = found
            lease = Lease(seat.standing, now, stream=False)
        ride = Ride(self, course, visit, party, size, now, seat, lease)
        key = visit.key
        if key.limited:
            tokens = None if key.limits.tokens is None else self.habit.likely(size)
            if not self.allowance.take_at_once(visit, tokens, now):
                ride.unsent()
                return None
        body = course.exchange.write(ask)
        asked = None if body is None else course.way.ask(body, ride.told)
        if asked is None:
            # No connection is at hand, most likely. What was taken of the limits stays taken for the usual way.
            ride.unsent()
            return None
        ride.asked = asked
        visit.resolved = self.resolved
        return ride


class Ride:
    """One request in its lane."""

    __slots__ = (
        "_amount",
        "_course",
        "_lane",
        "_lease",
        "_open",
        "_party",
        "_seat",
        "_size",
        "_started",
        "_visit",
        "asked",
    )

    def __init__(
        self,
        lane: Lane,
        course: Course,
        visit: Visit,
        party: Party,
        size: int,
        started: float,
        seat: Seat[Member] | None,
        lease: Lease | None,
    ) -> None:
        self._lane = lane
        self._course = course
        self._visit = visit
        self._party = party
        self._size = size
        self._started = started
        self._seat = seat
        self._lease = lease
        self._open = True
        self._amount: Decimal
        """What the answer cost, in US dollars."""
        self.asked: AsyncAsked
        """The request to the provider."""

    def unsent(self) -> None:
        """It was not sent after all."""
        self._open = False
        self._end()
        lane, seat = self._lane, self._seat
        if seat is not None and lane.pool is not None:
            lane.pool.put_back(lane.errand, seat, self._started)

    def told(self, head: Head | None, body: bytes, error: ProviderError | None) -> None:
        """The answer is there, or why there is none."""
        now = monotonic()
        lane, course, visit, lease = self._lane, self._course, self._visit, self._lease
        self._open = False
        if visit.stopped is not None:
            self._end()
            self._party.give_up()
            return
        told = cost = None
        if head is not None and head.status == 200 and error is None:
            try:
                told = course.exchange.read(body)
                if told is not None:
                    cost = price(course.target, told.usage, datetime.now(UTC), answered=told.model)
            except Exception:  # noqa: BLE001, S110 - from here, nobody would answer; the usual way meets the same and tells of it
                pass
        if told is None or cost is None:
            self._go_on(head, body, error, now)
            return
        usage = told.usage
        amount, given, answered = cost.amount, usage.input, usage.output
        if amount is None or given is None or answered is None:
            self._go_on(head, body, error, now)
            return
        lane.misses = 0
        if lease is not None and lane.pool is not None:
            lease.answered(now)
            lane.pool.budget.deposit()
            lease.end()
        visit.usage, visit.cost, self._amount = usage, cost, amount
        if visit.reserved is not None:
            lane.habit.learn(self._size, given, answered)
            lane.allowance.settle(visit, now)
        id_, spent = visit.id, now - self._started
        self._party.deliver(
            f"content-type: application/json\r\nx-request-id: {id_}\r\nrequest-id: {id_}\r\n{course.head}{spent * 1000:.0f}\r\n"
            f"x-accord-cost: {amount:f}\r\n{course.tail}",
            told.body,
            self,
        )

    def count(self, now: float) -> bool:
        """Counts the request, whose answer went out at `now` on the visit's clock, and writes its line. `False` where it was stopped
        on the way: then `visit` is ready to be counted as any other.
        """
        visit, course, usage = self._visit, self._course, self._visit.usage
        if visit.stopped is not None or usage is None:
            visit.attempts = (Attempt(provider=course.target.name, model=course.target.model, status=200, billed=True),)
            return False
        self._lane.ledger.row(course.rows, visit, course.target).enter(visit, usage, self._amount, now)
        return True

    def cancel(self) -> None:
        """Nobody waits for the answer any more: the request to the provider is broken off."""
        if self._open:
            self._open = False
            self.asked.cancel()
            self._end()
            self._party.give_up()

    def _end(self) -> None:
        """Gives up the place at the target."""
        if self._lease is not None:
            self._lease.end()

    def _go_on(self, head: Head | None, body: bytes, error: ProviderError | None, now: float) -> None:
        """The usual way takes it up from here: the request was made, and this came of it."""
        if head is not None and head.status == 200 and error is None:
            self._lane.misses += 1
        result: Result
        if error is not None:
            result = Failed(error=error, at=now, head=head)
        else:
            assert head is not None
            result = Answered(reply=Reply(status=head.status, headers=head.headers, body=body), at=now)
        self._visit.ahead = Ahead(self._started, result, self._seat, self._lease)
        self._party.go_on()
