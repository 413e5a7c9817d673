"""Cases: what an answer says arrives as it was said, however it is framed and cut into pieces."""

import gzip
import zlib

from accord.core.error import Interrupted, Malformed
from accord.testing.transport.case import Case, Lab, asyncio_case, case
from accord.testing.transport.origin import Peer, answering, chunked, plain
from accord.testing.transport.subject import read_all

TEXT = b'data: {"delta": "caf\xc3\xa9"}\n\n' * 40


def status_and_headers(lab: Lab) -> None:
    """Any status is an answer; headers come in order, repeated ones too, names lower-case, values latin-1."""
    answer = plain(b"no", status="418 I'm a teapot", headers="X-One: a\r\nx-two: caf\xe9 \r\nX-One: b\r\n")
    with lab.origin(answering(answer)) as origin:
        running = lab.subject.start(lab.call(origin.url))
        head = running.head()
        assert head.status == 418, head
        ours = [pair for pair in head.headers if pair[0].startswith("x-")]
        assert ours == [("x-one", "a"), ("x-two", "caf\xe9"), ("x-one", "b")], ours
        assert read_all(running) == b"no"


def body_with_a_length(lab: Lab) -> None:
    """`content-length`."""
    _gives(lab, plain(TEXT), TEXT)


def body_in_chunks(lab: Lab) -> None:
    """Chunks, with an extension and a trailer."""
    answer = chunked(TEXT, b"x", end=False) + b"2;name=value\r\nyz\r\n0\r\nx-trailer: 1\r\n\r\n"
    _gives(lab, answer, TEXT + b"xyz")


def body_until_close(lab: Lab) -> None:
    """No framing: the body ends with the connection."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\n\r\n" + TEXT)

    with lab.origin(script) as origin:
        assert lab.get(lab.call(origin.url)) == TEXT


def no_body(lab: Lab) -> None:
    """A length of zero, 204, 304, and HEAD, whose head tells the length of a body that does not come."""
    heads = (
        b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\ncontent-length: 7\r\n\r\n",
    )
    with lab.origin(answering(*heads)) as origin:
        for _ in heads:
            assert lab.get(lab.call(origin.url)) == b""
    with lab.origin(answering(b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n")) as origin:
        for _ in range(2):
            assert lab.get(lab.call(origin.url, method="HEAD", body=b"")) == b""


def byte_by_byte(lab: Lab) -> None:
    """An answer in pieces of one byte each, plain and compressed."""
    short = TEXT[:120]
    zipped = gzip.compress(short)
    for answer in (
        chunked(short[:60], short[60:], headers="x: y\r\n"),
        chunked(zipped[:20], zipped[20:], headers="content-encoding: gzip\r\n"),
    ):

        def script(peer: Peer, answer: bytes = answer) -> None:
            peer.request()
            peer.drip(answer)
            peer.request()

        with lab.origin(script) as origin:
            body = lab.get(lab.call(origin.url))
            assert body == short, body


def pieces_as_they_come(lab: Lab) -> None:
    """A piece is handed over when it comes, not when a buffer is full."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(chunked(b"one", end=False))
        assert peer.receive(1) == b"", "the second piece was waited for before the first was handed over"

    with lab.origin(script) as origin:
        running = lab.subject.start(lab.call(origin.url))
        assert running.read() == b"one"
        running.close()


def compressed(lab: Lab) -> None:
    """gzip, gzip of several members, and both things called deflate; nothing else is asked for."""
    raw = zlib.compressobj(wbits=-15)
    bodies = (
        ("gzip", gzip.compress(TEXT)),
        ("GZIP", gzip.compress(TEXT[:50]) + gzip.compress(TEXT[50:])),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw.compress(TEXT) + raw.flush()),
        ("identity", TEXT),
    )
    for encoding, body in bodies:
        _gives(lab, plain(body, headers=f"content-encoding: {encoding}\r\n"), TEXT)
        _gives(lab, chunked(body[:9], body[9:], headers=f"content-encoding: {encoding}\r\n"), TEXT)


def compressed_stream(lab: Lab) -> None:
    """Each piece of a compressed stream is handed over as far as it can be read."""
    packer = zlib.compressobj(wbits=31)
    first = packer.compress(b"one") + packer.flush(zlib.Z_SYNC_FLUSH)

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(chunked(first, headers="content-encoding: gzip\r\n", end=False))
        assert peer.receive(1) == b""

    with lab.origin(script) as origin:
        running = lab.subject.start(lab.call(origin.url))
        assert running.read() == b"one"
        running.close()


def compressed_and_cut(lab: Lab) -> None:
    """A body that is whole by its framing and cut by its compression is broken off."""
    with lab.origin(answering(plain(gzip.compress(TEXT)[:-9], headers="content-encoding: gzip\r\n"))) as origin:
        lab.fails(Interrupted, lab.call(origin.url))


def compressed_wrongly(lab: Lab) -> None:
    """What is not gzip though it says so, an encoding nobody asked for, and a bomb."""
    bomb = zlib.compressobj(9, wbits=31)
    block = bytes(1 << 20)
    huge = b"".join([*(bomb.compress(block) for _ in range(64)), bomb.flush()])
    for encoding, body in (("gzip", b"rubbish rubbish"), ("br", TEXT), ("gzip, gzip", TEXT), ("gzip", huge)):
        with lab.origin(answering(plain(body, headers=f"content-encoding: {encoding}\r\n"))) as origin:
            lab.fails(Malformed, lab.call(origin.url))


def informational(lab: Lab) -> None:
    """Answers before the answer are skipped."""
    before = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"
    _gives(lab, before + plain(TEXT), TEXT)


def large_bodies(lab: Lab) -> None:
    """Megabytes in both directions."""
    large = bytes(range(256)) * (4 << 12)

    def script(peer: Peer) -> None:
        while (request := peer.request()) is not None:
            assert request.body == large
            peer.send(plain(request.body))

    with lab.origin(script) as origin:
        for _ in range(2):
            assert lab.get(lab.call(origin.url, body=large)) == large


def slow_reader(lab: Lab) -> None:
    """Who reads slowly holds the sender up, and loses nothing; the bytes are not piled up in between."""
    size = 64 << 20
    sent = 0

    def script(peer: Peer) -> None:
        nonlocal sent
        peer.request()
        peer.send(f"HTTP/1.1 200 OK\r\ncontent-length: {size}\r\n\r\n".encode())
        block = bytes(1 << 20)
        for _ in range(size >> 20):
            peer.send(block)
            sent += len(block)

    with lab.origin(script) as origin:
        running = lab.subject.start(lab.call(origin.url))
        running.read()
        lab.pause(0.3)
        assert sent < size // 2, f"{sent} bytes were taken in while nobody read"
        running.close()


def _gives(lab: Lab, answer: bytes, body: bytes) -> None:
    with lab.origin(answering(answer)) as origin:
        for _ in range(2):
            got = lab.get(lab.call(origin.url))
            assert got == body, got


ANSWERS: tuple[Case, ...] = (
    case(status_and_headers),
    case(body_with_a_length),
    case(body_in_chunks),
    case(body_until_close),
    case(no_body),
    case(byte_by_byte),
    case(pieces_as_they_come, pieces=True),
    case(compressed),
    case(compressed_stream, pieces=True),
    case(compressed_and_cut),
    case(compressed_wrongly),
    case(informational),
    case(large_bodies),
    asyncio_case(slow_reader, pieces=True),
)
