"""What the documentation says of each strategy, shown against the others in simulation."""

from decimal import Decimal
from typing import cast, get_args

import msgspec

from accord.core.route import Strategy
from accord.engine.simulation.result import Result
from accord.engine.simulation.scenario import Scenario
from accord.engine.simulation.simulate import simulate

STRATEGIES = cast("tuple[Strategy, ...]", get_args(Strategy))


def runs(document: dict[str, object]) -> dict[Strategy, Result]:
    """The same traffic by every strategy."""
    scenario = msgspec.convert(document, Scenario)
    return {strategy: simulate(scenario, strategy) for strategy in STRATEGIES}


def within(result: Result, share: str) -> float:
    """Seconds within which that share of the calls was answered."""
    found = {"p90": result.times.p90, "p99": result.times.p99}[share]
    assert found is not None
    return found


def requests(result: Result) -> list[int]:
    return [target.requests for target in result.targets]


def test_fastest_is_right_where_one_target_is_slow() -> None:
    found = runs(
        {
            "seconds": 60,
            "traffic": {"rate": 30},
            "targets": [{"name": "a", "latency": 0.4}, {"name": "b", "latency": 0.4}, {"name": "slow", "latency": 3.0}],
        }
    )
    assert within(found["fastest"], "p90") < within(found["weighted"], "p90")
    assert requests(found["fastest"])[2] < requests(found["least_busy"])[2] < requests(found["weighted"])[2] / 2


def test_least_busy_is_right_where_calls_differ_much_in_length() -> None:
    found = runs(
        {
            "seconds": 120,
            "traffic": {"rate": 12, "tokens": {"output": {"median": 100, "p99": 4000}}},
            "targets": [{"name": name, "latency": 0.2, "per_token": 0.005, "slots": 8} for name in "abc"],
        }
    )
    assert within(found["least_busy"], "p99") < within(found["round_robin"], "p99")
    assert within(found["least_busy"], "p99") < within(found["weighted"], "p99")


def test_cheapest_costs_least_where_targets_are_alike() -> None:
    found = runs(
        {
            "seconds": 30,
            "traffic": {"rate": 20},
            "targets": [
                {"name": "cheap", "latency": 0.5, "price": {"input": 0.1, "output": 0.4}},
                {"name": "dear", "latency": 0.5, "price": {"input": 1, "output": 4}},
                {"name": "unknown", "latency": 0.5},
            ],
        }
    )
    assert requests(found["cheapest"])[1:] == [0, 0]
    assert found["cheapest"].cost is not None
    assert found["cheapest"].cost > Decimal(0)
    assert found["weighted"].cost is None, "a target without a price makes the sum unknown"


def test_headroom_is_right_where_quotas_differ_in_size() -> None:
    found = runs(
        {
            "seconds": 120,
            "traffic": {"rate": 8, "pattern": "even"},
            "targets": [
                {"name": "large", "latency": 0.3, "limits": {"requests": 500}, "quota": {"requests": 500}},
                {"name": "small", "latency": 0.3, "limits": {"requests": 100}, "quota": {"requests": 100}},
            ],
        }
    )
    large, small = requests(found["headroom"])
    assert 4 < large / small < 6
    assert found["headroom"].success == 1.0


def test_round_robin_is_even_where_chance_is_lumpy() -> None:
    found = runs(
        {
            "seconds": 10,
            "traffic": {"rate": 12, "pattern": "even"},
            "targets": [{"name": "three", "weight": 3, "latency": 0.1}, {"name": "one", "weight": 1, "latency": 0.1}],
        }
    )
    assert requests(found["round_robin"]) == [90, 30]
    assert requests(found["weighted"]) != [90, 30]


def test_repeats_do_not_multiply_an_outage() -> None:
    scenario = msgspec.convert(
        {
            "seconds": 60,
            "traffic": {"rate": 100},
            "targets": [
                {"name": name, "latency": 0.2, "faults": [{"kind": "error", "since": 10}]} for name in ("a", "b", "c")
            ],
            "policy": {"retries": 5},
        },
        Scenario,
    )
    found = simulate(scenario)
    assert found.requests < found.calls * 1.35


def test_a_target_that_recovers_is_used_again() -> None:
    scenario = msgspec.convert(
        {
            "seconds": 90,
            "traffic": {"rate": 30},
            "targets": [
                {"name": "a", "latency": 0.2},
                {"name": "b", "latency": 0.2, "faults": [{"kind": "error", "since": 20, "until": 40}]},
            ],
        },
        Scenario,
    )
    found = simulate(scenario)
    assert found.success == 1.0
    assert found.targets[1].openings >= 1
    assert found.targets[1].answered > found.calls * 0.25
