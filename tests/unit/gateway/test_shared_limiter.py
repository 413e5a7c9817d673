"""Several processes count one limit."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator

import pytest

from accord.gateway.shared_limiter import SharedLimiter
from accord.policy.limit import Demand

DEMAND = Demand("key a requests", 60.0, 60.0, 1.0)


@pytest.fixture
def limiter() -> Iterator[SharedLimiter]:
    with contextlib.closing(SharedLimiter()) as made:
        yield made


def test_four_processes_together_let_through_what_one_may(limiter: SharedLimiter) -> None:
    told, tell = os.pipe()
    children = []
    for _ in range(4):
        child = os.fork()
        if child == 0:
            granted = sum(limiter.take([DEMAND], time.monotonic()).wait == 0.0 for _ in range(40))
            os.write(tell, bytes([granted]))
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    assert sum(os.read(told, 16)) == 60
    assert limiter.headroom([DEMAND], time.monotonic()) == 0.0


def test_a_process_that_is_killed_with_the_lock_in_hand_stops_nobody(limiter: SharedLimiter) -> None:
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        with limiter._locked():
            os.write(tell, b"x")
            signal.pause()
    os.read(told, 1)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert limiter.take([DEMAND], time.monotonic()).wait == 0.0


def test_different_limits_have_different_places(limiter: SharedLimiter) -> None:
    now = 1000.0
    names = [Demand(f"key {index} requests", 1.0, 60.0, 1.0) for index in range(500)]
    assert all(limiter.take([demand], now).wait == 0.0 for demand in names)
    assert all(limiter.take([demand], now).wait > 0.0 for demand in names)


def test_all_or_nothing(limiter: SharedLimiter) -> None:
    now = 1000.0
    small, large = Demand("s", 1.0, 60.0, 1.0), Demand("l", 10.0, 60.0, 1.0)
    assert limiter.take([small, large], now).wait == 0.0
    assert limiter.take([large, small], now).of == "s"
    assert limiter.headroom([large], now) == 0.9


def test_tokens_are_corrected(limiter: SharedLimiter) -> None:
    now = 1000.0
    demand = Demand("t tokens", 100.0, 60.0, 90.0, tokens=True)
    limiter.take([demand], now)
    limiter.settle([demand], 10.0, now)
    assert limiter.take([demand], now).wait == 0.0
