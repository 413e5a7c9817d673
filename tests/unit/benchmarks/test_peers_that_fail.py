"""A gateway of others that cannot start, answers wrongly or ends in the middle costs the run nothing but its own figures."""

import asyncio
import itertools
import json
import re
import socket
import sys
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import pytest
from benchmarks.gateway import generator, latency, rounds
from benchmarks.gateway import load as loading
from benchmarks.gateway import stage as staging
from benchmarks.gateway.accord_config import Upstreams
from benchmarks.gateway.load import Loaded, Target, generate, load
from benchmarks.gateway.payload import OPENAI_ANSWER
from benchmarks.gateway.peer.failing import attempted, told
from benchmarks.gateway.peer.known import PEERS
from benchmarks.gateway.peer.setup import Absent, Peer, Place, Setup
from benchmarks.gateway.process import Failed, Started, free_port
from benchmarks.gateway.report import Report, add_cases, cases_table, rows_table
from benchmarks.gateway.stage import ACCORD, NGINX, Stage, Subject

SERVER = """
import http.server, sys

class Answer(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        body = sys.argv[2].encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""


def answering(body: str) -> Peer:
    """A gateway that always says this."""

    def peer(folder: Path, upstreams: Upstreams) -> list[Setup]:
        port = free_port()
        return [Setup([sys.executable, "-c", SERVER, str(port), body], {"plain": Place(port)})]

    return peer


def absent(folder: Path, upstreams: Upstreams) -> list[Setup]:
    raise Absent("it needs cargo")


def broken(folder: Path, upstreams: Upstreams) -> list[Setup]:
    return [Setup([], {"plain": Place(json.loads("{}")["port"])})]


def ending(folder: Path, upstreams: Upstreams) -> list[Setup]:
    command = [sys.executable, "-c", "raise SystemExit('no | such\\noption')"]
    return [Setup(command, {"plain": Place(free_port())})]


@pytest.fixture(autouse=True)
def others(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, peer in {
        "good": answering(OPENAI_ANSWER.decode()),
        "wrong": answering('{"choices": []}'),
        "no json": answering("{hello"),
        "absent": absent,
        "broken": broken,
        "ending": ending,
    }.items():
        monkeypatch.setitem(PEERS, name, peer)
    monkeypatch.setattr(staging, "READY", 0.0)


@pytest.fixture
def made(tmp_path: Path, upstreams: Upstreams) -> Stage:
    return Stage(tmp_path, upstreams)


@pytest.mark.parametrize(("name", "cause"), [
    ("absent", "it needs cargo"),
    ("broken", "KeyError: 'port'"),
    ("ending", "nothing listens on .*; it wrote: no / such option"),
    ("wrong", "plain was answered with 200: \\{.choices.: ..\\}"),
    ("no json", "plain was answered with 200: \\{hello"),
])  # fmt: skip
def test_one_that_does_not_start_is_told_of_and_ends(
    name: str, cause: str, made: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Started] = []
    wait_for = Started.wait_for

    def noted(it: Started, port: int, seconds: float) -> Started:
        started.append(it)
        return wait_for(it, port, seconds)

    monkeypatch.setattr(Started, "wait_for", noted)
    with ExitStack() as ending:
        why = attempted(name, lambda: staging.join(name, made, ending))
        assert len(started) == (name not in {"absent", "broken"})
        assert all(one.process.poll() is not None for one in started), "it takes no more of the processor"
    assert re.fullmatch(cause, why), why
    assert made.subjects == []


def test_one_that_starts_runs_until_the_end(made: Stage) -> None:
    with ExitStack() as ending:
        assert attempted("good", lambda: staging.join("good", made, ending)) == ""
        (subject,) = made.subjects
        assert subject.name == "good"
        assert subject.process.process.poll() is None
    assert subject.process.process.poll() is not None


def test_what_is_no_peer_ends_the_run() -> None:
    def fails() -> None:
        raise Failed("nothing listens")

    for name in (NGINX, ACCORD):
        with pytest.raises(SystemExit, match="nothing listens"):
            attempted(name, fails)


def test_who_interrupts_is_obeyed() -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        attempted("good", interrupted)


def test_a_cause_is_one_line_of_a_table() -> None:
    assert told(Failed("it wrote:\n a | b\n\n c")) == "it wrote: a / b c"
    assert told(KeyError("port")) == "KeyError: 'port'"
    assert told(StopIteration()) == "StopIteration"
    long = told(Failed("begins" + "x" * 5000 + "ends"))
    assert len(long) < 310
    assert long.startswith("begins")
    assert long.endswith("ends")


@pytest.fixture
def running(made: Stage) -> Generator[Stage, None, None]:
    """nginx, Accord and a peer, none of which is asked in earnest."""
    process = Started([sys.executable, "-c", "input()"], None, made.folder / "idle.log")
    for number, name in enumerate((NGINX, "good", ACCORD)):
        reach = {kind: Place(9000 + number) for kind in ("plain", "short")}
        made.subjects.append(Subject(name, process, reach))
    made.left_out["absent"] = "it needs cargo"
    yield made
    process.stop()


class Load:
    """Answers nothing any more, at one port, from the given time on that it is asked there."""

    def __init__(self, port: int, fails_at: int) -> None:
        self.port, self.left = port, fails_at

    def __call__(self, target: Target, folder: Path, **given: float) -> Loaded:
        self.left -= target.port == self.port
        if target.port == self.port and self.left <= 0:
            raise Failed(f"connection refused at {target.port}")
        return Loaded(answers=100, seconds=1.0, cpu=0.1, p50_us=200.0, first_p50_us=300.0)


@pytest.mark.parametrize("fails_at", [1, 3])
def test_one_that_ends_in_the_middle_is_not_measured_and_all_others_are(
    fails_at: int, running: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = itertools.count(0.0, 0.01)
    monkeypatch.setattr(rounds, "load", Load(9001, fails_at))
    monkeypatch.setattr(rounds, "cpu_seconds", lambda pid: next(seconds))
    cases = rounds.cases(running)
    rounds.measure(running, cases, rounds=4, seconds=1, each=1)
    assert {case.subject: len(case.cost) for case in cases if not case.failure} == {NGINX: 4, ACCORD: 4}
    report = Report(machine={})
    add_cases(report, cases)
    assert [case["failure"] for case in report.cases] == ["", "connection refused at 9001", ""]
    lines = cases_table(cases, running.left_out).splitlines()
    assert [line.count("|") for line in lines] == [10] * 6
    assert lines[3] == "| JSON | good | | | | not measured: connection refused at 9001 | | | |"
    assert lines[5] == "| all | absent | | | | not measured: it needs cargo | | | |"


@pytest.mark.parametrize("port", [9000, 9002])
def test_without_nginx_or_accord_there_is_nothing_to_compare(
    port: int, running: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "load", Load(port, 2))
    with pytest.raises(SystemExit, match=f"refused at {port}"):
        rounds.measure(running, rounds.cases(running), rounds=4, seconds=1, each=1)


@pytest.mark.parametrize("fails_at", [1, 3])
def test_its_latency_is_not_measured_either(fails_at: int, running: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latency, "load", Load(9001, fails_at))
    monkeypatch.setattr(latency, "generate", Load(9001, fails_at))
    found = {(row.name[:6], row.subject): row for row in latency.measure(running, rounds=3, seconds=1)}
    for what in ("answer", "first "):
        assert found[what, "good"].value is None
        assert found[what, "good"].note == "not measured: connection refused at 9001"
        assert found[what, ACCORD].rounds == pytest.approx((0.2 if what == "answer" else 0.3,) * 3)
    assert "|  ms |  |  | not measured: connection refused at 9001 |" in rows_table(list(found.values()))


def test_a_load_on_nothing_says_so(tmp_path: Path) -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))  # and does not listen
        port = sock.getsockname()[1]
        with pytest.raises(Failed, match=f"nothing can be asked at {port}: .*refused"):
            generate(Target(port, b"{}"), tmp_path, connections=2, each=1)


@pytest.mark.parametrize(("said", "cause"), [
    ("0 requests in 1.00s, 0B read\n 50% 0.00us", "answered nothing in 1.00s"),
    ("12 requests in 1.00s, 9KB read\n 50% 1.00ms\n Non-2xx or 3xx responses: 12", "did not answer as it should"),
    ("12 requests in 1.00s, 9KB read\n 50% 1.00ms\n Socket errors: connect 0, read 9, write 0, timeout 0", "read 9"),
])  # fmt: skip
def test_a_load_by_wrk_says_what_was_wrong(
    said: str, cause: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrk = tmp_path / "wrk"
    wrk.write_text(f"#!/bin/sh\ncat <<'end'\n{said}\nend\n")
    wrk.chmod(0o755)
    monkeypatch.setattr(loading, "WRK", str(wrk))
    with pytest.raises(Failed, match=cause):
        load(Target(9, b"{}"), tmp_path, seconds=1, connections=2)


async def test_a_gateway_that_falls_silent_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generator, "SILENCE", 0.01)

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        tally = await generator.run(port, generator.head("/", 0), 3, 1, 0)
    assert (tally.wrong, tally.times) == (3, [])
