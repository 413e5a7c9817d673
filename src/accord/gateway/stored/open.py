"""From the settings to a shelf."""

import secrets
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

from accord.core.error import ConfigError
from accord.core.secret import Secret
from accord.gateway.config import GatewaySettings
from accord.gateway.stored.limit import Limits
from accord.gateway.stored.memory import MemoryStore
from accord.gateway.stored.response_id import ResponseIds
from accord.gateway.stored.shelf import Shelf
from accord.gateway.stored.sqlite import SqliteStore


class OpenShelf(NamedTuple):
    """A shelf, and how to close what is behind it."""

    shelf: Shelf
    close: Callable[[], Awaitable[None]]


async def _nothing() -> None:
    """What there is to close where nothing was opened."""


def empty_shelf() -> Shelf:
    """A shelf that keeps nothing."""
    return Shelf(None, ResponseIds(secrets.token_bytes(32)))


def open_shelf(settings: GatewaySettings, clock: Callable[[], float] = time.time) -> OpenShelf:
    """Raises `ConfigError` where the file cannot be opened."""
    responses, place = settings.responses, settings.response_store
    limits = Limits(ttl=responses.ttl, entries=responses.max_entries, size=int(responses.max_mb * 1024 * 1024))
    secret = None if responses.secret is None else Secret(responses.secret).reveal().encode()
    if place == "off":
        return OpenShelf(Shelf(None, ResponseIds(secret or secrets.token_bytes(32))), _nothing)
    if place == "memory":
        memory = MemoryStore(limits, clock)
        return OpenShelf(Shelf(memory, ResponseIds(secret or secrets.token_bytes(32))), memory.close)
    sqlite = SqliteStore(Path(place), limits, clock)
    return OpenShelf(Shelf(sqlite, ResponseIds(secret or sqlite.secret())), sqlite.close)


def check_store(settings: GatewaySettings) -> tuple[str, ...]:
    """What the operator should know of the choice. Raises `ConfigError` for one that cannot work."""
    if settings.workers == 1 or settings.response_store not in ("memory", "off"):
        return ()
    if settings.response_store == "memory":
        raise ConfigError(
            f"gateway.responses.store: the memory of one of {settings.workers} workers is not seen by the others; "
            "name an SQLite file, or `off`, or serve by one worker"
        )
    if settings.responses.store is not None:
        return ()
    note = (
        f"gateway.responses.store: {settings.workers} workers share no memory, so no responses are kept and "
        "`previous_response_id` finds none; name an SQLite file"
    )
    return (note,)
