"""Several processes that serve one address: forked from a parent that starts them again when they die.

The parent runs no event loop and no thread, so that forking is safe, and the workers share its memory until they write.
Each worker has a socket of its own on the same address (SO_REUSEPORT), and the kernel spreads connections over them.
"""

import gc
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

from accord.core.error import ConfigError
from accord.gateway.log import lifecycle

_WATCHED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD, signal.SIGUSR1)

Signals = Iterable[int | signal.Signals]

YOUNG = 2.0
"""A worker that dies within so many seconds of its start counts as one that cannot run."""

STILLBORN = 5
"""After so many young deaths in a row the parent gives up."""

Work = Callable[[Callable[[], None], int, int], None]
"""What a worker does. It calls the first argument when it serves, and stops when the second, a file descriptor, ends. The
third is its number, counted from 0: who takes a dead worker's place gets its number.
"""


class Born(NamedTuple):
    """A worker that runs."""

    number: int
    at: float


class Workers:
    """The parent of the workers."""

    def __init__(self, count: int, work: Work, *, ready: Callable[[], None], reload: Callable[[], bool]) -> None:
        """`ready` is called once, when all serve; `reload` on SIGHUP, and if it says so, the workers get the signal."""
        self._count = count
        self._work = work
        self._announce = ready
        self._reload = reload
        self._born: dict[int, Born] = {}
        self._deaths = 0
        self._serving = 0
        self._stopping = False
        self._parent = os.getpid()
        self._told, self._tell = os.pipe()
        os.set_blocking(self._told, False)
        # Nobody writes into it: it ends when the parent does, however that happens.
        self._life, self._alive = os.pipe()

    def run(self) -> int:
        """Runs until told to stop, or until it is no use. Returns the exit code."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
        gc.collect()
        gc.freeze()
        for number in range(self._count):
            self._start(before, number)
        while self._born:
            self._heed(signal.sigwait(_WATCHED), before)
        return 1 if self._deaths >= STILLBORN else 0

    def _start(self, mask: Signals, number: int) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            self._live(mask, number)
        self._born[pid] = Born(number, time.monotonic())

    def _live(self, mask: Signals, number: int) -> None:
        """What a worker does from its first to its last moment."""
        code = 1
        try:
            os.close(self._alive)
            # Ctrl-C reaches the whole group; only the parent heeds it, and tells the workers to stop.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            self._work(self._serves, self._life, number)
            code = 0
        except ConfigError as error:
            lifecycle.error("%s", error.message)
        except Exception:  # noqa: BLE001 - it is logged, and the worker ends
            lifecycle.exception("worker %d failed", os.getpid())
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _serves(self) -> None:
        os.write(self._tell, b".")
        # An orphan has another parent by now, which must not be bothered.
        if os.getppid() == self._parent:
            os.kill(self._parent, signal.SIGUSR1)

    def _heed(self, signum: int, mask: Signals) -> None:
        match signum:
            case signal.SIGCHLD:
                self._bury(mask)
            case signal.SIGUSR1:
                self._count_serving()
            case signal.SIGHUP:
                if self._reload():
                    self._send(signal.SIGHUP)
            case _:
                self._stopping = True
                self._send(signal.SIGTERM)

    def _bury(self, mask: Signals) -> None:
        for pid in list(self._born):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended == 0:
                continue
            number, at = self._born.pop(pid)
            lived = time.monotonic() - at
            if self._stopping:
                continue
            self._deaths = self._deaths + 1 if lived < YOUNG else 0
            lifecycle.error("worker %d %s after %.0f s", pid, _end(status), lived)
            if self._deaths >= STILLBORN:
                lifecycle.error("workers die as soon as they start; giving up")
                self._stopping = True
                self._send(signal.SIGTERM)
            else:
                self._start(mask, number)

    def _count_serving(self) -> None:
        try:
            served = len(os.read(self._told, 4096))
        except BlockingIOError:
            return
        before, self._serving = self._serving, self._serving + served
        if before < self._count <= self._serving:
            self._announce()

    def _send(self, signum: signal.Signals) -> None:
        for pid in self._born:
            os.kill(pid, signum)


def _end(status: int) -> str:
    if os.WIFSIGNALED(status):
        return f"was ended by {signal.Signals(os.WTERMSIG(status)).name}"
    return f"ended with code {os.WEXITSTATUS(status)}"
