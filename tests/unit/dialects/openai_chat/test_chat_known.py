"""Answers that are read in one step, and those that get what OpenAI leaves out between their bytes."""

import json

import msgspec
import pytest

from accord.core.http import Reply
from accord.core.message import user
from accord.core.request import ChatRequest
from accord.dialects.openai_chat import OpenAIChat

EXCHANGE = OpenAIChat(model="m").encode(ChatRequest(messages=(user("Hello"),)))


def decode(body):
    return EXCHANGE.decode(Reply(status=200, body=json.dumps(body).encode()))


@pytest.mark.parametrize(
    "message",
    [
        {"content": "Oslo", "refusal": None, "annotations": []},
        {
            "content": None,
            "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
        },
        {"content": "", "reasoning_content": "Hm.", "refusal": "No."},
        {"content": [{"type": "text", "text": "a"}], "function_call": {"name": "f", "arguments": "{}"}},
        {"content": "a", "annotations": [{"type": "file_citation", "x": 1}], "audio": {"id": "a", "data": "AA=="}},
    ],
)
def test_an_answer_means_the_same_beside_members_without_a_name(message):
    choice = {"index": 0, "message": {"role": "assistant", **message}, "logprobs": None, "finish_reason": "stop"}
    whole = {"id": "c1", "object": "chat.completion", "created": 1, "model": "m-1", "choices": [choice]}
    whole |= {"usage": {"prompt_tokens": 1, "completion_tokens": 2}, "system_fingerprint": "fp"}
    known = decode(whole)
    with_more = decode({**whole, "unknown": None})
    assert known.raw != with_more.raw
    assert msgspec.structs.replace(known, raw=None) == msgspec.structs.replace(with_more, raw=None)


@pytest.mark.parametrize(
    "message",
    [
        b'"content": "Hi"',
        b'"content":"Hi","refusal":null',
        b'"refusal":null , "content":null',
        b'"content": "of \\"content\\" and \\"finish_reason\\""',
        b'"content": "\\"finish_reason"',
        b'"\\u0063ontent": "Hi"',
        b'"content": "Hi", "content": "Ho"',
        b'"content": "Hi", "x": {"finish_reason": 1, "content": 2}',
    ],
)
def test_what_openai_leaves_out_is_put_between_its_bytes(ask, message):
    body = (
        b'{"id":"c1","object":"chat.completion","created":1,"model":"up-1","choices":'
        b'[{"index":0,"message":{"role":"assistant", %s}, "finish_reason":"stop"}]}' % message
    )
    inbound = ask()
    exchange = OpenAIChat(model="up").forward(inbound)
    assert exchange is not None
    response = exchange.decode(Reply(status=200, body=body))
    written = json.loads(inbound.render(response, forwarded=True))
    expected = json.loads(body) | {"model": "asked"}
    expected["choices"][0]["logprobs"] = None
    expected["choices"][0]["message"]["refusal"] = None
    assert written == expected
