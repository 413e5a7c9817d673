import contextlib
import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.error import Interrupted, Malformed
from accord.transport.content import SLACK, Content, content

TEXT = b"the same again " * 200


def undone(encoding: str, pieces: list[bytes]) -> bytes:
    undo = content(encoding)
    assert undo is not None
    text = b"".join([undo.feed(piece) for piece in pieces])
    undo.end()
    return text


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


FORMS = {
    "gzip": gzip.compress(TEXT),
    "x-gzip": gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:]),
    "GZIP ": gzip.compress(TEXT) + b"\x00\x00",
    "deflate": zlib.compress(TEXT),
    "Deflate": raw_deflate(TEXT),
}


@pytest.mark.parametrize("encoding", FORMS)
def test_any_split_gives_the_same(encoding: str) -> None:
    body = FORMS[encoding]
    for at in range(1, len(body)):
        assert undone(encoding, [body[:at], body[at:]]) == TEXT
    assert undone(encoding, [body[at : at + 1] for at in range(len(body))]) == TEXT


def test_what_needs_no_undoing() -> None:
    assert content("identity") is content("") is None


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "gzip, gzip"])
def test_only_what_was_asked_for(encoding: str) -> None:
    with pytest.raises(Malformed, match="not asked for"):
        content(encoding)


@pytest.mark.parametrize("cut", [1, 8, 20])
def test_a_cut_is_noticed(cut: int) -> None:
    with pytest.raises(Interrupted):
        undone("gzip", [gzip.compress(TEXT)[:-cut]])


def test_an_empty_body_is_no_cut() -> None:
    assert undone("gzip", []) == b""


@given(st.binary(min_size=1, max_size=200), st.sampled_from(["gzip", "deflate"]))
def test_arbitrary_bytes_are_malformed_or_interrupted(data: bytes, encoding: str) -> None:
    with contextlib.suppress(Malformed, Interrupted):
        undone(encoding, [data])


def bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    block = bytes(1 << 20)
    return b"".join([*(packer.compress(block) for _ in range(size >> 20)), packer.flush()])


def swallow(undo: Content, body: bytes) -> None:
    for at in range(0, len(body), 1 << 16):
        undo.feed(body[at : at + (1 << 16)])


def test_a_bomb_is_refused_before_it_goes_off() -> None:
    undo = content("gzip")
    assert undo is not None
    with pytest.raises(Malformed, match="without bound"):
        swallow(undo, bomb(4 * SLACK))


def test_many_small_bombs_are_one() -> None:
    undo = content("gzip")
    assert undo is not None
    with pytest.raises(Malformed, match="without bound"):
        swallow(undo, bomb(1 << 20) * 64)


def test_what_compresses_well_is_no_bomb() -> None:
    undo = content("gzip")
    assert undo is not None
    swallow(undo, bomb(SLACK // 2))
    undo.end()


def test_a_body_of_countless_parts_is_refused() -> None:
    undo = content("gzip")
    assert undo is not None
    with pytest.raises(Malformed, match="too many parts"):
        undo.feed(gzip.compress(b"") * 2000)
