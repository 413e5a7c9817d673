"""Promise 2 from outside: what coding agents always send gets an answer and a warning, on every wire behind the gateway;
what the answer depends on is refused by name before the provider hears of it.
"""

from typing import Any

import httpx2
import pytest

AGENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "codex": (
        "/v1/responses",
        {
            "instructions": "Be brief.",
            "input": [
                {"type": "message", "role": "developer", "id": "msg_1", "content": "You write code."},
                {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hello there"}]},
            ],
            "tools": [
                {
                    "type": "function",
                    "name": "run",
                    "strict": False,
                    "parameters": {"type": "object", "properties": {}},
                },
                {"type": "web_search", "external_web_access": False},
            ],
            "tool_choice": "auto",
            "parallel_tool_calls": False,
            "reasoning": {"summary": "auto", "context": "all_turns"},
            "text": {"verbosity": "low"},
            "store": False,
            "include": ["reasoning.encrypted_content"],
            "prompt_cache_key": "0000",
            "client_metadata": {"a": "b"},
        },
    ),
    "claude-code": (
        "/v1/messages",
        {
            "max_tokens": 4000,
            "system": [{"type": "text", "text": "You write code.", "cache_control": {"type": "ephemeral"}}],
            "messages": [
                {
                    "role": "user",
                    "content": [{"type": "text", "text": "Hello there", "cache_control": {"type": "ephemeral"}}],
                }
            ],
            "tools": [{"name": "run", "input_schema": {"type": "object", "properties": {}}, "defer_loading": True}],
            "metadata": {"user_id": "user_1"},
            "context_management": {"edits": [{"type": "clear_tool_uses_20250919"}]},
        },
    ),
}
TOLD = {
    # OpenRouter speaks Responses too, so that Codex is spoken to in its own wire.
    ("codex", "chat"): ("client_metadata",),
    ("codex", "responses"): ("client_metadata",),
    ("codex", "messages"): ("cache_key", "client_metadata", "external_web_access", "verbosity"),
    ("codex", "gemini"): ("parallel_tool_calls", "cache_key", "client_metadata"),
    ("claude-code", "chat"): ("context_management", "defer_loading"),
    ("claude-code", "responses"): ("cache", "context_management", "defer_loading"),
    ("claude-code", "messages"): (),
    ("claude-code", "gemini"): ("cache", "context_management", "defer_loading", "user"),
}
"""What the gateway says it left out, by agent and wire."""


@pytest.mark.parametrize("agent", AGENTS)
def test_agents_get_an_answer_and_are_told(house: Any, model: str, fake: Any, egress: str, agent: str) -> None:
    path, body = AGENTS[agent]
    betas = {"anthropic-beta": "context-management-2025-06-27"} if agent == "claude-code" else {}
    headers = {"authorization": f"Bearer {house.key}", "anthropic-version": "2023-06-01", **betas}
    answer = httpx2.post(f"{house.origin}{path}", json={"model": model, **body}, headers=headers)
    assert answer.status_code == 200, answer.text
    assert len(fake.requests) == 1
    told = answer.headers.get("x-accord-warnings", "")
    missing = [field for field in TOLD[agent, egress] if field not in told]
    assert missing == [], told


@pytest.mark.parametrize(
    ("path", "field", "extra", "wires"),
    [
        ("/v1/chat/completions", "logit_bias", {"logit_bias": {"1": 5}}, {"responses", "messages", "gemini"}),
        ("/v1/chat/completions", "n", {"n": 2}, {"chat", "responses", "messages"}),
        ("/v1/messages", "container", {"container": "c_1", "max_tokens": 9}, {"chat", "responses", "gemini"}),
    ],
)
def test_what_the_answer_depends_on_is_refused_by_name(
    house: Any, model: str, fake: Any, egress: str, path: str, field: str, extra: dict[str, Any], wires: set[str]
) -> None:
    body = {"model": model, "messages": [{"role": "user", "content": "Hello there"}], **extra}
    answer = httpx2.post(f"{house.origin}{path}", json=body, headers={"authorization": f"Bearer {house.key}"})
    if egress not in wires:
        assert answer.status_code == 200, answer.text
        return
    assert answer.status_code == 400
    message = answer.json()["error"]["message"]
    assert f"`{field}`" in message
    assert model.rpartition("/")[2] in message
    assert not fake.requests
