"""Calls from asyncio, as both faces make them."""

import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from accord.core.context import RequestContext
from accord.core.error import ProviderError
from accord.core.option import Options
from accord.core.record import CallRecord
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse
from accord.dialects.codec import Codec, Inbound, RelayCodec
from accord.engine import later
from accord.engine.complete import completed, completed_chat
from accord.engine.limiter import AsyncLimiter, Immediate, LocalLimiter
from accord.engine.media import fetching
from accord.engine.perform_async import AsyncCredentials, AsyncRunner
from accord.engine.plan import ChatPlan, plan, plan_chat, plan_relay
from accord.engine.prepare import has_trace
from accord.engine.target import Target
from accord.flows.effect import Opened, Result
from accord.flows.exchange import Leg, begun, landed, sending
from accord.flows.note import Notes
from accord.policy.standing import Lease
from accord.transport.base import AsyncTransport, AsyncWay, AsyncWays

if TYPE_CHECKING:
    from accord.engine.event_stream_async import AsyncEventStream
    from accord.engine.first import Ahead, Underway
    from accord.engine.route_async import AsyncRoutes
    from accord.transport.fetch_async import AsyncFetcher

Req = TypeVar("Req")
Res = TypeVar("Res", bound=CallRecord)


class AsyncEngine:
    """Carries out calls over one transport."""

    __slots__ = ("_notes", "_routes", "_runner", "_transport", "limiter")

    def __init__(
        self,
        transport: AsyncTransport,
        credentials: AsyncCredentials,
        limiter: AsyncLimiter | None = None,
        fetcher: "AsyncFetcher | None" = None,
    ) -> None:
        """`limiter` counts what is used of limits: by itself in this process, if not given."""
        self.limiter: AsyncLimiter = limiter or Immediate(LocalLimiter())
        self._transport = transport
        self._runner = AsyncRunner(transport, credentials, self.limiter, fetcher)
        self._routes: AsyncRoutes | None = None
        self._notes: Notes | None = None

    @property
    def routes(self) -> "AsyncRoutes":
        """Calls through groups of targets."""
        if self._routes is None:
            self._routes = later.AsyncRoutes(self._runner, self.limiter)
        return self._routes

    def telling(self, notes: Notes) -> "AsyncEngine":
        """This engine for a single call, of which `notes` is told as it goes on."""
        told = AsyncEngine.__new__(AsyncEngine)
        told.limiter, told._routes = self.limiter, self._routes
        told._transport, told._runner, told._notes = self._transport, self._runner, notes
        return told

    async def chat(
        self,
        target: Target,
        request: ChatRequest,
        *,
        options: Options,
        context: RequestContext,
        inbound: Inbound | None = None,
    ) -> ChatResponse:
        """A whole answer. Raises `Unsupported`, `InvalidInput`, `ProviderError`."""
        now = started = self._runner.now
        files = fetching(target, request, options=options, context=context, now=now, inbound=inbound)
        if files is not None:
            whole = await self._runner.run(files)
            request, started = whole.request, whole.at
        chosen = plan_chat(
            target,
            request,
            stream=False,
            options=options,
            context=context,
            now=now,
            inbound=inbound,
            notes=self._notes,
        )
        leg = chosen.leg
        if leg.notes is not None:
            outcome = await self._runner.run(chosen.flow(started, random.random))
            return completed_chat(outcome.value, chosen, outcome.attempts, datetime.now(UTC))
        # Sent without the flow, which goes on from there where that failed (see `engine/first.py`): 2 us less.
        return await self._landed(chosen, await self._runner.send(sending(leg)), started)

    async def take_up(
        self,
        target: Target,
        request: ChatRequest,
        ahead: "Ahead",
        *,
        options: Options,
        context: RequestContext,
        inbound: Inbound,
    ) -> ChatResponse:
        """The answer to a call whose first request was made already. Raises as `chat` does."""
        now = ahead.started
        chosen = plan_chat(target, request, stream=False, options=options, context=context, now=now, inbound=inbound)
        return await self._landed(chosen, ahead.result, now)

    async def _landed(self, chosen: ChatPlan, result: Result, now: float) -> ChatResponse:
        """What came of a first request made at `now`: the answer, or that of the flow, which goes on from there."""
        try:
            outcome = landed(chosen.leg, chosen.exchange, result, now)
        except ProviderError:
            outcome = await self._runner.run(chosen.flow(now, random.random), result)
        return completed_chat(outcome.value, chosen, outcome.attempts, datetime.now(UTC))

    async def stream(
        self,
        target: Target,
        request: ChatRequest,
        *,
        options: Options,
        context: RequestContext,
        inbound: Inbound | None = None,
    ) -> "AsyncEventStream":
        """A stream whose first events are there. Raises `Unsupported`, `InvalidInput`, `ProviderError`."""
        now = self._runner.now
        files = fetching(target, request, options=options, context=context, now=now, inbound=inbound)
        if files is not None:
            request = (await self._runner.run(files)).request
        chosen = plan_chat(
            target,
            request,
            stream=True,
            options=options,
            context=context,
            now=now,
            inbound=inbound,
            notes=self._notes,
        )
        outcome = await self._runner.run(chosen.stream_flow(self._runner.now, random.random))
        return later.AsyncEventStream(chosen, outcome.value, outcome.attempts)

    async def take_up_stream(
        self,
        target: Target,
        request: ChatRequest,
        underway: "Underway",
        *,
        options: Options,
        context: RequestContext,
        inbound: Inbound,
    ) -> "AsyncEventStream":
        """The stream of a call whose request was sent already. Raises as `stream` does."""
        now = underway.started
        try:
            chosen = plan_chat(target, request, stream=True, options=options, context=context, now=now, inbound=inbound)
        except BaseException:
            underway.opening.cancel()
            raise
        result = await self._runner.receive(underway, chosen.exchange.decoder())
        outcome = await self._runner.run(chosen.stream_flow(now, random.random), result)
        return later.AsyncEventStream(chosen, outcome.value, outcome.attempts)

    def opened(
        self, chosen: ChatPlan, opened: Opened, started: float, lease: Lease | None = None
    ) -> "AsyncEventStream":
        """The stream of a call whose request was made by somebody else at `started`; `lease` is its place at a group's target."""
        outcome = begun(chosen.leg, chosen.exchange, opened, started)
        held = None if lease is None else self.routes.held(lease)
        return later.AsyncEventStream(chosen, opened, outcome.attempts, held=held)

    async def with_files(
        self, target: Target, request: ChatRequest, *, options: Options, context: RequestContext
    ) -> ChatRequest:
        """The conversation as the target takes it: with the files in it that it does not read by their address.

        For operations on conversations other than answering them. Raises `Unsupported`, `InvalidInput`, `TimedOut`.
        """
        files = fetching(target, request, options=options, context=context, now=self._runner.now)
        return request if files is None else (await self._runner.run(files)).request

    async def run(
        self, target: Target, codec: Codec[Req, Res], request: Req, *, options: Options, context: RequestContext
    ) -> Res:
        """A call of any other operation. Raises `Unsupported`, `InvalidInput`, `ProviderError`."""
        now = self._runner.now
        chosen = plan(target, codec, request, options=options, context=context, now=now, notes=self._notes)
        outcome = await self._runner.run(chosen.flow(now, random.random))
        return completed(outcome.value, target, outcome.attempts, chosen.exchange.warnings, datetime.now(UTC))

    async def relay(
        self,
        target: Target,
        codec: RelayCodec[Req, CallRecord],
        request: Req,
        *,
        options: Options,
        context: RequestContext,
    ) -> "AsyncEventStream":
        """An answer that is handed on while it arrives, with its first piece there. Raises as `run` does."""
        now = self._runner.now
        chosen = plan_relay(target, codec, request, options=options, context=context, now=now, notes=self._notes)
        outcome = await self._runner.run(chosen.stream_flow(now, random.random))
        return later.AsyncEventStream(chosen, outcome.value, outcome.attempts)

    def way(self, leg: Leg) -> AsyncWay | None:
        """The way of requests that differ from this one in their bodies and traces alone, for whoever sends them on his own; `None`
        where none is to be sent so: a credential has to be fetched first, somebody listens, its host has a trace of its own, or the
        transport has no such way.

        Raises `InvalidInput` and `ConfigError` as sending does.
        """
        if (
            leg.credential is not None
            or leg.deadline is not None
            or leg.notes is not None
            or has_trace(leg.call.headers)
        ):
            return None
        return self._transport.way(leg.call) if isinstance(self._transport, AsyncWays) else None

    def now(self) -> float:
        """The clock calls are timed by, in seconds."""
        return self._runner.now

    async def close(self) -> None:
        """Closes every connection."""
        await self._transport.close()
