import json

import pytest

from accord.core.error import InvalidInput, Malformed, Unsupported
from accord.core.http import Reply
from accord.dialects.openai_responses import CountInput, OpenAIResponses, parse_count
from accord.providers import OpenAI

HOSTED = OpenAI(api_key="sk-test")
BODY = {
    "model": "mine",
    "input": "Hello",
    "instructions": "Be brief.",
    "tools": [{"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": False}],
    "tool_choice": "auto",
    "text": {"verbosity": "low"},
    "reasoning": {"effort": "low"},
    "truncation": "auto",
    "personality": "friendly",
    # These are about the answer.
    "max_output_tokens": 5,
    "store": False,
    "stream": True,
    "metadata": {"a": "b"},
    "include": ["reasoning.encrypted_content"],
    "temperature": 1,
}


def test_what_counts_is_sent_and_nothing_else() -> None:
    inbound = parse_count(json.dumps(BODY).encode())
    draft = HOSTED.count_codec("gpt-5.4-mini").encode(inbound.request).draft
    sent = json.loads(draft.body)
    assert set(sent) == {*list(BODY)[:9]}
    assert sent["model"] == "gpt-5.4-mini"
    assert HOSTED.address(draft).url == "https://api.openai.com/v1/responses/input_tokens"


def test_answers() -> None:
    exchange = CountInput(OpenAIResponses(model="m")).encode(parse_count(b'{"model":"m","input":"x"}').request)
    assert exchange.decode(Reply(status=200, body=b'{"object":"response.input_tokens","input_tokens":7}')) == 7
    for body in (b"{}", b"<html>", b'{"input_tokens":true}', b'{"input_tokens":"7"}'):
        with pytest.raises(Malformed):
            exchange.decode(Reply(status=200, body=body))
    failed = exchange.error(Reply(status=429, body=b'{"error":{"message":"slow down"}}'))
    assert "slow down" in failed.message


def test_the_callers_side() -> None:
    assert json.loads(parse_count(b'{"model":"m","input":"x"}').render(7)) == {
        "object": "response.input_tokens",
        "input_tokens": 7,
    }
    with pytest.raises(InvalidInput):
        parse_count(b"{}")


def test_other_servers_do_not_count() -> None:
    with pytest.raises(Unsupported, match="hosted_by_openai"):
        OpenAI(api_key="sk-test", base_url="http://127.0.0.1:9/v1").count_codec("m")
