"""What the strict fake refuses in generateContent requests, and in which words."""

import pytest

FLASH = "gemini-3.8-flash"
OLD = "gemini-2.5-flash"
USER = {"role": "user", "parts": [{"text": "Hello"}]}
FUNCTION = {"name": "f", "parametersJsonSchema": {"type": "object", "properties": {}}}
TOOLS = [{"functionDeclarations": [FUNCTION]}]
SKIP = "skip_thought_signature_validator"
CALL = {"functionCall": {"name": "f", "args": {}}, "thoughtSignature": SKIP}
CALLING = {"role": "model", "parts": [CALL]}
DONE = {"functionResponse": {"name": "f", "response": {"output": "7"}}}
RESULT = {"role": "user", "parts": [DONE]}
MODEL = {"role": "model", "parts": [{"text": "7"}]}


def config(**members: object) -> dict:
    return {"generationConfig": members}


def declared(**members: object) -> dict:
    return {"tools": [{"functionDeclarations": [{"name": "f", **members}]}]}


REFUSED = {
    "unknown field": ({"foo": 1}, 'Unknown name "foo": Cannot find field'),
    "openai's messages": ({"messages": []}, 'Unknown name "messages"'),
    "unknown field inside": (config(maxTokens=5), "Unknown name \"maxTokens\" at 'generationConfig'"),
    "wrong type": (config(temperature="hot"), "Invalid value at 'generationConfig.temperature' (TYPE_DOUBLE)"),
    "no contents": ({"contents": []}, "contents is not specified"),
    "wrong role": ({"contents": [{"role": "assistant", "parts": [{"text": "x"}]}]}, "Please use a valid role"),
    "no parts": ({"contents": [{"role": "user", "parts": []}]}, "parts must not be empty"),
    "part of nothing": ({"contents": [{"role": "user", "parts": [{"thought": True}]}]}, "required oneof field 'data'"),
    "bytes that are none": (
        {"contents": [{"role": "user", "parts": [{"inlineData": {"mimeType": "image/png", "data": "?"}}]}]},
        "Base64 decoding failed",
    ),
    "unanswered call": ({"contents": [USER, CALLING, USER]}, "number of function response parts"),
    "unanswered call at the end": ({"contents": [USER, CALLING]}, "number of function response parts"),
    "orphan result": ({"contents": [USER, MODEL, RESULT]}, "function response turn comes immediately after"),
    "one result for two calls": (
        {"contents": [USER, {"role": "model", "parts": [CALL, {"functionCall": {"name": "f"}}]}, RESULT]},
        "number of function response parts",
    ),
    "result of another name": (
        {"contents": [USER, CALLING, {"role": "user", "parts": [{"functionResponse": {"name": "g"}}]}]},
        "names of the functions",
    ),
    "result of another id": (
        {
            "contents": [
                USER,
                CALLING,
                {"role": "user", "parts": [{"functionResponse": {"name": "f", "id": "x", "response": {}}}]},
            ]
        },
        "ids of the function calls",
    ),
    "call first": ({"contents": [CALLING, RESULT]}, "function call turn comes immediately after a user turn"),
    "unsigned call": (
        {"contents": [USER, {"role": "model", "parts": [{"functionCall": {"name": "f"}}]}, RESULT]},
        "function call `f` in the 2. content block is missing a `thought_signature`",
    ),
    "forged signature": (
        {"contents": [USER, {"role": "model", "parts": [{**CALL, "thoughtSignature": "Zm9v"}]}, RESULT]},
        "Thought signature is not valid",
    ),
    "function name": ({"tools": [{"functionDeclarations": [{"name": "1f"}]}]}, "Invalid function name"),
    "declared twice": ({"tools": [{"functionDeclarations": [FUNCTION, FUNCTION]}]}, "Duplicate function declaration"),
    "two schemas": (declared(parameters={"type": "OBJECT"}, parametersJsonSchema={}), "mutually exclusive"),
    "JSON Schema in parameters": (
        declared(parameters={"type": "OBJECT", "additionalProperties": False}),
        'Unknown name "additionalProperties"',
    ),
    "numbers in an enum": (
        declared(parameters={"type": "OBJECT", "properties": {"a": {"type": "INTEGER", "enum": ["1"]}}}),
        "only allowed for STRING type",
    ),
    "array of nothing": (
        declared(parameters={"type": "OBJECT", "properties": {"a": {"type": "ARRAY"}}}),
        "items: missing field",
    ),
    "any_of with company": (
        declared(parameters={"type": "OBJECT", "properties": {"a": {"type": "STRING", "anyOf": [{"type": "STRING"}]}}}),
        "must be the only field",
    ),
    "allowed names without ANY": (
        {"tools": TOOLS, "toolConfig": {"functionCallingConfig": {"mode": "AUTO", "allowedFunctionNames": ["f"]}}},
        "only when function calling mode is ANY",
    ),
    "allowed name unknown": (
        {"tools": TOOLS, "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["g"]}}},
        "is not declared",
    ),
    "level and budget": (config(thinkingConfig={"thinkingLevel": "LOW", "thinkingBudget": 5}), "only one of thinking"),
    "level the model lacks": (config(thinkingConfig={"thinkingLevel": "MINIMAL"}), "MINIMAL is not supported"),
    "schema without type": (config(responseJsonSchema={}), "needs response_mime_type"),
    "two answer schemas": (
        config(responseMimeType="application/json", responseSchema={"type": "OBJECT"}, responseJsonSchema={}),
        "mutually exclusive",
    ),
    "penalty": (config(presencePenalty=1), "Penalty is not enabled"),
    "logprobs alone": (config(logprobs=2), "response_logprobs is not"),
    "six stops": (config(stopSequences=list("abcdef")), "at most 5"),
}
REFUSED_BY_OLD = {
    "json and functions": ({**config(responseMimeType="application/json"), "tools": TOOLS}, "response mime type"),
    "search and functions": ({"tools": [*TOOLS, {"googleSearch": {}}]}, "all search tools"),
    "level": (config(thinkingConfig={"thinkingLevel": "LOW"}), "LOW is not supported"),
}

TAKEN = {
    "snake case": {
        "system_instruction": {"parts": [{"text": "x"}]},
        "generation_config": {"max_output_tokens": 50, "top_k": 3},
    },
    "nulls": {"safetySettings": None, "generationConfig": None},
    "tool loop": {"tools": TOOLS, "contents": [USER, CALLING, RESULT]},
    "a turn that is over": {
        "contents": [USER, {"role": "model", "parts": [{"functionCall": {"name": "f"}}]}, RESULT, MODEL, USER]
    },
    "no role": {"contents": [{"parts": [{"text": "x"}]}]},
    "search and functions": {"tools": [*TOOLS, {"googleSearch": {}}]},
    "openapi schema": declared(
        parameters={
            "type": "object",
            "properties": {
                "a": {"anyOf": [{"type": "STRING"}, {"type": "INTEGER"}]},
                "b": {"type": "ARRAY", "items": {"type": "STRING", "enum": ["x"]}},
            },
            "required": ["a"],
            "propertyOrdering": ["a", "b"],
        }
    ),
}


def request(change: dict) -> dict:
    return {"contents": [USER], **change}


@pytest.fixture
def ask(fakes, call):
    caller = call(fakes["gemini"], "gemini")
    return lambda change, model=FLASH, verb="generateContent": caller(f"/v1beta/models/{model}:{verb}", request(change))


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused(ask, name) -> None:
    change, words = REFUSED[name]
    got = ask(change)
    assert got.status == 400, got.body
    error = got.json["error"]
    assert (error["code"], error["status"]) == (400, "INVALID_ARGUMENT")
    assert words in error["message"]


@pytest.mark.parametrize("name", REFUSED_BY_OLD)
def test_older_models_refuse_more(ask, name) -> None:
    change, words = REFUSED_BY_OLD[name]
    got = ask(change, OLD)
    assert got.status == 400
    assert words in got.json["error"]["message"]


@pytest.mark.parametrize("name", TAKEN)
def test_it_is_taken(ask, name) -> None:
    got = ask(TAKEN[name])
    assert got.status == 200, got.body


def test_the_door(fakes, call) -> None:
    fake = fakes["gemini"]
    caller = call(fake, "gemini")
    path = f"/v1beta/models/{FLASH}:generateContent"
    none = caller(path, request({}), {"x-goog-api-key": ""})
    assert (none.status, none.json["error"]["status"]) == (403, "PERMISSION_DENIED")
    wrong = caller(path, request({}), {"x-goog-api-key": "sk-test-wrong"})
    assert (wrong.status, wrong.json["error"]["details"][0]["reason"]) == (400, "API_KEY_INVALID")
    assert caller(f"{path}?key={fake.key}", request({}), {"x-goog-api-key": ""}).status == 200


def test_a_stream_is_events_or_one_array(ask) -> None:
    events = ask({}, verb="streamGenerateContent?alt=sse")
    assert events.headers["content-type"].startswith("text/event-stream")
    array = ask({}, verb="streamGenerateContent")
    assert array.headers["content-type"].startswith("application/json")
    assert len(array.json) == len(events.events) > 1
    assert [part["candidates"][0]["content"] for part in array.json[:-1]] == [
        part["candidates"][0]["content"] for part in events.events[:-1]
    ]


def test_errors_of_a_stream_are_in_an_array_too(ask) -> None:
    assert ask({"foo": 1}, verb="streamGenerateContent").json[0]["error"]["code"] == 400
    assert ask({"foo": 1}, verb="streamGenerateContent?alt=sse").json["error"]["code"] == 400


def test_a_cached_content_nobody_made(ask) -> None:
    assert ask({"cachedContent": "cachedContents/x"}).status == 403


def test_counting_and_embedding(fakes, call) -> None:
    caller = call(fakes["gemini"], "gemini")
    counted = caller(f"/v1beta/models/{FLASH}:countTokens", {"generateContentRequest": {"contents": [USER]}})
    assert counted.json["totalTokens"] > 0
    content = {"parts": [{"text": "x"}]}
    one = caller("/v1beta/models/e:embedContent", {"content": content, "outputDimensionality": 4})
    assert len(one.json["embedding"]["values"]) == 4
    wrong = caller("/v1beta/models/e:batchEmbedContents", {"requests": [{"model": "models/other", "content": content}]})
    assert wrong.status == 400
