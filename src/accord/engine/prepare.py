"""An exchange becomes a call: address, headers, and the limits of the call."""

from accord.core.context import RequestContext
from accord.core.error import InvalidInput
from accord.core.http import Call, Draft, Headers, Timeouts
from accord.core.json import edited
from accord.core.option import Options
from accord.engine.target import Target
from accord.flows.exchange import Leg
from accord.flows.note import Notes


def leg_of(
    target: Target, draft: Draft, options: Options, context: RequestContext, now: float, notes: Notes | None = None
) -> Leg:
    """The request ready to go. Headers of the call win over the provider's, and those over the codec's."""
    address = target.provider.address(draft)
    timeouts = options.timeouts or target.timeouts
    return Leg(
        provider=target.name,
        model=target.model,
        call=Call(
            method=address.method,
            url=address.url,
            headers=_headers(target, draft, address.headers, options, context),
            body=_body(draft, options),
            timeouts=timeouts,
            network=target.network,
        ),
        credential=target.credential,
        deadline=deadline_of(timeouts, context, now),
        notes=notes,
    )


def deadline_of(timeouts: Timeouts, context: RequestContext, now: float) -> float | None:
    """When everything must be over: the earlier of the caller's deadline and the call's own total."""
    limits = [limit for limit in (timeouts.total, context.deadline) if limit is not None]
    return now + min(limits) if limits else None


def _headers(target: Target, draft: Draft, of_address: Headers, options: Options, context: RequestContext) -> Headers:
    own: Headers = (("content-type", draft.content_type),) if draft.body else ()
    headers = own + draft.headers + of_address + target.headers
    if context.traceparent is not None:
        headers += (("traceparent", context.traceparent),)
        if context.tracestate is not None:
            headers += (("tracestate", context.tracestate),)
    if options.headers:
        headers += tuple([(name.lower(), value) for name, value in options.headers.items()])
    # Later headers replace earlier ones of the same name. Nearly every call has no repeats to remove.
    merged = dict(headers)
    return headers if len(merged) == len(headers) else tuple(merged.items())


def _body(draft: Draft, options: Options) -> bytes:
    if not options.extra_body:
        return draft.body
    if draft.content_type != "application/json":
        raise InvalidInput("extra_body needs a JSON body, and this operation sends none", param="extra_body")
    return edited(draft.body, options.extra_body)
