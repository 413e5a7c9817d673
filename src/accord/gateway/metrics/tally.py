"""Counts requests that are over."""

from collections.abc import Callable, Container, Iterable, Mapping
from typing import NamedTuple

from accord.core.usage import Usage
from accord.gateway.log_line import CLIENT_LEFT
from accord.gateway.log_writer import lines
from accord.gateway.metrics.series import DURATIONS, FIRSTS, Labels, Numbers, Series, packed
from accord.gateway.visit import Visit

OTHER = "other"
"""Stands for every model that neither the configuration nor the catalogue knows: callers choose names without end."""

NOT_HTTP = "not_http"
"""The cause of failure of what was no request that a server reads, or came too slowly."""

SERIES_LIMIT = 1000
"""The most combinations of model, provider and key that are told apart; what comes after is counted as `OTHER`."""


class Gauges(NamedTuple):
    """How a process is doing at the moment."""

    in_flight: dict[Labels, int] = {}
    waiting: Mapping[str, int] = {}
    """Calls in the queues of targets."""
    connections: int | None = None
    """Open connections of callers; `None` where nobody knows."""


class Tally:
    """What one process has counted since it was started. It outlives services: a reload resets nothing."""

    __slots__ = ("_lost_before", "gauges", "lines_lost", "numbers")

    def __init__(self) -> None:
        self.numbers: Numbers = Numbers()
        self._lost_before = 0
        self.gauges: Callable[[], Gauges] = Gauges
        self.lines_lost: Callable[[], int] = _lines_lost

    def count(self, visit: Visit, public: Container[str], now: float) -> None:
        """Counts a request that ended at `now`; `public` are the names of models in the configuration."""
        series = self.series_of(visit, public)
        status = visit.status or CLIENT_LEFT
        statuses = series.statuses
        statuses[status] = statuses[status] + 1 if status in statuses else 1
        if visit.error is not None or visit.stopped is not None:
            cause = visit.error.kind if visit.error is not None else _CAUSES[visit.stopped or "left"]
            series.errors[cause] = series.errors.get(cause, 0) + 1
        series.duration.add(now - visit.started, DURATIONS)
        if visit.first is not None:
            series.first.add(visit.first - visit.started, FIRSTS)
        cost, made = visit.cost, visit.attempts
        if cost is not None:
            if cost.amount is None:
                series.unpriced += 1
            else:
                series.cost += cost.amount
            _count_tokens(series, visit.usage)
        if len(made) > 1:
            series.retries += len(made) - 1
        attempts = self.numbers.attempts
        for attempt in made:
            name = attempt.provider, attempt.error or ""
            attempts[name] = attempts[name] + 1 if name in attempts else 1

    def turned_away(self, status: int) -> None:
        """Counts what was no request: it has neither a model nor a key, and took no time."""
        series = self._series(Labels("", "", ""))
        series.statuses[status] = series.statuses.get(status, 0) + 1
        series.errors[NOT_HTTP] = series.errors.get(NOT_HTTP, 0) + 1

    def series_of(self, visit: Visit, public: Container[str]) -> Series:
        """The numbers that a request is counted in."""
        return self._series(_labels(visit, public))

    def _series(self, labels: Labels) -> Series:
        series = self.numbers.series
        found = series.get(labels)
        if found is None:
            if len(series) >= SERIES_LIMIT:
                labels = Labels(OTHER, OTHER, OTHER)
            found = series.setdefault(labels, Series())
        return found

    def go_on(self, numbers: Numbers) -> None:
        """Counts on from another process's numbers."""
        self.numbers = numbers
        self._lost_before = numbers.lines_lost

    def taken(self) -> bytes:
        """The numbers as they are now, packed."""
        numbers = self.numbers
        gauges = self.gauges()
        numbers.in_flight, numbers.connections = gauges.in_flight, gauges.connections
        numbers.waiting = dict(gauges.waiting)
        numbers.lines_lost = self._lost_before + self.lines_lost()
        return packed(numbers)


_CAUSES = {"left": "client_left", "shutdown": "shutdown"}


def _lines_lost() -> int:
    return lines.lost


def in_flight(visits: Iterable[Visit], public: Container[str]) -> dict[Labels, int]:
    """The requests that are being served, by whose they are, within the same bound."""
    found: dict[Labels, int] = {}
    for visit in visits:
        labels = _labels(visit, public)
        if labels not in found and len(found) >= SERIES_LIMIT:
            labels = Labels(OTHER, OTHER, OTHER)
        found[labels] = found.get(labels, 0) + 1
    return found


def _labels(visit: Visit, public: Container[str]) -> Labels:
    resolved = visit.resolved
    if resolved is None:
        return Labels("", "", visit.key.name)
    target = resolved.target
    if resolved.name in public:
        model = resolved.name
    else:
        # A provider takes any model name; only those that the catalogue vouches for are finitely many.
        model = resolved.canonical if target.facts is not None and target.facts.exact else OTHER
    return Labels(model, visit.attempts[-1].provider if visit.attempts else target.name, visit.key.name)


def _count_tokens(series: Series, usage: Usage | None) -> None:
    if usage is None:
        series.unmetered += 1
        return
    tokens = series.tokens
    if usage.input:
        tokens[0] += usage.input
    if usage.output:
        tokens[1] += usage.output
    if usage.cached:
        tokens[2] += usage.cached
    if usage.cache_write:
        tokens[3] += usage.cache_write
    if usage.reasoning:
        tokens[4] += usage.reasoning
