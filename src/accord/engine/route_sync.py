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
from accord.core.usage import Usage
from accord.dialects.codec import Codec, RelayCodec
from accord.engine.complete import completed, completed_chat
from accord.engine.continuation import Continuation, resuming
from accord.engine.event_stream_sync import EventStream, Held
from accord.engine.group import Group
from accord.engine.hold import Hold, tokens_of
from accord.engine.limiter import Limiter
from accord.engine.perform_sync import Runner
from accord.engine.route import Terms
from accord.engine.routed import Routed, RoutedChat, RoutedOperation, RoutedRelay, RoutedStream
from accord.engine.target import Target
from accord.flows.effect import Opened
from accord.policy.limit import Demand

P = TypeVar("P")
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
        routing = RoutedChat(group, request, terms, stream=False, now=now, roll=random.random, headroom=self._headroom)
        outcome = self._runner.run_shared(routing.flow(now))
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
        routing = RoutedStream(group, request, terms, stream=True, now=now, roll=random.random, headroom=self._headroom)
        outcome = self._runner.run_shared(routing.flow(now))
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
