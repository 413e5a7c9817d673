"""The asyncio runner: does what a flow's effects ask, over a transport."""

import asyncio
import time
from typing import TYPE_CHECKING, Protocol, TypeVar

from accord.core.error import ProviderError, timed_out
from accord.core.event import Event
from accord.core.http import Call, Head, Headers, Reply
from accord.dialects.codec import Decoder
from accord.engine import later
from accord.engine.limit import bounded, seconds_for
from accord.engine.limiter import AsyncLimiter
from accord.flows.effect import (
    Answered,
    Discard,
    Effect,
    Failed,
    Fetch,
    Fetched,
    Flow,
    NotFetched,
    Opened,
    Queue,
    Race,
    Result,
    Send,
    Settle,
    Take,
    Taken,
    Tell,
    Wait,
    Waited,
)
from accord.providers.credential import Credential
from accord.transport.base import AsyncAnswer, AsyncTransport
from accord.transport.not_had import NotHad
from accord.transport.tap import taps
from accord.transport.whole import WHOLE_BYTES, too_long

if TYPE_CHECKING:
    from accord.engine.first import Underway
    from accord.transport.fetch_async import AsyncFetcher

T = TypeVar("T")


class AsyncCredentials(Protocol):
    """Turns a credential into headers: cached, refreshed early, once for many waiters."""

    async def headers(self, credential: Credential, *, fresh: bool) -> Headers:
        """`fresh`: the one in use was refused. Raises `Authentication` or `ConfigError`."""
        ...


class AsyncBody:
    """A stream after its first events: an answer being read, and the decoder that reads it."""

    __slots__ = ("answer", "decoder", "ended")

    def __init__(self, answer: AsyncAnswer, decoder: Decoder) -> None:
        self.answer: AsyncAnswer = answer
        self.decoder: Decoder = decoder
        self.ended: bool = False
        """Whether all of it was read."""

    async def next(self) -> list[Event]:
        """The next events, `[]` after the last. Raises the `ProviderError` the stream broke with."""
        while not self.ended:
            data = await self.answer.read()
            if not data:
                return await self.end()
            events = self.decoder.feed(data)
            if events:
                return events
        return []

    async def end(self) -> list[Event]:
        """The last events, once the bytes have ended."""
        self.ended = True
        await self.answer.close()
        return self.decoder.end()

    async def close(self) -> None:
        """Closes the upstream connection unless the stream was read to its end."""
        await self.answer.close()


