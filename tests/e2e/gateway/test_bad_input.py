"""Bad input on a real socket: every endpoint refuses it in its own API's shape, with the path of the field at fault.

Each endpoint has a request with everything in it. One place after another gets a value of the wrong type, each required
field goes missing, and bodies come that are no JSON, or are JSON that two readers would read differently.
"""

import http.client
import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest

KEY = "sk-test-gateway"
JSON = "application/json"
Place = tuple[str | int, ...]
Refusal = Callable[[dict[str, Any]], str]
"""Checks that an error has the API's own shape, and gives where it says the fault is."""


def openai(body: dict[str, Any]) -> str:
    error = body["error"]
    assert set(body) == {"error"}
    assert set(error) == {"message", "type", "param", "code"}
    assert error["type"] == "invalid_request_error"
    return error["param"] or ""


def anthropic(body: dict[str, Any]) -> str:
    assert (body["type"], body["error"]["type"]) == ("error", "invalid_request_error")
    assert set(body["error"]) == {"type", "message"}
    place, colon, _ = str(body["error"]["message"]).partition(": ")
    # Its own service names the kind of tool, too.
    return re.sub(r"^(tools\.\d+)\.custom", r"\1", place) if colon else ""


def google(body: dict[str, Any]) -> str:
    error = body["error"]
    assert (error["code"], error["status"]) == (400, "INVALID_ARGUMENT")
    found = re.search(r"\(at ([^)]*)\)", error["message"]) or re.search(
        r"`([^`]*)` must not be empty", error["message"]
    )
    return found[1] if found else ""


