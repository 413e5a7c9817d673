"""What the strict fake refuses in Responses requests."""

import pytest

USER = {"role": "user", "content": "Hello"}
FUNCTION = {"type": "function", "name": "f", "parameters": {"type": "object", "properties": {}}, "strict": False}
CALL = {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}
RESULT = {"type": "function_call_output", "call_id": "call_1", "output": "7"}
REASONING = {"type": "reasoning", "id": "rs_1", "summary": []}

REFUSED = {
    "unknown field": ({"client_metadata": {}}, "client_metadata", "unknown_parameter"),
    "chat's messages": ({"messages": [USER]}, "messages", "unknown_parameter"),
    "chat's limit": ({"max_tokens": 50}, "max_tokens", "unknown_parameter"),
    "small limit": ({"max_output_tokens": 15}, "max_output_tokens", "integer_below_min_value"),
    "no input": ({"input": ...}, None, "missing_required_parameter"),
    "nested tool": (
        {"tools": [{"type": "function", "function": {"name": "f"}}]},
        "tools[0].function",
        "unknown_parameter",
    ),
    "unknown item": ({"input": [{"type": "nope"}]}, "input[0].type", "invalid_value"),
    "unknown include": ({"include": ["everything"]}, "include[0]", "invalid_value"),
    "output text from the user": (
        {"input": [{"role": "user", "content": [{"type": "output_text", "text": "x"}]}]},
        "input[0].content[0]",
        "invalid_value",
    ),
    "input text from the model": (
        {"input": [{"role": "assistant", "content": [{"type": "input_text", "text": "x"}]}]},
        "input[0].content[0]",
        "invalid_value",
    ),
    "image as an object": (
        {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": {"url": "https://x"}}]}]},
        "input[0].content[0].image_url",
        "invalid_type",
    ),
    "foreign item id": ({"input": [{**CALL, "id": "call_1"}, RESULT]}, "input[0].id", "invalid_value"),
    "unanswered call": ({"input": [USER, CALL]}, "input", None),
    "orphan result": ({"input": [USER, RESULT]}, "input", None),
    "result of another kind": ({"input": [CALL, {**RESULT, "type": "custom_tool_call_output"}]}, "input", None),
    "choice without tools": ({"tool_choice": "required"}, "tool_choice", None),
    "choice of an unknown tool": (
        {"tools": [FUNCTION], "tool_choice": {"type": "function", "name": "g"}},
        "tool_choice",
        None,
    ),
    "strict function": (
        {"tools": [{**FUNCTION, "strict": True}]},
        "tools[0].parameters",
        "invalid_function_parameters",
    ),
    "strict answer": (
        {"text": {"format": {"type": "json_schema", "name": "s", "strict": True, "schema": {"type": "object"}}}},
        "text.format.schema",
        "invalid_json_schema",
    ),
    "json without the word": ({"text": {"format": {"type": "json_object"}}}, "input", None),
    "effort on a model without": (
        {"model": "gpt-4.1", "reasoning": {"effort": "low"}},
        "reasoning.effort",
        "unsupported_parameter",
    ),
    "temperature while reasoning": ({"model": "gpt-5", "temperature": 0.2}, "temperature", "unsupported_parameter"),
    "unknown earlier response": (
        {"previous_response_id": "resp_x"},
        "previous_response_id",
        "previous_response_not_found",
    ),
    "two memories": (
        {"previous_response_id": "resp_x", "conversation": "conv_x"},
        "previous_response_id",
        "mutually_exclusive_parameters",
    ),
    "forged reasoning": (
        {"input": [USER, {**REASONING, "encrypted_content": "Zm9yZ2Vk"}, CALL, RESULT]},
        None,
        "invalid_encrypted_content",
    ),
}


def request(change: dict) -> dict:
    body = {"model": "gpt-5.4", "input": [USER], **change}
    return {key: value for key, value in body.items() if value is not ...}


@pytest.fixture
def ask(fakes, call):
    return lambda change: call(fakes["openai_chat"])("/v1/responses", request(change))


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused(ask, name) -> None:
    change, param, code = REFUSED[name]
    got = ask(change)
    assert got.status == 400
    assert (got.json["error"]["param"], got.json["error"]["code"]) == (param, code)


@pytest.mark.parametrize(
    "change",
    [
        {"input": "Hello"},
        {"input": [USER, CALL, RESULT], "tool_choice": "auto"},
        {"model": "gpt-6-sol", "reasoning": {"effort": "max"}},
        {"tools": [{"type": "namespace", "name": "n", "tools": [FUNCTION]}, {"type": "web_search"}]},
        {"input": [{"type": "additional_tools", "role": "developer", "tools": [FUNCTION]}, USER]},
        {"previous_response_id": None, "reasoning": None, "text": None},
    ],
)
def test_it_is_taken(ask, change) -> None:
    got = ask(change)
    assert got.status == 200, got.body


def test_reasoning_and_what_it_led_to_belong_together(ask) -> None:
    setup = {
        "model": "gpt-5.5",
        "tools": [FUNCTION],
        "store": False,
        "include": ["reasoning.encrypted_content"],
    }
    asking = {"role": "user", "content": "call f {}"}
    reasoning, made = ask({**setup, "input": [asking]}).json["output"]
    result = {**RESULT, "call_id": made["call_id"]}
    assert reasoning["encrypted_content"]

    def follow(*items: dict) -> tuple[int, str]:
        got = ask({**setup, "input": [asking, *items, result]})
        return got.status, "" if got.status == 200 else got.json["error"]["message"]

    assert follow(reasoning, made) == (200, "")
    status, message = follow(made)
    assert (status, "without its required 'reasoning' item" in message) == (400, True)
    # Without its id, the call is nobody's.
    assert follow({key: value for key, value in made.items() if key != "id"}) == (200, "")
    status, message = follow({**reasoning, "encrypted_content": None}, made)
    assert (status, "not persisted" in message) == (404, True)
    changed = reasoning["encrypted_content"][:-4] + "AAAA"
    assert follow({**reasoning, "encrypted_content": changed}, made)[0] == 400
    alone = ask({**setup, "input": [asking, reasoning]})
    assert "required following item" in alone.json["error"]["message"]


def test_stored_items_can_be_referred_to(ask) -> None:
    setup = {"model": "gpt-5.5", "tools": [FUNCTION]}
    asking = {"role": "user", "content": "call f {}"}
    reasoning, made = ask({**setup, "input": [asking]}).json["output"]
    references = [{"type": "item_reference", "id": reasoning["id"]}, {"id": made["id"]}]
    result = {**RESULT, "call_id": made["call_id"]}
    assert ask({**setup, "input": [asking, *references, result]}).status == 200
    assert ask({**setup, "input": [{"type": "item_reference", "id": "rs_unknown"}]}).status == 404


def test_an_earlier_response_answers_for_its_calls(ask) -> None:
    setup = {"model": "gpt-5.5", "tools": [FUNCTION]}
    first = ask({**setup, "input": [{"role": "user", "content": "call f {}"}]}).json
    result = {**RESULT, "call_id": first["output"][1]["call_id"]}
    second = ask({**setup, "previous_response_id": first["id"], "input": [result]})
    assert second.json["output"][-1]["content"][0]["text"] == "7"
    assert ask({**setup, "previous_response_id": first["id"], "input": [USER]}).status == 400


def test_what_is_asked_is_echoed(ask) -> None:
    loose = {key: value for key, value in FUNCTION.items() if key != "strict"}
    asked = {"instructions": "Be brief.", "metadata": {"a": "b"}, "reasoning": {"effort": "low"}, "tools": [loose]}
    body = ask(asked).json
    assert (body["instructions"], body["metadata"]) == ("Be brief.", {"a": "b"})
    assert body["reasoning"]["effort"] == "low"
    assert body["tools"][0]["strict"] is True
    assert body["store"] is True
