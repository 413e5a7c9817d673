"""What is asked and answered: a chat completion of about 1 KB each way, and a stream of 100 events."""

import json

KEY = "sk-test-benchmark-key-0000000000000000"
MODEL = "gpt-5.4-mini"
CLAUDE = "claude-sonnet-4-5"
EVENTS = 100

_QUESTION = "Tell me something. " * 48
_WORDS = "word " * 120


def request(model: str, *, stream: bool = False, tokens: int | None = None) -> bytes:
    """A chat completion request of about 1 KB."""
    body: dict[str, object] = {
        "model": model,
        "messages": [{"role": "user", "content": _QUESTION}],
        "temperature": 0.5,
    }
    if tokens is not None:
        body["max_completion_tokens"] = tokens
    if stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return json.dumps(body).encode()


OPENAI_USAGE = {
    "prompt_tokens": 190,
    "completion_tokens": 120,
    "total_tokens": 310,
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
}

OPENAI_ANSWER = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1795430000,
        "model": "gpt-5.4-mini-2026-03-17",
        "service_tier": "default",
        "system_fingerprint": None,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": _WORDS, "refusal": None, "annotations": []},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": OPENAI_USAGE,
    }
).encode()

ANTHROPIC_ANSWER = json.dumps(
    {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5-20250929",
        "content": [{"type": "text", "text": _WORDS}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 190, "output_tokens": 120, "service_tier": "standard"},
    }
).encode()


def openai_chunk(
    delta: dict[str, object] | None, finish: str | None = None, usage: dict[str, object] | None = None
) -> bytes:
    """One event of an OpenAI stream; without a delta the one that reports usage."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1795430000,
        "model": "gpt-5.4-mini-2026-03-17",
        "service_tier": "default",
        "system_fingerprint": None,
        "choices": [] if delta is None else [choice],
        "usage": usage,
    }
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def anthropic_event(kind: str, **members: object) -> bytes:
    """One event of an Anthropic stream."""
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **members})}\n\n".encode()


OPENAI_EVENTS: tuple[bytes, ...] = (
    openai_chunk({"role": "assistant", "content": "", "refusal": None}),
    *[openai_chunk({"content": f"word{number:02} "}) for number in range(EVENTS - 3)],
    openai_chunk({}, "stop"),
    openai_chunk(None, None, dict(OPENAI_USAGE)),
    b"data: [DONE]\n\n",
)

SHORT_EVENTS = (*OPENAI_EVENTS[:3], *OPENAI_EVENTS[-3:])


def models(name: str) -> bytes:
    """The list of an upstream that has one model. Routers read it before they send anything there."""
    return json.dumps({"object": "list", "data": [{"id": name, "object": "model", "owned_by": "test"}]}).encode()


_START: dict[str, object] = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-5-20250929",
    "content": [],
    "stop_reason": None,
    "stop_sequence": None,
    "usage": {"input_tokens": 190, "output_tokens": 1},
}

ANTHROPIC_EVENTS: tuple[bytes, ...] = (
    anthropic_event("message_start", message=_START),
    anthropic_event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
    *[
        anthropic_event("content_block_delta", index=0, delta={"type": "text_delta", "text": f"word{number:02} "})
        for number in range(EVENTS - 4)
    ],
    anthropic_event("content_block_stop", index=0),
    anthropic_event(
        "message_delta", delta={"stop_reason": "end_turn", "stop_sequence": None}, usage={"output_tokens": 120}
    ),
    anthropic_event("message_stop"),
)
