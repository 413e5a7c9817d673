"""Whatever a caller sends, the gateway's own code does not break: the answer is in the caller's wire, and no 500."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

PATHS = [
    "/v1/chat/completions",
    "/v1/responses",
    "/v1/messages",
    "/v1/messages/count_tokens",
    "/v1beta/models/fast:generateContent",
    "/v1beta/models/fast:streamGenerateContent",
    "/v1beta/models/fast:countTokens",
    "/v1/embeddings",
    "/v1/images/generations",
    "/v1/completions",
    "/v1/responses/input_tokens",
    "/v1/moderations",
    "/v1/audio/speech",
]

WORDS = [
    "model", "fast", "messages", "role", "user", "assistant", "tool", "content", "type", "text", "image_url", "input", "tools",
    "function", "name", "parameters", "stream", "max_tokens", "contents", "parts", "tool_calls", "id", "arguments", "system",
    "tool_choice", "response_format", "json_schema", "reasoning", "stop", "n", "generationConfig", "functionCall", "source",
]  # fmt: skip

leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS) | st.text(max_size=5)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=12,
)
whole = st.dictionaries(st.sampled_from(WORDS), values, max_size=6).map(
    lambda fields: {
        "model": "fast",
        "messages": [{"role": "user", "content": "x"}],
        "input": "x",
        "max_tokens": 5,
        **fields,
    }
)
bodies = (
    st.binary(max_size=60)
    | values.map(lambda value: json.dumps(value).encode())
    | whole.map(lambda value: json.dumps(value).encode())
)


@pytest.mark.parametrize("path", PATHS)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(body=bodies)
def test_any_body(gateway: Any, path: str, body: bytes) -> None:
    async def call() -> Any:
        caller = gateway.answering()
        return await caller.call(path, body)

    got = asyncio.run(call())
    assert got.status in {200, 400, 404, 413, 502}, (got.status, got.body)
    assert b"its log has the details" not in got.body, body
