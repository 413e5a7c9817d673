"""What a line says of a request. Nothing here holds a prompt, an answer or a key, except where `Exposed` is asked for."""

import msgspec

from accord.core.error import AccordError, ProviderError
from accord.gateway.visit import Visit

CLIENT_LEFT = 499
"""What stands for the status where the caller left before there was one, as in nginx's logs."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What every line begins with."""

    time: float
    """Unix seconds."""
    level: str
    event: str


class Line(Entry, frozen=True, kw_only=True, omit_defaults=True):
    """What the access log says of a request."""

    request_id: str
    method: str
    path: str
    status: int
    ms: float
    """Until the last byte was sent, in milliseconds."""
    first_ms: float | None = None
    """Until a stream's first event, in milliseconds."""
    key: str = ""
    """The name of the caller's key."""
    peer: str = ""
    model: str = ""
    """The name that was asked for."""
    provider: str = ""
    upstream: str = ""
    """The model's name at the provider."""
    stream: bool = False
    input: int | None = None
    output: int | None = None
    cached: int | None = None
    reasoning: int | None = None
    cost: str | None = None
    """US dollars."""
    attempts: int = 0
    stopped: str | None = None
    error: str | None = None


class RefusedLine(Entry, frozen=True, kw_only=True, omit_defaults=True):
    """What the log says of bytes that are no request, or came too slowly."""

    status: int
    message: str
    peer: str = ""


class FailureLine(Entry, frozen=True, kw_only=True, omit_defaults=True):
    """What the log says of a request that failed."""

    request_id: str
    error: str
    """The kind of failure."""
    message: str | None = None
    provider: str = ""
    upstream: str = ""
    status: int | None = None
    """The provider's status."""
    code: str | None = None
    upstream_id: str | None = None
    """The provider's id of the request."""
    attempts: int = 0


class Exposed(Entry, frozen=True, kw_only=True):
    """A request and its answer, whole."""

    request_id: str
    prompt: str
    answer: str


def line_of(visit: Visit, now: float, at: float) -> Line:
    """The line of a request that ended at `now`, on the clock of the visit, which is `at` in Unix seconds."""
    resolved, usage, cost = visit.resolved, visit.usage, visit.cost
    provider, upstream = visit.upstream or ("", "")
    left = visit.stopped == "left" and visit.status == 0
    return Line(
        time=at,
        level="info",
        event="request",
        request_id=visit.id,
        method=visit.request.method,
        path=visit.request.path,
        status=CLIENT_LEFT if left else visit.status,
        ms=round((now - visit.started) * 1000, 3),
        first_ms=round((visit.first - visit.started) * 1000, 3) if visit.first is not None else None,
        key=visit.key.name,
        peer=visit.request.peer,
        model=resolved.name if resolved else "",
        provider=provider,
        upstream=upstream,
        stream=visit.streamed,
        input=usage.input if usage else None,
        output=usage.output if usage else None,
        cached=usage.cached if usage else None,
        reasoning=usage.reasoning if usage else None,
        cost=f"{cost.amount:f}" if cost is not None and cost.amount is not None else None,
        attempts=len(visit.attempts),
        stopped=visit.stopped,
        error=visit.error.kind if visit.error else None,
    )


def failure_of(visit: Visit, error: AccordError, at: float, *, exposes: bool) -> FailureLine:
    """The line of a failure. What a provider says may quote the request: its words only where `exposes`."""
    if not isinstance(error, ProviderError):
        message = error.message if exposes else None
        return FailureLine(
            time=at, level="warning", event="failure", request_id=visit.id, error=error.kind, message=message
        )
    # Without a provider's status the words are Accord's own.
    open_words = exposes or error.status is None
    return FailureLine(
        time=at,
        level="warning",
        event="failure",
        request_id=visit.id,
        error=error.kind,
        message=error.message if open_words else None,
        provider=error.provider,
        upstream=error.model,
        status=error.status,
        code=error.code,
        upstream_id=error.request_id,
        attempts=len(error.attempts),
    )


def exposed_of(visit: Visit, at: float) -> Exposed:
    """A request and its answer, whole."""
    return Exposed(
        time=at,
        level="info",
        event="prompt",
        request_id=visit.id,
        prompt=visit.prompt.decode("utf-8", "replace"),
        answer=b"".join(visit.answered).decode("utf-8", "replace"),
    )
