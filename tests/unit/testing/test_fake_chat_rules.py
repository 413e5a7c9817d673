"""What the strict fake refuses in chat completion requests, and with which param and code."""

import pytest

from accord.testing import FakeProvider

USER = {"role": "user", "content": "Hello"}
FUNCTION = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
CALLING = {"role": "assistant", "content": None, "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "call_1", "content": "7"}


def user(*parts: dict) -> dict:
    return {"messages": [{"role": "user", "content": list(parts)}]}


def strict(schema: dict) -> dict:
    return {"response_format": {"type": "json_schema", "json_schema": {"name": "s", "strict": True, "schema": schema}}}


REFUSED = {
    "unknown field": ({"foo": 1}, "foo", "unknown_parameter"),
    "unknown field in a message": ({"messages": [{**USER, "x": 1}]}, "messages[0].x", "unknown_parameter"),
    "cache_control": (
        user({"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}),
        "messages[0].content[0].cache_control",
        "unknown_parameter",
    ),
    "no messages": ({"messages": []}, "messages", "empty_array"),
    "messages missing": ({"messages": ...}, "messages", "missing_required_parameter"),
    "messages of another type": ({"messages": "Hello"}, "messages", "invalid_type"),
    "unknown role": ({"messages": [{"role": "robot", "content": "x"}]}, "messages[0].role", "invalid_value"),
    "content null": ({"messages": [{"role": "user", "content": None}]}, "messages[0].content", "invalid_type"),
    "assistant says nothing": ({"messages": [{"role": "assistant", "content": None}]}, "messages.[0].content", None),
    "image as a bare string": (
        user({"type": "image_url", "image_url": "https://x"}),
        "messages[0].content[0].image_url",
        "invalid_type",
    ),
    "image of no address": (
        user({"type": "image_url", "image_url": {"url": "x"}}),
        "messages[0].content[0].image_url.url",
        "invalid_image_url",
    ),
    "unknown part": (user({"type": "video_url"}), "messages[0].content[0].type", "invalid_value"),
    "file without name": (
        user({"type": "file", "file": {"file_data": "data:application/pdf;base64,eA=="}}),
        "messages[0].content[0].file.filename",
        None,
    ),
    "image in a result": (
        {
            "tools": [FUNCTION],
            "messages": [
                USER,
                CALLING,
                {**RESULT, "content": [{"type": "image_url", "image_url": {"url": "https://x"}}]},
            ],
        },
        "messages[2].content[0].type",
        "invalid_value",
    ),
    "temperature too high": ({"temperature": 2.1}, "temperature", "decimal_above_max_value"),
    "temperature as text": ({"temperature": "1"}, "temperature", "invalid_type"),
    "n of 0": ({"n": 0}, "n", "integer_below_min_value"),
    "n as a fraction": ({"n": 1.5}, "n", "invalid_type"),
    "five stops": ({"stop": ["a", "b", "c", "d", "e"]}, "stop", "array_above_max_length"),
    "long call id": (
        {"tools": [FUNCTION], "messages": [USER, {**CALLING, "tool_calls": [{**CALL, "id": "c" * 41}]}]},
        "messages[1].tool_calls[0].id",
        "string_above_max_length",
    ),
    "orphan result": ({"messages": [USER, RESULT]}, "messages.[1].role", None),
    "result twice": (
        {"tools": [FUNCTION], "messages": [USER, CALLING, RESULT, RESULT]},
        "messages.[3].role",
        None,
    ),
    "unanswered call": ({"tools": [FUNCTION], "messages": [USER, CALLING, USER]}, "messages.[2].role", None),
    "unanswered call at the end": ({"tools": [FUNCTION], "messages": [USER, CALLING]}, "messages.[2].role", None),
    "tool name": (
        {"tools": [{"type": "function", "function": {"name": "a.b"}}]},
        "tools[0].function.name",
        "invalid_value",
    ),
    "long tool name": (
        {"tools": [{"type": "function", "function": {"name": "a" * 65}}]},
        "tools[0].function.name",
        "string_above_max_length",
    ),
    "no tools": ({"tools": []}, "tools", "empty_array"),
    "flat tool": ({"tools": [{"type": "function", "name": "f"}]}, "tools[0].name", "unknown_parameter"),
    "choice without tools": ({"tool_choice": "auto"}, "tool_choice", None),
    "parallel without tools": ({"parallel_tool_calls": False}, "parallel_tool_calls", None),
    "choice of an unknown tool": (
        {"tools": [FUNCTION], "tool_choice": {"type": "function", "function": {"name": "g"}}},
        "tool_choice",
        None,
    ),
    "stream options without stream": ({"stream_options": {"include_usage": True}}, "stream_options", None),
    "top logprobs alone": ({"top_logprobs": 2}, "top_logprobs", None),
    "both limits": ({"max_tokens": 5, "max_completion_tokens": 5}, "max_tokens", None),
    "max_tokens": ({"model": "gpt-5.4", "max_tokens": 5}, "max_tokens", "unsupported_parameter"),
    "stop on a new model": ({"model": "gpt-5.4", "stop": "x"}, "stop", "unsupported_parameter"),
    "temperature while reasoning": (
        {"model": "gpt-5", "temperature": 0.5},
        "temperature",
        "unsupported_value",
    ),
    "effort on a model without": ({"reasoning_effort": "low"}, "reasoning_effort", "unsupported_parameter"),
    "effort the model lacks": (
        {"model": "gpt-5.4", "reasoning_effort": "minimal"},
        "reasoning_effort",
        "unsupported_value",
    ),
    "effort max": ({"model": "gpt-5.6", "reasoning_effort": "max"}, "reasoning_effort", "unsupported_value"),
    "tools while reasoning, unasked": ({"model": "gpt-5.5", "tools": [FUNCTION]}, "reasoning_effort", None),
    "tools while reasoning, asked": (
        {"model": "gpt-5.4", "tools": [FUNCTION], "reasoning_effort": "low"},
        "reasoning_effort",
        None,
    ),
    "json without the word": ({"response_format": {"type": "json_object"}}, "messages", None),
    "schema that is no object": (strict({"type": "string"}), "response_format", "invalid_json_schema"),
    "schema open to more": (
        strict({"type": "object", "properties": {}}),
        "response_format",
        "invalid_json_schema",
    ),
    "schema with an optional key": (
        strict({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}),
        "response_format",
        "invalid_json_schema",
    ),
    "schema with allOf": (
        strict({"type": "object", "properties": {}, "additionalProperties": False, "allOf": [{}]}),
        "response_format",
        "invalid_json_schema",
    ),
    "strict function": (
        {"tools": [{"type": "function", "function": {**FUNCTION["function"], "strict": True}}]},
        "tools[0].function.parameters",
        "invalid_function_parameters",
    ),
    "metadata of numbers": ({"metadata": {"a": 1}}, "metadata.a", "invalid_type"),
    "much metadata": ({"metadata": {str(n): "" for n in range(17)}}, "metadata", "array_above_max_length"),
    "audio without audio": ({"modalities": ["text", "audio"]}, "audio", None),
}

TAKEN = {
    "tool loop": {"tools": [FUNCTION], "messages": [USER, CALLING, RESULT, USER]},
    "parallel calls in any order": {
        "tools": [FUNCTION],
        "messages": [
            USER,
            {**CALLING, "tool_calls": [CALL, {**CALL, "id": "call_2"}]},
            {**RESULT, "tool_call_id": "call_2"},
            RESULT,
        ],
    },
    "tools when it does not reason": {"model": "gpt-5.4", "tools": [FUNCTION], "temperature": 0.2},
    "tools with reasoning off": {"model": "gpt-5.5", "tools": [FUNCTION], "reasoning_effort": "none"},
    "custom tools while reasoning": {"model": "gpt-6-sol", "tools": [{"type": "custom", "custom": {"name": "c"}}]},
    "json with the word": {
        "response_format": {"type": "json_object"},
        "messages": [{"role": "user", "content": "Say JSON"}],
    },
    "empty user text": {"messages": [{"role": "user", "content": ""}]},
    "nulls": {"temperature": None, "stop": None, "tool_choice": ..., "seed": None, "stream_options": None},
    "strict schema with references": strict(
        {
            "type": "object",
            "properties": {"a": {"anyOf": [{"$ref": "#/$defs/b"}, {"type": "null"}]}},
            "required": ["a"],
            "additionalProperties": False,
            "$defs": {
                "b": {
                    "type": "object",
                    "properties": {"c": {"$ref": "#/$defs/b"}},
                    "required": ["c"],
                    "additionalProperties": False,
                }
            },
        }
    ),
    "fine-tuned old model": {"model": "ft:gpt-4.1-2025-04-14:org::id", "max_tokens": 5},
    "dated new model": {"model": "gpt-5.4-2026-03-05", "max_completion_tokens": 5},
}


def request(change: dict) -> dict:
    body = {"model": "gpt-4.1", "messages": [USER], **change}
    return {key: value for key, value in body.items() if value is not ...}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused(fakes, call, name) -> None:
    change, param, code = REFUSED[name]
    got = call(fakes["openai_chat"])("/v1/chat/completions", request(change))
    assert got.status == 400
    assert set(got.json["error"]) == {"message", "type", "param", "code"}
    assert (got.json["error"]["param"], got.json["error"]["code"]) == (param, code)
    assert got.json["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize("name", TAKEN)
def test_it_is_taken(fakes, call, name) -> None:
    got = call(fakes["openai_chat"])("/v1/chat/completions", request(TAKEN[name]))
    assert got.status == 200, got.body


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"authorization": ""}, None),
        ({"authorization": "Bearer sk-test-wrong"}, "invalid_api_key"),
        ({"authorization": "Basic eA=="}, None),
    ],
)
def test_a_wrong_key_is_refused_and_not_shown(fakes, call, headers, code) -> None:
    got = call(fakes["openai_chat"])("/v1/chat/completions", request({}), headers)
    assert (got.status, got.json["error"]["code"]) == (401, code)
    assert b"sk-test-wrong" not in got.body
    assert got.headers["x-request-id"].startswith("req_")


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff{}", b"[" * 5000])
def test_what_is_no_json_object_is_refused(fakes, call, body) -> None:
    assert call(fakes["openai_chat"])("/v1/chat/completions", body).status == 400


def test_other_paths_and_types_are_refused(fakes, call) -> None:
    ask = call(fakes["openai_chat"])
    assert ask("/v1/messages", {}).status == 404
    assert ask("/chat/completions", request({})).status == 404
    assert ask("/v1/chat/completions", method="GET").status == 404
    assert ask("/v1/chat/completions", request({}), {"content-type": "text/plain"}).status == 415


def test_models_and_limits(call) -> None:
    with FakeProvider(models=("gpt-4.1",), context_window=5, body_limit=400) as fake:
        ask = call(fake)
        missing = ask("/v1/chat/completions", request({"model": "gpt-9"}))
        assert (missing.status, missing.json["error"]["code"]) == (404, "model_not_found")
        assert ask("/v1/models/gpt-9").status == 404
        long = ask("/v1/chat/completions", request({"messages": [{"role": "user", "content": "a b c d e f"}]}))
        assert (long.status, long.json["error"]["code"]) == (400, "context_length_exceeded")
        assert (
            ask("/v1/chat/completions", request({"messages": [{"role": "user", "content": "a" * 500}]})).status == 413
        )
        assert ask("/v1/chat/completions", request({})).status == 200
        assert [model["id"] for model in ask("/v1/models").json["data"]] == ["gpt-4.1"]


def test_a_lenient_fake_takes_what_it_does_not_know_and_shows_its_thoughts(call) -> None:
    with FakeProvider(strict=False, key=None) as fake:
        ask = call(fake)
        change = {"model": "reasoning", "top_k": 5, "messages": [{**USER, "x": None}, RESULT]}
        message = ask("/v1/chat/completions", request(change), {"authorization": ""}).json["choices"][0]["message"]
        assert message["reasoning_content"].startswith("The user")
        assert ask("/v1/chat/completions", request({"messages": []})).status == 400
        assert ask("/v1/chat/completions", request({"temperature": "hot"})).status == 400


def test_openai_counts_thoughts_and_does_not_show_them(fakes, call) -> None:
    answer = call(fakes["openai_chat"])("/v1/chat/completions", request({"model": "gpt-5"})).json
    assert "reasoning_content" not in answer["choices"][0]["message"]
    assert answer["usage"]["completion_tokens_details"]["reasoning_tokens"] > 0
