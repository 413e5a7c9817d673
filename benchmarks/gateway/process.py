"""Processes of the benchmark: started on one processor, counted with their children, ended by their id."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROCESSORS = sorted(os.sched_getaffinity(0))
MEASURED = PROCESSORS[0]
"""Where what is measured runs."""
AROUND = PROCESSORS[-1]
"""Where upstream and load run."""


def free_port() -> int:
    """A port that was free just now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def on(processor: int | None, command: Sequence[str]) -> list[str]:
    """The command, kept on one processor from its first instruction on, where one is named."""
    if processor is None or shutil.which("taskset") is None:
        return list(command)
    return ["taskset", "-c", str(processor), *command]


def python(*arguments: str) -> list[str]:
    """A Python of this environment that runs a module."""
    return [sys.executable, "-m", *arguments]


def environment() -> dict[str, str]:
    """Where modules of this repository are found."""
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "PYTHONPATH": path.rstrip(os.pathsep)}


class Failed(SystemExit):
    """What is measured, or the load on it, does not do what it should. Ends the benchmark where nobody minds it."""


class Started:
    """A process that runs until `stop`."""

    def __init__(self, command: Sequence[str], processor: int | None, log: Path) -> None:
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                on(processor, command), stdout=output, stderr=subprocess.STDOUT, env=environment(), cwd=ROOT
            )
        self.pid: int = self.process.pid
        self.log = log

    def wait_for(self, port: int, seconds: float = 15) -> "Started":
        """Returns once it listens; ends the benchmark where it does not, with what it wrote."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            with socket.socket() as sock:
                if sock.connect_ex(("127.0.0.1", port)) == 0:
                    return self
            time.sleep(0.02)
        raise Failed(f"nothing listens on {port}; it wrote:\n{self.log.read_text()[-2000:]}")

    def stop(self) -> None:
        """Asks it to end, and makes it end."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def tree(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += tree(int(child))
    return found


def cpu_seconds(pid: int) -> float:
    """CPU time of a process tree, user and system.

    From the scheduler's own nanoseconds where the kernel tells them, else from its hundredths of a second. A thread that has
    ended takes its nanoseconds with it; nothing that is measured ends threads.
    """
    return sum(_cpu_seconds(one) for one in tree(pid))


def _cpu_seconds(pid: int) -> float:
    try:
        spent = [int(task.read_text().split()[0]) for task in Path(f"/proc/{pid}/task").glob("*/schedstat")]
    except OSError:
        spent = []
    if spent:
        return sum(spent) / 1e9
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int) -> float:
    """Resident memory of a process tree in megabytes (10^6); pages that processes share count for each."""
    pages = sum(int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in tree(pid))
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def calibration(processor: int) -> float:
    """Seconds of CPU that a fixed piece of work takes on a processor now: clocks of shared machines wander."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {processor})
    try:
        began = time.thread_time()
        total = 0
        for number in range(150_000):
            total += number * number % 7
        return time.thread_time() - began
    finally:
        os.sched_setaffinity(0, before)
