"""Streams of the Responses wire as neutral events: what servers leave out, overlap, number oddly, and fail with."""

import json

import pytest

from accord.core.accumulate import accumulate
from accord.core.error import (
    ContextLengthExceeded,
    Interrupted,
    InvalidRequest,
    Malformed,
    Overloaded,
    ProviderError,
    QuotaExceeded,
    RateLimited,
    ServerError,
)
from accord.core.event import (
    CitationAdded,
    Completed,
    Finished,
    LogprobsDelta,
    OpaqueEvent,
    PartFinished,
    ReasoningDelta,
    ReasoningSealed,
    Started,
    TextDelta,
)
from accord.core.http import Reply
from accord.core.part import Opaque, Reasoning, Refusal, Text, ToolCall
from accord.core.request import ChatRequest
from accord.dialects.openai_responses import OpenAIResponses

NAME = "openai_responses"


def exchange():
    return OpenAIResponses(model="m").encode(ChatRequest(), stream=True)


def sse(*events):
    return b"".join([b"data: " + json.dumps(event).encode() + b"\n\n" for event in events])


def decoded(*events):
    decoder = exchange().decoder()
    told = decoder.feed(sse(*events)) + decoder.end()
    # Whoever follows the deltas alone misses nothing and hears nothing twice.
    alone = accumulate(event for event in told if not isinstance(event, PartFinished))
    assert heard(alone) == heard(accumulate(told))
    return told


def heard(response):
    (message,) = [choice.message for choice in response.choices]
    thoughts = [(part.text, part.summary, part.encrypted) for part in message.parts if isinstance(part, Reasoning)]
    return message.text, message.refusal, [call.arguments for call in message.tool_calls], thoughts


def parts_of(*events):
    return accumulate(decoded(*events)).choices[0].message.parts


def created(**members):
    return {"type": "response.created", "response": {"id": "resp_1", "model": "m-1", "created_at": 7, **members}}


def added(index, item):
    return {"type": "response.output_item.added", "output_index": index, "item": item}


def done(index, item):
    return {"type": "response.output_item.done", "output_index": index, "item": item}


def text_delta(index, text, content=0, **members):
    return {
        "type": "response.output_text.delta",
        "output_index": index,
        "content_index": content,
        "delta": text,
        **members,
    }


def completed(kind="completed", **members):
    return {"type": f"response.{kind}", "response": {"id": "resp_1", "status": kind, **members}}


def message(*texts, item_id="msg_1", **members):
    content = [{"type": "output_text", "text": text, "annotations": []} for text in texts]
    return {"type": "message", "id": item_id, "role": "assistant", "status": "completed", "content": content, **members}


CALL = {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "f", "arguments": '{"a":1}'}


def test_the_least_a_server_may_send_is_whole_items_and_an_end():
    events = decoded(created(), done(0, message("Hi")), done(1, CALL), completed())
    assert [event.text for event in events if isinstance(event, TextDelta)] == ["Hi"]
    response = accumulate(events)
    assert (response.id, response.model, response.created, response.text) == ("resp_1", "m-1", 7, "Hi")
    assert response.tool_calls == (ToolCall(id="c1", name="f", arguments='{"a":1}', item_id="fc_1"),)
    assert response.finish.unified == "tool_calls"


def test_an_answer_told_only_by_its_end_is_told():
    events = decoded(completed(output=[message("Hi"), CALL]))
    assert isinstance(events[0], Started)
    assert accumulate(events).text == "Hi"


def test_the_end_says_nothing_twice():
    events = decoded(
        created(),
        added(0, message()),
        text_delta(0, "Hi"),
        done(0, message("Hi")),
        completed(output=[message("Hi")]),
    )
    assert [event.text for event in events if isinstance(event, TextDelta)] == ["Hi"]