HELLO = [{"role": "user", "content": "Hello"}]
SCHEMA = {"type": "object"}
IN_PATH = "/v1beta/models/lab/echo"
TOOL = {"type": "function", "function": {"name": "f", "description": "d", "parameters": SCHEMA}}
REQUESTS: dict[str, tuple[Refusal, dict[str, Any]]] = {
    "/v1/chat/completions": (
        openai,
        {
            "model": "lab/echo",
            "messages": HELLO,
            "tools": [TOOL],
            "tool_choice": {"type": "function", "function": {"name": "f"}},
            "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA}},
            "temperature": 1,
            "top_p": 1,
            "n": 1,
            "stop": ["a"],
            "seed": 1,
            "logprobs": True,
            "top_logprobs": 1,
            "logit_bias": {"5": 1},
            "stream": False,
            "stream_options": {"include_usage": True},
            "user": "u",
            "max_completion_tokens": 5,
            "presence_penalty": 0,
            "frequency_penalty": 0,
            "parallel_tool_calls": True,
            "reasoning_effort": "low",
            "modalities": ["text"],
            "store": False,
            "service_tier": "auto",
            "prediction": {"type": "content", "content": "x"},
            "verbosity": "low",
        },
    ),
    "/v1/responses": (
        openai,
        {
            "model": "lab/echo",
            "input": [{"type": "message", "role": "user", "content": "Hello"}],
            "instructions": "x",
            "tools": [{"type": "function", "name": "f", "parameters": SCHEMA, "strict": False}],
            "tool_choice": {"type": "function", "name": "f"},
            "temperature": 1,
            "top_p": 1,
            "max_output_tokens": 5,
            "text": {"format": {"type": "json_schema", "name": "n", "schema": SCHEMA}, "verbosity": "low"},
            "reasoning": {"effort": "low", "summary": "auto"},
            "include": ["x"],
            "stream": False,
            "store": False,
            "parallel_tool_calls": True,
            "top_logprobs": 1,
            "user": "u",
            "service_tier": "auto",
            "prompt_cache_key": "k",
            "safety_identifier": "s",
        },
    ),
    "/v1/messages": (
        anthropic,
        {
            "model": "lab/echo",
            "max_tokens": 5,
            "messages": HELLO,
            "system": [{"type": "text", "text": "s"}],
            "tools": [{"name": "f", "description": "d", "input_schema": SCHEMA}],
            "tool_choice": {"type": "tool", "name": "f"},
            "temperature": 1,
            "top_p": 1,
            "top_k": 1,
            "stop_sequences": ["a"],
            "stream": False,
            "metadata": {"user_id": "u"},
            "thinking": {"type": "enabled", "budget_tokens": 1024},
            "service_tier": "auto",
        },
    ),
    f"{IN_PATH}:generateContent": (
        google,
        {
            "contents": [{"role": "user", "parts": [{"text": "Hello"}]}],
            "systemInstruction": {"parts": [{"text": "s"}]},
            "tools": [{"functionDeclarations": [{"name": "f", "description": "d", "parameters": SCHEMA}]}],
            "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f"]}},
            "generationConfig": {
                "temperature": 1,
                "topP": 1,
                "topK": 1,
                "maxOutputTokens": 5,
                "stopSequences": ["a"],
                "candidateCount": 1,
                "seed": 1,
                "responseMimeType": "application/json",
                "responseSchema": SCHEMA,
                "thinkingConfig": {"thinkingBudget": 5, "includeThoughts": True},
            },
        },
    ),
    "/v1/messages/count_tokens": (anthropic, {"model": "lab/echo", "messages": HELLO}),
    f"{IN_PATH}:countTokens": (google, {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]}),
    "/v1/responses/input_tokens": (openai, {"model": "lab/echo", "input": [{"role": "user", "content": "Hello"}]}),
    "/v1/completions": (
        openai,
        {
            "model": "lab/echo",
            "prompt": ["a"],
            "suffix": "s",
            "max_tokens": 5,
            "temperature": 1,
            "top_p": 1,
            "n": 1,
            "best_of": 1,
            "stop": ["a"],
            "echo": False,
            "logprobs": 1,
            "seed": 1,
            "presence_penalty": 0,
            "frequency_penalty": 0,
            "user": "u",
            "stream": False,
            "stream_options": {},
        },
    ),
    "/v1/embeddings": (
        openai,
        {"model": "openai/e", "input": "a", "dimensions": 5, "encoding_format": "float", "user": "u"},
    ),
    "/v1/images/generations": (
        openai,
        {
            "model": "openai/gpt-image-2",
            "prompt": "p",
            "n": 1,
            "size": "auto",
            "quality": "low",
            "background": "auto",
            "output_format": "png",
            "output_compression": 5,
            "moderation": "low",
            "user": "u",
        },
    ),
    "/v1/moderations": (
        openai,
        {
            "model": "openai/m",
            "input": [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {"url": "h"}}],
        },
    ),
    "/v1/audio/speech": (
        openai,
        {
            "model": "openai/t",
            "input": "a",
            "voice": {"id": "x"},
            "instructions": "i",
            "response_format": "mp3",
            "speed": 1,
        },
    ),
}
REQUIRED = {
    "/v1/chat/completions": ("model", "messages"),
    "/v1/responses": ("model", "input"),
    "/v1/messages": ("model", "max_tokens", "messages"),
    f"{IN_PATH}:generateContent": ("contents",),
    "/v1/messages/count_tokens": ("model", "messages"),
    f"{IN_PATH}:countTokens": ("contents",),
    "/v1/responses/input_tokens": ("model", "input"),
    "/v1/completions": ("model",),
    "/v1/embeddings": ("model", "input"),
    "/v1/images/generations": ("model", "prompt"),
    "/v1/moderations": ("input",),
    "/v1/audio/speech": ("model", "input", "voice"),
}
FREE = {"parameters", "schema", "input_schema", "responseSchema"}
"""What stands in them is the caller's own."""
WHOLE = {("/v1/responses", "tool_choice.type"): "tool_choice"}
"""Places whose fault is told one level above."""


@pytest.fixture(scope="module")
def ask(served: Any) -> Iterator[Callable[[str, bytes], tuple[int, bytes]]]:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)

    def ask(path: str, body: bytes) -> tuple[int, bytes]:
        connection.request("POST", path, body, {"authorization": f"Bearer {KEY}", "content-type": JSON})
        answer = connection.getresponse()
        return answer.status, answer.read()

    yield ask
    connection.close()


