"""Where it is counted what was used of limits: in this process, or wherever all workers can see it."""

from collections.abc import Iterable
from math import inf
from typing import NamedTuple, Protocol

from accord.core.latest import Latest
from accord.policy.limit import Demand, Limits, correction, demands_of
from accord.policy.meter import Meter
from accord.policy.window import CELLS, Window


class Grant(NamedTuple):
    """What came of a wish to use limits."""

    wait: float
    """0 when everything was granted; else nothing was, and may be after so many seconds."""
    of: str
    """The name of the limit that has too little left, `""` when granted."""


_KEPT = 20_000
"""How many windows are kept, of half a kilobyte each: those that were used last."""


class Limiter(Protocol):
    """Counts what is used of limits. Raises `OSError` where the place it counts in fails."""

    def take(self, demands: Iterable[Demand], now: float) -> Grant:
        """Uses so much of all of them, or nothing."""
        ...

    def settle(self, demands: Iterable[Demand], tokens: float | None, now: float) -> None:
        """Corrects the demands that were estimates of tokens by what was used; `None`: nothing was sent, and all of them are
        given back.
        """
        ...

    def headroom(self, demands: Iterable[Demand], now: float) -> float:
        """The unused part of the scarcest of these limits, 0 to 1."""
        ...

    def meter(self, name: str, limits: Limits) -> Meter | None:
        """Counts what `demands_of` this name and these limits would, in the same places; `None` where nobody can count without
        asking.
        """
        ...


class AsyncLimiter(Protocol):
    """The same for asyncio, where asking may take a while."""

    async def take(self, demands: Iterable[Demand], now: float) -> Grant:
        """As `Limiter.take`."""
        ...

    async def settle(self, demands: Iterable[Demand], tokens: float | None, now: float) -> None:
        """As `Limiter.settle`."""
        ...

    def headroom(self, demands: Iterable[Demand], now: float) -> float:
        """As `Limiter.headroom`, from what is known here and now."""
        ...

    def meter(self, name: str, limits: Limits) -> Meter | None:
        """As `Limiter.meter`."""
        ...


class LocalLimiter:
    """Counts in this process."""

    def __init__(self) -> None:
        self._windows: Latest[tuple[str, float, float], Window] = Latest(_KEPT)

    def take(self, demands: Iterable[Demand], now: float) -> Grant:
        """As `Limiter.take`."""
        return granted([(self._window(demand), demand) for demand in demands], now)

    def settle(self, demands: Iterable[Demand], tokens: float | None, now: float) -> None:
        """As `Limiter.settle`."""
        for demand in demands:
            change = correction(demand, tokens)
            if change:
                self._window(demand).add(change, now)

    def headroom(self, demands: Iterable[Demand], now: float) -> float:
        """As `Limiter.headroom`."""
        return headroom([(self._window(demand), demand) for demand in demands], now)

    def meter(self, name: str, limits: Limits) -> Meter:
        """As `Limiter.meter`. Whoever keeps more than a few thousand of them keeps windows that are forgotten here."""
        windows = {demand.tokens: self._window(demand) for demand in demands_of(name, limits, 0.0)}
        return Meter(requests=windows.get(False), tokens=windows.get(True))

    def _window(self, demand: Demand) -> Window:
        # The limit is part of the key: one that was changed by a reload begins anew.
        key = demand.name, demand.limit, demand.seconds
        window = self._windows.get(key)
        if window is None:
            window = Window(demand.limit, demand.seconds, [0.0] * CELLS)
            self._windows.put(key, window)
        return window


class Immediate:
    """A limiter that never waits, for asyncio."""

    def __init__(self, limiter: Limiter) -> None:
        self._limiter = limiter

    async def take(self, demands: Iterable[Demand], now: float) -> Grant:
        """As `Limiter.take`."""
        return self._limiter.take(demands, now)

    async def settle(self, demands: Iterable[Demand], tokens: float | None, now: float) -> None:
        """As `Limiter.settle`."""
        self._limiter.settle(demands, tokens, now)

    def headroom(self, demands: Iterable[Demand], now: float) -> float:
        """As `Limiter.headroom`."""
        return self._limiter.headroom(demands, now)

    def meter(self, name: str, limits: Limits) -> Meter | None:
        """As `Limiter.meter`."""
        return self._limiter.meter(name, limits)


def granted(wanted: list[tuple[Window, Demand]], now: float) -> Grant:
    """Takes all of it from the windows, or nothing."""
    short = Grant(0.0, "")
    for window, demand in wanted:
        wait = window.wait(demand.amount, now)
        if wait > short.wait:
            short = Grant(wait, demand.name)
    if short.wait <= 0.0:
        for window, demand in wanted:
            window.add(demand.amount, now)
    return short


def headroom(wanted: list[tuple[Window, Demand]], now: float) -> float:
    """The unused part of the scarcest window, 0 to 1."""
    return min([max(0.0, 1.0 - window.used(now) / (demand.limit or inf)) for window, demand in wanted], default=1.0)
