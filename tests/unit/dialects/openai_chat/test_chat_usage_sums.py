"""Usage as the schema requires it, of hosts that leave its sum out."""

import json

import pytest

from accord.core.http import Reply
from accord.dialects.openai_chat import OpenAIChat, parse
from accord.dialects.openai_chat.usage import usage_of

ASKED = b'{"model":"asked","messages":[{"role":"user","content":"Hi"}]}'


@pytest.mark.parametrize("total", [{}, {"total_tokens": None}, {"total_tokens": "3"}])
def test_a_sum_that_is_missing_is_put_in(total: dict[str, object]) -> None:
    message = {"role": "assistant", "content": "a"}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    body = {"id": "1", "choices": [choice], "usage": {"prompt_tokens": 1, "completion_tokens": 2, **total}}
    inbound = parse(ASKED, (), received_at=1_750_000_000)
    exchange = OpenAIChat(model="m").forward(inbound)
    assert exchange is not None
    response = exchange.decode(Reply(status=200, body=json.dumps(body).encode()))
    found = json.loads(inbound.render(response, forwarded=True))
    assert found["usage"] == {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}


@pytest.mark.parametrize("tier", [0, 7, 2.0, True, [], {}, {"a": 1}])
def test_a_tier_that_is_no_word_is_unknown(tier: object) -> None:
    usage = usage_of({"prompt_tokens": 3, "completion_tokens": 2, "service_tier": tier}, "flex")
    assert (usage.input, usage.output, usage.service_tier) == (3, 2, "flex")
