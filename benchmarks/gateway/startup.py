"""From the start of the process to the first request it would serve; and what it takes of memory then."""

import http.client
import statistics
import time

from benchmarks.gateway import accord_config
from benchmarks.gateway.process import MEASURED, Started, cpu_seconds, free_port, rss_mb
from benchmarks.gateway.row import Row
from benchmarks.gateway.stage import Stage

SETTLE = 0.5


def measure(stage: Stage, *, starts: int) -> list[Row]:
    """Each server, several times."""
    rows: list[Row] = []
    for name, server in stage.servers.items():
        found = [_start(stage, server) for _ in range(starts)]
        wall, cpu, memory = (tuple(values) for values in zip(*found, strict=True))
        note = f"{statistics.median(cpu):.2f} s of it on the processor"
        rows.append(Row("start to ready", name, statistics.median(wall), "s", "<= 0.7 s", wall, note))
        rows.append(Row("resident memory, idle", name, statistics.median(memory), "MB", "<= 60 MB", memory))
    return rows


def _start(stage: Stage, server: str) -> tuple[float, float, float]:
    """Seconds by the clock, seconds of CPU, megabytes."""
    port = free_port()
    began = time.monotonic()
    process = Started(accord_config.command(stage.config, port, server), MEASURED, stage.folder / f"start-{server}.log")
    try:
        while not _ready(port):
            if process.process.poll() is not None or time.monotonic() - began > 30:
                raise SystemExit(process.log.read_text())
            time.sleep(0.002)
        took, cpu = time.monotonic() - began, cpu_seconds(process.pid)
        time.sleep(SETTLE)
        return took, cpu, rss_mb(process.pid)
    finally:
        process.stop()


def _ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
