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
from accord.dialects.codec import Codec, RelayCodec
from accord.engine.complete import completed
from accord.engine.continuation import Continuation, resuming
from accord.engine.event_stream_sync import EventStream, Held
from accord.engine.group import Group
from accord.engine.hold import Hold
from accord.engine.limiter import Limiter
from accord.engine.perform_sync import Runner
from accord.engine.route import Asked, Terms
from accord.engine.routed import routed, routed_chat, routed_relay, routed_stream
from accord.engine.target import Target
from accord.policy.limit import Demand
from accord.policy.standing import Lease

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
        now, roll = self._runner.now, random.random
        routing = routed_chat(group, request, terms, now=now, roll=roll, headroom=self._headroom)
        outcome = self._runner.run(routing.flow(now, roll), self._runner.lock)
        chosen, answer = outcome.value
        response = completed(answer, chosen.target, outcome.attempts, chosen.exchange.warnings, datetime.now(UTC))
        self._held(chosen.target, routing.asked, None).end(response.usage)
        record = routing.record(outcome.attempts, outcome.at) if terms.recorded else None
        return msgspec.structs.replace(response, route=record, forwarded=chosen.exchange.forwarded)

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
        now, roll = self._runner.now, random.random
        routing = routed_stream(group, request, terms, now=now, roll=roll, headroom=self._headroom)
        outcome = self._runner.run(routing.flow(now, roll), self._runner.lock)
        chosen, opened = outcome.value
        held = self._held(chosen.target, routing.asked, outcome.lease)
        record = routing.record(outcome.attempts, outcome.at) if terms.recorded else None
        return EventStream(chosen, opened, outcome.attempts, route=record, held=held)

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
        now, roll = self._runner.now, random.random
        routing = routed(group, codec, request, terms, now=now, roll=roll, headroom=self._headroom)
        outcome = self._runner.run(routing.flow(now, roll), self._runner.lock)
        chosen, answer = outcome.value
        response = completed(answer, chosen.target, outcome.attempts, chosen.exchange.warnings, datetime.now(UTC))
        self._held(chosen.target, routing.asked, None).end(response.usage)
        return msgspec.structs.replace(response, route=routing.record(outcome.attempts, outcome.at))

    def relay(
        self, group: Group, codec: Callable[[Target], RelayCodec[Req, CallRecord]], request: Req, terms: Terms
    ) -> EventStream:
        """An answer that is handed on while it arrives, with its first piece there. Raises as `run` does."""
        now, roll = self._runner.now, random.random
        routing = routed_relay(group, codec, request, terms, now=now, roll=roll, headroom=self._headroom)
        outcome = self._runner.run(routing.flow(now, roll), self._runner.lock)
        chosen, opened = outcome.value
        held = self._held(chosen.target, routing.asked, outcome.lease)
        record = routing.record(outcome.attempts, outcome.at)
        return EventStream(chosen, opened, outcome.attempts, route=record, held=held)

    def _held(self, target: Target, asked: Asked, lease: Lease | None) -> Held:
        member = asked.group.members[f"{target.name}/{target.model}"]
        return Held(Hold(lease, asked.demands(member), asked.deadline), self._runner, self._limiter)

    def _headroom(self, demands: tuple[Demand, ...]) -> float:
        return self._limiter.headroom(demands, self._runner.now)
