"""Credentials become headers just before sending: cached, refreshed early, one refresh for many waiters. Blocking."""

import shlex
import threading
import time
from collections.abc import Callable
from typing import cast

import msgspec

from accord.client.token_entra import entra_token
from accord.client.token_google import google_token
from accord.core.error import Authentication, ConfigError
from accord.core.http import Headers
from accord.providers.credential import Credential, EntraToken, GoogleToken, KeyHeader, TokenCommand, TokenSource

EARLY = 300.0
"""A token is refreshed this many seconds before it expires, or in the last fifth of a short life."""


class Token(msgspec.Struct, frozen=True):
    """A bearer token, and until when it is used (on the monotonic clock)."""

    headers: Headers
    refresh_at: float


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
        before = self._tokens.get(credential)
        if before is not None and not fresh and self._clock() < before.refresh_at:
            return before.headers
        with self._lock_of(credential):
            # Whoever waited here finds what the one before fetched.
            now = self._tokens.get(credential)
            if now is not None and now is not before and self._clock() < now.refresh_at:
                return now.headers
            token = self._fetch(credential)
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

    def _fetch(self, credential: Credential) -> Token:
        text, lifetime = token_of(credential)
        early = min(EARLY, lifetime / 5)
        return Token((("authorization", f"Bearer {text}"),), self._clock() + max(lifetime - early, 0.0))


def token_of(credential: Credential) -> tuple[str, float]:
    """A new token and its lifetime in seconds. Raises `Authentication` or `ConfigError`."""
    match credential:
        case GoogleToken():
            return google_token(credential)
        case EntraToken():
            return entra_token(credential)
        case TokenCommand():
            return _printed(credential), credential.lifetime
        case TokenSource():
            return _asked(credential), credential.lifetime
        case KeyHeader():
            raise ConfigError("a key is no token")


def _printed(command: TokenCommand) -> str:
    import subprocess  # noqa: PLC0415 - few programs run token commands, and it costs every start 5 ms

    shown = shlex.join(command.command[:1])
    try:
        done = subprocess.run(command.command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - the user's own command
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigError(f"the token command {shown} could not be run: {type(error).__name__}") from None
    token = done.stdout.strip()
    if done.returncode != 0 or not token:
        raise Authentication(
            f"the token command {shown} ended with exit code {done.returncode} and {'a' if token else 'no'} token"
        )
    return token


def _asked(source: TokenSource) -> str:
    token = cast("object", source.call())  # the caller's own function: what it promises is not what it does
    if not isinstance(token, str) or not token:
        raise ConfigError(f"the token function must return a token as a string, got {type(token).__name__}")
    return token
