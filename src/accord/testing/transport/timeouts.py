"""Cases: each timeout of a call ends it, when its time has come and not before."""

import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from accord.core.error import TimedOut
from accord.core.http import Timeouts
from accord.testing.transport.case import Case, Lab, case, failure
from accord.testing.transport.origin import PATIENCE, Peer, answering, chunked, plain
from accord.testing.transport.subject import read_all

SHORT = 0.15


def connecting(lab: Lab) -> None:
    """No answer to the wish to connect."""
    with _deaf() as port:
        timeouts = Timeouts(connect=SHORT, first_byte=5.0, idle=5.0)
        error = _late(lab, f"http://127.0.0.1:{port}", timeouts)
        assert (error.sent, error.phase, error.retryable) == ("no", "connect", True), (error.sent, error.phase)


def securing(lab: Lab) -> None:
    """TLS counts as connecting."""
    with lab.origin(_hold) as origin:
        timeouts = Timeouts(connect=SHORT, first_byte=5.0, idle=5.0)
        error = _late(lab, origin.url.replace("http:", "https:"), timeouts)
        assert (error.sent, error.phase) == ("no", "connect"), (error.sent, error.phase)


def first_byte(lab: Lab) -> None:
    """No head in time; the request may have been acted on."""
    closed: list[float] = []

    def script(peer: Peer) -> None:
        peer.request()
        closed.append(peer.closed_at())

    with lab.origin(script) as origin:
        error = _late(lab, origin.url, Timeouts(connect=5.0, first_byte=SHORT, idle=5.0))
        assert (error.sent, error.phase, error.retryable) == ("maybe", "head", False), (error.sent, error.phase)
    assert closed, "the connection was left open"


def first_byte_after_the_request(lab: Lab) -> None:
    """The time for the head begins when the request has gone out, however long that took."""

    def script(peer: Peer) -> None:
        peer.head()
        left = 12 << 20
        while left:
            lab.pause(0.004)
            left -= len(peer.receive(min(left, 1 << 18)))
        peer.send(plain())

    with lab.origin(script) as origin:
        timeouts = Timeouts(connect=5.0, first_byte=SHORT, idle=5.0)
        assert lab.get(lab.call(origin.url, body=bytes(12 << 20), timeouts=timeouts)) == b"hello"


def request_not_taken(lab: Lab) -> None:
    """A server that stops reading the request."""
    over = threading.Event()

    def script(peer: Peer) -> None:
        peer.head()
        over.wait(PATIENCE)

    with lab.origin(script) as origin:
        timeouts = Timeouts(connect=5.0, first_byte=5.0, idle=SHORT)
        try:
            error = lab.fails(TimedOut, lab.call(origin.url, body=bytes(32 << 20), timeouts=timeouts))
        finally:
            over.set()
        assert (error.sent, error.phase) == ("maybe", "head"), (error.sent, error.phase)


def idle(lab: Lab) -> None:
    """Silence within the body; what came is given first."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(chunked(b"one", end=False))
        peer.closed_at()

    with lab.origin(script) as origin:
        timeouts = Timeouts(connect=5.0, first_byte=5.0, idle=SHORT)
        running = lab.subject.start(lab.call(origin.url, timeouts=timeouts))
        assert running.read() == b"one"
        error = _in_time(lambda: failure(TimedOut, running.read))
        assert (error.sent, error.phase, error.retryable) == ("yes", "body", False), (error.sent, error.phase)


def idle_is_between_pieces(lab: Lab) -> None:
    """A body that takes longer than `idle`, in pieces that don't, is no silence."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(chunked(end=False))
        for _ in range(8):
            lab.pause(SHORT / 3)
            peer.send(b"1\r\nx\r\n")
        peer.send(b"0\r\n\r\n")

    with lab.origin(script) as origin:
        timeouts = Timeouts(connect=5.0, first_byte=5.0, idle=SHORT)
        assert lab.get(lab.call(origin.url, timeouts=timeouts)) == b"x" * 8


def idle_is_not_the_readers(lab: Lab) -> None:
    """While the caller is not reading, no silence is counted."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(chunked(b"one", end=False))
        lab.pause(2 * SHORT)
        peer.send(b"3\r\ntwo\r\n0\r\n\r\n")
        peer.request()

    with lab.origin(script) as origin:
        timeouts = Timeouts(connect=5.0, first_byte=5.0, idle=SHORT)
        running = lab.subject.start(lab.call(origin.url, timeouts=timeouts))
        assert running.read() == b"one"
        lab.pause(2.5 * SHORT)
        assert read_all(running) == b"two"


def total_before_the_head(lab: Lab) -> None:
    """The time for everything, in the wait for the head."""
    with lab.origin(_hold) as origin:
        error = _late(lab, origin.url, Timeouts(connect=5.0, first_byte=5.0, idle=5.0, total=SHORT))
        assert (error.sent, error.phase) == ("maybe", "deadline"), (error.sent, error.phase)


def total_within_the_body(lab: Lab) -> None:
    """The time for everything, in a body that comes in time but never ends."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(chunked(end=False))
        while True:
            lab.pause(SHORT / 10)
            peer.send(b"1\r\nx\r\n")

    with lab.origin(script) as origin:
        error = _late(lab, origin.url, Timeouts(connect=5.0, first_byte=5.0, idle=5.0, total=SHORT))
        assert (error.sent, error.phase) == ("yes", "deadline"), (error.sent, error.phase)


def no_timeouts(lab: Lab) -> None:
    """`None` everywhere: no time runs."""
    never = Timeouts(connect=None, first_byte=None, idle=None, total=None)
    with lab.origin(answering(plain())) as origin:
        for _ in range(2):
            assert lab.get(lab.call(origin.url, timeouts=never)) == b"hello"


def after_a_timeout(lab: Lab) -> None:
    """Timeouts of one call are no concern of the next on the same connection."""
    with lab.origin(answering(plain())) as origin:
        short = Timeouts(connect=5.0, first_byte=SHORT, idle=SHORT, total=SHORT)
        assert lab.get(lab.call(origin.url, timeouts=short)) == b"hello"
        lab.pause(1.5 * SHORT)
        assert lab.get(lab.call(origin.url)) == b"hello"
        assert origin.accepted == 1


def _late(lab: Lab, url: str, timeouts: Timeouts) -> TimedOut:
    call = lab.call(url, timeouts=timeouts)
    return _in_time(lambda: lab.fails(TimedOut, call))


def _in_time(act: Callable[[], TimedOut]) -> TimedOut:
    """What `act` gives, which must take about `SHORT`."""
    began = time.monotonic()
    error = act()
    took = time.monotonic() - began
    assert SHORT - 0.01 <= took < SHORT + 1.0, f"took {took:.3f} s"
    return error


def _hold(peer: Peer) -> None:
    """Accepts, and says nothing."""
    peer.closed_at()


@contextmanager
def _deaf() -> Generator[int, None, None]:
    """A port where connections are neither made nor refused: its queue is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port: int = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for opened in waiting:
            opened.setblocking(False)
            opened.connect_ex(("127.0.0.1", port))
        try:
            yield port
        finally:
            for opened in waiting:
                opened.close()


TIMEOUTS: tuple[Case, ...] = (
    case(connecting),
    case(securing),
    case(first_byte),
    case(first_byte_after_the_request),
    case(request_not_taken),
    case(idle, pieces=True),
    case(idle_is_between_pieces),
    case(idle_is_not_the_readers, pieces=True),
    case(total_before_the_head),
    case(total_within_the_body),
    case(no_timeouts),
    case(after_a_timeout),
)
