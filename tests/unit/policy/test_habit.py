"""What is expected of a request follows what requests like it took."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.policy.habit import Habit


def test_what_is_thought_at_first_is_given_up_for_what_is_seen() -> None:
    habit = Habit(each=0.25, answer=400.0)
    assert habit.likely(1000) == 650.0
    for _ in range(100):
        habit.learn(1000, 200, 50)
    assert abs(habit.likely(1000) - 250.0) < 1.0
    assert abs(habit.likely(2000) - 450.0) < 1.0


@given(st.lists(st.tuples(st.integers(1, 10**7), st.integers(0, 10**6), st.integers(0, 10**6)), max_size=30))
def test_it_stays_within_what_was_seen(seen: list[tuple[int, int, int]]) -> None:
    habit = Habit(each=0.25, answer=400.0)
    for size, given_, answered in seen:
        habit.learn(size, given_, answered)
    each = [0.25, *[given_ / size for size, given_, _ in seen]]
    answers = [400.0, *[float(answered) for *_, answered in seen]]
    expected = habit.likely(1000)
    assert 1000 * min(each) + min(answers) - 1e-6 <= expected <= 1000 * max(each) + max(answers) + 1e-6


def test_short_answers_don_t_make_long_ones_unexpected() -> None:
    habit = Habit(each=0.25, answer=400.0)
    for _ in range(1000):
        habit.learn(100, 25, 1)
    assert habit.likely(100) == pytest.approx(75.0)
