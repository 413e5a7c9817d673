"""Calling through the union of providers, beside calling a provider whose class is known."""

import statistics

from benchmarks.dispatch import direct, nanoseconds, through_union
from benchmarks.gateway.row import Row


def measure(rounds: int) -> list[Row]:
    """By turns; see `benchmarks/dispatch.py` for more ways."""
    taken = [(nanoseconds(direct), nanoseconds(through_union)) for _ in range(rounds)]
    ratios = tuple(union / known for known, union in taken)
    return [Row("dispatch", "union / direct", statistics.median(ratios), "x", "1.00", ratios[:9])]
