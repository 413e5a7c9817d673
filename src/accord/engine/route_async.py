"""Calls through groups, from asyncio. Who is asked is decided by the flow."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from accord.core.error import AccordError, ProviderError
from accord.core.record import CallRecord
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse
from accord.core.usage import Usage
from accord.dialects.codec import Codec, RelayCodec
from accord.engine.complete import completed, completed_chat
from accord.engine.continuation import Continuation, resuming
from accord.engine.event_stream_async import AsyncEventStream, AsyncHeld
from accord.engine.first import Ahead, First, Underway, first_of, taken_up
from accord.engine.group import Group
from accord.engine.hold import Hold, tokens_of
from accord.engine.limiter import AsyncLimiter
from accord.engine.perform_async import AsyncRunner
from accord.engine.route import Terms
from accord.engine.routed import Routed, RoutedChat, RoutedOperation, RoutedRelay, RoutedStream
from accord.engine.target import Target
from accord.flows.effect import Opened, Result
from accord.flows.exchange import begun, landed, sending
from accord.policy.limit import Demand
from accord.policy.standing import Lease

P = TypeVar("P")
Req = TypeVar("Req")
Res = TypeVar("Res", bound=CallRecord)


class AsyncRoutes:
    """Carries out calls through groups."""

    __slots__ = ("_limiter", "_runner")

    def __init__(self, runner: AsyncRunner, limiter: AsyncLimiter) -> None:
        self._runner = runner
        self._limiter = limiter

    async def chat(self, group: Group, request: ChatRequest, terms: Terms) -> ChatResponse:
        """A whole answer. Raises `Unsupported`, `InvalidInput`, `ProviderError`."""
        now = self._runner.now
        first = first_of(group, request, terms, now, stream=False)
        if first is None:
            return await self._carried(self._chat(group, request, terms, now), now)
        try:
            result = await self._runner.send(sending(first.plan.leg))
            return await self._landed(first, result, now, group, request, terms)
        finally:
            first.lease.end()

    async def take_up(self, group: Group, request: ChatRequest, terms: Terms, ahead: Ahead) -> ChatResponse:
        """The answer to a call whose first request was made already. Raises as `chat` does."""
        first = taken_up(group, request, terms, ahead, stream=False)
        try:
            return await self._landed(first, ahead.result, ahead.started, group, request, terms)
        finally:
            first.lease.end()

    async def _landed(
        self, first: First, result: Result, now: float, group: Group, request: ChatRequest, terms: Terms
    ) -> ChatResponse:
        """What came of a first request made at `now`: the answer, or that of the flow, which goes on from there."""
        try:
            outcome = first.answered(landed(first.plan.leg, first.plan.exchange, result, now))
        except ProviderError:
            routing = self._chat(group, request, terms, now)
            routing.take_up(first.seat, first.lease)
            return await self._carried(routing, now, result)
        record = first.record(outcome) if terms.recorded else None
        return completed_chat(outcome.value, first.plan, outcome.attempts, datetime.now(UTC), record)

    def _chat(self, group: Group, request: ChatRequest, terms: Terms, now: float) -> RoutedChat:
        return RoutedChat(group, request, terms, stream=False, now=now, roll=random.random, headroom=self._headroom)

    async def _carried(self, routing: RoutedChat, now: float, first: Result | None = None) -> ChatResponse:
        """Carries a call out; `first` is what came of its first request, where that was made already."""
        outcome = await self._runner.run(routing.flow(now), first)
        await self._settle(routing.demands, outcome.value.usage)
        record = routing.record(outcome.at)
        return completed_chat(outcome.value, routing.plan, outcome.attempts, datetime.now(UTC), record)

    async def stream(self, group: Group, request: ChatRequest, terms: Terms) -> AsyncEventStream:
        """A stream whose first events are there. Raises `Unsupported`, `InvalidInput`, `ProviderError`."""
        if not group.policy.continue_interrupted:
            return await self._open(group, request, terms)
        started = self._runner.now
        # Bytes as they came cannot be gone on with by another provider: all of it is written anew.
        stream = await self._open(group, request, msgspec.structs.replace(terms, inbound=None))
        self._make_continuable(stream, group, request, terms, started)
        return stream

    async def _open(self, group: Group, request: ChatRequest, terms: Terms) -> AsyncEventStream:
        now = self._runner.now
        first = first_of(group, request, terms, now, stream=True)
        if first is None:
            return await self._opened(self._stream(group, request, terms, now), now)
        leg, exchange = first.plan.leg, first.plan.exchange
        try:
            result = await self._runner.send(sending(leg, decoder=exchange.decoder()))
            return await self._begun(first, result, now, group, request, terms)
        except BaseException:
            first.lease.end()
            raise

    async def take_up_stream(
        self, group: Group, request: ChatRequest, terms: Terms, underway: Underway
    ) -> AsyncEventStream:
        """The stream of a call whose first request was sent already. Raises as `stream` does."""
        try:
            first = taken_up(group, request, terms, underway, stream=True)
        except BaseException:
            underway.opening.cancel()
            raise
        try:
            result = await self._runner.receive(underway, first.plan.exchange.decoder())
            return await self._begun(first, result, underway.started, group, request, terms)
        except BaseException:
            first.lease.end()
            raise

    async def _begun(
        self, first: First, result: Result, now: float, group: Group, request: ChatRequest, terms: Terms
    ) -> AsyncEventStream:
        """What came of a first request made at `now`: its stream, or that of the flow, which goes on from there."""
        plan, lease = first.plan, first.lease
        try:
            outcome = first.answered(begun(plan.leg, plan.exchange, result, now))
        except ProviderError:
            routing = self._stream(group, request, terms, now)
            routing.take_up(first.seat, lease)
            return await self._opened(routing, now, result)
        if outcome.body is None:
            lease.end()
        record = first.record(outcome) if terms.recorded else None
        return AsyncEventStream(plan, outcome.value, outcome.attempts, route=record, held=self.held(lease))

    def held(self, lease: Lease) -> AsyncHeld:
        """What a stream holds of a target that was chosen without limits of its own."""
        return AsyncHeld(Hold(lease, (), None), self._runner, self._limiter)

    def _stream(self, group: Group, request: ChatRequest, terms: Terms, now: float) -> RoutedStream:
        return RoutedStream(group, request, terms, stream=True, now=now, roll=random.random, headroom=self._headroom)

    async def _opened(self, routing: RoutedStream, now: float, first: Result | None = None) -> AsyncEventStream:
        """Carries a call out up to the first events of its stream; `first` as of `_carried`."""
        outcome = await self._runner.run(routing.flow(now), first)
        record, held = routing.record(outcome.at), self._held(routing)
        return AsyncEventStream(routing.plan, outcome.value, outcome.attempts, route=record, held=held)

    def _make_continuable(
        self, stream: AsyncEventStream, group: Group, request: ChatRequest, terms: Terms, started: float
    ) -> None:
        continuation = stream.continuation = Continuation(request)

        async def resume(failure: ProviderError) -> AsyncEventStream | None:
            left = resuming(group, continuation, failure, terms, self._runner.now - started)
            if left is None:
                return None
            try:
                return await self._open(group, continuation.request(), left)
            except AccordError:
                return None  # The stream tells how it broke off.

        stream.resume = resume

    async def run(self, group: Group, codec: Callable[[Target], Codec[Req, Res]], request: Req, terms: Terms) -> Res:
        """A call of any other operation; `codec(target)` raises `Unsupported` where a target does not have it.

        Raises `Unsupported`, `InvalidInput`, `ProviderError`.
        """
        now = self._runner.now
        routing = RoutedOperation(group, codec, request, terms, now=now, roll=random.random, headroom=self._headroom)
        outcome = await self._runner.run(routing.flow(now))
        await self._settle(routing.demands, outcome.value.usage)
        chosen, record = routing.plan, routing.record(outcome.at)
        return completed(
            outcome.value, chosen.target, outcome.attempts, chosen.exchange.warnings, datetime.now(UTC), record
        )

    async def relay(
        self, group: Group, codec: Callable[[Target], RelayCodec[Req, CallRecord]], request: Req, terms: Terms
    ) -> AsyncEventStream:
        """An answer that is handed on while it arrives, with its first piece there. Raises as `run` does."""
        now = self._runner.now
        routing = RoutedRelay(group, codec, request, terms, now=now, roll=random.random, headroom=self._headroom)
        outcome = await self._runner.run(routing.flow(now))
        record, held = routing.record(outcome.at), self._held(routing)
        return AsyncEventStream(routing.plan, outcome.value, outcome.attempts, route=record, held=held)

    def _held(self, routing: Routed[P, Opened]) -> AsyncHeld:
        return AsyncHeld(Hold(routing.lease, routing.demands, routing.asked.deadline), self._runner, self._limiter)

    async def _settle(self, demands: tuple[Demand, ...], usage: Usage | None) -> None:
        """Corrects what was taken of limits by what was used."""
        if demands and (tokens := tokens_of(usage, demands)) is not None:
            await self._limiter.settle(demands, tokens, self._runner.now)

    def _headroom(self, demands: tuple[Demand, ...]) -> float:
        return self._limiter.headroom(demands, self._runner.now)
