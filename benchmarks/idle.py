"""What the gateway takes while nothing happens: `python benchmarks/idle.py [--connections N] [--seconds S]`.

Memory and CPU of the whole process tree: alone, and with connections open on which nobody says anything, on each server and
with two workers. CPU is the share of one processor.
"""

import argparse
import resource
import socket
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.gateway.payload import KEY
from benchmarks.gateway.process import Started, cpu_seconds, free_port, python, rss_mb


def start(folder: Path, port: int, *more: str) -> Started:
    config = folder / "accord.yaml"
    config.write_text(
        f"gateway: {{keys: [{{name: app, key: {KEY}}}], limits: {{idle_seconds: 600}}}}\n"
        "providers: {up: {type: openai, api_key: sk-test, base_url: 'http://127.0.0.1:9/v1'}}\n"
    )
    command = python("accord.cli.main", "serve", "--config", str(config), "--port", str(port), *more)
    started = Started(command, None, folder / "log").wait_for(port)
    time.sleep(1)
    return started


def busy(pid: int, seconds: float) -> float:
    """CPU in per cent of one processor."""
    before, began = cpu_seconds(pid), time.monotonic()
    time.sleep(seconds)
    return (cpu_seconds(pid) - before) / (time.monotonic() - began) * 100


def measure(name: str, connections: int, seconds: float, *more: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        process = start(Path(folder), port, *more)
        held: list[socket.socket] = []
        try:
            alone, memory = busy(process.pid, seconds), rss_mb(process.pid)
            held = [socket.create_connection(("127.0.0.1", port)) for _ in range(connections)]
            for sock in held:
                sock.sendall(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n")
            for sock in held:
                sock.recv(4096)
            time.sleep(0.5)
            crowded, more_memory = busy(process.pid, seconds), rss_mb(process.pid)
        finally:
            for sock in held:
                sock.close()
            process.stop()
    each = (more_memory - memory) * 1e3 / connections
    print(f"{name:22}{memory:9.1f}{alone:9.2f} %{more_memory:14.1f}{each:14.1f}{crowded:13.2f} %", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=5)
    arguments = parser.parse_args()
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (arguments.connections + 200, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    )
    print(f"{'server':22}{'idle MB':>9}{'CPU':>11}{f'{arguments.connections} conn. MB':>14}{'KB each':>14}{'CPU':>15}")
    measure("own server", arguments.connections, arguments.seconds)
    measure("own server, 2 workers", arguments.connections, arguments.seconds, "--workers", "2")
    measure("uvicorn", arguments.connections, arguments.seconds, "--server", "uvicorn")
