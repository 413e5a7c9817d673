"""What was measured, as tables for people and as JSON."""

import json
import platform
import statistics
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.gateway import nginx
from benchmarks.gateway.load import WRK
from benchmarks.gateway.peer.known import PEERS, package_of
from benchmarks.gateway.peer.package import installed
from benchmarks.gateway.process import AROUND, MEASURED, PROCESSORS, ROOT
from benchmarks.gateway.rounds import Case, beside_nginx
from benchmarks.gateway.row import Row

AIMS = {
    "JSON": 4.0,
    "JSON, TLS upstream": 3.0,
    "JSON, to Anthropic": 4.6,
    "stream of 100": 2.2,
    "stream of 100, to Anthropic": 2.5,
}
"""How many times nginx each row may cost."""


@dataclass
class Report:
    """All figures, and where they were taken."""

    machine: dict[str, str]
    capacity: dict[str, float] = field(default_factory=dict[str, float])
    cases: list[dict[str, object]] = field(default_factory=list[dict[str, object]])
    rows: list[Row] = field(default_factory=list[Row])
    left_out: dict[str, str] = field(default_factory=dict[str, str])
    """Peers that were asked for and took no part, each with the cause."""

    def save(self, folder: Path, text: str) -> None:
        """As `gateway.json` and `gateway.md`."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "gateway.json").write_text(json.dumps(asdict(self), indent=1) + "\n")
        (folder / "gateway.md").write_text(text)


def machine() -> dict[str, str]:
    """Where it ran, and the versions of all that took part."""
    found = {
        "at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": _processor(),
        "processors": f"{len(PROCESSORS)}; measured on {MEASURED}, upstream and load on {AROUND}",
        "system": f"{platform.system()} {platform.release()}",
        "python": sys.version.split()[0],
        "commit": _first_line(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]),
        "nginx": _first_line([nginx.program(), "-v"]).rpartition("/")[2],
        "load": _first_line([WRK, "-v"]).partition("[")[0].strip() if WRK else "own generator",
    }
    for package in ("accord", "uvloop", "httptools", "msgspec", "uvicorn"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "from the source"
    return found


def peers(names: Iterable[str]) -> str:
    """The versions of the gateways beside Accord that took part."""
    packages = dict.fromkeys(package_of(name) for name in names if name in PEERS)
    return ", ".join(f"{name} {installed(name)}" for name in packages) or "none"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _first_line(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return next(iter((done.stdout + done.stderr).splitlines()), "")


def add_cases(report: Report, cases: Sequence[Case]) -> None:
    """What the rounds gave."""
    for case in cases:
        report.cases.append(
            {
                "row": case.row,
                "subject": case.subject,
                "cpu_us": case.cost,
                "per_second": case.rate,
                "busy": case.busy,
                "busy_around": case.busy_around,
                "beside_nginx": beside_nginx(case, cases),
                "failure": case.failure,
            }
        )


def cases_table(cases: Sequence[Case], left_out: Mapping[str, str]) -> str:
    """CPU for each request or stream; of what is not measured, why."""
    lines = [
        "| work | through | CPU us | x nginx | aim | all rounds, us | a second | busy | upstream and load busy |",
        "|---|---|---:|---:|---:|---|---:|---:|---:|",
    ]
    for case in cases:
        if case.failure:
            lines.append(_not_measured(case.row, case.subject, case.failure))
            continue
        ratio = beside_nginx(case, cases)
        aim = f"<= {AIMS[case.row]}" if case.subject.startswith("Accord") else ""
        lines.append(
            f"| {case.row} | {case.subject} | {statistics.median(case.cost):.0f} | {_number(ratio)} | {aim} "
            f"| {' '.join(f'{one:.0f}' for one in case.cost)} | {statistics.median(case.rate):.0f} "
            f"| {statistics.median(case.busy):.0%} | {statistics.median(case.busy_around):.0%} |"
        )
    return "\n".join([*lines, *[_not_measured("all", name, cause) for name, cause in left_out.items()]])


def _not_measured(row: str, subject: str, cause: str) -> str:
    return f"| {row} | {subject} | | | | not measured: {cause} | | | |"


def rows_table(rows: Sequence[Row]) -> str:
    """Everything else."""
    lines = ["| figure | of | value | aim | all rounds | |", "|---|---|---:|---:|---|---|"]
    for row in rows:
        every = " ".join(_number(one) for one in row.rounds)
        lines.append(
            f"| {row.name} | {row.subject} | {_number(row.value)} {row.unit} | {row.aim} | {every} | {row.note} |"
        )
    return "\n".join(lines)


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def text(report: Report, cases: Sequence[Case]) -> str:
    """The whole report, for people."""
    where = "; ".join(f"{name} {value}" for name, value in report.machine.items())
    able = "; ".join(f"{value:,.0f} {name}" for name, value in report.capacity.items())
    return (
        f"{where}.\n\nUpstream and load with nothing between them reach {able}.\n\n"
        f"{cases_table(cases, report.left_out)}\n\n"
        f"{rows_table(report.rows)}\n"
    )
