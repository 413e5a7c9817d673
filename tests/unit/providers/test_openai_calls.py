"""OpenAI through a client: where calls go, with which headers, and what comes back of each wire."""

import json
from decimal import Decimal

import pytest

import accord
from accord.core.http import Reply
from accord.core.message import user
from accord.core.request import ChatRequest
from accord.core.tool import FunctionTool
from accord.providers.openai import OpenAI
from accord.testing.memory import MemoryTransport

TOOL = FunctionTool(name="weather", parameters={"type": "object", "properties": {"city": {"type": "string"}}})
ASKED = ChatRequest(messages=(user("Weather in Oslo?"),))
WITH_TOOL = ChatRequest(messages=(user("Weather in Oslo?"),), tools=(TOOL,))

USAGE = {"prompt_tokens": 19, "completion_tokens": 2, "total_tokens": 21}
COMPLETION = {
    "id": "chatcmpl-A1",
    "object": "chat.completion",
    "created": 1795430000,
    "model": "gpt-6-luna-2026-09-22",
    "service_tier": "default",
    "choices": [
        {"index": 0, "message": {"role": "assistant", "content": "Oslo", "refusal": None}, "finish_reason": "stop"}
    ],
    "usage": USAGE,
}
CALL = {"id": "fc_1", "type": "function_call", "call_id": "call_a", "name": "weather", "arguments": '{"city":"Oslo"}'}
THOUGHT = {"id": "rs_1", "type": "reasoning", "summary": [], "encrypted_content": "gAAA"}
RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1795430000,
    "status": "completed",
    "model": "gpt-6.1-sol-2026-09-29",
    "service_tier": "default",
    "output": [THOUGHT, CALL],
    "usage": {
        "input_tokens": 60,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 41,
        "output_tokens_details": {"reasoning_tokens": 22},
        "total_tokens": 101,
    },
}
STREAMED = [
    {"type": "response.created", "response": RESPONSE | {"status": "in_progress", "output": [], "usage": None}},
    {"type": "response.output_item.added", "output_index": 0, "item": THOUGHT},
    {"type": "response.output_item.done", "output_index": 0, "item": THOUGHT},
    {"type": "response.output_item.added", "output_index": 1, "item": CALL | {"arguments": ""}},
    {"type": "response.function_call_arguments.delta", "item_id": "fc_1", "output_index": 1, "delta": '{"city":'},
    {"type": "response.function_call_arguments.delta", "item_id": "fc_1", "output_index": 1, "delta": '"Oslo"}'},
    {"type": "response.output_item.done", "output_index": 1, "item": CALL},
    {"type": "response.completed", "response": RESPONSE},
]


def reply(body):
    return Reply(status=200, headers=(("content-type", "application/json"),), body=json.dumps(body).encode())


def events(items):
    text = "".join(f"event: {item['type']}\ndata: {json.dumps(item)}\n\n" for item in items)
    return Reply(status=200, headers=(("content-type", "text/event-stream"),), body=text.encode())


def client(*script, **fields):
    transport = MemoryTransport(*script, piece=17)
    return accord.Client(OpenAI(api_key="sk-test-1", **fields), transport=transport), transport


def test_a_call_goes_to_openai_with_the_key_alone():
    asking, transport = client(reply(COMPLETION))
    response = asking.chat_completion(ASKED, model="gpt-6-luna")
    call = transport.calls[0]
    assert (call.method, call.url) == ("POST", "https://api.openai.com/v1/chat/completions")
    assert dict(call.headers) == {"content-type": "application/json", "authorization": "Bearer sk-test-1"}
    assert response.text == "Oslo"
    assert response.cost.amount == Decimal("0.0000029")


def test_organisation_and_project_are_headers():
    asking, transport = client(reply(COMPLETION), organization="org-1", project="proj-1")
    asking.chat_completion(ASKED, model="gpt-6-luna")
    headers = dict(transport.calls[0].headers)
    assert (headers["openai-organization"], headers["openai-project"]) == ("org-1", "proj-1")


@pytest.mark.parametrize(
    "given",
    [
        "https://proxy.example.com/openai/v1",
        "https://proxy.example.com/openai/v1/",
        "https://proxy.example.com/openai/v1/chat/completions",
        "https://proxy.example.com/openai/v1/responses/",
        "https://proxy.example.com/openai/v1/embeddings",
    ],
)
def test_a_base_address_is_understood_however_it_was_pasted(given):
    asking, transport = client(reply(COMPLETION), base_url=given)
    asking.chat_completion(ASKED, model="gpt-6-luna")
    assert transport.calls[0].url == "https://proxy.example.com/openai/v1/chat/completions"


def test_tools_of_a_reasoning_model_go_to_responses_and_come_back_as_calls():
    asking, transport = client(reply(RESPONSE))
    response = asking.chat_completion(WITH_TOOL, model="gpt-6.1-sol")
    assert transport.calls[0].url == "https://api.openai.com/v1/responses"
    assert [(call.id, call.name, call.arguments) for call in response.tool_calls] == [
        ("call_a", "weather", '{"city":"Oslo"}')
    ]
    assert response.finish.unified == "tool_calls"
    assert (response.usage.input, response.usage.output, response.usage.reasoning) == (60, 41, 22)
    assert response.cost.amount == Decimal("0.00053")


def test_a_bridged_stream_is_the_same_answer_and_leads_to_the_next_turn():
    asking, _ = client(reply(RESPONSE), events(STREAMED))
    whole = asking.chat_completion(WITH_TOOL, model="gpt-6.1-sol")
    with asking.chat_completion_stream(WITH_TOOL, model="gpt-6.1-sol") as stream:
        for _ in stream:
            pass
        told = stream.response
    assert told.choices == whole.choices
    assert (told.usage, told.cost) == (whole.usage, whole.cost)
    again = ChatRequest(
        messages=(*WITH_TOOL.messages, told.choices[0].message, accord.tool_result("call_a", "7 C")), tools=(TOOL,)
    )
    body = json.loads(OpenAI(api_key="sk-test-1").chat_codec("gpt-6.1-sol").encode(again).draft.body)
    kinds = [item["type"] for item in body["input"]]
    assert kinds == ["message", "reasoning", "function_call", "function_call_output"]
    assert body["input"][1]["encrypted_content"] == "gAAA"


@pytest.mark.parametrize(
    ("host", "region", "amount"),
    [
        ("https://api.openai.com/v1", None, "0.0000029"),
        ("https://eu.api.openai.com/v1", "eu", "0.00000319"),
        ("https://us.api.openai.com/v1", "us", "0.00000319"),
        ("https://link.api.openai.com/v1", None, "0.0000029"),
    ],
)
def test_what_is_processed_in_a_region_costs_more(host, region, amount):
    asking, _ = client(reply(COMPLETION), base_url=host)
    response = asking.chat_completion(ASKED, model="gpt-6-luna")
    assert (response.usage.region, response.cost.amount) == (region, Decimal(amount))
    asking, _ = client(reply(RESPONSE), base_url=host)
    assert asking.chat_completion(WITH_TOOL, model="gpt-6.1-sol").usage.region == region


def test_a_key_is_proved_by_the_list_of_models():
    asking, transport = client(reply({"object": "list", "data": [{"id": "gpt-6-luna", "object": "model"}]}))
    assert asking.health_check().state == "healthy"
    assert (transport.calls[0].method, transport.calls[0].url) == ("GET", "https://api.openai.com/v1/models")
