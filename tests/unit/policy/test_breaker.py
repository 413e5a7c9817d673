"""The breaker, as tables and as properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.policy.breaker import Breaker, BreakerRule
from accord.policy.fault import Fault

RULE = BreakerRule(failures=3, cooldown=5.0, longest=40.0, account_failures=2, account_cooldown=60.0, least=10)


def failing(count: int, *, fault: str = "failure", rule: BreakerRule = RULE) -> Breaker:
    breaker = Breaker(rule)
    for _ in range(count):
        breaker.enter(0.0)
        breaker.failed(0.0, fault)  # type: ignore[arg-type]
    return breaker


@pytest.mark.parametrize(
    ("fault", "count", "state"),
    [
        ("failure", 2, "closed"),
        ("failure", 3, "open"),
        ("account", 1, "closed"),
        ("account", 2, "open"),
        ("limit", 1, "resting"),
    ],
)
def test_what_opens_it(fault: str, count: int, state: str) -> None:
    assert failing(count, fault=fault).state(0.0) == state


def test_a_success_between_failures_starts_the_count_again() -> None:
    breaker = failing(2)
    breaker.succeeded(0.0, 0.1)
    breaker.failed(0.0, "failure")
    breaker.failed(0.0, "failure")
    assert breaker.state(0.0) == "closed"


def test_a_share_of_failures_opens_it_even_with_successes_between() -> None:
    breaker = Breaker(RULE)
    for _ in range(10):
        breaker.succeeded(0.0, 0.1)
        breaker.failed(0.0, "failure")
        if breaker.state(0.0) == "open":
            break
    assert breaker.state(0.0) == "open"


def test_an_account_stays_out_longer_than_a_service() -> None:
    assert failing(3).ready_at(0.0) == 5.0
    assert failing(2, fault="account").ready_at(0.0) == 60.0


def test_after_the_cooldown_one_call_probes() -> None:
    breaker = failing(3)
    assert not breaker.admits(4.9)
    assert breaker.admits(5.0)
    breaker.enter(5.0)
    assert not breaker.admits(5.1)
    breaker.succeeded(5.2, 0.1)
    assert breaker.state(5.2) == "closed"


def test_a_failed_probe_doubles_the_cooldown_up_to_the_longest() -> None:
    breaker, now, waits = failing(3), 0.0, []
    for _ in range(5):
        waits.append(breaker.ready_at(now) - now)
        now = breaker.ready_at(now)
        breaker.enter(now)
        breaker.failed(now, "failure")
    assert waits == [5.0, 10.0, 20.0, 40.0, 40.0]


def test_a_probe_that_proves_nothing_lets_the_next_one_probe() -> None:
    breaker = failing(3)
    breaker.enter(5.0)
    breaker.leave(5.0)
    assert breaker.admits(5.1)


def test_a_call_from_before_that_ends_does_not_make_room_for_a_second_probe() -> None:
    breaker = failing(3)
    breaker.enter(5.0)
    breaker.leave(-1.0)
    assert not breaker.admits(5.1)


@pytest.mark.parametrize("fault", ["limit", "failure"])
def test_a_pause_of_years_is_a_mistake(fault: Fault) -> None:
    breaker = Breaker(RULE)
    breaker.failed(0.0, fault, retry_after=float("inf"))
    assert breaker.admits(3600.0)


def test_a_target_rests_as_long_as_it_asks_to() -> None:
    breaker = Breaker(RULE)
    breaker.failed(0.0, "limit", retry_after=7.0)
    assert not breaker.admits(6.9)
    assert breaker.state(7.0) == "closed"


def test_without_a_word_it_rests_longer_each_time() -> None:
    breaker, now, rests = Breaker(RULE), 0.0, []
    for _ in range(4):
        breaker.failed(now, "limit")
        rests.append(breaker.rests_until - now)
        now = breaker.rests_until
    assert rests == [1.0, 2.0, 4.0, 8.0]


def test_a_slow_answer_is_a_failure_where_slow_is_defined() -> None:
    breaker = Breaker(BreakerRule(failures=2, slow=1.0))
    breaker.succeeded(0.0, 1.5)
    breaker.succeeded(0.0, 1.5)
    assert breaker.state(0.0) == "open"


def test_failures_of_calls_under_way_do_not_prolong_it() -> None:
    breaker = failing(3)
    for _ in range(10):
        breaker.failed(1.0, "failure")
    assert breaker.ready_at(1.0) == 5.0


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["good", "failure", "account", "limit", "left"]),
            st.floats(0, 100),
            st.one_of(st.none(), st.floats(0, 1000)),
        ),
        max_size=60,
    )
)
def test_it_is_never_stuck(history: list[tuple[str, float, float | None]]) -> None:
    breaker, now = Breaker(RULE), 0.0
    for outcome, passed, retry_after in history:
        now += passed
        breaker.enter(now)
        if outcome == "good":
            breaker.succeeded(now, 0.1)
        elif outcome == "left":
            breaker.leave(now)
        else:
            breaker.failed(now, outcome, retry_after)  # type: ignore[arg-type]
    assert breaker.admits(breaker.ready_at(now) + RULE.longest)
    ready = breaker.ready_at(now) + RULE.longest
    breaker.enter(ready)
    breaker.succeeded(ready, 0.1)
    assert breaker.state(ready) == "closed"
