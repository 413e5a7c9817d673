"""Bytes one after another, in memory or not: a form with files in it."""

from collections.abc import Iterable, Iterator
from hashlib import sha256

from accord.core.blob import Data, size_of


class Joined:
    """One after another, in memory or not."""

    __slots__ = ("_parts", "size")

    def __init__(self, parts: Iterable[Data]) -> None:
        self._parts = tuple(parts)
        self.size: int = sum([size_of(part) for part in self._parts])

    @property
    def digest(self) -> bytes:
        """Of the parts' own."""
        return sha256(b"".join([digest_of(part) for part in self._parts])).digest()

    def pieces(self) -> Iterator[bytes]:
        """Small parts together, large ones in pieces of their own."""
        held = b""
        for part in self._parts:
            if isinstance(part, bytes):
                held += part
                continue
            if held:
                yield held
                held = b""
            yield from part.pieces()
        if held:
            yield held


def digest_of(data: Data) -> bytes:
    """What tells them from others."""
    return sha256(data).digest() if isinstance(data, bytes) else data.digest
