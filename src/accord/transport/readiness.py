"""Asking the system whether a socket can be read or written, and waiting until it can."""

import math
import select
import time
from collections.abc import Callable
from functools import partial

READ = 1
WRITE = 2


class Readiness:
    """Watches one socket.

    The sockets of blocking code don't block themselves: so one wait covers both directions, timeouts cost no system call
    of their own, and Ctrl-C is heard at once, since a signal ends the wait.
    """

    __slots__ = ("_descriptor", "_poll", "_watched")

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._watched = READ
        self._poll = _poll(descriptor)

    def look(self) -> Callable[[], object]:
        """What tells, each time it is called, whether something has come (as `readable` does)."""
        return self.readable if self._poll is None else partial(self._poll.poll, 0)

    def readable(self) -> bool:
        """Whether something has come: bytes, the end, or a failure."""
        if self._poll is not None and self._watched == READ:
            return bool(self._poll.poll(0))
        return bool(self.wait(READ, 0.0))

    def wait(self, wanted: int, due: float) -> int:
        """What of `wanted` (`READ`, `WRITE` or both) is possible, 0 when nothing is until `due`.

        `due` is on the monotonic clock: `math.inf` waits for ever, a time in the past only looks. A broken connection
        counts as possible: the next read or write says what is wrong with it.
        """
        seconds = None if due == math.inf else max(0.0, due - time.monotonic())
        if self._poll is None:
            return self._select(wanted, seconds)
        if wanted != self._watched:
            self._poll.modify(self._descriptor, _events(wanted))
            self._watched = wanted
        # Rounded up, so that what ends the wait is the time being over and not the rounding.
        found = self._poll.poll(None if seconds is None else math.ceil(seconds * 1000))
        if not found:
            return 0
        events = found[0][1]
        if events & ~(select.POLLIN | select.POLLOUT):
            return wanted
        return (READ if events & select.POLLIN else 0) | (WRITE if events & select.POLLOUT else 0)

    def _select(self, wanted: int, seconds: float | None) -> int:
        """Where the system has no `poll`."""
        me = [self._descriptor]
        readable, writable, broken = select.select(
            me if wanted & READ else [], me if wanted & WRITE else [], me, seconds
        )
        if broken:
            return wanted
        return (READ if readable else 0) | (WRITE if writable else 0)


def _poll(descriptor: int) -> "select.poll | None":
    if not hasattr(select, "poll"):
        return None
    poll = select.poll()
    poll.register(descriptor, _events(READ))
    return poll


def _events(wanted: int) -> int:
    return (select.POLLIN if wanted & READ else 0) | (select.POLLOUT if wanted & WRITE else 0)
