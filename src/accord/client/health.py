"""Is a provider there, and does it let us in? Never healthy without proof (promise 3)."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import msgspec

from accord.core.error import (
    AccordError,
    Authentication,
    ModelNotFound,
    Overloaded,
    Permission,
    ProviderError,
    QuotaExceeded,
    RateLimited,
)

HealthState: TypeAlias = Literal["healthy", "degraded", "unhealthy", "unknown"]


class Health(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a probe found."""

    state: HealthState
    """`healthy`: it answered and accepted the key. `degraded`: it is there, and could not serve now (rate limit, no
    capacity, no credit). `unhealthy`: it is not reachable, fails, or refuses the key. `unknown`: nothing proves either."""
    reason: str
    latency: float | None = None
    """Seconds the probe took, where an answer came."""


_ORDER: tuple[HealthState, ...] = ("healthy", "degraded", "unknown", "unhealthy")


def together(names: Sequence[str], found: Sequence[Health]) -> Health:
    """The health of several that can stand in for each other: that of the best of them. The reason names each."""
    best = min(found, key=lambda health: _ORDER.index(health.state))
    reason = "; ".join(
        [f"{name} is {health.state}: {health.reason}" for name, health in zip(names, found, strict=True)]
    )
    return Health(state=best.state, reason=reason, latency=best.latency)


def judged(error: AccordError, latency: float | None = None) -> Health:
    """The health that a failed probe proves."""
    match error:
        case RateLimited() | Overloaded() | QuotaExceeded():
            return Health(state="degraded", reason=str(error), latency=latency)
        case Authentication() | Permission():
            return Health(state="unhealthy", reason=str(error), latency=latency)
        case ModelNotFound():
            return Health(state="unhealthy", reason=f"the key works, the model does not: {error}", latency=latency)
        case ProviderError():
            return Health(state="unhealthy", reason=str(error), latency=latency)
        case _:
            return Health(state="unknown", reason=str(error))
