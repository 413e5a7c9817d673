"""Chunks that only say more of a text are read in one step: to the same events as with the care that others need."""

import json

from hypothesis import given
from hypothesis import strategies as some

from accord.core.event import Event
from accord.core.message import user
from accord.core.request import ChatRequest
from accord.dialects.gemini import Gemini

EXCHANGE = Gemini(model="gemini-2.5-flash").encode(ChatRequest(messages=(user("Hello"),)), stream=True)
COUNTS = [
    {"promptTokenCount": 1},
    {"promptTokenCount": 1, "candidatesTokenCount": 2},
    {"trafficType": "ON_DEMAND"},
    None,
]

parts = some.sampled_from(
    [{"text": "a"}, {"text": ""}, {"text": "é", "thought": True}, {"text": "b", "thoughtSignature": "cw=="}, {"x": 1}]
)
candidates = some.fixed_dictionaries(
    {
        "content": some.fixed_dictionaries(
            {"parts": some.lists(parts, min_size=1, max_size=2)}, optional={"role": some.just("model")}
        )
    },
    optional={"index": some.sampled_from([0, 0, 1]), "avgLogprobs": some.just(-0.5)},
)
chunks = some.fixed_dictionaries(
    {"candidates": some.lists(candidates, min_size=1, max_size=2)},
    optional={
        "usageMetadata": some.sampled_from(COUNTS),
        "modelVersion": some.just("m"),
        "responseId": some.just("r"),
        "newer": some.just(1),
    },
)
LAST = {"candidates": [{"index": index, "finishReason": "STOP"} for index in (0, 1)]}


def events_of(written: list[dict[str, object]]) -> list[Event]:
    decoder = EXCHANGE.decoder()
    found: list[Event] = []
    for chunk in [*written, LAST]:
        found.extend(decoder.feed(b"data: " + json.dumps(chunk).encode() + b"\r\n\r\n"))
    return found + decoder.end()


@given(written=some.lists(chunks, max_size=5))
def test_more_of_a_text_means_the_same(written: list[dict[str, object]]) -> None:
    # A null that says nothing has every chunk read with care.
    assert events_of(written) == events_of([{**chunk, "promptFeedback": None} for chunk in written])
