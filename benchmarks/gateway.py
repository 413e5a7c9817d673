"""The gateway beside nginx on the same work: `python benchmarks/gateway.py [--quick] [--rounds N]`.

One upstream (nginx with a fixed chat completion of about 1 KB), one load (wrk, 64 connections, a 1 KB request), and between
them in turn: nginx as a plain reverse proxy, Accord's gateway on its own server, and on uvicorn. The gateway runs with everything
it has: key check, routing, parsing, usage, cost, access log. What is between runs pinned to one processor, upstream and load
on another; counted is the CPU time of its whole process tree for each request. Rounds are interleaved; ratios are medians of
pairs within a round. nginx and wrk must be installed.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from sdk import ANSWER

CONNECTIONS = 64
KEY = "sk-test-benchmark-key-0000000000000000"
REQUEST = json.dumps(
    {
        "model": "up/gpt-5.4-mini",
        "messages": [{"role": "user", "content": "Tell me something. " * 48}],
        "temperature": 0.5,
    }
).encode()


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def nginx(folder: Path, name: str, server: str) -> subprocess.Popen[bytes]:
    config = folder / f"{name}.conf"
    config.write_text(
        f"daemon off; worker_processes 1; error_log stderr crit; pid {folder}/{name}.pid; events {{ worker_connections 2048; }}\n"
        f"http {{ access_log off; keepalive_requests 1000000; client_body_temp_path {folder}/{name}b; "
        f"proxy_temp_path {folder}/{name}p; fastcgi_temp_path {folder}/{name}f; uwsgi_temp_path {folder}/{name}u; "
        f"scgi_temp_path {folder}/{name}s; {server} }}\n"
    )
    return subprocess.Popen(["nginx", "-e", "stderr", "-c", str(config)], stderr=subprocess.DEVNULL)


def wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as sock:
            if sock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"nothing listens on {port}")


def tree(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += tree(int(child))
    return found


def cpu_seconds(pid: int) -> float:
    ticks = 0
    for one in tree(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int) -> float:
    pages = sum(int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in tree(pid))
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def load(port: int, script: Path, seconds: int, connections: int) -> tuple[int, str]:
    """Requests answered, and the latency line."""
    done = subprocess.run(
        ["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(script),
         f"http://127.0.0.1:{port}/v1/chat/completions"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise SystemExit(done.stdout)
    requests = next(int(line.split()[0]) for line in done.stdout.splitlines() if " requests in " in line)
    median = next(line.split()[1] for line in done.stdout.splitlines() if line.strip().startswith("50%"))
    return requests, median


def pinned(process: subprocess.Popen[bytes], processor: int) -> subprocess.Popen[bytes]:
    for one in tree(process.pid):
        subprocess.run(["taskset", "-a", "-cp", str(processor), str(one)], capture_output=True, check=True)
    return process


def main(rounds: int, seconds: int) -> None:
    for tool in ("nginx", "wrk", "taskset"):
        if shutil.which(tool) is None:
            raise SystemExit(f"this benchmark needs {tool}")
    running: list[subprocess.Popen[bytes]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            measure(folder, running, rounds, seconds)
        finally:
            for process in running:
                process.send_signal(signal.SIGTERM)
            for process in running:
                process.wait(10)


def measure(folder: Path, running: list[subprocess.Popen[bytes]], rounds: int, seconds: int) -> None:
    upstream, proxy = free_port(), free_port()
    body = ANSWER.decode().replace("'", "")
    running.append(
        pinned(nginx(folder, "up", f"server {{ listen 127.0.0.1:{upstream}; location / {{ default_type application/json; "
                     f"return 200 '{body}'; }} }}"), 1)
    )  # fmt: skip
    running.append(
        pinned(nginx(folder, "proxy", f"upstream u {{ server 127.0.0.1:{upstream}; keepalive 128; keepalive_requests 1000000; }} "
                     f"server {{ listen 127.0.0.1:{proxy}; location / {{ proxy_pass http://u; proxy_http_version 1.1; "
                     "proxy_set_header Connection ''; } }"), 0)
    )  # fmt: skip
    config = folder / "accord.yaml"
    config.write_text(
        f"gateway: {{keys: [{{name: app, key: {KEY}}}]}}\n"
        f"providers: {{up: {{type: openai, api_key: sk-test, base_url: 'http://127.0.0.1:{upstream}/v1'}}}}\n"
    )
    cases: dict[str, tuple[int, int]] = {"nginx": (proxy, running[-1].pid)}
    for server in ("accord", "uvicorn"):
        port = free_port()
        command = [
            sys.executable,
            "-m",
            "accord.cli.main",
            "serve",
            "--config",
            str(config),
            "--port",
            str(port),
            "--server",
            server,
        ]
        process = subprocess.Popen(command, stdout=(folder / f"{server}.log").open("wb"), stderr=subprocess.STDOUT)
        running.append(process)
        wait_for(port)
        pinned(process, 0)
        cases[f"accord on {'its own server' if server == 'accord' else server}"] = (port, process.pid)
    wait_for(proxy)
    script = folder / "post.lua"
    script.write_text(
        f"wrk.method='POST'; wrk.body=[[{REQUEST.decode()}]]; wrk.headers['content-type']='application/json'; "
        f"wrk.headers['authorization']='Bearer {KEY}'"
    )
    report(cases, script, rounds, seconds)


def report(cases: dict[str, tuple[int, int]], script: Path, rounds: int, seconds: int) -> None:
    taken: dict[str, list[float]] = {name: [] for name in cases}
    single: dict[str, str] = {}
    for port, _ in cases.values():
        load(port, script, 1, CONNECTIONS)
    for number in range(rounds):
        for name, (port, pid) in cases.items():
            before = cpu_seconds(pid)
            requests, _ = load(port, script, seconds, CONNECTIONS)
            taken[name].append((cpu_seconds(pid) - before) / requests * 1e6)
        print(
            f"round {number + 1}: " + ", ".join(f"{name} {values[-1]:.0f}" for name, values in taken.items()),
            flush=True,
        )
    for name, (port, _) in cases.items():
        single[name] = load(port, script, 2, 1)[1]
    print(f"\n{'case':28} {'CPU us/request':>15} {'x nginx':>8} {'p50, 1 conn.':>13} {'RSS MB':>7}")
    for name, values in taken.items():
        ratio = statistics.median([mine / base for mine, base in zip(values, taken["nginx"], strict=True)])
        print(
            f"{name:28} {statistics.median(values):15.0f} {ratio:8.2f} {single[name]:>13} {rss_mb(cases[name][1]):7.0f}"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    main(*((2, 2) if arguments.quick else (arguments.rounds, arguments.seconds)))