def test_what_deltas_left_out_is_made_up_for():
    annotation = {"type": "url_citation", "url": "https://x", "title": "X", "start_index": 0, "end_index": 1}
    scores = [{"token": "a", "logprob": -1.0}, {"token": "b", "logprob": -2.0}]
    whole = message("abc")
    whole["content"][0].update(annotations=[annotation], logprobs=scores)
    events = decoded(
        created(), added(0, message()), text_delta(0, "a", logprobs=scores[:1]), done(0, whole), completed()
    )
    assert [event.text for event in events if isinstance(event, TextDelta)] == ["a", "bc"]
    assert [event.citation.url for event in events if isinstance(event, CitationAdded)] == ["https://x"]
    told = [event.content for event in events if isinstance(event, LogprobsDelta)]
    assert [token.token for content in told for token in content] == ["a", "b"]


def test_arguments_that_come_with_the_beginning_are_not_told_again():
    decoded(created(), added(0, CALL), done(0, CALL), completed())
    delta = {"type": "response.function_call_arguments.delta", "output_index": 0, "delta": "1}"}
    parts = parts_of(created(), added(0, {**CALL, "arguments": '{"a":'}), delta, done(0, CALL), completed())
    assert parts[0].arguments == '{"a":1}'


def test_several_messages_and_contents_keep_their_order_and_their_facts():
    two = message("a", "b", phase="commentary")
    two["content"].append({"type": "refusal", "refusal": "no"})
    parts = parts_of(created(), done(0, two), done(1, message("c", item_id="msg_2")), completed())
    assert parts == (
        Text(text="a", extra={NAME: {"item": {"id": "msg_1", "phase": "commentary"}}}),
        Text(text="b"),
        Refusal(text="no"),
        Text(text="c", extra={NAME: {"item": {"id": "msg_2"}}}),
    )


def test_reasoning_in_words_in_summary_and_sealed():
    thought = {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [{"type": "summary_text", "text": "one"}, {"type": "summary_text", "text": "two"}],
        "content": [{"type": "reasoning_text", "text": "hm"}],
        "encrypted_content": "gAAA",
        "format": "x-v1",
    }
    events = decoded(
        created(),
        added(0, {"type": "reasoning", "id": "rs_1", "summary": []}),
        {"type": "response.reasoning_summary_text.delta", "output_index": 0, "summary_index": 0, "delta": "on"},
        {"type": "response.reasoning_text.delta", "output_index": 0, "content_index": 0, "delta": "hm"},
        done(0, thought),
        completed(),
    )
    deltas = [(event.summary, event.text) for event in events if isinstance(event, ReasoningDelta)]
    assert deltas == [(0, "on"), (None, "hm"), (0, "e"), (1, "two")]
    assert [event.encrypted for event in events if isinstance(event, ReasoningSealed)] == ["gAAA"]
    assert accumulate(events).choices[0].message.parts == (
        Reasoning(
            text="hm",
            summary=("one", "two"),
            encrypted="gAAA",
            id="rs_1",
            owner=NAME,
            extra={NAME: {"format": "x-v1"}},
        ),
    )


def test_reasoning_in_several_pieces_keeps_them_apart():
    pieces = [{"type": "reasoning_text", "text": text} for text in ("a", "b")]
    item = {"type": "reasoning", "id": "rs_1", "summary": [], "content": pieces}
    (thought,) = parts_of(created(), done(0, item), completed())
    assert (thought.text, thought.extra) == ("ab", {NAME: {"content": pieces}})


def test_two_items_may_grow_at_once():
    parts = parts_of(
        created(),
        added(0, {**CALL, "arguments": ""}),
        added(1, {**CALL, "id": "fc_2", "call_id": "c2", "arguments": ""}),
        {"type": "response.function_call_arguments.delta", "output_index": 1, "delta": '{"b":'},
        {"type": "response.function_call_arguments.delta", "output_index": 0, "delta": '{"a":1}'},
        {"type": "response.function_call_arguments.delta", "output_index": 1, "delta": "2}"},
        done(1, {**CALL, "id": "fc_2", "call_id": "c2", "arguments": '{"b":2}'}),
        done(0, CALL),
        completed(),
    )
    assert [(call.id, call.arguments) for call in parts] == [("c1", '{"a":1}'), ("c2", '{"b":2}')]


