"""Small programs that use a transport in a process of their own, for the cases about processes.

    python -m accord.testing.transport.program PLOT FACTORY LOOP URL

FACTORY and LOOP are as in `Implementation`; LOOP is `-` for blocking transports. What happens is said on standard
output, line by line.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from typing import cast

from accord.core.http import Call, Timeouts
from accord.testing.transport.subject import named
from accord.transport.base import AsyncTransport, Transport


def get(transport: Transport, url: str) -> bytes:
    """The body of an answer."""
    answer = transport.send(_call(url))
    pieces: list[bytes] = []
    while piece := answer.read():
        pieces.append(piece)
    return b"".join(pieces)


async def get_async(transport: AsyncTransport, url: str) -> bytes:
    """The same under asyncio."""
    answer = await transport.send(_call(url))
    pieces: list[bytes] = []
    while piece := await answer.read():
        pieces.append(piece)
    return b"".join(pieces)


class Blocking:
    """The plots for a blocking transport."""

    def __init__(self, factory: str, url: str) -> None:
        self._transport = cast(Callable[[], Transport], named(factory))()
        self._url = url

    def calls(self) -> None:
        """Some calls, and the end of the process without a `close`."""
        for _ in range(3):
            say(get(self._transport, self._url))

    def waits(self) -> None:
        """A call whose answer does not come."""
        say(b"waiting")
        get(self._transport, self._url)

    def loops(self) -> None:
        """Blocking code has no loops."""
        self.calls()

    def forks(self) -> None:
        """A child and its parent, each with calls of its own, after a call of the parent's."""
        say(get(self._transport, self._url))
        child = os.fork()
        if not child:
            say(get(self._transport, self._url + "/child"))
            os._exit(0)
        say(get(self._transport, self._url))
        os.waitpid(child, 0)
        say(get(self._transport, self._url))

    def leaves_a_child(self) -> None:
        """A stream that is closed while a child lives that was forked within it."""
        answer = self._transport.send(_call(self._url))
        answer.read()
        child = os.fork()
        if not child:
            sys.stdin.read()
            os._exit(0)
        answer.close()
        say(b"closed")
        sys.stdin.read()
        os.waitpid(child, 0)


class Async:
    """The plots for a transport under asyncio."""

    def __init__(self, factory: str, loop: str, url: str) -> None:
        self._transport = cast(Callable[[], AsyncTransport], named(factory))()
        self._new_loop = cast(Callable[[], asyncio.AbstractEventLoop], named(loop))
        self._url = url

    def calls(self) -> None:
        """Some calls, and the end of the process without a `close`."""

        async def main() -> None:
            for _ in range(3):
                say(await get_async(self._transport, self._url))

        self._run(main)

    def waits(self) -> None:
        """A call whose answer does not come."""

        async def main() -> None:
            say(b"waiting")
            await get_async(self._transport, self._url)

        self._run(main)

    def loops(self) -> None:
        """The same transport on three loops, one after the other."""
        for _ in range(3):
            self._run(self._once)

    def forks(self) -> None:
        """A child, forked within a running loop, that makes a loop of its own."""

        async def main() -> None:
            say(await get_async(self._transport, self._url))
            child = os.fork()
            if not child:
                asyncio.events._set_running_loop(None)
                self._run(self._once_as_a_child)
                os._exit(0)
            say(await get_async(self._transport, self._url))
            await asyncio.to_thread(os.waitpid, child, 0)
            say(await get_async(self._transport, self._url))

        self._run(main)

    def leaves_a_child(self) -> None:
        """A stream that is closed while a child lives that was forked within it."""

        async def main() -> None:
            answer = await self._transport.send(_call(self._url))
            await answer.read()
            child = os.fork()
            if not child:
                sys.stdin.read()
                os._exit(0)
            await answer.close()
            await asyncio.sleep(0)
            say(b"closed")
            await asyncio.to_thread(sys.stdin.read)
            await asyncio.to_thread(os.waitpid, child, 0)

        self._run(main)

    async def _once(self) -> None:
        say(await get_async(self._transport, self._url))

    async def _once_as_a_child(self) -> None:
        say(await get_async(self._transport, self._url + "/child"))

    def _run(self, main: "Callable[[], asyncio.Future[None]] | Callable[[], object]") -> None:
        with asyncio.Runner(loop_factory=self._new_loop) as runner:
            runner.run(cast("asyncio.Future[None]", main()))  # type: ignore[arg-type]


def say(text: bytes) -> None:
    """Says what happens."""
    sys.stdout.write(text.decode() + "\n")
    sys.stdout.flush()


def _call(url: str) -> Call:
    return Call(method="POST", url=url, headers=(), body=b"{}", timeouts=Timeouts(connect=5.0, first_byte=30.0))


def main(plot: str, factory: str, loop: str, url: str) -> None:
    """Plays one plot: with a blocking transport (`loop` is `-`), or in a loop of that kind."""
    cast_of_plots: Blocking | Async = Blocking(factory, url) if loop == "-" else Async(factory, loop, url)
    plots: dict[str, Callable[[], None]] = {
        "calls": cast_of_plots.calls,
        "waits": cast_of_plots.waits,
        "loops": cast_of_plots.loops,
        "forks": cast_of_plots.forks,
        "leaves_a_child": cast_of_plots.leaves_a_child,
    }
    plots[plot]()


if __name__ == "__main__":
    main(*sys.argv[1:])
