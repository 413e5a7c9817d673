"""Streams in their lane: each piece from the provider to the caller in the turn of the loop in which it comes.

A task ends them, the usual way, from when no more pieces come by themselves: an open stream is a few small objects until then.
"""

import asyncio
from time import monotonic
from typing import NamedTuple, Protocol

import msgspec

from accord.core.context import RequestContext
from accord.core.error import ProviderError
from accord.core.event import Event
from accord.core.frameless import frameless
from accord.dialects.codec import Decoder, Renderer
from accord.dialects.known_opening import KnownOpening
from accord.dialects.openai_chat.inbound import ChatInbound
from accord.dialects.openai_chat.plain_ask import PlainAsk
from accord.engine.first import Underway
from accord.engine.perform_async import AsyncBody
from accord.engine.plan import ChatPlan
from accord.engine.target import Target
from accord.flows.effect import Opened
from accord.gateway.conversation_stream import ConversationStream
from accord.gateway.dispatch import Dispatch
from accord.gateway.headers import lines_of, trace_of
from accord.gateway.http import UNBUFFERED
from accord.gateway.lane import Delivering, Ride
from accord.gateway.serving import Serving
from accord.gateway.wire import EVENTS, unix_seconds
from accord.transport.base import AsyncOpening, AsyncWay

_LONGEST = 65536
"""Bytes that may come before the first event."""

_HEAD = lines_of((("content-type", EVENTS), *UNBUFFERED))

_CONTEXT = RequestContext(request_id="")
"""Asked for by nobody: the provider was asked."""


class RepeatedStream(Protocol):
    """How requests of one kind are written for a target, and their streams read."""

    def write(self, ask: PlainAsk) -> bytes | None:
        """The body for the provider; `None` where these words want more care."""
        ...

    def decoder(self, inbound: ChatInbound) -> Decoder:
        """A fresh reader for the answer to `inbound`."""
        ...


class StreamCourse(NamedTuple):
    """The way to one target."""

    target: Target
    way: AsyncWay
    exchange: RepeatedStream
    plan: ChatPlan
    """The call, in other words."""
    inbound: ChatInbound
    """The request, in other words."""
    dispatch: Dispatch
    loop: asyncio.AbstractEventLoop
    heartbeat: float
    """Seconds after which a caller who got nothing is given a sign of life."""
    head: str
    """The header lines that name the target, up to how long its first event took."""
    tail: str
    """The header lines that say what was changed in the request."""
    opening: KnownOpening