def test_a_server_that_numbers_all_items_0_is_understood():
    parts = parts_of(
        created(),
        added(0, message()),
        text_delta(0, "Hi"),
        done(0, message("Hi")),
        added(0, {**CALL, "arguments": ""}),
        done(0, CALL),
        completed(output=[message("Hi"), CALL]),
    )
    assert [type(part) for part in parts] == [Text, ToolCall]


def test_hosted_tools_keep_their_items_and_their_progress():
    begun = {"type": "web_search_call", "id": "ws_1", "status": "in_progress"}
    ended = {**begun, "status": "completed", "action": {"type": "search", "query": "q"}}
    progress = {"type": "response.web_search_call.searching", "output_index": 0, "item_id": "ws_1"}
    events = decoded(created(), added(0, begun), {**progress, "sequence_number": 3}, done(0, ended), completed())
    assert [event.raw for event in events if isinstance(event, OpaqueEvent)] == [progress]
    assert accumulate(events).choices[0].message.parts == (Opaque(dialect=NAME, raw=ended),)
    assert accumulate(events).finish.unified == "stop"


def test_custom_calls_and_namespaces():
    call = {"type": "custom_tool_call", "id": "ctc_1", "call_id": "c", "name": "exec", "input": "ls", "namespace": "ns"}
    parts = parts_of(
        created(),
        added(0, {**call, "input": ""}),
        {"type": "response.custom_tool_call_input.delta", "output_index": 0, "delta": "ls"},
        done(0, call),
        completed(),
    )
    assert parts == (ToolCall(id="c", name="exec", arguments="ls", kind="custom", namespace="ns", item_id="ctc_1"),)


@pytest.mark.parametrize(
    ("end", "unified", "raw"),
    [
        (completed(), "stop", "completed"),
        (completed("incomplete", incomplete_details={"reason": "max_output_tokens"}), "length", "max_output_tokens"),
        (completed("incomplete", incomplete_details={"reason": "content_filter"}), "content_filter", "content_filter"),
        (completed("incomplete", incomplete_details={"reason": "steered"}), "unknown", "steered"),
        (completed("incomplete"), "unknown", "incomplete"),
        # A response object that says more than the event it comes in.
        (
            {
                "type": "response.completed",
                "response": {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}},
            },
            "length",
            "max_output_tokens",
        ),
        # One that lags behind.
        ({"type": "response.completed", "response": {"status": "in_progress"}}, "stop", "completed"),
    ],
)
def test_only_a_terminal_event_ends_a_stream_and_says_why(end, unified, raw):
    events = decoded(created(), done(0, message("Hi")), end)
    (finished,) = [event for event in events if isinstance(event, Finished)]
    assert (finished.finish.unified, finished.finish.raw) == (unified, raw)
    assert isinstance(events[-1], Completed)


def test_bytes_after_the_end_mean_nothing():
    decoder = exchange().decoder()
    decoder.feed(sse(created(), completed()))
    assert decoder.feed(sse(text_delta(0, "more"), {"type": "error", "message": "x"})) == []
    assert decoder.end() == []


FAILURES = [
    (
        {"type": "error", "code": "rate_limit_exceeded", "message": "Please try again in 1.5s.", "param": None},
        RateLimited,
        1.5,
    ),
    ({"type": "error", "error": {"type": "server_error", "message": "x"}}, ServerError, None),
    ({"error": {"code": 503, "message": "no capacity"}}, Overloaded, None),
    ({"type": "error", "error": {"type": "invalid_request_error", "code": "x", "message": "y"}}, InvalidRequest, None),
    (
        completed("failed", error={"code": "context_length_exceeded", "message": "long"}),
        ContextLengthExceeded,
        None,
    ),
    (completed("failed", error={"code": "insufficient_quota", "message": "pay"}), QuotaExceeded, None),
    (completed("failed", error={"code": "invalid_image", "message": "blurry"}), InvalidRequest, None),
    (completed("failed", error={"code": "failed_to_download_image", "message": "gone"}), InvalidRequest, None),
    (completed("failed"), ServerError, None),
]


def follow(decoder, data, size, events):
    for start in range(0, len(data), size):
        events += decoder.feed(data[start : start + size])
    decoder.end()


