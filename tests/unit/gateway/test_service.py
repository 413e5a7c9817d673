"""What callers get: answers with the gateway's headers, and for every mistake an error in their own wire."""

import asyncio
import json
from typing import Any

import msgspec
import pytest

ASKED = {"model": "fast", "messages": [{"role": "user", "content": "Hello"}]}
MESSAGES = {"model": "claude/claude-sonnet-5", "max_tokens": 9, "messages": [{"role": "user", "content": "Hello"}]}


async def test_an_answer(gateway: Any) -> None:
    got = await gateway.answering().call(body=ASKED, x_request_id="mine-1")
    assert got.status == 200
    assert got.json["choices"][0]["message"]["content"] == "Hi"
    assert got.json["model"] == "fast"
    assert "accord" not in got.json
    expected = {
        "content-type": "application/json",
        "x-request-id": "mine-1",
        "request-id": "mine-1",
        "x-accord-provider": "openai",
        "x-accord-model": "gpt-5.4-mini",
    }
    assert expected.items() <= got.headers.items()
    assert float(got.headers["x-accord-cost"]) > 0


async def test_without_the_version_in_the_path(gateway: Any) -> None:
    assert (await gateway.answering().call("/chat/completions", ASKED)).status == 200


async def test_the_upstream_gets_its_own_key_and_none_of_the_callers_headers(gateway: Any) -> None:
    caller = gateway.answering()
    await caller.call(
        body=ASKED,
        cookie="a=b",
        x_stainless_lang="python",
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )
    (call,) = caller.transport.calls
    sent = dict(call.headers)
    assert sent["authorization"] == "Bearer sk-test-upstream"
    assert sent["traceparent"] == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    assert not {"cookie", "x-stainless-lang", "host"} & set(sent)
    assert json.loads(call.body)["model"] == "gpt-5.4-mini"
    assert call.url == "http://upstream.test/v1/chat/completions"


async def test_facts_of_the_call_beside_the_answer_where_asked_for(gateway: Any) -> None:
    got = await gateway.answering().call(body=ASKED, x_accord_usage="true")
    member = got.json["accord"]
    assert (member["provider"], member["model"]) == ("openai", "gpt-5.4-mini")
    assert member["cost"] == got.headers["x-accord-cost"]
    assert member["attempts"][0]["status"] == 200


async def test_a_stream(gateway: Any) -> None:
    got = await gateway.streaming(piece=7).call(body={**ASKED, "stream": True})
    assert (got.status, got.complete) == (200, True)
    assert got.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert got.headers["x-accel-buffering"] == "no"
    events = [line[6:] for line in got.body.decode().split("\n\n") if line.startswith("data: ")]
    assert events[-1] == "[DONE]"
    chunks = [json.loads(event) for event in events[:-1]]
    assert "".join([c["choices"][0]["delta"].get("content") or "" for c in chunks]) == "Hi"
    assert {c["model"] for c in chunks} == {"fast"}
    assert all(c["choices"] for c in chunks), "nobody asked for usage"


async def test_a_streams_cost_is_in_its_usage_chunk(gateway: Any) -> None:
    asked = {**ASKED, "stream": True, "stream_options": {"include_usage": True}}
    got = await gateway.streaming().call(body=asked, x_accord_usage="1")
    chunks = [json.loads(part[6:]) for part in got.body.split(b"\n\n") if part.startswith(b"data: {")]
    (usage,) = [c for c in chunks if c.get("usage")]
    assert usage["usage"]["completion_tokens"] == 2
    assert float(usage["accord"]["cost"]) > 0
    assert usage["accord"]["provider"] == "openai"


async def test_a_stream_that_stops_short_is_an_error_and_no_finish(gateway: Any) -> None:
    cut = gateway.sse(gateway.chunk({"role": "assistant", "content": "Half"}))
    got = await gateway.streaming(cut).call(body={**ASKED, "stream": True})
    assert got.status == 200
    assert b'"error"' in got.body
    assert b'"finish_reason":"stop"' not in got.body


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429, 500, 503])
async def test_the_providers_failures_keep_their_meaning(gateway: Any, status: int) -> None:
    body = {"error": {"message": "because", "type": "x", "param": None, "code": None}}
    for stream in (False, True):
        got = await gateway.answering(body, status, (("content-type", "application/json"), ("retry-after", "7"))).call(
            body={**ASKED, "stream": stream}
        )
        assert got.status in {status, 400, 502}
        assert got.json["error"]["message"].startswith("because") or "because" in got.json["error"]["message"]
        assert set(got.json["error"]) == {"message", "type", "param", "code"}
        assert got.headers["x-accord-provider"] == "openai"
        assert got.headers["x-request-id"].startswith("req_")


