"""Why an answer stopped is told when it has stopped: callers of other wires take a finish for the end."""

import json
from typing import Any

import pytest

from accord.core.error import Interrupted
from accord.core.event import Completed, Finished

EVENTS: list[dict[str, Any]] = [
    {"type": "message_start", "message": {"id": "msg_1", "model": "m", "content": [], "usage": {"input_tokens": 1}}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi"}},
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "max_tokens"}, "usage": {"output_tokens": 2}},
    {"type": "message_stop"},
]


def sse(event: dict[str, Any]) -> bytes:
    return f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


def test_cut_before_message_stop_there_is_no_finish(sent: Any) -> None:
    decoder = sent("adaptive").exchange.decoder()
    told = [event for one in EVENTS[:-1] for event in decoder.feed(sse(one))]
    assert not [event for event in told if isinstance(event, Finished)]
    with pytest.raises(Interrupted):
        decoder.end()


def test_the_finish_comes_with_message_stop(sent: Any) -> None:
    decoder = sent("adaptive").exchange.decoder()
    told = [decoder.feed(sse(event)) for event in EVENTS]
    finished, completed = told[-1]
    assert isinstance(finished, Finished)
    assert finished.finish.unified == "length"
    assert isinstance(completed, Completed)
