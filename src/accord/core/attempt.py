"""The record of one request on the wire."""

import msgspec


class Attempt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request that went out, or tried to."""

    provider: str
    model: str
    """The upstream model name."""
    status: int | None = None
    """The HTTP status, `None` when no answer came."""
    error: str | None = None
    """The kind of failure (`rate_limited`, `network`, ...); `None` for the attempt that succeeded."""
    duration: float | None = None
    """Seconds until the answer, or for a stream until its first event."""
    request_id: str | None = None
    billed: bool | None = None
    """Whether the provider may charge for it: `False` when the request was refused or never sent, `None` when unknown."""