WRONG = [
    ("not JSON", b"{", 400),
    ("no object", b"[]", 400),
    ("bad UTF-8", b'{"model":"fast","messages":[{"role":"user","content":"\xff"}]}', 400),
    ("deep nesting", b'{"model":"fast","messages":' + b"[" * 4000 + b"]" * 4000 + b"}", 400),
    ("a key twice", b'{"model":"fast","model":"other","messages":[{"role":"user","content":"x"}]}', 400),
    ("empty", b"", 400),
    ("wrong type", b'{"model":"fast","messages":"x"}', 400),
    ("no model", b'{"messages":[{"role":"user","content":"x"}]}', 400),
    ("unknown model", b'{"model":"nope","messages":[{"role":"user","content":"x"}]}', 404),
    ("too large", b'{"model":"' + b"x" * 20_000 + b'"}', 413),
]


@pytest.mark.parametrize(("body", "status"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
async def test_wrong_requests_in_openais_shape(gateway: Any, body: bytes, status: int) -> None:
    caller = gateway.answering()
    got = await caller.call(body=body)
    assert got.status == status
    assert set(got.json["error"]) == {"message", "type", "param", "code"}
    assert caller.transport.calls == []
    assert "Traceback" not in got.body.decode()


async def test_the_field_at_fault_is_named(gateway: Any) -> None:
    got = await gateway.answering().call(body={"model": "fast", "messages": [{"role": "user", "content": 5}]})
    assert got.json["error"]["param"].startswith("messages")
    got = await gateway.answering().call(body={**ASKED, "model": "nope"})
    assert (
        got.json["error"] | {"message": ""}
        == {
            "message": "",
            "type": "invalid_request_error",
            "param": "model",
            "code": "model_not_found",
        }
        or got.json["error"]["code"] == "model_not_found"
    )


async def test_a_body_that_grows_too_large_in_pieces(gateway: Any) -> None:
    got = await gateway.answering().call(pieces=[b"{" + b" " * 3000] * 6)
    assert got.status == 413
    assert "0.01 MB" in got.json["error"]["message"]


async def test_a_body_in_pieces(gateway: Any) -> None:
    whole = json.dumps(ASKED).encode()
    got = await gateway.answering().call(pieces=[whole[i : i + 5] for i in range(0, len(whole), 5)])
    assert got.status == 200


async def test_a_length_that_is_too_large_is_refused_before_the_body(gateway: Any) -> None:
    got = await gateway.answering().call(body=ASKED, content_length="999999")
    assert got.status == 413


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content_type": "text/plain"}, 415),
        ({"content_type": "application/x-www-form-urlencoded"}, 415),
        ({"content_encoding": "gzip"}, 415),
        ({"x_request_timeout": "soon"}, 400),
        ({"content_type": "application/json; charset=utf-8", "content_encoding": "identity"}, 200),
    ],
)
async def test_headers_that_cannot_be(gateway: Any, headers: dict[str, str], status: int) -> None:
    got = await gateway.answering().call(body=ASKED, **headers)
    assert got.status == status
    if status != 200:
        assert set(got.json["error"]) == {"message", "type", "param", "code"}


async def test_keys(gateway: Any) -> None:
    got = await gateway.answering().call(body=ASKED, key=None)
    assert (got.status, got.json["error"]["code"]) == (401, "invalid_api_key")
    assert "didn't provide a key" in got.json["error"]["message"]
    got = await gateway.answering().call(body=ASKED, key="sk-test-wrong")
    assert (got.status, got.json["error"]["code"]) == (401, "invalid_api_key")
    assert "wrong" not in got.json["error"]["message"]
    got = await gateway.answering().call(body=ASKED, key=None, x_api_key="sk-test-app")
    assert got.status == 200


