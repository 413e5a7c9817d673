"""Answers kept in an SQLite file, which several workers of one machine share and which outlives them.

SQLite is called from one thread beside the event loop, so that a slow disk holds up no stream.
"""

import asyncio
import os
import secrets
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from accord.core.error import ConfigError
from accord.engine.store import StoredResponse
from accord.gateway.stored.limit import Limits, packed, unpacked

T = TypeVar("T")

_TABLES = """
CREATE TABLE IF NOT EXISTS response (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    expires_at REAL NOT NULL,
    size INTEGER NOT NULL,
    data BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS response_expiry ON response (expires_at);
CREATE INDEX IF NOT EXISTS response_size ON response (number, size);
CREATE TABLE IF NOT EXISTS secret (only INTEGER PRIMARY KEY CHECK (only = 1), value BLOB NOT NULL);
"""

_TOO_MANY = "DELETE FROM response WHERE number <= (SELECT number FROM response ORDER BY number DESC LIMIT 1 OFFSET ?)"

_TOO_LARGE = """
DELETE FROM response WHERE number <= (
    SELECT MAX(number) FROM (SELECT number, SUM(size) OVER (ORDER BY number DESC) AS held FROM response) WHERE held > ?
)
"""

_ROUND = 32
"""Answers are counted once in so many puts: that looks at all of them. So the bounds may be passed by this many."""

_PATIENCE = 5.0
"""Seconds that one process waits for another that writes."""


class SqliteStore:
    """A `ResponseStore` in a file."""

    def __init__(self, path: Path, limits: Limits, clock: Callable[[], float]) -> None:
        """Opens the file, or makes it, for its owner alone. Raises `ConfigError`. `clock` gives Unix seconds."""
        self._limits = limits
        self._clock = clock
        self._puts = 0
        self._connection = _opened(path)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="responses")

    def secret(self) -> bytes:
        """The secret that is kept with the answers: whoever opens the file later, or beside us, gets the same."""
        with self._connection as connection:
            connection.execute("INSERT OR IGNORE INTO secret VALUES (1, ?)", (secrets.token_bytes(32),))
            return bytes(connection.execute("SELECT value FROM secret").fetchone()[0])

    async def get(self, response_id: str) -> StoredResponse | None:
        """The answer, `None` where it is not there any more."""
        return await self._beside(lambda: self._get(response_id))

    async def put(self, response_id: str, stored: StoredResponse) -> None:
        """Keeps an answer."""
        await self._beside(lambda: self._put(response_id, packed(stored)))

    async def delete(self, response_id: str) -> bool:
        """Forgets an answer."""
        return await self._beside(lambda: self._delete(response_id))

    async def close(self) -> None:
        """Closes the file, once what was begun is done."""
        await self._beside(self._connection.close)
        self._thread.shutdown(wait=False)

    async def _beside(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except sqlite3.Error as error:
            raise OSError(f"the store of responses failed: {error}") from error

    def _get(self, response_id: str) -> StoredResponse | None:
        found = self._connection.execute(
            "SELECT data FROM response WHERE id = ? AND expires_at > ?", (response_id, self._clock())
        ).fetchone()
        return None if found is None else unpacked(found[0])

    def _put(self, response_id: str, data: bytes) -> None:
        now = self._clock()
        with self._connection as connection:
            connection.execute(
                "INSERT OR REPLACE INTO response (id, expires_at, size, data) VALUES (?, ?, ?, ?)",
                (response_id, now + self._limits.ttl, len(data), data),
            )
            connection.execute("DELETE FROM response WHERE expires_at <= ?", (now,))
            if self._puts % _ROUND == 0:
                connection.execute(_TOO_MANY, (self._limits.entries,))
                connection.execute(_TOO_LARGE, (self._limits.size,))
        self._puts += 1

    def _delete(self, response_id: str) -> bool:
        with self._connection as connection:
            done = connection.execute(
                "DELETE FROM response WHERE id = ? AND expires_at > ?", (response_id, self._clock())
            )
        return done.rowcount > 0


def _opened(path: Path) -> sqlite3.Connection:
    try:
        # Made here and not by SQLite, which would let others read what people wrote.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(path, timeout=_PATIENCE, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        # What was deleted is not to be found in the file either.
        connection.execute("PRAGMA secure_delete = ON")
        connection.executescript(_TABLES)
    except (OSError, sqlite3.Error) as error:
        raise ConfigError(f"gateway.responses.store: {path} cannot be used as an SQLite file: {error}") from error
    return connection
