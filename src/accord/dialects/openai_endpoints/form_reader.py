"""multipart/form-data, read while it arrives. https://www.rfc-editor.org/rfc/rfc7578, https://www.rfc-editor.org/rfc/rfc2046#section-5.1

Strict where readers could differ: nothing before the first boundary, nothing but blanks after one, and no form without its last.
"""

import re
from collections.abc import Callable
from typing import Protocol

import msgspec

from accord.core.error import InvalidInput

MAX_HEAD = 16 * 1024
"""The longest head of a part, in bytes."""

MAX_PARTS = 1000

_LONGEST_PADDING = 200
_BOUNDARY = re.compile(r'(?i);\s*boundary=(?:"([^"]{1,200})"|([^";\s]{1,200}))')
_NAME = re.compile(r'(?i)[;\s]name="([^"]*)"')
_FILENAME = re.compile(r'(?i)[;\s]filename="([^"]*)"')
_CONTENT_TYPE = re.compile(r"(?im)^content-type:\s*(\S.*)$")


class PartHead(msgspec.Struct, frozen=True, kw_only=True):
    """What a part says of itself."""

    name: str
    filename: str | None = None
    content_type: str | None = None


class FormTaker(Protocol):
    """Takes a form's parts as they are read."""

    def begin(self, head: PartHead) -> None:
        """A part begins."""
        ...

    def take(self, data: bytes) -> None:
        """A piece of it."""
        ...

    def finish(self) -> None:
        """It is over."""
        ...


class FormReader:
    """Reads one form. Any split of the same bytes is read alike."""

    __slots__ = ("_buffer", "_delimiter", "_parts", "_state", "_taker")

    def __init__(self, content_type: str, taker: FormTaker) -> None:
        """Raises `InvalidInput` for a content type that names no form, or no boundary."""
        found = _BOUNDARY.search(content_type)
        if not content_type.lower().startswith("multipart/form-data") or found is None:
            raise InvalidInput("this endpoint takes multipart/form-data with a boundary")
        self._delimiter = b"\r\n--" + (found[1] or found[2]).encode("latin-1", "replace")
        self._taker = taker
        # So that the first boundary looks like all others.
        self._buffer = b"\r\n"
        self._parts = 0
        self._state: Callable[[], bool] = self._at_start

    def feed(self, data: bytes) -> None:
        """Reads on. Raises `InvalidInput`."""
        self._buffer += data
        while self._state():
            pass

    def end(self) -> None:
        """There is no more. Raises `InvalidInput` where the last boundary has not come."""
        if self._state != self._at_end:
            raise InvalidInput("the form is cut off: its closing boundary is missing")

    # Each reads on as far as it can, and says whether another has to go on.

    def _at_start(self) -> bool:
        known = self._buffer[: len(self._delimiter)]
        if not self._delimiter.startswith(known):
            raise InvalidInput("the form does not begin with its boundary")
        if len(known) < len(self._delimiter):
            return False
        return self._go_on(len(known), self._after_boundary)

    def _after_boundary(self) -> bool:
        if self._buffer.startswith(b"--"):
            return self._go_on(len(self._buffer), self._at_end)
        end = self._buffer.find(b"\r\n")
        padding = self._buffer[: end if end >= 0 else None]
        if end < 0 and padding in (b"", b"-", b"\r"):
            return False
        if padding.strip(b" \t\r" if end < 0 else b" \t") or len(padding) > _LONGEST_PADDING:
            raise InvalidInput("the form's boundary goes on where it should end")
        if end < 0:
            return False
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise InvalidInput(f"the form has more than {MAX_PARTS} parts")
        return self._go_on(end, self._in_head)

    def _in_head(self) -> bool:
        # The line break after the boundary is still there, so that a head without lines is found as well.
        end = self._buffer.find(b"\r\n\r\n")
        if (end if end >= 0 else len(self._buffer)) > MAX_HEAD:
            raise InvalidInput(f"a part of the form has a head of more than {MAX_HEAD} bytes")
        if end < 0:
            return False
        self._taker.begin(_head(self._buffer[:end]))
        return self._go_on(end + 4, self._in_data)

    def _in_data(self) -> bool:
        end = self._buffer.find(self._delimiter)
        if end >= 0:
            self._give(end)
            self._taker.finish()
            return self._go_on(len(self._delimiter), self._after_boundary)
        self._give(len(self._buffer) - len(self._delimiter) + 1)
        return False

    def _at_end(self) -> bool:
        self._buffer = b""  # What follows the last boundary means nothing.
        return False

    def _give(self, size: int) -> None:
        if size > 0:
            self._taker.take(self._buffer[:size])
            self._buffer = self._buffer[size:]

    def _go_on(self, read: int, state: Callable[[], bool]) -> bool:
        self._buffer = self._buffer[read:]
        self._state = state
        return True


def _head(lines: bytes) -> PartHead:
    text = lines.decode("utf-8", "replace")
    name = _NAME.search(text)
    if name is None:
        raise InvalidInput("a part of the form has no name")
    filename, kind = _FILENAME.search(text), _CONTENT_TYPE.search(text)
    return PartHead(
        name=name[1], filename=filename[1] if filename else None, content_type=kind[1].strip() if kind else None
    )
