"""Credentials become headers just before sending: cached, refreshed early, one refresh for many waiters. Blocking."""

import threading
import time
from collections.abc import Callable
from typing import cast

import msgspec

from accord.client import later
from accord.core.error import AccordError, ConfigError
from accord.core.http import Headers
from accord.providers.credential import Credential, EntraToken, GoogleToken, KeyHeader, TokenCommand, TokenSource

EARLY = 300.0
"""A token is refreshed this many seconds before it expires, or in the last fifth of a short life."""


AGAIN = 15.0
"""Seconds between tries to refresh a token that still holds, and the age up to which a token that replaced a refused one is
not replaced again: whoever was refused in the meantime held the one before it."""


class Token(msgspec.Struct, frozen=True):
    """A bearer token, and until when it is used (on the monotonic clock)."""

    headers: Headers
    refresh_at: float
    expires_at: float
    forced_at: float | None = None
    """When it replaced one that was refused."""


class TokenCache:
    """Tokens by credential, for blocking code and for asyncio. Blocking libraries never run on the event loop."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tokens: dict[Credential, Token] = {}
        self._locks: dict[Credential, threading.Lock] = {}
        self._guard = threading.Lock()

    def headers(self, credential: Credential, *, fresh: bool) -> Headers:
        """The headers that let a request in. Raises `Authentication` or `ConfigError`."""
        if isinstance(credential, KeyHeader):
            return credential.headers()
        before, now = self._tokens.get(credential), self._clock()
        if before is not None and _serves(before, now, fresh=fresh):
            return before.headers
        holds = before is not None and not fresh and now < before.expires_at
        lock = self._lock_of(credential)
        # While the token at hand still holds, one call refreshes it and no other waits for that.
        if not lock.acquire(blocking=not holds):
            assert before is not None
            return before.headers
        try:
            return self._refreshed(credential, before, fresh=fresh)
        finally:
            lock.release()

    def _refreshed(self, credential: Credential, before: Token | None, *, fresh: bool) -> Headers:
        """The headers of a new token. Whoever waited finds what the one before fetched."""
        at_hand, now = self._tokens.get(credential), self._clock()
        if at_hand is not None and at_hand is not before and now < at_hand.refresh_at:
            return at_hand.headers
        try:
            token = self._fetch(credential, fresh=fresh)
        except AccordError:
            if before is None or fresh or now >= before.expires_at:
                raise
            # The service of tokens may be back before this one ends.
            token = msgspec.structs.replace(before, refresh_at=now + AGAIN)
        self._tokens[credential] = token
        return token.headers

    def cached(self, credential: Credential) -> Headers | None:
        """The headers, where they are at hand without any waiting."""
        if isinstance(credential, KeyHeader):
            return credential.headers()
        token = self._tokens.get(credential)
        return token.headers if token is not None and self._clock() < token.refresh_at else None

    def _lock_of(self, credential: Credential) -> threading.Lock:
        with self._guard:
            return self._locks.setdefault(credential, threading.Lock())

    def _fetch(self, credential: Credential, *, fresh: bool) -> Token:
        text, lifetime = token_of(credential)
        now, lifetime = self._clock(), max(lifetime, 0.0)
        return Token(
            headers=(("authorization", f"Bearer {text}"),),
            refresh_at=now + lifetime - min(EARLY, lifetime / 5),
            expires_at=now + lifetime,
            forced_at=now if fresh else None,
        )


def _serves(token: Token, now: float, *, fresh: bool) -> bool:
    """Whether a token need not be replaced. `fresh`: one was refused, which may be the one before it."""
    if fresh:
        return token.forced_at is not None and now < token.forced_at + AGAIN
    return now < token.refresh_at


def token_of(credential: Credential) -> tuple[str, float]:
    """A new token and its lifetime in seconds. Raises `Authentication` or `ConfigError`."""
    match credential:
        case GoogleToken():
            return later.google_token(credential)
        case EntraToken():
            return later.entra_token(credential)
        case TokenCommand():
            return later.printed_token(credential), credential.lifetime
        case TokenSource():
            return _asked(credential), credential.lifetime
        case KeyHeader():
            raise ConfigError("a key is no token")


def _asked(source: TokenSource) -> str:
    token = cast("object", source.call())  # the caller's own function: what it promises is not what it does
    if not isinstance(token, str) or not token:
        raise ConfigError(f"the token function must return a token as a string, got {type(token).__name__}")
    return token
