"""Prometheus' text format, version 0.0.4. https://prometheus.io/docs/instrumenting/exposition_formats

Names and labels follow OpenTelemetry's conventions for GenAI where those have one, with `_` for `.` as Prometheus' own
translation does it: `gen_ai_server_request_duration_seconds`, `gen_ai_request_model`.
"""

from collections.abc import Iterable, Iterator, Sequence

from accord.core.version import VERSION
from accord.gateway.metrics.series import DURATIONS, FIRSTS, TOKEN_KINDS, Histogram, Labels, Numbers, Series

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_Rows = Sequence[tuple[str, Series]]
"""Each series under its labels, already written out."""


def exposition(numbers: Numbers) -> bytes:
    """All numbers as a scrape gets them."""
    rows = [(_series_labels(labels), series) for labels, series in sorted(numbers.series.items())]
    lines = [*_requests(rows), *_times(rows), *_usage(rows), *_providers(rows, numbers), *_process(numbers)]
    return ("\n".join(lines) + "\n").encode()


def _requests(rows: _Rows) -> Iterator[str]:
    yield from _head("accord_requests_total", "counter", "Requests answered, by the status their caller got.")
    for labels, series in rows:
        for status, count in sorted(series.statuses.items()):
            yield f'accord_requests_total{{{labels},http_response_status_code="{status}"}} {count}'
    yield from _head("accord_errors_total", "counter", "Requests that failed, by cause.")
    for labels, series in rows:
        for cause, count in sorted(series.errors.items()):
            yield f'accord_errors_total{{{labels},error_type="{cause}"}} {count}'


def _times(rows: _Rows) -> Iterator[str]:
    name = "gen_ai_server_request_duration_seconds"
    yield from _head(name, "histogram", "Time from a request's head to the last byte of its answer.")
    for labels, series in rows:
        yield from _histogram(name, labels, series.duration, DURATIONS)
    name = "gen_ai_server_time_to_first_token_seconds"
    yield from _head(name, "histogram", "Time from a streamed request's head to the provider's first event.")
    for labels, series in rows:
        if any(series.first.counts):
            yield from _histogram(name, labels, series.first, FIRSTS)


def _usage(rows: _Rows) -> Iterator[str]:
    yield from _head(
        "accord_tokens_total",
        "counter",
        "Tokens used. cached and cache_write are parts of input, reasoning is a part of output.",
    )
    for labels, series in rows:
        for kind, count in zip(TOKEN_KINDS, series.tokens, strict=True):
            if count:
                yield f'accord_tokens_total{{{labels},gen_ai_token_type="{kind}"}} {count}'
    yield from _counter(
        "accord_usage_unknown_total",
        "Answers for which the provider reported no usage.",
        [(labels, series.unmetered) for labels, series in rows],
    )
    yield from _head("accord_cost_usd_total", "counter", "US dollars spent, as far as prices are known.")
    for labels, series in rows:
        if series.cost:
            yield f"accord_cost_usd_total{{{labels}}} {series.cost:f}"
    yield from _counter(
        "accord_cost_unknown_total",
        "Answers whose cost is unknown.",
        [(labels, series.unpriced) for labels, series in rows],
    )


def _providers(rows: _Rows, numbers: Numbers) -> Iterator[str]:
    yield from _counter(
        "accord_retries_total",
        "Requests to providers beyond the first of each call.",
        [(labels, series.retries) for labels, series in rows],
    )
    yield from _head("accord_attempts_total", "counter", "Requests to providers; error_type is empty for success.")
    for (provider, cause), count in sorted(numbers.attempts.items()):
        yield f'accord_attempts_total{{gen_ai_provider_name="{_escaped(provider)}",error_type="{cause}"}} {count}'


def _process(numbers: Numbers) -> Iterator[str]:
    yield from _head("accord_requests_in_flight", "gauge", "Requests being served.")
    for labels, count in sorted(numbers.in_flight.items()):
        yield f"accord_requests_in_flight{{{_series_labels(labels)}}} {count}"
    yield from _head("accord_requests_waiting", "gauge", "Calls in the queue of a target.")
    for target, count in sorted(numbers.waiting.items()):
        yield f'accord_requests_waiting{{accord_target="{_escaped(target)}"}} {count}'
    if numbers.connections is not None:
        yield from _head("accord_connections", "gauge", "Open connections of callers.")
        yield f"accord_connections {numbers.connections}"
    yield from _head("accord_log_lines_lost_total", "counter", "Log lines that standard output did not take in time.")
    yield f"accord_log_lines_lost_total {numbers.lines_lost}"
    yield from _head("accord_build_info", "gauge", "The version that runs.")
    yield f'accord_build_info{{version="{VERSION}"}} 1'


def _head(name: str, kind: str, meaning: str) -> tuple[str, str]:
    return (f"# HELP {name} {meaning}", f"# TYPE {name} {kind}")


def _counter(name: str, meaning: str, rows: Iterable[tuple[str, int]]) -> Iterator[str]:
    """Counters that stay at 0 for most are left out there, as Prometheus expects of what never happened."""
    yield from _head(name, "counter", meaning)
    for labels, count in rows:
        if count:
            yield f"{name}{{{labels}}} {count}"


def _histogram(name: str, labels: str, histogram: Histogram, bounds: Sequence[float]) -> Iterator[str]:
    below = 0
    for bound, count in zip(bounds, histogram.counts, strict=False):
        below += count
        yield f'{name}_bucket{{{labels},le="{bound}"}} {below}'
    below += histogram.counts[-1]
    yield f'{name}_bucket{{{labels},le="+Inf"}} {below}'
    yield f"{name}_sum{{{labels}}} {histogram.total!r}"
    yield f"{name}_count{{{labels}}} {below}"


def _series_labels(labels: Labels) -> str:
    return (
        f'gen_ai_request_model="{_escaped(labels.model)}",gen_ai_provider_name="{_escaped(labels.provider)}",'
        f'accord_key="{_escaped(labels.key)}"'
    )


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
