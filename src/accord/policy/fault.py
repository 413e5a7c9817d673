"""What a failure says about the target that failed, and which way the call may go on from there."""

from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias

from accord.core.error import AccordError, ErrorKind, ProviderError, TimedOut

Fault: TypeAlias = Literal["account", "limit", "failure"]
"""Whose fault a failure is, where it is the target's: its credential or account, its limits, or the service itself."""

Way: TypeAlias = Literal["general", "context", "content_filter", "quota"]
"""Where a failed call may go on: any other target, one with a larger window, one with another idea of what may be said,
or one on another account."""

Opening: TypeAlias = Literal["start"] | Way
"""What lets a target be asked: that the call begins, or a failure that sends it that way."""

WAYS: tuple[Way, ...] = ("general", "context", "content_filter", "quota")


class Meaning(NamedTuple):
    """What one kind of failure says."""

    fault: Fault | None
    """`None`: the caller's own, or nobody's. It never counts against the target."""
    way: Way | None
    """`None`: the same request would fail everywhere, or only the same target can answer it."""


MEANINGS: Mapping[ErrorKind, Meaning] = {
    "config": Meaning("account", "general"),
    "authentication": Meaning("account", "general"),
    "permission": Meaning("account", "general"),
    "model_not_found": Meaning("account", "general"),
    "quota_exceeded": Meaning("account", "quota"),
    "rate_limited": Meaning("limit", "general"),
    "overloaded": Meaning("failure", "general"),
    "server_error": Meaning("failure", "general"),
    "timeout": Meaning("failure", "general"),
    "network": Meaning("failure", "general"),
    "interrupted": Meaning("failure", "general"),
    "malformed": Meaning("failure", "general"),
    "unsupported": Meaning(None, "general"),
    "context_length_exceeded": Meaning(None, "context"),
    "content_filtered": Meaning(None, "content_filter"),
    "invalid_input": Meaning(None, None),
    "invalid_request": Meaning(None, None),
    "not_found": Meaning(None, None),
    "conflict": Meaning(None, None),
    "provider_error": Meaning(None, None),
}
"""Every kind of failure. A test holds it to all of them."""


def meaning_of(error: AccordError, *, deadline: float | None = None) -> Meaning:
    """What a failure says. One that the caller's own `deadline` caused says nothing about the target."""
    if isinstance(error, TimedOut) and deadline is not None and (error.at is None or error.at >= deadline - _SLACK):
        return Meaning(None, None)
    return MEANINGS[error.kind]


_SLACK = 0.05
"""Seconds by which a timer may fire before the deadline it was set for."""


def was_sent(error: AccordError) -> bool:
    """Whether any of the request that failed so may have left for the provider."""
    last = error.attempts[-1:] if isinstance(error, ProviderError) else ()
    return any(attempt.status is not None or attempt.billed is not False for attempt in last)


def may_be_billed(error: AccordError) -> bool:
    """Whether a provider may charge for the request that failed so, for it may have received it."""
    return isinstance(error, ProviderError) and any(attempt.billed is not False for attempt in error.attempts[-1:])
