"""Streams as they are read: nothing is complete that is not, and any split of the bytes gives the same events."""

import json

import pytest

from accord.core.accumulate import accumulate
from accord.core.error import Interrupted, Malformed, Overloaded, ServerError
from accord.core.event import (
    ArgumentsDelta,
    CitationAdded,
    Completed,
    Finished,
    OpaqueEvent,
    PartFinished,
    PartStarted,
    ReasoningDelta,
    ReasoningSealed,
    Started,
    TextDelta,
    Updated,
    UsageReported,
)
from accord.core.part import Opaque, Reasoning, Refusal, Text, ToolCall
from accord.core.request import JsonSchemaFormat
from accord.core.tool import CustomTool, FunctionTool

START = {
    "type": "message_start",
    "message": {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-x",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "stop_details": None,
        "usage": {"input_tokens": 25, "cache_read_input_tokens": 2048, "output_tokens": 2, "service_tier": "standard"},
    },
}
STOP = {"type": "message_stop"}


def block(index, start, *deltas):
    yield {"type": "content_block_start", "index": index, "content_block": start}
    for delta in deltas:
        yield {"type": "content_block_delta", "index": index, "delta": delta}
    yield {"type": "content_block_stop", "index": index}


def ended(reason="end_turn", usage=None, **delta):
    return {
        "type": "message_delta",
        "delta": {"stop_reason": reason, "stop_sequence": None, **delta},
        "usage": usage or {"output_tokens": 57},
    }


def sse(*events):
    return b"".join(
        [b"event: %b\ndata: %b\n\n" % (event["type"].encode(), json.dumps(event).encode()) for event in events]
    )


@pytest.fixture
def read(sent):
    """`read(*events, **request fields)`: the neutral events."""

    def read(*events, kind="adaptive", **fields):
        decoder = sent(kind, **fields).exchange.decoder()
        return decoder.feed(sse(*events)) + decoder.end()

    return read


TEXT = tuple(block(0, {"type": "text", "text": ""}, {"type": "text_delta", "text": "Hi"}))


def test_text(read):
    events = read(START, *TEXT, {"type": "ping"}, ended(), STOP)
    assert [type(event) for event in events] == [
        Started,
        UsageReported,
        PartStarted,
        TextDelta,
        PartFinished,
        UsageReported,
        Finished,
        Completed,
    ]
    response = accumulate(events)
    assert (response.id, response.model, response.text) == ("msg_1", "claude-x", "Hi")
    assert (response.finish.unified, response.finish.raw) == ("stop", "end_turn")
    usage = response.usage
    assert (usage.input, usage.cached, usage.output, usage.service_tier) == (2073, 2048, 57, "standard")


def test_thinking_and_its_signature(read):
    thinking = block(
        0,
        {"type": "thinking", "thinking": "", "signature": ""},
        {"type": "thinking_delta", "thinking": "h"},
        {"type": "thinking_delta", "thinking": "m"},
        {"type": "signature_delta", "signature": "sig"},
    )
    events = read(START, *thinking, ended(), STOP)
    assert [type(event) for event in events[3:6]] == [ReasoningDelta, ReasoningDelta, ReasoningSealed]
    (part,) = accumulate(events).choices[0].message.parts
    assert part == Reasoning(text="hm", signature="sig", owner="anthropic_messages")


def test_redacted_thinking_comes_whole(read):
    events = read(START, *block(0, {"type": "redacted_thinking", "data": "x"}), ended(), STOP)
    assert accumulate(events).choices[0].message.parts == (Reasoning(encrypted="x", owner="anthropic_messages"),)


def test_a_tool_call(read):
    call = block(
        0,
        {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}, "caller": {"type": "direct"}},
        {"type": "input_json_delta", "partial_json": ""},
        {"type": "input_json_delta", "partial_json": '{"a":'},
        {"type": "input_json_delta", "partial_json": " 1}"},
    )
    events = read(START, *call, ended("tool_use"), STOP, tools=(FunctionTool(name="f"),))
    (part,) = accumulate(events).tool_calls
    extra = {"anthropic_messages": {"caller": {"type": "direct"}}}
    assert part == ToolCall(id="toolu_1", name="f", arguments='{"a": 1}', extra=extra)
    assert events[-2].finish.unified == "tool_calls"


@pytest.mark.parametrize(("given", "arguments"), [({}, "{}"), ({"a": 1}, '{"a":1}')])
def test_a_call_without_pieces(read, given, arguments):
    events = read(START, *block(0, {"type": "tool_use", "id": "t", "name": "f", "input": given}), ended(), STOP)
    assert accumulate(events).tool_calls[0].arguments == arguments


def test_names_and_free_text_are_the_callers(read):
    calls = [
        *block(0, {"type": "tool_use", "id": "a", "name": "a_b", "input": {}}),
        *block(
            1,
            {"type": "tool_use", "id": "b", "name": "sql", "input": {}},
            {"type": "input_json_delta", "partial_json": '{"input": "SEL'},
            {"type": "input_json_delta", "partial_json": 'ECT 1"}'},
        ),
    ]
    events = read(START, *calls, ended("tool_use"), STOP, tools=(FunctionTool(name="a.b"), CustomTool(name="sql")))
    first, second = accumulate(events).tool_calls
    assert (first.name, second.kind, second.arguments) == ("a.b", "custom", "SELECT 1")


