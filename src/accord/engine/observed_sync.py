"""An engine under observation, for blocking code: every call is told of. Engines that nobody observes are plain ones."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from accord.core.context import RequestContext
from accord.core.observe import Observer
from accord.core.option import Options
from accord.core.record import CallRecord
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse
from accord.dialects.codec import Codec, Inbound, RelayCodec
from accord.engine.event_stream_sync import EventStream
from accord.engine.group import Group
from accord.engine.limiter import Limiter, LocalLimiter
from accord.engine.perform_sync import Credentials, Runner
from accord.engine.route import Terms
from accord.engine.route_sync import Routes
from accord.engine.run_sync import Engine
from accord.engine.target import Target
from accord.engine.watch import OPERATIONS, Watch
from accord.transport.base import Transport
from accord.transport.fetch_blocking import Fetcher

Req = TypeVar("Req")
Res = TypeVar("Res", bound=CallRecord)


class ObservedEngine(Engine):
    """Tells observers of every call."""

    __slots__ = ("_observers",)

    def __init__(
        self,
        transport: Transport,
        credentials: Credentials,
        observers: Sequence[Observer],
        limiter: Limiter | None = None,
        fetcher: Fetcher | None = None,
    ) -> None:
        limiter = limiter or LocalLimiter()
        super().__init__(transport, credentials, limiter, fetcher)
        self._observers = tuple(observers)
        self._routes = ObservedRoutes(self._runner, limiter, self._observers)

    def chat(
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
        return _whole(watch, lambda: chat(target, request, options=options, context=watch.context, inbound=inbound))

    def stream(
        self,
        target: Target,
        request: ChatRequest,
        *,
        options: Options,
        context: RequestContext,
        inbound: Inbound | None = None,
    ) -> EventStream:
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
        return _open(watch, lambda: stream(target, request, options=options, context=watch.context, inbound=inbound))

    def run(
        self, target: Target, codec: Codec[Req, Res], request: Req, *, options: Options, context: RequestContext
    ) -> Res:
        """As of any engine."""
        operation = OPERATIONS[type(request)]
        watch = Watch(
            self._observers, operation, target.name, target.model, context, provider_type=target.provider.catalogue
        )
        run = self.telling(watch).run
        return _whole(watch, lambda: run(target, codec, request, options=options, context=watch.context))

    def relay(
        self,
        target: Target,
        codec: RelayCodec[Req, CallRecord],
        request: Req,
        *,
        options: Options,
        context: RequestContext,
    ) -> EventStream:
        """As of any engine."""
        kind, operation = target.provider.catalogue, OPERATIONS[type(request)]
        watch = Watch(self._observers, operation, target.name, target.model, context, provider_type=kind, stream=True)
        relay = self.telling(watch).relay
        return _open(watch, lambda: relay(target, codec, request, options=options, context=watch.context))


class ObservedRoutes(Routes):
    """Tells observers of every call through a group."""

    __slots__ = ("_observers",)

    def __init__(self, runner: Runner, limiter: Limiter, observers: tuple[Observer, ...]) -> None:
        super().__init__(runner, limiter)
        self._observers = observers

    def chat(self, group: Group, request: ChatRequest, terms: Terms) -> ChatResponse:
        """As of any engine."""
        watch = Watch(self._observers, "chat", group.name, request.model or group.name, terms.context)
        chat = super().chat
        return _whole(watch, lambda: chat(group, request, _carrying(terms, watch)))

    def stream(self, group: Group, request: ChatRequest, terms: Terms) -> EventStream:
        """As of any engine."""
        watch = Watch(self._observers, "chat", group.name, request.model or group.name, terms.context, stream=True)
        stream = super().stream
        return _open(watch, lambda: stream(group, request, _carrying(terms, watch)))

    def run(self, group: Group, codec: Callable[[Target], Codec[Req, Res]], request: Req, terms: Terms) -> Res:
        """As of any engine."""
        watch = Watch(self._observers, OPERATIONS[type(request)], group.name, group.name, terms.context)
        run = super().run
        return _whole(watch, lambda: run(group, codec, request, _carrying(terms, watch)))

    def relay(
        self, group: Group, codec: Callable[[Target], RelayCodec[Req, CallRecord]], request: Req, terms: Terms
    ) -> EventStream:
        """As of any engine."""
        operation = OPERATIONS[type(request)]
        watch = Watch(self._observers, operation, group.name, group.name, terms.context, stream=True)
        relay = super().relay
        return _open(watch, lambda: relay(group, codec, request, _carrying(terms, watch)))


def _carrying(terms: Terms, watch: Watch) -> Terms:
    return msgspec.structs.replace(terms, context=watch.context, notes=watch, plain=False)


def _whole(watch: Watch, answer: Callable[[], Res]) -> Res:
    try:
        response = answer()
    except BaseException as error:
        watch.failed(error)
        raise
    watch.answered(response)
    return response


def _open(watch: Watch, answer: Callable[[], EventStream]) -> EventStream:
    try:
        stream = answer()
    except BaseException as error:
        watch.failed(error)
        raise
    stream.watch = watch
    return stream
