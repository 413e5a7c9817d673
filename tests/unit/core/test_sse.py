from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.sse import EventReader, EventTooLong, ServerSentEvent

STREAM = (
    b'\xef\xbb\xbf: hello\n\ndata: {"a":1}\n\nevent: ping\r\ndata: {}\r\n\r\ndata: one\rdata: two\r\rid: 7\n\nretry: 5\n\n'
    b"data:no space\n\ndata\n\ndata: \xc3\xa9\xf0\x9f\x98\x80\n\ndata: [DONE]"
)
EVENTS = [
    ServerSentEvent("", b'{"a":1}'),
    ServerSentEvent("ping", b"{}"),
    ServerSentEvent("", b"one\ntwo"),
    ServerSentEvent("", b"no space"),
    ServerSentEvent("", b""),
    ServerSentEvent("", "é😀".encode()),
    ServerSentEvent("", b"[DONE]"),
]


def read(pieces: list[bytes]) -> list[ServerSentEvent]:
    reader = EventReader()
    return [event for piece in pieces for event in reader.feed(piece)] + reader.end()


def test_every_form_of_the_format() -> None:
    assert read([STREAM]) == EVENTS


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_any_split_gives_the_same_events(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    assert read([STREAM[a:b] for a, b in pairwise(edges)]) == EVENTS


def test_byte_by_byte() -> None:
    assert read([STREAM[i : i + 1] for i in range(len(STREAM))]) == EVENTS


@given(st.binary(max_size=200))
def test_arbitrary_bytes_never_raise(data: bytes) -> None:
    read([data])


def test_an_endless_event_is_refused() -> None:
    reader = EventReader(limit=100)
    reader.feed(b"data: " + b"x" * 60)
    with pytest.raises(EventTooLong):
        reader.feed(b"x" * 60)


@given(st.lists(st.sampled_from([b"data: a", b"event: e", b"data:b", b": c", b"", b"\n", b"\n\n", b"\r", b"\r\n"])))
def test_whole_pieces_are_read_like_split_ones(pieces: list[bytes]) -> None:
    whole, split = EventReader(), EventReader()
    found = [event for piece in pieces for event in whole.feed(piece)] + whole.end()
    data = b"".join(pieces)
    apart = [event for place in range(len(data)) for event in split.feed(data[place : place + 1])] + split.end()
    assert found == apart
