"""Text of others, made safe to show in a terminal."""

import re

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def printable(text: str) -> str:
    """The text without control characters, except line feed and tab.

    A terminal obeys escape sequences: they rewrite what is on the screen, the title, or the clipboard, and an answer
    may hold any that a model was talked into. Without its control character a sequence is harmless text. It needs no
    memory between the pieces of a stream, since each control character is taken away by itself.
    """
    return _CONTROL.sub("", text)
