"""Streams for callers of this wire: one block after another, every one started and stopped, and an honest end."""

import json
from typing import Any

import pytest

from accord.core.error import Overloaded
from accord.core.event import (
    ArgumentsDelta,
    AudioDelta,
    CitationAdded,
    Completed,
    Finished,
    LogprobsDelta,
    OpaqueEvent,
    PartFinished,
    PartStarted,
    ReasoningDelta,
    ReasoningSealed,
    RefusalDelta,
    Started,
    TextDelta,
    Updated,
    UsageReported,
)
from accord.core.finish import Finish, FinishReason
from accord.core.part import Audio, Citation, Image, Media, Opaque, Reasoning, Refusal, Text, ToolCall
from accord.core.sse import EventReader
from accord.core.usage import Usage
from accord.dialects.anthropic_messages import parse

REQUEST = {"model": "public/name", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi " * 40}]}
STARTED = Started(id="msg_1", model="upstream")


def finished(unified: FinishReason = "stop", raw: str | None = None, **fields: Any):
    return Finished(finish=Finish(unified=unified, raw=raw), **fields)


def renderer(**how):
    return parse(json.dumps(REQUEST).encode(), ()).renderer(**how)


def read(data):
    reader = EventReader()
    frames = reader.feed(data) + reader.end()
    found = [json.loads(frame.data) for frame in frames]
    assert [frame.event for frame in frames] == [event["type"] for event in found]
    return found


def written(*events, accord=None):
    """What a caller sees of a whole stream, fed one event at a time."""
    writer = renderer()
    data = b"".join([writer.feed([event]) for event in events])
    return read(data + writer.end(accord=accord))


def blocks(events):
    """The blocks in order, each as its start and what was added; checks that they come strictly one after another."""
    found = []
    is_open = False
    for event in events:
        match event["type"]:
            case "content_block_start":
                assert not is_open
                assert event["index"] == len(found)
                is_open = True
                found.append([event["content_block"]])
            case "content_block_delta":
                assert is_open
                assert event["index"] == len(found) - 1
                found[-1].append(event["delta"])
            case "content_block_stop":
                assert is_open
                assert event["index"] == len(found) - 1
                is_open = False
    assert not is_open
    return found


def text_block(*texts):
    return [{"type": "text", "text": ""}, *[{"type": "text_delta", "text": text} for text in texts]]


def call_block(id_, name, *pieces):
    deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
    return [{"type": "tool_use", "id": id_, "name": name, "input": {}}, *deltas]


def test_the_order_of_a_stream():
    events = written(
        STARTED,
        PartStarted(part=0, value=Text(text="")),
        TextDelta(part=0, text="H"),
        TextDelta(part=0, text="i"),
        PartFinished(part=0),
        finished(),
        UsageReported(usage=Usage(input=20, cached=5, output=7)),
        Completed(),
    )
    assert [event["type"] for event in events] == [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    start = events[0]["message"]
    assert (start["id"], start["model"], start["content"], start["stop_reason"]) == ("msg_1", "public/name", [], None)
    assert start["usage"]["input_tokens"] > 0
    # Clients keep what stands in the message, and these counts are replaced by true ones.
    assert events[0]["estimated"] is True
    assert "estimated" not in start["usage"]
    assert events[-2] == {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn", "stop_sequence": None, "stop_details": None},
        "usage": {
            "input_tokens": 15,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 5,
            "output_tokens": 7,
        },
    }


def test_the_start_has_the_usage_that_came_with_it():
    start = read(renderer().feed([STARTED, UsageReported(usage=Usage(input=20, output=1))]))
    assert start[0]["message"]["usage"]["input_tokens"] == 20
    assert "estimated" not in start[0]["message"]["usage"]
    assert "estimated" not in start[0]


def test_usage_that_never_comes_is_an_estimate_and_says_so():
    usage = written(STARTED, PartStarted(part=0, value=Text(text="x" * 40)), finished())[-2]["usage"]
    assert usage["output_tokens"] == 10
    assert usage["input_tokens"] >= 20
    assert usage["estimated"] is True


def test_text_without_words_is_no_block():
    assert blocks(written(STARTED, PartStarted(part=0, value=Text(text="")), PartFinished(part=0), finished())) == []


def test_calls_that_come_at_once_wait_for_each_other():
    events = written(
        STARTED,
        PartStarted(part=0, value=Text(text="go")),
        PartStarted(part=1, value=ToolCall(id="a", name="f")),
        PartStarted(part=2, value=ToolCall(id="b", name="g")),
        ArgumentsDelta(part=2, text='{"y"'),
        ArgumentsDelta(part=1, text='{"x":'),
        TextDelta(part=0, text=" on"),
        ArgumentsDelta(part=1, text="1}"),
        ArgumentsDelta(part=2, text=":2}"),
        finished("tool_calls"),
    )
    assert blocks(events) == [
        text_block("go"),
        call_block("a", "f", '{"x":', "1}"),
        call_block("b", "g", '{"y"', ":2}"),
        text_block(" on"),
    ]
    assert events[-2]["delta"]["stop_reason"] == "tool_use"


def test_a_whole_call_lets_the_next_one_stream():
    writer = renderer()
    writer.feed([STARTED, PartStarted(part=0, value=ToolCall(id="a", name="f", arguments="{}"))])
    live = writer.feed([PartStarted(part=1, value=ToolCall(id="b", name="g")), ArgumentsDelta(part=1, text='{"y"')])
    assert [event["type"] for event in read(live)] == [
        "content_block_stop",
        "content_block_start",
        "content_block_delta",
    ]


def test_a_call_without_arguments_gets_an_empty_object():
    events = written(STARTED, PartStarted(part=0, value=ToolCall(id="a.b", name="f")), finished("tool_calls"))
    assert blocks(events) == [call_block("a_b", "f", "{}")]


@pytest.mark.parametrize("text", ["free text", "[1]", '"x"'])
def test_arguments_that_are_no_object_are_kept_as_text(text):
    pieces = [ArgumentsDelta(part=0, text=letter) for letter in text]
    ((_, *deltas),) = blocks(
        written(STARTED, PartStarted(part=0, value=ToolCall(id="a", name="f")), *pieces, finished())
    )
    assert json.loads("".join([delta["partial_json"] for delta in deltas])) == {"raw_arguments": text}


def test_a_part_that_is_restated_adds_what_was_missing():
    events = written(
        STARTED,
        PartStarted(part=0, value=Text(text="")),
        TextDelta(part=0, text="ab"),
        PartFinished(part=0, value=Text(text="abc", citations=(Citation(url="u", title="t"),))),
        PartStarted(part=1, value=ToolCall(id="a", name="f")),
        PartFinished(part=1, value=ToolCall(id="a", name="f", arguments='{"x":1}')),
        finished("tool_calls"),
    )
    first, second = blocks(events)
    assert [delta["type"] for delta in first[1:]] == ["text_delta", "text_delta", "citations_delta"]
    assert second == call_block("a", "f", '{"x":1}')


def test_own_thinking_goes_out_as_it_came():
    events = written(
        STARTED,
        PartStarted(part=0, value=Reasoning(owner="anthropic_messages")),
        ReasoningDelta(part=0, text="hm"),
        ReasoningSealed(part=0, signature="s1"),
        ReasoningSealed(part=0, signature="s2"),
        PartFinished(part=0),
        PartStarted(part=1, value=Reasoning(encrypted="d", owner="anthropic_messages")),
        PartFinished(part=1),
        PartStarted(part=2, value=Reasoning(owner="anthropic_messages")),
        ReasoningSealed(part=2, signature="blank"),
        PartFinished(part=2),
        finished(),
    )
    thinking = {"type": "thinking", "thinking": "", "signature": ""}
    assert blocks(events) == [
        [thinking, {"type": "thinking_delta", "thinking": "hm"}, {"type": "signature_delta", "signature": "s1s2"}],
        [{"type": "redacted_thinking", "data": "d"}],
        [thinking, {"type": "signature_delta", "signature": "blank"}],
    ]


def replayed(events):
    """What the caller's next turn brings back of a streamed answer."""
    content = []
    for start, *deltas in blocks(events):
        block = dict(start)
        for delta in deltas:
            for key in ("text", "thinking", "signature"):
                if key in delta:
                    block[key] += delta[key]
        content.append(block)
    body = {**REQUEST, "messages": [{"role": "assistant", "content": content}]}
    return parse(json.dumps(body).encode(), ()).request.messages[0].parts


def test_summaries_and_their_proof_come_back_with_the_next_turn():
    events = written(
        STARTED,
        PartStarted(part=0, value=Reasoning(id="rs_1", owner="openai_responses")),
        ReasoningDelta(part=0, text="on", summary=0),
        ReasoningDelta(part=0, text="e", summary=0),
        ReasoningDelta(part=0, text="two", summary=1),
        ReasoningSealed(part=0, encrypted="e"),
        PartFinished(part=0),
        PartStarted(part=1, value=Text(text="x")),
        finished(),
    )
    thought = Reasoning(summary=("one", "two"), id="rs_1", encrypted="e", owner="openai_responses")
    assert replayed(events) == (thought, Text(text="x"))


def test_hidden_reasoning_comes_back_with_the_next_turn():
    thought = Reasoning(encrypted="e", id="rs_1", owner="openai_responses")
    events = written(
        STARTED,
        PartStarted(part=0, value=Reasoning(id="rs_1", owner="openai_responses")),
        PartFinished(part=0, value=thought),
        finished(),
    )
    assert replayed(events) == (thought,)


def test_thoughts_of_nobody_are_shown_unsigned():
    events = written(
        STARTED,
        PartStarted(part=0, value=Reasoning()),
        ReasoningDelta(part=0, text="hm"),
        TextDelta(part=1, text="?"),
        finished(),
    )
    assert blocks(events) == [
        [{"type": "thinking", "thinking": "", "signature": ""}, {"type": "thinking_delta", "thinking": "hm"}]
    ]


@pytest.mark.parametrize("early", [True, False])
def test_a_proof_of_a_call_travels_beside_it(early):
    bare, signed = ToolCall(id="a", name="f"), ToolCall(id="a", name="f", arguments="{}", signature="sig")
    events = written(
        STARTED,
        PartStarted(part=0, value=signed if early else bare),
        PartFinished(part=0, value=None if early else signed),
        finished("tool_calls"),
    )
    assert replayed(events) == (ToolCall(id="a", name="f", arguments="{}", signature="sig"),)


def test_citations_and_refusals():
    events = written(
        STARTED,
        PartStarted(part=0, value=Text(text="")),
        CitationAdded(part=0, citation=Citation(url="u")),
        TextDelta(part=0, text="x"),
        PartStarted(part=1, value=Refusal(text="")),
        RefusalDelta(part=1, text="No."),
        finished("stop", "stop"),
    )
    first, second = blocks(events)
    assert first[1]["type"] == "citations_delta"
    assert second == text_block("No.")
    assert events[-2]["delta"]["stop_reason"] == "refusal"
    assert events[-2]["delta"]["stop_details"]["explanation"] == "No."


def test_own_refusals_are_details_and_not_content():
    details = {"type": "refusal", "category": "bio", "explanation": "Why."}
    events = written(
        STARTED,
        PartStarted(part=0, value=Refusal(text="Why.", extra={"anthropic_messages": {"stop_details": True}})),
        PartFinished(part=0),
        finished("content_filter", "refusal", extra={"anthropic_messages": {"stop_details": details}}),
    )
    assert blocks(events) == []
    assert events[-2]["delta"] == {"stop_reason": "refusal", "stop_sequence": None, "stop_details": details}


def test_blocks_without_neutral_meaning_are_shown_whole():
    raw = {"type": "server_tool_use", "id": "s", "name": "x", "input": {"q": 1}}
    events = written(
        STARTED,
        PartStarted(part=0, value=Opaque(dialect="anthropic_messages", raw={**raw, "input": {}})),
        PartFinished(part=0, value=Opaque(dialect="anthropic_messages", raw=raw)),
        PartStarted(part=1, value=Opaque(dialect="gemini", raw={"x": 1})),
        finished(),
    )
    assert blocks(events) == [[raw]]


def test_events_without_neutral_meaning():
    delta = {"type": "content_block_delta", "index": 7, "delta": {"type": "new_delta"}}
    events = written(
        STARTED,
        OpaqueEvent(dialect="anthropic_messages", raw={"type": "new_event", "x": 1}),
        OpaqueEvent(dialect="anthropic_messages", raw=delta),
        OpaqueEvent(dialect="gemini", raw={"type": "other"}),
        PartStarted(part=0, value=Text(text="x")),
        OpaqueEvent(dialect="anthropic_messages", raw=delta),
        finished(),
    )
    assert {"type": "new_event", "x": 1} in events
    assert [event for event in events if event.get("delta", {}).get("type") == "new_delta"] == [{**delta, "index": 0}]


def test_pictures_and_sound_become_words():
    events = written(
        STARTED,
        PartStarted(part=0, value=Image(source=Media(url="https://x.test/a.png"))),
        PartStarted(part=1, value=Audio(source=Media())),
        AudioDelta(part=1, data="AA==", transcript="wo"),
        AudioDelta(part=1, transcript="rds"),
        finished(),
    )
    assert [start["text"] for start, *_ in blocks(events)] == ["![image](https://x.test/a.png)", "words"]


def test_late_facts_and_other_choices():
    events = written(
        Started(id="x", extra={"anthropic_messages": {"diagnostics": {}}}),
        PartStarted(part=0, value=Text(text="first")),
        PartStarted(choice=1, part=0, value=Text(text="other")),
        finished(choice=1, unified="length"),
        LogprobsDelta(),
        Updated(extra={"anthropic_messages": {"container": {"id": "c"}, "context_management": {}}, "gemini": {"x": 1}}),
        finished(),
    )
    assert events[0]["message"]["diagnostics"] == {}
    assert [delta["text"] for _, delta in blocks(events)] == ["first"]
    assert events[-2]["delta"]["container"] == {"id": "c"}
    assert events[-2]["context_management"] == {}
    assert "x" not in events[-2]


def test_what_is_known_of_the_call_comes_with_the_end():
    events = written(STARTED, finished(), accord={"cost": "0.1"})
    assert events[-1] == {"type": "message_stop", "accord": {"cost": "0.1"}}


def test_a_heartbeat_is_a_ping():
    assert read(renderer().heartbeat()) == [{"type": "ping"}]


def test_a_broken_stream_ends_with_an_error_and_no_finish():
    writer = renderer()
    before = writer.feed([STARTED, PartStarted(part=0, value=Text(text="x"))])
    assert b"message_delta" not in before
    error = Overloaded("full", status=200)
    assert read(writer.fail(error)) == [
        {"type": "error", "error": {"type": "overloaded_error", "message": "full"}, "request_id": None}
    ]
    own = Overloaded("full", body=b'{"type":"error","error":{"type":"overloaded_error","message":"full","x":1}}')
    assert read(writer.fail(own))[0]["error"]["x"] == 1


def test_a_late_proof_of_nothing_opens_no_block():
    thought = PartStarted(part=0, value=Reasoning(text="hm", owner="gemini"))
    events = written(
        STARTED,
        thought,
        PartStarted(part=1, value=Text(text="yes")),
        PartFinished(part=0),
        ReasoningSealed(part=0, extra={"openai_chat": {"format": "x"}}),
        finished(),
    )
    kinds = [event["content_block"]["type"] for event in events if event["type"] == "content_block_start"]
    assert kinds == ["thinking", "text"]
