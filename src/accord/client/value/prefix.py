"""JSON that is still arriving: what it says so far.

A text is scanned once, piece by piece. What has arrived is made whole by leaving out what is not finished (a key without
its value, half a number) and closing what is open; a string grows as its letters come.
"""

import re
from typing import Final

from accord.core.json import NotJson, loads_object

_MARKS: Final = re.compile(r'["{}\[\],:]')
_IN_STRING: Final = re.compile(r'["\\]')
_ESCAPE: Final = re.compile(r"\\(?:[^u]|u[dD][89abAB]..\\u....|u[dD][89abAB]..(?:[^\\]|\\[^u])|u(?![dD][89abAB])....)")
"""An escape that is whole; a character of two halves is whole with the second."""
_LONGEST_ESCAPE: Final = 12
_PER_READING: Final = 64
"""A text is read again once it has grown by this part of itself, so that reading a long one costs time in proportion to its
length and not to the square of that."""


class Prefix:
    """The beginning of a JSON object, and what it says."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        """The text, from the first brace."""
        self._length = 0
        self._rest = ""
        """The end of the text, which is not scanned yet: half an escape."""
        self._open: list[str] = []
        self._safe: tuple[int, str] = (0, "")
        """Up to where the text says whole things, and what closes it there."""
        self._in_string = False
        self._is_key = False
        self._array_at = 0
        self._read_at = 0
        self._last: dict[str, object] | None = None
        self.done: bool = False
        """Whether the object is closed."""
        self.items: int = 0
        """How many elements are whole of an array that is a member of the outermost object."""

    def feed(self, text: str) -> dict[str, object] | None:
        """What all the text so far says, if that is more than before; else `None`."""
        if not self._length:
            text = text[text.find("{") :] if "{" in text else ""
        over = self.done
        if over or not text:
            return None
        self._pieces.append(text)
        self._length += len(text)
        self._scan(self._rest + text, self._length - len(text) - len(self._rest))
        if not self.done and (self._length - self._read_at) * _PER_READING < self._length:
            return None
        self._read_at = self._length
        found = self._reading()
        if found is None or found == self._last:
            return None
        self._last = found
        return found

    def _reading(self) -> dict[str, object] | None:
        text = self._joined()
        if self._in_string and not self._is_key:
            closed = text[: len(text) - len(self._rest)] + '"' + self._closers()
        else:
            end, closers = self._safe
            closed = text[:end] + closers
        try:
            return loads_object(closed)
        except NotJson:
            return None

    def _joined(self) -> str:
        self._pieces[:] = ["".join(self._pieces)]
        return self._pieces[0]

    def _scan(self, text: str, offset: int) -> None:
        """Takes note of what `text`, which begins at `offset` of the whole, opens and closes."""
        at = 0
        while not self.done:
            found = (_IN_STRING if self._in_string else _MARKS).search(text, at)
            if found is None:
                at = len(text)
                break
            at = found.end()
            if found[0] != "\\":
                self._mark(found[0], offset + found.start())
                continue
            escape = _ESCAPE.match(text, found.start())
            if escape is None and len(text) - found.start() < _LONGEST_ESCAPE:
                at = found.start()
                break
            at = found.start() + 2
        self._rest = text[at:]

    def _mark(self, mark: str, at: int) -> None:
        match mark:
            case '"':
                self._in_string = not self._in_string
                if not self._in_string and not self._is_key:
                    self._safe = (at + 1, self._closers())
            case "{" | "[":
                self._open.append("}" if mark == "{" else "]")
                self._is_key = mark == "{"
                self._array_at = at
                self._safe = (at + 1, self._closers())
            case "}" | "]":
                self._close(at)
            case ",":
                self.items += self._open == ["}", "]"]
                self._safe = (at, self._closers())
                self._is_key = self._open[-1:] == ["}"]
            case _:
                self._is_key = False

    def _close(self, at: int) -> None:
        if self._open == ["}", "]"] and self._joined()[self._array_at + 1 : at].strip():
            self.items += 1
        if self._open:
            self._open.pop()
        self._safe = (at + 1, self._closers())
        self._is_key = False
        self.done = not self._open

    def _closers(self) -> str:
        return "".join(reversed(self._open))
