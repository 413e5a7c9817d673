"""An exchange becomes a call: address, headers, and the limits of the call."""

from collections.abc import Mapping

from accord.core.context import RequestContext
from accord.core.error import InvalidInput
from accord.core.http import Call, Draft, Headers, Timeouts
from accord.core.json import edited
from accord.core.option import Options
from accord.engine.target import Target, replaced
from accord.flows.exchange import Leg
from accord.flows.note import Notes

_TRACE = frozenset({"traceparent", "tracestate"})


def leg_of(
    target: Target,
    draft: Draft,
    options: Options,
    context: RequestContext,
    now: float,
    notes: Notes | None = None,
    usual: Timeouts | None = None,
) -> Leg:
    """The request ready to go. Headers of the call win over the provider's, and those over the codec's; timeouts of the
    call over the `usual` ones, and those over the provider's.
    """
    way = target.way(draft)
    timeouts = options.timeouts or usual or target.timeouts
    headers = way.headers
    if context.traceparent is not None or options.headers:
        headers = replaced(headers + _of_the_call(options, context))
    return Leg(
        provider=target.name,
        model=target.model,
        call=Call(
            method=way.method,
            url=way.url,
            headers=headers,
            body=draft.body if not options.extra_body else _body(draft, options.extra_body),
            timeouts=timeouts,
            network=target.network,
        ),
        credential=target.credential,
        deadline=deadline_of(timeouts, context, now),
        notes=notes,
        catalogue=target.catalogue,
    )


def deadline_of(timeouts: Timeouts, context: RequestContext, now: float) -> float | None:
    """When everything must be over: the earlier of the caller's deadline and the call's own total."""
    total, left = timeouts.total, context.deadline
    if total is None:
        return None if left is None else now + left
    return now + (total if left is None else min(total, left))


def trace_headers(context: RequestContext) -> Headers:
    """What a provider is told of the trace that a call belongs to."""
    parent, state = context.traceparent, context.tracestate
    if parent is None:
        return ()
    own = ("traceparent", parent)
    return (own,) if state is None else (own, ("tracestate", state))


def has_trace(headers: Headers) -> bool:
    """Whether any of that is among the headers of a call."""
    return not _TRACE.isdisjoint([name for name, _ in headers])


def _of_the_call(options: Options, context: RequestContext) -> Headers:
    headers = trace_headers(context)
    if options.headers:
        headers += tuple([(name.lower(), value) for name, value in options.headers.items()])
    return headers


def _body(draft: Draft, more: Mapping[str, object]) -> bytes:
    if draft.content_type != "application/json" or not isinstance(draft.body, bytes):
        raise InvalidInput("extra_body needs a JSON body, and this operation sends none", param="extra_body")
    return edited(draft.body, more)
