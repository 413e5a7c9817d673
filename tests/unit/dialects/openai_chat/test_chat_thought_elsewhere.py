"""Reasoning that a host tells under another name reaches callers under `reasoning_content`, handed on as well as written anew."""

import json
from typing import Any

import pytest

from accord.core.http import Reply
from accord.dialects.openai_chat import OpenAIChat, parse

THOUGHT = 'Say "reasoning": and stop.'


def asked(*, stream: bool):
    body = {"model": "mine", "messages": [{"role": "user", "content": "Hi"}], "stream": stream}
    inbound = parse(json.dumps(body).encode(), (), received_at=7)
    forwarding = OpenAIChat(model="up").forward(inbound)
    assert forwarding is not None
    return inbound, forwarding


@pytest.mark.parametrize("name", ["reasoning", "reasoning_text"])
def test_in_a_whole_answer(name: str) -> None:
    message = {"role": "assistant", "content": "Hi", "refusal": None, name: THOUGHT}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    body = {"id": "c", "object": "chat.completion", "created": 5, "model": "up", "choices": [choice]}
    inbound, forwarding = asked(stream=False)
    response = forwarding.decode(Reply(status=200, body=json.dumps(body).encode()))
    told = json.loads(inbound.render(response, forwarded=True))["choices"][0]["message"]
    assert told == {**message, "reasoning_content": THOUGHT}


@pytest.mark.parametrize(
    ("deltas", "thoughts"),
    [
        ([{"role": "assistant", "reasoning": "A"}, {"reasoning": THOUGHT}, {"content": "Hi"}], ["A", THOUGHT, None]),
        ([{"role": "assistant", "content": ""}, {"reasoning_text": "A"}, {"content": "Hi"}], [None, "A", None]),
        ([{"role": "assistant", "content": ""}, {"content": "Hi", "reasoning": "A"}], [None, "A"]),
        ([{"role": "assistant", "reasoning": ""}, {"reasoning": None, "content": "Hi"}], [None, None]),
        ([{"role": "assistant", "reasoning": "A", "reasoning_content": "B"}, {"content": "Hi"}], ["B", None]),
        ([{"role": "assistant", "reasoning": "A", "x": {"reasoning": 1}}, {"content": "Hi"}], ["A", None]),
    ],
)
def test_in_a_stream(deltas: list[dict[str, Any]], thoughts: list[str | None]) -> None:
    inbound, forwarding = asked(stream=True)
    head = {"id": "c", "object": "chat.completion.chunk", "created": 5, "model": "up"}
    pieces = [*[{"delta": delta, "finish_reason": None} for delta in deltas], {"delta": {}, "finish_reason": "stop"}]
    chunks = [{**head, "choices": [{"index": 0, **piece}]} for piece in pieces]
    data = b"".join([b"data: " + json.dumps(chunk, separators=(",", ":")).encode() + b"\n\n" for chunk in chunks])
    decoder, renderer = forwarding.decoder(), inbound.renderer(forwarded=True)
    out = renderer.feed(decoder.feed(data)) + renderer.feed(decoder.end())
    told = [json.loads(line[6:])["choices"][0]["delta"] for line in out.decode().splitlines() if line]
    assert [delta.get("reasoning_content") for delta in told[:-1]] == thoughts
    for delta, given in zip(told[:-1], deltas, strict=True):
        delta.pop("reasoning_content", None)
        assert delta == {name: value for name, value in given.items() if name != "reasoning_content"}
