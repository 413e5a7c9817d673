"""Whole answers of the plainest kind mean the same as read with care, and are handed on alike."""

import json
from unittest.mock import patch

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.error import ProviderError
from accord.core.http import Reply
from accord.dialects.openai_chat import OpenAIChat, decode, parse
from accord.dialects.openai_chat.plain_answer import Teller

ASKED = parse(b'{"model": "asked", "messages": [{"role": "user", "content": "Hello"}]}', ())

members = {
    "service_tier": st.sampled_from([None, "default", "odd", 5]),
    "system_fingerprint": st.sampled_from([None, "fp"]),
    "usage": st.sampled_from(
        [
            None,
            {},
            {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
            {"prompt_tokens": 3, "completion_tokens": 4},
            {"prompt_tokens": 3, "completion_tokens": -4, "total_tokens": 7},
            {"prompt_tokens": 3.5, "completion_tokens": 4, "total_tokens": 7},
            {
                "prompt_tokens": 3,
                "completion_tokens": 4,
                "total_tokens": 7,
                "prompt_tokens_details": {"cached_tokens": 2, "audio_tokens": 0},
                "completion_tokens_details": {"reasoning_tokens": 1},
            },
            {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7, "prompt_tokens_details": None},
            {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7, "prompt_tokens_details": {"odd": "x"}},
            {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7, "num_cached_tokens": 2, "more": {"a": 1}},
        ]
    ),
    "model": st.sampled_from(["up", "asked", 'q"', "ü", ""]),
    "created": st.sampled_from([5, 0, -1, 2**60, 1.5, None]),
    "error": st.sampled_from([None, {"message": "no"}]),
    "extra": st.just(1),
}
call = {
    "id": st.sampled_from(["call_1", "call_2", "c", "null", ""]),
    "type": st.sampled_from(["function"] * 3 + ["custom"]),
    "function": st.fixed_dictionaries(
        {"name": st.sampled_from(["f", "g", ""])},
        optional={"arguments": st.text(max_size=8) | st.sampled_from(['{"content":"a","model":"up"}', {"a": 1}])},
    ),
}
words = {
    "refusal": st.sampled_from([None, "no"]),
    "annotations": st.sampled_from([None, [], [{"type": "odd"}]]),
    "tool_calls": st.none() | st.lists(st.fixed_dictionaries(call, optional={"index": st.just(0)}), max_size=3),
    "reasoning_content": st.sampled_from([None, "hm"]),
    "audio": st.none(),
}


@st.composite
def answers(draw):
    said = {"role": draw(st.sampled_from(["assistant", "assistant", "odd"]))}
    said["content"] = draw(st.text(max_size=8) | st.sampled_from([None, '"model":"up"', '"content"', "\\", "\\u0061"]))
    said |= draw(st.fixed_dictionaries({}, optional=words))
    choice = {"index": draw(st.sampled_from([0, 1])), "message": said}
    choice["finish_reason"] = draw(
        st.sampled_from(["stop", "length", "tool_calls", "content_filter", "error", "odd", None])
    )
    choice |= draw(st.fixed_dictionaries({}, optional={"logprobs": st.none(), "odd": st.just(1)}))
    answer = {"id": "c1", "object": draw(st.sampled_from(["chat.completion"] * 3 + ["odd"])), "choices": [choice]}
    answer |= {"created": 5, "model": "up", "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}}
    answer |= draw(st.fixed_dictionaries({}, optional=members))
    for left_out in draw(st.sets(st.sampled_from(["usage", "object", "created", "id"]), max_size=1)):
        answer.pop(left_out, None)
    separators = draw(st.sampled_from([(",", ":"), (", ", ": ")]))
    return json.dumps(answer, separators=separators, ensure_ascii=draw(st.booleans())).encode()


def read(exchange, body):
    try:
        return exchange.decode(Reply(status=200, headers=(), body=body))
    except ProviderError as error:
        return error


def with_care(exchange, body):
    with patch.object(decode, "plain_response", return_value=None):
        return read(exchange, body)


def told(response):
    return msgspec.structs.replace(response, raw=None) if not isinstance(response, ProviderError) else str(response)


def without_nulls(value):
    """What says nothing may stay or go."""
    if isinstance(value, dict):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [without_nulls(inner) for inner in value] if isinstance(value, list) else value


@given(answers())
def test_it_means_the_same(body):
    exchange = OpenAIChat(model="up").encode(ASKED.request)
    assert told(read(exchange, body)) == told(with_care(exchange, body))


@given(answers())
def test_it_is_handed_on_alike(body):
    exchange = OpenAIChat(model="up").forward(ASKED)
    assert exchange is not None
    plain, careful = read(exchange, body), with_care(exchange, body)
    assert told(plain) == told(careful)
    if not isinstance(plain, ProviderError) and not isinstance(careful, ProviderError):
        written = [json.loads(ASKED.render(one, forwarded=True)) for one in (plain, careful)]
        assert without_nulls(written[0]) == without_nulls(written[1])


def test_the_plainest_is_read_in_one_step():
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    choice = {"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}
    answer = {"id": "c", "object": "chat.completion", "created": 5, "model": "up", "choices": [choice], "usage": usage}
    exchange = OpenAIChat(model="up").forward(ASKED)
    assert exchange is not None
    with patch.object(decode, "_Reader", side_effect=AssertionError):
        response = exchange.decode(Reply(status=200, headers=(), body=json.dumps(answer).encode()))
    assert response.text == "Hi"
    assert json.loads(ASKED.render(response, forwarded=True))["choices"][0]["logprobs"] is None


def test_calls_are_read_in_one_step_where_they_are_handed_on():
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    calls = [{"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
    said = {"role": "assistant", "content": "Hm.", "tool_calls": calls}
    choice = {"index": 0, "message": said, "finish_reason": "tool_calls"}
    answer = {"id": "c", "object": "chat.completion", "created": 5, "model": "up", "choices": [choice], "usage": usage}
    exchange = OpenAIChat(model="up").forward(ASKED)
    assert exchange is not None
    with patch.object(decode, "_Reader", side_effect=AssertionError):
        response = exchange.decode(Reply(status=200, headers=(), body=json.dumps(answer).encode()))
    assert response.text == "Hm."
    assert [call.arguments for call in response.tool_calls] == ["{}"]
    assert json.loads(ASKED.render(response, forwarded=True))["choices"][0]["message"] == {**said, "refusal": None}


def test_what_it_is_is_put_in_where_a_host_leaves_it_out():
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    choice = {"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}
    answer = {"id": "c", "created": 5, "model": "up", "choices": [choice], "usage": usage}
    exchange = OpenAIChat(model="up").forward(ASKED)
    assert exchange is not None
    response = exchange.decode(Reply(status=200, headers=(), body=json.dumps(answer).encode()))
    assert json.loads(ASKED.render(response, forwarded=True))["object"] == "chat.completion"


USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}


def answering(message, **more):
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": "stop"}
    return {
        "id": "c",
        "object": "chat.completion",
        "created": 5,
        "model": "up/1",
        "choices": [choice],
        "usage": USAGE,
        **more,
    }


@pytest.mark.parametrize("spelling", ['"model":"up\\/1"', '"model" : "up/1"', '"model":"up/1"', '"model":  "up/1"'])
def test_every_answer_bears_the_name_that_was_asked_for_however_the_host_spells_its_own(spelling):
    body = json.dumps(answering({"content": "Hi"}), separators=(",", ":")).replace('"model":"up/1"', spelling)
    teller = Teller(OpenAIChat(model="up/1"), "asked")
    for _ in range(3):
        told = teller.told(body.encode())
        assert told is not None
        assert json.loads(told.body)["model"] == "asked"


def test_a_call_of_no_tool_is_an_error_where_it_is_handed_on_too():
    call = {"id": "call_1", "type": "function", "function": {"name": "", "arguments": "{}"}}
    body = json.dumps(answering({"content": None, "tool_calls": [call]})).encode()
    exchange = OpenAIChat(model="up").forward(ASKED)
    assert isinstance(read(exchange, body), ProviderError)
    assert Teller(OpenAIChat(model="up"), "asked").told(body) is None


@pytest.mark.parametrize("named", ["content", "finish_reason"])
@pytest.mark.parametrize("last", [False, True])
def test_what_is_put_in_is_put_where_it_belongs_whatever_is_counted(named, last):
    whole = answering({"content": "Hi"}, usage={**USAGE, named: 7})
    if not last:
        whole = {"usage": whole.pop("usage"), **whole}
    exchange = OpenAIChat(model="up").forward(ASKED)
    response = read(exchange, json.dumps(whole, separators=(",", ":")).encode())
    assert not isinstance(response, ProviderError)
    choice = json.loads(ASKED.render(response, forwarded=True))["choices"][0]
    assert choice["logprobs"] is None
    assert choice["message"] == {"role": "assistant", "content": "Hi", "refusal": None}
