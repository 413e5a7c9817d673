"""Cases: TLS lets in whom it should, and a tunnel through a proxy is TLS all the way."""

import contextlib
import socket
import threading

from accord.core.error import ConfigError, Interrupted, Unreachable
from accord.core.http import Network
from accord.testing.transport.case import Case, Lab, case
from accord.testing.transport.origin import Origin, Peer, Script, answering, chunked, plain


def trusted(lab: Lab) -> None:
    """A server whose authority is known, by address and by name; its connection is kept."""
    with lab.origin(answering(plain(), chunked(b"hello")), tls=lab.certificates.server) as origin:
        for _ in range(3):
            assert lab.get(lab.call(origin.url, network=lab.trusting())) == b"hello"
        assert origin.accepted == 1
        named = origin.url.replace("127.0.0.1", "localhost")
        assert lab.get(lab.call(named, network=lab.trusting())) == b"hello"


def large_over_tls(lab: Lab) -> None:
    """Megabytes in both directions, through TLS."""
    large = bytes(range(256)) * (4 << 12)

    def script(peer: Peer) -> None:
        while (request := peer.request()) is not None:
            assert request.body == large
            peer.send(plain(request.body))

    with lab.origin(script, tls=lab.certificates.server) as origin:
        for _ in range(2):
            call = lab.call(origin.url, body=large, network=lab.trusting())
            assert lab.get(call) == large


def not_trusted(lab: Lab) -> None:
    """An unknown authority, or a certificate for another name. Nothing was sent, and trying again is pointless."""
    certificates = lab.certificates
    for server, network in ((certificates.server, Network()), (certificates.stranger, lab.trusting())):
        with lab.origin(answering(plain()), tls=server) as origin:
            call = lab.call(origin.url, network=network)
            error = lab.fails(Unreachable, call)
            assert (error.sent, error.phase, error.retryable) == ("no", "tls", False), (error.sent, error.phase)
            assert "certificate" in str(error), error


def trusted_unseen(lab: Lab) -> None:
    """`verify=False` takes any certificate."""
    with lab.origin(answering(plain()), tls=lab.certificates.stranger) as origin:
        call = lab.call(origin.url, network=Network(verify=False))
        assert lab.get(call) == b"hello"


def known_by_certificate(lab: Lab) -> None:
    """A client certificate is shown where the profile has one; without it, such a server lets nobody in."""
    with lab.origin(answering(plain()), tls=lab.certificates.strict_server) as origin:
        call = lab.call(origin.url, network=lab.trusting(client_cert=True))
        assert lab.get(call) == b"hello"
        lab.fails(Unreachable, lab.call(origin.url, network=lab.trusting()))


def no_tls_there(lab: Lab) -> None:
    """A server that speaks no TLS."""

    def script(peer: Peer) -> None:
        peer.receive(10)
        peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with lab.origin(script) as origin:
        url = origin.url.replace("http:", "https:")
        error = lab.fails(Unreachable, lab.call(url, network=lab.trusting()))
        assert (error.sent, error.phase) == ("no", "tls"), (error.sent, error.phase)


def unreadable_certificates(lab: Lab) -> None:
    """Files that are not there, or not what they should be, are named before anything is sent."""
    rubbish = lab.certificates.ca_file.with_name("rubbish.pem")
    rubbish.write_text("not a certificate")
    with lab.origin(answering(plain()), tls=lab.certificates.server) as origin:
        for network in (
            Network(ca_file="/nowhere/ca.pem"),
            Network(ca_file=str(rubbish)),
            Network(client_cert="/nowhere/client.pem"),
        ):
            call = lab.call(origin.url, network=network)
            error = lab.fails(ConfigError, call)
            assert ".pem" in str(error), error
        assert origin.accepted == 0


def ended_without_a_word(lab: Lab) -> None:
    """A body that ends with the connection is whole only where TLS itself says that it ends; else somebody cut it."""

    def ending(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\n\r\nhello")

    def cutting(peer: Peer) -> None:
        ending(peer)
        peer.hang_up()

    with lab.origin(ending, tls=lab.certificates.server) as origin:
        assert lab.get(lab.call(origin.url, network=lab.trusting())) == b"hello"
    with lab.origin(cutting, tls=lab.certificates.server) as origin:
        call = lab.call(origin.url, network=lab.trusting())
        lab.fails(Interrupted, call)


def through_a_tunnel(lab: Lab) -> None:
    """HTTPS goes through the proxy untouched, with the proxy's credentials only in the way there."""
    asked: list[bytes] = []
    served = lab.origin(answering(plain()), tls=lab.certificates.server)
    with served as origin, lab.origin(_tunnel(origin, asked)) as proxy:
        network = lab.trusting_through(f"http://user:secret@127.0.0.1:{proxy.port}")
        for _ in range(2):
            assert lab.get(lab.call(origin.url, network=network)) == b"hello"
        assert proxy.accepted == origin.accepted == 1
    head = asked[0].lower()
    assert head.startswith(f"connect 127.0.0.1:{origin.port} http/1.1".encode()), head
    assert b"proxy-authorization: basic dxnlcjpzzwnyzxq=" in head, head


def no_tunnel(lab: Lab) -> None:
    """A proxy that refuses, breaks off or speaks in tongues: nothing was sent, and no password is shown."""
    with lab.origin(answering(plain()), tls=lab.certificates.server) as origin:
        for reply in (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", b"HTTP/1.1 502 Bad Gateway\r\n\r\n", b""):

            def script(peer: Peer, reply: bytes = reply) -> None:
                peer.head()
                peer.send(reply)

            with lab.origin(script) as proxy:
                network = lab.trusting_through(f"http://user:sk-test-1@127.0.0.1:{proxy.port}")
                call = lab.call(origin.url, network=network)
                error = lab.fails(Unreachable, call)
                assert (error.sent, error.phase) == ("no", "connect"), (error.sent, error.phase)
                assert "sk-test" not in str(error), error
        assert origin.accepted == 0


def _tunnel(to: Origin, asked: list[bytes]) -> Script:
    """A proxy that tunnels to `to`."""

    def script(peer: Peer) -> None:
        head = peer.head()
        assert head is not None
        asked.append(head)
        with socket.create_connection(("127.0.0.1", to.port)) as onward:
            peer.send(b"HTTP/1.1 200 Connection established\r\n\r\n")

            def back() -> None:
                with contextlib.suppress(OSError):
                    while data := onward.recv(65536):
                        peer.send(data)

            returning = threading.Thread(target=back, daemon=True)
            returning.start()
            while data := peer.receive(65536):
                onward.sendall(data)

    return script


SECURE: tuple[Case, ...] = (
    case(trusted),
    case(large_over_tls),
    case(not_trusted),
    case(trusted_unseen),
    case(known_by_certificate),
    case(no_tls_there),
    case(unreadable_certificates),
    case(ended_without_a_word),
    case(through_a_tunnel),
    case(no_tunnel),
)
