import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.error import Interrupted, Malformed
from accord.core.http import Head
from accord.transport.http1 import MAX_HEAD, MAX_HEADERS, AnswerReader

BODY = b'{"answer": 42}\n' * 9
PACKED = gzip.compress(BODY)
CHUNKS = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (BODY[:50], BODY[50:51], BODY[51:])) + b"0\r\n\r\n"
ANSWERS = {
    "length": b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nX-A: 1\r\n\r\n%b" % (len(BODY), BODY),
    "chunks": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + CHUNKS,
    "trailers": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + CHUNKS[:-2] + b"x-t: 1\r\n\r\n",
    "interim": b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc",
    "gzip": b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n%b" % (len(PACKED), PACKED),
    "empty lines": b"\r\n\r\n\nHTTP/1.1 200 OK\r\nX-A:  1 \t\r\nx-b:\r\ncontent-length: 3\r\n\r\nabc",
    "close": b"HTTP/1.1 200 OK\r\n\r\n" + BODY,
    "old": b"HTTP/1.0 200 OK\r\ncontent-length: 3\r\n\r\nabc",
    "cut": b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nabc",
    "rubbish": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
}


def read(pieces: list[bytes]) -> tuple[Head | None, bytes, bool, bool, str]:
    """All there is to know of an answer that came in these pieces."""
    reader = AnswerReader()
    body = b""
    failure = ""
    try:
        for piece in pieces:
            reader.feed(piece)
            body += reader.take()
        reader.end()
    except (Malformed, Interrupted) as error:
        failure = f"{type(error).__name__}: {error}"
    body += reader.take()
    return reader.head, body, reader.ended, reader.reusable, failure


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_every_split_gives_the_same(answer: bytes) -> None:
    whole = read([answer])
    for at in range(1, len(answer)):
        assert read([answer[:at], answer[at:]]) == whole
    assert read([answer[at : at + 1] for at in range(len(answer))]) == whole


def test_what_it_is() -> None:
    head, body, ended, reusable, failure = read([ANSWERS["length"]])
    assert head == Head(status=200, headers=(("content-length", str(len(BODY))), ("x-a", "1")))
    assert (body, ended, reusable, failure) == (BODY, True, True, "")
    assert read([ANSWERS["chunks"]])[1:4] == (BODY, True, True)
    assert read([ANSWERS["gzip"]])[1:4] == (BODY, True, True)
    assert read([ANSWERS["close"]])[1:4] == (BODY, True, False)
    assert read([ANSWERS["old"]])[1:4] == (b"abc", True, False)
    assert read([ANSWERS["cut"]])[1:3] == (b"abc", False)
    empty = read([ANSWERS["empty lines"]])
    assert empty[0] == Head(status=200, headers=(("x-a", "1"), ("x-b", ""), ("content-length", "3")))
    interim = read([ANSWERS["interim"]])
    assert interim[0] == Head(status=200, headers=(("content-length", "3"),))


