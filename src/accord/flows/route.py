"""A call through a pool of targets: who is asked, and who is asked next when that fails.

One number bounds a call: `retries` is how many more requests may go out after the first, wherever they go (promise 5).
Moving on to another target needs no wait; when all were tried, the call waits as `policy/backoff.py` says and begins
again with those that may answer later. Each request but the first is paid for from the pool's retry budget. After the
first event of a stream nothing is repeated here.
"""

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
from accord.flows.effect import Discard, Failed, Flow, OpenBody, Queue, Race, Take, Taken, Tell, Wait
from accord.flows.exchange import Outcome
from accord.flows.note import Notes
from accord.flows.retry import Roll
from accord.policy.backoff import Backoff
from accord.policy.balance import Seat
from accord.policy.fault import Way, may_be_billed, meaning_of
from accord.policy.gate import Ticket
from accord.policy.hedge import Hedging
from accord.policy.limit import Demand
from accord.policy.pool import Choosing, Pool
from accord.policy.standing import Lease

M = TypeVar("M")
T = TypeVar("T")


class RouteRule(msgspec.Struct, Generic[M], frozen=True, kw_only=True):
    """What one call may do on its way."""

    retries: int
    """At most so many requests after the first, wherever they go; 0 is exactly one request on the wire."""
    stream: bool
    backoff: Backoff = Backoff()
    deadline: float | None = None
    """Nothing begins and no wait ends later than this, on the runner's clock."""
    repeat_unsure: bool = True
    """Whether to go on after a failure that leaves open whether the request is billed: a timeout or a broken connection
    after it was sent, or an answer that could not be read."""
    ticket: Callable[[], Ticket] = Ticket
    """For the gate of a target: in whose name."""
    demands: Callable[[M], tuple[Demand, ...]] | None = None
    """What the call wants of a target's limits."""
    closes: Callable[[M, Way], tuple[str, ...]] | None = None
    """Names of targets that are pointless after that failure at that target (a window no larger, the same account)."""
    notes: Notes | None = None
    """Who is told that the call goes on after a failure."""


