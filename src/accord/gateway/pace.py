"""How fast the body of a request has to come: a caller who sends a byte now and then must not keep a connection for days."""

from accord.core.error import AccordError
from accord.gateway import refusal
from accord.gateway.config import LimitSettings


def patience(limits: LimitSettings, *, age: float, quiet: float, size: int) -> float:
    """How many seconds more the rest of a body is waited for; below 0 where that is over.

    Args:
        limits: what the configuration says.
        age: seconds since the request began.
        quiet: seconds since its last piece.
        size: bytes of the body that have come.
    """
    left = limits.body_seconds - quiet
    if limits.body_rate:
        left = min(left, limits.body_seconds + size / limits.body_rate - age)
    return left


def too_slow(limits: LimitSettings, *, quiet: float) -> AccordError:
    """The refusal of a body for which there is no patience left."""
    if quiet >= limits.body_seconds:
        return refusal.too_slow(limits.body_seconds)
    return refusal.too_little(limits.body_rate, limits.body_seconds)
