"""A simulated call: what is expected of it beforehand, and its requests as `flows/exchange.py` reports them."""

from decimal import Decimal

from accord.core.attempt import Attempt
from accord.core.error import ProviderError
from accord.core.route import Strategy
from accord.engine.limiter import Limiter
from accord.engine.simulation.backend import Backend, Size, Visit
from accord.engine.simulation.book import Book
from accord.engine.simulation.scenario import Caller
from accord.flows.effect import Failed, Flow
from accord.flows.exchange import Outcome
from accord.flows.retry import Roll
from accord.flows.route import Journey, RouteRule
from accord.flows.virtual import World
from accord.policy.balance import Seat
from accord.policy.errand import Errand
from accord.policy.limit import Demand, demands_of
from accord.policy.pool import Pool

_MILLION = Decimal(1_000_000)


class Outlook:
    """What is the same for all calls of a simulation."""

    __slots__ = ("book", "first_byte", "likely_output", "limiter", "retries", "strategy", "world")

    def __init__(
        self,
        world: World,
        limiter: Limiter,
        book: Book,
        *,
        strategy: Strategy,
        retries: int,
        first_byte: float,
        likely_output: float,
    ) -> None:
        """`first_byte` in seconds; `likely_output`: tokens an answer is expected to have."""
        self.world: World = world
        self.limiter: Limiter = limiter
        self.book: Book = book
        self.strategy: Strategy = strategy
        self.retries: int = retries
        self.first_byte: float = first_byte
        self.likely_output: float = likely_output

    def demands(self, backend: Backend, size: Size) -> tuple[Demand, ...]:
        """What a call of that size wants of a target's limits."""
        limits = backend.target.limits
        if limits.requests is None and limits.tokens is None:
            return ()
        return demands_of(backend.target.name, limits, size.input + self.likely_output)


class SimulatedErrand(Errand[Backend]):
    """A call of a known size, and an answer that is only expected."""

    __slots__ = ("_outlook", "size")

    def __init__(self, outlook: Outlook, size: Size, caller: Caller, deadline: float | None) -> None:
        super().__init__(
            outlook.strategy,
            retries=outlook.retries,
            stream=size.stream,
            deadline=deadline,
            key=caller.name,
            weight=caller.weight,
        )
        self._outlook = outlook
        self.size: Size = size

    def demands(self, member: Backend, /) -> tuple[Demand, ...]:
        """What it wants of a target's limits."""
        return self._outlook.demands(member, self.size)

    def headroom(self, member: Backend, /) -> float:
        """The part of a target's limits that is unused, 0 to 1."""
        demands = self.demands(member)
        return self._outlook.limiter.headroom(demands, self._outlook.world.now) if demands else 1.0

    def cost(self, member: Backend, /) -> Decimal | None:
        """US dollars it is expected to cost at a target, `None` where unknown."""
        price = member.target.price
        if price is None:
            return None
        return (price.input * int(self.size.input) + price.output * int(self._outlook.likely_output)) / _MILLION


class Trip(Journey[Backend, Visit]):
    """A simulated call on its way."""

    __slots__ = ("_outlook", "size")

    def __init__(
        self, outlook: Outlook, pool: Pool[Backend], errand: SimulatedErrand, rule: RouteRule[Backend], roll: Roll
    ) -> None:
        super().__init__(pool, errand, rule, roll)
        self._outlook = outlook
        self.size: Size = errand.size

    def _attempt(self, seat: Seat[Backend], now: float) -> Flow[Outcome[Visit]]:
        backend, size, deadline = seat.member, self.size, self.errand.deadline
        limit = now + self._outlook.first_byte
        ask = backend.ask(size, limit if deadline is None else min(limit, deadline))
        visit = ask.visit
        is_open = told = False
        try:
            result = yield ask
            told = True
            if isinstance(result, Failed):
                raise self._told_of(result.error, visit, now, result.at)
            is_open = size.stream
            attempt = Attempt(provider=backend.target.name, model="", status=200, duration=result.at - now, billed=True)
            return Outcome(value=visit, attempts=(attempt,), at=result.at, body=visit if is_open else None)
        finally:
            if not told:
                self._outlook.book.unsure(backend.target, size)
            if not is_open:
                backend.leave(visit)

    def _told_of(self, error: ProviderError, visit: Visit, started: float, at: float) -> ProviderError:
        target = visit.backend.target
        sent_for_sure_not = error.kind == "network" and error.retryable
        billed = False if sent_for_sure_not or 400 <= (error.status or 0) < 500 else None
        if billed is None:
            self._outlook.book.unsure(target, visit.size)
        error.at = at
        attempt = Attempt(
            provider=target.name,
            model="",
            status=error.status,
            error=error.kind,
            duration=at - started,
            billed=billed,
        )
        error.attempts = (attempt,)
        return error
