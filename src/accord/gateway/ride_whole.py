"""Whole answers in their lane: from the provider's bytes to the caller's in one step."""

from datetime import UTC, datetime
from decimal import Decimal
from time import monotonic
from typing import NamedTuple, Protocol

from accord.core.attempt import Attempt
from accord.core.error import ProviderError
from accord.core.http import Head, Reply
from accord.dialects.openai_chat.plain_answer import Told
from accord.dialects.openai_chat.plain_ask import PlainAsk
from accord.engine.complete import price
from accord.engine.first import Ahead
from accord.engine.target import Target
from accord.flows.effect import Answered, Failed, Result
from accord.gateway.headers import trace_of
from accord.gateway.lane import Ride
from accord.gateway.ledger import Row
from accord.transport.base import AsyncAsked, AsyncWay


class Repeated(Protocol):
    """How requests of one kind are written for a target, and their answers read."""

    def write(self, ask: PlainAsk) -> bytes | None:
        """The body for the provider; `None` where these words want more care."""
        ...

    def read(self, body: bytes) -> Told | None:
        """What a 2xx answer says, and the answer for the caller; `None` where that takes more care."""
        ...


class WholeCourse(NamedTuple):
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


class WholeRide(Ride[WholeCourse]):
    """A request for a whole answer."""

    __slots__ = ("_amount", "_asked")

    _amount: Decimal
    """What the answer cost, in US dollars."""
    _asked: AsyncAsked
    """The request to the provider."""

    def send(self, ask: PlainAsk) -> bool:
        """See `Ride`."""
        course = self._course
        body = course.exchange.write(ask)
        asked = None if body is None else course.way.ask(body, self.told, trace_of(self._visit.request))
        if asked is None:
            return False
        self._asked = asked
        return True

    def told(self, head: Head | None, body: bytes, error: ProviderError | None) -> None:
        """The answer is there, or why there is none."""
        now = monotonic()
        lane, course, visit = self._lane, self._course, self._visit
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
        self._answered(now)
        self._end()
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
        """See `Counted`."""
        visit, course, usage = self._visit, self._course, self._visit.usage
        if visit.stopped is not None or usage is None:
            visit.attempts = (Attempt(provider=course.target.name, model=course.target.model, status=200, billed=True),)
            return False
        self._lane.ledger.row(course.rows, visit, course.target).enter(visit, usage, self._amount, now)
        return True

    def cancel(self) -> None:
        """See `Ride`."""
        if self._open:
            self._open = False
            self._asked.cancel()
            self._end()
            self._party.give_up()

    def _go_on(self, head: Head | None, body: bytes, error: ProviderError | None, now: float) -> None:
        """The usual way takes it up from here: the request was made, and this came of it."""
        if head is not None and head.status == 200 and error is None:
            self._lane.missed()
        result: Result
        if error is not None:
            result = Failed(error=error, at=now, head=head)
        else:
            assert head is not None
            result = Answered(reply=Reply(status=head.status, headers=head.headers, body=body), at=now)
        self._visit.ahead = Ahead(self._started, result, self._seat, self._lease)
        self._party.go_on()
