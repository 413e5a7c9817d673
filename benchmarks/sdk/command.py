"""The command: what is measured, how often, and where it is saved."""

import argparse
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.gateway.nginx import certificate
from benchmarks.gateway.process import MEASURED, ROOT, Started, free_port, python
from benchmarks.gateway.row import Row
from benchmarks.sdk import endurance, install, pair, report, start, union
from benchmarks.sdk.subject import Server

PARTS = ("start", "call", "stream", "crowd", "union", "endurance", "install")


@dataclass(frozen=True)
class Plan:
    """How much of everything."""

    rounds: int
    starts: int
    count: int
    """Calls of one measurement."""
    streams: int
    crowd: int
    """Calls at once."""
    calls: int
    """In one process, under asyncio."""
    blocking_calls: int


QUICK = Plan(rounds=1, starts=2, count=400, streams=16, crowd=1000, calls=20_000, blocking_calls=5_000)
WHOLE = Plan(rounds=5, starts=9, count=1600, streams=48, crowd=1000, calls=100_000, blocking_calls=20_000)
MILLION = 1_000_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures, prints and saves."""
    given = _parser().parse_args(arguments)
    plan = QUICK if given.quick else WHOLE
    if given.rounds:
        plan = replace(plan, rounds=given.rounds, starts=given.rounds)
    if given.million:
        plan = replace(plan, calls=MILLION, blocking_calls=MILLION)
    if given.calls:
        plan = replace(plan, calls=given.calls, blocking_calls=given.calls // 4)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as server:
        for part in given.parts:
            print(f"measuring: {part}", flush=True)
            rows += _measure(part, plan, server, Path(folder))
    print(report.save(given.save, rows))
    return 0


def _measure(part: str, plan: Plan, server: Server, folder: Path) -> list[Row]:
    match part:
        case "start":
            return start.measure(server, plan.starts)
        case "call":
            return pair.calls(server, rounds=plan.rounds, count=plan.count)
        case "stream":
            return pair.streams(server, rounds=plan.rounds, count=plan.streams)
        case "crowd":
            return pair.crowd(server, rounds=plan.rounds, count=plan.crowd)
        case "union":
            return union.measure(rounds=21)
        case "endurance":
            return endurance.measure(server, plan.calls, plan.blocking_calls)
        case _:
            return install.measure(folder)


@contextmanager
def serving(folder: Path) -> Generator[Server, None, None]:
    """The server, in a process of its own."""
    server = Server(free_port(), free_port(), str(certificate(folder)))
    command = python("benchmarks.sdk.server", str(server.plain), str(server.tls), str(folder / "tls.pem"))
    process = Started(command, MEASURED, folder / "server.log").wait_for(server.tls)
    try:
        yield server
    finally:
        process.stop()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks/sdk.py", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less of everything, in about a minute")
    parser.add_argument(
        "--million", action="store_true", help="a million calls in one process, by either client: ten minutes"
    )
    parser.add_argument("--calls", type=int, help="under asyncio in one process; a fourth of it in blocking code")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="what is measured; all of it")
    parser.add_argument("--rounds", type=int, help="how often each is measured")
    parser.add_argument("--save", type=Path, default=ROOT / "benchmarks" / "results" / "local")
    return parser