@given(st.binary(max_size=300), st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", ANSWERS["chunks"][:60]]))
def test_arbitrary_bytes_are_malformed_or_interrupted(data: bytes, start: bytes) -> None:
    reader = AnswerReader()
    try:
        reader.feed(start + data)
        reader.end()
    except (Malformed, Interrupted):
        pass
    assert isinstance(reader.take(), bytes)


def test_answers_follow_each_other() -> None:
    reader = AnswerReader()
    for answer in (ANSWERS["length"], ANSWERS["gzip"], ANSWERS["chunks"], ANSWERS["interim"]):
        reader.begin()
        reader.feed(answer)
        assert reader.ended
        assert reader.reusable
        reader.take()


def test_bytes_after_the_answer_make_it_useless() -> None:
    for rest in (b"x", ANSWERS["length"]):
        reader = AnswerReader()
        reader.feed(ANSWERS["length"] + rest)
        assert reader.ended
        assert not reader.reusable
        assert reader.take() == BODY
        assert reader.head is not None
        assert reader.head.headers[1] == ("x-a", "1")


def test_a_bare_answer_has_no_body() -> None:
    reader = AnswerReader()
    reader.begin(bare=True)
    reader.feed(ANSWERS["length"][: -len(BODY)])
    assert (reader.ended, reader.reusable, reader.take()) == (True, False, b"")


def test_heads_are_bounded() -> None:
    line = b"x-filler: " + b"a" * 990 + b"\r\n"
    for pieces in (
        [b"HTTP/1.1 200 OK\r\n", line * 100],
        [b"HTTP/1.1 200 OK\r\n", *[line] * 100],
        [b"HTTP/1.1 200 OK\r\nx: ", *[b"a" * 1000] * 100],
        [b"HTTP/1.1 200 OK\r\n", b"a:\r\n" * (MAX_HEADERS + 1) + b"\r\n"],
        [b"HTTP/1.1 200 OK\r\n" + line * 100 + b"content-length: 1\r\n\r\nx"],
        [b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n" + line * 100 + b"\r\n"],
        [b"HTTP/1.1 100 Continue\r\n\r\n"] * (MAX_HEAD // 20),
        [b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"1\r\nx\r\n0\r\n", *[line] * 100],
        [b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n", line * 100 + b"\r\n"],
        [b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"1;", *[b"e" * 1000] * 100],
    ):
        assert read(pieces)[4].startswith("Malformed: "), pieces[0]
    many = b"".join(b"x-%d: a\r\n" % number for number in range(MAX_HEADERS - 1))
    head = read([b"HTTP/1.1 200 OK\r\n" + many + b"content-length: 0\r\n\r\n"])[0]
    assert head is not None
    assert len(head.headers) == MAX_HEADERS


def test_bodies_are_bounded_where_asked() -> None:
    reader = AnswerReader(limit=100)
    with pytest.raises(Malformed, match="over 100 bytes"):
        reader.feed(ANSWERS["gzip"])


@pytest.mark.parametrize("answer", ["length", "chunks", "gzip", "close"])
def test_what_nobody_takes_is_bounded(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr("accord.transport.http1.WHOLE_BYTES", len(BODY) - 1)
    with pytest.raises(Malformed, match="the answer is over"):
        AnswerReader().feed(ANSWERS[answer])
    assert read([ANSWERS[answer][at : at + 1] for at in range(len(ANSWERS[answer]))])[1] == BODY


@pytest.mark.parametrize(
    "head",
    [
        b"content-length: 3\r\ncontent-length: 4\r\n",
        b"content-length: 3\r\ntransfer-encoding: chunked\r\n",
        b"content-length: +3\r\n",
        b"transfer-encoding: gzip, chunked\r\n",
        b"transfer-encoding: chunked, gzip\r\n",
        b"transfer-encoding: identity\r\n",
        b"content-encoding: br\r\ncontent-length: 3\r\n",
        b"content-encoding: gzip\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n",
        b"x: a\x00b\r\n",
        b"x: a\r\n folded\r\n",
        b"x : a\r\n",
    ],
)
def test_heads_that_can_be_read_in_two_ways_are_refused(head: bytes) -> None:
    assert read([b"HTTP/1.1 200 OK\r\n" + head + b"\r\nabc"])[4].startswith("Malformed: ")


@pytest.mark.parametrize(
    "head",
    [b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n", b"HTTP/1.1 101 X\r\n\r\n"],
)
def test_no_protocol_is_switched(head: bytes) -> None:
    assert "switched protocols" in read([head])[4]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("timeout=5", 5.0), ("max=3, Timeout=20", 20.0), ("max=3", None), ("timeout=soon", None), ("", None)],
)
def test_the_server_says_how_long_it_waits(value: str, seconds: float | None) -> None:
    reader = AnswerReader()
    reader.feed(b"HTTP/1.1 200 OK\r\nkeep-alive: %b\r\ncontent-length: 0\r\n\r\n" % value.encode())
    assert reader.lifetime == seconds
