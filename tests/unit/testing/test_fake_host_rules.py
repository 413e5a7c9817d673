"""The imitations of DeepSeek, Moonshot and Meta refuse what those services refuse, and take what they take, strict or not."""

import pytest

from accord.testing import FakeProvider
from accord.testing.fake.hosts import HOSTS

USER = {"role": "user", "content": "Hello"}
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
CALLED = {"role": "assistant", "content": None, "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "c1", "content": "x"}
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
OFF = {"thinking": {"type": "disabled"}}


def strict(flag):
    return {"type": "function", "function": {"name": "f", "strict": flag}}


def typed(schema):
    parameters = {"type": "object", "properties": {"a": schema}}
    return {"type": "function", "function": {"name": "f", "parameters": parameters}}


def picture(url):
    return {"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}


DEEPSEEK = {"model": "deepseek-flash", "messages": [USER]}
K2, K3, V1 = ({"model": model, "messages": [USER]} for model in ("kimi-k2.6", "kimi-k3", "moonshot-v1-8k"))
MUSE = {"model": "muse-spark-1.3", "messages": [USER]}
FORCED = {"tools": [TOOL], "tool_choice": "required"}
CHAT = "/chat/completions"

REFUSED = [
    ("deepseek", CHAT, {**DEEPSEEK, **FORCED}, "does not support this tool_choice"),
    ("deepseek", CHAT, {**DEEPSEEK, "messages": [USER, CALLED, RESULT], "tools": [TOOL]}, "reasoning_content"),
    ("deepseek", CHAT, {**DEEPSEEK, "messages": [{"role": "assistant", "content": None}]}, "must be set"),
    ("deepseek", CHAT, {**DEEPSEEK, "messages": [{"role": "developer", "content": "x"}]}, "unknown variant"),
    ("deepseek", CHAT, {**DEEPSEEK, "tools": [{"type": "custom", "custom": {"name": "f"}}]}, "expected `function`"),
    ("deepseek", CHAT, {**DEEPSEEK, "response_format": {"type": "json_object"}}, "json"),
    (
        "deepseek",
        CHAT,
        {**DEEPSEEK, "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {}}}},
        "unavailable",
    ),
    ("deepseek", CHAT, {**DEEPSEEK, "model": "deepseek-v4-pro", "messages": [picture("data:,")]}, "image_url"),
    ("deepseek", CHAT, {**DEEPSEEK, "max_completion_tokens": 5}, "max_completion_tokens"),
    ("deepseek", CHAT, {**DEEPSEEK, "user_id": "a@b"}, "user_id"),
    ("deepseek", CHAT, {**DEEPSEEK, "stop": ["x"] * 17}, "stop"),
    ("deepseek", CHAT, {**DEEPSEEK, "thinking": {"type": "adaptive"}}, "thinking"),
    (
        "deepseek",
        CHAT,
        {**DEEPSEEK, "messages": [USER, {"role": "assistant", "content": "O", "prefix": True}]},
        "beta",
    ),
    ("deepseek", "/beta" + CHAT, {**DEEPSEEK, "tools": [strict(True), strict(False)]}, "strict"),
    ("deepseek", "/responses", {"model": "m", "input": "x", "previous_response_id": "r"}, "previous_response_id"),
    ("deepseek", "/anthropic/v1/messages", {**DEEPSEEK, "max_tokens": 5, "container": "c"}, "container"),
    ("moonshot", CHAT, {**K3, "temperature": 0.5}, "temperature"),
    ("moonshot", CHAT, {**K2, "n": 2}, "invalid n"),
    ("moonshot", CHAT, {**V1, "temperature": 1.5}, "temperature"),
    ("moonshot", CHAT, {**V1, "temperature": 0.1, "n": 2}, "temperature"),
    ("moonshot", CHAT, {**K2, **OFF, "reasoning_effort": "low"}, "both"),
    ("moonshot", CHAT, {**K2, "reasoning_effort": "low"}, "reasoning_effort"),
    ("moonshot", CHAT, {**K3, "reasoning_effort": "medium"}, "reasoning_effort"),
    ("moonshot", CHAT, {**K3, **OFF}, "thinking"),
    ("moonshot", CHAT, {**K2, "model": "kimi-k2.7-code", **OFF}, "thinking"),
    ("moonshot", CHAT, {**K2, **FORCED}, "tool_choice"),
    ("moonshot", CHAT, {**K2, "messages": [USER, CALLED, RESULT], "tools": [TOOL]}, "reasoning_content is missing"),
    (
        "moonshot",
        CHAT,
        {**K3, "messages": [USER, {**CALLED, "content": "", "reasoning_content": ""}, RESULT], "tools": [TOOL]},
        "empty",
    ),
    ("moonshot", CHAT, {**K3, "messages": [picture("https://a.example/x.png")]}, "base64"),
    ("moonshot", CHAT, {**K3, "tools": [typed({"enum": ["a"]})]}, "type"),
    ("moonshot", CHAT, {**K3, "tools": [typed({"type": "array", "items": [{"type": "string"}]})]}, "items"),
    ("moonshot", CHAT, {**K3, "tools": [typed({"type": "string", "anyOf": [{"minLength": 1}]})]}, "anyOf"),
    (
        "moonshot",
        CHAT,
        {**K3, "tools": [{"type": "builtin_function", "function": {"name": "$web_search"}}]},
        "thinking",
    ),
    ("moonshot", CHAT, {**K3, "stop": ["x" * 33]}, "stop"),
    ("meta_llama", CHAT, {**MUSE, **FORCED}, "tool_choice"),
    ("meta_llama", CHAT, {**MUSE, "tools": [TOOL], "tool_choice": "none"}, "tool_choice"),
    ("meta_llama", CHAT, {**MUSE, "reasoning_effort": "none"}, "reasoning_effort"),
    ("meta_llama", CHAT, {**MUSE, "stop": ["x"]}, "stop"),
    ("meta_llama", "/messages", {**MUSE, "max_tokens": 5, "top_k": 3}, "top_k"),
    ("meta_llama", "/messages", {**MUSE, "max_tokens": 5, "stop_sequences": ["x"]}, "stop_sequences"),
]
TAKEN = [
    ("deepseek", {**DEEPSEEK, **OFF, **FORCED, "user_id": "u-1", "max_tokens": 5}),
    ("deepseek", {**DEEPSEEK, "messages": [USER, {**CALLED, "reasoning_content": ""}, RESULT], "tools": [TOOL]}),
    ("deepseek", {**DEEPSEEK, "reasoning_effort": "ultra", "unknown": 1}),
    ("moonshot", {**K2, "thinking": {"type": "enabled", "keep": "all"}, "temperature": 1}),
    ("moonshot", {**K3, "reasoning_effort": "max", "messages": [picture("ms://f-1")]}),
    ("moonshot", {**K3, "messages": [USER, {"role": "assistant", "content": "Once", "partial": True}]}),
    ("meta_llama", {**MUSE, "reasoning_effort": "minimal", "tools": [TOOL], "tool_choice": "auto"}),
]


def post(call, fake, path, body):
    # Anthropic's wire wants its version; the others pay no heed to it.
    headers = {"authorization": f"Bearer {fake.key}", "anthropic-version": "2023-06-01"}
    return call(fake)(fake.url.removeprefix(fake.origin) + path, body, headers)


@pytest.fixture(scope="module")
def hosts():
    with (
        FakeProvider(vendor=HOSTS["deepseek"]) as deepseek,
        FakeProvider(vendor=HOSTS["moonshot"]) as moonshot,
        FakeProvider(vendor=HOSTS["meta_llama"]) as meta,
    ):
        yield {"deepseek": deepseek, "moonshot": moonshot, "meta_llama": meta}


@pytest.mark.parametrize(("host", "path", "body", "word"), REFUSED)
def test_what_the_service_refuses_is_refused(call, hosts, host, path, body, word):
    answer = post(call, hosts[host], path, body)
    assert 400 <= answer.status < 500
    assert word in answer.body.decode()


@pytest.mark.parametrize(("host", "body"), TAKEN)
def test_what_the_service_takes_is_taken(call, hosts, host, body):
    assert post(call, hosts[host], CHAT, body).status == 200
