"""A stream that is handed on has one id and one time, though Azure opens it with a chunk that has neither."""

import json

import pytest

from accord.dialects.openai_chat import OpenAIChat, parse

EMPTY = {"id": "", "object": "", "created": 0, "model": ""}
HEAD = {"id": "c1", "object": "chat.completion.chunk", "created": 5, "model": "up"}
SAFE = [{"prompt_index": 0, "content_filter_results": {"hate": {"filtered": False, "severity": "safe"}}}]
USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}


@pytest.mark.parametrize("wants_usage", [False, True])
def test_it_is_that_of_the_answer(wants_usage: bool) -> None:
    options = {"stream_options": {"include_usage": True}} if wants_usage else {}
    body = {"model": "mine", "messages": [{"role": "user", "content": "Hi"}], "stream": True, **options}
    inbound = parse(json.dumps(body).encode(), (), received_at=7)
    forwarding = OpenAIChat(model="up").forward(inbound)
    assert forwarding is not None
    deltas: list[tuple[dict[str, object], str | None]] = [({"role": "assistant", "content": ""}, None)]
    deltas += [({"content": "Hi"}, None), ({}, "stop")]
    chunks: list[dict[str, object]] = [{**EMPTY, "choices": [], "prompt_filter_results": SAFE}]
    chunks += [{**HEAD, "choices": [{"index": 0, "delta": delta, "finish_reason": end}]} for delta, end in deltas]
    chunks += [{**HEAD, "choices": [], "usage": USAGE}]
    data = b"".join([b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks]) + b"data: [DONE]\n\n"
    decoder, renderer = forwarding.decoder(), inbound.renderer(forwarded=True)
    out = renderer.feed(decoder.feed(data)) + renderer.feed(decoder.end()) + renderer.end()
    told = [json.loads(line[6:]) for line in out.decode().splitlines() if line.startswith("data: {")]
    assert {(chunk["id"], chunk["created"], chunk["model"]) for chunk in told} == {("c1", 5, "mine")}
    assert [chunk["prompt_filter_results"] for chunk in told if "prompt_filter_results" in chunk] == [SAFE]
    assert [chunk["usage"] for chunk in told if chunk.get("usage")] == ([USAGE] if wants_usage else [])
