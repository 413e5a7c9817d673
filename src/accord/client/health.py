"""Is a provider there, and does it let us in? Never healthy without proof (promise 3)."""

from typing import Literal

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


class Health(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a probe found."""

    state: Literal["healthy", "degraded", "unhealthy", "unknown"]
    """`healthy`: it answered and accepted the key. `degraded`: it is there, and could not serve now (rate limit, no
    capacity, no credit). `unhealthy`: it is not reachable, fails, or refuses the key. `unknown`: nothing proves either."""
    reason: str
    latency: float | None = None
    """Seconds the probe took, where an answer came."""


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
