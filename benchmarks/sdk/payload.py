"""What is asked, and what the server answers."""

import json

MODEL = "gpt-5.4-mini"
QUESTION = "Tell me something. " * 40
EVENTS = 102
"""Of a stream: the role, a hundred words, and why it ended."""

_COMMON = {"id": "chatcmpl-1", "created": 1795430000, "model": "gpt-5.4-mini-2026-03-17", "service_tier": "default"}

ANSWER = json.dumps(
    {
        **_COMMON,
        "object": "chat.completion",
        "system_fingerprint": None,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "word " * 120, "refusal": None, "annotations": []},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": 190,
            "completion_tokens": 120,
            "total_tokens": 310,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
        },
    }
).encode()


def _chunk(delta: dict[str, object], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    body = {**_COMMON, "object": "chat.completion.chunk", "choices": [choice]}
    return b"data: " + json.dumps(body).encode() + b"\n\n"


STREAM = (
    _chunk({"role": "assistant", "content": ""}),
    *[_chunk({"content": f"word{number} "}) for number in range(100)],
    _chunk({}, "stop"),
    b"data: [DONE]\n\n",
)
