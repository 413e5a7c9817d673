"""Workers are started again when they die, told to stop when their parent is, and given up when they cannot run."""

import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

PROGRAM = """
import os, select, signal, sys
from accord.gateway.config import LoggingSettings
from accord.gateway.log import set_up
from accord.gateway.worker import Workers

def say(text):
    os.write(1, text.encode() + b"\\n")  # whole lines, whoever else writes

def work(ready, life, number):
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    told = []
    signal.signal(signal.SIGTERM, lambda *_: told.append(1))
    signal.signal(signal.SIGHUP, lambda *_: say("worker reloads"))
    signal.set_wakeup_fd(wake)  # else a signal that comes just before select() is not seen until something else happens
    if sys.argv[1] == "stillborn":
        sys.exit(3)
    say(f"worker {os.getpid()}")
    ready()
    while not told:
        readable, _, _ = select.select([woken, life], [], [])
        if life in readable:
            break
        os.read(woken, 4096)
    say("worker stops")

def reload():
    say("parent reloads")
    return sys.argv[1] == "good"

set_up(LoggingSettings())
sys.exit(Workers(2, work, ready=lambda: say("all ready"), reload=reload).run())
"""


class Parent:
    """The program above, and what it wrote."""

    def __init__(self, mode: str) -> None:
        self.process = subprocess.Popen([sys.executable, "-c", PROGRAM, mode], stdout=subprocess.PIPE)
        self.text = ""

    def until(self, word: str, count: int = 1) -> None:
        """Waits until `word` was written so often."""
        assert self.process.stdout is not None
        while self.text.count(word) < count:
            readable, _, _ = select.select([self.process.stdout], [], [], 20)
            piece = os.read(self.process.stdout.fileno(), 65536) if readable else b""
            assert piece, f"no {word!r} in {self.text!r}"
            self.text += piece.decode()

    def workers(self) -> list[int]:
        return [int(pid) for pid in re.findall(r"^worker (\d+)$", self.text, re.MULTILINE)]


@pytest.fixture
def start() -> Iterator[Callable[[str], Parent]]:
    parents: list[Parent] = []

    def begin(mode: str) -> Parent:
        parents.append(Parent(mode))
        return parents[-1]

    yield begin
    for parent in parents:
        parent.process.kill()
        parent.process.communicate()


def test_ready_once_and_stopped_in_order(start: Callable[[str], Parent]) -> None:
    parent = start("good")
    parent.until("all ready")
    parent.process.send_signal(signal.SIGTERM)
    parent.until("worker stops", 2)
    assert parent.process.wait(10) == 0
    assert parent.text.count("all ready") == 1


def test_a_dead_worker_is_replaced(start: Callable[[str], Parent]) -> None:
    parent = start("good")
    parent.until("all ready")
    victim = parent.workers()[0]
    os.kill(victim, signal.SIGKILL)
    parent.until("was ended by SIGKILL")
    while len(parent.workers()) < 3:
        parent.until("\n", parent.text.count("\n") + 1)
    assert len(set(parent.workers())) == 3
    parent.process.send_signal(signal.SIGINT)
    assert parent.process.wait(10) == 0


def test_a_good_reload_reaches_the_workers(start: Callable[[str], Parent]) -> None:
    parent = start("good")
    parent.until("all ready")
    parent.process.send_signal(signal.SIGHUP)
    parent.until("worker reloads", 2)


def test_a_bad_reload_does_not(start: Callable[[str], Parent]) -> None:
    parent = start("bad")
    parent.until("all ready")
    parent.process.send_signal(signal.SIGHUP)
    parent.until("parent reloads")
    parent.process.send_signal(signal.SIGTERM)
    parent.until("worker stops", 2)
    assert "worker reloads" not in parent.text


def test_workers_end_with_a_parent_that_was_killed(start: Callable[[str], Parent]) -> None:
    parent = start("good")
    parent.until("all ready")
    parent.process.kill()
    parent.until("worker stops", 2)


def test_workers_that_cannot_run_are_given_up(start: Callable[[str], Parent]) -> None:
    parent = start("stillborn")
    parent.until("giving up")
    assert parent.process.wait(20) == 1
    assert parent.text.count("ended with code 1") >= 5
