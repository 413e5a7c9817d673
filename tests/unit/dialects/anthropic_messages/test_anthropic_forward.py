"""Between two sides of this wire, bytes go through as they are (but for the model's name and a stream's errors)."""

import json

import pytest

from accord.core.accumulate import accumulate
from accord.core.error import Interrupted, Overloaded
from accord.core.event import Forwarded
from accord.core.http import Reply
from accord.dialects.anthropic_messages import AnthropicMessages, CountTokens, Knobs, parse, parse_count

BODY = b'{"model": "public/name", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}], "brand_new": {"x":  1.50}}'
HEADERS = (
    ("anthropic-version", "2023-06-01"),
    ("anthropic-beta", "a-1,b-2"),
    ("x-api-key", "sk-test-1"),
    ("user-agent", "x"),
)
STREAM = (
    b'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","model":"claude-x","content":[],"new":1}}\n\n'
    b": a comment\n\n"
    b'event: ping\ndata: {"type": "ping"}\n\n'
    b'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}  }\n\n'
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}\n\n'
    b'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n'
    b'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":1}}\n\n'
    b'event: message_stop\ndata: {"type":"message_stop"}\n\n'
)


def changed(**changes):
    return json.dumps({**json.loads(BODY), **changes}).encode()


def test_the_callers_bytes_go_out_with_the_model_replaced(codec_of):
    exchange = codec_of().forward(parse(BODY, HEADERS))
    assert exchange.forwarded
    assert exchange.draft.body == (
        b'{"model":"claude-opus-4-8","max_tokens":9,"messages":[{"role": "user", "content": "Hi"}],"brand_new":{"x":  1.50}}'
    )
    assert exchange.draft.headers == HEADERS[:2]
    assert exchange.warnings == ()


def test_an_answer_goes_back_with_the_model_replaced(codec_of):
    inbound = parse(BODY, HEADERS)
    raw = b'{"id":"msg_1","model":"claude-x","content":[],"stop_reason":"end_turn","new":1.50}'
    response = codec_of().forward(inbound).decode(Reply(status=200, body=raw))
    assert inbound.render(response, forwarded=True) == raw.replace(b"claude-x", b"public/name")


@pytest.mark.parametrize("size", [1, 7, 50, 10_000])
def test_a_stream_goes_back_with_the_model_replaced(codec_of, size):
    inbound = parse(BODY, HEADERS)
    decoder = codec_of().forward(inbound).decoder()
    renderer = inbound.renderer(forwarded=True)
    data = b""
    events = []
    for place in range(0, len(STREAM), size):
        found = decoder.feed(STREAM[place : place + size])
        events += found
        data += renderer.feed(found)
    last = decoder.end()
    data += renderer.feed(last) + renderer.end()
    assert data == STREAM.replace(b"claude-x", b"public/name").replace(b": a comment\n\n", b"")
    meaning = accumulate([event for event in events + last if not isinstance(event, Forwarded)])
    assert (meaning.model, meaning.text, meaning.finish.unified) == ("claude-x", "Hi", "stop")


def test_what_is_known_of_the_call_comes_with_the_end(codec_of):
    inbound = parse(BODY, HEADERS)
    renderer = inbound.renderer(forwarded=True)
    data = renderer.feed(codec_of().forward(inbound).decoder().feed(STREAM))
    assert b"message_stop" not in data
    assert renderer.end(accord={"a": 1}) == b'event: message_stop\ndata: {"type":"message_stop","accord":{"a":1}}\n\n'


def test_an_error_is_told_once(codec_of):
    inbound = parse(BODY, HEADERS)
    decoder = codec_of().forward(inbound).decoder()
    renderer = inbound.renderer(forwarded=True)
    error = (
        b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"m"},"request_id":"r"}\n\n'
    )
    data = renderer.feed(decoder.feed(STREAM[: STREAM.index(b"event: content_block_stop")] + error))
    assert b"overloaded_error" not in data
    with pytest.raises(Overloaded) as caught:
        decoder.end()
    assert renderer.fail(caught.value) == error


def test_nothing_is_passed_on_before_the_answer_begins(codec_of):
    ping = b'event: ping\ndata: {"type": "ping"}\n\n'
    decoder = codec_of().forward(parse(BODY, HEADERS)).decoder()
    assert decoder.feed(ping) == []
    assert isinstance(decoder.feed(STREAM[:-60])[-1], Forwarded)


