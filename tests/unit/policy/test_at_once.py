"""Who is asked at once is who is chosen with care."""

from copy import deepcopy
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from accord.core.route import Strategy
from accord.policy.balance import Seat
from accord.policy.breaker import BreakerRule
from accord.policy.errand import Errand
from accord.policy.pool import Pool
from accord.policy.standing import Lease, Load, Standing

NOW = 1000.0
STRATEGIES: list[Strategy] = ["weighted", "round_robin", "least_busy", "fastest"]


@st.composite
def pools(draw: st.DrawFn) -> Pool[str]:
    """Targets that work, that failed, that are busy, and that were ejected."""
    seats: list[Seat[str]] = []
    for name in "abcd"[: draw(st.integers(1, 4))]:
        standing = Standing(BreakerRule(failures=1), Load(concurrency=draw(st.none() | st.just(2))))
        for _ in range(draw(st.integers(0, 2))):
            if standing.gate.let_in():
                Lease(standing, NOW - draw(st.floats(0.1, 5)), stream=False).answered(NOW - 0.05)
        if draw(st.integers(0, 4)) == 0:
            standing.breaker.failed(NOW - 1.0, "failure")
        if draw(st.integers(0, 4)) == 0:
            standing.ejected_until = NOW + 10.0
        seats.append(
            Seat(name, name, standing, weight=draw(st.sampled_from([0.0, 1.0, 1.0, 3.0])), tier=draw(st.integers(0, 1)))
        )
    return Pool(seats)


@given(pools(), st.sampled_from(STRATEGIES), st.booleans(), st.integers(0, 1000))
def test_who_is_asked_at_once_is_who_would_be_chosen(
    pool: Pool[str], strategy: Strategy, stream: bool, seed: int
) -> None:
    errand: Errand[str] = Errand(strategy, retries=1, stream=stream)
    same = deepcopy(pool)
    for _ in range(3):
        seat = pool.at_once(errand, NOW, Random(seed).random)
        if seat is None:
            assert not any(one.standing.is_free(NOW) for one in pool.first)
            return
        chosen = same.choose(errand, NOW, Random(seed).random)
        assert chosen is not None
        assert chosen.name == seat.name


@given(pools())
def test_without_anything_to_choose_by_one_is_taken_where_there_is_one(pool: Pool[str]) -> None:
    seat = pool.at_once(None, NOW, Random(1).random)
    free = [one for one in pool.first if one.standing.is_free(NOW)]
    first = [one for one in free if one.tier == min(other.tier for other in free)]
    assert seat is (first[0] if len(first) == 1 else None)


@given(pools(), st.sampled_from(STRATEGIES), st.lists(st.booleans(), max_size=8))
def test_what_is_put_back_leaves_no_trace(pool: Pool[str], strategy: Strategy, put_back: list[bool]) -> None:
    errand: Errand[str] = Errand(strategy, retries=1, stream=False)
    same = deepcopy(pool)
    dice, others = Random(1), Random(1)
    for is_put_back in put_back:
        before = dice.getstate()
        seat = pool.at_once(errand, NOW, dice.random)
        if is_put_back and seat is not None:
            pool.put_back(errand, seat, NOW)
            dice.setstate(before)
            continue
        again = same.at_once(errand, NOW, others.random)
        assert (seat and seat.name) == (again and again.name)
    assert [seat.credit for seat in pool.seats] == [seat.credit for seat in same.seats]
