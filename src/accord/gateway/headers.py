"""Headers of the gateway's own: what callers may ask by, and what they are told beside the answer.

A caller may send:

- `x-request-id`: its own id for the request, which comes back and stands in the log;
- `x-request-timeout`: seconds within which everything must be over, waits and retries included;
- `x-accord-usage: true`: puts an `accord` member (provider, model, cost, attempts, warnings) beside the usage: in the
  answer, or in the chunk of a stream that carries the usage. A stream's cost and attempts are only known at its end;
- `traceparent`, `tracestate`: W3C trace context, handed on to the provider.
"""

import math
import re
from collections.abc import Sequence
from functools import lru_cache

from accord.core.attempt import Attempt
from accord.core.context import RequestContext
from accord.core.cost import Cost
from accord.core.error import AccordError, InvalidInput, ProviderError
from accord.core.http import Headers
from accord.core.json import JsonObject
from accord.core.warning import CallWarning
from accord.engine.prepare import trace_headers
from accord.gateway.http import Request
from accord.gateway.visit import Visit

USAGE_HEADER = "x-accord-usage"
TIMEOUT_HEADER = "x-request-timeout"

ATTEMPTS_LIMIT = 2000
"""The length of `x-accord-attempts`, in bytes, after which no more attempts are told: proxies refuse long heads."""

_LONGEST_NAME = 200
"""Callers choose the names of models, and get them back in headers."""

WARNINGS_LIMIT = 2000
"""The longest `x-accord-warnings`, in bytes: proxies refuse heads of more than a few kilobytes."""

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")

_CONTEXT = frozenset({"traceparent", TIMEOUT_HEADER})

_ASKING = frozenset({TIMEOUT_HEADER, USAGE_HEADER})

_FALSE = frozenset({"", "0", "false", "no", "off"})


def id_headers(visit: Visit) -> Headers:
    """The request's id under the names that OpenAI's and Anthropic's SDKs read."""
    return (("x-request-id", visit.id), ("request-id", visit.id))


def target_headers(visit: Visit) -> Headers:
    """Who answers, and every request it took to get there; nothing while that is not known."""
    attempts = visit.attempts
    if len(attempts) == 1 and attempts[0].error is None:
        named, told = _answered(attempts[0])  # Nearly every request: 1.2 us less.
        return (*named, ("x-accord-attempts", told))
    upstream = visit.upstream
    if upstream is None:
        return ()
    named, _ = _names(*upstream)
    return (*named, ("x-accord-attempts", _told(attempts))) if attempts else named


def answer_lines(provider: str, model: str) -> str:
    """The same as lines, for an answer to the first request there was (200), up to the milliseconds it took."""
    named, name = _names(provider, model)
    return f"{lines_of(named)}x-accord-attempts: {name};status=200;ms="


def _answered(attempt: Attempt) -> tuple[Headers, str]:
    named, name = _names(attempt.provider, attempt.model)
    spent = attempt.duration
    return named, _one(attempt) if spent is None else f"{name};status={attempt.status};ms={spent * 1000:.0f}"


@lru_cache(maxsize=1024)
def _names(provider: str, model: str) -> tuple[Headers, str]:
    """The headers of a target, and its name as a string of a structured field. Kept, since nearly all requests go to few."""
    quoted = _short(f"{provider}/{model}").replace("\\", "\\\\").replace('"', '\\"')
    return (("x-accord-provider", _short(provider)), ("x-accord-model", _short(model))), f'"{quoted}"'


def _told(attempts: Sequence[Attempt]) -> str:
    """The requests in order, as a list of structured fields (RFC 9651): `"openai/gpt-5.4";status=200;ms=312`. The last
    ones are left out where there is too much to say.
    """
    told = _one(attempts[0])
    for attempt in attempts[1:]:
        if len(told) > ATTEMPTS_LIMIT:
            break
        told += ", " + _one(attempt)
    return told


def _one(attempt: Attempt) -> str:
    _, name = _names(attempt.provider, attempt.model)
    status = "" if attempt.status is None else f";status={attempt.status}"
    error = "" if attempt.error is None else f";error={attempt.error}"
    spent = "" if attempt.duration is None else f";ms={attempt.duration * 1000:.0f}"
    return f"{name}{status}{error}{spent}"


