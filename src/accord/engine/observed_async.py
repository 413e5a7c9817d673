"""An engine under observation, for asyncio: every call is told of. Engines that nobody observes are plain ones."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import msgspec

from accord.core.context import RequestContext
from accord.core.observe import Observer
from accord.core.option import Options
from accord.core.record import CallRecord
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse
from accord.dialects.codec import Codec, Inbound, RelayCodec
from accord.engine.event_stream_async import AsyncEventStream
from accord.engine.group import Group
from accord.engine.limiter import AsyncLimiter, Immediate, LocalLimiter
from accord.engine.perform_async import AsyncCredentials, AsyncRunner
from accord.engine.route import Terms
from accord.engine.route_async import AsyncRoutes
from accord.engine.run_async import AsyncEngine
from accord.engine.target import Target
from accord.engine.watch import OPERATIONS, Watch
from accord.flows.exchange import Leg
from accord.transport.base import AsyncTransport
from accord.transport.fetch_async import AsyncFetcher

Req = TypeVar("Req")
Res = TypeVar("Res", bound=CallRecord)


class ObservedAsyncEngine(AsyncEngine):
    """Tells observers of every call."""

    __slots__ = ("_observers",)

    def __init__(
        self,
        transport: AsyncTransport,
        credentials: AsyncCredentials,
        observers: Sequence[Observer],
        limiter: AsyncLimiter | None = None,
        fetcher: AsyncFetcher | None = None,
    ) -> None:
        limiter = limiter or Immediate(LocalLimiter())
        super().__init__(transport, credentials, limiter, fetcher)
        self._observers = tuple(observers)
        self._routes = ObservedAsyncRoutes(self._runner, limiter, self._observers)

    async def chat(
        self,
        target: Target,
        request: ChatRequest,
        *,
        options: Options,
        context: RequestContext,
        inbound: Inbound | None = None,
    ) -> ChatResponse:
        """As of any engine."""
        watch = Watch(
            self._observers, "chat", target.name, target.model, context, provider_type=target.provider.catalogue
        )
        chat = self.telling(watch).chat
        return await _whole(watch, chat(target, request, options=options, context=watch.context, inbound=inbound))

    async def stream(
        self,
        target: Target,
        request: ChatRequest,
        *,
        options: Options,
        context: RequestContext,
        inbound: Inbound | None = None,
    ) -> AsyncEventStream:
        """As of any engine."""
        watch = Watch(
            self._observers,
            "chat",
            target.name,
            target.model,
            context,
            provider_type=target.provider.catalogue,
            stream=True,
        )
        stream = self.telling(watch).stream
        return await _open(watch, stream(target, request, options=options, context=watch.context, inbound=inbound))

    async def run(
        self, target: Target, codec: Codec[Req, Res], request: Req, *, options: Options, context: RequestContext
    ) -> Res:
        """As of any engine."""
        operation = OPERATIONS[type(request)]
        watch = Watch(
            self._observers, operation, target.name, target.model, context, provider_type=target.provider.catalogue
        )
        run = self.telling(watch).run
        return await _whole(watch, run(target, codec, request, options=options, context=watch.context))

    async def relay(
        self,
        target: Target,
        codec: RelayCodec[Req, CallRecord],
        request: Req,
        *,
        options: Options,
        context: RequestContext,
    ) -> AsyncEventStream:
        """As of any engine."""
        kind, operation = target.provider.catalogue, OPERATIONS[type(request)]
        watch = Watch(self._observers, operation, target.name, target.model, context, provider_type=kind, stream=True)
        relay = self.telling(watch).relay
        return await _open(watch, relay(target, codec, request, options=options, context=watch.context))

    def way(self, leg: Leg) -> None:
        """None: what goes another way is not observed."""
        del leg


class ObservedAsyncRoutes(AsyncRoutes):
    """Tells observers of every call through a group."""

    __slots__ = ("_observers",)

    def __init__(self, runner: AsyncRunner, limiter: AsyncLimiter, observers: tuple[Observer, ...]) -> None:
        super().__init__(runner, limiter)
        self._observers = observers

    async def chat(self, group: Group, request: ChatRequest, terms: Terms) -> ChatResponse:
        """As of any engine."""
        watch = Watch(self._observers, "chat", group.name, request.model or group.name, terms.context)
        chat = super().chat
        return await _whole(watch, chat(group, request, _carrying(terms, watch)))

    async def stream(self, group: Group, request: ChatRequest, terms: Terms) -> AsyncEventStream:
        """As of any engine."""
        watch = Watch(self._observers, "chat", group.name, request.model or group.name, terms.context, stream=True)
        stream = super().stream
        return await _open(watch, stream(group, request, _carrying(terms, watch)))

    async def run(self, group: Group, codec: Callable[[Target], Codec[Req, Res]], request: Req, terms: Terms) -> Res:
        """As of any engine."""
        watch = Watch(self._observers, OPERATIONS[type(request)], group.name, group.name, terms.context)
        run = super().run
        return await _whole(watch, run(group, codec, request, _carrying(terms, watch)))

    async def relay(
        self, group: Group, codec: Callable[[Target], RelayCodec[Req, CallRecord]], request: Req, terms: Terms
    ) -> AsyncEventStream:
        """As of any engine."""
        operation = OPERATIONS[type(request)]
        watch = Watch(self._observers, operation, group.name, group.name, terms.context, stream=True)
        relay = super().relay
        return await _open(watch, relay(group, codec, request, _carrying(terms, watch)))


def _carrying(terms: Terms, watch: Watch) -> Terms:
    return msgspec.structs.replace(terms, context=watch.context, notes=watch, plain=False)


async def _whole(watch: Watch, answer: Awaitable[Res]) -> Res:
    try:
        response = await answer
    except BaseException as error:
        watch.failed(error)
        raise
    watch.answered(response)
    return response


async def _open(watch: Watch, answer: Awaitable[AsyncEventStream]) -> AsyncEventStream:
    try:
        stream = await answer
    except BaseException as error:
        watch.failed(error)
        raise
    stream.watch = watch
    return stream
