"""Cases: a call that nobody waits for any more ends upstream as well, within 50 ms. What still runs is billed."""

import time
from collections.abc import Callable
from concurrent.futures import CancelledError

from accord.core.error import Interrupted
from accord.testing.transport.case import Case, Lab, asyncio_case, case, failure
from accord.testing.transport.origin import Peer, Script, answering, chunked, plain
from accord.testing.transport.subject import Running, read_all

PROMPTLY = 0.05
"""Seconds until the server must see that the client has gone."""

ONE = chunked(b"one", end=False)

TRIES = 4
"""The machine may be busy just then; one prompt try in so many shows that the transport is prompt."""


def cancelled_before_the_head(lab: Lab) -> None:
    """While the model thinks."""
    _ends_upstream(lab, b"", _wait, _cancel)


def cancelled_within_the_body(lab: Lab) -> None:
    """While it speaks, and the caller waits for more."""

    def begin(lab: Lab, running: Running) -> None:
        _read_one(lab, running)
        running.reading()
        lab.pause(0.02)

    _ends_upstream(lab, ONE, begin, _cancel)


def cancelled_over_tls(lab: Lab) -> None:
    """While the model thinks, through TLS."""
    _ends_upstream(lab, b"", _wait, _cancel, tls=True)


def closed_after_the_head(lab: Lab) -> None:
    """Before anything of the body was read."""

    def begin(_: Lab, running: Running) -> None:
        running.head()

    _ends_upstream(lab, chunked(end=False), begin, _close)


def closed_within_the_body(lab: Lab) -> None:
    """After a piece of it."""
    _ends_upstream(lab, ONE, _read_one, _close)


def closed_over_tls(lab: Lab) -> None:
    """After a piece of it, through TLS."""
    _ends_upstream(lab, ONE, _read_one, _close, tls=True)


def _wait(_: Lab, __: Running) -> None:
    """Nothing happens after the request has arrived."""


def _read_one(_: Lab, running: Running) -> None:
    assert running.read() == b"one"


def closed_twice(lab: Lab) -> None:
    """Closing again does nothing; reading on says that it was closed."""
    with lab.origin(_once(ONE)) as origin:
        running = lab.subject.start(lab.call(origin.url))
        assert running.read() == b"one"
        running.close()
        running.close()
        failure(Interrupted, running.read)


def closed_at_the_end(lab: Lab) -> None:
    """An answer read to its end gives its connection back, closed or not."""
    with lab.origin(answering(plain())) as origin:
        for _ in range(3):
            running = lab.subject.start(lab.call(origin.url))
            while running.read():
                pass
            assert lab.get(lab.call(origin.url)) == b"hello"
            running.close()
            running.close()
        assert origin.accepted == 1


def usable_after_cancelling(lab: Lab) -> None:
    """A hundred cancelled calls take nothing from the ones after them."""
    network = lab.limited(10)

    def script(peer: Peer) -> None:
        while (request := peer.request()) is not None:
            if request.body == b"wait":
                peer.closed_at()
                return
            peer.send(plain())

    with lab.origin(script) as origin:
        for _ in range(5):
            waiting = [lab.subject.start(lab.call(origin.url, body=b"wait", network=network)) for _ in range(20)]
            lab.pause(0.02)
            for running in waiting:
                running.cancel()
                running.cancel()
            for running in waiting:
                failure(CancelledError, running.head)
        running_now = [lab.subject.start(lab.call(origin.url, network=network)) for _ in range(20)]
        assert [read_all(running) for running in running_now] == [b"hello"] * 20


def transport_closed(lab: Lab) -> None:
    """Closing the transport ends what it carries."""
    seen: list[float] = []

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(ONE)
        seen.append(peer.closed_at())

    with lab.origin(script) as origin:
        running = lab.subject.start(lab.call(origin.url))
        assert running.read() == b"one"
        lab.subject.close_transport()
        failure(Interrupted, running.read)
    assert seen


def _cancel(running: Running) -> None:
    running.cancel()


def _close(running: Running) -> None:
    running.close()


def _once(answer: bytes) -> Script:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(answer)
        peer.closed_at()

    return script


def _ends_upstream(
    lab: Lab,
    answer: bytes,
    begin: Callable[[Lab, Running], None],
    leave: Callable[[Running], None],
    *,
    tls: bool = False,
) -> None:
    """`leave`s after `begin`, and looks how long the server has to wait for that."""
    arrived: list[bool] = []
    closed: list[float] = []

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(answer)
        arrived.append(True)
        closed.append(peer.closed_at())

    took: list[float] = []
    with lab.origin(script, tls=lab.certificates.server if tls else None) as origin:
        while len(took) < TRIES and (not took or min(took) > PROMPTLY):
            running = lab.subject.start(lab.call(origin.url, network=lab.trusting()))
            lab.until(lambda: len(arrived) > len(took))
            begin(lab, running)
            left = time.monotonic()
            leave(running)
            lab.until(lambda: len(closed) > len(took))
            took.append(closed[-1] - left)
    assert min(took) <= PROMPTLY, f"the server saw it after {min(took) * 1000:.0f} ms"


LEAVING: tuple[Case, ...] = (
    asyncio_case(cancelled_before_the_head),
    asyncio_case(cancelled_within_the_body, pieces=True),
    asyncio_case(cancelled_over_tls),
    asyncio_case(usable_after_cancelling),
    case(closed_after_the_head, pieces=True),
    case(closed_within_the_body, pieces=True),
    case(closed_over_tls, pieces=True),
    case(closed_twice, pieces=True),
    case(closed_at_the_end),
    case(transport_closed, pieces=True),
)
