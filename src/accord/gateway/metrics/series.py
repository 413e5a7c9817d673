"""The numbers, as values that can be added up: within a process, and over processes."""

from bisect import bisect_left
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple, TypeVar

import msgspec

K = TypeVar("K")

DURATIONS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84, 327.68)
"""Upper bounds in seconds: those of the GenAI conventions, and two more for models that think for minutes.
https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics
"""

FIRSTS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 30.0, 60.0)
"""Upper bounds in seconds for the first event of a stream."""

TOKEN_KINDS = ("input", "output", "cached", "cache_write", "reasoning")
"""What tokens are counted by; the last three are parts of the first two."""


class Labels(NamedTuple):
    """Whose numbers they are. Each value comes from the configuration or the catalogue, never from a caller alone."""

    model: str
    provider: str
    key: str


class Histogram(msgspec.Struct, array_like=True):
    """How often values fell below each bound. `counts` has one more place than there are bounds, for what is above all."""

    counts: list[int]
    total: float = 0.0

    def add(self, value: float, bounds: Sequence[float]) -> None:
        """Counts one value."""
        self.counts[bisect_left(bounds, value)] += 1
        self.total += value

    def merge(self, other: "Histogram") -> None:
        """Adds another one of the same bounds."""
        self.counts = [mine + theirs for mine, theirs in zip(self.counts, other.counts, strict=True)]
        self.total += other.total


def _durations() -> Histogram:
    return Histogram([0] * (len(DURATIONS) + 1))


def _firsts() -> Histogram:
    return Histogram([0] * (len(FIRSTS) + 1))


class Series(msgspec.Struct, array_like=True):
    """What was counted for one model, provider and key."""

    statuses: dict[int, int] = {}
    """Requests by the status that the caller got."""
    errors: dict[str, int] = {}
    """Requests that failed, by cause."""
    duration: Histogram = msgspec.field(default_factory=_durations)
    first: Histogram = msgspec.field(default_factory=_firsts)
    tokens: list[int] = msgspec.field(default_factory=lambda: [0] * len(TOKEN_KINDS))
    unmetered: int = 0
    """Answers without usage: their tokens are unknown, not 0."""
    cost: Decimal = Decimal(0)
    """US dollars."""
    unpriced: int = 0
    """Answers whose cost is unknown, not 0."""
    retries: int = 0
    """Requests to providers beyond the first of each call."""

    def merge(self, other: "Series") -> None:
        """Adds another one."""
        add_up(self.statuses, other.statuses)
        add_up(self.errors, other.errors)
        self.duration.merge(other.duration)
        self.first.merge(other.first)
        self.tokens = [mine + theirs for mine, theirs in zip(self.tokens, other.tokens, strict=True)]
        self.unmetered += other.unmetered
        self.cost += other.cost
        self.unpriced += other.unpriced
        self.retries += other.retries


class Numbers(msgspec.Struct, array_like=True):
    """Everything one process counted, and how it is doing."""

    series: dict[Labels, Series] = {}
    attempts: dict[tuple[str, str], int] = {}
    """Requests to providers, by the provider's name and the cause of failure (`""` for none)."""
    in_flight: dict[Labels, int] = {}
    """Requests being served."""
    waiting: dict[str, int] = {}
    """Calls in the queue of a target, by its name."""
    connections: int | None = None
    """Open connections of callers; `None` where the server does not say."""
    lines_lost: int = 0
    """Lines of the log that could not be written in time."""


class _Packed(msgspec.Struct, array_like=True):
    """`Numbers` on the way between processes: MessagePack has no tuples as keys."""

    series: list[tuple[Labels, Series]]
    attempts: list[tuple[tuple[str, str], int]]
    in_flight: list[tuple[Labels, int]]
    waiting: dict[str, int]
    connections: int | None
    lines_lost: int


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Packed)


def packed(numbers: Numbers) -> bytes:
    """The numbers as bytes, as they are at this moment."""
    return _encoder.encode(
        _Packed(
            list(numbers.series.items()),
            list(numbers.attempts.items()),
            list(numbers.in_flight.items()),
            numbers.waiting,
            numbers.connections,
            numbers.lines_lost,
        )
    )


def unpacked(data: bytes) -> Numbers:
    """The numbers in bytes; of no bytes none."""
    if not data:
        return Numbers()
    found = _decoder.decode(data)
    return Numbers(
        dict(found.series),
        dict(found.attempts),
        dict(found.in_flight),
        found.waiting,
        found.connections,
        found.lines_lost,
    )


def merged(parts: Sequence[Numbers]) -> Numbers:
    """The sum of several processes' numbers."""
    whole = Numbers()
    for part in parts:
        for labels, series in part.series.items():
            whole.series.setdefault(labels, Series()).merge(series)
        add_up(whole.attempts, part.attempts)
        add_up(whole.in_flight, part.in_flight)
        add_up(whole.waiting, part.waiting)
        if part.connections is not None:
            whole.connections = (whole.connections or 0) + part.connections
        whole.lines_lost += part.lines_lost
    return whole


def add_up(into: dict[K, int], more: dict[K, int]) -> None:
    """Adds counts to counts."""
    for key, count in more.items():
        into[key] = into.get(key, 0) + count
