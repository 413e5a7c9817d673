"""Answers handed on while they arrive: the bytes as they came, whatever the split, and an end that is seen or missed."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.error import Interrupted, InvalidInput, Malformed, ProviderError, ServerError
from accord.core.event import Completed, Event, Forwarded, TextDelta, UsageReported
from accord.core.http import Head, Reply
from accord.core.speech import SpeechRequest, TranscriptionRequest
from accord.core.usage import Usage
from accord.dialects.codec import Decoder
from accord.dialects.openai_endpoints import SpeechCodec, TranscriptionCodec

DELTA = b'data: {"type":"transcript.text.delta","delta":"Hel"}\n\n'
MORE = b'event: transcript.text.delta\r\ndata: {"type":"transcript.text.delta","delta":"lo"}\r\n\r\n'
DONE = b'data: {"type":"transcript.text.done","text":"Hello","usage":{"type":"tokens","input_tokens":3,"output_tokens":2}}\n\n'
WHOLE = b": a comment\n\n" + DELTA + MORE + DONE + b"data: [DONE]\n\n"


def error(reply: Reply) -> ProviderError:
    return ServerError(reply.body.decode())


def transcript() -> Decoder:
    codec = TranscriptionCodec(model="m", provider="openai", error=error)
    return codec.relay(TranscriptionRequest(audio=b"x")).decoder()


def sound(**extra: object) -> Decoder:
    codec = SpeechCodec(model="m", provider="openai", error=error)
    return codec.relay(SpeechRequest(input="four", voice="alloy", extra=extra)).decoder()


def read(decoder: Decoder, body: bytes, cuts: list[int]) -> list[Event]:
    places = sorted({0, len(body), *[cut % (len(body) + 1) for cut in cuts]})
    events: list[Event] = []
    for begin, end in pairwise(places):
        events += decoder.feed(body[begin:end])
    return [*events, *decoder.end()]


def handed_on(events: list[Event]) -> bytes:
    return b"".join([event.data for event in events if isinstance(event, Forwarded)])


@given(st.lists(st.integers(0, 1000), max_size=20))
def test_any_split_of_events_gives_the_same(cuts: list[int]) -> None:
    events = read(transcript(), WHOLE, cuts)
    assert handed_on(events) == WHOLE
    assert "".join([event.text for event in events if isinstance(event, TextDelta)]) == "Hello"
    assert [event.usage.input for event in events if isinstance(event, UsageReported)] == [3]
    assert isinstance(events[-1], Completed)


@given(st.integers(0, len(WHOLE) - len(DONE) - len(b"data: [DONE]\n\n")), st.lists(st.integers(0, 1000), max_size=5))
def test_a_cut_is_never_an_end(length: int, cuts: list[int]) -> None:
    decoder = transcript()
    got = b""
    with pytest.raises(Interrupted, match=r"transcript\.text\.done"):
        got = handed_on(read(decoder, WHOLE[:length], cuts))
    assert not got


def test_only_whole_events_go_on_so_that_an_error_can_follow() -> None:
    decoder = transcript()
    assert handed_on(decoder.feed(DELTA + MORE[:20])) == DELTA


def test_an_error_after_good_events_is_told_after_them() -> None:
    decoder = transcript()
    assert handed_on(decoder.feed(DELTA + b'data: {"error":{"message":"broke"}}\n\n')) == DELTA
    with pytest.raises(ServerError, match="broke"):
        decoder.end()
    with pytest.raises(ServerError):
        transcript().feed(b'event: error\ndata: {"message":"broke"}\n\n')


def test_what_is_no_event_is_refused() -> None:
    with pytest.raises(Malformed):
        transcript().feed(b"data: {nonsense\n\n")


@pytest.mark.parametrize("body", [b'{"text":"Hello"}', b"1\n00:00:00 --> 00:00:01\nHello\n\n", b"data centre"])
def test_a_model_without_events_answers_whole(body: bytes) -> None:
    assert handed_on(read(transcript(), body, [3])) == body


def test_a_whole_answer_says_what_it_used() -> None:
    body = b'{"text":"Hello","usage":{"type":"duration","seconds":7}}'
    assert UsageReported(usage=Usage(seconds=7)) in read(transcript(), body, [])


@given(st.binary(min_size=1), st.lists(st.integers(0, 1000), max_size=5))
def test_a_sound_goes_on_as_it_comes(body: bytes, cuts: list[int]) -> None:
    events = read(sound(), body, cuts)
    assert handed_on(events) == body
    assert events[0] == UsageReported(usage=Usage(characters=4))


def test_no_sound_at_all_is_no_answer() -> None:
    with pytest.raises(Malformed, match="empty"):
        sound().end()
    with pytest.raises(Malformed, match="one JSON object"):
        read(sound(stream_format="sse"), b'{"a":1}', [])


@pytest.mark.parametrize("content_type", ["application/json", "text/html; charset=utf-8"])
def test_a_head_that_tells_of_no_sound(content_type: str) -> None:
    exchange = SpeechCodec(model="m", provider="openai", error=error).relay(SpeechRequest(input="x", voice="y"))
    with pytest.raises(Malformed, match="not sound"):
        exchange.content_type(Head(status=200, headers=(("content-type", content_type),)))


@pytest.mark.parametrize(
    "ask",
    [
        lambda: SpeechCodec(model="m", provider="openai", error=error).encode(
            SpeechRequest(input="x", voice="y", extra={"stream_format": "sse"})
        ),
        lambda: TranscriptionCodec(model="m", provider="openai", error=error).encode(
            TranscriptionRequest(audio=b"x", extra={"stream": True})
        ),
    ],
)
def test_events_are_only_had_as_a_stream(ask: Callable[[], object]) -> None:
    with pytest.raises(InvalidInput, match="only had as a stream"):
        ask()
