"""Whole answers of OpenAI and of hosts that speak its wire."""

import json
from decimal import Decimal

import pytest

from accord.core.error import Malformed, Overloaded, ProviderError, QuotaExceeded, RateLimited, ServerError
from accord.core.finish import Finish
from accord.core.http import Reply
from accord.core.message import user
from accord.core.part import Audio, Citation, Image, Media, Opaque, Reasoning, Refusal, Text, ToolCall
from accord.core.request import ChatRequest
from accord.core.response import Logprobs, TokenLogprob, TopLogprob
from accord.core.usage import Usage
from accord.dialects.openai_chat import Knobs, OpenAIChat

EXCHANGE = OpenAIChat(model="m").encode(ChatRequest(messages=(user("Hello"),)))


def decode(body, exchange=EXCHANGE):
    return exchange.decode(Reply(status=200, body=body if isinstance(body, bytes) else json.dumps(body).encode()))


def answer(message, finish="stop", **more):
    choice = {"index": 0, "message": {"role": "assistant", **message}, "logprobs": None, "finish_reason": finish}
    return {"id": "c1", "object": "chat.completion", "created": 1, "model": "m-1", "choices": [choice], **more}


def parts(message, finish="stop", exchange=EXCHANGE):
    return decode(answer(message, finish), exchange).choices[0].message.parts


def test_openais_own_answer():
    usage = {
        "prompt_tokens": 19,
        "completion_tokens": 12,
        "total_tokens": 31,
        "prompt_tokens_details": {"cached_tokens": 4, "audio_tokens": 1, "cache_write_tokens": 2, "image_tokens": 3},
        "completion_tokens_details": {"reasoning_tokens": 7, "audio_tokens": 5, "accepted_prediction_tokens": 0},
    }
    message = {"content": "Oslo", "refusal": None, "annotations": []}
    body = answer(message, usage=usage, service_tier="default", system_fingerprint="fp", moderation=None)
    response = decode(body)
    assert (response.id, response.model, response.created, response.text) == ("c1", "m-1", 1, "Oslo")
    assert response.choices[0].message.parts == (Text(text="Oslo"),)
    assert response.finish == Finish(unified="stop", raw="stop")
    assert response.usage == Usage(
        input=19,
        output=12,
        cached=4,
        cache_write=2,
        audio_input=1,
        image_input=3,
        reasoning=7,
        audio_output=5,
        service_tier="default",
        raw=usage,
    )
    assert response.extra == {"openai_chat": {"service_tier": "default", "system_fingerprint": "fp"}}
    assert response.raw == json.dumps(body).encode()
    assert response.forwarded is False


def test_a_missing_usage_is_unknown():
    assert decode(answer({"content": "x"})).usage is None
    assert decode(answer({"content": "x"}, usage={"prompt_tokens": 3})).usage == Usage(
        input=3, raw={"prompt_tokens": 3}
    )


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"prompt_tokens": 9, "completion_tokens": 1, "prompt_cache_hit_tokens": 8}, {"cached": 8}),
        ({"prompt_tokens": 9, "completion_tokens": 1, "cached_tokens": 7}, {"cached": 7}),
        ({"prompt_tokens": 9, "completion_tokens": 1, "num_cached_tokens": 6}, {"cached": 6}),
        ({"prompt_tokens": 9, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 0}}, {"cached": 0}),
        ({"prompt_tokens": 9, "completion_tokens": 1, "prompt_tokens_details": None}, {"cached": None}),
        ({"prompt_tokens": 9, "completion_tokens": 1, "reasoning_tokens": 1}, {"output": 1, "reasoning": 1}),
        (
            {
                "prompt_tokens": 32,
                "completion_tokens": 9,
                "total_tokens": 241,
                "completion_tokens_details": {"reasoning_tokens": 200},
            },
            {"output": 209, "reasoning": 200},
        ),
        (
            {
                "prompt_tokens": 1,
                "completion_tokens": 10,
                "total_tokens": 11,
                "completion_tokens_details": {"reasoning_tokens": 11},
            },
            {"output": 10, "reasoning": 11},
        ),
        ({"prompt_tokens": 1, "completion_tokens": 1, "cost": 0.0000069}, {"cost": Decimal("0.0000069")}),
        ({"prompt_tokens": 1, "completion_tokens": 1, "cost": 0}, {"cost": Decimal(0)}),
        ({"prompt_tokens": 1, "completion_tokens": 1, "cost": None}, {"cost": None}),
        ({"prompt_tokens": 1, "completion_tokens": 1, "cost": -1}, {"cost": None}),
        ({"prompt_tokens": 1, "completion_tokens": 1, "estimated_cost": 0.5}, {"cost": Decimal("0.5")}),
        ({"prompt_tokens": 1, "completion_tokens": 1, "cost": {"total_cost": 0.25}}, {"cost": Decimal("0.25")}),
        (
            {"prompt_tokens": 1, "cost": 0.1, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.2}},
            {"cost": Decimal("0.3")},
        ),
        ({"prompt_tokens": 1.0, "completion_tokens": "x", "odd": True}, {"input": 1, "output": None}),
        ({"prompt_tokens": 1, "server_tool_use_details": {"web_search_requests": 2}}, {"web_searches": 2}),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else None,
)
def test_counts_wherever_hosts_put_them(usage, expected):
    found = decode(answer({"content": "x"}, usage=usage)).usage
    assert {key: getattr(found, key) for key in expected} == expected
    assert found.raw == usage


