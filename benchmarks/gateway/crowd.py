"""Thousands of streams open at once on one worker: memory for each, and how late the latest event is."""

import json
import resource
import subprocess
import time

from benchmarks.gateway import accord_config
from benchmarks.gateway.load import Target
from benchmarks.gateway.payload import request
from benchmarks.gateway.process import (
    AROUND,
    MEASURED,
    ROOT,
    Started,
    cpu_seconds,
    environment,
    free_port,
    on,
    python,
    rss_mb,
)
from benchmarks.gateway.row import Row
from benchmarks.gateway.stage import SERVERS, Stage

DIRECT = "no gateway"


def measure(stage: Stage, *, streams: int, seconds: float) -> list[Row]:
    """Each server with a fresh process, so that nothing was allocated before; and the upstream alone, for comparison."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit[1], limit[1]))
    if limit[1] < streams * 2 + 500:
        raise SystemExit(f"{streams} streams need {streams * 2 + 500} open files, and only {limit[1]} are allowed")
    body = request("held", stream=True)
    direct = Target(stage.upstreams.streams, body, "/held/v1/chat/completions")
    rows = [_late(DIRECT, streams, _watched(stage, direct, streams, seconds, None)[0])]
    for name, server in stage.servers.items():
        port = free_port()
        command = accord_config.command(stage.config, port, server)
        process = Started(command, MEASURED, stage.folder / f"crowd-{server}.log")
        try:
            process.wait_for(port)
            _watched(stage, Target(port, body), 20, 0.5, None)
            time.sleep(0.5)
            found, memory = _watched(stage, Target(port, body), streams, seconds, process)
        finally:
            process.stop()
        rows += [
            Row(f"{streams:,} open streams: memory of each", name, memory, "KB", "<= 25 KB"),
            _late(name, streams, found),
        ]
    return rows


def _late(name: str, streams: int, found: dict[str, float]) -> Row:
    note = f"p50 {found['p50_ms']:.2f}, p99 {found['p99_ms']:.2f} ms of {found['events']:.0f} events"
    if "busy" in found:
        note += f"; busy {found['busy']:.0%}"
    if found["ended"]:
        note += f"; {found['ended']:.0f} STREAMS ENDED"
    aim = "<= 50 ms" if name in SERVERS else ""
    return Row(f"{streams:,} open streams: longest delay of an event", name, found["longest_ms"], "ms", aim, note=note)


def _watched(
    stage: Stage, target: Target, streams: int, seconds: float, gateway: Started | None
) -> tuple[dict[str, float], float]:
    """What the streams saw, and the kilobytes (10^3) each of them took of the gateway."""
    body = stage.folder / "held.json"
    body.write_bytes(target.body)
    before = rss_mb(gateway.pid) if gateway is not None else 0.0
    command = python("benchmarks.gateway.held", str(target.port), target.path, str(body))
    command += ["--streams", str(streams), "--seconds", str(seconds)]
    process = subprocess.Popen(on(AROUND, command), stdout=subprocess.PIPE, env=environment(), cwd=ROOT, text=True)
    assert process.stdout is not None
    if process.stdout.readline().strip() != "open":
        raise SystemExit(f"{streams} streams could not be opened at {target.port}")
    spent = cpu_seconds(gateway.pid) if gateway is not None else 0.0
    found: dict[str, float] = json.loads(process.stdout.readline())
    memory = 0.0
    if gateway is not None:
        found["busy"] = (cpu_seconds(gateway.pid) - spent) / seconds
        memory = (rss_mb(gateway.pid) - before) * 1e3 / streams
    process.wait()
    return found, memory