async def test_who_has_no_key_learns_nothing(gateway: Any) -> None:
    for path in ("/v1/models", "/v1/nope", "/nope"):
        assert (await gateway.answering().call(path, method="GET", key=None)).status == 401


async def test_a_key_for_some_models_alone(gateway: Any) -> None:
    assert (await gateway.answering().call(body=ASKED, key="sk-test-narrow")).status == 200
    got = await gateway.answering().call(body={**ASKED, "model": "openai/gpt-5.4-mini"}, key="sk-test-narrow")
    assert got.status == 404
    got = await gateway.answering().call("/v1/models", method="GET", key="sk-test-narrow")
    assert [row["id"] for row in got.json["data"]] == ["fast"]


async def test_paths_and_methods(gateway: Any) -> None:
    got = await gateway.answering().call("/v1/chat/completion", ASKED)
    assert got.status == 404
    assert "/v1/chat/completions" in got.json["error"]["message"]
    got = await gateway.answering().call(method="GET")
    assert (got.status, got.headers["allow"]) == (405, "POST")


async def test_the_models(gateway: Any) -> None:
    got = await gateway.answering().call("/v1/models", method="GET")
    ids = [row["id"] for row in got.json["data"]]
    assert ids[0] == "fast"
    assert any(name.startswith("openai/") for name in ids)
    assert any(name.startswith("claude/") for name in ids)
    assert {"id", "object", "created", "owned_by"} == set(got.json["data"][0])


async def test_one_model_with_a_slash_in_its_name(gateway: Any) -> None:
    got = await gateway.answering().call("/v1/models/openai/gpt-5.4-mini", method="GET")
    assert (got.status, got.json["id"]) == (200, "openai/gpt-5.4-mini")
    assert (await gateway.answering().call("/v1/models/fast", method="GET")).json["id"] == "fast"
    assert (await gateway.answering().call("/v1/models/nope", method="GET")).status == 404
    assert (await gateway.answering().call("/v1/models/openai/never-heard-of", method="GET")).status == 404


async def test_models_in_anthropics_and_googles_shape(gateway: Any) -> None:
    got = await gateway.answering().call("/v1/models", method="GET", anthropic_version="2023-06-01")
    assert {"type", "id", "display_name", "created_at"} <= set(got.json["data"][0])
    assert (got.json["has_more"], got.json["first_id"]) == (True, "fast")
    got = await gateway.answering().call("/v1beta/models", method="GET", key=None, query="key=sk-test-app")
    assert got.json["models"][0]["name"] == "models/fast"


async def test_health_needs_no_key(gateway: Any) -> None:
    assert (await gateway.answering().call("/health/live", method="GET", key=None)).json == {"status": "live"}
    assert (await gateway.answering().call("/health/ready", method="GET", key=None)).status == 200


async def test_errors_in_anthropics_shape(gateway: Any) -> None:
    for body, status, kind in (
        (b"{", 400, "invalid_request_error"),
        ({**MESSAGES, "model": "nope"}, 404, "not_found_error"),
        (b"[" * 20_000, 413, "request_too_large"),
    ):
        got = await gateway.answering().call("/v1/messages", body)
        assert (got.status, got.json["type"], got.json["error"]["type"]) == (status, "error", kind)
    got = await gateway.answering().call("/v1/messages", MESSAGES, key=None)
    assert (got.status, got.json["error"]["type"]) == (401, "authentication_error")
    got = await gateway.answering().call("/v1/messages", method="GET")
    assert (got.status, got.json["type"]) == (405, "error")
    got = await gateway.answering().call("/v1/nope", MESSAGES, anthropic_version="2023-06-01")
    assert (got.status, got.json["error"]["type"]) == (404, "not_found_error")


async def test_errors_in_googles_shape(gateway: Any) -> None:
    path = "/v1beta/models/nope:generateContent"
    got = await gateway.answering().call(path, {"contents": [{"role": "user", "parts": [{"text": "x"}]}]})
    assert (got.status, got.json["error"]["code"], got.json["error"]["status"]) == (404, 404, "NOT_FOUND")
    got = await gateway.answering().call(path, b"{")
    assert (got.status, got.json["error"]["status"]) == (400, "INVALID_ARGUMENT")
    got = await gateway.answering().call(path, b"[" * 20_000)
    assert (got.status, got.json["error"]["code"]) == (413, 413)


