"""Load on one address: by wrk where it is installed, else, and for streams, by the generator of our own."""

import json
import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from benchmarks.gateway.payload import KEY
from benchmarks.gateway.process import AROUND, ROOT, Failed, environment, on, python

WRK = shutil.which("wrk")
CHAT = "/v1/chat/completions"


@dataclass(frozen=True)
class Target:
    """What is asked, and where."""

    port: int
    body: bytes
    path: str = CHAT
    headers: tuple[tuple[str, str], ...] = ()
    """Beside the usual ones; only for whole answers."""


@dataclass(frozen=True)
class Loaded:
    """What came of it."""

    answers: int
    seconds: float
    cpu: float
    """CPU seconds of the load generator."""
    p50_us: float
    first_p50_us: float = 0.0


def load(target: Target, folder: Path, *, seconds: float, connections: int) -> Loaded:
    """Whole answers for some seconds. Raises `Failed` where one of them is no answer."""
    if WRK is None:
        return generate(target, folder, connections=connections, seconds=seconds)
    script = folder / "post.lua"
    script.write_text(
        f"wrk.method='POST'; wrk.body=[[{target.body.decode()}]]; wrk.headers['content-type']='application/json'; "
        f"wrk.headers['authorization']='Bearer {KEY}'"
        + "".join([f"; wrk.headers['{name}']='{value}'" for name, value in target.headers])
    )
    command = [
        WRK,
        "-t1",
        f"-c{connections}",
        f"-d{max(1, round(seconds))}s",
        "--timeout",
        "30s",
        "--latency",
        "-s",
        str(script),
    ]
    output, cpu = _run([*command, f"http://127.0.0.1:{target.port}{target.path}"])
    if "Non-2xx" in output or "Socket errors" in output:
        raise Failed(f"{target.path} of {target.port} did not answer as it should:\n{output}")
    lines = [line.split() for line in output.splitlines() if line.strip()]
    answers, took = next((int(line[0]), line[3].rstrip(",")) for line in lines if line[1:3] == ["requests", "in"])
    if not answers:
        raise Failed(f"{target.path} of {target.port} answered nothing in {took}")
    median = next(line[1] for line in lines if line[0] == "50%")
    return Loaded(answers, _seconds(took), cpu, _seconds(median) * 1e6)


def generate(target: Target, folder: Path, *, connections: int, each: int = 0, seconds: float = 0) -> Loaded:
    """By our own generator; `each` connection asks so many times, else for some seconds. Raises `Failed` as `load` does."""
    body = folder / "body.json"
    body.write_bytes(target.body)
    command = python("benchmarks.gateway.generator", str(target.port), target.path, str(body))
    command += ["--connections", str(connections), "--each", str(each), "--seconds", str(seconds)]
    output, cpu = _run(command)
    found = json.loads(output)
    if found["wrong"]:
        told = f"{found['wrong']} answers were wrong or did not come, and {found['answers']} came"
        raise Failed(f"{told} from {target.path} of {target.port}")
    return Loaded(found["answers"], found["seconds"], cpu, found["p50_us"], found["first_p50_us"])


def _run(command: list[str]) -> tuple[str, float]:
    """What it prints, and its CPU seconds."""
    process = subprocess.Popen(
        on(AROUND, command), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), cwd=ROOT, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    with process.stdout as said, process.stderr as complained:
        # One after the other: what is written to the second is a few lines, which its pipe holds.
        output, complaint = said.read(), complained.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise Failed(f"the load failed: {shlex.join(command)}\n{output}{complaint}")
    return output, used.ru_utime + used.ru_stime


def _seconds(text: str) -> float:
    """`1.5ms` and its like."""
    for unit, factor in (("us", 1e-6), ("ms", 1e-3), ("s", 1.0), ("m", 60.0)):
        if text.endswith(unit):
            return float(text.removesuffix(unit)) * factor
    raise ValueError(text)
