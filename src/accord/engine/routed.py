"""Calls through a group, by operation: each target is planned for when its turn comes, and asked once."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from accord.core.context import RequestContext
from accord.core.option import Options
from accord.core.part import Media
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse
from accord.dialects.codec import Codec
from accord.engine.group import Group
from accord.engine.media import fetching
from accord.engine.plan import ChatPlan, Plan, plan, plan_chat
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
    asked = Asked[tuple[ChatPlan, ChatResponse]](group, request, terms, stream=False, now=now, headroom=headroom)
    alone = _alone(terms.options, group)
    files: dict[Media, Media] = {}

    def once(target: Target, left: RequestContext, at: float) -> Flow[tuple[ChatPlan, Outcome[ChatResponse]]]:
        whole = yield from _with_files(target, request, terms, left, at, files)
        chosen = plan_chat(
            target, whole.request, stream=False, options=alone, context=left, now=at, inbound=terms.inbound
        )
        return chosen, (yield from chosen.flow(whole.at, roll))

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
    asked = Asked[tuple[ChatPlan, Opened]](group, request, terms, stream=True, now=now, headroom=headroom)
    alone = _alone(terms.options, group)
    files: dict[Media, Media] = {}

    def once(target: Target, left: RequestContext, at: float) -> Flow[tuple[ChatPlan, Outcome[Opened]]]:
        whole = yield from _with_files(target, request, terms, left, at, files)
        chosen = plan_chat(
            target, whole.request, stream=True, options=alone, context=left, now=at, inbound=terms.inbound
        )
        return chosen, (yield from chosen.stream_flow(whole.at, roll))

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
    asked = Asked[tuple[Plan[Res], Res]](group, None, terms, stream=False, now=now, headroom=headroom)
    alone = _alone(terms.options, group)

    def once(target: Target, left: RequestContext, at: float) -> Flow[tuple[Plan[Res], Outcome[Res]]]:
        chosen = plan(target, codec(target), request, options=alone, context=left, now=at)
        return chosen, (yield from chosen.flow(at, roll))

    return Routed(asked, once)


def _with_files(
    target: Target,
    request: ChatRequest,
    terms: Terms,
    left: RequestContext,
    now: float,
    known: dict[Media, Media],
) -> Flow[Inlined]:
    """The request with the files that this target cannot fetch itself; what was fetched before is `known`."""
    options, inbound = terms.options, terms.inbound
    files = fetching(target, request, options=options, context=left, now=now, inbound=inbound, known=known)
    if files is None:
        return Inlined(request=request, at=now)
    return (yield from files)


def _alone(options: Options, group: Group) -> Options:
    """The options for one request to one target: repeats are the route's affair."""
    return msgspec.structs.replace(options, retries=0, timeouts=options.timeouts or group.policy.timeouts)