async def test_leaving_before_the_first_byte_cancels_the_call(gateway: Any) -> None:
    for stream in (False, True):
        caller, network = gateway.hanging()
        running = asyncio.ensure_future(caller.call(body={**ASKED, "stream": stream}))
        await network.waiting.wait()
        caller.gone.set()
        async with asyncio.timeout(0.05):
            await network.let_go.wait()
        await running
        assert caller.gateway.visits == {}


async def test_leaving_within_a_stream_cancels_it(gateway: Any) -> None:
    caller, network = gateway.hanging(gateway.sse(gateway.chunk({"role": "assistant", "content": "H"})))
    running = asyncio.ensure_future(caller.call(body={**ASKED, "stream": True}))
    await network.waiting.wait()
    caller.gone.set()
    async with asyncio.timeout(0.05):
        await network.let_go.wait()
    got = await running
    assert got.status == 200
    assert not got.complete


async def test_leaving_within_the_body(gateway: Any) -> None:
    caller = gateway.answering()
    caller.gone.set()
    got = await caller.call(pieces=[])
    assert got.status == 0
    assert caller.gateway.visits == {}


async def test_a_long_wait_brings_signs_of_life_and_then_the_stream(gateway: Any) -> None:
    caller, network = gateway.hanging()
    running = asyncio.ensure_future(caller.call(body={**ASKED, "stream": True}))
    async with asyncio.timeout(10):
        while len(caller.received.pieces) < 2:
            await asyncio.sleep(0.005)
    assert caller.received.status == 200
    assert all(piece.startswith(b":") for piece in caller.received.pieces)
    assert caller.received.headers["x-accord-provider"] == "openai"
    caller.gone.set()
    await running
    assert network.let_go.is_set()


async def test_the_end_of_the_drain_breaks_off_with_an_error(gateway: Any) -> None:
    caller, network = gateway.hanging(gateway.sse(gateway.chunk({"role": "assistant", "content": "H"})))
    running = asyncio.ensure_future(caller.call(body={**ASKED, "stream": True}))
    await network.waiting.wait()
    caller.gateway._config = msgspec.structs.replace(
        caller.gateway._config, gateway=msgspec.structs.replace(caller.gateway._config.gateway, drain=0.01)
    )
    caller.gateway.drain()
    async with asyncio.timeout(10):
        got = await running
    assert got.complete
    assert b"shutting down" in got.body
    assert network.let_go.is_set()


async def test_tokens_are_counted_by_a_provider_that_can(gateway: Any) -> None:
    caller = gateway.answering({"input_tokens": 42})
    got = await caller.call("/v1/messages/count_tokens", {k: v for k, v in MESSAGES.items() if k != "max_tokens"})
    assert (got.status, got.json) == (200, {"input_tokens": 42})
    assert caller.transport.calls[0].url == "http://upstream.test/v1/messages/count_tokens"
    assert "x-accord-warnings" not in got.headers


async def test_and_else_estimated_which_is_said(gateway: Any) -> None:
    caller = gateway.answering()
    got = await caller.call("/v1/messages/count_tokens", {"model": "fast", "messages": ASKED["messages"]})
    assert got.status == 200
    assert 1 <= got.json["input_tokens"] < 50
    assert "estimated" in got.headers["x-accord-warnings"]
    assert caller.transport.calls == []
    contents = {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]}
    got = await gateway.answering().call("/v1beta/models/fast:countTokens", contents)
    assert 1 <= got.json["totalTokens"] < 50


async def test_a_count_that_fails(gateway: Any) -> None:
    error = {"type": "error", "error": {"type": "rate_limit_error", "message": "slowly"}}
    asked = {k: v for k, v in MESSAGES.items() if k != "max_tokens"}
    got = await gateway.answering(error, 429).call("/v1/messages/count_tokens", asked)
    assert (got.status, got.json["error"]["type"]) == (429, "rate_limit_error")
    got = await gateway.answering().call("/v1/messages/count_tokens", {**asked, "model": "nope"})
    assert (got.status, got.json["error"]["type"]) == (404, "not_found_error")
