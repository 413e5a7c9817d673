"""What serves a request, whatever it is."""

from typing import Protocol


class Serving(Protocol):
    """What serves a request: a task, or a ride in a lane."""

    def cancel(self) -> object:
        """Breaks it off."""
        ...
