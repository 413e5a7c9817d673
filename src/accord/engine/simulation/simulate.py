"""Runs a scenario: the calls of its traffic, each a `Journey` through the real policies, in virtual time."""

from collections.abc import Iterator
from decimal import Decimal
from random import Random
from typing import cast

from accord.core.attempt import Attempt
from accord.core.error import ProviderError
from accord.core.http import Timeouts
from accord.core.route import Strategy
from accord.engine.limiter import LocalLimiter
from accord.engine.simulation.arrival import arrivals
from accord.engine.simulation.backend import Ask, Backend, Size, Visit
from accord.engine.simulation.book import Book
from accord.engine.simulation.result import Result
from accord.engine.simulation.scenario import Caller, Scenario
from accord.engine.simulation.spread import average, drawn
from accord.flows.effect import Failed, Flow, Send
from accord.flows.exchange import Outcome
from accord.flows.route import Journey, RouteRule
from accord.flows.virtual import Answer, Run, World
from accord.policy.balance import Merit, Seat
from accord.policy.gate import Ticket
from accord.policy.limit import Demand, Limits, demands_of
from accord.policy.pool import Choosing, Pool
from accord.policy.standing import Load, Standing

_MILLION = Decimal(1_000_000)


def simulate(scenario: Scenario, strategy: Strategy | None = None, *, seed: int | None = None) -> Result:
    """What the scenario comes to; by another `strategy` or `seed` than its own where they are given."""
    return _Simulation(scenario, strategy or scenario.policy.strategy, scenario.seed if seed is None else seed).run()


