"""Running out of patience under asyncio.

Every way of it is one time, `_due`. The timer that watches it is set again only when it must ring earlier than it will, or when
it rings too early. So a call on a warm connection makes no timer at all, and a piece of a stream costs one look at the clock.
"""

import asyncio
import math

from accord.transport.asyncio_sending import Sending
from accord.transport.outbox import Outbox
from accord.transport.passage import Passage

_EARLY = 0.001
"""Seconds by which loops may ring before the time, being as fine as their clock."""


class Patient(Sending):
    """A connection that knows when it has waited for too long."""

    __slots__ = ("_armed", "_due", "_timer")

    def __init__(self, loop: asyncio.AbstractEventLoop, outbox: Outbox, passage: Passage) -> None:
        super().__init__(loop, outbox, passage)
        self._due = math.inf
        self._armed = math.inf
        self._timer: asyncio.TimerHandle | None = None

    def _be_patient(self) -> None:
        """A silence begins, which may not last too long."""
        due = self._due = self._passage.patience(self._loop.time())
        if due < self._armed:
            self._arm(due)

    def _arm(self, when: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._armed = when
        self._timer = self._loop.call_at(when, self._ring)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ring(self) -> None:
        self._timer = None
        self._armed = math.inf
        now = self._loop.time() + _EARLY
        if now >= self._due:
            self._late(now)
        elif self._due < math.inf:
            self._arm(self._due)

    def _late(self, now: float) -> None:
        """It has waited for too long."""
        raise NotImplementedError
