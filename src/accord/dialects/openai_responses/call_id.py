"""Ids that pair a call with its result. This wire takes 1 to 64 characters; other wires have longer ones, or none."""

from collections import deque
from hashlib import sha256

LONGEST = 64


class CallIds:
    """The ids of one request: the same id becomes the same, and calls without one are paired with results in order."""

    __slots__ = ("_made", "_waiting")

    def __init__(self) -> None:
        self._made = 0
        self._waiting: deque[str] = deque()

    def of_call(self, given: str) -> str:
        """The id to send for a call."""
        if given:
            return fitted(given)
        self._made += 1
        made = f"call_{self._made}"
        self._waiting.append(made)
        return made

    def of_result(self, given: str) -> str:
        """The id to send for a result."""
        if given:
            return fitted(given)
        return self._waiting.popleft() if self._waiting else f"call_{self._made}"


def fitted(given: str) -> str:
    """An id of a length the wire takes."""
    return given if len(given) <= LONGEST else f"call_{sha256(given.encode('utf-8', 'replace')).hexdigest()[:40]}"
