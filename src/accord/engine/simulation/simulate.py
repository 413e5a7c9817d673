"""Runs a scenario: the calls of its traffic, each a `Journey` through the real policies, in virtual time."""

from collections.abc import Iterator
from random import Random
from typing import cast

from accord.core.http import Timeouts
from accord.core.route import Strategy
from accord.engine.limiter import LocalLimiter
from accord.engine.simulation.arrival import arrivals
from accord.engine.simulation.backend import Ask, Backend, Size, Visit
from accord.engine.simulation.book import Book
from accord.engine.simulation.result import Result
from accord.engine.simulation.scenario import Caller, Scenario
from accord.engine.simulation.spread import average, drawn
from accord.engine.simulation.trip import Outlook, SimulatedErrand, Trip
from accord.flows.effect import Send
from accord.flows.exchange import Outcome
from accord.flows.route import RouteRule
from accord.flows.virtual import Answer, Run, World
from accord.policy.balance import Seat
from accord.policy.hedge import Hedging
from accord.policy.pool import Pool
from accord.policy.retry_budget import RetryBudget
from accord.policy.standing import Load, Standing


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
        policy = scenario.policy
        timeouts = policy.timeouts or Timeouts()
        self._outlook = Outlook(
            self._world,
            self._limiter,
            self._book,
            strategy=strategy,
            retries=policy.retries if policy.retries is not None else max(2, len(scenario.targets)),
            first_byte=timeouts.first_byte or 1e9,
            likely_output=average(scenario.traffic.tokens.output),
        )
        bounds = [bound for bound in (scenario.traffic.deadline, timeouts.total) if bound is not None]
        self._patience = min(bounds, default=None)
        self._rule: RouteRule[Backend] = RouteRule(backoff=policy.backoff, repeat_unsure=policy.repeat_unsure)

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
        trip = self._trip(size, caller)
        started = world.now

        def done(run: Run) -> None:
            self._end(run, trip, caller, started)

        world.start(trip.flow(started), done)

    def _caller(self) -> Caller:
        keys = self._scenario.traffic.keys
        return keys[0] if len(keys) == 1 else self._dice.choices(keys, [key.share for key in keys])[0]

    def _trip(self, size: Size, caller: Caller) -> Trip:
        deadline = None if self._patience is None else self._world.now + self._patience
        errand = SimulatedErrand(self._outlook, size, caller, deadline)
        return Trip(self._outlook, self._pool, errand, self._rule, self._roll)

    def _end(self, run: Run, trip: Trip, caller: Caller, started: float) -> None:
        self._last = self._world.now
        self._book.asked(started, trip.attempts)
        if run.failure is not None:
            self._book.failed(started, caller, run.failure.kind)
            return
        outcome = cast("Outcome[object]", run.value)
        visit = outcome.value
        assert isinstance(visit, Visit)
        seconds = self._world.now - started
        if not trip.size.stream:
            self._whole(visit, caller, started, seconds)
            return
        lease, size = trip.lease, trip.size
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
        demands = self._outlook.demands(visit.backend, visit.size)
        if demands:
            self._limiter.settle(demands, visit.size.input + visit.size.output, self._world.now)


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
        budget=RetryBudget(policy.budget),
        ejection=policy.ejection,
        hedging=Hedging(policy.hedge) if policy.hedge is not None else None,
    )


def _receive(_world: World, send: Send, answer: Answer) -> None:
    assert isinstance(send, Ask)
    send.visit.backend.receive(send, answer)