def test_nothing_said_is_no_part():
    assert parts({"content": ""}) == parts({"content": None}) == parts({}) == ()


def test_a_refusal():
    assert parts({"content": None, "refusal": "No."}) == (Refusal(text="No."),)


def test_calls_of_every_kind():
    calls = [
        {"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}, "index": 0},
        {"id": "2", "type": "custom", "custom": {"name": "g", "input": "free"}},
        {"id": "3", "function": {"name": "h", "arguments": {"a": 1}}},
        {"id": "", "type": "function", "function": {"name": "i", "arguments": None}},
        {"id": "5", "type": "function", "function": {"name": "j", "arguments": ""}, "x": 1},
    ]
    found = parts({"content": None, "tool_calls": calls}, "tool_calls")
    assert found[:3] == (
        ToolCall(id="1", name="f", arguments='{"a":1}'),
        ToolCall(id="2", name="g", arguments="free", kind="custom"),
        ToolCall(id="3", name="h", arguments='{"a":1}'),
    )
    assert found[3].id.startswith("call_")
    assert found[4] == ToolCall(id="5", name="j", extra={"openai_chat": {"x": 1}})


def test_the_deprecated_function_call():
    [call] = parts({"content": None, "function_call": {"name": "f", "arguments": "{}"}}, "function_call")
    assert (call.name, call.arguments) == ("f", "{}")
    assert decode(answer({"function_call": {"name": "f"}}, "function_call")).finish.unified == "tool_calls"


def test_geminis_signature_on_a_call():
    extra = {"extra_content": {"google": {"thought_signature": "sig"}}}
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}, **extra}
    [found] = parts({"content": None, "tool_calls": [call]}, "tool_calls")
    assert (found.signature, found.extra) == ("sig", {"openai_chat": extra})


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning", "reasoning_text"])
def test_reasoning_in_any_of_the_hosts_fields(field):
    assert parts({"content": "x", field: "Hm."})[0] == Reasoning(
        text="Hm.", owner="openai_chat", extra={"openai_chat": {"field": field}}
    )


def test_of_two_fields_with_reasoning_one_counts():
    found = parts({"content": "x", "reasoning": "Hm.", "reasoning_content": "Hm."})
    assert [part.text for part in found] == ["Hm.", "x"]
    other = OpenAIChat(model="m", knobs=Knobs(reasoning_read=("reasoning",))).encode(ChatRequest(messages=(user("x"),)))
    assert len(parts({"content": "x", "reasoning_content": "Hm."}, exchange=other)) == 1


def test_reasoning_details_are_kept_whole():
    details = [
        {"type": "reasoning.summary", "summary": "Sum.", "format": "openai-responses-v1", "index": 0},
        {"type": "reasoning.encrypted", "data": "blob", "format": "openai-responses-v1", "index": 1},
    ]
    [thought, _] = parts({"content": "x", "reasoning": "Sum.", "reasoning_details": details})
    assert thought == Reasoning(
        text="Sum.",
        owner="openai_chat",
        extra={"openai_chat": {"field": "reasoning", "reasoning_details": details}},
    )
    [thought, _] = parts({"content": "x", "reasoning": None, "reasoning_details": details})
    assert thought.text == "Sum."


def test_anthropics_signature_is_good_at_anthropic():
    details = [{"type": "reasoning.text", "text": "Hm.", "signature": "sig", "format": "anthropic-claude-v1"}]
    [thought, _] = parts({"content": "x", "reasoning": "Hm.", "reasoning_details": details})
    assert (thought.signature, thought.owner) == ("sig", "anthropic_messages")
    foreign = [{**details[0], "format": "xai-responses-v1"}]
    [thought, _] = parts({"content": "x", "reasoning": "Hm.", "reasoning_details": foreign})
    assert (thought.signature, thought.owner) == (None, "openai_chat")


def test_sources():
    cited = {"url": "https://example.org", "title": "T", "start_index": 0, "end_index": 4, "content": "quoted", "x": 1}
    [text] = parts({"content": "Oslo", "annotations": [{"type": "url_citation", "url_citation": cited}]})
    assert text.citations == (
        Citation(url="https://example.org", title="T", quote="quoted", start=0, end=4, extra={"openai_chat": {"x": 1}}),
    )


def test_annotations_that_are_no_sources_are_kept_to_be_sent_back():
    annotations = [{"type": "file", "file": {"hash": "h"}}]
    message = decode(answer({"content": "x", "annotations": annotations})).choices[0].message
    assert message.extra == {"openai_chat": {"annotations": annotations}}