@pytest.mark.parametrize(("failure", "kind", "wait"), FAILURES)
def test_failures_inside_are_raised_by_their_cause_whatever_the_split(failure, kind, wait):
    data = sse(created(), text_delta(0, "Hi"), failure)
    for size in (len(data), 1, 50):
        decoder, events = exchange().decoder(), []
        with pytest.raises(ProviderError) as caught:
            follow(decoder, data, size, events)
        assert [event.text for event in events if isinstance(event, TextDelta)] == ["Hi"]
        assert type(caught.value) is kind
        assert (caught.value.status, caught.value.retry_after) == (200, wait)
        with pytest.raises(kind):
            decoder.feed(b"")


def test_a_failure_before_anything_else_is_the_first_thing_told():
    with pytest.raises(RateLimited):
        exchange().decoder().feed(sse(completed("failed", error={"code": "slow_down", "message": "x"})))


def test_a_plain_error_in_place_of_a_stream_is_told():
    decoder = exchange().decoder()
    assert decoder.feed(b'{"error": {"code": "insufficient_quota", "message": "pay"}}') == []
    with pytest.raises(QuotaExceeded, match="pay"):
        decoder.end()


@pytest.mark.parametrize("data", [b"", b"data: [DONE]\n\n", b'{"id": 1}', b"<html>", b": hello\n\n"])
def test_bytes_without_an_end_are_interrupted(data):
    decoder = exchange().decoder()
    assert decoder.feed(data) == []
    with pytest.raises(Interrupted):
        decoder.end()


@pytest.mark.parametrize(
    "event",
    [
        b"{",
        b"[]",
        b'{"type":5}',
        b'{"type":"response.output_text.delta","delta":5}',
        b'{"type":"response.output_item.added","item":null}',
        b'{"type":"response.output_item.done","item":{"type":"message","content":[{"type":"output_text"}]}}',
        b'{"type":"response.reasoning_summary_text.delta","delta":"x","summary_index":-1}',
        b'{"type":"response.reasoning_summary_text.delta","delta":"x","summary_index":99999999}',
        b'{"type":"response.completed"}',
        b'{"type":"response.completed","response":{"incomplete_details":"many"}}',
    ],
)
def test_events_the_wire_does_not_promise_are_malformed(event):
    decoder = exchange().decoder()
    decoder.feed(sse(created()) + b"data: " + event + b"\n\n")
    with pytest.raises(Malformed):
        decoder.feed(b"")


WHOLE = {
    "id": "resp_1",
    "object": "response",
    "created_at": 7.0,
    "status": "completed",
    "model": "m-1",
    "output": [message("Hi"), CALL],
    "service_tier": "flex",
    "tool_usage": {"web_search": {"num_requests": 2}},
    "usage": {
        "input_tokens": 10,
        "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 3},
        "output_tokens": 5,
        "output_tokens_details": {"reasoning_tokens": 2},
        "total_tokens": 15,
        "cost": 0.0000355,
    },
    "content_filters": [{"blocked": False}],
    "temperature": 1.0,
}


def test_a_whole_answer_says_the_same_as_its_stream():
    whole = exchange().decode(Reply(status=200, body=json.dumps(WHOLE).encode(), headers=(("x-request-id", "r"),)))
    streamed = accumulate(
        decoded(created(), done(0, message("Hi")), done(1, CALL), {"type": "response.completed", "response": WHOLE})
    )
    assert (streamed.choices, streamed.usage, streamed.extra) == (whole.choices, whole.usage, whole.extra)
    assert (whole.id, whole.model, whole.created, whole.request_id) == ("resp_1", "m-1", 7, "r")
    usage = whole.usage
    assert (usage.input, usage.output, usage.cached, usage.cache_write, usage.reasoning) == (10, 5, 4, 3, 2)
    assert (usage.web_searches, usage.service_tier, str(usage.cost)) == (2, "flex", "0.0000355")
    assert whole.extra == {
        NAME: {
            "content_filters": [{"blocked": False}],
            "tool_usage": {"web_search": {"num_requests": 2}},
        }
    }


