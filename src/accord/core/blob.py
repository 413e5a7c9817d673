"""Bytes that need not be held in memory: a file that is sent on, a form with files in it."""

from collections.abc import Iterator
from typing import Protocol, TypeAlias


class Blob(Protocol):
    """Bytes kept elsewhere. They can be read any number of times, by several readers at once, so that a request made of them
    can be sent again.
    """

    @property
    def size(self) -> int:
        """How many they are."""
        ...

    @property
    def digest(self) -> bytes:
        """Tells them from any others (SHA-256)."""
        ...

    def pieces(self) -> Iterator[bytes]:
        """All of them in order, none of the pieces empty. Raises `OSError`."""
        ...


Data: TypeAlias = bytes | Blob
"""Bytes, wherever they are."""


def size_of(data: Data) -> int:
    """How many bytes."""
    return len(data) if isinstance(data, bytes) else data.size


def whole(data: Data) -> bytes:
    """All of them in memory, for who needs that. Raises `OSError`."""
    return data if isinstance(data, bytes) else b"".join(data.pieces())


def beginning(data: Data, size: int) -> bytes:
    """The first of them. Raises `OSError`."""
    if isinstance(data, bytes):
        return data[:size]
    found = b""
    for piece in data.pieces():
        found += piece
        if len(found) >= size:
            break
    return found[:size]