def places(value: object, path: Place = ()) -> Iterator[tuple[Place, object]]:
    """Every place in a value, with what stands there."""
    if path:
        yield path, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        if not path or path[-1] not in FREE:
            yield from places(one, (*path, key))


def replaced(value: dict[str, Any], path: Place, new: object) -> bytes:
    whole: Any = deepcopy(value)
    inner = whole
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = new
    return json.dumps(whole).encode()


def written(path: Place, refusal: Refusal) -> str:
    """The path as the API writes it."""
    if refusal is anthropic:
        return ".".join([str(key) for key in path])
    return "".join([f"[{key}]" if isinstance(key, int) else f".{key}" for key in path]).lstrip(".")


def fault(ask: Callable[[str, bytes], tuple[int, bytes]], path: str, body: bytes) -> str:
    status, answer = ask(path, body)
    assert status == 400, (status, answer[:300])
    assert b"Traceback" not in answer
    assert b"its log has the details" not in answer
    return REQUESTS[path][0](json.loads(answer))


@pytest.mark.parametrize("path", REQUESTS)
def test_a_value_of_the_wrong_type_is_named(ask: Any, path: str) -> None:
    refusal, request = REQUESTS[path]
    found: dict[str, str] = {}
    for place, value in places(request):
        wrong = "x" if isinstance(value, bool | int) else 5
        named = written(place, refusal)
        told = fault(ask, path, replaced(request, place, wrong))
        # Google takes one thing where a list is wanted, and looks into it.
        if told not in (WHOLE.get((path, named), named), f"{named}[0]" if refusal is google else named):
            found[named] = told
    assert found == {}


@pytest.mark.parametrize(("path", "field"), [(path, field) for path, fields in REQUIRED.items() for field in fields])
def test_a_missing_field_is_named(ask: Any, path: str, field: str) -> None:
    body = {key: value for key, value in REQUESTS[path][1].items() if key != field}
    assert fault(ask, path, json.dumps(body).encode()) == field


EMPTY = {
    "/v1/chat/completions": "messages",
    "/v1/responses": "input",
    "/v1/messages": "messages",
    f"{IN_PATH}:generateContent": "contents",
    "/v1/messages/count_tokens": "messages",
    f"{IN_PATH}:countTokens": "contents",
    "/v1/responses/input_tokens": "input",
    "/v1/completions": "prompt",
    "/v1/embeddings": "input",
}
"""The list that must hold something, by endpoint."""


@pytest.mark.parametrize("path", EMPTY)
def test_an_empty_list_of_what_is_asked_is_named(ask: Any, path: str) -> None:
    assert fault(ask, path, replaced(REQUESTS[path][1], (EMPTY[path],), [])) == EMPTY[path]


ODD: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda body: b"",
    "no object": lambda body: b"[]",
    "null": lambda body: b"null",
    "a page": lambda body: b"<html>",
    "cut": lambda body: body[:-3],
    "more after it": lambda body: body + b"x",
    "a key twice": lambda body: body[:-1] + b"," + body[1:],
    "no UTF-8": lambda body: body[:-1] + b',"zz":"\xff\xfe"}',
    "half a character": lambda body: body[:-1] + b',"zz":"\\ud800"}',
    "deep": lambda body: body[:-1] + b',"zz":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "NaN": lambda body: body[:-1] + b',"zz":NaN}',
    "a number beyond all": lambda body: body[:-1] + b',"zz":1e999}',
    "a number without end": lambda body: body[:-1] + b',"zz":' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("odd", ODD)
def test_bodies_that_are_no_request(ask: Any, odd: str) -> None:
    for path, (_, request) in REQUESTS.items():
        fault(ask, path, ODD[odd](json.dumps(request, separators=(",", ":")).encode()))


def test_a_key_twice_is_named(ask: Any) -> None:
    for path, (_, request) in REQUESTS.items():
        _, answer = ask(path, ODD["a key twice"](json.dumps(request).encode()))
        assert f"'{next(iter(request))}'" in json.loads(answer)["error"]["message"], path
