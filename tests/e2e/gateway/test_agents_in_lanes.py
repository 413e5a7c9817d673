"""An agent of the official SDK, in a trace: over sockets its provider and it get the same in lanes as beside them."""

import asyncio
import json
from typing import Any

import openai
import pytest

from accord.gateway.build import gateway
from accord.gateway.config.decode import decode_config
from accord.gateway.config.document import parse_document
from accord.gateway.lanes import KeyLanes
from accord.gateway.listen import bound
from accord.gateway.log_writer import lines
from accord.gateway.server.serve import Server
from accord.gateway.serving import Serving
from accord.testing.transport import Origin, Peer

KEY = "sk-test-gateway"
CONFIG = """
gateway: {keys: [{name: app, key: sk-test-gateway, limits: {requests: 1000000, tokens: 1000000000}}]}
providers:
  lab: {type: openai, api_key: sk-test-lab, base_url: "URL/v1"}
models:
  best: {targets: [{provider: lab, model: gpt-4.1}]}
"""
TOOLS: Any = [
    {
        "type": "function",
        "function": {
            "name": f"find_{number}",
            "description": "Finds files. " * 20,
            "parameters": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
        },
    }
    for number in range(20)
]
CALL = {"id": "call_1", "type": "function", "function": {"name": "find_3", "arguments": '{"name": "a"}'}}


def answer(asked: dict[str, Any]) -> bytes:
    """Three calls, and then words."""
    more = sum(message["role"] == "tool" for message in asked["messages"]) < 3
    said = {"content": None, "tool_calls": [CALL]} if more else {"content": "Found."}
    told = {"id": "chatcmpl-1", "created": 1790000000, "model": "gpt-4.1-2025-04-14"}
    usage = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
    finish = "tool_calls" if more else "stop"
    if not asked.get("stream"):
        message = {"role": "assistant", "refusal": None, "annotations": [], **said}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
        body = json.dumps({**told, "object": "chat.completion", "choices": [choice], "usage": usage}).encode()
        return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)
    calls = {"tool_calls": [{"index": 0, **CALL}]} if more else said
    deltas: list[tuple[dict[str, Any], str | None]] = [({"role": "assistant", **calls}, None), ({}, finish)]
    chunks: list[dict[str, Any]] = [
        {"choices": [{"index": 0, "delta": delta, "finish_reason": end}], "usage": None} for delta, end in deltas
    ]
    chunks.append({"choices": [], "usage": usage})
    data = [json.dumps({**told, "object": "chat.completion.chunk", **chunk}) for chunk in chunks]
    body = "".join([f"data: {one}\n\n" for one in [*data, "[DONE]"]]).encode()
    return b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)


async def converse(client: openai.AsyncOpenAI, stream: bool, number: int) -> list[object]:
    """What one agent is told, until it has its answer."""
    messages: list[Any] = [{"role": "user", "content": [{"type": "text", "text": "Find it."}]}]
    told: list[object] = []
    for turn in range(4):
        trace = f"00-0af7651916cd43dd8448eb211c80319c-b7ad6b71692{number:02x}{turn:03x}-01"
        asked: Any = {"model": "best", "messages": messages, "tools": TOOLS, "extra_headers": {"traceparent": trace}}
        if stream:
            answered = await client.chat.completions.create(
                **asked, stream=True, stream_options={"include_usage": True}
            )
            chunks = [chunk async for chunk in answered]
            told.append([chunk.model_dump() for chunk in chunks])
            calls = [call for chunk in chunks for choice in chunk.choices for call in choice.delta.tool_calls or ()]
        else:
            completion = await client.chat.completions.create(**asked)
            told.append(completion.model_dump())
            calls = completion.choices[0].message.tool_calls or []
        messages.append({"role": "assistant", "content": None, "tool_calls": [CALL]})
        messages += [{"role": "tool", "tool_call_id": call.id, "content": f"{number}.txt"} for call in calls]
    return told


async def seen(stream: bool) -> tuple[list[object], list[object]]:
    """What agents are told, and what their provider got."""
    got: list[object] = []

    def script(peer: Peer) -> None:
        while (request := peer.request()) is not None:
            # Its port is another each time.
            headers = sorted([line for line in request.headers if line[0].lower() != "host"])
            got.append((request.target, headers, request.body))
            peer.send(answer(json.loads(request.body)))

    with Origin(script) as origin:
        config = decode_config(parse_document(CONFIG.replace("URL", origin.url), "test.yaml"), {}, "test.yaml")
        listener = bound("127.0.0.1", 0, shared=False)
        listener.setblocking(False)
        ready, server = asyncio.Event(), Server(gateway(config), asyncio.get_running_loop(), None)
        serving = asyncio.create_task(server.run([listener], ready.set))
        await ready.wait()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        async with openai.AsyncOpenAI(api_key=KEY, base_url=url, max_retries=0) as client:
            told: list[object] = [await converse(client, stream, number) for number in range(3)]
        server.stop()
        await serving
    return told, got


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_agents_and_their_provider_get_the_same(monkeypatch: pytest.MonkeyPatch, stream: bool) -> None:
    rides: list[Serving] = []
    begin = KeyLanes.begin

    def begun(self: KeyLanes, *args: Any) -> Serving | None:
        ride = begin(self, *args)
        rides.extend([ride] if ride is not None else [])
        return ride

    written: list[bytes] = []
    monkeypatch.setattr(lines, "is_open", True)
    monkeypatch.setattr(lines, "put", written.append)
    monkeypatch.setattr(lines, "say", written.append)
    monkeypatch.setattr(KeyLanes, "begin", begun)
    in_lanes = await seen(stream)
    assert len(rides) >= 8
    assert len(in_lanes[1]) == 12
    assert len({str(request) for request in in_lanes[1]}) == 12
    monkeypatch.setattr(KeyLanes, "begin", lambda *_: None)
    assert in_lanes == await seen(stream)
