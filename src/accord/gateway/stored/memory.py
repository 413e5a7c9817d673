"""Answers kept in the memory of one process; gone when it ends."""

from collections.abc import Callable
from typing import NamedTuple

from accord.engine.store import StoredResponse
from accord.gateway.stored.limit import Limits, packed, unpacked


class _Entry(NamedTuple):
    data: bytes
    expires_at: float


class MemoryStore:
    """A `ResponseStore` for a single worker."""

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        """`clock` gives seconds."""
        self._limits = limits
        self._clock = clock
        # In the order they were put in, so that the first is the oldest and the first to expire.
        self._entries: dict[str, _Entry] = {}
        self._size = 0

    async def get(self, response_id: str) -> StoredResponse | None:
        """The answer, `None` where it is not there any more."""
        entry = self._entries.get(response_id)
        if entry is None or entry.expires_at <= self._clock():
            return None
        return unpacked(entry.data)

    async def put(self, response_id: str, stored: StoredResponse) -> None:
        """Keeps an answer. One that is larger than everything that may be kept is not."""
        data = packed(stored)
        now = self._clock()
        self._remove(response_id)
        self._entries[response_id] = _Entry(data, now + self._limits.ttl)
        self._size += len(data)
        self._shrink(now)

    async def delete(self, response_id: str) -> bool:
        """Forgets an answer."""
        entry = self._remove(response_id)
        return entry is not None and entry.expires_at > self._clock()

    async def close(self) -> None:
        """Nothing is held open."""

    def _remove(self, response_id: str) -> _Entry | None:
        entry = self._entries.pop(response_id, None)
        if entry is not None:
            self._size -= len(entry.data)
        return entry

    def _shrink(self, now: float) -> None:
        while self._entries:
            oldest, entry = next(iter(self._entries.items()))
            full = len(self._entries) > self._limits.entries or self._size > self._limits.size
            if not full and entry.expires_at > now:
                return
            self._remove(oldest)
