"""Who is asking, and until when."""

from collections.abc import Mapping

import msgspec


class RequestContext(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Facts about a call that travel with it: into logs, observers, and where it matters onto the wire."""

    request_id: str | None = None
    """The caller's id of the request; one is made up where it is missing and needed."""
    deadline: float | None = None
    """Seconds, counted from the start of the call, within which everything must be over: queueing, waits, attempts."""
    tags: Mapping[str, str] = {}
    """Words to sum costs by: a team, a feature, an experiment."""
    user: str | None = None
    """The end user, used for the request's `user` field where that is empty."""
    traceparent: str | None = None
    """W3C trace context, https://www.w3.org/TR/trace-context/."""
    tracestate: str | None = None
    """What tracing systems add to it; means nothing without `traceparent`."""
