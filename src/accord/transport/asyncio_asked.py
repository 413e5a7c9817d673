"""A call of which the whole answer is told."""

from typing import Protocol


class Asking(Protocol):
    """The connection it goes over."""

    def unask(self, asked: "Asked") -> None:
        """Closes the connection without a word, unless the answer to `asked` was told."""
        ...


class Asked:
    """Waits for a whole answer."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Asking) -> None:
        self._connection = connection

    def cancel(self) -> None:
        """Nobody waits any more: the connection is closed at once, and nothing told. Does nothing where it was told."""
        self._connection.unask(self)
