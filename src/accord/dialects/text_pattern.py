"""The events of one stream that say more of one text: they are alike in all bytes but the text.

Hosts write the members of such events in the same order, with the same values, hundreds of times. What one of them looks like is
learned when it was read in full; another with the same bytes around its text says the same, and its text is cut out (half the
time that reading it in full takes, which is what nearly all events of nearly all streams cost).
"""

from typing import Self

LESSONS = 8
"""How often the pattern of a text is learned: a host that changes more than the text changes it every time."""


class TextPattern:
    """The bytes around a text, and around the random letters that some put beside it to hide its length."""

    __slots__ = ("_middle", "_rest", "_tail", "head", "start")

    def __init__(self, head: bytes, middle: bytes, tail: bytes) -> None:
        self.head: bytes = head
        """All bytes of an event before its text."""
        self.start: int = len(head)
        """Where the text begins."""
        self._middle = middle
        self._tail = tail
        self._rest = len(tail)
        """The bytes after the text, where there are no random letters between."""

    @classmethod
    def of(cls, block: bytes, key: bytes, noise: bytes = b"") -> Self | None:
        """The pattern of an event, by its lines, that was read and says more of the text behind `key`. `noise`: the key of random
        letters, up to their first quote. `None` where there is no pattern that is sure.
        """
        # Within a string quotes are escaped: without a backslash what looks like the key is the key.
        if b"\\" in block or block.count(key) != 1:
            return None
        start = block.index(b'"', block.index(key) + len(key)) + 1
        end = block.index(b'"', start)
        head, rest = block[:start], block[end:]
        before, found, after = rest.partition(noise) if noise else (rest, b"", b"")
        return cls(head, before + found, after[after.index(b'"') :]) if found else cls(head, b"", rest)

    def text_in(self, event: bytes) -> str:
        """The text that an event says, given by its lines; `""` where the event does not fit, or its text has escapes."""
        if not event.startswith(self.head) or not event.endswith(self._tail):
            return ""
        start = self.start
        end = event.find(b'"', start)
        if end + self._rest != len(event) and not self._is_noise(event[end:]):
            return ""
        try:
            text = event[start:end].decode()
        except UnicodeDecodeError:
            return ""
        return text if text.isprintable() and "\\" not in text else ""

    def _is_noise(self, rest: bytes) -> bool:
        """Whether only random letters stand between what is always the same after the text."""
        middle = self._middle
        return bool(middle) and rest.startswith(middle) and rest[len(middle) : -len(self._tail)].isalnum()
