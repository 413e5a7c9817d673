"""Callers of wires that know one answer get the one that came, under whatever number its host gives it."""

import json

import pytest

from accord.core.event import Completed, Event, Finished, PartFinished, PartStarted, Started, TextDelta
from accord.core.finish import Finish
from accord.core.part import Text
from accord.dialects import anthropic_messages, openai_responses
from accord.dialects.codec import Inbound

ASKED = {"model": "m", "stream": True}
MESSAGES = {**ASKED, "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}


def told(choice: int, text: str) -> list[Event]:
    return [
        PartStarted(choice=choice, value=Text(text="")),
        TextDelta(choice=choice, text=text),
        TextDelta(choice=choice, text="!"),
        PartFinished(choice=choice),
        Finished(choice=choice, finish=Finish(unified="length", raw="length")),
    ]


@pytest.mark.parametrize("numbers", [(0,), (1,), (7,), (-1,), (0, 1), (3, 0)], ids=str)
@pytest.mark.parametrize(
    ("inbound", "cut"),
    [
        (anthropic_messages.parse(json.dumps(MESSAGES).encode(), ()), '"stop_reason":"max_tokens"'),
        (openai_responses.parse(json.dumps({**ASKED, "input": "Hi"}).encode(), ()), '"reason":"max_output_tokens"'),
    ],
    ids=["messages", "responses"],
)
def test_the_first_that_begins_is_the_answer(inbound: Inbound, cut: str, numbers: tuple[int, ...]) -> None:
    events = [event for number in numbers for event in told(number, f"Choice {number}")]
    renderer = inbound.renderer()
    written = renderer.feed([Started(), *events, Completed()]) + renderer.end()
    texts = [number for number in (0, 1, 3, 7, -1) if f"Choice {number}" in written.decode()]
    assert texts == [numbers[0]]
    assert cut in written.decode()
