"""What belongs to an event loop: made on first use in it, closed with it."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Generic, Protocol, TypeVar


class Closable(Protocol):
    """Something with connections."""

    async def close(self) -> None:
        """Closes them."""
        ...


T = TypeVar("T", bound=Closable)


class PerLoop(Generic[T]):
    """One `T` for each event loop it is asked for in.

    Each is accompanied by an asynchronous generator that waits inside the loop. A loop ends those before it closes
    (`loop.shutdown_asyncgens`, as `asyncio.run` does), which is the only word loops give of their end.
    """

    __slots__ = ("_guards", "_kept", "_left_behind", "_make")

    def __init__(self, make: Callable[[asyncio.AbstractEventLoop], T]) -> None:
        self._make = make
        self._kept: dict[asyncio.AbstractEventLoop, T] = {}
        self._guards: dict[asyncio.AbstractEventLoop, AsyncGenerator[None, None]] = {}
        self._left_behind: object = None

    def get(self, loop: asyncio.AbstractEventLoop) -> T | None:
        """The one of `loop`, if there is one."""
        return self._kept.get(loop)

    async def make(self, loop: asyncio.AbstractEventLoop) -> T:
        """One for `loop`, which is running."""
        for ended in [other for other in self._kept if other.is_closed()]:
            self._let_go(ended)
        kept = self._kept[loop] = self._make(loop)
        guard = self._guards[loop] = self._until_the_end(loop, kept)
        await anext(guard)
        return kept

    async def close(self) -> None:
        """Closes the one of the running loop."""
        guard = self._guards.get(asyncio.get_running_loop())
        if guard is not None:
            await guard.aclose()
            await asyncio.sleep(0)  # The loop closes sockets in its next turn.

    def forget(self) -> list[T]:
        """Lets go of all of them, in a forked child."""
        kept = list(self._kept.values())
        # Held on to: were the guards collected here, Python would write to their loops, which are the parent's.
        self._left_behind = (self._kept, self._guards)
        self._kept, self._guards = {}, {}
        return kept

    async def _until_the_end(self, loop: asyncio.AbstractEventLoop, kept: T) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            if self._kept.get(loop) is kept:
                self._let_go(loop)
            await kept.close()

    def _let_go(self, loop: asyncio.AbstractEventLoop) -> None:
        del self._kept[loop]
        del self._guards[loop]
