"""Header lines that llhttp has read and found good, as pairs.

They are taken from the bytes of the head and not from llhttp one by one: servers say most of their headers in every
answer, and a line that is known costs a look into a dictionary, without a step of Python (an answer's head of 17 lines
3.2 µs in place of 6.2, of 5 lines 1.6 in place of 2.6).
"""

from accord.core.http import Headers

_KEPT = 1024
"""Lines that are kept; what is said once only makes them begin anew now and then."""

_LONGEST = 256
"""Bytes of a line that is kept."""


class _Lines(dict[bytes, tuple[str, str]]):
    def __missing__(self, line: bytes) -> tuple[str, str]:
        name, _, value = line.decode("latin-1").partition(":")
        pair = (name.lower(), value.strip(" \t"))
        if len(line) <= _LONGEST:
            if len(self) >= _KEPT:
                self.clear()
            self[line] = pair
        return pair


_pair_of = _Lines().__getitem__


def header_lines(head: bytes) -> Headers:
    """The headers of a head: a first line, then header lines, without the empty one at the end.

    It must have passed a parser that lets no line be folded or end in a bare line feed.
    """
    _, *lines = head.split(b"\r\n")
    return tuple(map(_pair_of, lines))