def test_what_is_not_told_of_usage_is_unknown():
    response = exchange().decode(Reply(status=200, body=b'{"output":[],"usage":{"input_tokens":1}}'))
    assert (response.usage.input, response.usage.output, response.usage.cached) == (1, None, None)
    assert exchange().decode(Reply(status=200, body=b'{"output":[],"usage":null}')).usage is None


def test_an_answer_in_the_background_is_not_called_done():
    response = exchange().decode(Reply(status=200, body=b'{"id":"resp_1","status":"queued","output":[]}'))
    assert (response.finish.unified, response.finish.raw) == ("unknown", "queued")


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"{}", b'{"output":5}', b'{"output":[{"type":"message","content":[1]}]}']
)
def test_bodies_that_are_no_answer_are_malformed(body):
    with pytest.raises(Malformed) as caught:
        exchange().decode(Reply(status=200, body=body))
    assert caught.value.body == body


def test_a_failed_answer_is_raised_though_its_status_is_200():
    body = {"status": "failed", "error": {"code": "rate_limit_exceeded", "message": "slow"}, "output": []}
    with pytest.raises(RateLimited):
        exchange().decode(Reply(status=200, body=json.dumps(body).encode()))


def test_a_word_of_chat_completions_in_the_midst_means_nothing():
    """However the bytes were cut: in one piece as one by one."""
    first, *rest = (
        {"type": "response.created", "response": {"id": "resp_1"}},
        {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "item_id": "m", "delta": "Hi"},
        {"type": "response.completed", "response": {"id": "resp_1", "status": "completed"}},
    )
    data = sse(first) + b"data: [DONE]\n\n" + sse(*rest)
    for size in (1, len(data)):
        decoder = exchange().decoder()
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        told = [event for piece in pieces for event in decoder.feed(piece)] + decoder.end()
        assert accumulate(told).text == "Hi"


def test_thoughts_whose_item_was_not_begun_are_thoughts():
    where = {"output_index": 0, "content_index": 0, "item_id": "rs_1"}
    part = {"type": "reasoning_text", "text": ""}
    told = decoded(
        {"type": "response.created", "response": {"id": "resp_1"}},
        {"type": "response.content_part.added", **where, "part": part},
        {"type": "response.reasoning_text.delta", **where, "delta": "Hm"},
        {"type": "response.content_part.done", **where, "part": {**part, "text": "Hm"}},
        {"type": "response.completed", "response": {"id": "resp_1", "status": "completed"}},
    )
    (thought,) = accumulate(told).choices[0].message.parts
    assert isinstance(thought, Reasoning)
    assert thought.text == "Hm"


ADDED = {"type": "function_call", "id": "fc_1", "call_id": None, "name": "f", "arguments": None}


@pytest.mark.parametrize(
    "event",
    [
        {"type": "response.created", "response": {"id": None, "model": None, "status": None, "output": None}},
        {"type": "response.in_progress", "response": None},
        {"type": "response.output_text.done", "output_index": 0, "content_index": None, "text": "Hi"},
        {"type": "response.output_item.added", "output_index": 1, "item": ADDED},
        {"type": None, "sequence_number": None},
    ],
)
def test_null_is_as_good_as_nothing(event):
    """The vendor's own SDK reads on, too. What is lost by it is told again at the end."""
    call = {**ADDED, "call_id": "call_1", "arguments": "{}"}
    told = decoded(
        event,
        {"type": "response.output_text.delta", "output_index": None, "content_index": None, "delta": "Hi"},
        {"type": "response.output_item.done", "output_index": 1, "item": call},
        {"type": "response.completed", "response": {"id": "resp_1", "model": None, "status": None, "usage": None}},
    )
    response = accumulate(told)
    assert (response.id, response.text, response.tool_calls[0].arguments) == ("resp_1", "Hi", "{}")
    answer = {"id": None, "model": None, "status": None, "output": [call]}
    whole = exchange().decode(Reply(status=200, body=json.dumps(answer).encode()))
    assert [one.name for one in whole.tool_calls] == ["f"]
