"""The short way of requests that went well counts the same, and says the same in the same order."""

import json
import re
import time
from collections.abc import Iterator
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.attempt import Attempt
from accord.core.cost import Cost
from accord.core.error import RateLimited
from accord.core.usage import Usage
from accord.engine.target import Target
from accord.gateway import ledger as module
from accord.gateway import log as log_module
from accord.gateway.config import LoggingSettings
from accord.gateway.http import Request
from accord.gateway.key import Key
from accord.gateway.ledger import Ledger
from accord.gateway.log import GatewayLog
from accord.gateway.log_line import line_of
from accord.gateway.metrics.series import DURATIONS, FIRSTS, Labels, Numbers, Series
from accord.gateway.metrics.tally import Tally
from accord.gateway.resolve import Resolved
from accord.gateway.visit import Visit
from accord.providers import OpenAI

TARGETS = [Target("lab", OpenAI(api_key="sk-test"), model) for model in ("gpt-5.4-mini", 'od"d\n', "")]
KEYS = [Key(name, name.encode(), ("*",)) for name in ("", "app", "Schlüssel")]
TEXTS = st.sampled_from(["/v1/chat/completions", '/x"\\\n', "/é", "/" + "y" * 300])
counts = st.none() | st.integers(0, 10**9)
spans = st.floats(0, 1e5)
amounts = (
    st.none() | st.decimals(0, 1000, allow_nan=False, places=9) | st.sampled_from([Decimal("1E-9"), Decimal("0E-6")])
)
attempts = st.builds(
    Attempt,
    provider=st.sampled_from(["lab", "other"]),
    model=TEXTS,
    error=st.sampled_from([None, None, None, "network"]),
)


@st.composite
def visits(draw: st.DrawFn) -> Visit:
    """Requests that are over, mostly well."""
    request = Request(method="POST", path=draw(TEXTS), peer=draw(st.sampled_from(["", "127.0.0.1"])))
    visit = Visit(request, "req_1", 10.0)
    visit.key = draw(st.sampled_from(KEYS))
    visit.status = draw(st.sampled_from([200, 200, 499, 0]))
    if draw(st.integers(0, 9)):
        visit.resolved = Resolved(draw(TEXTS), draw(st.sampled_from(TARGETS)))
    visit.streamed = draw(st.booleans())
    visit.first = draw(st.none() | spans.map(lambda passed: 10.0 + passed))
    visit.usage = draw(
        st.none() | st.builds(Usage, input=counts, output=counts, cached=counts, cache_write=counts, reasoning=counts)
    )
    visit.cost = draw(st.none() | st.builds(Cost, amount=amounts))
    visit.attempts = tuple(draw(st.lists(attempts, max_size=3)))
    visit.stopped = draw(st.sampled_from([None, None, None, None, "left", "shutdown"]))
    visit.error = RateLimited("slow down") if not draw(st.integers(0, 9)) else None
    return visit


class Lines:
    """What was written."""

    def __init__(self) -> None:
        self.is_open = True
        self.written: list[bytes] = []

    def put(self, line: bytes) -> None:
        self.written.append(line)


JSON = LoggingSettings(format="json")
PUBLIC = {"/v1/chat/completions"}


@pytest.fixture(scope="module")
def lines() -> Iterator[Lines]:
    with pytest.MonkeyPatch.context() as patch:
        written = Lines()
        patch.setattr(module, "lines", written)
        patch.setattr(log_module, "lines", written)
        yield written


@given(st.lists(st.tuples(visits(), spans), max_size=6))
def test_both_ways_count_and_say_the_same(lines: Lines, over: list[tuple[Visit, float]]) -> None:
    tally, expected = Tally(), Numbers()
    ledger = Ledger(JSON, tally, PUBLIC)
    # Twice, so that rows are found again.
    for visit, passed in over * 2:
        now = 10.0 + passed
        lines.written.clear()
        if ledger.enter(visit, now):
            (line,) = lines.written
            assert line.endswith(b"}\n")
            assert line.count(b"\n") == 1
            told = json.loads(line)
            long = json.loads(msgspec.json.encode(line_of(visit, now, told["time"])))
            assert list(told) == list(long)
            assert told == long
            assert abs(told["time"] - time.time()) < 60
        else:
            assert not lines.written
            tally.count(visit, PUBLIC, now)
        counted(visit, PUBLIC, now, expected)
    assert tally.numbers == expected
    assert all(type(labels) is Labels for labels in tally.numbers.series)


def went_well(**facts: object) -> Visit:
    visit = Visit(Request(method="POST", path="/v1/chat/completions", peer="127.0.0.1"), "req_1", 10.0)
    visit.resolved, visit.status, visit.key = Resolved("best", TARGETS[0]), 200, KEYS[1]
    visit.usage, visit.cost = Usage(input=3, output=4), Cost(amount=Decimal("0.001"))
    visit.attempts = (Attempt(provider="lab", model="m"),)
    for field, value in facts.items():
        setattr(visit, field, value)
    return visit


