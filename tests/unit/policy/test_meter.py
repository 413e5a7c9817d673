"""A meter grants what the limiter itself would, and counts in the same places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.engine.limiter import Immediate, LocalLimiter
from accord.policy.limit import Limits, demands_of
from accord.policy.window import CELLS, SLOTS, Window

limits = st.builds(Limits, requests=st.none() | st.integers(1, 20), tokens=st.none() | st.integers(1, 2_000))
steps = st.lists(
    st.tuples(st.floats(0, 15), st.integers(0, 500), st.booleans() | st.none(), st.integers(0, 600)), max_size=60
)


@given(limits, steps)
def test_a_meter_does_what_demands_do(limits: Limits, steps: list[tuple[float, int, bool | None, int]]) -> None:
    by_name, by_meter = LocalLimiter(), LocalLimiter()
    meter, now = by_meter.meter("key app", limits), 1000.0
    for passed, tokens, settled, used in steps:
        now += passed
        demands = demands_of("key app", limits, float(tokens))
        granted = by_name.take(demands, now).wait == 0.0
        assert meter.take(float(tokens), now) is granted
        if granted and settled:
            by_name.settle(demands, float(used), now)
            meter.correct(float(used) - tokens, now)
        assert by_meter.headroom(demands, now) == by_name.headroom(demands, now)


def test_two_meters_of_one_name_count_together() -> None:
    limiter = Immediate(LocalLimiter())
    some = Limits(requests=2)
    before, after = limiter.meter("key app", some), limiter.meter("key app", some)
    assert before is not None
    assert after is not None
    assert before.take(0.0, 1.0)
    assert after.take(0.0, 1.0)
    assert not before.take(0.0, 1.0)
    assert not after.take(0.0, 1.0)


def test_nothing_is_used_where_one_limit_has_too_little() -> None:
    limiter = LocalLimiter()
    meter = limiter.meter("key app", Limits(requests=2, tokens=10))
    assert not meter.take(11.0, 1.0)
    assert meter.take(5.0, 1.0)
    assert meter.take(5.0, 1.0)


@pytest.mark.parametrize("seconds", [1.0, 60.0, 7.3])
def test_slots_are_forgotten_the_moment_they_are_past(seconds: float) -> None:
    slot = seconds / SLOTS
    window = Window(1.0, seconds, [0.0] * CELLS)
    start = 1000 * slot
    assert window.take(1.0, start + slot / 2)
    assert not window.take(1.0, start + seconds + slot * 0.9)
    assert window.take(1.0, start + seconds + slot * 1.1)


def test_windows_that_share_cells_see_each_other_turn() -> None:
    cells = [0.0] * CELLS
    one, other = Window(10.0, 60.0, cells), Window(10.0, 60.0, cells)
    one.add(4.0, 100.0)
    other.add(6.0, 130.0)
    assert one.used(130.0) == 10.0
    assert one.wait(1.0, 129.0) > 0.0
    assert one.used(161.5) == 6.0
    assert other.used(100.0) == 6.0
