"""Runs the four type checkers over the type tests. Nothing in `good/` may be an error, and every line in `bad/` that is
marked `# error` must be one (and no other line), because a promise of the type checker is part of the interface.

Run as a script: `python tests/types/check.py`. Exits 1 and says what differs.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BIN = Path(sys.executable).parent

Found = set[tuple[str, int]]
"""File names and lines with errors."""

LINE = re.compile(r"([\w./-]+\.py):(\d+)(?::\d+)?: error")


def run(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def mypy(paths: list[str]) -> Found:
    return {
        (Path(name).name, int(line))
        for name, line in LINE.findall(run(str(BIN / "mypy"), "--no-error-summary", *paths))
    }


def pyright(paths: list[str]) -> Found:
    report = json.loads(run(str(BIN / "pyright"), "--outputjson", *paths))
    return {
        (Path(row["file"]).name, row["range"]["start"]["line"] + 1)
        for row in report["generalDiagnostics"]
        if row["severity"] == "error"
    }


def ty(paths: list[str]) -> Found:
    text = run(str(BIN / "ty"), "check", "--output-format", "concise", "--python", sys.prefix, *paths)
    return {(Path(name).name, int(line)) for name, line in re.findall(r"([\w./-]+\.py):(\d+):\d+: error", text)}


def pyrefly(paths: list[str]) -> Found:
    text = run(
        str(BIN / "pyrefly"),
        "check",
        "--output-format",
        "min-text",
        "--python-interpreter-path",
        sys.executable,
        *paths,
    )
    return {(Path(name).name, int(line)) for name, line in re.findall(r"ERROR ([\w./-]+\.py):(\d+)", text)}


CHECKERS = {"mypy": mypy, "pyright": pyright, "ty": ty, "pyrefly": pyrefly}


def expected(paths: list[Path]) -> Found:
    return {
        (path.name, number)
        for path in paths
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if line.rstrip().endswith("# error")
    }


def main() -> int:
    paths = sorted([*(HERE / "good").glob("*.py"), *(HERE / "bad").glob("*.py")])
    wanted = expected(paths)
    problems = 0
    for name, checker in CHECKERS.items():
        found = checker([str(path) for path in paths])
        for path, line in sorted(found - wanted):
            problems += 1
            print(f"{name}: {path}:{line}: an error that is not expected")
        for path, line in sorted(wanted - found):
            problems += 1
            print(f"{name}: {path}:{line}: no error, but one is promised")
    print(
        f"type tests: {len(paths)} files, {len(wanted)} promised errors, {len(CHECKERS)} checkers, {problems} problems"
    )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
