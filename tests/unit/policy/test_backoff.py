from hypothesis import given
from hypothesis import strategies as st

from accord.policy.backoff import Backoff

rolls = st.floats(0, 1, exclude_max=True)


@given(st.integers(1, 10_000), rolls)
def test_a_wait_stays_between_zero_and_the_cap(failures: int, roll: float) -> None:
    wait = Backoff().wait(failures, None, roll)
    assert wait is not None
    assert 0 <= wait <= min(8.0, 0.5 * 2 ** min(failures - 1, 30))


@given(st.integers(1, 50), st.floats(0, 60), rolls)
def test_nobody_returns_before_the_provider_said(failures: int, retry_after: float, roll: float) -> None:
    wait = Backoff().wait(failures, retry_after, roll)
    assert wait is not None
    assert retry_after <= wait <= retry_after * 1.1


def test_a_long_retry_after_means_not_now() -> None:
    assert Backoff().wait(1, 60.1, 0.5) is None
    assert Backoff(longest=120).wait(1, 60.1, 0.0) == 60.1
