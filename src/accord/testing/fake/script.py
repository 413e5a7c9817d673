"""What the fake was told to do, in order and for good."""

import threading
from typing import Literal, NamedTuple, TypeAlias

from accord.core.operation import Operation
from accord.testing.fake.behaviour import Scripted

Scope: TypeAlias = Operation | Literal["any"]
"""The operation a line of the script is for. A conversation on any wire is `chat`."""


class _Line(NamedTuple):
    does: Scripted
    model: str | None
    operation: Scope

    def fits(self, model: str, operation: Operation) -> bool:
        return self.model in {None, model} and self.operation in {"any", operation}


class Script:
    """Lines that are each said once, in order, and standing orders for when none fits. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queue: list[_Line] = []
        self._standing: list[_Line] = []

    def add(self, behaviours: tuple[Scripted, ...], model: str | None, operation: Scope) -> None:
        """Adds lines at the end."""
        with self._lock:
            self._queue += [_Line(behaviour, model, operation) for behaviour in behaviours]

    def stand(self, behaviour: Scripted, model: str | None, operation: Scope) -> None:
        """Gives a standing order; it goes before older ones."""
        with self._lock:
            self._standing.insert(0, _Line(behaviour, model, operation))

    def take(self, model: str, operation: Operation) -> Scripted | None:
        """The next line that fits, which is used up by this; else a standing order; else `None`."""
        with self._lock:
            for index, line in enumerate(self._queue):
                if line.fits(model, operation):
                    return self._queue.pop(index).does
            return next((line.does for line in self._standing if line.fits(model, operation)), None)

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._queue.clear()
            self._standing.clear()

    @property
    def left(self) -> int:
        """Lines not said yet."""
        with self._lock:
            return len(self._queue)