def cost_headers(cost: Cost | None) -> Headers:
    """What the call cost in US dollars; nothing where that is unknown."""
    return (("x-accord-cost", f"{cost.amount:f}"),) if cost is not None and cost.amount is not None else ()


def warning_headers(warnings: Sequence[CallWarning]) -> Headers:
    """What was changed or left out of the request, shortened where there is too much to say."""
    if not warnings:
        return ()
    text = ""
    for index, warning in enumerate(warnings):
        piece = ("; " if text else "") + _safe(str(warning))
        if len(text) + len(piece) > WARNINGS_LIMIT:
            text = f"{text or piece[:WARNINGS_LIMIT]}; and {len(warnings) - max(index, 1)} more"
            break
        text += piece
    return (("x-accord-warnings", text),)


def lines_of(headers: Headers) -> str:
    """The headers as lines, each with its end."""
    return "".join([f"{name}: {value}\r\n" for name, value in headers])


def failure_headers(error: AccordError, retries: int) -> Headers:
    """When the caller may try again, and whether it makes sense to.

    SDKs repeat 408, 409, 429 and 5xx on their own. Where the gateway repeated already, or decided not to, they must not
    do so on top (promise 5). Only where the gateway is set to leave repeats to its callers (`retries` 0), or sent nothing at
    all (a limit was used up, a queue full), are they left.
    """
    if not isinstance(error, ProviderError):
        return ()
    wait = () if error.retry_after is None else (("retry-after", str(math.ceil(error.retry_after))),)
    theirs = error.retryable and (retries == 0 or (not error.attempts and error.retry_after is not None))
    return wait if theirs else (*wait, ("x-should-retry", "false"))


def wants_accord(request: Request) -> bool:
    """Whether the caller asked for the `accord` member."""
    value = request.named.get(USAGE_HEADER)
    return value is not None and value.lower() not in _FALSE


def is_plain(request: Request) -> bool:
    """Whether nothing of that is asked but an id and a trace: else, what `context_of` and `wants_accord` find is the same for all such."""
    return _ASKING.isdisjoint(request.named)


def trace_of(request: Request) -> Headers:
    """What a provider is told of the trace that the request belongs to; only for those that ask nothing else."""
    return trace_headers(context_of(request, "")) if "traceparent" in request.named else ()


def context_of(request: Request, request_id: str) -> RequestContext:
    """What travels with the call. Raises `InvalidInput` for a time limit that is none."""
    named = request.named
    if _CONTEXT.isdisjoint(named):
        return RequestContext(request_id=request_id)
    parent, state = named.get("traceparent"), None
    if parent is not None:
        # What is not trace context is left out, as its specification asks: it would break whoever reads it next.
        parent = parent if _TRACEPARENT.fullmatch(parent) and not parent.startswith("ff") else None
        state = named.get("tracestate") if parent is not None else None
    limit = named.get(TIMEOUT_HEADER)
    deadline = None if limit is None else _seconds(limit)
    return RequestContext(request_id=request_id, deadline=deadline, traceparent=parent, tracestate=state)


def accord_member(visit: Visit, warnings: Sequence[CallWarning]) -> JsonObject:
    """The `accord` member: who answered, what it cost, what it took, and what was changed."""
    cost = visit.cost
    provider, model = visit.upstream or (None, None)
    return {
        "request_id": visit.id,
        "provider": provider,
        "model": model,
        "cost": f"{cost.amount:f}" if cost is not None and cost.amount is not None else None,
        "cost_reason": cost.reason if cost is not None else None,
        "attempts": visit.attempts,
        "route": visit.route,
        "warnings": tuple(warnings),
    }


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise InvalidInput(f"the header {TIMEOUT_HEADER} must be a number of seconds above 0, got {text[:50]!r}")
    return seconds


def _short(text: str) -> str:
    return _safe(text[:_LONGEST_NAME])[: 2 * _LONGEST_NAME]


def _safe(text: str) -> str:
    """The text as a header can carry it: printable ASCII, everything else escaped."""
    if text.isascii() and text.isprintable():
        return text
    return "".join([one if " " <= one <= "~" else one.encode("unicode_escape").decode() for one in text])
