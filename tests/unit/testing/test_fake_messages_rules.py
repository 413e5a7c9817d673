"""What the strict fake refuses in Messages requests, and in which words."""

import pytest

USER = {"role": "user", "content": "Hello"}
TOOL = {"name": "f", "input_schema": {"type": "object", "properties": {}}}
USE = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}
USING = {"role": "assistant", "content": [USE]}
DONE = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "7"}
RESULT = {"role": "user", "content": [DONE]}
TEXT = {"type": "text", "text": "x"}
MARKED = {**TEXT, "cache_control": {"type": "ephemeral"}}
OLD, NEW = "claude-sonnet-4-5", "claude-opus-5-5"


def user(*blocks: dict) -> dict:
    return {"messages": [{"role": "user", "content": list(blocks)}]}


def answer(schema: dict) -> dict:
    return {"output_config": {"format": {"type": "json_schema", "schema": schema}}}


REFUSED = {
    "unknown field": ({"foo": 1}, "foo: Extra inputs are not permitted"),
    "openai's limit": ({"max_completion_tokens": 1}, "max_completion_tokens: Extra inputs are not permitted"),
    "unknown field inside": (user({**TEXT, "x": 1}), "messages.0.content.0.text.x: Extra inputs are not permitted"),
    "no max_tokens": ({"max_tokens": ...}, "max_tokens: Field required"),
    "too many tokens": ({"model": OLD, "max_tokens": 64_001}, "max_tokens: 64001 > 64000"),
    "no messages": ({"messages": []}, "messages: at least one message is required"),
    "empty message": ({"messages": [{"role": "user", "content": ""}]}, "messages.0: all messages must have non-empty"),
    "empty text": (user({"type": "text", "text": ""}), "text content blocks must be non-empty"),
    "blank text": (user({"type": "text", "text": " \n"}), "must contain non-whitespace text"),
    "empty system": ({"system": [{"type": "text", "text": ""}]}, "text content blocks must be non-empty"),
    "unknown block": (user({"type": "image_url"}), "messages.0.content.0: Input tag 'image_url' found using 'type'"),
    "unknown role": ({"messages": [{"role": "tool", "content": "x"}]}, "messages.0.role: Input should be"),
    "picture of another kind": (
        user({"type": "image", "source": {"type": "base64", "media_type": "image/bmp", "data": "eA=="}}),
        "messages.0.content.0.image.source.base64.media_type",
    ),
    "picture over plain http": (
        user({"type": "image", "source": {"type": "url", "url": "http://example.com/a.png"}}),
        "messages.0.content.0.image.source.url.url",
    ),
    "temperature too high": (
        {"model": OLD, "temperature": 1.5},
        "temperature: Input should be less than or equal to 1",
    ),
    "temperature on a new model": ({"temperature": 0.5}, "`temperature` is deprecated for this model"),
    "top_k on a new model": ({"top_k": 5}, "`top_k` is deprecated for this model"),
    "blank stop": ({"stop_sequences": ["\n"]}, "each stop sequence must contain non-whitespace"),
    "more metadata": ({"metadata": {"user_id": "u", "x": "y"}}, "metadata.x: Extra inputs are not permitted"),
    "beta field without beta": (
        {"context_management": {"edits": []}},
        "context_management: Extra inputs are not permitted",
    ),
    "tool id": (
        {"tools": [TOOL], "messages": [USER, {"role": "assistant", "content": [{**USE, "id": "functions.f:0"}]}]},
        "messages.1.content.0.tool_use.id: String should match pattern",
    ),
    "tool name": ({"tools": [{**TOOL, "name": "a.b"}]}, "tools.0.custom.name: String should match pattern"),
    "same name twice": ({"tools": [TOOL, TOOL]}, "Tool names must be unique"),
    "schema without type": (
        {"tools": [{**TOOL, "input_schema": {}}]},
        "tools.0.custom.input_schema.type: Field required",
    ),
    "schema of another type": (
        {"tools": [{**TOOL, "input_schema": {"type": "string"}}]},
        "tools.0.custom.input_schema.type: Input should be 'object'",
    ),
    "schema with a union on top": (
        {"tools": [{**TOOL, "input_schema": {"type": "object", "anyOf": []}}]},
        "does not support oneOf, allOf, or anyOf at the top level",
    ),
    "unanswered use": (
        {"tools": [TOOL], "messages": [USER, USING, USER]},
        "without `tool_result` blocks immediately after",
    ),
    "unanswered use at the end": ({"tools": [TOOL], "messages": [USER, USING]}, "without `tool_result` blocks"),
    "text before the result": (
        {"tools": [TOOL], "messages": [USER, USING, {"role": "user", "content": [TEXT, DONE]}]},
        "without `tool_result` blocks immediately after",
    ),
    "orphan result": ({"tools": [TOOL], "messages": [RESULT]}, "unexpected `tool_use_id` found"),
    "result twice": (
        {"tools": [TOOL], "messages": [USER, USING, {"role": "user", "content": [DONE, DONE]}]},
        "each tool_use must have a single result",
    ),
    "id used twice": (
        {"tools": [TOOL], "messages": [USER, USING, RESULT, USING, RESULT]},
        "ids must be unique",
    ),
    "results without tools": ({"messages": [USER, USING, RESULT]}, "must define tools"),
    "choice without tools": ({"tool_choice": {"type": "auto"}}, "only be specified while providing tools"),
    "choice of an unknown tool": (
        {"model": OLD, "tools": [TOOL], "tool_choice": {"type": "tool", "name": "g"}},
        "Tool 'g' not found",
    ),
    "forced tool": ({"tools": [TOOL], "tool_choice": {"type": "any"}}, "is not supported on this model"),
    "forced tool while thinking": (
        {
            "model": OLD,
            "max_tokens": 2000,
            "tools": [TOOL],
            "tool_choice": {"type": "any"},
            "thinking": {"type": "enabled", "budget_tokens": 1024},
        },
        "Thinking may not be enabled",
    ),
    "budget on a new model": ({"thinking": {"type": "enabled", "budget_tokens": 1024}}, "thinking.type.enabled"),
    "adaptive on an old model": ({"model": OLD, "thinking": {"type": "adaptive"}}, "thinking.type.adaptive"),
    "thinking off where it is always on": ({"thinking": {"type": "disabled"}}, "thinking.type.disabled"),
    "small budget": (
        {"model": OLD, "thinking": {"type": "enabled", "budget_tokens": 1000}},
        "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024",
    ),
    "budget over the limit": (
        {"model": OLD, "max_tokens": 1024, "thinking": {"type": "enabled", "budget_tokens": 1024}},
        "must be greater than `thinking.budget_tokens`",
    ),
    "use without its thinking": (
        {
            "model": OLD,
            "max_tokens": 2000,
            "tools": [TOOL],
            "thinking": {"type": "enabled", "budget_tokens": 1024},
            "messages": [USER, USING, RESULT],
        },
        "Expected `thinking` or `redacted_thinking`, but found `tool_use`",
    ),
    "effort the model lacks": (
        {"model": "claude-opus-4-6", "output_config": {"effort": "xhigh"}},
        "does not support effort level 'xhigh'",
    ),
    "prefill": (
        {"messages": [USER, {"role": "assistant", "content": "I"}]},
        "does not support assistant message prefill",
    ),
    "prefill with a blank at the end": (
        {"model": OLD, "messages": [USER, {"role": "assistant", "content": "I "}]},
        "cannot end with trailing whitespace",
    ),
    "system in the middle of an old model": (
        {"model": OLD, "messages": [USER, {"role": "system", "content": "x"}]},
        "role 'system' is not supported",
    ),
    "system first": ({"messages": [{"role": "system", "content": "x"}, USER]}, "must follow a user message"),
    "five cache marks": ({**user(*[MARKED] * 4), "system": [MARKED]}, "Found 5"),
    "answer open to more": (answer({"type": "object", "properties": {}}), "'additionalProperties' must be explicitly"),
    "answer with bounds": (
        answer(
            {"type": "object", "properties": {"n": {"type": "integer", "minimum": 0}}, "additionalProperties": False}
        ),
        "property 'minimum' is not supported",
    ),
    "thinking of unknown origin": (
        {
            "messages": [
                USER,
                {"role": "assistant", "content": [{"type": "thinking", "thinking": "Hm.", "signature": "Zm9v"}, TEXT]},
                USER,
            ]
        },
        "messages.1.content.0: Invalid `signature` in `thinking` block",
    ),
    "redacted thinking of unknown origin": (
        {"messages": [USER, {"role": "assistant", "content": [{"type": "redacted_thinking", "data": "Zm9v"}]}, USER]},
        "Invalid `data`",
    ),
}

