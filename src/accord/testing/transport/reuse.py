"""Cases: connections are used again where that is safe, and only there; they are few, and shared by no two profiles."""

from accord.core.error import ConfigError, TimedOut, Unreachable
from accord.core.http import Network, Timeouts
from accord.testing.transport.case import Case, Lab, case
from accord.testing.transport.origin import Peer, answering, chunked, plain
from accord.testing.transport.subject import read_all


def kept_alive(lab: Lab) -> None:
    """Calls one after the other share a connection, whatever the framing."""
    with lab.origin(answering(plain(), chunked(b"hello"), b"HTTP/1.1 204 No\r\n\r\n", plain())) as origin:
        for expected in (b"hello", b"hello", b"", b"hello"):
            assert lab.get(lab.call(origin.url)) == expected
        assert origin.accepted == 1, origin.accepted


def not_kept_alive(lab: Lab) -> None:
    """`connection: close`, HTTP/1.0, a body that ends with the connection: a new one each time."""
    for answer in (
        plain(headers="connection: close\r\n"),
        plain().replace(b"HTTP/1.1", b"HTTP/1.0"),
        b"HTTP/1.1 200 OK\r\n\r\nhello",
    ):

        def script(peer: Peer, answer: bytes = answer) -> None:
            peer.request()
            peer.send(answer)

        with lab.origin(script) as origin:
            for number in (1, 2):
                assert lab.get(lab.call(origin.url)) == b"hello"
                assert origin.accepted == number


def closed_while_idle(lab: Lab) -> None:
    """A server that closes an idle connection is noticed before the next call uses it. Plain and over TLS."""
    for tls in (None, lab.certificates.server):

        def script(peer: Peer) -> None:
            peer.request()
            peer.send(plain())

        with lab.origin(script, tls=tls) as origin:
            for number in (1, 2):
                call = lab.call(origin.url, network=lab.trusting())
                assert lab.get(call) == b"hello"
                assert origin.accepted == number
                lab.pause(0.02)


def closed_unannounced(lab: Lab) -> None:
    """A server that closes after each answer without saying so costs a connection each time, and no call."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(plain())

    with lab.origin(script) as origin:
        for number in (1, 2, 3, 4):
            assert lab.get(lab.call(origin.url)) == b"hello"
            assert origin.accepted == number
            lab.pause(0.02)


def none_at_all(lab: Lab) -> None:
    """A profile that allows no connection is refused, and nobody waits for one."""
    with lab.origin(answering(plain())) as origin:
        lab.fails(ConfigError, lab.call(origin.url, network=Network(max_connections=0)))


def closed_in_the_moment(lab: Lab) -> None:
    """A kept connection that ends after the request has gone out: it may have arrived, and is not sent again."""
    bodies: list[bytes] = []

    def script(peer: Peer) -> None:
        for number in (1, 2):
            request = peer.request()
            if request is None:
                return
            bodies.append(request.body)
            if number == 1:
                peer.send(plain())

    with lab.origin(script) as origin:
        assert lab.get(lab.call(origin.url, body=b"first")) == b"hello"
        error = lab.fails(Unreachable, lab.call(origin.url, body=b"second"))
        assert (error.sent, error.retryable) == ("maybe", False), error.sent
        lab.pause(0.05)
        assert bodies == [b"first", b"second"], bodies


def left_early(lab: Lab) -> None:
    """The rest of an answer that was left is never taken for the next one."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(plain(b"first" * 1000)[:-1])
        if peer.number:
            peer.send(b"t")
        peer.request()

    with lab.origin(script) as origin:
        running = lab.subject.start(lab.call(origin.url))
        running.read()
        running.close()
        assert lab.get(lab.call(origin.url)) == b"first" * 1000
        assert origin.accepted == 2


def unasked_bytes(lab: Lab) -> None:
    """An answer to nothing is never taken for the answer to the next call."""
    for together in (True, False):

        def script(peer: Peer, together: bool = together) -> None:
            peer.request()
            if together:
                peer.send(plain() + plain(b"forged"))
            else:
                peer.send(plain())
                lab.pause(0.05)
                peer.send(plain(b"forged"))
            peer.request()

        with lab.origin(script) as origin:
            for number in (1, 2):
                assert lab.get(lab.call(origin.url)) == b"hello"
                assert origin.accepted == number
                lab.pause(0.15)


def at_most(lab: Lab) -> None:
    """A hundred calls at once over ten connections, all answered."""

    def script(peer: Peer) -> None:
        while (request := peer.request()) is not None:
            lab.pause(0.002)
            peer.send(plain(request.body))

    with lab.origin(script) as origin:
        network = Network(max_connections=10)
        calls = [lab.call(origin.url, body=str(number).encode(), network=network) for number in range(100)]
        running = [lab.subject.start(call) for call in calls]
        assert [read_all(one) for one in running] == [str(number).encode() for number in range(100)]
        assert origin.most <= 10, origin.most


def waiting_is_bounded(lab: Lab) -> None:
    """Who waits for a connection waits no longer than the call may take, and has sent nothing."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(chunked(b"one", end=False))
        peer.closed_at()

    with lab.origin(script) as origin:
        network = Network(max_connections=1)
        holding = lab.subject.start(lab.call(origin.url, network=network))
        assert holding.read() == b"one"
        hurried = Timeouts(connect=5.0, first_byte=5.0, idle=5.0, total=0.1)
        call = lab.call(origin.url, network=network, timeouts=hurried)
        error = lab.fails(TimedOut, call)
        assert (error.sent, error.phase) == ("no", "deadline"), (error.sent, error.phase)
        after = lab.subject.start(lab.call(origin.url, network=network))
        holding.close()
        assert after.read() == b"one"
        after.close()
        assert origin.accepted == 2


def failures_free_their_place(lab: Lab) -> None:
    """Calls that fail, in whatever way, take no connection with them."""
    network = Network(max_connections=1)
    answers = (b"", b"rubbish\r\n", plain()[:-1], b"HTTP/1.1 200 OK\r\ncontent-le", plain())

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(answers[min(peer.number, len(answers) - 1)])

    with lab.origin(script) as origin:
        for _ in answers[:-1]:
            lab.fails(Exception, lab.call(origin.url, network=network))
        assert lab.get(lab.call(origin.url, network=network)) == b"hello"


def apart(lab: Lab) -> None:
    """Calls with different network profiles share nothing."""
    with lab.origin(answering(plain())) as origin:
        for number, connections in enumerate((5, 6, 5, 6)):
            network = Network(max_connections=connections)
            assert lab.get(lab.call(origin.url, network=network)) == b"hello"
            assert origin.accepted == min(number + 1, 2)


REUSE: tuple[Case, ...] = (
    case(kept_alive),
    case(not_kept_alive),
    case(closed_while_idle),
    case(closed_unannounced),
    case(none_at_all),
    case(closed_in_the_moment),
    case(left_early, pieces=True),
    case(unasked_bytes),
    case(at_most),
    case(waiting_is_bounded, pieces=True),
    case(failures_free_their_place),
    case(apart),
)
