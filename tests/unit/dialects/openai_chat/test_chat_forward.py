"""Callers' own bytes on their way to a host of the same wire, and the host's on their way back."""

import json

import pytest

from accord.core.accumulate import accumulate
from accord.core.error import Interrupted, ServerError
from accord.core.event import Completed, Forwarded, UsageReported
from accord.core.http import Reply
from accord.core.model import ModelFacts
from accord.dialects.openai_chat import Knobs, OpenAIChat, parse

USAGE = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
ROLE = {"role": "assistant", "content": ""}


def forward(inbound, model="upstream", **given):
    return OpenAIChat(model=model, **given).forward(inbound)


def sent_on(inbound, data, accord=None):
    """What the caller of a stream gets, and the events beside."""
    exchange = forward(inbound)
    decoder, renderer = exchange.decoder(), inbound.renderer(forwarded=exchange.forwarded)
    events = decoder.feed(data)
    out = renderer.feed(events)
    rest = decoder.end()
    return out + renderer.feed(rest) + renderer.end(accord=accord), events + rest


def blocks(data):
    return [block for block in data.split(b"\n\n") if block]


def chunks_in(data):
    return [json.loads(block.removeprefix(b"data: ")) for block in blocks(data) if b"[DONE]" not in block]


def test_the_bytes_are_the_callers_own_but_for_the_name():
    body = b'{ "model":"asked",  "odd" : [1 ,2], "messages":[{"role":"user","content":"caf\\u00e9"}], "seed":1e2}'
    inbound = parse(body.replace(b"1e2", b"100"), ())
    draft = forward(inbound).draft
    assert (
        draft.body
        == b'{"model":"upstream","odd":[1 ,2],"messages":[{"role":"user","content":"caf\\u00e9"}],"seed":100}'
    )
    assert (draft.model, draft.stream, draft.dialect) == ("upstream", False, "openai_chat")


def test_nothing_is_written_anew_where_nothing_changes(ask):
    inbound = ask()
    assert forward(inbound, model="asked").draft.body is inbound.body


def test_a_stream_asks_for_usage(ask):
    inbound = ask(stream=True, stream_options={"include_obfuscation": False})
    sent = json.loads(forward(inbound).draft.body)
    assert sent["stream_options"] == {"include_obfuscation": False, "include_usage": True}
    inbound = ask(stream=True, stream_options={"include_usage": False})
    assert json.loads(forward(inbound).draft.body)["stream_options"] == {"include_usage": True}
    never = forward(ask(stream=True), knobs=Knobs(stream_usage="never"))
    assert "stream_options" not in json.loads(never.draft.body)


def test_the_old_limit_is_renamed_for_models_that_refuse_it(ask):
    inbound = ask(max_tokens=5)
    assert json.loads(forward(inbound).draft.body)["max_tokens"] == 5
    renamed = json.loads(forward(inbound, facts=ModelFacts(id="m", reasoning=True)).draft.body)
    assert renamed["max_completion_tokens"] == 5
    assert "max_tokens" not in renamed
    kept = json.loads(forward(inbound, facts=ModelFacts(id="m", reasoning=False)).draft.body)
    assert kept["max_tokens"] == 5


def test_hosts_with_quirks_are_not_forwarded_to(ask):
    class Host(OpenAIChat):
        pass

    class Lookalike(OpenAIChat, forwards=True):
        pass

    assert Host(model="m").forward(ask()) is None
    assert Lookalike(model="m").forward(ask()).forwarded
    assert forward(ask(), knobs=Knobs(system="system")) is None
    assert forward(ask(), knobs=Knobs(reasoning_read=("reasoning",))).forwarded


def test_other_wires_are_not_forwarded():
    class Foreign:
        dialect = "gemini"

    assert OpenAIChat(model="m").forward(Foreign()) is None


REGULAR = (
    b'{"id":"c","object":"chat.completion","created":1,"model":"up-1","x":[1 ,2],"choices":[{"index":0,"message":'
    b'{"role":"assistant","content":"say \\"model\\":\\"up-1\\"","refusal":null},"logprobs":null,"finish_reason":"stop"}]}'
)