def test_sound_and_pictures():
    audio = {"id": "audio_1", "data": "AA==", "transcript": "Hi", "expires_at": 9}
    assert parts({"content": None, "audio": audio}) == (
        Audio(source=Media(data="AA=="), transcript="Hi", id="audio_1", expires_at=9),
    )
    images = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]
    assert parts({"content": "x", "images": images})[1] == Image(source=Media(data="AA==", media_type="image/png"))


def test_content_that_is_a_list():
    content = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}, {"type": "text", "text": "."}]},
        {"type": "text", "text": "Os"},
        {"type": "text", "text": "lo"},
        {"type": "reference", "reference_ids": [1]},
    ]
    assert parts({"content": content}) == (
        Reasoning(text="Hm.", owner="openai_chat"),
        Text(text="Oslo"),
        Opaque(dialect="openai_chat", raw={"type": "reference", "reference_ids": [1]}),
    )


def test_log_probabilities():
    token = {
        "token": "a",
        "logprob": -0.5,
        "bytes": [97],
        "top_logprobs": [{"token": "b", "logprob": -1, "bytes": None}],
    }
    body = answer({"content": "a"})
    body["choices"][0]["logprobs"] = {"content": [token], "refusal": None}
    assert decode(body).choices[0].logprobs == Logprobs(
        content=(TokenLogprob(token="a", logprob=-0.5, bytes=(97,), top=(TopLogprob(token="b", logprob=-1.0),)),)
    )


def test_fields_without_a_name_are_kept_in_their_place():
    body = answer({"content": "x", "padding": "p", "nothing": None}, citations=["https://example.org"])
    body["choices"][0]["native_finish_reason"] = "end_turn"
    response = decode(body)
    assert response.extra == {"openai_chat": {"citations": ["https://example.org"]}}
    assert response.choices[0].extra == {"openai_chat": {"native_finish_reason": "end_turn"}}
    assert response.choices[0].message.extra == {"openai_chat": {"padding": "p"}}


def test_several_choices_keep_their_numbers():
    body = answer({"content": "a"})
    body["choices"] = [body["choices"][0], {"message": {"content": "b"}, "finish_reason": "length"}]
    response = decode(body)
    assert [(choice.index, choice.message.text) for choice in response.choices] == [(0, "a"), (1, "b")]
    assert response.choices[1].finish == Finish(unified="length", raw="length")


@pytest.mark.parametrize(
    ("raw", "calls", "unified"),
    [
        ("stop", False, "stop"),
        ("stop", True, "tool_calls"),
        ("", True, "tool_calls"),
        ("", False, "unknown"),
        ("length", True, "length"),
        ("eos", False, "stop"),
        ("sensitive", False, "content_filter"),
        ("model_context_window_exceeded", False, "length"),
        ("strange", False, "unknown"),
        (None, False, "unknown"),
    ],
)
def test_finish_reasons(raw, calls, unified):
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    message = {"content": None, "tool_calls": [call]} if calls else {"content": "x"}
    assert decode(answer(message, raw)).finish == Finish(unified=unified, raw=raw or "")


def test_blank_lines_before_the_body():
    assert decode(b"\n\n   \n" + json.dumps(answer({"content": "x"})).encode()).text == "x"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b"{}",
        b'{"choices":[]}',
        b'{"choices":null}',
        b'{"choices":[{}]}',
        b'{"choices":[1]}',
        b'{"choices":[{"message":{"tool_calls":3}}]}',
        b'{"choices":[{"index":"0","message":{}}]}',
        b"\xff\xfe",
        b'{"choices":' + b"[" * 5000 + b"]" * 5000 + b"}",
    ],
    ids=range(13),
)
def test_what_is_no_answer(body):
    with pytest.raises(Malformed) as failure:
        decode(body)
    assert failure.value.body == body


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"error": {"message": "Provider returned error", "code": 502}}, ServerError),
        ({"error": {"message": "slow down", "code": 429}, "choices": None}, RateLimited),
        ({"code": "x", "error": "The service is currently at capacity"}, Overloaded),
        (
            {"id": "", "choices": None, "base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}},
            QuotaExceeded,
        ),
        ({"choices": [{"message": {"content": ""}, "finish_reason": "error", "error": {"code": 503}}]}, Overloaded),
        ({"choices": [{"message": {"content": "a"}, "finish_reason": "error"}]}, ServerError),
        ({"choices": [{"message": {"content": "a"}, "finish_reason": "insufficient_system_resource"}]}, Overloaded),
    ],
    ids=range(7),
)
def test_failures_in_a_body_with_status_200(body, kind):
    with pytest.raises(ProviderError) as failure:
        decode(body)
    assert (type(failure.value), failure.value.status) == (kind, 200)


def test_what_was_said_before_a_failure_is_kept():
    with pytest.raises(ServerError) as failure:
        decode({"choices": [{"message": {"content": "half"}, "finish_reason": "error"}]})
    assert failure.value.partial.text == "half"
