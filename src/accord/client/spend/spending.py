"""Sums of what calls took: by client, by limit, and by the tags of their contexts."""

import threading
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

import msgspec

from accord.core.cost import Cost
from accord.core.usage import Usage

OTHERS: Final = "(others)"
"""The value under which a tag's sums go on, once it has had `MOST_VALUES` others."""

MOST_VALUES: Final = 1000
"""A tag with a new value on each call (an id) must not fill the memory."""
MOST_TAGS: Final = 100


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """What some calls took. What is unknown is counted, and is in none of the sums."""

    calls: int = 0
    amount: Decimal = Decimal(0)
    """US dollars, of the calls whose cost is known."""
    unpriced: int = 0
    """Calls whose cost is unknown: no price, no usage, or broken off."""
    input: int = 0
    """Tokens, of the calls that reported usage."""
    output: int = 0
    unmeasured: int = 0
    """Calls that reported no usage."""

    @property
    def cost(self) -> Cost:
        """What all the calls cost; without amount where that of any is unknown."""
        if self.unpriced:
            return Cost(reason=f"the cost of {self.unpriced} of {self.calls} calls is unknown")
        return Cost(amount=self.amount)


class _Sum:
    """A `Spent` that grows."""

    __slots__ = ("amount", "calls", "input", "output", "unmeasured", "unpriced")

    def __init__(self) -> None:
        self.calls = self.unpriced = self.input = self.output = self.unmeasured = 0
        self.amount = Decimal(0)

    def add(self, amount: Decimal | None, usage: Usage | None) -> None:
        self.calls += 1
        if amount is None:
            self.unpriced += 1
        else:
            self.amount += amount
        if usage is None or (usage.input is None and usage.output is None):
            self.unmeasured += 1
        else:
            self.input += usage.input or 0
            self.output += usage.output or 0

    def frozen(self) -> Spent:
        return Spent(
            calls=self.calls,
            amount=self.amount,
            unpriced=self.unpriced,
            input=self.input,
            output=self.output,
            unmeasured=self.unmeasured,
        )


class Spending:
    """What calls took so far. Safe to use from any thread; what it returns are values that no longer change."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._total = _Sum()
        self._tags: dict[str, dict[str, _Sum]] = {}

    @property
    def total(self) -> Spent:
        """All calls together."""
        with self._lock:
            return self._total.frozen()

    def by(self, tag: str) -> Mapping[str, Spent]:
        """The calls by the values of one of their tags (`RequestContext(tags={"team": "blue"})`)."""
        with self._lock:
            return {value: found.frozen() for value, found in self._tags.get(tag, {}).items()}

    def add(self, amount: Decimal | None, usage: Usage | None, tags: Mapping[str, str]) -> None:
        """Counts one call; `None` is unknown."""
        with self._lock:
            self._total.add(amount, usage)
            for tag, value in tags.items():
                self._of(tag, value).add(amount, usage)

    def _of(self, tag: str, value: str) -> _Sum:
        if tag not in self._tags and len(self._tags) >= MOST_TAGS:
            tag = OTHERS
        values = self._tags.setdefault(tag, {})
        if value not in values and len(values) >= MOST_VALUES:
            value = OTHERS
        return values.setdefault(value, _Sum())