def test_the_tool_that_gives_the_answer_is_text(read):
    answer = block(
        0,
        {"type": "tool_use", "id": "t", "name": "json_answer", "input": {}},
        {"type": "input_json_delta", "partial_json": '{"n":'},
        {"type": "input_json_delta", "partial_json": "3}"},
    )
    wanted = JsonSchemaFormat(schema={"type": "object", "properties": {"n": {"type": "integer"}}})
    response = accumulate(read(START, *answer, ended("tool_use"), STOP, kind="old", response_format=wanted))
    assert (response.text, response.tool_calls, response.finish.unified) == ('{"n":3}', (), "stop")


def test_citations(read):
    citation = {
        "type": "web_search_result_location",
        "cited_text": "q",
        "url": "u",
        "title": "t",
        "encrypted_index": "e",
    }
    text = block(
        0,
        {"type": "text", "text": "", "citations": []},
        {"type": "citations_delta", "citation": citation},
        {"type": "text_delta", "text": "x"},
    )
    events = read(START, *text, ended(), STOP)
    assert isinstance(events[3], CitationAdded)
    part = accumulate(events).choices[0].message.parts[0]
    assert isinstance(part, Text)
    (found,) = part.citations
    assert (found.url, found.title, found.quote) == ("u", "t", "q")


def test_server_tools_stay_whole_and_in_place(read):
    result = {"type": "web_search_tool_result", "tool_use_id": "s", "content": [{"encrypted_content": "e"}]}
    blocks = [
        *block(
            0,
            {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}},
            {"type": "input_json_delta", "partial_json": '{"query":'},
            {"type": "input_json_delta", "partial_json": '"x"}'},
        ),
        *block(1, result),
        *block(2, {"type": "text", "text": ""}, {"type": "text_delta", "text": "y"}),
        *block(3, {"type": "compaction", "content": None}, {"type": "compaction_delta", "content": "c"}),
        *block(4, {"type": "brand_new", "x": 1}, {"type": "brand_new_delta", "y": 2}),
    ]
    parts = accumulate(read(START, *blocks, ended(), STOP)).choices[0].message.parts
    assert [part.raw if isinstance(part, Opaque) else part for part in parts] == [
        {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "x"}},
        result,
        Text(text="y"),
        {"type": "compaction", "content": "c"},
        {"type": "brand_new", "x": 1, "y": 2},
    ]


def test_what_is_unknown_is_kept_as_it_is(read):
    new_event = {"type": "new_event", "x": 1}
    new_delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "new_delta", "y": 2}}
    progress = {"type": "thinking_delta", "thinking": "", "estimated_tokens": 50}
    thinking = list(block(1, {"type": "thinking", "thinking": "", "signature": ""}, progress))
    events = read(START, new_event, TEXT[0], new_delta, *TEXT[1:], *thinking, ended(), STOP)
    opaque = [event.raw for event in events if isinstance(event, OpaqueEvent)]
    assert opaque == [new_event, new_delta, thinking[1]]


def test_usage_is_a_running_total_and_null_says_nothing(read):
    usage = {"input_tokens": 30, "cache_read_input_tokens": None, "output_tokens": 9}
    response = accumulate(read(START, ended(usage=usage), STOP))
    assert (response.usage.input, response.usage.cached, response.usage.output) == (2078, 2048, 9)


def test_an_empty_answer_is_an_answer(read):
    response = accumulate(read(START, ended("stop_sequence", stop_sequence="X"), STOP))
    assert response.choices[0].message.parts == ()
    assert (response.finish.unified, response.finish.stop_sequence) == ("stop", "X")


def test_a_refusal_says_why(read):
    details = {"type": "refusal", "category": "cyber", "explanation": "Because."}
    response = accumulate(read(START, *TEXT, ended("refusal", stop_details=details), STOP))
    choice = response.choices[0]
    assert (choice.message.text, choice.message.refusal, choice.finish.unified) == ("Hi", "Because.", "content_filter")
    assert isinstance(choice.message.parts[-1], Refusal)
    assert choice.extra == {"anthropic_messages": {"stop_details": details}}


@pytest.mark.parametrize(
    ("reason", "unified"),
    [
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("pause_turn", "pause"),
        ("compaction", "stop"),
        ("brand_new", "unknown"),
    ],
)
def test_why_it_stopped(read, reason, unified):
    finish = accumulate(read(START, *TEXT, ended(reason), STOP)).finish
    assert (finish.unified, finish.raw) == (unified, reason)


def test_facts_that_come_late(read):
    late = {**ended(container={"id": "c"}), "context_management": {"applied_edits": []}}
    events = read(START, late, STOP)
    assert any(isinstance(event, Updated) for event in events)
    assert accumulate(events).extra == {
        "anthropic_messages": {"container": {"id": "c"}, "context_management": {"applied_edits": []}}
    }