def test_a_cut_stream_gets_no_end(codec_of):
    inbound = parse(BODY, HEADERS)
    decoder = codec_of().forward(inbound).decoder()
    renderer = inbound.renderer(forwarded=True)
    data = renderer.feed(decoder.feed(STREAM[:-10]))
    with pytest.raises(Interrupted) as caught:
        decoder.end()
    assert b"message_stop" not in data
    assert b"event: error" in renderer.fail(caught.value)
    assert renderer.heartbeat() == b'event: ping\ndata: {"type": "ping"}\n\n'


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("budget", {"thinking": {"type": "adaptive"}}),
        ("adaptive", {"thinking": {"type": "enabled", "budget_tokens": 1024}}),
        ("both", {"output_config": {"effort": "xhigh"}}),
        ("old", {"max_tokens": 64_000}),
        ("budget", {"messages": [{"role": "user", "content": "x"}, {"role": "system", "content": "y"}]}),
        (
            "adaptive",
            {
                "messages": [
                    {"role": "user", "content": "x"},
                    {"role": "assistant", "content": [{"type": "thinking", "thinking": "t", "signature": ""}]},
                ]
            },
        ),
    ],
)
def test_what_the_model_does_not_take_is_written_anew(codec_of, kind, changes):
    assert codec_of(kind).forward(parse(changed(**changes), HEADERS)) is None


UNSIGNED = [{"role": "assistant", "content": [{"type": "thinking", "thinking": "t", "signature": ""}]}]


def test_models_of_others_behind_this_wire_may_sign_nothing():
    codec = AnthropicMessages(model="deepseek-x")
    inbound = parse(changed(messages=UNSIGNED), HEADERS)
    assert codec.forward(inbound) is not None
    (turn,) = json.loads(codec.encode(inbound.request).draft.body)["messages"]
    assert turn["content"] == UNSIGNED[0]["content"]


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("budget", {"thinking": {"type": "enabled", "budget_tokens": 1024}}),
        ("adaptive", {"thinking": {"type": "adaptive"}, "output_config": {"effort": "xhigh"}}),
        ("adaptive", {"messages": [{"role": "user", "content": "x"}, {"role": "system", "content": "y"}]}),
    ],
)
def test_what_it_takes_goes_through(codec_of, kind, changes):
    assert codec_of(kind).forward(parse(changed(**changes), HEADERS)) is not None


def test_a_beta_for_longer_answers_goes_through(codec_of):
    headers = (("anthropic-beta", "output-128k-2025-02-19"),)
    assert codec_of("old").forward(parse(changed(max_tokens=64_000), headers)) is not None


class Quirky(AnthropicMessages):
    def finish_reason(self, reason, stop_sequence):
        return super().finish_reason("max_tokens", stop_sequence)


def test_quirks_and_overrides_are_written_anew(codec_of):
    inbound = parse(BODY, HEADERS)
    assert codec_of(knobs=Knobs(media_urls="refused")).forward(inbound) is None
    assert Quirky(model="claude-x").forward(inbound) is None
    reply = Reply(status=200, body=b'{"content":[],"stop_reason":"end_turn"}')
    assert Quirky(model="claude-x").encode(inbound.request).decode(reply).finish.unified == "length"


def test_another_wires_request_is_written_anew(codec_of):
    class Other:
        dialect = "openai_chat"

    assert codec_of().forward(Other()) is None


def test_written_anew_it_keeps_the_callers_betas(codec_of):
    exchange = codec_of().encode(parse(BODY, HEADERS).request)
    assert exchange.draft.headers == (("anthropic-beta", "a-1,b-2"),)
    assert json.loads(exchange.draft.body)["brand_new"] == {"x": 1.5}
    assert not exchange.forwarded


def test_counting(codec_of):
    body = b'{"model":"public/name", "messages":[{"role":"user","content":"Hi"}], "system":"S", "brand_new":1}'
    codec = CountTokens(model="claude-x", knobs=Knobs())
    exchange = codec.forward(parse_count(body, HEADERS))
    assert exchange.draft.body == body.replace(b"public/name", b"claude-x").replace(b", ", b",")
    assert (exchange.draft.operation, exchange.draft.dialect) == ("count_tokens", "anthropic_messages")
    assert exchange.draft.headers == HEADERS[:2]
    assert exchange.decode(Reply(status=200, body=b'{"input_tokens":12}')) == 12