class Journey(Generic[M, T]):
    """One call on its way through a pool. What it learned is there to read afterwards, whatever came of it."""

    def __init__(
        self,
        pool: Pool[M],
        call: Choosing[M],
        attempt: Callable[[Seat[M], float], Flow[Outcome[T]]],
        rule: RouteRule[M],
        roll: Roll,
    ) -> None:
        """`attempt(seat, now)` asks one target once. It raises `Unsupported` where the target cannot do what is asked."""
        self._pool = pool
        self._call = call
        self._attempt = attempt
        self._rule = rule
        self._roll = roll
        self._at = 0.0
        self._rounds = 0
        self._won: Outcome[T] | None = None
        self._failed: list[tuple[Seat[M], AccordError]] = []
        self._reason: AccordError | None = None
        self._untold: AccordError | None = None
        self.attempts: tuple[Attempt, ...] = ()
        self.refused: dict[str, str] = {}
        """Why targets could not even be asked, by name."""

    def flow(self, started: float) -> Flow[Outcome[T]]:
        """Carries it out. Raises the failure that says most of why nobody answered, with all attempts attached."""
        self._at = started
        self._pool.budget.deposit()
        while True:
            seat = self._pool.choose(self._call, self._at, self._roll)
            if seat is None:
                yield from self._pause()
                continue
            if self._untold is not None:
                yield from self._tell(self._untold, 0.0)
            hedging = self._pool.hedging
            if hedging is None or self.attempts or not self._rule.retries:
                yield from self._ask(seat, self._at)
            else:
                yield from self._hedged(seat, hedging)
            if self._won is not None:
                return msgspec.structs.replace(self._won, attempts=self.attempts)
            failed, self._failed = self._failed, []
            for where, error in failed:
                self._go_on(where, error)

    def _ask(self, seat: Seat[M], now: float) -> Flow[bool]:
        """Asks one target, and keeps its answer or its failure. Whatever happens, the target is let go of."""
        gate = seat.standing.gate
        ticket = self._rule.ticket()
        lease: Lease | None = None
        over = False
        try:
            now = yield from self._enter(seat, ticket, now)
            lease = Lease(seat.standing, ticket, now, stream=self._rule.stream)
            outcome = yield from self._attempt(seat, now)
            over = True
            lease.answered(outcome.at)
            return (yield from self._keep(outcome, lease))
        except AccordError as error:
            over = True
            self._lost(seat, lease, error, now)
            return False
        finally:
            if lease is None:
                gate.leave(ticket)
            elif self._won is None or self._won.lease is not lease:
                lease.end()
            if not over and lease is not None:
                provider, _, model = seat.name.partition("/")
                self.attempts += (Attempt(provider=provider, model=model, error="cancelled"),)

    def _enter(self, seat: Seat[M], ticket: Ticket, now: float) -> Flow[float]:
        """Waits at the target's gate, and takes what the call needs of its limits. Returns the time."""
        gate = seat.standing.gate
        entry = gate.enter(ticket)
        if entry == "full":
            wait = gate.expected_wait(seat.standing.latency(now, stream=self._rule.stream))
            raise _busy(seat.name, f"it is busy and {gate.waiting} calls wait for it already", wait, now)
        if entry == "waiting":
            waited = yield Queue(ticket=ticket, deadline=self._rule.deadline)
            if isinstance(waited, Failed):
                raise waited.error
            now = waited.at
        demands = self._rule.demands(seat.member) if self._rule.demands is not None else ()
        if demands:
            taken = yield Take(demands=demands)
            assert isinstance(taken, Taken)
            if taken.wait > 0.0:
                raise _busy(seat.name, f"the limit of {taken.of} is used up", taken.wait, taken.at)
            now = taken.at
        return now

    def _keep(self, outcome: Outcome[T], lease: Lease) -> Flow[bool]:
        self._at = max(self._at, outcome.at)
        self.attempts += outcome.attempts
        if self._won is not None:
            # Both contenders of a race came in at once.
            if outcome.body is not None:
                yield Discard(body=outcome.body)
            return True
        held = lease if outcome.body is not None else None
        self._won = msgspec.structs.replace(outcome, lease=held)
        return True

    def _lost(self, seat: Seat[M], lease: Lease | None, error: AccordError, now: float) -> None:
        at = now
        if isinstance(error, ProviderError):
            self.attempts += error.attempts
            at = error.at if error.at is not None else now
            fault = meaning_of(error, deadline=self._rule.deadline).fault
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
            self._call.tried.add(seat.name)
            rival = self._pool.choose(self._call, now, self._roll)
            self._call.tried.discard(seat.name)
            if rival is None or not rival.standing.admits(now):
                return None
            expected = self._call.merit.cost
            cost = expected(rival.member) if expected is not None else None
            return self._ask(rival, now) if hedging.withdraw(cost, now) else None

        raced = yield Race(first=self._ask(seat, self._at), second=second, delay=delay, abandon=self._abandon)
        self._at = max(self._at, raced.at)

    def _abandon(self) -> OpenBody | None:
        """The call is left in the middle of a race. Whoever has answered by then is let go of."""
        won, self._won = self._won, None
        if won is None:
            return None
        if won.lease is not None:
            won.lease.end()
        return won.body

    def _go_on(self, seat: Seat[M], error: AccordError) -> None:
        """Decides whether the call goes on after a failure. Raises it if not."""
        call, rule = self._call, self._rule
        way = meaning_of(error, deadline=rule.deadline).way
        retryable = isinstance(error, ProviderError) and error.retryable
        if way is None and not retryable:
            raise self._told(error)
        self._learn(seat, error)
        (call.tried if retryable else call.closed).add(seat.name)
        if way is not None:
            call.ways.add(way)
            call.closed.update(rule.closes(seat.member, way) if rule.closes is not None else ())
        if not isinstance(error, ProviderError) or not error.attempts:
            return  # Nothing was sent: going on costs nothing.
        if len(self.attempts) > rule.retries or (not rule.repeat_unsure and _unsure(error)):
            raise self._told(self._reason or error)
        if rule.deadline is not None and self._at >= rule.deadline:
            raise self._told(self._reason or error)
        if self._pool.possible(call) and not self._pool.budget.withdraw(self._at):
            raise self._told(self._reason or error)
        if rule.notes is not None:
            self._untold = error

    def _learn(self, seat: Seat[M], error: AccordError) -> None:
        """Keeps the failure that says most: a refusal to even ask least, what is wrong with one of our accounts more."""
        if not isinstance(error, ProviderError):
            self.refused[seat.name] = error.message
        if self._reason is None or _weight(error) >= _weight(self._reason):
            self._reason = error

    def _pause(self) -> Flow[None]:
        """Nobody is left to be asked now: waits for those who may answer later. Raises where that is pointless."""
        call, rule = self._call, self._rule
        rest = self._pool.rest(call, self._at)
        reason = self._reason
        if rest is not None and (reason is None or not isinstance(reason, ProviderError)):
            reason = _busy("", "every target that could answer asked to be left alone for now", rest, self._at)
        if reason is None or isinstance(reason, Unsupported):
            raise self._told(reason if reason is not None and len(self.refused) == 1 else _nobody(self.refused))
        if not call.tried - call.closed and rest is None:
            raise self._told(reason)
        self._rounds += 1
        asked = reason.retry_after if isinstance(reason, ProviderError) else None
        wait = rule.backoff.wait(self._rounds, asked if rest is None else rest, self._roll())
        late = wait is None or (rule.deadline is not None and self._at + wait >= rule.deadline)
        if wait is None or late or self._rounds > rule.retries or not self._pool.budget.withdraw(self._at):
            raise self._told(reason)
        yield from self._tell(self._untold or reason, wait)
        self._at = (yield Wait(seconds=wait)).at
        call.tried.clear()

    def _tell(self, error: AccordError, wait: float) -> Flow[None]:
        """Tells that there will be another request."""
        self._untold, notes = None, self._rule.notes
        if notes is not None:
            yield Tell(what=lambda: notes.goes_on(error, wait))

    def _told(self, error: AccordError) -> AccordError:
        """The failure to report, with every request it took."""
        if isinstance(error, ProviderError):
            error.attempts = self.attempts
            error.at = self._at
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
