"""Events that repeat what was learned of a stream mean the same as read in full, whatever their bytes."""

import json
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from accord.core.error import ProviderError
from accord.core.event import Forwarded, TextDelta
from accord.dialects.openai_chat import OpenAIChat, parse, stream
from accord.dialects.passing import PassingDecoder
from accord.dialects.text_pattern import TextPattern

ASKED = parse(b'{"model": "asked", "stream": true, "messages": [{"role": "user", "content": "Hello"}]}', ())


def event(text, *, noise=None, apart=False, escaped=False):
    choice = {"index": 0, "delta": {"content": text}, "logprobs": None, "finish_reason": None}
    value = {"id": "c1", "object": "chat.completion.chunk", "created": 5, "model": "up", "choices": [choice]}
    value |= {} if noise is None else {"obfuscation": noise}
    separators = (", ", ": ") if apart else (",", ":")
    return b"data: " + json.dumps(value, separators=separators, ensure_ascii=escaped).encode() + b"\n\n"


def first(apart):
    return event("first", apart=apart).replace(b'"content"', b'"role":"assistant","content"')


def told(pieces, lessons):
    """The events of a stream, up to the failure it has; with as many lessons as are given."""
    with patch.object(stream, "LESSONS", lessons):
        exchange = OpenAIChat(model="up").forward(ASKED)
        assert exchange is not None
        decoder = exchange.decoder()
        assert isinstance(decoder, PassingDecoder)
        events = []
        try:
            for piece in pieces:
                passed = decoder.passed(piece)
                came = decoder.feed(piece)
                # What goes past the events is what they say, and they say no more.
                assert not passed or (len(came) == 2 and isinstance(came[0], TextDelta))
                assert not passed or came[1] == Forwarded(data=passed)
                events += came
        except ProviderError as error:
            return events, error.kind, str(error)
        return events, None, None


@given(
    st.lists(st.tuples(st.text(), st.none() | st.text('aZ09_\\"', max_size=8)), max_size=8),
    st.booleans(),
    st.booleans(),
)
@example([("a", "x1"), ("b", "y22"), ('"content":"', "z")], False, False)
@example([("a", None), ("b\\", None), ("\x7f", None), ("\u2028", None), ("", None)], False, False)
def test_texts(said, apart, escaped):
    pieces = [first(apart), *[event(text, noise=noise, apart=apart, escaped=escaped) for text, noise in said]]
    assert told(pieces, 8) == told(pieces, 0)


@given(st.integers(0, 300), st.binary(max_size=3), st.integers(0, 6), st.booleans())
@example(120, b"\xff", 1, False)
@example(120, b"\n", 0, False)
def test_broken_bytes(place, put, taken, noisy):
    whole = event("words", noise="abcdef" if noisy else None)
    broken = whole[:place] + put + whole[place + taken :]
    pieces = [first(False), event("one", noise="gh" if noisy else None), broken, whole]
    assert told(pieces, 8) == told(pieces, 0)


@given(st.lists(st.integers(1, 2000), max_size=6))
def test_any_split(cuts):
    whole = b"".join([first(False), *[event(f"word {number}") for number in range(8)]])
    places = sorted({cut % len(whole) for cut in cuts})
    pieces = [whole[start:end] for start, end in zip([0, *places], [*places, len(whole)], strict=True)]
    assert told([piece for piece in pieces if piece], 8)[0] == told([whole], 0)[0]


@given(st.sampled_from([b'"model": "up"', b'"model" : "up"', b'"model":  "up"', b'"model":"asked"']), st.booleans())
def test_names_in_any_place(named, last):
    def placed(data):
        left = data.replace(b'"model":"up",', b"")
        return left.replace(b"}\n\n", b"," + named + b"}\n\n") if last else left.replace(b'"id"', named + b',"id"')

    pieces = [placed(first(False)), *[placed(event(text)) for text in ("a", "b", "c")]]
    assert told(pieces, 8) == told(pieces, 0)


def test_what_is_learned_is_used():
    with patch.object(TextPattern, "text_in", autospec=True, return_value="taken") as look:
        events, _, _ = told([first(False), event("a"), event("b")], 8)
    assert look.call_count == 2  # Once for `passed`.
    assert [one.text for one in events if hasattr(one, "text")] == ["first", "a", "taken"]


def test_what_they_are_is_put_in_where_a_host_leaves_it_out():
    pieces = [one.replace(b'"object":"chat.completion.chunk",', b"") for one in (first(False), event("a"), event("b"))]
    events, _, _ = told(pieces, 8)
    handed_on = [one.data for one in events if isinstance(one, Forwarded)]
    assert len(handed_on) == 3
    assert all(b'"object":"chat.completion.chunk"' in data for data in handed_on)


def passing(*pieces):
    exchange = OpenAIChat(model="up").forward(ASKED)
    assert exchange is not None
    decoder = exchange.decoder()
    assert isinstance(decoder, PassingDecoder)
    return decoder, [decoder.passed(piece) or decoder.feed(piece) for piece in pieces]


def test_events_of_a_text_are_passed():
    _, came = passing(first(False), event("a"), event("b"), event("c"))
    assert came[2:] == [event(text).replace(b'"up"', b'"asked"') for text in ("b", "c")]


def test_nothing_is_passed_within_an_event_or_after_a_failure():
    decoder, _ = passing(first(False), event("a"), event("b")[:-1])
    assert decoder.passed(event("c")) == b""
    decoder, _ = passing(first(False), event("a"), event("b") + b"data: nonsense\n\n")
    assert decoder.passed(event("c")) == b""
    with pytest.raises(ProviderError):
        decoder.feed(event("c"))


def test_nothing_is_passed_after_the_end():
    end = event("").replace(b'"finish_reason":null', b'"finish_reason":"stop"')
    decoder, _ = passing(first(False), event("a"), end, b"data: [DONE]\n\n")
    assert decoder.passed(event("c")) == b""
