"""Cases: a connection that breaks is told as what it is: nothing sent, maybe sent, or an answer cut off.

"The answer broke off" is never taken for its end, and nothing that may have arrived is sent again.
"""

import socket

from accord.core.error import Interrupted, Unreachable
from accord.testing.transport.case import Case, Lab, case, failure
from accord.testing.transport.origin import Peer, chunked, plain
from accord.testing.transport.subject import Running, read_all


def refused(lab: Lab) -> None:
    """No server: nothing was sent, and the same call may be tried again."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    error = lab.fails(Unreachable, lab.call(f"http://127.0.0.1:{port}"))
    assert (error.sent, error.phase, error.retryable) == ("no", "connect", True), (error.sent, error.phase)
    assert str(port) in str(error), error


def closed_before_the_head(lab: Lab) -> None:
    """The server closes, or resets, after the request: it may have acted on it. Sent once."""

    def closing(peer: Peer) -> None:
        peer.request()

    def resetting(peer: Peer) -> None:
        peer.request()
        peer.reset()

    for script in (closing, resetting):
        with lab.origin(script) as origin:
            error = lab.fails(Unreachable, lab.call(origin.url))
            assert (error.sent, error.phase, error.retryable) == ("maybe", "head", False), (error.sent, error.phase)
            assert origin.accepted == 1


def closed_within_the_head(lab: Lab) -> None:
    """Half a head is no answer, and shows that the request arrived (or may have)."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\ncontent-le")

    with lab.origin(script) as origin:
        error = lab.fails(Unreachable, lab.call(origin.url))
        assert error.sent in {"maybe", "yes"}, error.sent


def cut_bodies(lab: Lab) -> None:
    """A length that is not reached, chunks without their end: what came is given, then `Interrupted`, each time."""
    for answer in (plain(b"partial!")[:-2], chunked(b"partia", end=False), chunked(b"partia", b"l!", end=True)[:-9]):

        def script(peer: Peer, answer: bytes = answer) -> None:
            peer.request()
            peer.send(answer)

        with lab.origin(script) as origin:
            running = lab.subject.start(lab.call(origin.url))
            assert running.head().status == 200
            assert _read(running, 6) == b"partia"
            failure(Interrupted, running.read)
            failure(Interrupted, running.read)
            running.close()


def reset_within_the_body(lab: Lab) -> None:
    """A reset is no end, not even of a body that ends with the connection."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\n\r\npartial")
        lab.pause(0.1)
        peer.reset()

    with lab.origin(script) as origin:
        running = lab.subject.start(lab.call(origin.url))
        assert _read(running, 7) == b"partial"
        failure(Interrupted, running.read)
        running.close()


def answered_early(lab: Lab) -> None:
    """A server that answers before it has read the request is heard: it says why it does not want it."""

    def script(peer: Peer) -> None:
        peer.head()
        peer.send(plain(b"too large", status="413 Content Too Large", headers="connection: close\r\n"))
        lab.pause(0.2)

    with lab.origin(script) as origin:
        running = lab.subject.start(lab.call(origin.url, body=bytes(16 << 20)))
        assert running.head().status == 413
        assert read_all(running) == b"too large"


def _read(running: Running, size: int) -> bytes:
    data = b""
    while len(data) < size:
        data += running.read()
    return data


BROKEN: tuple[Case, ...] = (
    case(refused),
    case(closed_before_the_head),
    case(closed_within_the_head),
    case(cut_bodies),
    case(reset_within_the_body),
    case(answered_early),
)
