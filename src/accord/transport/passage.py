"""One call's passage over a connection, without a socket: what has come of it, and what each way of ending means.

The asyncio and the blocking connection differ in how they wait; in everything else they ask here.
"""

import math

from accord.core.error import Interrupted, ProviderError, Sent, TimedOut, unreachable
from accord.core.http import Head, Timeouts
from accord.transport.failure import broken_body, broken_head, too_slow
from accord.transport.http1 import AnswerReader
from accord.transport.route import Origin

IDLE = 60.0
"""Seconds that an unused connection is kept."""

MAX_AGE = 300.0
"""Seconds after which a connection carries no further call, so that a change in the DNS is seen."""

JOINED = 64 * 1024
"""Up to this size of a body, head and body go out in one write."""


class Passage:
    """The calls of one connection, one after the other.

    Attributes:
        reader: what has come of the answer.
        sending: whether part of the present request has still to go out.
        timeouts: those of the present call.
        ends_at: when the present call must be over, on the driver's clock.
        reader: reads the answers.
    """

    __slots__ = ("_dies_at", "_origin", "ends_at", "reader", "sending", "timeouts")

    def __init__(self, origin: Origin, born: float, limit: int | None, *, compressed: bool = True) -> None:
        """`limit` is the most bytes a body may have; `compressed`: whether it may come so."""
        self._origin = origin
        self._dies_at = born + MAX_AGE
        self.reader: AnswerReader = AnswerReader(limit, compressed=compressed)
        self.sending: bool = False
        self.timeouts: Timeouts = Timeouts()
        self.ends_at: float = math.inf

    def begin(self, timeouts: Timeouts, ends_at: float, *, bare: bool) -> None:
        """Another call sets out. `bare`: its answer has no body whatever its head says."""
        self.reader.begin(bare=bare)
        self.timeouts = timeouts
        self.ends_at = ends_at

    @property
    def head(self) -> Head | None:
        """The head of the answer, once it is there."""
        return self.reader.head

    @property
    def whole(self) -> bool:
        """Whether the answer is whole."""
        return self.reader.ended

    @property
    def size(self) -> int:
        """How many bytes of body wait to be taken."""
        return self.reader.size

    def take(self) -> bytes:
        """The body that has come since the last time."""
        return self.reader.take() if self.reader.size else b""

    def feed(self, data: bytes | memoryview) -> ProviderError | None:
        """Bytes came. What is wrong with them; those before the fault count."""
        try:
            self.reader.feed(data)
        except ProviderError as error:
            return error
        return None

    def end(self) -> ProviderError | None:
        """The other side has said in good order that it sends no more. What is missing, if anything is."""
        if self.reader.head is None:
            return broken_head(self._origin, None, sent=self._sent())
        try:
            self.reader.end()
        except Interrupted as error:
            return broken_body(self._origin, error)
        return None

    def lost(self, error: Exception | None) -> ProviderError:
        """The connection is gone, and not in good order: that is no end of a body."""
        if self.reader.head is None:
            return broken_head(self._origin, error, sent=self._sent())
        return broken_body(self._origin, error)

    def abandoned(self, why: str) -> ProviderError:
        """We close the connection ourselves."""
        if self.reader.head is None:
            return unreachable(f"{self._origin}: {why}", sent=self._sent(), phase="head")
        return Interrupted(f"{self._origin}: {why}")

    def patience(self, now: float) -> float:
        """When the present silence has lasted too long.

        `idle` counts between pieces of the request and of the answer, `first_byte` in the pause between the two.
        """
        beginning = self.reader.head is None and not self.sending
        seconds = self.timeouts.first_byte if beginning else self.timeouts.idle
        return self.ends_at if seconds is None else min(self.ends_at, now + seconds)

    def late(self, now: float) -> TimedOut:
        """It has. The failure says which of the times ran out."""
        timeouts = self.timeouts
        if now >= self.ends_at:
            return too_slow(self._origin, "", timeouts.total, sent=self._sent(), phase="deadline")
        if self.reader.head is not None:
            return too_slow(self._origin, "nothing more of the answer came", timeouts.idle, sent="yes", phase="body")
        if self.sending:
            what = "nothing more of the request was taken"
            return too_slow(self._origin, what, timeouts.idle, sent="maybe", phase="head")
        return too_slow(self._origin, "no answer came", timeouts.first_byte, sent=self._sent(), phase="head")

    def kept_until(self, now: float) -> float:
        """Until when the connection may begin another call: not after `now` where it is of no more use."""
        reader = self.reader
        return self.lasts(now, reader.lifetime) if reader.reusable else now

    def lasts(self, now: float, lifetime: float | None) -> float:
        """The same where the answer leaves it open, and the server for `lifetime` seconds, if it says so."""
        if self.sending:
            return now
        # A server's own limit is kept well clear of: a request that crosses its closing may or may not have arrived.
        until = now + (IDLE if lifetime is None else min(IDLE, lifetime - 1.0))
        oldest = self._dies_at
        return min(oldest, until)

    def _sent(self) -> Sent:
        return "yes" if self.reader.begun else "maybe"
