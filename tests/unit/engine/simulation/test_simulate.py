"""The simulation keeps its books: nothing is lost, and what a scenario says is what happens."""

import msgspec
import pytest

from accord.core.http import Timeouts
from accord.engine.group import RoutePolicy
from accord.engine.simulation.result import Result
from accord.engine.simulation.scenario import (
    Caller,
    Fault,
    FaultKind,
    Price,
    Scenario,
    SimulatedTarget,
    Tokens,
    Traffic,
    Turn,
)
from accord.engine.simulation.simulate import simulate
from accord.policy.backoff import Backoff
from accord.policy.hedge import HedgeRule
from accord.policy.limit import Limits

ONCE = RoutePolicy(retries=0, timeouts=Timeouts(first_byte=2.0))


def run(*targets: SimulatedTarget, policy: RoutePolicy = ONCE, **scenario: object) -> Result:
    settings = {"traffic": Traffic(rate=10, pattern="even"), "seconds": 10.0, **scenario}
    return simulate(Scenario(targets=targets, policy=policy, **settings))  # type: ignore[arg-type]


def test_a_healthy_target_answers_all() -> None:
    price = Price(input=1, output=2)  # type: ignore[arg-type]
    result = run(SimulatedTarget(name="a", latency=0.25, price=price))
    assert (result.calls, result.answered, result.requests, result.retries) == (100, 100, 100, 0)
    assert result.times.p50 == result.times.longest == 0.25
    assert result.seconds == pytest.approx(9.9 + 0.25)
    assert result.targets[0].load == pytest.approx(100 * 0.25 / 10.15, abs=0.001)
    assert result.cost == pytest.approx(100 * (500 * 1 + 200 * 2) / 1e6)
    assert result.unsure_cost == 0.0


@pytest.mark.parametrize(
    ("kind", "told", "streamed_only"),
    [
        ("error", "server_error", False),
        ("limit", "rate_limited", False),
        ("account", "authentication", False),
        ("hang", "timeout", False),
        ("reset", "network", False),
        ("dead", "network", False),
        ("cut", "interrupted", True),
    ],
)
def test_each_fault_is_told_as_what_it_is(kind: FaultKind, told: str, streamed_only: bool) -> None:
    traffic = Traffic(rate=1, pattern="even", stream=1.0 if streamed_only else 0.0)
    result = run(SimulatedTarget(name="a", per_token=0.001, faults=(Fault(kind=kind),)), traffic=traffic)
    assert set(result.failures) == {told}
    assert result.answered == 0
    assert result.targets[0].requests <= result.calls == 10


def test_a_fault_lasts_as_long_as_it_says() -> None:
    target = SimulatedTarget(name="a", faults=(Fault(kind="dead", since=2, until=2.4),))
    result = run(target)
    assert result.failures == {"network": 4}
    assert {int(moment.at) for moment in result.timeline if moment.failed} <= {1, 2}


def test_a_slow_answer_takes_its_time() -> None:
    target = SimulatedTarget(name="a", latency=0.1, faults=(Fault(kind="slow", factor=3),))
    assert run(target).times.p50 == pytest.approx(0.3)


def test_streams_are_timed_to_their_first_event_and_held_to_their_end() -> None:
    target = SimulatedTarget(name="a", latency=0.1, per_token=0.0099, concurrency=1000)
    result = run(target, traffic=Traffic(rate=10, pattern="even", stream=1.0))
    assert result.times.p50 == pytest.approx(0.1)
    assert result.targets[0].most == 21, "each stream takes 2.08 seconds, ten begin every second"


def test_slots_make_requests_wait_at_the_target() -> None:
    result = run(SimulatedTarget(name="a", latency=0.25, slots=1), seconds=1.0)
    assert result.answered == 10
    assert result.times.longest == pytest.approx(10 * 0.25 - 0.9)


def test_a_quota_is_kept_by_the_target() -> None:
    told = run(SimulatedTarget(name="a", quota=Limits(requests=30)))
    assert told.answered == 30
    assert set(told.failures) == {"rate_limited"}


def test_limits_of_ours_are_kept_before_a_request() -> None:
    result = run(SimulatedTarget(name="a", limits=Limits(requests=30)))
    assert (result.answered, result.requests) == (30, 30)


def test_a_retry_and_a_hedge_are_told_apart() -> None:
    policy = RoutePolicy(retries=1, backoff=Backoff(base=0.0))
    failing = SimulatedTarget(name="a", faults=(Fault(kind="error", until=0.05),))
    result = run(failing, SimulatedTarget(name="b", tier=1), policy=policy)
    assert (result.retries, result.hedges, result.requests) == (1, 0, 101)
    hedging = RoutePolicy(hedge=HedgeRule(unknown_cost=True, share=1.0))
    slow = SimulatedTarget(name="a", latency=0.2, faults=(Fault(kind="slow", since=5),))
    result = run(slow, SimulatedTarget(name="b", latency=0.2, tier=1), policy=hedging)
    assert result.hedges > 0
    assert result.retries == 0
    assert result.times.longest == pytest.approx(0.4, abs=0.01)


def test_what_was_given_up_may_be_billed() -> None:
    price = Price(input=1, output=2)  # type: ignore[arg-type]
    result = run(SimulatedTarget(name="a", price=price, faults=(Fault(kind="reset", until=0.05),)))
    assert result.unsure_cost == pytest.approx(900 / 1e6)


def test_keys_wait_by_their_weight() -> None:
    target = SimulatedTarget(name="a", latency=0.2, concurrency=1, queue=1000)
    keys = (Caller(name="light", weight=4.0), Caller(name="heavy", share=4.0))
    result = run(target, traffic=Traffic(rate=10, keys=keys), policy=msgspec.structs.replace(ONCE, timeouts=None))
    light, heavy = result.callers
    assert light.times.p50 is not None
    assert heavy.times.p50 is not None
    assert light.times.p50 * 3 < heavy.times.p50


def test_bursts_come_together() -> None:
    result = run(SimulatedTarget(name="a"), traffic=Traffic(rate=40, pattern="bursts", burst=20))
    assert result.calls % 20 == 0
    assert result.targets[0].most >= 20


def test_a_rate_changes_evenly() -> None:
    ramp = Traffic(rate=(Turn(at=0, rate=0), Turn(at=10, rate=20)), pattern="even")
    assert run(SimulatedTarget(name="a"), traffic=ramp).calls == pytest.approx(100, abs=2)
    assert ramp.rate_at(5) == pytest.approx(10)
    assert ramp.rate_at(50) == 20
    step = Traffic(rate=(Turn(at=0, rate=5), Turn(at=5, rate=5), Turn(at=5, rate=0)))
    assert (step.rate_at(4.9), step.rate_at(5), step.rate_at(6)) == (5, 0, 0)


def test_nobody_calls() -> None:
    result = run(SimulatedTarget(name="a"), traffic=Traffic(rate=0))
    assert (result.calls, result.success, result.times.p50) == (0, 1.0, None)


def test_calls_are_spread_at_random_with_the_rate_asked_for() -> None:
    result = run(SimulatedTarget(name="a"), traffic=Traffic(rate=100, tokens=Tokens(input=1, output=1)), seconds=20.0)
    assert result.calls == pytest.approx(2000, rel=0.1)
