"""What a wire counted beyond what has a neutral name comes back on that wire, and on no other."""

import json
from typing import Any

import pytest

from accord.core.http import Reply
from accord.core.json import as_object
from accord.core.message import user
from accord.core.request import ChatRequest
from accord.dialects import anthropic_messages, openai_responses
from accord.dialects.codec import Inbound

ANTHROPICS: dict[str, Any] = {
    "input_tokens": 5,
    "cache_creation_input_tokens": 2,
    "cache_read_input_tokens": 1,
    "output_tokens": 7,
    "cache_creation": {"ephemeral_5m_input_tokens": 2, "ephemeral_1h_input_tokens": 0},
    "server_tool_use": {"web_search_requests": 1, "web_fetch_requests": 3, "novel": 4},
    "speed": "fast",
    "novel": {"tokens": 9},
    "nothing": None,
}
RESPONSES: dict[str, Any] = {
    "input_tokens": 8,
    "input_tokens_details": {"cached_tokens": 1, "cache_write_tokens": 2, "audio_tokens": 3, "novel": 4},
    "output_tokens": 7,
    "output_tokens_details": {"reasoning_tokens": 1, "audio_tokens": 2},
    "total_tokens": 15,
    "novel": 9,
}


def asked(dialect: str) -> Inbound:
    if dialect == "anthropic_messages":
        body = b'{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"}]}'
        return anthropic_messages.parse(body, ())
    return openai_responses.parse(b'{"model":"m","input":"x"}', ())


def answered(dialect: str, usage: dict[str, Any]) -> Any:
    request = ChatRequest(messages=(user("x"),), max_output_tokens=16)
    if dialect == "anthropic_messages":
        answer: dict[str, Any] = {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": []}
        codec: Any = anthropic_messages.AnthropicMessages(model="m")
    else:
        answer = {"id": "r", "status": "completed", "model": "m", "output": []}
        codec = openai_responses.OpenAIResponses(model="m")
    body = json.dumps({**answer, "stop_reason": "end_turn", "usage": usage}).encode()
    return codec.encode(request).decode(Reply(status=200, body=body))


@pytest.mark.parametrize(("dialect", "usage"), [("anthropic_messages", ANTHROPICS), ("openai_responses", RESPONSES)])
def test_on_its_own_wire(dialect: str, usage: dict[str, Any]) -> None:
    found = json.loads(asked(dialect).render(answered(dialect, usage)))["usage"]
    assert found == {key: value for key, value in usage.items() if value is not None}


@pytest.mark.parametrize(
    ("caller", "dialect", "usage"),
    [
        ("openai_responses", "anthropic_messages", ANTHROPICS),
        ("anthropic_messages", "openai_responses", RESPONSES),
    ],
)
def test_on_another(caller: str, dialect: str, usage: dict[str, Any]) -> None:
    found = json.loads(asked(caller).render(answered(dialect, usage)))["usage"]
    assert "novel" not in found
    assert not any("novel" in (as_object(value) or {}) for value in found.values())
    assert found["output_tokens"] == 7
