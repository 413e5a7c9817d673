"""The sliding window never lets more through than its limit, and says how long to wait."""

from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.policy.window import CELLS, Window


def window(limit: float, seconds: float = 60.0) -> Window:
    return Window(limit, seconds, [0.0] * CELLS)


def test_sixty_a_minute_are_sixty_in_any_minute() -> None:
    counted, times = window(60), []
    for tick in range(3000):
        now = tick * 0.1
        if counted.wait(1, now) == 0.0:
            counted.add(1, now)
            times.append(now)
    assert all(sum(start <= other < start + 60.0 for other in times) <= 60 for start in times)
    assert len(times) >= 60 * 4


def test_what_is_more_than_the_limit_never_fits() -> None:
    assert window(10).wait(11, 0.0) == inf


def test_what_is_given_back_can_be_used_again() -> None:
    counted = window(10)
    counted.add(10, 0.0)
    assert counted.wait(5, 0.0) > 0.0
    counted.add(-6, 0.0)
    assert counted.wait(5, 0.0) == 0.0


def test_a_long_silence_empties_it() -> None:
    counted = window(10)
    counted.add(10, 0.0)
    assert counted.used(1e6) == 0.0


def test_a_clock_that_stands_still_or_goes_back_does_no_harm() -> None:
    counted = window(10)
    counted.add(4, 100.0)
    counted.add(4, 99.0)
    assert counted.used(98.0) == 8.0


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.floats(0, 30), st.floats(0.1, 5)), min_size=1, max_size=60),
    st.sampled_from([1.0, 10.0, 60.0]),
)
def test_after_the_wait_it_fits(uses: list[tuple[float, float]], seconds: float) -> None:
    counted, now = window(10, seconds), 1000.0
    for passed, amount in uses:
        now += passed
        wait = counted.wait(amount, now)
        if wait:
            assert wait <= seconds * 62 / 60
            now += wait
        assert counted.wait(amount, now + 1e-6) == pytest.approx(0.0)
        counted.add(amount, now + 1e-6)
        assert counted.used(now + 1e-6) <= 10 + 1e-6
