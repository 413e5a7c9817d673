"""What is counted, under which names, and who is told."""

import re
from decimal import Decimal
from typing import Any

import pytest

from accord.core.attempt import Attempt
from accord.core.cost import Cost
from accord.core.error import RateLimited
from accord.core.usage import Usage
from accord.engine.target import Target
from accord.gateway.config import load_config
from accord.gateway.http import Request
from accord.gateway.metrics.board import HALF, Board, Place
from accord.gateway.metrics.exposition import exposition
from accord.gateway.metrics.series import DURATIONS, FIRSTS, Labels, Numbers, Series, merged, packed, unpacked
from accord.gateway.metrics.tally import OTHER, SERIES_LIMIT, Gauges, Tally, in_flight
from accord.gateway.resolve import Resolved
from accord.gateway.visit import Visit
from accord.providers import OpenAI

_SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (\d+(?:\.\d+)?(?:e-?\d+)?)')
_LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')
_SUFFIX = re.compile(r"_(bucket|sum|count)$")

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def scraped(text: str) -> Samples:
    """The samples of a text that keeps every rule of the format: told what it is, then in one block, nothing twice."""
    assert text.endswith("\n")
    kinds: dict[str, str] = {}
    found: Samples = {}
    current = ""
    for line in text.splitlines():
        if line.startswith("# HELP "):
            current = line.split(" ")[2]
            assert current not in kinds, f"{current} is there twice"
            continue
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name == current
            kinds[name] = kind
            continue
        match = _SAMPLE.fullmatch(line)
        assert match, f"no sample: {line!r}"
        name, labels, value = match[1], match[2] or "", match[3]
        family = _SUFFIX.sub("", name) if kinds[current] == "histogram" else name
        assert family == current, f"{name} stands under {current}"
        assert kinds[current] != "counter" or name.endswith("_total")
        pairs = _LABEL.findall(labels)
        key = (name, frozenset(pairs))
        assert key not in found, f"{key} is there twice"
        assert len(dict(pairs)) == len(pairs)
        found[key] = float(value)
    _check_histograms(found, {name for name, kind in kinds.items() if kind == "histogram"})
    return found


def _check_histograms(found: Samples, names: set[str]) -> None:
    for name in names:
        counts = {labels: value for (sample, labels), value in found.items() if sample == f"{name}_count"}
        for labels, count in counts.items():
            buckets = sorted(
                [
                    (float(dict(held)["le"]), value)
                    for (sample, held), value in found.items()
                    if sample == f"{name}_bucket" and labels <= held
                ]
            )
            values = [value for _, value in buckets]
            assert values == sorted(values)
            assert buckets[-1] == (float("inf"), count)
            assert (f"{name}_sum", labels) in found


def value(samples: Samples, name: str, **labels: str) -> float | None:
    """The one sample with these labels among others."""
    wanted = set(labels.items())
    hits = [number for (sample, held), number in samples.items() if sample == name and wanted <= held]
    assert len(hits) <= 1, hits
    return hits[0] if hits else None


def read(tally: Tally) -> Samples:
    return scraped(exposition(unpacked(tally.taken())).decode())


def visited(name: str = "fast", model: str = "gpt-5.4-mini", **facts: Any) -> Visit:
    visit = Visit(Request(method="POST", path="/v1/chat/completions"), "req_1", 10.0)
    visit.resolved = Resolved(name, Target("lab", OpenAI(api_key="sk-test"), model))
    visit.status = 200
    for field, fact in facts.items():
        setattr(visit, field, fact)
    return visit


def attempt(error: str | None = None) -> Attempt:
    return Attempt(provider="lab", model="m", error=error)


def test_a_request_is_counted_by_model_provider_and_key() -> None:
    tally = Tally()
    visit = visited(
        usage=Usage(input=7, output=5, cached=3, reasoning=2),
        cost=Cost(amount=Decimal("0.00012")),
        attempts=(attempt("rate_limited"), attempt()),
        first=10.2,
    )
    tally.count(visit, {"fast"}, 10.5)
    tally.count(visit, {"fast"}, 10.5)
    samples = read(tally)
    whose = {"gen_ai_request_model": "fast", "gen_ai_provider_name": "lab", "accord_key": ""}
    assert value(samples, "accord_requests_total", http_response_status_code="200", **whose) == 2
    assert value(samples, "gen_ai_server_request_duration_seconds_sum", **whose) == 1.0
    assert value(samples, "gen_ai_server_request_duration_seconds_bucket", le="0.32", **whose) == 0
    assert value(samples, "gen_ai_server_request_duration_seconds_bucket", le="0.64", **whose) == 2
    assert value(samples, "gen_ai_server_time_to_first_token_seconds_bucket", le="0.25", **whose) == 2
    assert value(samples, "accord_tokens_total", gen_ai_token_type="input", **whose) == 14
    assert value(samples, "accord_tokens_total", gen_ai_token_type="cached", **whose) == 6
    assert value(samples, "accord_tokens_total", gen_ai_token_type="cache_write", **whose) is None
    assert value(samples, "accord_cost_usd_total", **whose) == 0.00024
    assert value(samples, "accord_retries_total", **whose) == 2
    assert value(samples, "accord_attempts_total", gen_ai_provider_name="lab", error_type="rate_limited") == 2
    assert value(samples, "accord_attempts_total", gen_ai_provider_name="lab", error_type="") == 2
    assert value(samples, "accord_errors_total", **whose) is None


