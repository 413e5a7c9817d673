"""Very many calls in one process: `python -m benchmarks.sdk.endurance asyncio|blocking COUNT SERVER`; prints JSON.

Memory is sampled a hundred times. The first tenth may fill caches and pools; growth is what the last tenth's median is beyond
that of the second tenth. What is left afterwards is counted with the client closed.
"""

import asyncio
import gc
import json
import os
import statistics
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict

from benchmarks.gateway.process import ROOT, environment
from benchmarks.gateway.row import Row
from benchmarks.sdk.case import AT_ONCE, resident_mb
from benchmarks.sdk.subject import Accord, Server

SAMPLES = 100
AIM_MB = 2


def measure(server: Server, calls: int, blocking_calls: int) -> list[Row]:
    """Both kinds of client, each in a process of its own."""
    rows: list[Row] = []
    for kind, count in (("asyncio", calls), ("blocking", blocking_calls)):
        command = [sys.executable, "-m", "benchmarks.sdk.endurance", kind, str(count), json.dumps(asdict(server))]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment(), cwd=ROOT)
        found = json.loads(done.stdout)
        left = ", ".join(f"{number} {what}" for what, number in found["left"].items())
        sampled = tuple(found["sampled"][9::10])
        name = f"{count:,} calls, {kind}: memory grown"
        rows.append(Row(name, "Accord", found["grown"], "MB", f"<= {AIM_MB}", sampled, f"left afterwards: {left}"))
        rows.append(Row(name.replace("memory grown", "left open"), "Accord", sum(found["left"].values()), "", "0"))
    return rows


def held() -> dict[str, int]:
    """What a process holds that could be lost: open files and sockets, threads."""
    return {"descriptors": len(os.listdir("/proc/self/fd")), "threads": threading.active_count()}


def calls(subject: Accord, count: int, sample: Callable[[], None]) -> None:
    with subject.client() as client:
        for _ in range(SAMPLES):
            for _ in range(count // SAMPLES):
                subject.call(client)
            sample()


async def async_calls(subject: Accord, count: int, sample: Callable[[], None]) -> int:
    """Returns how many tasks are left."""

    async def some() -> None:
        for _ in range(count // SAMPLES // AT_ONCE):
            await subject.async_call(client)

    async with subject.async_client() as client:
        for _ in range(SAMPLES):
            await asyncio.gather(*[some() for _ in range(AT_ONCE)])
            sample()
    return len(asyncio.all_tasks()) - 1


def run(kind: str, count: int, server: Server) -> dict[str, object]:
    subject, before = Accord(server, tls=False), held()
    sampled: list[float] = []

    def sample() -> None:
        sampled.append(resident_mb())

    tasks = 0
    if kind == "asyncio":
        tasks = asyncio.run(async_calls(subject, count, sample))
    else:
        calls(subject, count, sample)
    gc.collect()
    left = {what: number - before[what] for what, number in held().items()}
    tenth = SAMPLES // 10
    grown = statistics.median(sampled[-tenth:]) - statistics.median(sampled[tenth : 2 * tenth])
    return {"grown": grown, "sampled": sampled, "left": {**left, "tasks": tasks}}


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], int(sys.argv[2]), Server(**json.loads(sys.argv[3])))))
