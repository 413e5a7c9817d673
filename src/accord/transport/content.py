"""Bodies that come compressed.

Only `gzip` is asked for; `deflate` is read as well, since some servers send it unasked, in both of the forms that go by
that name (RFC 9110, section 8.4.1.2).
"""

import zlib
from typing import Protocol

from accord.core.error import Interrupted, Malformed

RATIO = 100
SLACK = 16 * 1024 * 1024
"""A body may grow to `SLACK` bytes freely, and beyond that to `RATIO` times what came: more is a bomb. Text compresses
to a tenth, repetitive JSON to a fortieth."""

_GZIP = 16 + zlib.MAX_WBITS
_RAW = -zlib.MAX_WBITS
_MAGIC = b"\x1f\x8b"
"""How a member of a gzip body begins (RFC 1952, section 2.3.1)."""

_MEMBERS = 1000
"""The most members of a body. Each costs some microseconds, however small it is."""


class Content(Protocol):
    """Undoes a content encoding piece by piece."""

    def feed(self, data: bytes) -> bytes:
        """What `data` stands for, possibly nothing yet. Raises `Malformed`."""
        ...

    def end(self) -> None:
        """Raises `Interrupted` where the encoding itself says that more should have come."""
        ...


def content(encoding: str, *, taken: bool = True) -> Content | None:
    """How to undo `encoding` (the header's value); `None` where there is nothing to undo. `taken`: whether any is taken.

    Raises `Malformed`.
    """
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        return None
    if taken and name in {"gzip", "x-gzip"}:
        return Inflate(_GZIP)
    if taken and name == "deflate":
        return Inflate(zlib.MAX_WBITS)
    raise Malformed(f"the answer came in a content encoding that was not asked for: {name[:40]!r}")


class Inflate:
    """gzip and deflate, with a bound on how much little data may become."""

    __slots__ = ("_after", "_came", "_inflater", "_made", "_members", "_wbits")

    def __init__(self, wbits: int) -> None:
        self._wbits = wbits
        self._members = _MEMBERS if wbits == _GZIP else 0
        self._inflater = zlib.decompressobj(wbits)
        self._after: bytes = b""
        self._came = 0
        self._made = 0

    def feed(self, data: bytes) -> bytes:
        """What `data` stands for. Raises `Malformed` for what is no such encoding, and for a bomb."""
        if not self._came and self._wbits == zlib.MAX_WBITS and data[0] & 0x0F != zlib.DEFLATED:
            # A "deflate" without the zlib wrapping, as some servers send it.
            self._wbits = _RAW
            self._inflater = zlib.decompressobj(_RAW)
        self._came += len(data)
        pieces: list[bytes] = []
        rest: bytes = data
        while rest:
            if self._inflater.eof:
                rest = self._next_member(rest)
                if not rest:
                    break
            pieces.append(self._inflate(rest))
            rest = self._inflater.unused_data
        return b"".join(pieces)

    def _next_member(self, data: bytes) -> bytes:
        """What follows the end, where it begins another member of a gzip body. Rubbish there changes nothing."""
        data = self._after + data
        self._after = data if data == _MAGIC[:1] else b""
        if self._after:
            return b""
        if not data.startswith(_MAGIC):
            self._members = 0
        if not self._members:
            return b""
        self._members -= 1
        if not self._members:
            raise Malformed("the compressed body has too many parts")
        self._inflater = zlib.decompressobj(_GZIP)
        return data

    def _inflate(self, data: bytes) -> bytes:
        allowed = max(SLACK, RATIO * self._came) - self._made
        try:
            piece = self._inflater.decompress(data, allowed + 1)
        except zlib.error as error:
            raise Malformed(f"the compressed body cannot be read: {error}") from None
        if len(piece) > allowed:
            raise Malformed("the compressed body grows without bound")
        self._made += len(piece)
        return piece

    def end(self) -> None:
        """Raises `Interrupted` where the compressed body is cut."""
        if self._came and not self._inflater.eof:
            raise Interrupted("the compressed body ended before its own end")
