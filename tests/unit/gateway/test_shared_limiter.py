"""Several processes count one limit."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator

import pytest

from accord.gateway.shared_limiter import SharedLimiter
from accord.policy.limit import Demand, Limits

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


def test_meters_of_several_processes_count_together(limiter: SharedLimiter) -> None:
    told, tell = os.pipe()
    children = []
    for _ in range(4):
        child = os.fork()
        if child == 0:
            meter = limiter.meter("key a", Limits(requests=60, tokens=10_000))
            assert meter is not None
            granted = sum(meter.take(100.0, time.monotonic()) for _ in range(40))
            meter.correct(-50.0 * granted, time.monotonic())
            os.write(tell, bytes([granted]))
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    assert sum(os.read(told, 16)) == 60
    tokens = Demand("key a tokens", 10_000.0, 60.0, 0.0, tokens=True)
    assert limiter.headroom([DEMAND], time.monotonic()) == 0.0
    assert limiter.headroom([tokens], time.monotonic()) == pytest.approx(0.7)


def test_a_meter_takes_all_or_nothing_and_lets_the_lock_go(limiter: SharedLimiter) -> None:
    meter = limiter.meter("key b", Limits(requests=1, tokens=10))
    assert meter is not None
    assert not meter.take(11.0, 1000.0)
    assert meter.take(10.0, 1000.0)
    assert not meter.take(0.0, 1000.0)
    assert limiter.take([Demand("key c requests", 1.0, 60.0, 1.0)], 1000.0).wait == 0.0


def test_a_limit_without_a_place_has_no_meter(limiter: SharedLimiter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limiter, "_full", True)
    assert limiter.meter("key d", Limits(requests=1)) is None


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