def test_a_regular_answer_is_handed_on_with_the_callers_name(ask):
    inbound = ask()
    response = forward(inbound).decode(Reply(status=200, body=REGULAR))
    assert response.forwarded
    assert inbound.render(response, forwarded=True) == REGULAR.replace(b'"model":"up-1","x"', b'"model":"asked","x"')
    with_facts = json.loads(inbound.render(response, forwarded=True, accord={"cost": "1"}))
    assert with_facts["accord"] == {"cost": "1"}


def test_an_answer_gets_what_openais_schema_requires(ask):
    body = {
        "model": "up-1",
        "choices": [
            {
                "message": {
                    "content": None,
                    "tool_calls": [{"id": "1", "function": {"name": "f", "arguments": {"a": 1}}}],
                    "x": 1,
                },
                "finish_reason": "eos",
                "logprobs": {"content": [{"token": "a", "logprob": -1}]},
                "y": 2,
            },
            {
                "index": 1,
                "message": {"role": "assistant", "content": [{"type": "text", "text": "b"}]},
                "finish_reason": "stop",
            },
        ],
        "usage": {
            "prompt_tokens": 1,
            "completion_tokens": 2,
            "total_tokens": 3,
            "prompt_tokens_details": {"cached_tokens": None},
        },
        "service_tier": "on_demand",
        "z": 3,
    }
    inbound = ask()
    response = forward(inbound).decode(Reply(status=200, body=json.dumps(body).encode()))
    assert json.loads(inbound.render(response, forwarded=True)) == {
        "id": inbound.made_id,
        "object": "chat.completion",
        "created": 1_750_000_000,
        "model": "asked",
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": None,
                    "refusal": None,
                    "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}],
                    "x": 1,
                },
                "logprobs": {
                    "content": [{"token": "a", "logprob": -1, "bytes": None, "top_logprobs": []}],
                    "refusal": None,
                },
                "finish_reason": "tool_calls",
                "y": 2,
            },
            {
                "index": 1,
                "message": {"role": "assistant", "content": "b", "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            },
        ],
        "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
        "z": 3,
    }


def test_events_are_handed_on_byte_by_byte_but_for_the_name(ask, chunk, stream):
    data = (
        stream(
            chunk({**ROLE, "refusal": None}),
            chunk({"content": 'say "model": "upstream"'}),
            chunk({"content": "x"}, obfuscation="abc"),
            chunk(finish="stop"),
        )
        .replace(b", ", b",")
        .replace(b'": ', b'":')
    )
    out, events = sent_on(ask(stream=True), b": comment\n\n" + data)
    assert out == data.replace(b'"model":"upstream"', b'"model":"asked"')
    assert b'say \\"model\\":\\"upstream\\"' in out
    assert accumulate(events).text == 'say "model":"upstream"x'
    assert type(events[-1]) is Completed


def test_spaces_and_other_names_make_no_difference(ask, chunk, stream):
    data = stream(chunk(ROLE), {**chunk({"content": "a"}), "model": "other"}, chunk(finish="stop"))
    out, _ = sent_on(ask(stream=True), data)
    assert {one["model"] for one in chunks_in(out)} == {"asked"}
    same = stream({**chunk(ROLE), "model": "asked"}, {**chunk(finish="stop"), "model": "asked"})
    assert sent_on(ask(stream=True), same)[0] == same


def test_an_event_of_several_lines_stays_one_event(ask, chunk, stream):
    data = stream(chunk(ROLE), chunk(finish="stop")).replace(b'"choices": ', b'\ndata: "choices": ')
    out, _ = sent_on(ask(stream=True), data)
    assert len(chunks_in(out)) == 2


def usage_chunk(chunk):
    return {**chunk(), "choices": [], "usage": USAGE}


def test_usage_that_was_not_asked_for_is_held_back(ask, chunk, stream):
    data = stream(chunk(ROLE), chunk(finish="stop", usage=None), usage_chunk(chunk))
    out, events = sent_on(ask(stream=True), data)
    assert len(chunks_in(out)) == 2
    assert [event.usage.input for event in events if type(event) is UsageReported] == [3]
    on_finish = stream(chunk(ROLE), chunk(finish="stop", usage=USAGE, x=1))
    out, _ = sent_on(ask(stream=True), on_finish)
    assert chunks_in(out)[-1].get("usage", "none") == "none"
    assert chunks_in(out)[-1]["x"] == 1


