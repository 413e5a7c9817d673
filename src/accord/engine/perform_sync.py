"""The blocking runner: does what a flow's effects ask, over a transport."""

import threading
import time
from typing import TYPE_CHECKING, Protocol, TypeVar

from accord.core.error import ProviderError, Unsupported, timed_out
from accord.core.event import Event
from accord.core.http import Call, Head, Headers, Reply
from accord.dialects.codec import Decoder
from accord.engine import later
from accord.engine.limit import bounded, seconds_for
from accord.engine.limiter import Limiter
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
from accord.transport.base import Answer, Transport
from accord.transport.not_had import NotHad
from accord.transport.tap import taps
from accord.transport.whole import WHOLE_BYTES, too_long

if TYPE_CHECKING:
    from accord.transport.fetch_blocking import Fetcher

T = TypeVar("T")


class Credentials(Protocol):
    """Turns a credential into headers: cached, refreshed early, once for many waiters."""

    def headers(self, credential: Credential, *, fresh: bool) -> Headers:
        """`fresh`: the one in use was refused. Raises `Authentication` or `ConfigError`."""
        ...


class Body:
    """A stream after its first events: an answer being read, and the decoder that reads it."""

    __slots__ = ("_ended", "answer", "decoder")

    def __init__(self, answer: Answer, decoder: Decoder) -> None:
        self.answer: Answer = answer
        self.decoder: Decoder = decoder
        self._ended = False

    def next(self) -> list[Event]:
        """The next events, `[]` after the last. Raises the `ProviderError` the stream broke with."""
        while not self._ended:
            data = self.answer.read()
            if not data:
                self._ended = True
                self.answer.close()
                return self.decoder.end()
            events = self.decoder.feed(data)
            if events:
                return events
        return []

    def close(self) -> None:
        """Closes the upstream connection unless the stream was read to its end."""
        self.answer.close()


class Runner:
    """Drives flows from blocking code."""

    __slots__ = ("_credentials", "_fetcher", "_limiter", "_transport", "lock")

    def __init__(
        self, transport: Transport, credentials: Credentials, limiter: Limiter, fetcher: "Fetcher | None" = None
    ) -> None:
        self._transport = transport
        self._credentials = credentials
        self._limiter = limiter
        self._fetcher = fetcher
        self.lock: threading.Lock = threading.Lock()
        """Held by whoever touches what flows of several threads share."""

    @property
    def now(self) -> float:
        """The runner's clock, in seconds."""
        return time.monotonic()

    def run(self, flow: Flow[T]) -> T:
        """What the flow returns. Raises what it raises."""
        try:
            effect = next(flow)
            while True:
                effect = flow.send(self._perform(effect))
        except StopIteration as done:
            outcome: T = done.value
            return outcome
        finally:
            flow.close()

    def run_shared(self, flow: Flow[T], first: Result | None = None) -> T:
        """The same for a flow that touches what flows of other threads touch too: `lock` is held while it decides. `first` is what came
        of its first effect, carried out already.
        """
        try:
            with self.lock:
                effect = next(flow)
                if first is not None:
                    effect = flow.send(first)
            while True:
                result = self._perform(effect)
                with self.lock:
                    effect = flow.send(result)
        except StopIteration as done:
            outcome: T = done.value
            return outcome
        finally:
            with self.lock:
                flow.close()

    def _perform(self, effect: Effect) -> Result:
        if isinstance(effect, Send):
            return self.send(effect)
        match effect:
            case Fetch():
                return self._fetch(effect)
            case Wait():
                time.sleep(effect.seconds)
            case Queue():
                return self._queue(effect)
            case Take():
                with self.lock:
                    wait, of = self._limiter.take(effect.demands, self.now)
                return Taken(wait=wait, of=of, at=self.now)
            case Settle():
                with self.lock:
                    self._limiter.settle(effect.demands, effect.tokens, self.now)
            case Discard():
                assert isinstance(effect.body, Body)
                effect.body.close()
            case Tell():
                effect.what()
            case Race():
                raise Unsupported("hedging needs asyncio: two requests at a time cannot be made by blocking code")
        return Waited(at=self.now)

    def _queue(self, queue: Queue) -> Result:
        admitted = threading.Event()
        queue.ticket.wake = admitted.set
        # It may have been let in before there was anybody to wake.
        left = None if queue.deadline is None else max(0.0, queue.deadline - self.now)
        if queue.ticket.admitted or admitted.wait(left):
            return Waited(at=self.now)
        error = timed_out("the time for the call ran out while it waited for its turn", sent="no", phase="deadline")
        return Failed(error=error, at=self.now)

    def send(self, send: Send) -> Result:
        """Sends one request and reads its answer, or the beginning of its stream."""
        head: Head | None = None
        try:
            plain = send.credential is None and send.deadline is None
            call = send.call if plain else self._ready(send)
            tap = taps.current
            answer = self._transport.send(call) if tap is None else tap.send(self._transport, call)
            head = answer.head
            if send.decoder is not None and 200 <= head.status < 300:
                return self._open(answer, send.decoder)
            body = _read_all(answer)
            return Answered(reply=Reply(status=head.status, headers=head.headers, body=body), at=self.now)
        except ProviderError as error:
            return Failed(error=error, at=self.now, head=head)

    def _fetch(self, fetch: Fetch) -> Result:
        fetcher = self._fetcher = self._fetcher or later.Fetcher()
        try:
            files = fetcher.fetch(fetch.urls, fetch.limits, seconds_for(fetch, self.now))
        except NotHad as missing:
            return NotFetched(index=missing.index, why=missing.why, at=self.now)
        return Fetched(files=files, at=self.now)

    def _ready(self, send: Send) -> Call:
        headers: Headers = ()
        if send.credential is not None:
            headers = self._credentials.headers(send.credential, fresh=send.fresh)
        return bounded(send, headers, self.now)

    def _open(self, answer: Answer, decoder: Decoder) -> Result:
        body = Body(answer, decoder)
        try:
            events = body.next()
        except BaseException:
            answer.close()
            raise
        return Opened(head=answer.head, events=events, body=body, at=self.now)


def _read_all(answer: Answer) -> bytes:
    try:
        first = answer.read()
        if not first:
            return b""
        pieces, size = [first], len(first)
        while piece := answer.read():
            pieces.append(piece)
            size += len(piece)
            if size > WHOLE_BYTES:
                raise too_long()
        return first if len(pieces) == 1 else b"".join(pieces)
    finally:
        answer.close()