class _Simulation:
    """One run."""

    def __init__(self, scenario: Scenario, strategy: Strategy, seed: int) -> None:
        self._scenario = scenario
        self._strategy: Strategy = strategy
        self._seed = seed
        # Each source of chance has dice of its own, so that every strategy meets the same calls.
        self._dice = Random(f"{seed} traffic")
        self._roll = Random(f"{seed} policy").random
        self._limiter = LocalLimiter()
        self._world = World(_receive, self._limiter)
        self._pool = _pool(scenario, self._world, seed)
        self._book = Book(scenario)
        self._last = 0.0
        """When the latest call was over; timers of calls that are over run on in the world."""
        policy, tokens = scenario.policy, scenario.traffic.tokens
        self._likely_output = average(tokens.output)
        self._retries = policy.retries if policy.retries is not None else max(2, len(scenario.targets))
        self._timeouts = policy.timeouts or Timeouts()
        self._is_limited = any(target.limits != Limits() for target in scenario.targets)

    def run(self) -> Result:
        """Everything from the first call to the end of the last."""
        scenario = self._scenario
        self._wait_for(arrivals(scenario.traffic, scenario.seconds, Random(f"{self._seed} arrivals")))
        self._world.run()
        return self._book.result(self._strategy, self._seed, self._last, self._pool)

    def _wait_for(self, moments: Iterator[float]) -> None:
        moment = next(moments, None)
        if moment is not None:

            def arrive() -> None:
                self._begin()
                self._wait_for(moments)

            self._world.at(moment, arrive)

    def _begin(self) -> None:
        traffic, world = self._scenario.traffic, self._world
        size = Size(
            drawn(traffic.tokens.input, self._dice),
            drawn(traffic.tokens.output, self._dice),
            self._dice.random() < traffic.stream,
        )
        caller = self._caller()
        journey = self._journey(size, caller)
        started = world.now

        def done(run: Run) -> None:
            self._end(run, journey, size, caller, started)

        world.start(journey.flow(started), done)

    def _caller(self) -> Caller:
        keys = self._scenario.traffic.keys
        return keys[0] if len(keys) == 1 else self._dice.choices(keys, [key.share for key in keys])[0]

    def _journey(self, size: Size, caller: Caller) -> "Journey[Backend, Visit]":
        policy, traffic, now = self._scenario.policy, self._scenario.traffic, self._world.now
        bounds = [bound for bound in (traffic.deadline, self._timeouts.total) if bound is not None]
        deadline = now + min(bounds) if bounds else None
        call: Choosing[Backend] = Choosing(
            strategy=self._strategy,
            merit=Merit(
                stream=size.stream,
                cost=lambda backend: self._expected_cost(backend, size),
                headroom=lambda backend: self._headroom(backend, size),
            ),
            closed=set(),
            tried=set(),
            ways=set(),
        )
        rule: RouteRule[Backend] = RouteRule(
            retries=self._retries,
            stream=size.stream,
            backoff=policy.backoff,
            deadline=deadline,
            repeat_unsure=policy.repeat_unsure,
            ticket=lambda: Ticket(caller.name, caller.weight),
            demands=(lambda backend: self._demands(backend, size)) if self._is_limited else None,
        )

        def attempt(seat: Seat[Backend], at: float) -> Flow[Outcome[Visit]]:
            return self._attempt(seat.member, size, at, deadline)

        return Journey(self._pool, call, attempt, rule, self._roll)

    def _attempt(self, backend: Backend, size: Size, at: float, deadline: float | None) -> Flow[Outcome[Visit]]:
        """One request, as `flows/exchange.py` reports it."""
        limit = at + (self._timeouts.first_byte or 1e9)
        ask = backend.ask(size, limit if deadline is None else min(limit, deadline))
        is_open = told = False
        try:
            result = yield ask
            told = True
            if isinstance(result, Failed):
                raise self._failed(result.error, ask.visit, at, result.at)
            assert not isinstance(result, Failed)
            is_open = size.stream
            attempt = Attempt(provider=backend.target.name, model="", status=200, duration=result.at - at, billed=True)
            return Outcome(value=ask.visit, attempts=(attempt,), at=result.at, body=ask.visit if size.stream else None)
        finally:
            if not told:
                self._book.unsure(backend.target, size)
            if not is_open:
                backend.leave(ask.visit)

    def _failed(self, error: ProviderError, visit: Visit, started: float, at: float) -> ProviderError:
        sent_for_sure_not = error.kind == "network" and error.retryable
        billed = False if sent_for_sure_not or 400 <= (error.status or 0) < 500 else None
        if billed is None:
            self._book.unsure(visit.backend.target, visit.size)
        error.at = at
        error.attempts = (
            Attempt(
                provider=visit.backend.target.name,
                model="",
                status=error.status,
                error=error.kind,
                duration=at - started,
                billed=billed,
            ),
        )
        return error

    def _end(self, run: Run, journey: "Journey[Backend, Visit]", size: Size, caller: Caller, started: float) -> None:
        self._last = self._world.now
        self._book.asked(started, journey.attempts)
        if run.failure is not None:
            self._book.failed(started, caller, run.failure.kind)
            return
        outcome = cast("Outcome[object]", run.value)
        visit = outcome.value
        assert isinstance(visit, Visit)
        seconds = self._world.now - started
        if not size.stream:
            self._whole(visit, caller, started, seconds)
            return
        lease = outcome.lease
        assert lease is not None

        def ended() -> None:
            self._last = self._world.now
            if visit.cut:
                lease.failed(self._world.now, "failure")
                self._book.unsure(visit.backend.target, size)
                self._book.failed(started, caller, "interrupted")
            else:
                self._whole(visit, caller, started, seconds)
            lease.end()
            visit.backend.leave(visit)

        self._world.at(self._world.now + (visit.rest / 2.0 if visit.cut else visit.rest), ended)

    def _whole(self, visit: Visit, caller: Caller, started: float, seconds: float) -> None:
        self._book.answered(started, caller, visit.backend.target, visit.size, seconds)
        visit.backend.answered += 1
        if self._is_limited:
            demands = self._demands(visit.backend, visit.size)
            self._limiter.settle(demands, visit.size.input + visit.size.output, self._world.now)

    def _demands(self, backend: Backend, size: Size) -> tuple[Demand, ...]:
        return demands_of(backend.target.name, backend.target.limits, size.input + self._likely_output)

    def _headroom(self, backend: Backend, size: Size) -> float:
        demands = self._demands(backend, size)
        return self._limiter.headroom(demands, self._world.now) if demands else 1.0

    def _expected_cost(self, backend: Backend, size: Size) -> Decimal | None:
        price = backend.target.price
        if price is None:
            return None
        return (price.input * int(size.input) + price.output * int(self._likely_output)) / _MILLION


def _pool(scenario: Scenario, world: World, seed: int) -> Pool[Backend]:
    policy = scenario.policy
    return Pool(
        [
            Seat(
                Backend(target, world, Random(f"{seed} {target.name}")),
                target.name,
                Standing(
                    policy.breaker, Load(concurrency=target.concurrency, queue=target.queue, adaptive=target.adaptive)
                ),
                weight=target.weight,
                tier=target.tier,
            )
            for target in scenario.targets
        ],
        budget=policy.budget,
        ejection=policy.ejection,
        hedge=policy.hedge,
    )


def _receive(_world: World, send: Send, answer: Answer) -> None:
    assert isinstance(send, Ask)
    send.visit.backend.receive(send, answer)
