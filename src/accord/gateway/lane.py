"""Requests that are alike, and how they are served.

Nearly all requests of one caller are words, and differ from each other in the words alone: the same key, model, limits and tools. They
go to the same targets, with the same changes and headers, and are counted in the same places. That is decided once, by the code
that serves everything else (`lanes.py`), and kept as a lane. How a request sets out in its lane stands here; how its answer comes
back in `ride_whole.py` and `ride_stream.py`: no task, no future, no question whose answer is known.

Whatever is out of the ordinary (nobody is free, a limit is used up, no connection is at hand, the provider fails or says more
than words and calls) goes on the usual way, from where the lane left it: there is one set of rules for that. What a request takes in
its lane and beside it is in `docs/explanation/performance.md`.
"""

from collections.abc import Awaitable, Callable, Mapping
from random import random
from time import monotonic
from typing import Generic, Protocol, TypeAlias, TypeVar

import msgspec

from accord.dialects.openai_chat.plain_ask import PlainAsk
from accord.engine.member import Member
from accord.engine.target import Target
from accord.gateway.allowance import Allowance
from accord.gateway.http import Stream
from accord.gateway.ledger import Ledger
from accord.gateway.resolve import Resolved
from accord.gateway.serving import Serving
from accord.gateway.visit import Visit
from accord.policy.balance import Seat
from accord.policy.errand import Errand
from accord.policy.habit import Habit
from accord.policy.pool import Pool
from accord.policy.standing import Lease

C = TypeVar("C")

_MISSES = 8
"""After so many answers in a row that were more than words and calls, the lane is left for a while: looking costs a little."""


class Counted(Protocol):
    """What is counted when its answer went out."""

    def count(self, now: float) -> bool:
        """Counts the request, whose answer went out at `now` on the visit's clock, and writes its line. `False` where it was stopped
        on the way: then `visit` is ready to be counted as any other.
        """
        ...


class Delivering(Protocol):
    """A stream that is being sent."""

    @property
    def is_taken(self) -> bool:
        """Whether the caller has taken what was sent."""
        ...

    def open(self, stream: Stream) -> None:
        """Says which stream it is, whose head was sent."""
        ...

    def took(self, data: bytes) -> bool:
        """Sends a piece. Gives whether the caller has taken it."""
        ...


class Party(Protocol):
    """The caller's end of a ride."""

    def deliver(self, head: str, body: bytes, ride: Counted) -> None:
        """Sends a whole answer: 200, with these header lines, each with its end. `ride.count` is called when it went out."""
        ...

    def open(self, lines: str, first: bytes) -> Delivering:
        """Sends the head of a stream (200, with these header lines, each with its end) and its first piece, at once; the delivery takes
        the others.
        """
        ...

    def close(self, poured: Awaitable[None]) -> Serving:
        """Ends that the usual way once it is `poured`, whatever is still to come of it."""
        ...

    def go_on(self) -> None:
        """Serves the request the usual way after all."""
        ...

    def give_up(self) -> None:
        """The ride is cancelled, and nothing is answered."""
        ...


class Ride(Generic[C]):
    """One request in its lane, on a course of kind `C`."""

    __slots__ = ("_course", "_lane", "_lease", "_open", "_party", "_seat", "_size", "_started", "_visit")

    def __init__(
        self,
        lane: "Lane[C]",
        course: C,
        visit: Visit,
        party: Party,
        size: int,
        started: float,
        seat: Seat[Member] | None,
        lease: Lease | None,
    ) -> None:
        """A request of `size` bytes; `lease` is its place at a target, which has `seat` in the group."""
        self._lane = lane
        self._course = course
        self._visit = visit
        self._party = party
        self._size = size
        self._started = started
        self._seat = seat
        self._lease = lease
        self._open = True
        """Whether nothing has come of it yet."""

    def send(self, ask: PlainAsk) -> bool:
        """Sends the request. `False`, and nothing done, where that takes more than is at hand."""
        raise NotImplementedError

    def cancel(self) -> None:
        """Nobody waits for the answer any more: the request to the provider is broken off."""
        raise NotImplementedError

    def unsent(self) -> None:
        """It was not sent after all."""
        self._open = False
        self._end()
        lane, seat = self._lane, self._seat
        if seat is not None and lane.pool is not None:
            lane.pool.put_back(lane.errand, seat, self._started)

    def _answered(self, now: float) -> None:
        """The target works."""
        lease = self._lease
        if lease is not None and (pool := self._lane.pool) is not None:
            lease.answered(now)
            pool.budget.deposit()

    def _end(self) -> None:
        """Gives up the place at the target."""
        if self._lease is not None:
            self._lease.end()


Rides: TypeAlias = Callable[["Lane[C]", C, Visit, Party, int, float, Seat[Member] | None, Lease | None], Ride[C]]
"""Makes a ride."""


class Lane(msgspec.Struct, Generic[C], eq=False):
    """What requests that are alike have in common."""

    resolved: Resolved
    stream: bool
    """Whether they are for streams."""
    rides: Rides[C]
    courses: Mapping[Target, C]
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
        """Whether it is of no use: its answers are more than words and calls."""
        return self.misses >= _MISSES

    def missed(self) -> None:
        """An answer was more than words and calls."""
        self.misses += 1
        if self.is_idle:
            self.until = 0.0

    def begin(self, ask: PlainAsk, size: int, visit: Visit, party: Party) -> Ride[C] | None:
        """Sends a request of `size` bytes to its target. `None`, and nothing done, where it has to go the usual way."""
        now = monotonic()
        if size > self.longest or now >= self.until:
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
            lease = Lease(seat.standing, now, stream=self.stream)
        ride = self.rides(self, course, visit, party, size, now, seat, lease)
        key = visit.key
        if key.limited:
            tokens = None if key.limits.tokens is None else self.habit.likely(size)
            if not self.allowance.take_at_once(visit, tokens, now):
                ride.unsent()
                return None
        if not ride.send(ask):
            # No connection is at hand, most likely. What was taken of the limits stays taken for the usual way.
            ride.unsent()
            return None
        visit.resolved = self.resolved
        return ride
