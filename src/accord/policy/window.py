"""So much in any so many seconds: a sliding window that is exact to one of its slots, in constant space.

A token bucket of 60 lets up to 120 through in its first minute; a counter that is reset each minute lets 120 through
around the turn of the minute. This window never lets through more than its limit in any span of its length: it counts
in slots of a sixtieth, and takes a slot as used until all of it is past.

It lives in a row of numbers that is passed in, so that several processes can share one.
"""

from math import inf
from typing import Protocol

SLOTS = 60
"""Into how many pieces the window is cut; a wait may be longer than needed by one of them."""

CELLS = SLOTS + 3
"""How many numbers a window needs: the slots (one more than the window, which begins within a slot), the index of the
newest slot since the beginning of time, and the sum of all."""

_RING = SLOTS + 1
_NEWEST = SLOTS + 1
_SUM = SLOTS + 2


class Cells(Protocol):
    """A row of numbers, wherever they are."""

    def __getitem__(self, index: int, /) -> float: ...

    def __setitem__(self, index: int, value: float, /) -> None: ...


class Window:
    """Counts what was used lately."""

    __slots__ = ("_cells", "_turns", "limit", "seconds")

    def __init__(self, limit: float, seconds: float, cells: Cells) -> None:
        """`cells` are `CELLS` numbers, all 0 at first."""
        self.limit: float = limit
        self.seconds: float = seconds
        self._cells = cells
        self._turns = -inf
        """When the next slot begins: until then there is nothing to forget, whoever else counts in these cells."""

    def used(self, now: float) -> float:
        """What was used in the last `seconds`."""
        self._turn(now)
        return self._cells[_SUM]

    def wait(self, amount: float, now: float) -> float:
        """Seconds until `amount` more fits; 0 if it fits now, infinite if it is more than the limit itself."""
        if amount > self.limit:
            return inf
        if now >= self._turns:
            self._turn(now)
        over = self._cells[_SUM] + amount - self.limit
        if over <= 0.0:
            return 0.0
        return self._until_free(over, now)

    def take(self, amount: float, now: float) -> bool:
        """Uses so much (0 or more), where it fits: `wait` and `add` in one."""
        if now >= self._turns:
            self._turn(now)
        cells = self._cells
        used = cells[_SUM] + amount
        if used > self.limit:
            return False
        cells[int(cells[_NEWEST]) % _RING] += amount
        cells[_SUM] = used
        return True

    def take_both(self, so_much: float, other: "Window", as_much: float, now: float) -> bool:
        """Uses so much of this one and as much of the other, where both fit; else nothing."""
        if now >= self._turns:
            self._turn(now)
        if now >= other._turns:
            other._turn(now)
        cells, more = self._cells, other._cells
        used, also = cells[_SUM] + so_much, more[_SUM] + as_much
        if used > self.limit or also > other.limit:
            return False
        cells[int(cells[_NEWEST]) % _RING] += so_much
        cells[_SUM] = used
        more[int(more[_NEWEST]) % _RING] += as_much
        more[_SUM] = also
        return True

    def add(self, amount: float, now: float) -> None:
        """Uses so much; a negative amount gives back what was taken too much of."""
        if now >= self._turns:
            self._turn(now)
        cells = self._cells
        slot = int(cells[_NEWEST]) % _RING
        # What is given back may have been taken in a slot that is past by now. Asked so, it takes two thirds of what `max` does.
        if amount < 0.0 and amount < -cells[slot]:
            amount = -cells[slot]
        cells[slot] += amount
        used = cells[_SUM] + amount
        cells[_SUM] = used
        if used < 0.0:
            cells[_SUM] = 0.0

    def _turn(self, now: float) -> None:
        """Forgets the slots that are past."""
        cells = self._cells
        index = int(now * SLOTS / self.seconds)
        newest = int(cells[_NEWEST])
        self._turns = (max(index, newest) + 1) * self.seconds / SLOTS
        passed = index - newest
        if passed <= 0:
            return
        if passed > SLOTS:
            cells[_SUM] = 0.0
            for slot in range(_RING):
                cells[slot] = 0.0
        else:
            for past in range(newest + 1, index + 1):
                slot = past % _RING
                cells[_SUM] -= cells[slot]
                cells[slot] = 0.0
        cells[_NEWEST] = float(index)

    def _until_free(self, over: float, now: float) -> float:
        cells = self._cells
        newest = int(cells[_NEWEST])
        for age in range(SLOTS, -1, -1):
            over -= cells[(newest - age) % _RING]
            if over <= 1e-9:
                # That slot is forgotten when the window no longer touches it.
                return max((newest - age + SLOTS + 1) * self.seconds / SLOTS - now, 1e-3)
        return self.seconds
