"""Ids the fake gives out: the same ones in every run, and never the same one twice in a run."""

import hashlib


class Ids:
    """Counts, and makes ids of the count."""

    def __init__(self) -> None:
        self._given = 0

    def new(self, prefix: str, length: int = 24) -> str:
        """A fresh id: the prefix and `length` (at most 64) lower-case hexadecimal digits."""
        self._given += 1
        return prefix + hashlib.sha256(f"{prefix}{self._given}".encode()).hexdigest()[:length]