TAKEN = {
    "neighbours of one role": {"messages": [USER, USER, {"role": "assistant", "content": "x"}, USER]},
    "result, then text": {"tools": [TOOL], "messages": [USER, USING, {"role": "user", "content": [DONE, TEXT]}]},
    "results in two messages": {
        "tools": [TOOL],
        "messages": [
            USER,
            {"role": "assistant", "content": [USE, {**USE, "id": "toolu_2"}]},
            RESULT,
            {"role": "user", "content": [{**DONE, "tool_use_id": "toolu_2"}]},
        ],
    },
    "temperature 1 on a new model": {"temperature": 1},
    "system in the middle": {"messages": [USER, {"role": "system", "content": "Be brief."}]},
    "hosted tools": {"tools": [{"type": "web_search_20260318", "name": "web_search"}, TOOL]},
    "prefill on an old model": {"model": OLD, "messages": [USER, {"role": "assistant", "content": "I"}]},
    "budget": {"model": OLD, "max_tokens": 2000, "thinking": {"type": "enabled", "budget_tokens": 1024}},
    "a model nobody knows": {"model": "echo", "temperature": 0.3, "thinking": {"type": "disabled"}},
    "four cache marks": user(*[MARKED] * 4),
}


def request(change: dict) -> dict:
    body = {"model": NEW, "max_tokens": 100, "messages": [USER], **change}
    return {key: value for key, value in body.items() if value is not ...}


