"""How long the rest of a request's body is waited for."""

import pytest

from accord.core.error import TimedOut
from accord.gateway.config import LimitSettings
from accord.gateway.pace import patience, too_slow

LIMITS = LimitSettings(body_seconds=60, body_rate=240)
MEGABYTE = 1024 * 1024


@pytest.mark.parametrize(
    ("age", "quiet", "size", "left"),
    [
        pytest.param(0, 0, 0, 60, id="nothing yet"),
        pytest.param(100, 20, MEGABYTE, 40, id="a pause"),
        pytest.param(61, 1, 60, -0.75, id="a byte a second"),
        pytest.param(30, 1, 30, 30.125, id="a byte a second, not long yet"),
        pytest.param(600, 1, 20 * MEGABYTE, 59, id="ten minutes of a slow line"),
        pytest.param(3600, 60.5, 20 * MEGABYTE, -0.5, id="nothing more"),
    ],
)
def test_how_long(age: float, quiet: float, size: int, left: float) -> None:
    assert patience(LIMITS, age=age, quiet=quiet, size=size) == pytest.approx(left)


def test_without_a_rate_only_pauses_count() -> None:
    assert patience(LimitSettings(body_seconds=60, body_rate=0), age=1e6, quiet=1, size=1) == 59


@pytest.mark.parametrize(("quiet", "words"), [(60, "came for 60 seconds"), (1, "at 240 bytes a second")])
def test_the_refusal_says_what_was_missing(quiet: float, words: str) -> None:
    error = too_slow(LIMITS, quiet=quiet)
    assert isinstance(error, TimedOut)
    assert error.status == 408
    assert words in error.message
