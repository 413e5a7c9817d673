"""Where calls can be listened to, or answered, on their way to any transport: what `accord.testing.cassette` is made with.

A tap holds for the whole process: for clients made before it and after, for every thread and task. A tap of one context alone
would let calls of other threads through to the network, unseen.
"""

import threading
from typing import Protocol

from accord.core.http import Call
from accord.transport.base import Answer, AsyncAnswer, AsyncTransport, Transport


class Tap(Protocol):
    """Stands between calls and their transport."""

    def send(self, transport: Transport, call: Call) -> Answer:
        """The answer to `call`, which may be sent by `transport`. Raises as that does."""
        ...

    async def send_async(self, transport: AsyncTransport, call: Call) -> AsyncAnswer:
        """The same for asyncio."""
        ...


class Taps:
    """Those in force; the one that came last gets the calls."""

    def __init__(self) -> None:
        self._stack: tuple[Tap, ...] = ()
        self._lock = threading.Lock()
        self.current: Tap | None = None

    def put(self, tap: Tap) -> None:
        """Puts a tap in force."""
        with self._lock:
            self._set((*self._stack, tap))

    def take(self, tap: Tap) -> None:
        """Ends a tap's time."""
        with self._lock:
            self._set(tuple([one for one in self._stack if one is not tap]))

    def _set(self, stack: tuple[Tap, ...]) -> None:
        self._stack = stack
        self.current = stack[-1] if stack else None


taps: Taps = Taps()