class StreamRide(Ride[StreamCourse]):
    """A request for a stream."""

    __slots__ = (
        "_body",
        "_decoder",
        "_delivery",
        "_inbound",
        "_opening",
        "_piece",
        "_renderer",
        "_serving",
        "_stream",
        "_timer",
    )

    _body: bytes
    _decoder: Decoder | None
    _delivery: Delivering | None
    """What sends it, once the caller got the head."""
    _inbound: ChatInbound
    _opening: AsyncOpening
    """The request to the provider."""
    _piece: bytes
    """What came of the answer before its first event."""
    _renderer: Renderer
    _serving: Serving | None
    """What ends the stream."""
    _stream: ConversationStream | None
    _timer: asyncio.TimerHandle | None

    def send(self, ask: PlainAsk) -> bool:
        """See `Ride`."""
        course = self._course
        body = course.exchange.write(ask)
        trace = trace_of(self._visit.request)
        opening = None if body is None else course.way.open(body, self._began, self._over, trace)
        if opening is None:
            return False
        self._opening = opening
        self._body, self._piece = ask.body, b""
        self._decoder = self._delivery = self._stream = self._timer = self._serving = None
        self._visit.streamed = True
        course.loop.call_soon(self._wait)
        return True

    def _wait(self) -> None:
        """While the provider works: nothing of this keeps the request waiting."""
        if not self._open:
            return
        course = self._course
        # Signs of life are given the usual way.
        self._timer = course.loop.call_later(course.heartbeat, self._go_on)
        if not course.opening.is_known:
            self._prepare()

    def _prepare(self) -> Decoder:
        """What is needed for the answer."""
        course, decoder = self._course, self._decoder
        if decoder is None:
            self._inbound = msgspec.structs.replace(course.inbound, body=self._body, received_at=unix_seconds())
            decoder = self._decoder = course.exchange.decoder(self._inbound)
            self._renderer = self._inbound.renderer(forwarded=course.plan.exchange.forwarded)
        return decoder

    def cancel(self) -> None:
        """See `Ride`."""
        if self._open:
            self._give_up()
        elif self._stream is not None:
            # After its first step: a task that was cancelled before never ends what it should.
            self._course.loop.call_soon(self._end_of(self._stream).cancel)

    def _began(self, data: bytes) -> bool:
        """The answer begins. The usual way takes it up where that is not the beginning of a stream."""
        answer, before = self._opening.answer, self._piece
        # Hosts may say for a while that they are at work, in comments.
        self._piece += data
        if answer.head.status != 200 or self._visit.stopped is not None or len(self._piece) > _LONGEST:
            return False
        at = monotonic()
        sent = b"" if before else self._course.opening.written(data)
        if sent:
            # After 400 instructions of Python in place of 1,700, for each of which a processor that has rested takes 0.1 us.
            self._set_out(sent, at)
        try:
            decoder = self._prepare()
            events, first = self._read(decoder, data)
        except Exception as error:
            if sent:
                raise
            frameless(error)  # Its decoder may keep it, as this keeps the decoder.
            self._lane.missed()  # The usual way meets the same and tells of it.
            return False
        if not events:
            return True
        self._lane.misses = 0
        return self._begin(Opened(head=answer.head, events=events, body=AsyncBody(answer, decoder), at=at), first, sent)

    def _read(self, decoder: Decoder, data: bytes) -> tuple[list[Event], bytes]:
        """The events in what comes first, and what the caller is given for them."""
        opening = self._course.opening
        events: list[Event] = []
        # What comes later goes out with what was held back of what came before: another stream has something else there, or nothing.
        first, lesson = b"", opening.lesson(data) if data == self._piece else 0
        for piece in (data[:lesson], data[lesson:]):
            try:
                more = decoder.feed(piece) if piece else []
            except ProviderError:
                if not events:
                    raise
                break  # The decoder tells of it again when it is asked for what follows these.
            if more:
                events += more
                first += self._renderer.feed(more)
            if lesson and piece:
                opening.learn(piece, first)
                lesson = 0
        return events, first

    def _set_out(self, first: bytes, at: float) -> Delivering:
        """The caller gets the head and the first events. They go out before anything else is done."""
        course, id_, spent = self._course, self._visit.id, at - self._started
        self._open = False
        self._delivery = self._party.open(
            f"{_HEAD}x-request-id: {id_}\r\nrequest-id: {id_}\r\n{course.head}{spent * 1000:.0f}\r\n{course.tail}",
            first,
        )
        return self._delivery

    def _begin(self, opened: Opened, first: bytes, sent: bytes) -> bool:
        """The stream has begun: `first` is what the caller is given for its events, of which `sent` went out. Gives whether it has taken
        them.
        """
        course, visit, renderer = self._course, self._visit, self._renderer
        delivery = self._delivery
        if delivery is None:
            delivery = self._set_out(first, opened.at)
        elif not first.startswith(sent):
            raise RuntimeError("the first event of a stream was not what it looked like")
        elif len(first) > len(sent):
            delivery.took(first[len(sent) :])
        self._calm()
        self._piece, self._decoder = b"", None
        self._answered(opened.at)
        source = course.dispatch.opened(visit, course.plan, opened, self._started, self._lease)
        source.beginning()
        stream = self._stream = ConversationStream(
            course.dispatch, visit, self._inbound, self._lane.resolved, _CONTEXT, EVENTS, None, source, renderer
        )
        delivery.open(stream)
        self._opening.take_by(stream.taking(delivery.took))
        return delivery.is_taken

    def _calm(self) -> None:
        """No sign of life is due any more. The timer is not kept: half a KB of each stream."""
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()

    def _over(self) -> None:
        """No more pieces come by themselves."""
        if self._stream is not None:
            self._end_of(self._stream)
        elif self._open:
            self._go_on()
        elif self._delivery is not None and self._serving is None:
            # Something failed that must not, after the head went out: whoever ends it tells of it.
            self._end()
            self._serving = self._party.close(self._opening.poured())

    def _end_of(self, stream: ConversationStream) -> Serving:
        """What ends the stream."""
        if self._serving is None:
            self._serving = self._party.close(stream.poured(self._opening.poured()))
        return self._serving

    def _go_on(self) -> None:
        """The usual way takes it up from here: the request was sent."""
        if self._visit.stopped is not None:
            self._give_up()
            return
        self._open = False
        self._calm()
        self._opening.stop()
        self._visit.underway = Underway(self._started, self._opening, self._piece, self._seat, self._lease)
        self._party.go_on()

    def _give_up(self) -> None:
        self._open = False
        self._calm()
        self._opening.cancel()
        self._end()
        self._party.give_up()
