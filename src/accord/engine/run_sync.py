"""Calls from blocking code."""

import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from accord.core.context import RequestContext
from accord.core.option import Options
from accord.core.record import CallRecord
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse
from accord.dialects.codec import Codec, Inbound, RelayCodec
from accord.engine import later
from accord.engine.complete import completed, completed_chat
from accord.engine.limiter import Limiter, LocalLimiter
from accord.engine.media import fetching
from accord.engine.perform_sync import Credentials, Runner
from accord.engine.plan import plan, plan_chat, plan_relay
from accord.engine.target import Target
from accord.flows.note import Notes
from accord.transport.base import Transport

if TYPE_CHECKING:
    from accord.engine.event_stream_sync import EventStream
    from accord.engine.route_sync import Routes
    from accord.transport.fetch_blocking import Fetcher

Req = TypeVar("Req")
Res = TypeVar("Res", bound=CallRecord)


class Engine:
    """Carries out calls over one transport."""

    __slots__ = ("_notes", "_routes", "_runner", "_transport", "limiter")

    def __init__(
        self,
        transport: Transport,
        credentials: Credentials,
        limiter: Limiter | None = None,
        fetcher: "Fetcher | None" = None,
    ) -> None:
        """`limiter` counts what is used of limits: by itself in this process, if not given."""
        self.limiter: Limiter = limiter or LocalLimiter()
        self._transport = transport
        self._runner = Runner(transport, credentials, self.limiter, fetcher)
        self._routes: Routes | None = None
        self._notes: Notes | None = None

    @property
    def routes(self) -> "Routes":
        """Calls through groups of targets."""
        if self._routes is None:
            self._routes = later.Routes(self._runner, self.limiter)
        return self._routes

    def telling(self, notes: Notes) -> "Engine":
        """This engine for a single call, of which `notes` is told as it goes on."""
        told = Engine.__new__(Engine)
        told.limiter, told._routes = self.limiter, self._routes
        told._transport, told._runner, told._notes = self._transport, self._runner, notes
        return told

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
            request = self._runner.run(files).request
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
        outcome = self._runner.run(chosen.flow(self._runner.now, random.random))
        return completed_chat(outcome.value, chosen, outcome.attempts, datetime.now(UTC))

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
            request = self._runner.run(files).request
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
        outcome = self._runner.run(chosen.stream_flow(self._runner.now, random.random))
        return later.EventStream(chosen, outcome.value, outcome.attempts)

    def run(
        self, target: Target, codec: Codec[Req, Res], request: Req, *, options: Options, context: RequestContext
    ) -> Res:
        """A call of any other operation. Raises `Unsupported`, `InvalidInput`, `ProviderError`."""
        now = self._runner.now
        chosen = plan(target, codec, request, options=options, context=context, now=now, notes=self._notes)
        outcome = self._runner.run(chosen.flow(now, random.random))
        return completed(outcome.value, target, outcome.attempts, chosen.exchange.warnings, datetime.now(UTC))

    def relay(
        self,
        target: Target,
        codec: RelayCodec[Req, CallRecord],
        request: Req,
        *,
        options: Options,
        context: RequestContext,
    ) -> "EventStream":
        """An answer that is handed on while it arrives, with its first piece there. Raises as `run` does."""
        now = self._runner.now
        chosen = plan_relay(target, codec, request, options=options, context=context, now=now, notes=self._notes)
        outcome = self._runner.run(chosen.stream_flow(now, random.random))
        return later.EventStream(chosen, outcome.value, outcome.attempts)

    def now(self) -> float:
        """The clock calls are timed by, in seconds."""
        return self._runner.now

    def close(self) -> None:
        """Closes every connection."""
        self._transport.close()
