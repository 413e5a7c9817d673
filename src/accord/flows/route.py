"""A call through a pool of targets: who is asked, and who is asked next when that fails.

One number bounds a call: `retries` is how many more requests may go out after the first, wherever they go (promise 5).
Moving on to another target needs no wait; when all were tried, the call waits as `policy/backoff.py` says and begins
again with those that may answer later. Each request but the first is paid for from the pool's retry budget. After the
first event of a stream nothing is repeated here.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec

from accord.core.attempt import Attempt
from accord.core.error import (
    AccordError,
    Interrupted,
    Malformed,
    ProviderError,
    RateLimited,
    TimedOut,
    Unreachable,
    Unsupported,
)
from accord.flows.effect import Discard, Failed, Flow, OpenBody, Queue, Race, Settle, Take, Taken, Tell, Wait
from accord.flows.exchange import Outcome
from accord.flows.note import Notes
from accord.flows.retry import Roll
from accord.policy.backoff import Backoff
from accord.policy.balance import Seat
from accord.policy.errand import NOBODY, Errand
from accord.policy.fault import Way, may_be_billed, meaning_of, was_sent
from accord.policy.gate import Ticket
from accord.policy.hedge import Hedging
from accord.policy.limit import Demand
from accord.policy.pool import Pool
from accord.policy.standing import Lease

M = TypeVar("M")
T = TypeVar("T")


class RouteRule(msgspec.Struct, Generic[M], frozen=True, kw_only=True):
    """What all calls through a pool may do on their way."""

    backoff: Backoff = Backoff()
    repeat_unsure: bool = True
    """Whether to go on after a failure that leaves open whether the request is billed: a timeout or a broken connection
    after it was sent, or an answer that could not be read."""
    closes: Callable[[M, Way], tuple[str, ...]] | None = None
    """Names of targets that are pointless after that failure at that target (a window no larger, the same account)."""


class Journey(ABC, Generic[M, T]):
    """One call on its way through a pool. What it learned is there to read afterwards, whatever came of it."""

    __slots__ = (
        "_at",
        "_begun",
        "_failed",
        "_notes",
        "_pool",
        "_reason",
        "_roll",
        "_rounds",
        "_rule",
        "_untold",
        "_won",
        "attempts",
        "demands",
        "errand",
        "lease",
        "seat",
    )

    def __init__(
        self,
        pool: Pool[M],
        errand: Errand[M],
        rule: RouteRule[M],
        roll: Roll,
        notes: Notes | None = None,
    ) -> None:
        """`notes` is told when the call goes on after a failure."""
        self._pool = pool
        self.errand: Errand[M] = errand
        self._rule = rule
        self._roll = roll
        self._notes = notes
        self._at = 0.0
        self._begun: tuple[Seat[M], Lease] | None = None
        self._rounds = 0
        self._won: Outcome[T] | None = None
        self._failed: list[tuple[Seat[M], AccordError]] = []
        self._reason: AccordError | None = None
        self._untold: AccordError | None = None
        self.attempts: tuple[Attempt, ...] = ()
        self.seat: Seat[M] | None = None
        """Whose target answered."""
        self.lease: Lease | None = None
        """What a stream still holds of that target, until it ends."""
        self.demands: tuple[Demand, ...] = ()
        """What it took of that target's limits."""

    @abstractmethod
    def _attempt(self, seat: Seat[M], now: float) -> Flow[Outcome[T]]:
        """Asks one target once. Raises `Unsupported` where the target cannot do what is asked."""

    def take_up(self, seat: Seat[M], lease: Lease) -> None:
        """The call was begun before there was a journey: `seat` is asked already, under `lease`, and the answer to that is what
        the flow's first `Send` will be answered with.
        """
        self._begun = seat, lease

    def _is_ready(self, seat: Seat[M]) -> bool:
        """Whether the request for the target was written. Before that, nothing of it can have been sent."""
        del seat
        return True

    def flow(self, started: float) -> Flow[Outcome[T]]:
        """Carries it out. Raises the failure that says most of why nobody answered, with all attempts attached."""
        self._at = started
        pool, errand = self._pool, self.errand
        pool.budget.deposit()
        while True:
            seat = self._begun[0] if self._begun is not None else pool.choose(errand, self._at, self._roll)
            if seat is None:
                yield from self._pause()
                continue
            if self._untold is not None:
                yield from self._tell(self._untold, 0.0)
            if pool.hedging is None or self.attempts or not errand.retries:
                yield from self._ask(seat, self._at)
            else:
                yield from self._hedged(seat, pool.hedging)
            won = self._won
            if won is not None:
                alone = len(won.attempts) == len(self.attempts)
                return won if alone else msgspec.structs.replace(won, attempts=self.attempts)
            failed, self._failed = self._failed, []
            for where, error in failed:
                self._go_on(where, error)

    def _ask(self, seat: Seat[M], now: float) -> Flow[bool]:
        """Asks one target, and keeps its answer or its failure. Whatever happens, the target is let go of."""
        begun, self._begun = self._begun, None
        lease = None if begun is None else begun[1]
        over = False
        demands = self.errand.demands(seat.member)
        try:
            if lease is None:
                if not seat.standing.gate.let_in():
                    now = yield from self._wait(seat, now)
                if demands:
                    now = yield from self._take(demands, seat)
                lease = Lease(seat.standing, now, stream=self.errand.stream)
            outcome = yield from self._attempt(seat, now)
            over = True
            lease.answered(outcome.at)
            self._at = max(self._at, outcome.at)
            self.attempts += outcome.attempts
            if self._won is None:
                self._won, self.seat, self.demands = outcome, seat, demands
                self.lease = lease if outcome.body is not None else None
            elif outcome.body is not None:
                # Both contenders of a race came in at once.
                yield Discard(body=outcome.body)
            return True
        except AccordError as error:
            over = True
            self._lost(seat, lease, error, now)
            if demands and lease is not None and not may_be_billed(error):
                yield Settle(demands=demands, tokens=0.0 if was_sent(error) else None)
            return False
        finally:
            if lease is not None and lease is not self.lease:
                lease.end()
            if not over and lease is not None and self._is_ready(seat):
                provider, _, model = seat.name.partition("/")
                self.attempts += (Attempt(provider=provider, model=model, error="cancelled"),)

    def _wait(self, seat: Seat[M], now: float) -> Flow[float]:
        """Waits at the target's gate until the call is let in. Returns the time."""
        errand, gate = self.errand, seat.standing.gate
        ticket = Ticket(errand.key, errand.weight)
        let_in = False
        try:
            if gate.enter(ticket) == "full":
                wait = gate.expected_wait(seat.standing.latency(now, stream=errand.stream))
                raise _busy(seat.name, f"it is busy and {gate.waiting} calls wait for it already", wait, now)
            waited = yield Queue(ticket=ticket, deadline=errand.deadline)
            if isinstance(waited, Failed):
                raise waited.error
            let_in = True
            return waited.at
        finally:
            if not let_in:
                gate.leave(ticket)

    def _take(self, demands: tuple[Demand, ...], seat: Seat[M]) -> Flow[float]:
        """Takes what the call needs of the target's limits; gives its place back where that fails. Returns the time."""
        granted = False
        try:
            taken = yield Take(demands=demands)
            assert isinstance(taken, Taken)
            if taken.wait > 0.0:
                raise _busy(seat.name, f"the limit of {taken.of} is used up", taken.wait, taken.at)
            granted = True
            return taken.at
        finally:
            if not granted:
                seat.standing.gate.release()

    def _lost(self, seat: Seat[M], lease: Lease | None, error: AccordError, now: float) -> None:
        at = now
        if isinstance(error, ProviderError):
            self.attempts += error.attempts
            at = error.at if error.at is not None else now
            fault = meaning_of(error, deadline=self.errand.deadline).fault
            # A refusal proves that the target works; a failure by the caller's own deadline proves nothing.
            if lease is not None and (fault is not None or error.status is not None):
                lease.failed(at, fault, error.retry_after)
        self._at = max(self._at, at)
        self._failed.append((seat, error))

    def _hedged(self, seat: Seat[M], hedging: Hedging) -> Flow[None]:
        delay = hedging.delay(seat.standing.recent)
        if delay is None:
            yield from self._ask(seat, self._at)
            return

        def second(now: float) -> "Flow[bool] | None":
            errand, tried = self.errand, self.errand.tried
            errand.tried = tried | {seat.name}
            rival = self._pool.choose(errand, now, self._roll)
            errand.tried = tried
            if rival is None or not rival.standing.admits(now):
                return None
            if errand.preferred and not errand.prefers(rival.name):
                return None  # It has not what the call builds upon.
            return self._ask(rival, now) if hedging.withdraw(errand.cost(rival.member), now) else None

        raced = yield Race(first=self._ask(seat, self._at), second=second, delay=delay, abandon=self._abandon)
        self._at = max(self._at, raced.at)

    def _abandon(self) -> OpenBody | None:
        """The call is left in the middle of a race. Whoever has answered by then is let go of."""
        won, self._won = self._won, None
        lease, self.lease = self.lease, None
        if lease is not None:
            lease.end()
        return None if won is None else won.body

    def _go_on(self, seat: Seat[M], error: AccordError) -> None:
        """Decides whether the call goes on after a failure. Raises it if not."""
        errand, rule = self.errand, self._rule
        way = meaning_of(error, deadline=errand.deadline).way
        retryable = isinstance(error, ProviderError) and error.retryable
        if way is None and not retryable:
            raise self._told(error)
        self._learn(seat, error)
        if retryable:
            errand.tried |= {seat.name}
        else:
            errand.closed |= {seat.name}
        if way is not None:
            errand.ways |= {way}
            errand.closed |= frozenset(rule.closes(seat.member, way) if rule.closes is not None else ())
        if not isinstance(error, ProviderError) or not error.attempts:
            return  # Nothing was sent: going on costs nothing.
        if len(self.attempts) > errand.retries or (not rule.repeat_unsure and _unsure(error)):
            raise self._told(self._reason or error)
        if errand.deadline is not None and self._at >= errand.deadline:
            raise self._told(self._reason or error)
        if self._pool.possible(errand) and not self._pool.budget.withdraw(self._at):
            raise self._told(self._reason or error)
        if self._notes is not None:
            self._untold = error

    def _learn(self, seat: Seat[M], error: AccordError) -> None:
        """Keeps the failure that says most: a refusal to even ask least, what is wrong with one of our accounts more."""
        if not isinstance(error, ProviderError):
            self.errand.refused[seat.name] = error.message
        if self._reason is None or _weight(error) >= _weight(self._reason):
            self._reason = error

    def _pause(self) -> Flow[None]:
        """Nobody is left to be asked now: waits for those who may answer later. Raises where that is pointless."""
        errand = self.errand
        rest = self._pool.rest(errand, self._at)
        reason = self._reason
        if rest is not None and (reason is None or not isinstance(reason, ProviderError)):
            reason = _busy("", "every target that could answer asked to be left alone for now", rest, self._at)
        if reason is None or isinstance(reason, Unsupported):
            refused = errand.refused
            raise self._told(reason if reason is not None and len(refused) == 1 else _nobody(refused))
        if not errand.tried - errand.closed and rest is None:
            raise self._told(reason)
        self._rounds += 1
        asked = reason.retry_after if isinstance(reason, ProviderError) else None
        wait = self._rule.backoff.wait(self._rounds, asked if rest is None else rest, self._roll())
        late = wait is None or (errand.deadline is not None and self._at + wait >= errand.deadline)
        if wait is None or late or self._rounds > errand.retries or not self._pool.budget.withdraw(self._at):
            raise self._told(reason)
        yield from self._tell(self._untold or reason, wait)
        self._at = (yield Wait(seconds=wait)).at
        errand.tried = NOBODY

    def _tell(self, error: AccordError, wait: float) -> Flow[None]:
        """Tells that there will be another request."""
        self._untold, notes = None, self._notes
        if notes is not None:
            yield Tell(what=lambda: notes.goes_on(error, wait))

    def _told(self, error: AccordError) -> AccordError:
        """The failure to report, with every request it took."""
        if isinstance(error, ProviderError):
            error.attempts = self.attempts
            error.at = self._at
            self.errand.failed(error)
        return error


def _weight(error: AccordError) -> int:
    if not isinstance(error, ProviderError):
        return 0
    if not error.attempts:
        return 1
    return 2 if meaning_of(error).fault == "account" else 3


def _unsure(error: ProviderError) -> bool:
    return isinstance(error, Unreachable | TimedOut | Interrupted | Malformed) and may_be_billed(error)


def _busy(name: str, why: str, wait: float, now: float) -> RateLimited:
    provider, _, model = name.partition("/")
    bounded = wait if wait < float("inf") else None
    error = RateLimited(why, provider=provider, model=model, retry_after=bounded, retryable=bounded is not None)
    error.at = now
    return error


def _nobody(refused: dict[str, str]) -> Unsupported:
    reasons = "; ".join([f"{name}: {reason}" for name, reason in refused.items()])
    return Unsupported(f"no target can serve this request: {reasons or 'none is left'}")
