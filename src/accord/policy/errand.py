"""One call through a pool: what it wants of it, and what happened to it so far."""

from collections.abc import Set as AbstractSet
from decimal import Decimal
from typing import Generic, TypeVar

from accord.core.error import ProviderError
from accord.core.route import Strategy
from accord.policy.fault import Opening
from accord.policy.limit import Demand

M = TypeVar("M")

STARTED: AbstractSet[Opening] = frozenset({"start"})
"""What happened to a call that begins."""
NOBODY: AbstractSet[str] = frozenset()


class Errand(Generic[M]):
    """One call. What it may mean for a target is asked of it when that matters, and not before."""

    __slots__ = (
        "closed",
        "deadline",
        "key",
        "preferred",
        "refused",
        "retries",
        "strategy",
        "stream",
        "tried",
        "ways",
        "weight",
    )

    def __init__(
        self,
        strategy: Strategy,
        *,
        retries: int,
        stream: bool = False,
        deadline: float | None = None,
        key: str = "",
        weight: float = 1.0,
    ) -> None:
        """`retries`: at most so many requests after the first, wherever they go; 0 is exactly one request on the wire.
        `deadline`: nothing begins and no wait ends later than this, on the runner's clock. `key` and `weight`: in whose
        name it waits where targets are busy, and with what share.
        """
        self.strategy: Strategy = strategy
        self.retries: int = retries
        self.stream: bool = stream
        self.deadline: float | None = deadline
        self.key: str = key
        self.weight: float = weight
        self.closed: AbstractSet[str] = NOBODY
        """Names of targets that cannot serve the call, whatever happens: they lack what it needs, or were found to."""
        self.tried: AbstractSet[str] = NOBODY
        """Names of targets that failed since the last wait."""
        self.ways: AbstractSet[Opening] = STARTED
        """What happened to the call so far, its start above all: it opens the seats that wait for such a thing."""
        self.preferred: tuple[AbstractSet[str], ...] = ()
        """Names of targets that are asked before all others while they work, the first set before the second: they hold
        what the call builds upon. They are open to it whatever has to happen for others to ask them."""
        self.refused: dict[str, str] = {}
        """Why targets could not even be asked, by name."""

    def prefers(self, name: str, /) -> bool:
        """Whether a target is one of those that are preferred."""
        return any(name in names for names in self.preferred)

    def cost(self, member: M, /) -> Decimal | None:
        """US dollars it is expected to cost at a target, `None` where unknown."""
        del member
        return None

    def headroom(self, member: M, /) -> float:
        """The part of a target's limits that is unused, 0 to 1."""
        del member
        return 1.0

    def demands(self, member: M, /) -> tuple[Demand, ...]:
        """What it wants of a target's limits."""
        del member
        return ()

    def failed(self, error: ProviderError, /) -> None:
        """It failed for good: whatever else is to be told goes into the failure."""
