"""Calls through a group, by operation: each target is planned for when its turn comes, and asked once.

The annotations of the functions in functions are quoted: they would be evaluated at each call, which takes 5 us.
"""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from accord.core.context import RequestContext
from accord.core.option import Options
from accord.core.part import Media
from accord.core.record import CallRecord
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse
from accord.dialects.codec import Codec, RelayCodec
from accord.engine.group import Group
from accord.engine.media import fetching
from accord.engine.plan import ChatPlan, Plan, RelayPlan, plan, plan_chat, plan_relay
from accord.engine.route import Asked, Headroom, Routed, Terms
from accord.engine.target import Target
from accord.flows.effect import Flow, Opened
from accord.flows.exchange import Outcome
from accord.flows.media import Inlined
from accord.flows.retry import Roll

Req = TypeVar("Req")
Res = TypeVar("Res")


def routed_chat(
    group: Group,
    request: ChatRequest,
    terms: Terms,
    *,
    now: float,
    roll: Roll,
    headroom: Headroom,
) -> Routed[ChatPlan, ChatResponse]:
    """A conversation answered whole."""
    asked = Asked(group, request, terms, stream=False, now=now, headroom=headroom)
    planned = _planned(group, request, terms, stream=False)

    def once(target: Target, left: RequestContext, at: float) -> "Flow[tuple[ChatPlan, Outcome[ChatResponse]]]":
        chosen, began = yield from planned(target, left, at)
        return chosen, (yield from chosen.flow(began, roll))

    return Routed(asked, once)


def routed_stream(
    group: Group,
    request: ChatRequest,
    terms: Terms,
    *,
    now: float,
    roll: Roll,
    headroom: Headroom,
) -> Routed[ChatPlan, Opened]:
    """A conversation answered by a stream, up to its first event."""
    asked = Asked(group, request, terms, stream=True, now=now, headroom=headroom)
    planned = _planned(group, request, terms, stream=True)

    def once(target: Target, left: RequestContext, at: float) -> "Flow[tuple[ChatPlan, Outcome[Opened]]]":
        chosen, began = yield from planned(target, left, at)
        return chosen, (yield from chosen.stream_flow(began, roll))

    return Routed(asked, once)


def routed(
    group: Group,
    codec: Callable[[Target], Codec[Req, Res]],
    request: Req,
    terms: Terms,
    *,
    now: float,
    roll: Roll,
    headroom: Headroom,
) -> Routed[Plan[Res], Res]:
    """Any other operation; `codec(target)` raises `Unsupported` where a target does not have it."""
    asked = Asked(group, None, terms, stream=False, now=now, headroom=headroom)
    alone = _alone(terms.options, group)

    def once(target: Target, left: RequestContext, at: float) -> "Flow[tuple[Plan[Res], Outcome[Res]]]":
        chosen = plan(target, codec(target), request, options=alone, context=left, now=at, notes=terms.notes)
        return chosen, (yield from chosen.flow(at, roll))

    return Routed(asked, once)


def routed_relay(
    group: Group,
    codec: Callable[[Target], RelayCodec[Req, CallRecord]],
    request: Req,
    terms: Terms,
    *,
    now: float,
    roll: Roll,
    headroom: Headroom,
) -> Routed[RelayPlan, Opened]:
    """Any other operation, its answer handed on while it arrives, up to its first piece. Raises as `routed` does."""
    asked = Asked(group, None, terms, stream=True, now=now, headroom=headroom)
    alone = _alone(terms.options, group)

    def once(target: Target, left: RequestContext, at: float) -> "Flow[tuple[RelayPlan, Outcome[Opened]]]":
        chosen = plan_relay(target, codec(target), request, options=alone, context=left, now=at, notes=terms.notes)
        return chosen, (yield from chosen.stream_flow(at, roll))

    return Routed(asked, once)


_Planned = Callable[[Target, RequestContext, float], Flow[tuple[ChatPlan, float]]]
"""Plans a conversation for one target. Gives the plan and the time."""


def _planned(group: Group, request: ChatRequest, terms: Terms, *, stream: bool) -> _Planned:
    alone, inbound = _alone(terms.options, group), terms.inbound
    files: dict[Media, Media] = {}

    def plan_for(target: Target, left: RequestContext, at: float) -> "Flow[tuple[ChatPlan, float]]":
        fetch = fetching(target, request, options=terms.options, context=left, now=at, inbound=inbound, known=files)
        whole = Inlined(request=request, at=at) if fetch is None else (yield from fetch)
        chosen = plan_chat(
            target,
            whole.request,
            stream=stream,
            options=alone,
            context=left,
            now=at,
            inbound=inbound,
            notes=terms.notes,
        )
        return chosen, whole.at

    return plan_for


def _alone(options: Options, group: Group) -> Options:
    """The options for one request to one target: repeats are the route's affair."""
    return msgspec.structs.replace(options, retries=0, timeouts=options.timeouts or group.policy.timeouts)