class AsyncRunner:
    """Drives flows from asyncio."""

    __slots__ = ("_credentials", "_fetcher", "_limiter", "_transport")

    def __init__(
        self,
        transport: AsyncTransport,
        credentials: AsyncCredentials,
        limiter: AsyncLimiter,
        fetcher: "AsyncFetcher | None" = None,
    ) -> None:
        self._transport = transport
        self._credentials = credentials
        self._limiter = limiter
        self._fetcher = fetcher

    @property
    def now(self) -> float:
        """The runner's clock, in seconds."""
        # Not the loop's: asking uvloop which loop runs costs a system call each time (5 % of a gateway request).
        return time.monotonic()

    async def run(self, flow: Flow[T], first: Result | None = None) -> T:
        """What the flow returns. Raises what it raises. `first` is what came of its first effect, carried out already."""
        try:
            effect = next(flow)
            if first is not None:
                effect = flow.send(first)
            while True:
                effect = flow.send(await self._perform(effect))
        except StopIteration as done:
            outcome: T = done.value
            return outcome
        finally:
            # A flow that is left in the middle lets go of what it holds now, not when it is collected.
            flow.close()

    async def _perform(self, effect: Effect) -> Result:
        if isinstance(effect, Send):
            return await self.send(effect)
        match effect:
            case Fetch():
                return await self._fetch(effect)
            case Wait():
                await asyncio.sleep(effect.seconds)
            case Queue():
                return await self._queue(effect)
            case Take():
                wait, of = await self._limiter.take(effect.demands, self.now)
                return Taken(wait=wait, of=of, at=self.now)
            case Settle():
                await self._limiter.settle(effect.demands, effect.tokens, self.now)
            case Race():
                await self._race(effect)
            case Discard():
                assert isinstance(effect.body, AsyncBody)
                await effect.body.close()
            case Tell():
                effect.what()
        return Waited(at=self.now)

    async def _queue(self, queue: Queue) -> Result:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.ticket.wake = lambda: None if waiter.done() else waiter.set_result(None)
        try:
            async with asyncio.timeout(None if queue.deadline is None else max(0.0, queue.deadline - self.now)):
                await waiter
        except TimeoutError:
            error = timed_out("the time for the call ran out while it waited for its turn", sent="no", phase="deadline")
            return Failed(error=error, at=self.now)
        return Waited(at=self.now)

    async def _race(self, race: Race) -> None:
        try:
            await self._run_both(race)
        except BaseException:
            body = race.abandon()
            if body is not None:
                assert isinstance(body, AsyncBody)
                await body.close()
            raise

    async def _run_both(self, race: Race) -> None:
        contenders = {asyncio.create_task(self.run(race.first))}
        try:
            finished, running = await asyncio.wait(contenders, timeout=race.delay)
            if not finished and (second := race.second(self.now)) is not None:
                contenders.add(asyncio.create_task(self.run(second)))
                running = contenders
            while running and not any(task.result() for task in finished):
                finished, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in contenders:
                task.cancel()
            await asyncio.gather(*contenders, return_exceptions=True)

    async def send(self, send: Send) -> Result:
        """Sends one request and reads its answer, or the beginning of its stream."""
        head: Head | None = None
        try:
            plain = send.credential is None and send.deadline is None
            call = send.call if plain else await self._ready(send)
            tap = taps.current
            answer = await self._transport.send(call) if tap is None else await tap.send_async(self._transport, call)
            head = answer.head
            return await self._received(answer, send.decoder)
        except ProviderError as error:
            return Failed(error=error, at=self.now, head=head)

    async def receive(self, underway: "Underway", decoder: Decoder) -> Result:
        """What comes of a request for a stream that was sent by somebody else."""
        head: Head | None = None
        try:
            answer = await underway.opening.opened()
            head = answer.head
            return await self._received(answer, decoder, underway.piece)
        except ProviderError as error:
            return Failed(error=error, at=self.now, head=head)

    async def _received(self, answer: AsyncAnswer, decoder: Decoder | None, taken: bytes = b"") -> Result:
        """The rest of an answer, of which a piece was `taken`: all of it, or the first events of a stream."""
        head = answer.head
        if decoder is not None and 200 <= head.status < 300:
            return await self._open(answer, decoder, taken)
        body = await _read_all(answer, taken)
        return Answered(reply=Reply(status=head.status, headers=head.headers, body=body), at=self.now)

    async def _fetch(self, fetch: Fetch) -> Result:
        fetcher = self._fetcher = self._fetcher or later.AsyncFetcher()
        try:
            files = await fetcher.fetch(fetch.urls, fetch.limits, seconds_for(fetch, self.now))
        except NotHad as missing:
            return NotFetched(index=missing.index, why=missing.why, at=self.now)
        return Fetched(files=files, at=self.now)

    async def _ready(self, send: Send) -> Call:
        headers: Headers = ()
        if send.credential is not None:
            headers = await self._credentials.headers(send.credential, fresh=send.fresh)
        return bounded(send, headers, self.now)

    async def _open(self, answer: AsyncAnswer, decoder: Decoder, taken: bytes) -> Result:
        body = AsyncBody(answer, decoder)
        try:
            events = (taken and decoder.feed(taken)) or await body.next()
        except BaseException:
            await answer.close()
            raise
        return Opened(head=answer.head, events=events, body=body, at=self.now)


async def _read_all(answer: AsyncAnswer, taken: bytes = b"") -> bytes:
    try:
        first = taken or await answer.read()
        if not first:
            return b""
        pieces, size = [first], len(first)
        while piece := await answer.read():
            pieces.append(piece)
            size += len(piece)
            if size > WHOLE_BYTES:
                raise too_long()
        return first if len(pieces) == 1 else b"".join(pieces)
    finally:
        await answer.close()
