"""What was measured, as a table for people and as JSON."""

import json
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.gateway.report import rows_table
from benchmarks.gateway.row import Row


def machine() -> dict[str, str]:
    """Where it ran, and the versions of all that took part."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    processor = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    found = {
        "at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": processor or platform.machine(),
        "python": sys.version.split()[0],
    }
    for package in ("accord", "msgspec", "httptools", "openai", "httpx2"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "from the source"
    return found


def save(folder: Path, rows: Sequence[Row]) -> str:
    """As `sdk.json` and `sdk.md`; returns the table."""
    where = machine()
    told = "; ".join(f"{name} {value}" for name, value in where.items()) + f".\n\n{rows_table(rows)}\n"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sdk.md").write_text(told)
    (folder / "sdk.json").write_text(json.dumps({"machine": where, "rows": [asdict(row) for row in rows]}, indent=1))
    return told
