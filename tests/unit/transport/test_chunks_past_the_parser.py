"""A chunk that comes by itself is read without llhttp, and only where llhttp would read it so."""

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from accord.core.error import ProviderError
from accord.transport.http1 import AnswerReader

HEAD = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"

# Bodies that look like the frames around them.
bodies = st.lists(st.sampled_from([b"1", b"3", b"6", b"a", b"\r\n", b"\r", b"\n", b"6\r\n6"]), min_size=1).map(b"".join)


def chunk(body: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(body), body)


def read(pieces: list[bytes], *, past: bool) -> tuple[bytes, bool, bool, str]:
    """What is read, in the way connections do."""
    reader, body = AnswerReader(), b""
    try:
        for data in pieces:
            piece = reader.chunk_in(data) if past else b""
            if not piece:
                reader.feed(data)
                piece = reader.take_of(data)
            body += piece
    except ProviderError as error:
        return body + reader.take(), reader.ended, False, str(error)
    return body, reader.ended, reader.reusable, ""


@given(st.lists(bodies, max_size=6), st.lists(st.integers(0, 120), max_size=6), st.booleans())
@example([b"6\r\n6", b"1\r\na\r\n"], [len(HEAD), len(HEAD) + 12, len(HEAD) + 18], False)
def test_it_is_read_as_llhttp_reads_it(said: list[bytes], cuts: list[int], broken: bool) -> None:
    data = HEAD + b"".join(map(chunk, said)) + (b"" if broken else END)
    at = sorted({0, len(data), *[cut for cut in cuts if cut < len(data)]})
    pieces = [data[start:end] for start, end in pairwise(at)]
    assert read(pieces, past=True) == read(pieces, past=False)


@given(
    st.lists(st.one_of(bodies.map(chunk), bodies, st.sampled_from([END, b"5", b"5\r\n", b"5;x=y\r\n", b"x: y\r\n"])))
)
def test_what_is_wrong_stays_wrong(pieces: list[bytes]) -> None:
    assert read([HEAD, *pieces], past=True) == read([HEAD, *pieces], past=False)


def test_chunks_by_themselves_are_read_past_it() -> None:
    reader = AnswerReader()
    reader.feed(HEAD + chunk(b"one"))
    assert reader.take_of(HEAD + chunk(b"one")) == b"one"
    assert reader.chunk_in(chunk(b"two")) == b"two"
    assert reader.chunk_in(chunk(b"three") * 2) == b""
    reader.feed(chunk(b"three") * 2)
    assert reader.take_of(chunk(b"three") * 2) == b"threethree"
    assert reader.chunk_in(chunk(b"four")) == b"four"


def test_a_body_of_a_length_has_no_chunks() -> None:
    reader = AnswerReader()
    data = b"HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\nab\r\n"
    reader.feed(data)
    assert reader.take_of(data) == b"ab\r\n"
    assert reader.chunk_in(chunk(b"abc")) == b""
