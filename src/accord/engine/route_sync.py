"""Calls through groups, from blocking code. Who is asked is decided by the flow."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from accord.core.error import AccordError, ProviderError
from accord.core.record import CallRecord
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse
from accord.core.route import RouteRecord
from accord.core.usage import Usage
from accord.dialects.codec import Codec, RelayCodec
from accord.engine.complete import completed, completed_chat
from accord.engine.continuation import Continuation, resuming
from accord.engine.event_stream_sync import EventStream, Held
from accord.engine.first import First, first_of
from accord.engine.group import Group
from accord.engine.hold import Hold, tokens_of
from accord.engine.limiter import Limiter
from accord.engine.perform_sync import Runner
from accord.engine.route import Terms
from accord.engine.routed import Routed, RoutedChat, RoutedOperation, RoutedRelay, RoutedStream
from accord.engine.target import Target
from accord.flows.effect import Opened, Result
from accord.flows.exchange import Outcome, begun, landed, sending
from accord.policy.limit import Demand

P = TypeVar("P")
T = TypeVar("T")
Req = TypeVar("Req")
Res = TypeVar("Res", bound=CallRecord)


class Routes:
    """Carries out calls through groups."""

    __slots__ = ("_limiter", "_runner")

    def __init__(self, runner: Runner, limiter: Limiter) -> None:
        self._runner = runner
        self._limiter = limiter

    def chat(self, group: Group, request: ChatRequest, terms: Terms) -> ChatResponse:
        """A whole answer. Raises `Unsupported`, `InvalidInput`, `ProviderError`."""
        now = self._runner.now
        first = self._first(group, request, terms, now, stream=False)
        if first is None:
            return self._carried(self._chat(group, request, terms, now), now)
        try:
            result = self._runner.send(sending(first.plan.leg))
            return self._landed(first, result, now, group, request, terms)
        finally:
            self._let_go(first)

    def _first(self, group: Group, request: ChatRequest, terms: Terms, now: float, *, stream: bool) -> First | None:
        with self._runner.lock:
            return first_of(group, request, terms, now, stream=stream)

    def _let_go(self, first: First) -> None:
        with self._runner.lock:
            first.lease.end()

    def _landed(
        self, first: First, result: Result, now: float, group: Group, request: ChatRequest, terms: Terms
    ) -> ChatResponse:
        """What came of a first request made at `now`: the answer, or that of the flow, which goes on from there."""
        plan = first.plan
        try:
            outcome = landed(plan.leg, plan.exchange, result, now)
        except ProviderError:
            routing = self._chat(group, request, terms, now)
            routing.take_up(first.seat, first.lease)
            return self._carried(routing, now, result)
        record = self._recorded(first, outcome, terms)
        return completed_chat(outcome.value, plan, outcome.attempts, datetime.now(UTC), record)

    def _recorded(self, first: First, outcome: Outcome[T], terms: Terms) -> RouteRecord | None:
        with self._runner.lock:
            first.answered(outcome)
            return first.record(outcome) if terms.recorded else None

    def _chat(self, group: Group, request: ChatRequest, terms: Terms, now: float) -> RoutedChat:
        return RoutedChat(group, request, terms, stream=False, now=now, roll=random.random, headroom=self._headroom)

    def _carried(self, routing: RoutedChat, now: float, first: Result | None = None) -> ChatResponse:
        """Carries a call out; `first` is what came of its first request, where that was made already."""
        outcome = self._runner.run_shared(routing.flow(now), first)
        self._settle(routing.demands, outcome.value.usage)
        record = routing.record(outcome.at)
        return completed_chat(outcome.value, routing.plan, outcome.attempts, datetime.now(UTC), record)

    def stream(self, group: Group, request: ChatRequest, terms: Terms) -> EventStream:
        """A stream whose first events are there. Raises `Unsupported`, `InvalidInput`, `ProviderError`."""
        if not group.policy.continue_interrupted:
            return self._open(group, request, terms)
        started = self._runner.now
        # Bytes as they came cannot be gone on with by another provider: all of it is written anew.
        stream = self._open(group, request, msgspec.structs.replace(terms, inbound=None))
        self._make_continuable(stream, group, request, terms, started)
        return stream

    def _open(self, group: Group, request: ChatRequest, terms: Terms) -> EventStream:
        now = self._runner.now
        first = self._first(group, request, terms, now, stream=True)
        if first is None:
            return self._opened(self._stream(group, request, terms, now), now)
        leg, exchange = first.plan.leg, first.plan.exchange
        try:
            result = self._runner.send(sending(leg, decoder=exchange.decoder()))
            return self._begun(first, result, now, group, request, terms)
        except BaseException:
            self._let_go(first)
            raise

    def _begun(
        self, first: First, result: Result, now: float, group: Group, request: ChatRequest, terms: Terms
    ) -> EventStream:
        """What came of a first request made at `now`: its stream, or that of the flow, which goes on from there."""
        plan = first.plan
        try:
            outcome = begun(plan.leg, plan.exchange, result, now)
        except ProviderError:
            routing = self._stream(group, request, terms, now)
            routing.take_up(first.seat, first.lease)
            return self._opened(routing, now, result)
        record = self._recorded(first, outcome, terms)
        if outcome.body is None:
            self._let_go(first)
        held = Held(Hold(first.lease, (), None), self._runner, self._limiter)
        return EventStream(plan, outcome.value, outcome.attempts, route=record, held=held)

    def _stream(self, group: Group, request: ChatRequest, terms: Terms, now: float) -> RoutedStream:
        return RoutedStream(group, request, terms, stream=True, now=now, roll=random.random, headroom=self._headroom)

    def _opened(self, routing: RoutedStream, now: float, first: Result | None = None) -> EventStream:
        """Carries a call out up to the first events of its stream; `first` as of `_carried`."""
        outcome = self._runner.run_shared(routing.flow(now), first)
        record, held = routing.record(outcome.at), self._held(routing)
        return EventStream(routing.plan, outcome.value, outcome.attempts, route=record, held=held)

    def _make_continuable(
        self, stream: EventStream, group: Group, request: ChatRequest, terms: Terms, started: float
    ) -> None:
        continuation = stream.continuation = Continuation(request)

        def resume(failure: ProviderError) -> EventStream | None:
            left = resuming(group, continuation, failure, terms, self._runner.now - started)
            if left is None:
                return None
            try:
                return self._open(group, continuation.request(), left)
            except AccordError:
                return None  # The stream tells how it broke off.

        stream.resume = resume

    def run(self, group: Group, codec: Callable[[Target], Codec[Req, Res]], request: Req, terms: Terms) -> Res:
        """A call of any other operation; `codec(target)` raises `Unsupported` where a target does not have it.

        Raises `Unsupported`, `InvalidInput`, `ProviderError`.
        """
        now = self._runner.now
        routing = RoutedOperation(group, codec, request, terms, now=now, roll=random.random, headroom=self._headroom)
        outcome = self._runner.run_shared(routing.flow(now))
        self._settle(routing.demands, outcome.value.usage)
        chosen, record = routing.plan, routing.record(outcome.at)
        return completed(
            outcome.value, chosen.target, outcome.attempts, chosen.exchange.warnings, datetime.now(UTC), record
        )

    def relay(
        self, group: Group, codec: Callable[[Target], RelayCodec[Req, CallRecord]], request: Req, terms: Terms
    ) -> EventStream:
        """An answer that is handed on while it arrives, with its first piece there. Raises as `run` does."""
        now = self._runner.now
        routing = RoutedRelay(group, codec, request, terms, now=now, roll=random.random, headroom=self._headroom)
        outcome = self._runner.run_shared(routing.flow(now))
        record, held = routing.record(outcome.at), self._held(routing)
        return EventStream(routing.plan, outcome.value, outcome.attempts, route=record, held=held)

    def _held(self, routing: Routed[P, Opened]) -> Held:
        return Held(Hold(routing.lease, routing.demands, routing.asked.deadline), self._runner, self._limiter)

    def _settle(self, demands: tuple[Demand, ...], usage: Usage | None) -> None:
        """Corrects what was taken of limits by what was used."""
        if demands and (tokens := tokens_of(usage, demands)) is not None:
            with self._runner.lock:
                self._limiter.settle(demands, tokens, self._runner.now)

    def _headroom(self, demands: tuple[Demand, ...]) -> float:
        return self._limiter.headroom(demands, self._runner.now)
