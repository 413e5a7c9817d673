"""Copies of requests for a target on trial. Its answers are counted and logged like any other's, under the key `shadow`,
and go to nobody: whatever becomes of them, the caller's own answer is neither changed nor kept waiting.
"""

import asyncio
import random
from collections.abc import Callable

import msgspec

from accord.core.context import RequestContext
from accord.core.error import AccordError
from accord.core.option import Options
from accord.core.request import ChatRequest
from accord.engine.account import of_account
from accord.engine.kept import kept_in
from accord.engine.run_async import AsyncEngine
from accord.gateway.dispatch import noted
from accord.gateway.http import Request
from accord.gateway.key import Key
from accord.gateway.resolve import Resolved, Shadow
from accord.gateway.visit import Visit

MOST = 100
"""Copies under way at a time; more are not made, so that a slow target on trial cannot pile them up."""

KEY = Key("shadow", b"", ("*",))
"""In whose name copies are counted."""

Finished = Callable[[Visit, float], None]
"""Counts and logs a copy that is over."""


class Shadows:
    """Copies under way. They outlive a reload."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._tasks: set[asyncio.Task[None]] = set()

    def maybe(self, visit: Visit, shadow: Shadow, request: ChatRequest, options: Options, finished: Finished) -> None:
        """Sends a copy, for the share of requests that get one."""
        if len(self._tasks) >= MOST or random.random() >= shadow.share:
            return
        home = next(iter(visit.resolved.providers)) if visit.resolved is not None else ""
        if home != shadow.target.name:
            if kept_in(request) is not None:
                return
            # So that what is bound to the account is left out of the copy.
            request = msgspec.structs.replace(request, messages=of_account(request.messages, home))
        copy = Visit(_nameless(visit.request), f"{visit.id}-shadow", self._engine.now())
        copy.key = KEY
        target = shadow.target
        copy.resolved = Resolved(f"{target.name}/{target.model}", target)
        task = asyncio.get_running_loop().create_task(self._ask(copy, shadow, request, options, finished))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Ends the copies that are under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _ask(
        self, copy: Visit, shadow: Shadow, request: ChatRequest, options: Options, finished: Finished
    ) -> None:
        # A field the target does not know is no reason to learn nothing of it, and a failure is what one wants to know.
        once = msgspec.structs.replace(options, on_unsupported="drop", retries=0, route=None)
        try:
            response = await self._engine.chat(
                shadow.target, request, options=once, context=RequestContext(request_id=copy.id)
            )
        except AccordError as error:
            noted(copy, error)
            copy.status = 502
        else:
            copy.status = 200
            copy.usage, copy.cost, copy.attempts = response.usage, response.cost, response.attempts
        copy.delivered = True
        finished(copy, self._engine.now())


def _nameless(request: Request) -> Request:
    """The request's method and path: nothing else of it is anybody's but the caller's."""
    return Request(method=request.method, path=request.path, headers=())
