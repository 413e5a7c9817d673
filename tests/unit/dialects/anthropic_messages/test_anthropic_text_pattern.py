"""Events that repeat what was learned of a stream mean the same as read in full, whatever their bytes."""

import json
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from accord.core.error import ProviderError
from accord.core.event import TextDelta
from accord.dialects.anthropic_messages import AnthropicMessages, parse, stream
from accord.dialects.passing import TextDecoder
from accord.dialects.text_pattern import TextPattern

BODY = b'{"model": "asked", "max_tokens": 9, "stream": true, "messages": [{"role": "user", "content": "Hello"}]}'
ASKED = parse(BODY, ())


def event(kind, *, apart=False, escaped=False, **members):
    data = json.dumps({"type": kind, **members}, separators=(", ", ": ") if apart else (",", ":"), ensure_ascii=escaped)
    return f"event: {kind}\ndata: {data}\n\n".encode()


def more(text, *, index=0, kind="text", **how):
    member = {"text": "text", "thinking": "thinking"}[kind]
    return event("content_block_delta", index=index, delta={"type": f"{kind}_delta", member: text}, **how)


MESSAGE = {
    "id": "m",
    "type": "message",
    "role": "assistant",
    "model": "up",
    "content": [],
    "usage": {"input_tokens": 1},
}
START = event("message_start", message=MESSAGE)
OPEN = event("content_block_start", index=0, content_block={"type": "text", "text": ""})
SECOND = event("content_block_start", index=1, content_block={"type": "text", "text": ""})
STOP = event("content_block_stop", index=0)


def told(pieces, lessons, forwarded):
    with patch.object(stream, "LESSONS", lessons):
        codec = AnthropicMessages(model="up")
        exchange = codec.forward(ASKED) if forwarded else codec.encode(ASKED.request, stream=True)
        assert exchange is not None
        decoder = exchange.decoder()
        assert isinstance(decoder, TextDecoder)
        events = []
        try:
            for piece in pieces:
                said = decoder.more(piece)
                came = decoder.feed(piece)
                # What is cut out is what the events say, and they say no more.
                assert said is None or came == [said]
                events += came
        except ProviderError as error:
            return events, error.kind, str(error)
        return events, None, None


@pytest.mark.parametrize("forwarded", [False, True])
@given(
    st.lists(
        st.builds(more, st.text(), index=st.sampled_from([0, 0, 0, 1]), apart=st.booleans(), escaped=st.booleans())
        | st.builds(more, st.text(), kind=st.just("thinking"))
        | st.sampled_from([OPEN, SECOND, STOP, event("ping")]),
        max_size=10,
    )
)
@example([more("a"), more("b"), STOP, more("c")])
@example([more("a"), more("b"), STOP, SECOND, more("c"), more("d", index=1), more("e", index=1)])
@example([more("a"), more("b\\"), more('"text":"'), more("\x7f"), more("")])
def test_texts(forwarded, said):
    pieces = [START, OPEN, *said]
    assert told(pieces, 8, forwarded) == told(pieces, 0, forwarded)


@pytest.mark.parametrize("forwarded", [False, True])
@given(st.integers(0, 130), st.binary(max_size=3), st.integers(0, 6))
@example(110, b"\xff", 1)
@example(110, b"\n", 0)
@example(110, b"\r", 0)
def test_broken_bytes(forwarded, place, put, taken):
    whole = more("words")
    broken = whole[:place] + put + whole[place + taken :]
    pieces = [START, OPEN, more("one"), broken, whole]
    assert told(pieces, 8, forwarded) == told(pieces, 0, forwarded)


@given(st.lists(st.integers(1, 2000), max_size=6))
def test_any_split(cuts):
    whole = b"".join([START, OPEN, *[more(f"word {number}") for number in range(8)]])
    places = sorted({cut % len(whole) for cut in cuts})
    pieces = [whole[start:end] for start, end in zip([0, *places], [*places, len(whole)], strict=True)]
    assert told([piece for piece in pieces if piece], 8, False)[0] == told([whole], 0, False)[0]


def test_what_is_learned_is_used():
    with patch.object(TextPattern, "text_in", autospec=True, return_value="taken") as look:
        events, _, _ = told([START, OPEN, more("a"), more("b")], 8, False)
    assert look.call_count == 2  # Once for `more`.
    assert [one.text for one in events if hasattr(one, "text")] == ["a", "taken"]


def test_the_text_of_whole_events_is_cut_out():
    decoder = AnthropicMessages(model="up").encode(ASKED.request, stream=True).decoder()
    assert isinstance(decoder, TextDecoder)
    for piece in (START, OPEN, more("a")):
        assert decoder.more(piece) is None
        decoder.feed(piece)
    assert decoder.more(more("b")) == TextDelta(part=0, text="b")
    assert decoder.more(more("b")[:-1]) is None
    assert decoder.more(more("b") + more("c")) is None
    decoder.feed(more("b")[:-1])
    assert decoder.more(more("c")) is None
