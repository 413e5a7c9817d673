"""Whether a model is going away, or has gone."""

from datetime import date

import msgspec

from accord.core.model import ModelFacts
from accord.core.warning import CallWarning

WARN_DAYS_AHEAD = 90
"""How long before its end a model is warned about."""


class Retirement(msgspec.Struct, frozen=True, kw_only=True):
    """The announced end of a model."""

    model: str
    provider: str
    on: str
    """The day it stops working, `YYYY-MM-DD`."""
    days_left: int
    """Negative once that day has passed."""
    successor: str | None = None

    @property
    def over(self) -> bool:
        """Whether the day has come."""
        return self.days_left <= 0


def retirement(facts: ModelFacts, today: date) -> Retirement | None:
    """The model's announced end; `None` where none is known. A family's members have ends of their own."""
    if facts.deprecated is None or not facts.exact:
        return None
    left = (date.fromisoformat(facts.deprecated) - today).days
    return Retirement(
        model=facts.id, provider=facts.provider, on=facts.deprecated, days_left=left, successor=facts.successor
    )


def lifecycle_warning(facts: ModelFacts | None, today: date) -> CallWarning | None:
    """What a caller should know: that the model was shut down, or will be within `WARN_DAYS_AHEAD` days.

    The model is still asked for: dates move, and some hosts keep a model longer than its maker.
    """
    end = None if facts is None else retirement(facts, today)
    if end is None or end.days_left > WARN_DAYS_AHEAD:
        return None
    when = (
        f"was to be shut down on {end.on}" if end.over else f"will be shut down on {end.on} (in {end.days_left} days)"
    )
    instead = f"; {end.successor} takes its place" if end.successor else ""
    return CallWarning(kind="deprecated", field="model", message=f"{end.model} {when}{instead}")


def is_retired(facts: ModelFacts, today: date) -> bool:
    """Whether its last day has passed."""
    end = retirement(facts, today)
    return end is not None and end.over
