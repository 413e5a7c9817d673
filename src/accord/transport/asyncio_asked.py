"""A call of which the whole answer is told."""

from typing import Protocol

from accord.transport.base import Told


class Asking(Protocol):
    """The connection it goes over."""

    def unask(self, asked: "Asked") -> None:
        """Closes the connection without a word, unless the answer to `asked` was told."""
        ...


class Asked:
    """Waits for a whole answer."""

    __slots__ = ("_connection", "told")

    def __init__(self, connection: Asking, told: Told) -> None:
        self._connection = connection
        self.told: Told = told

    def cancel(self) -> None:
        """Nobody waits any more: the connection is closed at once, and nothing told. Does nothing where it was told."""
        self._connection.unask(self)