def test_the_line_of_a_request_that_went_well(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1.7e9)
    lines.written.clear()
    assert Ledger(JSON, Tally(), PUBLIC).enter(went_well(), 10.25)
    assert lines.written == [
        (
            b'{"time":1700000000.000,"level":"info","event":"request","request_id":"req_1","method":"POST",'
            b'"path":"/v1/chat/completions","status":200,"ms":250.000,"key":"app","peer":"127.0.0.1","model":"best",'
            b'"provider":"lab","upstream":"m","input":3,"output":4,"cost":"0.001","attempts":1}\n'
        )
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("error", RateLimited("slow down")),
        ("stopped", "left"),
        ("attempts", ()),
        ("attempts", (Attempt(provider="lab", model="m"),) * 2),
        ("attempts", (Attempt(provider="lab", model="m", error="network"),)),
        ("usage", None),
        ("usage", Usage(input=1)),
        ("cost", None),
        ("cost", Cost(reason="unknown")),
    ],
)
def test_what_is_out_of_the_ordinary_is_not_entered(lines: Lines, field: str, value: object) -> None:
    tally = Tally()
    assert not Ledger(JSON, tally, PUBLIC).enter(went_well(**{field: value}), 10.25)
    assert tally.numbers == Numbers()


def facts(line: bytes) -> list[tuple[str, str]]:
    """Names and values of a line for people, numbers without their last zeros."""
    found = re.findall(r'(\w+)=("(?:[^"\\]|\\.)*"|\S+)', line.decode())
    return [(name, f"{float(value):.3f}" if name.endswith("ms") else value) for name, value in found]


@given(visits(), spans, st.sampled_from(["req_1", "a=b"]))
def test_a_line_for_people_says_the_same(lines: Lines, visit: Visit, passed: float, name: str) -> None:
    visit.id = name
    ledger, log = Ledger(LoggingSettings(), Tally(), PUBLIC), GatewayLog(LoggingSettings())
    lines.written.clear()
    if not ledger.enter(visit, 10.0 + passed):
        return
    log.finished(visit, 10.0 + passed)
    short, long = lines.written
    assert facts(short) == facts(long)
    assert len(facts(short)) > 5
    assert short.split()[1:3] == long.split()[1:3]
    assert short.count(b"\n") == 1


@pytest.mark.parametrize(
    "settings", [LoggingSettings(sample=0.5), LoggingSettings(prompts=True)], ids=["a sample", "prompts"]
)
def test_nor_is_anything_where_lines_are_of_another_kind(lines: Lines, settings: LoggingSettings) -> None:
    assert not Ledger(settings, Tally(), PUBLIC).enter(went_well(), 10.25)


def test_nor_where_no_line_is_written(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "is_open", False)
    assert not Ledger(JSON, Tally(), PUBLIC).enter(went_well(), 10.25)


def test_rows_are_bounded_and_series_too(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ROWS", 3)
    tally = Tally()
    ledger = Ledger(JSON, tally, PUBLIC)
    for number in range(10):
        assert ledger.enter(went_well(resolved=Resolved(f"x{number}", TARGETS[1])), 10.25)
        assert len(ledger._rows) <= 3
    (series,) = tally.numbers.series.values()
    assert series.statuses == {200: 10}


def test_who_counts_on_from_another_process_does_so_in_its_numbers(lines: Lines) -> None:
    tally = Tally()
    ledger = Ledger(JSON, tally, PUBLIC)
    visit = went_well()
    assert ledger.enter(visit, 10.25)
    tally.go_on(Numbers())
    assert ledger.enter(visit, 10.25)
    assert ledger.enter(visit, 10.25)
    (series,) = tally.numbers.series.values()
    assert series.statuses == {200: 2}
    assert tally.numbers.attempts == {("lab", ""): 2}


def counted(visit: Visit, public: set[str], now: float, numbers: Numbers) -> None:
    """Counting, written down without any haste."""
    resolved = visit.resolved
    labels = Labels("", "", visit.key.name)
    if resolved is not None:
        exact = resolved.target.facts is not None and resolved.target.facts.exact
        model = resolved.name if resolved.name in public else resolved.canonical if exact else "other"
        provider = visit.attempts[-1].provider if visit.attempts else resolved.target.name
        labels = Labels(model, provider, visit.key.name)
    series = numbers.series.setdefault(labels, Series())
    status = visit.status or 499
    series.statuses[status] = series.statuses.get(status, 0) + 1
    stopped = {None: None, "left": "client_left", "shutdown": "shutdown"}[visit.stopped]
    cause = visit.error.kind if visit.error is not None else stopped
    if cause is not None:
        series.errors[cause] = series.errors.get(cause, 0) + 1
    series.duration.add(now - visit.started, DURATIONS)
    if visit.first is not None:
        series.first.add(visit.first - visit.started, FIRSTS)
    usage = visit.usage
    if visit.cost is not None and usage is not None:
        told = (usage.input, usage.output, usage.cached, usage.cache_write, usage.reasoning)
        series.tokens = [count + (more or 0) for count, more in zip(series.tokens, told, strict=True)]
    if visit.cost is not None:
        series.unmetered += usage is None
        series.unpriced += visit.cost.amount is None
        series.cost += visit.cost.amount or 0
    series.retries += max(0, len(visit.attempts) - 1)
    for attempt in visit.attempts:
        name = (attempt.provider, attempt.error or "")
        numbers.attempts[name] = numbers.attempts.get(name, 0) + 1
