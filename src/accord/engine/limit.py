"""The time a call has left."""

import msgspec

from accord.core.error import timed_out
from accord.core.http import Call, Headers
from accord.flows.effect import Fetch, Send


def bounded(send: Send, headers: Headers, now: float) -> Call:
    """The call with its credential's headers, and with no more time than the deadline leaves.

    Raises `TimedOut` when there is none left: nothing was sent.
    """
    call = send.call
    if headers:
        call = msgspec.structs.replace(call, headers=call.headers + headers)
    if send.deadline is None:
        return call
    left = send.deadline - now
    if left <= 0:
        raise timed_out("the time for the call ran out before it was sent", sent="no", phase="deadline")
    return msgspec.structs.replace(call, timeouts=msgspec.structs.replace(call.timeouts, total=left))


def seconds_for(fetch: Fetch, now: float) -> float:
    """How long a fetch may take: as its limits say, and not beyond the deadline."""
    return fetch.limits.timeout if fetch.deadline is None else min(fetch.limits.timeout, fetch.deadline - now)
