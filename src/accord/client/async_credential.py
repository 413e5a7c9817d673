"""Credentials become headers just before sending, for asyncio: blocking libraries never run on the event loop."""

import asyncio

from accord.client.credential import TokenCache
from accord.core.http import Headers
from accord.providers.credential import Credential


class AsyncTokenCache:
    """The same for asyncio: a token at hand costs no thread, a new one is fetched in one."""

    def __init__(self, cache: TokenCache | None = None) -> None:
        self._cache = cache or TokenCache()

    async def headers(self, credential: Credential, *, fresh: bool) -> Headers:
        """The headers that let a request in. Raises `Authentication` or `ConfigError`."""
        at_hand = None if fresh else self._cache.cached(credential)
        if at_hand is not None:
            return at_hand
        return await asyncio.to_thread(self._cache.headers, credential, fresh=fresh)
