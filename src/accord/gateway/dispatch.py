"""A request that was read goes to its target, or through its group; the visit learns what came of it."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from accord.core.context import RequestContext
from accord.core.error import AccordError, ProviderError, Unsupported
from accord.core.frameless import frameless
from accord.core.option import Options
from accord.core.record import CallRecord
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse
from accord.dialects.codec import Codec, Inbound, RelayCodec
from accord.engine.event_stream_async import AsyncEventStream
from accord.engine.plan import ChatPlan
from accord.engine.route import Terms
from accord.engine.run_async import AsyncEngine
from accord.engine.target import Target
from accord.flows.effect import Opened
from accord.gateway.allowance import Allowance
from accord.gateway.headers import wants_accord
from accord.gateway.key import Key
from accord.gateway.pin import held
from accord.gateway.resolve import Resolved, Shadow
from accord.gateway.visit import Visit
from accord.gateway.wish import NONE
from accord.policy.standing import Lease

Req = TypeVar("Req")
Res = TypeVar("Res", bound=CallRecord)


Mirror = Callable[[Visit, Shadow, ChatRequest, Options], None]
"""Copies a request for a target on trial."""


class Dispatch:
    """Carries out calls of the gateway. Whoever answers for a failed one tells the visit of it (`noted`)."""

    def __init__(
        self, engine: AsyncEngine, options: Options, allowance: Allowance, mirror: Mirror | None = None
    ) -> None:
        """`options` hold for all calls; `mirror` copies requests for targets on trial."""
        self._engine = engine
        self._options = options
        self._allowance = allowance
        self._mirror = mirror
        self._usual: dict[str, Options] = {}
        """The options of requests through groups that decide nothing themselves, by the name of their key."""

    async def chat(
        self, visit: Visit, resolved: Resolved, request: ChatRequest, context: RequestContext, inbound: Inbound
    ) -> ChatResponse:
        """A whole answer. Raises the `AccordError` of why there is none."""
        options = await self._let_in(visit, resolved, request)
        response = await self._chat(visit, resolved, request, options, context, inbound)
        _learned(visit, response)
        await self.settle(visit)
        return response

    def _chat(
        self,
        visit: Visit,
        resolved: Resolved,
        request: ChatRequest,
        options: Options,
        context: RequestContext,
        inbound: Inbound,
    ) -> Awaitable[ChatResponse]:
        engine, target, ahead = self._engine, resolved.target, visit.ahead
        if resolved.group is None:
            if ahead is None:
                return engine.chat(target, request, options=options, context=context, inbound=inbound)
            return engine.take_up(target, request, ahead, options=options, context=context, inbound=inbound)
        terms = self._terms(visit, options, context, inbound)
        if ahead is None:
            return engine.routes.chat(resolved.group, request, terms)
        return engine.routes.take_up(resolved.group, request, terms, ahead)

    async def stream(
        self, visit: Visit, resolved: Resolved, request: ChatRequest, context: RequestContext, inbound: Inbound
    ) -> AsyncEventStream:
        """A stream whose first events are there. Raises the `AccordError` of why there is none."""
        options = await self._let_in(visit, resolved, request)
        return _begun(visit, await self._stream(visit, resolved, request, options, context, inbound))

    def _stream(
        self,
        visit: Visit,
        resolved: Resolved,
        request: ChatRequest,
        options: Options,
        context: RequestContext,
        inbound: Inbound,
    ) -> Awaitable[AsyncEventStream]:
        engine, target, underway = self._engine, resolved.target, visit.underway
        if resolved.group is None:
            if underway is None:
                return engine.stream(target, request, options=options, context=context, inbound=inbound)
            return engine.take_up_stream(target, request, underway, options=options, context=context, inbound=inbound)
        terms = self._terms(visit, options, context, inbound)
        if underway is None:
            return engine.routes.stream(resolved.group, request, terms)
        return engine.routes.take_up_stream(resolved.group, request, terms, underway)

    def opened(
        self, visit: Visit, chosen: ChatPlan, opened: Opened, started: float, lease: Lease | None
    ) -> AsyncEventStream:
        """The stream of a request that was sent at `started` by somebody else, as `AsyncEngine.opened` says."""
        return _begun(visit, self._engine.opened(chosen, opened, started, lease))

    async def run(
        self,
        visit: Visit,
        resolved: Resolved,
        codec: Callable[[Target], Codec[Req, Res]],
        request: Req,
        context: RequestContext,
    ) -> Res:
        """Any other operation. Raises the `AccordError` of why there is no answer."""
        options = await self._let_in(visit, resolved, None)
        if resolved.group is None:
            target = resolved.target
            response = await self._engine.run(target, codec(target), request, options=options, context=context)
        else:
            terms = Terms(options=options, context=context)
            response = await self._engine.routes.run(resolved.group, codec, request, terms)
        _learned(visit, response)
        await self.settle(visit)
        return response

    async def relay(
        self,
        visit: Visit,
        resolved: Resolved,
        codec: Callable[[Target], RelayCodec[Req, CallRecord]],
        request: Req,
        context: RequestContext,
    ) -> AsyncEventStream:
        """Any other operation, its answer handed on while it arrives. Raises the `AccordError` of why there is none."""
        options = await self._let_in(visit, resolved, None)
        if resolved.group is None:
            target = resolved.target
            source = await self._engine.relay(target, codec(target), request, options=options, context=context)
        else:
            terms = Terms(options=options, context=context)
            source = await self._engine.routes.relay(resolved.group, codec, request, terms)
        return _begun(visit, source)

    async def settle(self, visit: Visit) -> None:
        """The call is over, and its usage known as far as it ever will be."""
        if visit.reserved is not None:
            asked = self._allowance.settle(visit, self._engine.now())
            if asked is not None:
                await asked

    async def _let_in(self, visit: Visit, resolved: Resolved, request: ChatRequest | None) -> Options:
        """Takes what the call needs of its key's limits, and copies a conversation for a target on trial. Gives the call's options.

        Raises `RateLimited`, and what is wrong with the wishes of the request.
        """
        options = self._decided(visit, resolved)
        if visit.key.limited and not visit.allowed:
            asked = self._allowance.take(visit, request, self._engine.now())
            if asked is not None:
                await asked
        if self._mirror is not None and resolved.shadow is not None and request is not None:
            self._mirror(visit, resolved.shadow, request, options)
        return options

    def _terms(self, visit: Visit, options: Options, context: RequestContext, inbound: Inbound) -> Terms:
        # Nobody sees the record of a choice that went well unless it is asked for, and it takes as long as the choice.
        recorded = wants_accord(visit.request)
        plain = visit.wishes is NONE and visit.pinned is None and context.deadline is None
        return Terms(options=options, context=context, inbound=inbound, recorded=recorded, plain=plain)

    def usual(self, resolved: Resolved, key: Key) -> Options:
        """The options of requests that decide nothing themselves."""
        if resolved.group is None:
            return self._options
        found = self._usual.get(key.name)
        if found is None:
            found = self._usual[key.name] = msgspec.structs.replace(self._options, route=NONE.route(key))
        return found

    def _decided(self, visit: Visit, resolved: Resolved) -> Options:
        wishes = visit.wishes
        if wishes is NONE and visit.pinned is None:
            return self.usual(resolved, visit.key)
        retries = wishes.retries
        options = self._options if retries is None else msgspec.structs.replace(self._options, retries=retries)
        wish = wishes.route(visit.key)
        if resolved.group is not None:
            if visit.pinned is not None:
                wish = held(wish, visit.pinned, resolved.group, drops=options.on_unsupported == "drop")
            return msgspec.structs.replace(options, route=wish)
        if wish.target is not None and wish.target != resolved.canonical:
            raise Unsupported(
                f"the request asks for the target {wish.target[:200]}, and {resolved.name[:200]} is {resolved.canonical}",
                param="accord.target",
            )
        return options if wish.fallback else msgspec.structs.replace(options, retries=0)


def noted(visit: Visit, error: AccordError) -> None:
    """Keeps what the failure says of the call, for the log."""
    visit.error = frameless(error)
    if isinstance(error, ProviderError):
        visit.attempts, visit.route = error.attempts, error.route


def _learned(visit: Visit, response: CallRecord) -> None:
    """Keeps what the answer says of the call, for the log."""
    visit.usage, visit.cost = response.usage, response.cost
    visit.attempts, visit.route = response.attempts, response.route


def _begun(visit: Visit, source: AsyncEventStream) -> AsyncEventStream:
    """Keeps what the beginning of a stream says of the call, for the log. Gives the stream."""
    visit.attempts, visit.route = source.attempts, source.route
    return source
