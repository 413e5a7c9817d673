"""When calls come in."""

from collections.abc import Iterator
from random import Random

from accord.engine.simulation.scenario import Traffic


def arrivals(traffic: Traffic, seconds: float, dice: Random) -> Iterator[float]:
    """The moment of each call, in order, up to `seconds`."""
    if traffic.pattern == "even":
        return _even(traffic, seconds)
    together = traffic.burst if traffic.pattern == "bursts" else 1
    return _random(traffic, seconds, dice, together)


def _even(traffic: Traffic, seconds: float) -> Iterator[float]:
    """Ticks come at the highest rate; each brings the part of a call that the rate of its moment is of the highest."""
    highest = traffic.highest_rate
    ticks = int(seconds * highest + 1e-9)
    due = 1.0
    for tick in range(ticks):
        now = tick / highest
        if due >= 1.0 - 1e-9:
            due -= 1.0
            yield now
        due += traffic.rate_at(now) / highest


def _random(traffic: Traffic, seconds: float, dice: Random, together: int) -> Iterator[float]:
    """Candidates come at the highest rate, and each is kept with the probability of the rate of its moment."""
    highest = traffic.highest_rate / together
    now = 0.0
    while highest > 0.0:
        now += dice.expovariate(highest)
        if now >= seconds:
            return
        if dice.random() * highest * together < traffic.rate_at(now):
            for _ in range(together):
                yield now