def test_a_stream_without_its_end_is_interrupted(sent):
    for events in ([], [START], [START, *TEXT], [START, *TEXT, ended()]):
        decoder = sent().exchange.decoder()
        decoder.feed(sse(*events))
        with pytest.raises(Interrupted):
            decoder.end()
        with pytest.raises(Interrupted):
            decoder.end()


def test_a_cut_event_is_interrupted_and_not_malformed(sent):
    decoder = sent().exchange.decoder()
    assert len(decoder.feed(sse(START, *TEXT)[:-20])) == 4
    with pytest.raises(Interrupted):
        decoder.end()


def test_the_last_event_counts_without_its_blank_line(sent):
    decoder = sent().exchange.decoder()
    decoder.feed(sse(START, ended(), STOP)[:-2])
    assert isinstance(decoder.end()[-1], Completed)


def test_an_error_comes_after_what_preceded_it(sent):
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}, "request_id": "req_1"}
    decoder = sent().exchange.decoder()
    assert len(decoder.feed(sse(START, *TEXT, error))) == 5
    with pytest.raises(Overloaded) as caught:
        decoder.end()
    assert (caught.value.request_id, caught.value.status, caught.value.retryable) == ("req_1", 200, True)
    alone = sent().exchange.decoder()
    with pytest.raises(Overloaded):
        alone.feed(sse(error))


def test_a_plain_error_in_place_of_a_stream(sent):
    decoder = sent().exchange.decoder()
    assert decoder.feed(b'{"type":"error","error":{"type":"api_error",') == []
    assert decoder.feed(b'"message":"oops"}}') == []
    with pytest.raises(ServerError, match="oops"):
        decoder.end()
    whole = sent().exchange.decoder()
    whole.feed(b'{"type":"message"}')
    with pytest.raises(Malformed, match="plain answer"):
        whole.end()


@pytest.mark.parametrize(
    "events",
    [
        [START, START],
        [TEXT[0]],
        [ended()],
        [STOP],
        [START, TEXT[1]],
        [START, TEXT[2]],
        [START, TEXT[0], TEXT[0]],
        [{"type": "message_start"}],
        [{"type": "message_start", "message": 3}],
        [START, {"type": "content_block_start", "index": 0, "content_block": {"type": "text"}}],
        [START, {"type": "content_block_start", "index": 0, "content_block": {}}],
        [START, TEXT[0], {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": 5}}],
        [START, TEXT[0], {"type": "content_block_delta", "index": 0, "delta": {"type": "citations_delta"}}],
        [START, {"type": "message_delta", "delta": {"stop_reason": 1}}],
    ],
)
def test_what_the_wire_does_not_allow_is_malformed(sent, events):
    decoder = sent().exchange.decoder()
    with pytest.raises(Malformed):  # noqa: PT012 - events before the wrong one come first
        decoder.feed(sse(*events))
        decoder.feed(b"")


@pytest.mark.parametrize(
    "data", [b"data: {\n\n", b"data: 3\n\n", b"data: \xff\n\n", b"data: " + b"[" * 100_000 + b"\n\n"]
)
def test_what_is_no_json_is_malformed(sent, data):
    with pytest.raises(Malformed):
        sent().exchange.decoder().feed(data)


def test_hosts_that_name_events_only_outside_the_data(sent):
    decoder = sent().exchange.decoder()
    nameless = [{key: value for key, value in event.items() if key != "type"} for event in (START, ended(), STOP)]
    names = (b"message_start", b"message_delta", b"message_stop")
    stream = b"".join(
        [
            b"event: %b\ndata: %b\n\n" % (name, json.dumps(data).encode())
            for name, data in zip(names, nameless, strict=True)
        ]
    )
    events = decoder.feed(stream + b"data: [DONE]\n\n")
    assert isinstance(events[-1], Completed)
    assert decoder.end() == []


def test_arguments_are_handed_on_as_they_come(read):
    call = block(
        0,
        {"type": "tool_use", "id": "t", "name": "f", "input": {}},
        {"type": "input_json_delta", "partial_json": '{"a'},
        {"type": "input_json_delta", "partial_json": '":1}'},
    )
    deltas = [event.text for event in read(START, *call, ended(), STOP) if isinstance(event, ArgumentsDelta)]
    assert deltas == ['{"a', '":1}']


@pytest.mark.parametrize("kind", [None, 7, [], {}])
def test_an_event_whose_type_is_no_word_goes_by_its_name(sent, kind):
    data = sse(START, *TEXT, ended(), STOP).replace(
        b'"type": "message_stop"', b'"type": %b' % json.dumps(kind).encode()
    )
    decoder = sent("adaptive").exchange.decoder()
    assert accumulate(decoder.feed(data) + decoder.end()).text == "Hi"


@pytest.mark.parametrize(
    "event",
    [
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": None}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": None, "text": ""}},
        {"type": "message_delta", "delta": None, "usage": None},
    ],
)
def test_null_is_as_good_as_nothing(read, event):
    events = read(START, *TEXT[:-1], event, TEXT[-1], ended(), STOP)
    assert accumulate(events).text == "Hi"
