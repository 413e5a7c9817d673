"""Calls from blocking code."""

import random
from datetime import UTC, datetime
from typing import TypeVar

from accord.core.attempt import Attempt
from accord.core.context import RequestContext
from accord.core.cost import Cost
from accord.core.error import ProviderError
from accord.core.event import Event, UsageReported
from accord.core.http import Head, request_id_in
from accord.core.option import Options
from accord.core.record import CallRecord
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse
from accord.core.usage import Usage
from accord.core.warning import CallWarning
from accord.dialects.codec import Codec, Inbound
from accord.engine.complete import broken, completed, price, warned
from accord.engine.media import fetching
from accord.engine.perform_sync import Body, Credentials, Runner
from accord.engine.plan import ChatPlan, plan, plan_chat
from accord.engine.target import Target
from accord.flows.effect import Opened
from accord.flows.exchange import Outcome
from accord.transport.base import Transport
from accord.transport.fetch_blocking import Fetcher

Req = TypeVar("Req")
Res = TypeVar("Res", bound=CallRecord)


class Engine:
    """Carries out calls over one transport."""

    __slots__ = ("_runner", "_transport")

    def __init__(self, transport: Transport, credentials: Credentials, fetcher: Fetcher | None = None) -> None:
        self._transport = transport
        self._runner = Runner(transport, credentials, fetcher)

    def chat(
        self,
        target: Target,
        request: ChatRequest,
        *,
        options: Options,
        context: RequestContext,
        inbound: Inbound | None = None,
    ) -> ChatResponse:
        """A whole answer. Raises `Unsupported`, `InvalidInput`, `ProviderError`."""
        now = self._runner.now
        files = fetching(target, request, options=options, context=context, now=now, inbound=inbound)
        if files is not None:
            request = self._runner.run(files)
        chosen = plan_chat(target, request, stream=False, options=options, context=context, now=now, inbound=inbound)
        outcome = self._runner.run(chosen.flow(self._runner.now, random.random))
        return completed(outcome.value, target, outcome.attempts, chosen.exchange.warnings, datetime.now(UTC))

    def stream(
        self,
        target: Target,
        request: ChatRequest,
        *,
        options: Options,
        context: RequestContext,
        inbound: Inbound | None = None,
    ) -> "EventStream":
        """A stream whose first events are there. Raises `Unsupported`, `InvalidInput`, `ProviderError`."""
        now = self._runner.now
        files = fetching(target, request, options=options, context=context, now=now, inbound=inbound)
        if files is not None:
            request = self._runner.run(files)
        chosen = plan_chat(target, request, stream=True, options=options, context=context, now=now, inbound=inbound)
        outcome = self._runner.run(chosen.stream_flow(self._runner.now, random.random))
        return EventStream(chosen, outcome)

    def run(
        self, target: Target, codec: Codec[Req, Res], request: Req, *, options: Options, context: RequestContext
    ) -> Res:
        """A call of any other operation. Raises `Unsupported`, `InvalidInput`, `ProviderError`."""
        now = self._runner.now
        chosen = plan(target, codec, request, options=options, context=context, now=now)
        outcome = self._runner.run(chosen.flow(now, random.random))
        return completed(outcome.value, target, outcome.attempts, chosen.exchange.warnings, datetime.now(UTC))

    def now(self) -> float:
        """The clock calls are timed by, in seconds."""
        return self._runner.now

    def close(self) -> None:
        """Closes every connection."""
        self._transport.close()


class EventStream:
    """An answer on its way: events as they come, and what is known of the call so far."""

    __slots__ = ("_body", "_first", "attempts", "forwarded", "head", "target", "usage", "warnings")

    def __init__(self, chosen: ChatPlan, outcome: Outcome[Opened]) -> None:
        opened = outcome.value
        assert isinstance(opened.body, Body)
        self._body: Body = opened.body
        self._first: list[Event] | None = opened.events
        self.target: Target = chosen.target
        self.head: Head = opened.head
        self.forwarded: bool = chosen.exchange.forwarded
        self.attempts: tuple[Attempt, ...] = outcome.attempts
        self.warnings: tuple[CallWarning, ...] = warned(chosen.exchange.warnings, chosen.target, datetime.now(UTC))
        self.usage: Usage | None = None

    @property
    def provider(self) -> str:
        """The configured name of the provider that answers."""
        return self.target.name

    @property
    def request_id(self) -> str | None:
        """The provider's id of the request."""
        return request_id_in(self.head.headers)

    def cost(self) -> Cost:
        """What the call costs by the usage reported so far."""
        return price(self.target, self.usage, datetime.now(UTC))

    def next(self) -> list[Event]:
        """The next events, `[]` after the last. Raises the `ProviderError` the stream broke with."""
        events, self._first = self._first, None
        if events is None:
            try:
                events = self._body.next()
            except ProviderError as error:
                self._body.close()
                raise broken(error, self.target, self.attempts) from None
        for event in events:
            if type(event) is UsageReported:
                self.usage = event.usage
        return events

    def close(self) -> None:
        """Closes the upstream connection unless the stream was read to its end. May be called twice."""
        self._body.close()
