"""Token counts of hosts that place them in their own way: callers who are handed an answer on are told the same as others."""

import json

import pytest

from accord.core.http import Reply
from accord.dialects.openai_chat import OpenAIChat, parse

SUMS = {"prompt_tokens": 10, "completion_tokens": 4, "total_tokens": 14}
USAGES: dict[str, dict[str, object]] = {
    "as OpenAI's": {**SUMS, "prompt_tokens_details": {"cached_tokens": 3}},
    "without details": SUMS,
    "no total": {"prompt_tokens": 10, "completion_tokens": 4},
    "a cache's hits beside": {**SUMS, "prompt_cache_hit_tokens": 3, "prompt_cache_miss_tokens": 7},
    "cached beside": {**SUMS, "cached_tokens": 3},
    "in Anthropic's words": {**SUMS, "cache_read_input_tokens": 3, "cache_creation_input_tokens": 2},
    "reasoning beside": {**SUMS, "reasoning_tokens": 2},
    "reasoning apart": {**SUMS, "total_tokens": 16, "completion_tokens_details": {"reasoning_tokens": 2}},
    "more of its own": {**SUMS, "cost": 0.25, "queue_time": 0.5, "num_sources_used": 0},
    "nulls": {**SUMS, "prompt_tokens_details": None, "completion_tokens_details": {"reasoning_tokens": None}},
}


@pytest.mark.parametrize("name", USAGES)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_the_same_is_told(name: str, stream: bool) -> None:
    options = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
    body = {"model": "mine", "messages": [{"role": "user", "content": "Hi"}], **options}
    inbound = parse(json.dumps(body).encode(), (), received_at=7)
    codec = OpenAIChat(model="up")
    forwarding = codec.forward(inbound)
    assert forwarding is not None
    told: list[object] = []
    for exchange, forwarded in ((codec.encode(inbound.request, stream=stream), False), (forwarding, True)):
        if stream:
            decoder, renderer = exchange.decoder(), inbound.renderer(forwarded=forwarded)
            events = decoder.feed(streamed(USAGES[name])) + decoder.end()
            lines = (renderer.feed(events) + renderer.end()).decode().splitlines()
            chunks = [json.loads(line[6:]) for line in lines if line.startswith("data: {")]
            told.append([chunk["usage"] for chunk in chunks if chunk.get("usage")])
        else:
            told.append(json.loads(inbound.render(exchange.decode(whole(USAGES[name])), forwarded=forwarded))["usage"])
    assert told[0] == told[1]


def whole(usage: dict[str, object]) -> Reply:
    message = {"role": "assistant", "content": "Hi"}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    head = {"id": "c", "object": "chat.completion", "created": 5, "model": "up"}
    return Reply(status=200, body=json.dumps({**head, "choices": choices, "usage": usage}).encode())


def streamed(usage: dict[str, object]) -> bytes:
    head = {"id": "c", "object": "chat.completion.chunk", "created": 5, "model": "up"}
    deltas: list[tuple[dict[str, object], str | None]] = [({"role": "assistant", "content": "Hi"}, None), ({}, "stop")]
    chunks = [[{"index": 0, "delta": delta, "finish_reason": reason}] for delta, reason in deltas]
    bodies = [*[{**head, "choices": choices} for choices in chunks], {**head, "choices": [], "usage": usage}]
    return b"".join([b"data: " + json.dumps(one).encode() + b"\n\n" for one in bodies]) + b"data: [DONE]\n\n"
