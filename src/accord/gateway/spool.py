"""A place for bytes that come in and go out again: memory for the first of them, a file without a name for more.

The file is gone when it is closed, and with the process however that ends: on Linux it never had a name, elsewhere it loses it at
once. Writing goes to the system's cache, 64 KB in about 15 µs, and is not waited for: no thread is worth that.
"""

import os
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO

IN_MEMORY = 1024 * 1024
"""Bytes that need no file."""

PIECE = 64 * 1024
"""Bytes read back at a time."""


class Spool:
    """Keeps bytes until it is closed."""

    __slots__ = ("_closed", "_file", "_memory", "size")

    def __init__(self) -> None:
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        self._closed = False
        self.size: int = 0

    @property
    def in_memory(self) -> bool:
        """Whether it needed no file."""
        return self._file is None

    def write(self, data: bytes) -> None:
        """Adds bytes at the end. Raises `OSError` where there is no room for them."""
        if self._file is None and self.size + len(data) > IN_MEMORY:
            self._file = TemporaryFile(buffering=0)  # noqa: SIM115 - closed with the spool
            held, self._memory = bytes(self._memory), bytearray()
            _write(self._file, held)
        if self._file is None:
            self._memory += data
        else:
            _write(self._file, data)
        self.size += len(data)

    def read(self, begin: int, end: int) -> bytes:
        """Some of the bytes, at most `PIECE`. Raises `OSError` for a spool that was closed."""
        if self._closed:
            raise OSError("the upload is over")
        if self._file is None:
            return bytes(memoryview(self._memory)[begin : min(end, begin + PIECE)])
        data = os.pread(self._file.fileno(), min(end - begin, PIECE), begin)
        if not data:
            raise OSError("the upload's file was cut")
        return data

    def close(self) -> None:
        """Lets go of everything. May be called twice."""
        self._closed = True
        self._memory = bytearray()
        if self._file is not None:
            self._file.close()


class Kept:
    """A part of a spool, as a `Blob`."""

    __slots__ = ("_begin", "_spool", "digest", "size")

    def __init__(self, spool: Spool, begin: int, size: int, digest: bytes) -> None:
        self._spool = spool
        self._begin = begin
        self.size: int = size
        self.digest: bytes = digest

    def pieces(self) -> Iterator[bytes]:
        """All of it, read where it is. Raises `OSError`."""
        at, end = self._begin, self._begin + self.size
        while at < end:
            data = self._spool.read(at, end)
            at += len(data)
            yield data


def _write(file: IO[bytes], data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]
