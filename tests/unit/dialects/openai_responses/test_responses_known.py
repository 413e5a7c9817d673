"""Answers that are read in one step mean what they mean when they are read with care."""

import json

import msgspec
import pytest

from accord.core.http import Reply
from accord.core.message import user
from accord.core.request import ChatRequest
from accord.dialects.openai_responses import OpenAIResponses

EXCHANGE = OpenAIResponses(model="m").encode(ChatRequest(messages=(user("Hello"),)))
WHOLE = {
    "id": "r",
    "object": "response",
    "created_at": 1,
    "status": "completed",
    "error": None,
    "instructions": "Be brief.",
    "model": "m-1",
    "tools": [{"type": "web_search"}],
    "metadata": {"a": "b"},
    "usage": {"input_tokens": 1, "output_tokens": 2},
    "moderation": None,
}


def decode(body):
    return EXCHANGE.decode(Reply(status=200, body=json.dumps(body).encode()))


def texts(*content):
    return {
        "output": [{"type": "message", "id": "i", "role": "assistant", "status": "completed", "content": [*content]}]
    }


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"completed_at": 2, "billing": {"payer": "me"}, "content_filters": [], "moderation": {"x": 1}},
        {"tool_usage": {"web_search": {"num_requests": 2}, "image_gen": {"x": 1}}},
        {"service_tier": "flex", "incomplete_details": {"reason": "max_output_tokens"}, "status": "incomplete"},
    ],
)
@pytest.mark.parametrize(
    "output",
    [
        texts(
            {"type": "output_text", "text": "a", "annotations": [], "logprobs": []}, {"type": "refusal", "refusal": "b"}
        ),
        texts({"type": "output_text", "text": "a"}, {"type": "output_text", "text": "", "annotations": None, "x": 1}),
        {"output": [{"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}", "status": "completed"}]},
        {"output": []},
    ],
)
def test_an_answer_means_the_same_beside_members_without_a_name(output, more):
    body = {**WHOLE, **output, **more}
    # A member without a name and a value says nothing.
    found, careful = decode(body), decode({**body, "newer": None})
    assert msgspec.structs.replace(found, raw=None) == msgspec.structs.replace(careful, raw=None)


def test_what_else_an_answer_says_is_kept():
    found = decode({**WHOLE, **texts(), "completed_at": 2, "newer": {"a": 1}})
    assert found.extra == {"openai_responses": {"completed_at": 2, "newer": {"a": 1}}}
    assert decode({**WHOLE, **texts(), "completed_at": 2}).extra == {"openai_responses": {"completed_at": 2}}