def test_usage_that_was_asked_for_comes_last(ask, chunk, stream):
    inbound = ask(stream=True, stream_options={"include_usage": True})
    moderation = {**chunk(), "choices": [], "moderation": {"flagged": False}}
    out, _ = sent_on(inbound, stream(chunk(ROLE), chunk(finish="stop"), usage_chunk(chunk), moderation))
    assert [one.get("usage") for one in chunks_in(out)] == [None, None, USAGE, None]
    out, _ = sent_on(inbound, stream(chunk(ROLE), chunk(finish="stop"), usage_chunk(chunk), moderation), {"cost": "1"})
    assert [one.get("accord") for one in chunks_in(out)] == [None, None, {"cost": "1"}, None]


def test_facts_about_the_call_come_last_whatever_the_host_sent(ask, chunk, stream):
    out, _ = sent_on(ask(stream=True), stream(chunk(ROLE), chunk(finish="stop"), usage_chunk(chunk)), {"cost": "1"})
    last = chunks_in(out)[-1]
    assert (last["choices"], last["accord"], last["usage"]["total_tokens"], last["model"]) == (
        [],
        {"cost": "1"},
        5,
        "asked",
    )
    wanted = ask(stream=True, stream_options={"include_usage": True})
    out, _ = sent_on(wanted, stream(chunk(ROLE), chunk(finish="stop", usage=USAGE)), {"cost": "1"})
    assert [one.get("usage") for one in chunks_in(out)] == [None, USAGE, None]


def test_azures_filter_results_go_with_the_next_chunk(ask, chunk, stream):
    first = {"choices": [], "created": 0, "id": "", "model": "", "object": "", "prompt_filter_results": [1]}
    data = stream(first, chunk(ROLE), chunk({"content": "a"}), chunk(finish="stop"))
    for options in ({}, {"stream_options": {"include_usage": True}}):
        found = chunks_in(sent_on(ask(stream=True, **options), data)[0])
        assert [one.get("prompt_filter_results") for one in found] == [[1], None, None]


def test_what_is_said_twice_is_handed_on_once(ask, chunk, stream):
    call = {"index": 0, "id": "1", "type": "function", "function": {"name": "f", "arguments": "{"}}
    again = {"index": 0, "id": "1", "type": None, "function": {"name": "f", "arguments": "}"}}
    data = stream(
        chunk({"role": "assistant", "content": "a"}),
        chunk({"role": "assistant", "content": "b"}),
        chunk({"role": "assistant", "tool_calls": [call]}),
        chunk({"role": "assistant", "tool_calls": [again]}),
        chunk({"role": "assistant"}, finish="tool_calls"),
    )
    found = [one["choices"][0]["delta"] for one in chunks_in(sent_on(ask(stream=True), data)[0])]
    assert found == [
        {"role": "assistant", "content": "a"},
        {"content": "b"},
        {"tool_calls": [call]},
        {"tool_calls": [{"index": 0, "function": {"arguments": "}"}}]},
        {},
    ]


def test_calls_are_numbered_and_choices_begin_in_order(ask, chunk, stream):
    def call(name):
        return {"index": 0, "id": name, "type": "function", "function": {"name": "f", "arguments": "{}"}}

    data = stream(
        chunk({"role": "assistant", "tool_calls": [call("a")]}, index=1),
        chunk({"tool_calls": [call("b")]}, index=1),
        chunk(finish="tool_calls", index=1),
        chunk({"content": "x"}),
        chunk(finish="stop"),
    )
    found = [choice for one in chunks_in(sent_on(ask(stream=True), data)[0]) for choice in one["choices"]]
    assert [choice["index"] for choice in found] == [0, 1, 1, 1, 0, 0]
    assert found[0]["delta"] == {"role": "assistant", "content": ""}
    assert [call["index"] for choice in found for call in choice["delta"].get("tool_calls", [])] == [0, 1]


def test_elements_of_lists_are_numbered(ask, chunk, stream):
    source = {"type": "url_citation", "url_citation": {"url": "https://a.example"}}
    data = stream(
        chunk({**ROLE, "annotations": [source]}),
        chunk({"annotations": [source, source]}),
        chunk({"reasoning_details": [{"type": "reasoning.text", "index": 7}]}),
        chunk(finish="stop"),
    )
    found = [one["choices"][0]["delta"] for one in chunks_in(sent_on(ask(stream=True), data)[0])]
    assert [item["index"] for delta in found for item in delta.get("annotations", [])] == [0, 1, 2]
    assert found[2]["reasoning_details"][0]["index"] == 7


