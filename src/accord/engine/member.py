"""A target in a group, as it is configured."""

import msgspec

from accord.engine.target import Target
from accord.policy.balance import FROM_THE_START
from accord.policy.fault import Opening
from accord.policy.limit import Limits
from accord.policy.standing import Load


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A target's part in a group."""

    target: Target
    weight: float = 1.0
    """Its share beside the others of its tier; 0 is asked only when no other can be."""
    tier: int = 0
    """Targets of a lower tier are asked first."""
    ways: tuple[Opening, ...] = FROM_THE_START
    """What must have happened to the call before it is asked at all. Beside the start: after what failures it is asked
    even where they close the other targets."""
    pattern: str = ""
    """`<provider name>/<upstream model>` as configured, with its `*`, where callers choose the name of the model: calls
    to all models of the pattern share its limits and places."""
    region: str | None = None
    tags: tuple[str, ...] = ()
    limits: Limits = Limits()
    load: Load = Load()

    @property
    def name(self) -> str:
        """`<provider name>/<upstream model>`."""
        return f"{self.target.name}/{self.target.model}"

    @property
    def limited_as(self) -> str:
        """Under which name its limits are counted."""
        return self.pattern or self.name
