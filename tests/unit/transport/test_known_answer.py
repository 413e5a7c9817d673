"""Heads that come again mean what the full parse says they mean, whatever comes in place of them."""

from collections.abc import Iterator

import pytest

from accord.core.error import ProviderError
from accord.core.http import Head
from accord.transport.http1 import AnswerReader
from accord.transport.known_answer import KnownAnswer

NGINX = (
    b"HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Wed, 25 Nov 2026 03:42:36 GMT\r\n"
    b"Content-Type: application/json\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\n"
)
NODE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5\r\n"
    b"Date: Wed, 25 Nov 2026 03:42:36 GMT\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\n"
)
UVICORN = b"HTTP/1.1 200 OK\r\ndate: Wed, 25 Nov 2026 03:42:36 GMT\r\ncontent-length: 5\r\n\r\n"
UNDATED = b"HTTP/1.1 200 OK\r\ncontent-length:5 \r\n\r\n"
HEADS = (NGINX, NODE, UVICORN, UNDATED)
BODY = b"hello"

every_head = pytest.mark.parametrize("raw", HEADS, ids=["nginx", "node", "uvicorn", "undated"])


def warmed(raw: bytes, limit: int | None = None) -> AnswerReader:
    reader = AnswerReader(limit)
    reader.feed(raw + BODY)
    assert reader.ended
    assert reader.take() == BODY
    assert reader.known is not None
    reader.begin()
    return reader


def outcome(reader: AnswerReader, *pieces: bytes) -> tuple[object, ...]:
    """All that can be told of the answer that is read."""
    error = None
    try:
        for piece in pieces:
            if not reader.ended:
                reader.feed(piece)
    except ProviderError as raised:
        error = str(raised)
    return reader.head, reader.take(), reader.ended, reader.ended and reader.reusable, reader.lifetime, error


def mutants(raw: bytes) -> Iterator[bytes]:
    for at in range(len(raw)):
        yield raw[:at] + raw[at + 1 :]
        for byte in (b"\0", b"\t", b"\n", b"\r", b" ", b"0", b"9", b":", b"-", b"x", b"X", b"\xff", b"\r\n"):
            yield raw[:at] + byte + raw[at:]
            yield raw[:at] + byte + raw[at + 1 :]


@every_head
def test_whatever_differs_is_read_in_full(raw: bytes) -> None:
    for mutant in mutants(raw):
        data = mutant + BODY
        assert outcome(warmed(raw), data) == outcome(AnswerReader(), data), data


@every_head
@pytest.mark.parametrize(
    "length", [b"0", b"1", b"17", b"005", b"70000", b"999999999", b"1000000000", b"-1", b"1_0", b"", b" 1"]
)
def test_other_lengths_and_dates(raw: bytes, length: bytes) -> None:
    dates = (
        b"Wed, 25 Nov 2026 03:42:37 GMT",
        b"Wed, 25 Nov 2026 03:42:36 UTC",
        b"Wed, 25 Nov 2026\r\nx:2:36 GMT",
        b"now",
        b"",
    )
    for date in dates:
        head = raw.replace(b"25 Nov 2026 03:42:36 GMT", date[5:]).replace(b"ength: 5", b"ength: " + length)
        head = head.replace(b"ength:5", b"ength:" + length)
        for body in (b"", b"x", BODY, b"x" * 17, b"x" * 70_000):
            assert outcome(warmed(raw), head + body) == outcome(AnswerReader(), head + body), head


@every_head
def test_every_way_to_cut_it(raw: bytes) -> None:
    data = raw.replace(b":36", b":37") + BODY
    for first in range(1, len(data)):
        for second in (first, min(first + 1, len(data) - 1), len(data) - 1):
            pieces = [piece for piece in (data[:first], data[first:second], data[second:]) if piece]
            assert outcome(warmed(raw), *pieces) == outcome(AnswerReader(), data), pieces
    assert outcome(warmed(raw), *[data[at : at + 1] for at in range(len(data))]) == outcome(AnswerReader(), data)


@every_head
def test_what_follows_is_not_taken_for_an_answer(raw: bytes) -> None:
    for excess in (b"x", b"HTTP/1.1 200 OK\r\n", raw + BODY):
        for pieces in ((raw + BODY + excess,), (raw + BODY[:2], BODY[2:] + excess), (raw, BODY + excess)):
            reader = warmed(raw)
            for piece in pieces:
                reader.feed(piece)
            assert reader.ended
            assert not reader.reusable
            assert reader.take() == BODY


@every_head
def test_known_and_other_answers_follow_each_other(raw: bytes) -> None:
    reader = warmed(raw)
    chunks = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    for _ in range(3):
        for data in (raw + BODY, chunks, raw.replace(b"200 OK", b"404 Not Found") + BODY, raw + BODY):
            assert outcome(reader, data) == outcome(AnswerReader(), data)
            reader.begin()


def test_limits_hold() -> None:
    raw = UVICORN.replace(b"5\r\n\r\n", b"6\r\n\r\n")
    assert outcome(warmed(UVICORN, 5), raw + b"hello!") == outcome(AnswerReader(5), raw + b"hello!")
    assert outcome(warmed(UVICORN, 5), raw + b"hello!")[-1] is not None


def test_the_answer_to_head_has_no_body() -> None:
    reader = warmed(UVICORN)
    reader.begin(bare=True)
    fresh = AnswerReader()
    fresh.begin(bare=True)
    assert outcome(reader, UVICORN) == outcome(fresh, UVICORN)


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\n",
        b"HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\n",
        b"HTTP/1.1 500 No\r\ncontent-length: 5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nupgrade: h2c\r\ncontent-length: 5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: identity\r\ncontent-length: 5\r\n\r\n",
    ],
)
def test_only_plain_answers_that_leave_the_connection_open_are_kept(raw: bytes) -> None:
    reader = AnswerReader()
    reader.feed(raw + BODY)
    assert reader.known is None


def test_it_is_known_what_was_read_last() -> None:
    known = warmed(UVICORN).known
    assert isinstance(known, KnownAnswer)
    other = UVICORN.replace(b": 5", b": 1234").replace(b":36", b":59")
    assert known.begins(other + b"x")
    assert (known.size, known.length) == (len(other), 1234)
    assert known.head == Head(
        status=200, headers=(("date", "Wed, 25 Nov 2026 03:42:59 GMT"), ("content-length", "1234"))
    )
    assert not known.is_whole(other + b"x")
    assert known.is_whole(UVICORN + BODY)


def test_heads_that_always_differ_are_kept_ever_more_seldom() -> None:
    reader = AnswerReader()
    kept = 0
    before = None
    for number in range(100):
        reader.begin()
        reader.feed(b"HTTP/1.1 200 OK\r\nx-request-id: %d\r\ncontent-length: 5\r\n\r\nhello" % number)
        reader.take()
        kept += reader.known is not before
        before = reader.known
    assert kept == 7
