"""The events of one stream that say more of one text: they are alike in all bytes but the text.

Hosts write the members of such events in the same order, with the same values, hundreds of times. What one of them looks like is
learned when it was read in full; another with the same bytes around its text says the same, and its text is cut out (half the
time that reading it in full takes, which is what nearly all events of nearly all streams cost).
"""

from typing import Self

from accord.dialects.openai_chat.wire import MoreText

_KEY = b'"content":'
_NOISE = b'"obfuscation":"'


class TextPattern:
    """The bytes around the text, and around the random letters that OpenAI puts beside it to hide its length.

    https://developers.openai.com/api/reference/resources/chat/subresources/completions/methods/create, `include_obfuscation`.
    """

    __slots__ = ("_middle", "_rest", "_tail", "choice", "head", "model", "start")

    def __init__(self, head: bytes, middle: bytes, tail: bytes, of: MoreText) -> None:
        self.head: bytes = head
        """All bytes of an event before its text."""
        self.start: int = len(head)
        """Where the text begins."""
        self._middle = middle
        self._tail = tail
        self._rest = len(tail)
        """The bytes after the text, where there are no random letters between."""
        self.choice: int = of.choices[0].index
        """The index of the choice whose text it is."""
        self.model: str = of.model
        """The model that the events name."""

    @classmethod
    def of(cls, data: bytes, read: MoreText) -> Self | None:
        """The pattern of an event, by its data, which was read and says more of a text; `None` where it has none that is sure."""
        # Within a string quotes are escaped: without a backslash what looks like the key is the key.
        if b"\\" in data or b"\n" in data or data.count(_KEY) != 1:
            return None
        start = data.index(b'"', data.index(_KEY) + len(_KEY)) + 1
        end = data.index(b'"', start)
        head, rest = b"data: " + data[:start], data[end:]
        before, noise, after = rest.partition(_NOISE)
        if not noise:
            return cls(head, b"", rest, read)
        return cls(head, before + noise, after[after.index(b'"') :], read)

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
