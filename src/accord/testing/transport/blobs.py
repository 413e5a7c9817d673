"""Cases: bodies that are not in memory, which are read while they go out."""

from collections.abc import Iterator

from accord.core.error import ProviderError
from accord.testing.transport.case import Case, Lab, case
from accord.testing.transport.origin import Peer, plain
from accord.testing.transport.requests import Recorder
from accord.testing.transport.subject import read_all

_PIECE = bytes(range(256)) * 256
"""64 KB."""


class Pieces:
    """A body of so many pieces, each made when it is asked for. `breaks`: the last one cannot be read."""

    digest = b"pieces"

    def __init__(self, number: int, *, breaks: bool = False) -> None:
        self._number = number
        self._breaks = breaks
        self.size: int = number * len(_PIECE)
        self.read = 0
        """How many were asked for."""

    def pieces(self) -> Iterator[bytes]:
        """All of them."""
        for at in range(self._number):
            self.read += 1
            if self._breaks and at == self._number - 1:
                raise OSError("the disk is gone")
            yield _PIECE


def kept_elsewhere(lab: Lab) -> None:
    """It goes out whole and with its length, as often as it is sent; the connection is kept."""
    kept = Recorder()
    blob = Pieces(50)
    with lab.origin(kept) as origin:
        call = lab.call(origin.url, body=blob)
        assert lab.get(call) == lab.get(call) == b"hello"
        for request in kept.requests:
            assert request.body == _PIECE * 50, len(request.body)
            assert request.header("content-length") == str(blob.size)
            assert request.header("transfer-encoding") is None
        assert blob.read == 100
        assert origin.accepted == 1, origin.accepted


def refused_before_it_was_sent(lab: Lab) -> None:
    """An answer may come before the body has gone out. It is the answer, and no other call uses the connection before all has gone out."""
    heads: list[bytes] = []

    def script(peer: Peer) -> None:
        while (head := peer.head()) is not None:
            heads.append(head)
            peer.send(plain(b"too large", status="413 Content Too Large"))
            left = Pieces(1000).size
            while left and (data := peer.receive(min(left, 65536))):
                left -= len(data)

    with lab.origin(script) as origin:
        for _ in range(2):
            running = lab.subject.start(lab.call(origin.url, body=Pieces(1000)))
            assert running.head().status == 413
            assert read_all(running) == b"too large"
        assert [head[:7] for head in heads] == [b"POST / ", b"POST / "], heads


def cannot_be_read(lab: Lab) -> None:
    """A body that breaks off is a failure, and no shorter request."""
    kept = Recorder()
    with lab.origin(kept) as origin:
        lab.fails(ProviderError, lab.call(origin.url, body=Pieces(30, breaks=True)))
        lab.fails(ProviderError, lab.call(origin.url, body=Pieces(1, breaks=True)))
        assert not kept.requests
        assert lab.get(lab.call(origin.url)) == b"hello"


BLOBS: tuple[Case, ...] = (case(kept_elsewhere), case(refused_before_it_was_sent), case(cannot_be_read))
