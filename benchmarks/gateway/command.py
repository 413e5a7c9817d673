"""The command: what is measured, how long, and where it is saved."""

import argparse
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.gateway import crowd, latency, memory, rounds, startup
from benchmarks.gateway import report as reporting
from benchmarks.gateway.peer.known import PEERS
from benchmarks.gateway.process import AROUND, ROOT
from benchmarks.gateway.row import Row
from benchmarks.gateway.stage import ACCORD, SERVERS, Stage, stage

PARTS = ("cpu", "latency", "crowd", "start", "memory")


@dataclass(frozen=True)
class Plan:
    """How much of everything."""

    rounds: int
    seconds: float
    """Of one measurement with whole answers."""
    each: int
    """Streams of each connection in a round."""
    streams: int
    """How many are open at once."""
    held_seconds: float
    """How long they are watched."""
    starts: int
    growth: int
    """Requests over which memory may grow."""
    servers: Mapping[str, str] = field(default_factory=lambda: SERVERS)
    """The gateway's servers, by the name that the table has for each."""


OWN = {ACCORD: SERVERS[ACCORD]}
QUICK = Plan(rounds=2, seconds=0.5, each=1, streams=500, held_seconds=1.5, starts=1, growth=1_000, servers=OWN)
WHOLE = Plan(rounds=5, seconds=4, each=4, streams=5000, held_seconds=15, starts=7, growth=50_000)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures, prints and saves."""
    given = _parser().parse_args(arguments)
    plan = _plan(given)
    os.sched_setaffinity(0, {AROUND})
    found = reporting.Report(reporting.machine())
    cases: list[rounds.Case] = []
    with tempfile.TemporaryDirectory() as folder, stage(Path(folder), given.peers, plan.servers) as running:
        found.machine["peers"] = reporting.peers(one.name for one in running.subjects)
        found.left_out = running.left_out
        if "cpu" in given.parts:
            found.capacity = rounds.capacity(running, plan.seconds, plan.each)
            cases = [case for case in rounds.cases(running) if given.only in case.row]
            rounds.measure(running, cases, rounds=plan.rounds, seconds=plan.seconds, each=plan.each)
            reporting.add_cases(found, cases)
        _rest(running, plan, given.parts, found.rows)
    told = reporting.text(found, cases)
    print(told)
    found.save(given.save, told)
    return 0


def _rest(running: Stage, plan: Plan, parts: Sequence[str], rows: list[Row]) -> None:
    if "latency" in parts:
        rows += latency.measure(running, rounds=plan.rounds, seconds=plan.seconds)
    if "crowd" in parts:
        rows += crowd.measure(running, streams=plan.streams, seconds=plan.held_seconds)
    if "start" in parts:
        rows += startup.measure(running, starts=plan.starts)
    if "memory" in parts:
        rows += memory.growth(running, plan.growth)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks/gateway.py", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less of everything and without uvicorn, in a minute")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="what is measured; all of it")
    parser.add_argument("--only", default="", help="of CPU, only work whose name has this in it")
    parser.add_argument("--peers", nargs="+", choices=tuple(PEERS), default=(), help="set up and measured as well")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float, help="of one measurement with whole answers")
    parser.add_argument("--each", type=int, help="streams of each connection in a round")
    parser.add_argument("--streams", type=int, help="how many are open at once")
    parser.add_argument("--held-seconds", type=float, help="how long open streams are watched")
    parser.add_argument("--starts", type=int, help="how often the gateway is started")
    parser.add_argument("--growth", type=int, help="requests over which memory may grow")
    parser.add_argument("--million", action="store_const", const=1_000_000, dest="growth", help="a million of them")
    parser.add_argument("--save", type=Path, default=ROOT / "benchmarks" / "results" / "local")
    return parser


def _plan(given: argparse.Namespace) -> Plan:
    base = QUICK if given.quick else WHOLE
    changed = {name: value for name, value in vars(given).items() if name in base.__annotations__ and value is not None}
    return replace(base, **changed)
