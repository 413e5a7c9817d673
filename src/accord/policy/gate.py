"""How many calls a target carries at a time, and who is next when it can carry no more.

The queue is bounded and fair between keys: each key's calls are spaced by the inverse of its weight on a virtual clock,
and the earliest goes first (start-time fair queueing, https://doi.org/10.1109/90.649569). A key that sends a thousand
calls at once delays its own, not the others'.
"""

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from math import inf
from typing import Literal, TypeAlias

from accord.policy.adaptive import Adaptive

Entry: TypeAlias = Literal["in", "waiting", "full"]


class Ticket:
    """A call at the gate."""

    __slots__ = ("admitted", "key", "wake", "weight")

    def __init__(self, key: str = "", weight: float = 1.0) -> None:
        """`weight` is the key's share beside the other keys'."""
        self.key: str = key
        self.weight: float = weight
        self.admitted: bool = False
        self.wake: Callable[[], None] = _nobody
        """What tells whoever waits with the ticket that it is in; set by who waits."""


class Gate:
    """Lets so many calls in at a time."""

    __slots__ = ("_adaptive", "_finish", "_fixed", "_order", "_virtual", "_waiting", "in_flight", "limit", "queue")

    def __init__(self, limit: int | None, queue: int, adaptive: Adaptive | None = None) -> None:
        """`limit` calls at a time (`None`: any number), `queue` more may wait; `adaptive` finds a lower limit."""
        self._fixed = inf if limit is None else limit
        self._adaptive = adaptive
        self.limit: float = self._fixed if adaptive is None else min(self._fixed, adaptive.limit)
        """How many calls at a time, as things are now."""
        self.queue: int = queue
        self.in_flight: int = 0
        self._waiting: list[tuple[float, int, Ticket]] = []
        self._finish: dict[str, float] = {}
        self._virtual = 0.0
        self._order = 0

    @property
    def is_open(self) -> bool:
        """Whether a call could go in without waiting."""
        return not self._waiting and self.in_flight < self.limit

    @property
    def waiting(self) -> int:
        """How many calls wait."""
        return len(self._waiting)

    def let_in(self) -> bool:
        """Lets a call in where that is possible at once. Whoever is in leaves by `release`."""
        if self._waiting or self.in_flight >= self.limit:
            return False
        self.in_flight += 1
        return True

    def release(self) -> None:
        """A call that was in is over. Whoever is next is let in and woken."""
        self.in_flight -= 1
        if self._waiting:
            self._call_next()

    def enter(self, ticket: Ticket) -> Entry:
        """Lets the call in, has it wait, or turns it away."""
        if self.let_in():
            ticket.admitted = True
            return "in"
        if len(self._waiting) >= self.queue:
            return "full"
        start = max(self._virtual, self._finish.get(ticket.key, 0.0))
        self._finish[ticket.key] = start + 1.0 / ticket.weight
        self._order += 1
        heappush(self._waiting, (start, self._order, ticket))
        return "waiting"

    def leave(self, ticket: Ticket) -> None:
        """The call is over, or gives up waiting. Whoever is next is let in and woken."""
        if ticket.admitted:
            ticket.admitted = False
            self.release()
            return
        self._waiting = [entry for entry in self._waiting if entry[2] is not ticket]
        heapify(self._waiting)
        self._call_next()

    def _call_next(self) -> None:
        while self._waiting and self.in_flight < self.limit:
            self._virtual, _, following = heappop(self._waiting)
            self.in_flight += 1
            following.admitted = True
            following.wake()
        if not self._waiting:
            self._finish.clear()
            self._virtual = 0.0

    def answered(self, now: float, *, overloaded: bool) -> None:
        """Tells an adaptive limit how a call went."""
        if self._adaptive is not None:
            self._adaptive.answered(self.in_flight, now, overloaded=overloaded)
            self.limit = min(self._fixed, self._adaptive.limit)

    def expected_wait(self, seconds: float | None) -> float:
        """How long a call that comes now would wait, if each took `seconds` (1 where nothing is known)."""
        if self.is_open:
            return 0.0
        return (self.waiting + 1) * (seconds or 1.0) / max(1.0, min(self.limit, 1e9))


def _nobody() -> None:
    """Nobody waits with the ticket yet."""
