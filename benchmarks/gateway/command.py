"""The command: what is measured, how long, and where it is saved."""

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.gateway import report as reporting
from benchmarks.gateway import rounds
from benchmarks.gateway.process import ROOT
from benchmarks.gateway.stage import stage


@dataclass(frozen=True)
class Plan:
    """How much of everything."""

    rounds: int
    seconds: float
    each: int
    """Streams of each connection in a round."""


QUICK = Plan(rounds=2, seconds=1, each=1)
WHOLE = Plan(rounds=5, seconds=4, each=4)


def main() -> int:
    """Measures, prints and saves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less of everything, in under a minute")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float, help="of each measurement")
    parser.add_argument("--only", default="", help="only rows whose name has this in it")
    parser.add_argument("--save", type=Path, default=ROOT / "benchmarks" / "results" / "local")
    given = parser.parse_args()
    base = QUICK if given.quick else WHOLE
    plan = Plan(given.rounds or base.rounds, given.seconds or base.seconds, base.each)
    found = reporting.Report(reporting.machine())
    with tempfile.TemporaryDirectory() as folder, stage(Path(folder)) as running:
        found.capacity = rounds.capacity(running, plan.seconds, plan.each)
        cases = [case for case in rounds.cases(running) if given.only in case.row]
        rounds.measure(running, cases, rounds=plan.rounds, seconds=plan.seconds, each=plan.each)
    reporting.add_cases(found, cases)
    told = reporting.text(found, cases)
    print(told)
    found.save(given.save, told)
    return 0