def test_content_that_is_a_list_becomes_text(ask, chunk, stream):
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}
    data = stream(
        chunk({**ROLE, "content": [thinking]}),
        chunk({"content": [{"type": "text", "text": "a"}]}),
        chunk(finish="stop"),
    )
    found = [one["choices"][0]["delta"] for one in chunks_in(sent_on(ask(stream=True), data)[0])]
    assert (found[0]["content"], found[0]["reasoning_content"], found[1]["content"]) == (None, "Hm", "a")


def test_a_whole_answer_to_a_streamed_request_is_streamed(ask):
    inbound = ask(stream=True, stream_options={"include_usage": True})
    body = json.dumps({**json.loads(REGULAR), "usage": USAGE}).encode()
    out, events = sent_on(inbound, body, {"cost": "1"})
    found = chunks_in(out)
    assert [choice["delta"].get("content") for one in found for choice in one["choices"]] == [
        "",
        'say "model":"up-1"',
        None,
    ]
    assert (found[-1]["usage"], found[-1]["accord"]) == (USAGE, {"cost": "1"})
    assert out.count(b"[DONE]") == 1
    assert type(events[-1]) is Completed


def test_failures_are_failures_here_too(ask, chunk, stream):
    inbound = ask(stream=True)
    decoder = forward(inbound).decoder()
    events = decoder.feed(stream(chunk(ROLE), {"error": {"message": "no"}}))
    assert sum(type(event) is Forwarded for event in events) == 1
    with pytest.raises(ServerError) as failure:
        decoder.end()
    renderer = inbound.renderer(forwarded=True)
    sent = renderer.feed(events) + renderer.fail(failure.value)
    assert [
        json.loads(block.removeprefix(b"data: ")).get("error", {}).get("message") for block in blocks(sent)[:-1]
    ] == [None, "no"]
    decoder = forward(inbound).decoder()
    decoder.feed(stream(chunk(ROLE), done=False))
    with pytest.raises(Interrupted):
        decoder.end()
    assert type(forward(inbound).error(Reply(status=500))) is ServerError


def test_both_ways_tell_the_same(ask, chunk, stream):
    data = stream(
        chunk({**ROLE, "reasoning_content": "Hm"}),
        chunk({"content": "a"}),
        chunk(
            {"tool_calls": [{"index": 0, "id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}
        ),
        chunk(finish="tool_calls"),
        usage_chunk(chunk),
    )
    inbound = ask(stream=True, stream_options={"include_usage": True})
    through = [event for event in sent_on(inbound, data)[1] if type(event) is not Forwarded]
    decoder = OpenAIChat(model="upstream").encode(inbound.request, stream=True).decoder()
    assert decoder.feed(data) + decoder.end() == through


def test_what_a_host_leaves_out_of_a_piece_of_text_is_put_in(ask, chunk, stream):
    pieces = [
        chunk(ROLE),
        chunk({"content": "a"}),
        chunk({"content": "b"}),
        chunk({"content": "c"}),
        chunk(finish="stop"),
    ]
    for piece in pieces[1:-1]:
        del piece["choices"][0]["finish_reason"]
    sent, _ = sent_on(ask(stream=True), stream(*pieces))
    told = [one["choices"][0] for one in chunks_in(sent)]
    assert [one["delta"].get("content") for one in told] == ["", "a", "b", "c", None]
    assert [one["finish_reason"] for one in told] == [None, None, None, None, "stop"]


@pytest.mark.parametrize("told", [{}, {"finish_reason": None}, {"finish_reason": ""}])
def test_a_whole_answer_that_does_not_say_why_it_ended_says_no_word_of_ours(told):
    inbound = parse(json.dumps({"model": "asked", "messages": [{"role": "user", "content": "Hi"}]}).encode(), ())
    exchange = OpenAIChat(model="up").forward(inbound)
    choice = {"index": 0, "message": {"role": "assistant", "content": "Hello"}, **told}
    body = json.dumps(
        {"id": "c", "object": "chat.completion", "created": 1, "model": "up", "choices": [choice]}
    ).encode()
    response = exchange.decode(Reply(status=200, headers=(), body=body))
    assert json.loads(inbound.render(response, forwarded=True))["choices"][0]["finish_reason"] is None
