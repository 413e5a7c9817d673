"""Percentiles of the latest values."""

from bisect import bisect_left, insort
from collections import deque


class Recent:
    """The latest values, in order of size."""

    __slots__ = ("_by_age", "_by_size", "_most")

    def __init__(self, most: int = 100) -> None:
        self._most = most
        self._by_age: deque[float] = deque()
        self._by_size: list[float] = []

    def add(self, value: float) -> None:
        """One more; the oldest goes when there are too many."""
        if len(self._by_age) >= self._most:
            oldest = self._by_age.popleft()
            del self._by_size[bisect_left(self._by_size, oldest)]
        self._by_age.append(value)
        insort(self._by_size, value)

    def percentile(self, share: float, *, least: int) -> float | None:
        """The value that a `share` (0 to 1) of them don't exceed; `None` with fewer than `least` values."""
        count = len(self._by_size)
        return self._by_size[min(int(count * share), count - 1)] if count >= max(least, 1) else None