def test_what_is_unknown_is_counted_as_unknown() -> None:
    tally = Tally()
    tally.count(visited(cost=Cost(reason="the provider reported no usage")), (), 11.0)
    samples = read(tally)
    assert value(samples, "accord_usage_unknown_total") == 1
    assert value(samples, "accord_cost_unknown_total") == 1
    assert value(samples, "accord_cost_usd_total") is None


@pytest.mark.parametrize(
    ("facts", "status", "cause"),
    [
        ({"error": RateLimited("no"), "status": 429}, "429", "rate_limited"),
        ({"stopped": "left", "status": 0}, "499", "client_left"),
        ({"stopped": "shutdown", "status": 200}, "200", "shutdown"),
    ],
)
def test_failures_by_cause(facts: dict[str, Any], status: str, cause: str) -> None:
    tally = Tally()
    tally.count(visited(**facts), (), 11.0)
    samples = read(tally)
    assert value(samples, "accord_requests_total", http_response_status_code=status) == 1
    assert value(samples, "accord_errors_total", error_type=cause) == 1


def test_names_that_callers_make_up_are_one_series() -> None:
    tally = Tally()
    for number in range(5000):
        tally.count(visited(f"lab/made-up-{number}", f"made-up-{number}"), {"fast"}, 11.0)
    tally.count(visited("lab/gpt-5.4-mini"), {"fast"}, 11.0)
    tally.count(visited("alias-by-wildcard"), {"fast"}, 11.0)
    assert {labels.model for labels in tally.numbers.series} == {OTHER, "lab/gpt-5.4-mini"}


def test_series_are_bounded_whatever_the_configuration_says() -> None:
    tally = Tally()
    names = {f"model-{number}" for number in range(3 * SERIES_LIMIT)}
    for name in names:
        tally.count(visited(name), names, 11.0)
    assert len(tally.numbers.series) == SERIES_LIMIT + 1
    assert sum(series.statuses[200] for series in tally.numbers.series.values()) == 3 * SERIES_LIMIT
    assert len(tally.taken()) < HALF


def test_requests_in_flight_are_bounded_as_well() -> None:
    visits = [visited(f"name-{number}") for number in range(SERIES_LIMIT + 50)]
    public = {f"name-{number}" for number in range(SERIES_LIMIT + 50)}
    found = in_flight(visits, public)
    assert len(found) == SERIES_LIMIT + 1
    assert found[Labels(OTHER, OTHER, OTHER)] == 50
    assert in_flight([visited("made-up", "made-up")], public) == {Labels(OTHER, "lab", ""): 1}


def test_labels_are_escaped() -> None:
    numbers = Numbers({Labels('a"b\\c\nd', "p", "k"): Series(statuses={200: 1})})
    samples = scraped(exposition(numbers).decode())
    assert value(samples, "accord_requests_total", gen_ai_request_model='a\\"b\\\\c\\nd') == 1


