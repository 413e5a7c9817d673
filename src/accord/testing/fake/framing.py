"""An answer as bytes of HTTP/1.1: its head, its body cut and framed as its delivery says."""

import zlib
from collections.abc import Iterable, Iterator
from http import HTTPStatus

import msgspec

from accord.testing.fake.answer import Answer
from accord.testing.fake.delivery import Cut, Delivery, Framing, Hold

_GZIP = 16 + zlib.MAX_WBITS


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """One write: bytes, and how much of the body is in them."""

    data: bytes
    size: int


class Framed(msgspec.Struct, frozen=True, kw_only=True):
    """An answer ready to be written."""

    head: bytes
    before: tuple[Frame, ...]
    """What is sent before the fault; all of the body where there is none."""
    after: tuple[Frame, ...]
    """What is sent after a hold is over."""
    closes: bool
    """Whether the connection cannot be used again."""


def framed(answer: Answer, *, keep_alive: bool, bodiless: bool) -> Framed:
    """The writes of an answer. `keep_alive`: the caller would use the connection again. `bodiless`: to a HEAD request."""
    delivery = answer.delivery
    pieces = _rechunked(answer.pieces, delivery.chunk)
    stop = _stop(answer)
    first, rest = _parted(pieces, stop)
    if isinstance(delivery.fault, Cut) and delivery.fault.how == "end":
        rest = []
    sent, kept = _gzipped(first, rest) if delivery.encoding == "gzip" else (_plain(first), _plain(rest))
    framing = _framing(answer)
    length = sum(len(frame.data) for frame in [*sent, *kept])
    closes = framing == "close" or not keep_alive or delivery.afterwards == "close"
    head = _head(answer, framing, length, closes=closes)
    if bodiless:
        return Framed(head=head, before=(), after=(), closes=closes)
    before, after = (_chunked(sent), _chunked(kept)) if framing == "chunked" else (sent, kept)
    if framing == "chunked":
        last = after if stop is not None and not _ends_properly(delivery) else before
        _terminate(last)
    return Framed(head=head, before=tuple(before), after=tuple(after), closes=closes)


def _ends_properly(delivery: Delivery) -> bool:
    return isinstance(delivery.fault, Cut) and delivery.fault.how == "end"


def _framing(answer: Answer) -> Framing:
    wanted = answer.delivery.framing
    if wanted == "auto":
        return "chunked" if answer.stream else "length"
    return wanted


def _stop(answer: Answer) -> int | None:
    """The byte of the body at which a fault strikes; `None` where none strikes in the body."""
    fault = answer.delivery.fault
    if fault is None:
        return None
    if fault.events is not None:
        return sum(len(piece) for piece in answer.pieces[: fault.events])
    return fault.body_bytes


def _rechunked(pieces: Iterable[bytes], size: int) -> list[bytes]:
    if not size:
        return [piece for piece in pieces if piece]
    return [piece[at : at + size] for piece in pieces for at in range(0, len(piece), size)]


def _parted(pieces: list[bytes], stop: int | None) -> tuple[list[bytes], list[bytes]]:
    """The pieces before and after the byte `stop`, which may cut one."""
    if stop is None:
        return pieces, []
    before: list[bytes] = []
    after: list[bytes] = []
    room = stop
    for piece in pieces:
        before.append(piece[:room])
        after.append(piece[room:])
        room = max(room - len(piece), 0)
    return [piece for piece in before if piece], [piece for piece in after if piece]


def _plain(pieces: Iterable[bytes]) -> list[Frame]:
    return [Frame(data=piece, size=len(piece)) for piece in pieces]


def _gzipped(first: list[bytes], rest: list[bytes]) -> tuple[list[Frame], list[Frame]]:
    """The pieces compressed, each to be read as it comes."""
    compressor = zlib.compressobj(wbits=_GZIP)

    def squeezed(pieces: list[bytes]) -> Iterator[Frame]:
        for piece in pieces:
            data = compressor.compress(piece) + compressor.flush(zlib.Z_SYNC_FLUSH)
            yield Frame(data=data, size=len(piece))

    before, after = list(squeezed(first)), list(squeezed(rest))
    (after or before).append(Frame(data=compressor.flush(), size=0))
    return before, after


def _chunked(frames: Iterable[Frame]) -> list[Frame]:
    return [Frame(data=b"%x\r\n%b\r\n" % (len(frame.data), frame.data), size=frame.size) for frame in frames]


def _terminate(frames: list[Frame]) -> None:
    """Ends a chunked body, in one write with its last chunk: who has the one has the other."""
    last = frames.pop() if frames else Frame(data=b"", size=0)
    frames.append(Frame(data=last.data + b"0\r\n\r\n", size=last.size))


def _head(answer: Answer, framing: Framing, length: int, *, closes: bool) -> bytes:
    delivery = answer.delivery
    status = delivery.status or answer.status
    content_type = answer.content_type if delivery.content_type is None else delivery.content_type
    lines = [f"HTTP/1.1 {status} {reason(status)}"]
    if content_type:
        lines.append(f"content-type: {content_type}")
    lines += [f"{name}: {value}" for name, value in (*answer.headers, *delivery.headers)]
    if delivery.encoding == "gzip":
        lines.append("content-encoding: gzip")
    if framing == "chunked":
        lines.append("transfer-encoding: chunked")
    elif framing == "length":
        lines.append(f"content-length: {length}")
    if closes:
        lines.append("connection: close")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def reason(status: int) -> str:
    """The words of a status line; empty for a status without any."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def fault_in_head(fault: Cut | Hold | None) -> int | None:
    """How many bytes of the head precede a fault; `None` where the whole head does."""
    if fault is None or fault.body_bytes is not None or fault.events is not None:
        return None
    return fault.head_bytes or 0
