"""What every response says about the call that got it."""

import msgspec

from accord.core.attempt import Attempt
from accord.core.cost import Cost
from accord.core.route import RouteRecord
from accord.core.usage import Usage
from accord.core.warning import CallWarning


class CallRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who answered, what was used, what it took, and what it cost."""

    provider: str = ""
    """The configured name of the provider that answered."""
    request_id: str | None = None
    """The provider's id of the request, for its support."""
    usage: Usage | None = None
    """`None` is unknown, not zero."""
    cost: Cost | None = None
    warnings: tuple[CallWarning, ...] = ()
    """What was changed or left out of the request."""
    attempts: tuple[Attempt, ...] = ()
    """Each request that went out for this answer, failed ones included."""
    route: RouteRecord | None = None
    """Who could have answered, and why it was this one; `None` for a call to one target."""
    raw: bytes | None = None
    """The provider's own body; `None` for an answer accumulated from a stream."""