@pytest.fixture
def ask(fakes, call):
    caller = call(fakes["anthropic_messages"], "anthropic_messages")
    return lambda change, **headers: caller("/v1/messages", request(change), headers)


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused(ask, name) -> None:
    change, words = REFUSED[name]
    got = ask(change)
    assert got.status == 400, got.body
    body = got.json
    assert (body["type"], body["error"]["type"]) == ("error", "invalid_request_error")
    assert body["request_id"] == got.headers["request-id"]
    assert words in body["error"]["message"]


@pytest.mark.parametrize("name", TAKEN)
def test_it_is_taken(ask, name) -> None:
    got = ask(TAKEN[name])
    assert got.status == 200, got.body


def test_a_beta_field_is_taken_with_its_beta(fakes, call) -> None:
    caller = call(fakes["anthropic_messages"], "anthropic_messages")
    headers = {"anthropic-beta": "context-management-2025-06-27"}
    assert caller("/v1/messages?beta=true", request({"context_management": {"edits": []}}), headers).status == 200


@pytest.mark.parametrize(
    ("headers", "status", "kind"),
    [
        ({"x-api-key": ""}, 401, "authentication_error"),
        ({"x-api-key": "sk-test-wrong"}, 401, "authentication_error"),
        ({"anthropic-version": ""}, 400, "invalid_request_error"),
    ],
)
def test_the_door(fakes, call, headers, status, kind) -> None:
    got = call(fakes["anthropic_messages"], "anthropic_messages")("/v1/messages", request({}), headers)
    assert (got.status, got.json["error"]["type"]) == (status, kind)


def test_a_bearer_token_is_let_in(fakes, call) -> None:
    fake = fakes["anthropic_messages"]
    headers = {"x-api-key": "", "authorization": f"Bearer {fake.key}"}
    assert call(fake, "anthropic_messages")("/v1/messages", request({}), headers).status == 200


def test_counting_holds_to_the_same_rules(fakes, call) -> None:
    caller = call(fakes["anthropic_messages"], "anthropic_messages")
    body = {"model": NEW, "messages": [USER]}
    assert caller("/v1/messages/count_tokens", body).json == {"input_tokens": 2}
    assert caller("/v1/messages/count_tokens", {**body, "max_tokens": 5}).status == 400
    assert caller("/v1/messages/count_tokens", {**body, "messages": [USER, USING]}).status == 400


def test_paths_of_others_are_not_served(fakes, call) -> None:
    got = call(fakes["anthropic_messages"], "anthropic_messages")("/v1/chat/completions", {})
    assert (got.status, got.json["error"]["type"]) == (404, "not_found_error")
