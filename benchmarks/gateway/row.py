"""One figure that is reported."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A figure, what it is of, and what it should be."""

    name: str
    subject: str
    value: float | None
    """Nothing where it could not be measured; the note says why."""
    unit: str
    aim: str = ""
    rounds: tuple[float, ...] = ()
    """What each round gave."""
    note: str = ""
