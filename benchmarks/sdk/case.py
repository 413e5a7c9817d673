"""One piece of work in a process of its own: `python -m benchmarks.sdk.case SUBJECT WORK COUNT SERVER`; prints JSON."""

import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import asdict

from benchmarks.gateway.process import AROUND, MEASURED, ROOT, environment, on
from benchmarks.sdk.subject import A, Accord, C, Official, Server, Subject

AT_ONCE = 8
"""Calls at a time under asyncio."""
WARM = 24
"""Calls and streams before anything is counted: pools, caches and what is loaded at the first call."""

Found = dict[str, float]


def measure(subject: str, work: str, count: int, server: Server) -> Found:
    """Runs a case in a fresh process; what it printed. It shares the server's processor, but for work that is `apart` and for
    crowds: to wake another processor and to be woken cold is a cost of the (virtual) machine that comes and goes with where
    a scheduler puts two processes.
    """
    processor = AROUND if "apart" in work or work == "crowd" else MEASURED
    command = [sys.executable, "-m", "benchmarks.sdk.case", subject, work, str(count), json.dumps(asdict(server))]
    done = subprocess.run(
        on(processor, command), stdout=subprocess.PIPE, text=True, check=True, env=environment(), cwd=ROOT
    )
    found: Found = json.loads(done.stdout)
    return found


def blocking(subject: Subject[C, A], work: str, count: int) -> Found:
    with subject.client() as client:
        act = subject.stream if "stream" in work else subject.call
        for _ in range(WARM):
            act(client)
        began = time.process_time()
        for _ in range(count):
            act(client)
        return {"cpu": (time.process_time() - began) / count}


async def asynchronous(subject: Subject[C, A], work: str, count: int) -> Found:
    async with subject.async_client() as client:
        act = subject.async_stream if "stream" in work else subject.async_call

        async def some(times: int) -> None:
            for _ in range(times):
                await act(client)

        async def all_of(times: int) -> None:
            await asyncio.gather(*[some(times // AT_ONCE) for _ in range(AT_ONCE)])

        await all_of(WARM)
        began = time.process_time()
        await all_of(count)
        return {"cpu": (time.process_time() - began) / (count // AT_ONCE * AT_ONCE)}


async def crowd(subject: Subject[C, A], count: int) -> Found:
    """All calls at once, each over a connection of its own: time, CPU, and memory beyond what one call has taken."""
    async with subject.async_client() as client:
        await subject.async_call(client)
        before, began, cpu = resident_mb(), time.perf_counter(), time.process_time()
        await asyncio.gather(*[subject.async_call(client) for _ in range(count)])
        taken, cpu = time.perf_counter() - began, time.process_time() - cpu
        return {"seconds": taken, "cpu": cpu, "mb": peak_mb() - before}


def resident_mb() -> float:
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def peak_mb() -> float:
    # Not `getrusage`: its peak begins with that of who started the process.
    with open("/proc/self/status") as status:
        return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) * 1024 / 1e6


def run(subject: Subject[C, A], work: str, count: int) -> Found:
    if work == "crowd":
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, count + 1000), hard))
        return asyncio.run(crowd(subject, count))
    if "asyncio" in work:
        return asyncio.run(asynchronous(subject, work, count))
    return blocking(subject, work, count)


if __name__ == "__main__":
    name, work, count, where = sys.argv[1:]
    server = Server(**json.loads(where))
    tls = "TLS" in work
    ours = name == "accord"
    found = run(Accord(server, tls=tls), work, int(count)) if ours else run(Official(server, tls=tls), work, int(count))
    print(json.dumps(found))
