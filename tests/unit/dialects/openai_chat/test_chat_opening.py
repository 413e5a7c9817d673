"""The event that begins a stream is taken in one step where it only says who speaks, to the same end as with care."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from accord.core.error import ProviderError
from accord.core.event import Event, Forwarded
from accord.core.message import user
from accord.core.request import ChatRequest
from accord.dialects.known_opening import KnownOpening
from accord.dialects.openai_chat import OpenAIChat, parse
from accord.dialects.openai_chat.stream import ChatDecoder

DELTAS = (
    {"role": "assistant", "content": ""},
    {"role": "assistant", "content": "", "refusal": None},
    {"content": "", "role": "assistant"},
    {"role": "assistant", "content": "Hi"},
    {"role": "assistant", "content": None},
    {"role": "assistant"},
    {"role": "user", "content": ""},
    {"content": ""},
    {"role": "assistant", "content": "", "reasoning_content": None},
    {"role": "assistant", "content": "", "tool_calls": [{"index": 0, "id": "c", "function": {"name": "f"}}]},
    {},
)
MEMBERS: tuple[dict[str, Any], ...] = (
    {},
    {"service_tier": "default", "system_fingerprint": "fp_1"},
    {"service_tier": None, "system_fingerprint": None, "usage": None},
    {"service_tier": "odd"},
    {"usage": {"prompt_tokens": 1, "completion_tokens": 0, "total_tokens": 1}},
    {"id": ""},
    {"id": None},
    {"created": 0},
    {"created": 5.0},
    {"created": None},
    {"model": "asked"},
    {"model": ""},
    {"model": 'a"b'},
    {"object": "chunk"},
    {"obfuscation": "xyz"},
    {"mystery": 1},
    {"error": None},
    {"error": {"message": "No."}},
)
PIECES: tuple[dict[str, Any], ...] = (
    {},
    {"logprobs": None},
    {"index": 1},
    {"finish_reason": "stop"},
    {"finish_reason": ""},
    {"usage": None},
    {"content_filter_results": {}},
)
BEFORE = (
    b"",
    b": at work\n\n",
    b'data: {"id":"","object":"","created":0,"model":"","choices":[],"prompt_filter_results":[{"prompt_index":0}]}\n\n',
    b'data: {"id":"x","object":"chat.completion.chunk","created":9,"model":"up","choices":[]}\n\n',
)


def event(delta: object, piece: object = (), members: object = (), *, name: str = "", spaced: bool = False) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": None, **dict(piece)}  # type: ignore[call-overload]
    whole = {"id": "c", "object": "chat.completion.chunk", "created": 5, "model": "up", "choices": [choice]}
    data = json.dumps({**whole, **dict(members)}, separators=None if spaced else (",", ":"))  # type: ignore[call-overload]
    return f"{name}data: {data}\n\n".encode()


def with_values(first: bytes, id_: str, created: int) -> bytes:
    """The same event of another stream."""
    return first.replace(b'"id":"c"', f'"id":"{id_}"'.encode()).replace(
        b'"created":5,', f'"created":{created},'.encode()
    )


def given_for(piece: bytes, *, wants_usage: bool) -> bytes:
    """What a caller gets for the first bytes of a stream, read with care."""
    body: dict[str, object] = {"model": "asked", "stream": True, "messages": [{"role": "user", "content": "Hello"}]}
    if wants_usage:
        body["stream_options"] = {"include_usage": True}
    inbound = parse(json.dumps(body).encode(), (), received_at=7)
    exchange = OpenAIChat(model="up").forward(inbound)
    assert exchange is not None
    try:
        events = exchange.decoder().feed(piece)
        return inbound.renderer(forwarded=True).feed(events) if events else b""
    except ProviderError:
        return b""


def seen(decoder: ChatDecoder, pieces: list[bytes]) -> object:
    try:
        events = [event for piece in pieces for event in decoder.feed(piece)]
        return [said(event) for event in (*events, *decoder.end())]
    except ProviderError as error:
        return type(error), str(error)


def said(event: Event) -> object:
    """An event that is handed on by what it says: what is written anew has its members in another order."""
    if isinstance(event, Forwarded) and event.data.startswith(b"data: {"):
        return json.loads(event.data.removeprefix(b"data: "))
    return event


def forwarding(wants_usage: bool) -> ChatDecoder:
    options = {"stream_options": {"include_usage": True}} if wants_usage else {}
    body = {"model": "asked", "stream": True, "messages": [{"role": "user", "content": "Hello"}], **options}
    exchange = OpenAIChat(model="up").forward(parse(json.dumps(body).encode(), (), received_at=7))
    assert exchange is not None
    decoder = exchange.decoder()
    assert isinstance(decoder, ChatDecoder)
    return decoder


def reading() -> ChatDecoder:
    decoder = OpenAIChat(model="up").encode(ChatRequest(messages=(user("Hello"),)), stream=True).decoder()
    assert isinstance(decoder, ChatDecoder)
    return decoder


DECODERS: tuple[Callable[[], ChatDecoder], ...] = (reading, lambda: forwarding(False), lambda: forwarding(True))


NOTHING_SAID = {"service_tier": None, "system_fingerprint": None, "usage": None}


@pytest.mark.parametrize("make", DECODERS)
@example(b"", {"role": "assistant", "content": ""}, {}, NOTHING_SAID, False, "", 0)
@given(
    st.sampled_from(BEFORE),
    st.sampled_from(DELTAS),
    st.sampled_from(PIECES),
    st.sampled_from(MEMBERS),
    st.booleans(),
    st.sampled_from(["", "event: error\n", "event: message\n"]),
    st.integers(0, 2),
)
def test_beginnings_mean_the_same(
    make: Callable[[], ChatDecoder],
    before: bytes,
    delta: object,
    piece: object,
    members: object,
    spaced: bool,
    name: str,
    often: int,
) -> None:
    first = event(delta, piece, members, name=name, spaced=spaced)
    more = [event({"content": "Hi"}), event({"content": " there"}), event({}, {"finish_reason": "stop"})]
    pieces = [before, *[first] * (often + 1), *more, b"data: [DONE]\n\n"]
    short = seen(make(), pieces)
    careful = make()
    careful._is_opening = lambda data, events: False  # type: ignore[method-assign]
    assert short == seen(careful, pieces)


def test_the_usual_beginning_is_taken_in_one_step(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("it was looked at with care")

    monkeypatch.setattr(ChatDecoder, "take_chunk", fail)
    for make in DECODERS:
        for delta in DELTAS[:3]:
            assert make().feed(event(delta, {"logprobs": None}, MEMBERS[1]))


IDS = st.from_regex(r"[A-Za-z0-9_.:-]{1,40}", fullmatch=True)
TIMES = st.integers(1, 9_999_999_999)


@given(
    st.sampled_from(BEFORE),
    st.sampled_from(DELTAS),
    st.sampled_from(PIECES),
    st.sampled_from(MEMBERS),
    st.booleans(),
    st.booleans(),
    st.lists(st.tuples(IDS, TIMES), min_size=3, max_size=3),
)
def test_what_is_written_before_it_is_read_is_what_reading_gives(
    before: bytes,
    delta: object,
    piece: object,
    members: object,
    spaced: bool,
    wants_usage: bool,
    values: list[tuple[str, int]],
) -> None:
    opening, first = KnownOpening(), event(delta, piece, members, spaced=spaced)
    *lessons, last = (before + with_values(first, *value) for value in values)
    for data in lessons:
        part = data[: opening.lesson(data)]
        assert part.endswith(b"\n\n")
        opening.learn(part, given_for(part, wants_usage=wants_usage))
    more = event({"content": "Hi"})
    written = opening.written(last + more)
    assert given_for(last + more, wants_usage=wants_usage).startswith(written)
    if not before and delta in DELTAS[:4] and piece in PIECES[:2] and members in MEMBERS[:3]:
        assert written
        assert b'"asked"' in written


@pytest.mark.parametrize(
    "other",
    [
        event(DELTAS[1]).replace(b'"content":""', b'"content":"H"'),
        event(DELTAS[1]).replace(b'"id":"c"', b'"id":""'),
        event(DELTAS[1]).replace(b'"id":"c"', b'"id":null'),
        event(DELTAS[1]).replace(b'"id":"c"', b'"id":"c\\\\"'),
        event(DELTAS[1]).replace(b'"id":"c"', b'"id":"c\xc3\xa9"'),
        event(DELTAS[1]).replace(b'"id":"c"', b'"id":"c","x":1'),
        event(DELTAS[1]).replace(b'"created":5', b'"created":0'),
        event(DELTAS[1]).replace(b'"created":5', b'"created":-5'),
        event(DELTAS[1]).replace(b'"created":5', b'"created":5.0'),
        event(DELTAS[1]).replace(b'"created":5', b'"created":99999999999'),
        event(DELTAS[1]).replace(b'"model":"up"', b'"model":"other"'),
        event(DELTAS[1])[:-1],
        event(DELTAS[1]).replace(b"\n", b"\r\n"),
        b"\n" + event(DELTAS[1]),
        b"\xef\xbb\xbf" + event(DELTAS[1]),
        event(DELTAS[1], name="event: error\n"),
        b"",
    ],
)
def test_what_differs_in_more_is_read_before(other: bytes) -> None:
    opening, first = KnownOpening(), event(DELTAS[1])
    for _ in range(2):
        opening.learn(first, given_for(first, wants_usage=False))
    assert opening.is_known
    assert opening.written(first) == first.replace(b'"up"', b'"asked"')
    assert not opening.written(other)


def test_a_value_that_is_written_as_another_kind_than_it_came_is_not_learned() -> None:
    opening, first = KnownOpening(), event(DELTAS[1], (), {"created": "1790000000"})
    for _ in range(2):
        opening.learn(first, first.replace(b'"1790000000"', b"1790000000"))
    assert not opening.is_known


def test_a_name_that_looks_like_a_place_for_a_value_is_a_name() -> None:
    opening, first = KnownOpening(), event(DELTAS[1], (), {"model": "up%b%d%%"})
    for _ in range(2):
        opening.learn(first, given_for(first, wants_usage=False))
    assert opening.written(first) == first.replace(b'"up%b%d%%"', b'"asked"')


def test_a_host_that_changes_more_than_its_values_is_not_learned_for_ever() -> None:
    opening = KnownOpening()
    firsts = [event({"role": "assistant", "content": f"{number}"}) for number in range(50)]
    for first in firsts:
        part = first[: opening.lesson(first)]
        if part:
            opening.learn(part, given_for(part, wants_usage=False))
    assert not opening.lesson(firsts[-1])
    assert not opening.is_known


def test_long_events_are_not_learned() -> None:
    assert not KnownOpening().lesson(event({"role": "assistant", "content": "x" * 5000}))
    assert not KnownOpening().lesson(b'data: {"id":"c"')
