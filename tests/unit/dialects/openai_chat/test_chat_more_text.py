"""Events that only say more of a text are taken in one step, to the same end as with care."""

import json

from hypothesis import given
from hypothesis import strategies as st

from accord.core.event import Completed
from accord.core.message import user
from accord.core.request import ChatRequest
from accord.dialects.openai_chat import OpenAIChat, parse

DELTAS = (
    ({"content": "a"}, {}),
    ({"content": "b"}, {"usage": None, "service_tier": "default"}),
    ({"content": "c"}, {"service_tier": "odd"}),
    ({"content": "d"}, {"usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}}),
    ({"content": ""}, {}),
    ({"content": "e", "role": "assistant"}, {}),
    ({"content": None, "reasoning_content": "f"}, {}),
    ({"tool_calls": [{"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": ""}}]}, {}),
    ({"content": "g"}, {"index": 1}),
    ({"content": "h"}, {"system_fingerprint": "fp"}),
    ({"content": "i"}, {"id": "other", "created": 7}),
)


def stream(picked, *, separators, careful):
    def chunk(delta, *, index=0, finish=None, **more):
        choice = {"index": index, "delta": delta, "finish_reason": finish}
        value = {
            "id": "c1",
            "object": "chat.completion.chunk",
            "created": 5,
            "model": "up",
            "choices": [choice],
            **more,
        }
        # Padding is known and means nothing, but is no member of a plain event.
        padded = {**value, "p": "xx"} if careful else value
        return b"data: " + json.dumps(padded, separators=separators).encode() + b"\n\n"

    pieces = [chunk({"role": "assistant", "content": ""}), chunk({"content": "first"})]
    pieces += [chunk(delta, **more) for delta, more in picked]
    return b"".join([*pieces, chunk({}, finish="stop"), chunk({}, index=1, finish="stop"), b"data: [DONE]\n\n"])


def events_of(decoder, data):
    return decoder.feed(data) + decoder.end()


@given(st.lists(st.sampled_from(DELTAS), max_size=6), st.sampled_from([(",", ":"), (", ", ": ")]))
def test_plain_events_mean_the_same(picked, separators):
    exchange = OpenAIChat(model="m").encode(ChatRequest(messages=(user("Hello"),)), stream=True)
    plain, careful = (
        events_of(exchange.decoder(), stream(picked, separators=separators, careful=careful))
        for careful in (False, True)
    )
    assert plain == careful
    assert isinstance(plain[-1], Completed)


@given(st.lists(st.sampled_from(DELTAS), max_size=6), st.sampled_from([(",", ":"), (", ", ": ")]), st.booleans())
def test_plain_events_are_handed_on_alike(picked, separators, wants_usage):
    body = {"model": "asked", "stream": True, "messages": [{"role": "user", "content": "Hello"}]}
    if wants_usage:
        body["stream_options"] = {"include_usage": True}
    inbound = parse(json.dumps(body).encode(), ())
    exchange = OpenAIChat(model="up").forward(inbound)
    assert exchange is not None

    def handed_on(careful):
        events = events_of(exchange.decoder(), stream(picked, separators=separators, careful=careful))
        written = inbound.renderer(forwarded=True).feed(events)
        values = [json.loads(block[6:]) for block in written.split(b"\n\n") if block]
        return [{key: value for key, value in one.items() if key != "p"} for one in values]

    assert handed_on(False) == handed_on(True)
