"""A configuration becomes a gateway, with the real network behind it."""

import asyncio
from collections.abc import Awaitable, Callable

from accord.client.async_credential import AsyncTokenCache
from accord.engine.limiter import Immediate, Limiter, LocalLimiter
from accord.engine.observed_async import ObservedAsyncEngine
from accord.engine.run_async import AsyncEngine
from accord.engine.standings import Standings
from accord.gateway.asgi import Application
from accord.gateway.config import Config
from accord.gateway.gateway import Gateway
from accord.gateway.health import Health
from accord.gateway.log_writer import lines
from accord.gateway.metrics.board import Place
from accord.gateway.metrics.tally import Tally
from accord.gateway.service import Service
from accord.gateway.shadow import Shadows
from accord.gateway.stored.open import open_shelf
from accord.gateway.tracing import open_tracing
from accord.transport.asyncio_http1 import AsyncHttp1

Prepare = Callable[[], Awaitable[Config]]
"""Gives the configuration once the loop runs."""

Finish = Callable[[], Awaitable[None]]
"""Ends what `Prepare` began."""


async def nothing() -> None:
    """What there is to end where nothing was begun."""


def application(prepare: Prepare, finish: Finish = nothing) -> Application:
    """An ASGI application that reads its configuration when the server starts it."""
    return Application(builder(prepare, finish))


def builder(
    prepare: Prepare, finish: Finish = nothing, place: Place | None = None, limiter: Limiter | None = None
) -> Callable[[], Awaitable[Gateway]]:
    """Builds the gateway once a loop runs. `place` and `limiter` are what it shares with other workers, if there are any."""

    async def build() -> Gateway:
        return gateway(await prepare(), finish, place, limiter)

    return build


def gateway(
    config: Config, finish: Finish = nothing, place: Place | None = None, limiter: Limiter | None = None
) -> Gateway:
    """A gateway that calls providers over Accord's own HTTP/1.1. Needs a running loop. Raises `ConfigError`."""
    tally = Tally()
    observers, end_tracing = open_tracing(config.gateway.tracing)
    transport, tokens, counted = AsyncHttp1(), AsyncTokenCache(), Immediate(limiter or LocalLimiter())
    engine = (
        ObservedAsyncEngine(transport, tokens, observers, counted)
        if observers
        else AsyncEngine(transport, tokens, counted)
    )
    health = Health()
    standings = Standings()
    shadows = Shadows(engine)
    shelf, close_shelf = open_shelf(config.gateway)

    async def close() -> None:
        await shadows.close()
        await engine.close()
        await close_shelf()
        await finish()
        # It may wait for the collector.
        await asyncio.to_thread(end_tracing)
        lines.close()
        if place is not None:
            place.stop()

    def build(current: Config) -> Service:
        return Service(current, engine, health, shelf, tally, place, standings, shadows)

    built = Gateway(config, build, health, close, tally, standings.waiting)
    if place is not None:
        place.start(tally, asyncio.get_running_loop())
    return built