def test_prometheus_own_parser_reads_the_same() -> None:
    parser = pytest.importorskip("prometheus_client.parser")
    tally = Tally()
    tally.count(visited(cost=Cost(amount=Decimal("0.1")), attempts=(attempt(),), first=10.1), {"fast"}, 10.5)
    text = exposition(unpacked(tally.taken())).decode()
    theirs = {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in parser.text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert theirs == scraped(text)


def test_workers_are_added_up() -> None:
    one, other = Tally(), Tally()
    one.count(visited(cost=Cost(amount=Decimal("0.1")), usage=Usage(input=1, output=1)), {"fast"}, 10.5)
    other.count(visited(cost=Cost(amount=Decimal("0.2")), usage=Usage(input=2, output=1)), {"fast"}, 400.0)
    other.count(visited("x", "x"), {"fast"}, 10.5)
    mine, theirs = Labels("fast", "lab", "a"), Labels("fast", "lab", "b")
    one.gauges = lambda: Gauges({mine: 2}, {"lab/m": 1, "lab/*": 0}, 3)
    other.gauges = lambda: Gauges({mine: 1, theirs: 4}, {"lab/m": 2})
    whole = merged([unpacked(one.taken()), unpacked(other.taken())])
    samples = scraped(exposition(whole).decode())
    assert value(samples, "accord_requests_total", gen_ai_request_model="fast") == 2
    assert value(samples, "accord_cost_usd_total") == 0.3
    assert value(samples, "accord_tokens_total", gen_ai_token_type="input") == 3
    assert value(samples, "accord_requests_in_flight", accord_key="a") == 3
    assert value(samples, "accord_requests_in_flight", accord_key="b") == 4
    assert value(samples, "accord_requests_waiting", accord_target="lab/m") == 3
    assert value(samples, "accord_requests_waiting", accord_target="lab/*") == 0
    assert value(samples, "accord_connections") == 3
    assert len(whole.series[Labels("fast", "lab", "")].duration.counts) == len(DURATIONS) + 1
    assert len(whole.series[Labels("fast", "lab", "")].first.counts) == len(FIRSTS) + 1


def test_the_board_shows_the_last_whole_state() -> None:
    board = Board(2)
    assert board.read(0) == b""
    assert board.write(0, b"one")
    assert board.write(1, b"other")
    assert board.write(0, b"two, which is longer")
    assert (board.read(0), board.read(1)) == (b"two, which is longer", b"other")
    assert not board.write(0, b"x" * HALF)
    assert board.read(0) == b"two, which is longer"
    board.close()


async def test_who_takes_a_dead_workers_place_counts_on() -> None:
    import asyncio

    board = Board(2)
    loop = asyncio.get_running_loop()
    first, second = Tally(), Tally()
    place = Place(board, 0)
    place.start(first, loop)
    first.lines_lost = lambda: 2
    first.count(visited(), {"fast"}, 11.0)
    place.stop()
    successor = Place(board, 0)
    successor.start(second, loop)
    second.count(visited(), {"fast"}, 11.0)
    second.lines_lost = lambda: 1
    successor.stop()
    (seen,) = [unpacked(pack) for pack in Place(board, 1).others()]
    assert seen.series[Labels("fast", "lab", "")].statuses == {200: 2}
    assert seen.lines_lost == 3
    assert packed(seen) == second.taken()
    board.close()


async def test_the_gateway_counts_what_it_serves(gateway: Any) -> None:
    caller = gateway.streaming()
    asked = {"model": "fast", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}
    await caller.call(body=asked)
    await caller.call("/health/live", method="GET", key=None)
    answer = await caller.call("/metrics", method="GET", key=None)
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    samples = scraped(answer.body.decode())
    whose = {"gen_ai_request_model": "fast", "gen_ai_provider_name": "openai", "accord_key": "app"}
    assert value(samples, "accord_requests_total", **whose) == 1
    assert value(samples, "accord_requests_total") == 1, "probes and scrapes are not counted"
    assert value(samples, "gen_ai_server_time_to_first_token_seconds_count", **whose) == 1
    assert value(samples, "accord_tokens_total", gen_ai_token_type="output", **whose) == 2
    assert value(samples, "accord_requests_in_flight") == 1


@pytest.mark.parametrize(
    ("headers", "peer"),
    [({"host": "metrics.example"}, "127.0.0.1"), ({}, "192.0.2.7"), ({"x_forwarded_for": "192.0.2.7"}, "127.0.0.1")],
)
async def test_metrics_are_for_this_machine_alone(gateway: Any, headers: dict[str, str], peer: str) -> None:
    answer = await gateway.answering().call("/metrics", method="GET", peer=peer, **headers)
    assert answer.status == 403
    assert "gateway.metrics.key" in answer.json["error"]["message"]


@pytest.mark.parametrize(("key", "status"), [("sk-test-scrape", 200), ("sk-test-app", 401), (None, 401)])
async def test_metrics_behind_a_key_of_their_own(gateway: Any, tmp_path: Any, key: str | None, status: int) -> None:
    caller = gateway.answering()
    await reconfigured(caller, tmp_path, "{keys: [sk-test-app], metrics: {key: sk-test-scrape}}")
    answer = await caller.call("/metrics", method="GET", key=key, peer="192.0.2.7")
    assert answer.status == status


async def test_metrics_can_be_off(gateway: Any, tmp_path: Any) -> None:
    caller = gateway.answering()
    await reconfigured(caller, tmp_path, "{keys: [sk-test-app], metrics: {enabled: false}}")
    assert (await caller.call("/metrics", method="GET")).status == 404


async def reconfigured(caller: Any, folder: Any, settings: str) -> None:
    path = folder / "accord.yaml"
    path.write_text(f"gateway: {settings}\nproviders: {{openai: {{type: openai, api_key: sk-test}}}}\n")
    assert await caller.gateway.reload(lambda: load_config(path, {}))


def test_a_metrics_key_is_checked_and_hidden(tmp_path: Any) -> None:
    from accord.core.error import ConfigError

    path = tmp_path / "accord.yaml"
    path.write_text("gateway: {metrics: {key: 'sha256:12'}}")
    with pytest.raises(ConfigError, match=r"gateway\.metrics\.key: `sha256:` is followed by"):
        load_config(path, {})
    path.write_text("gateway: {metrics: {key: sk-test-scrape}}")
    assert "sk-test-scrape" not in repr(load_config(path, {}))
