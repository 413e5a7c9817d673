"""Answers of any provider, streamed and whole, as a caller of this wire sees them."""

import json
import re

import pytest

from accord.core.accumulate import accumulate
from accord.core.error import ContextLengthExceeded, Interrupted, QuotaExceeded, RateLimited, ServerError
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
from accord.core.finish import Finish
from accord.core.message import Message
from accord.core.part import (
    Audio,
    Citation,
    Image,
    Media,
    Opaque,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
)
from accord.core.response import ChatResponse, Choice, Logprobs, TokenLogprob, TopLogprob
from accord.core.usage import Usage
from accord.dialects.openai_responses import OpenAIResponses, parse

NAME = "openai_responses"
TOOLS = [
    {"type": "function", "name": "f", "parameters": {}, "strict": False},
    {"type": "custom", "name": "exec"},
    {"type": "function", "name": "clock__plain", "parameters": {}, "strict": False},
    {
        "type": "namespace",
        "name": "clock",
        "description": "c",
        "tools": [
            {"type": "function", "name": "sleep", "parameters": {}},
            {"type": "function", "name": "plain", "parameters": {}},
            {"type": "custom", "name": "raw"},
        ],
    },
]
DONE = (
    Finished(finish=Finish(unified="stop")),
    UsageReported(usage=Usage(input=3, output=2, cached=1, cache_write=2, reasoning=1)),
    Completed(),
)


def asked(**members):
    return parse(json.dumps({"model": "public/m", "input": "hi", **members}).encode(), (), received_at=50)


def streamed(events, inbound=None, **options):
    renderer = (inbound or asked(tools=TOOLS)).renderer()
    # One at a time, as they may come.
    data = b"".join([renderer.feed([event]) for event in events]) + renderer.end(**options)
    return events_in(data)


def events_in(data):
    blocks = re.findall(rb"event: (\S+)\ndata: (.*)\n\n", data)
    found = [json.loads(text) for _, text in blocks]
    assert [name.decode() for name, _ in blocks] == [event["type"] for event in found]
    assert [event["sequence_number"] for event in found] == list(range(len(found)))
    return found


def kinds(events):
    return [event["type"].removeprefix("response.") for event in events]


def started(*events):
    return (Started(id="chatcmpl-1", model="m-1", created=60), *events, *DONE)


def test_text_is_told_in_openais_order():
    events = streamed(started(PartStarted(value=Text(text="")), TextDelta(text="Hel"), TextDelta(text="lo")))
    assert kinds(events) == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    response = events[-1]["response"]
    assert response["model"] == "public/m"
    assert (response["created_at"], response["status"]) == (60, "completed")
    assert response["output"] == [events[-2]["item"]]
    assert response["output"][0]["content"][0]["text"] == "Hello"
    assert response["usage"] == {
        "input_tokens": 3,
        "input_tokens_details": {"cached_tokens": 1, "cache_write_tokens": 2},
        "output_tokens": 2,
        "output_tokens_details": {"reasoning_tokens": 1},
        "total_tokens": 5,
    }
    assert events[2]["item"]["status"] == "in_progress"
    assert events[-2]["item"]["status"] == "completed"
    assert {event["item_id"] for event in events if "item_id" in event} == {events[2]["item"]["id"]}


EVERYTHING = started(
    PartStarted(value=Reasoning(id="rs_1", owner=NAME)),
    ReasoningDelta(text="one", summary=0),
    ReasoningDelta(text="two", summary=1),
    ReasoningDelta(text="!", summary=1),
    ReasoningSealed(encrypted="gAAA"),
    PartFinished(),
    PartStarted(part=1, value=Text(text="See")),
    TextDelta(part=1, text=" Oslo"),
    CitationAdded(part=1, citation=Citation(url="https://x", title="X", start=4, end=8)),
    PartFinished(part=1),
    PartStarted(part=2, value=Refusal(text="")),
    RefusalDelta(part=2, text="but no"),
    PartStarted(part=3, value=ToolCall(id="c1", name="f", arguments="")),
    ArgumentsDelta(part=3, text='{"a":'),
    ArgumentsDelta(part=3, text="1}"),
    PartStarted(part=4, value=ToolCall(id="c2", name="exec", kind="custom", arguments="")),
    ArgumentsDelta(part=4, text="ls"),
    PartFinished(part=4),
    PartStarted(
        part=5,
        value=Opaque(
            dialect=NAME,
            raw={
                "type": "web_search_call",
                "id": "ws_1",
                "status": "in_progress",
                "action": {"type": "search", "query": "q"},
            },
        ),
    ),
    OpaqueEvent(dialect=NAME, raw={"type": "response.web_search_call.searching", "item_id": "ws_1", "output_index": 9}),
    PartFinished(
        part=5,
        value=Opaque(
            dialect=NAME,
            raw={
                "type": "web_search_call",
                "id": "ws_1",
                "status": "completed",
                "action": {"type": "search", "query": "q"},
            },
        ),
    ),
    PartStarted(part=6, value=Image(source=Media(data="iVBORw0K"))),
    PartStarted(part=7, value=Reasoning(text="hm")),
)


def test_every_kind_of_item_is_told_in_openais_order():
    events = streamed(EVERYTHING)
    assert kinds(events) == [
        "created",
        "in_progress",
        # A summary in two paragraphs.
        "output_item.added",
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
        "output_item.done",
        # A message of two contents.
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.delta",
        "output_text.annotation.added",
        "output_text.done",
        "content_part.done",
        "content_part.added",
        "refusal.delta",
        "refusal.done",
        "content_part.done",
        "output_item.done",
        # Two calls.
        "output_item.added",
        "function_call_arguments.delta",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "output_item.done",
        "output_item.added",
        "custom_tool_call_input.delta",
        "custom_tool_call_input.done",
        "output_item.done",
        # A hosted tool.
        "output_item.added",
        "web_search_call.searching",
        "output_item.done",
        # A picture.
        "output_item.added",
        "output_item.done",
        # Thoughts in words.
        "output_item.added",
        "content_part.added",
        "reasoning_text.delta",
        "reasoning_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    assert [event["output_index"] for event in events if event["type"] == "response.output_item.done"] == list(range(7))
    assert next(event for event in events if event["type"].endswith("searching"))["output_index"] == 4
    output = events[-1]["response"]["output"]
    assert output[0]["id"] == "rs_1"
    assert [re.match("[a-z]+_", item["id"])[0] for item in output] == [
        "rs_",
        "msg_",
        "fc_",
        "ctc_",
        "ws_",
        "ig_",
        "rs_",
    ]
    assert len({item["id"] for item in output}) == len(output)
    assert output == [event["item"] for event in events if event["type"] == "response.output_item.done"]


def test_a_stream_and_a_whole_answer_say_the_same():
    told = accumulate(EVERYTHING)
    whole = json.loads(asked(tools=TOOLS).render(told))
    last = streamed(EVERYTHING)[-1]["response"]
    assert {**whole, "output": ids_aside(whole)} == {**last, "output": ids_aside(last)}


def test_every_event_and_the_whole_answer_fit_openais_schema(schema):
    problems = [
        (event["type"], problem)
        for event in streamed(EVERYTHING)
        if schema.knows(event["type"])
        for problem in schema.problems_of_event(event)
    ]
    assert problems == []
    assert schema.problems_of_response(json.loads(asked(tools=TOOLS).render(accumulate(EVERYTHING)))) == []


def ids_aside(response):
    return [{key: value for key, value in item.items() if key != "id"} for item in response["output"]]


def test_ids_are_the_same_for_the_same_answer():
    response = accumulate(started(PartStarted(value=Text(text="Hi"))))
    assert asked().render(response) == asked().render(response)
    own = accumulate((Started(id="resp_9"), *DONE))
    assert json.loads(asked().render(own))["id"] == "resp_9"
    assert json.loads(asked().render(response))["id"].startswith("resp_")
    renaming = parse(b'{"model":"m","input":"x"}', (), rename=lambda given: f"resp_ours_{given}")
    assert json.loads(renaming.render(own))["id"] == "resp_ours_resp_9"


@pytest.mark.parametrize(
    ("finish", "kind", "details", "status"),
    [
        (Finish(unified="length"), "incomplete", {"reason": "max_output_tokens"}, "incomplete"),
        (Finish(unified="content_filter"), "incomplete", {"reason": "content_filter"}, "incomplete"),
        (Finish(unified="pause"), "incomplete", {}, "incomplete"),
        (Finish(unified="unknown", raw="steered"), "incomplete", {"reason": "steered"}, "incomplete"),
        (Finish(unified="tool_calls"), "completed", None, "completed"),
        (Finish(unified="unknown", raw="novel"), "incomplete", {}, "incomplete"),
    ],
)
def test_how_an_answer_ended_is_said_by_the_last_event_and_the_last_item(finish, kind, details, status):
    events = streamed((Started(), PartStarted(value=Text(text="Hi")), Finished(finish=finish), Completed()))
    assert events[-1]["type"] == f"response.{kind}"
    response = events[-1]["response"]
    assert (response["status"], response["incomplete_details"]) == (kind, details)
    assert response["output"][-1]["status"] == status
    assert response["usage"] is None


def test_only_the_last_of_several_open_items_was_cut():
    calls = [PartStarted(part=at, value=ToolCall(id=str(at), name="f", arguments='{"x":')) for at in range(2)]
    events = streamed((Started(), *calls, Finished(finish=Finish(unified="length")), Completed()))
    assert [item["status"] for item in events[-1]["response"]["output"]] == ["completed", "incomplete"]


def test_a_provider_that_failed_after_it_began_is_not_complete():
    events = streamed((Started(), Finished(finish=Finish(unified="error")), Completed()))
    assert (events[-1]["type"], events[-1]["response"]["error"]["code"]) == ("response.failed", "server_error")


def test_the_words_of_two_messages_stay_apart():
    marked = Text(text="b", extra={NAME: {"item": {"id": "msg_2", "phase": "final_answer"}}})
    events = started(PartStarted(value=Text(text="a")), PartStarted(part=1, value=marked))
    for output in (
        streamed(events)[-1]["response"]["output"],
        json.loads(asked().render(accumulate(events)))["output"],
    ):
        assert [item["content"][0]["text"] for item in output] == ["a", "b"]
        assert (output[1]["id"], output[1]["phase"]) == ("msg_2", "final_answer")


def test_words_that_go_on_after_the_next_content_began_go_on_in_a_content_of_their_own():
    events = streamed(
        started(
            PartStarted(value=Text(text="one")), PartStarted(part=1, value=Text(text="two")), TextDelta(text="three")
        )
    )
    output = events[-1]["response"]["output"]
    assert [[content["text"] for content in item["content"]] for item in output] == [["one", "two", "three"]]


def test_calls_without_marked_ends_are_ended_one_after_another():
    """As chat completions tell of parallel calls: each begins when the one before is whole, and nothing says so."""
    events = streamed(
        started(
            PartStarted(value=ToolCall(id="a", name="f")),
            ArgumentsDelta(text='{"x":1}'),
            PartStarted(part=1, value=ToolCall(id="b", name="f")),
            ArgumentsDelta(part=1, text="{}"),
        )
    )
    order = [
        (kind, event["output_index"]) for kind, event in zip(kinds(events), events, strict=True) if "item" in event
    ]
    assert order == [
        ("output_item.added", 0),
        ("output_item.done", 0),
        ("output_item.added", 1),
        ("output_item.done", 1),
    ]


def test_calls_that_grow_side_by_side_lose_nothing():
    events = streamed(
        started(
            PartStarted(value=ToolCall(id="a", name="f")),
            PartStarted(part=1, value=ToolCall(id="b", name="f")),
            ArgumentsDelta(part=1, text='{"y":'),
            ArgumentsDelta(text='{"x":1}'),
            ArgumentsDelta(part=1, text="2}"),
        )
    )
    output = events[-1]["response"]["output"]
    assert [(item["call_id"], item["arguments"]) for item in output] == [("a", '{"x":1}'), ("b", '{"y":2}')]


def test_words_that_go_on_after_their_item_was_ended_go_on_in_a_new_one():
    events = streamed(
        started(
            PartStarted(value=Text(text="one")),
            PartStarted(part=1, value=Reasoning(text="hm")),
            TextDelta(text="two"),
            ReasoningDelta(part=1, text="hm"),
            PartFinished(value=Text(text="onetwo!")),
        )
    )
    output = events[-1]["response"]["output"]
    said = [item["content"][0]["text"] for item in output]
    assert said == ["one", "hm", "two", "hm", "!"]
    assert [item["type"] for item in output] == ["message", "reasoning", "message", "reasoning", "message"]


def test_parts_that_come_whole_are_told_in_deltas_too():
    events = streamed(
        started(
            PartStarted(value=ToolCall(id="a", name="f", arguments='{"x":1}')),
            PartFinished(value=ToolCall(id="a", name="f", arguments='{"x":1}')),
            PartStarted(part=1, value=Text(text="")),
            PartFinished(part=1, value=Text(text="late")),
        )
    )
    assert [event["delta"] for event in events if "delta" in event] == ['{"x":1}', "late"]


def test_log_probabilities_stand_in_the_delta_they_belong_to():
    tokens = [TokenLogprob(token=word, logprob=-1.0, top=(TopLogprob(token="x", logprob=-2.0),)) for word in ("a", "b")]
    after = [
        PartStarted(value=Text(text="")),
        TextDelta(text="a"),
        LogprobsDelta(content=(tokens[0],)),
        TextDelta(text="b"),
        LogprobsDelta(content=(tokens[1],)),
    ]
    before = [after[0], after[2], after[1], after[4], after[3]]
    for order in (after, before):
        renderer = asked().renderer()
        events = events_in(renderer.feed(started(*order)) + renderer.end())
        deltas = [event for event in events if event["type"] == "response.output_text.delta"]
        assert [(event["delta"], event["logprobs"][0]["token"]) for event in deltas] == [("a", "a"), ("b", "b")]
        assert [token["bytes"] for token in events[-1]["response"]["output"][0]["content"][0]["logprobs"]] == [
            [97],
            [98],
        ]


def test_log_probabilities_of_a_whole_answer_go_to_their_texts():
    tokens = tuple([TokenLogprob(token=word, logprob=-1.0) for word in ("ab", "c")])
    choice = Choice(
        message=Message(role="assistant", parts=(Text(text="ab"), Text(text="c"))),
        finish=Finish(unified="stop"),
        logprobs=Logprobs(content=tokens),
    )
    contents = json.loads(asked().render(ChatResponse(choices=(choice,))))["output"][0]["content"]
    assert [[token["token"] for token in content["logprobs"]] for content in contents] == [["ab"], ["c"]]


def test_a_source_of_the_whole_text_is_given_its_length_and_one_without_address_is_left_out():
    citations = (Citation(url="https://x"), Citation(title="a document"))
    events = streamed(started(PartStarted(value=Text(text="Oslo", citations=citations))))
    (annotation,) = [event["annotation"] for event in events if "annotation" in event]
    assert annotation == {"type": "url_citation", "url": "https://x", "title": "", "start_index": 0, "end_index": 4}
    assert events[-1]["response"]["output"][0]["content"][0]["annotations"] == [annotation]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (
            ToolCall(id="c", name="clock__sleep", arguments="{}"),
            {"type": "function_call", "namespace": "clock", "name": "sleep", "arguments": "{}"},
        ),
        (
            ToolCall(id="c", name="sleep", namespace="clock", arguments="{}"),
            {"type": "function_call", "namespace": "clock", "name": "sleep", "arguments": "{}"},
        ),
        (
            ToolCall(id="c", name="exec", arguments='{"input":"ls"}'),
            {"type": "custom_tool_call", "name": "exec", "input": "ls"},
        ),
        (
            ToolCall(id="c", name="clock__raw", arguments="not json"),
            {"type": "custom_tool_call", "namespace": "clock", "name": "raw", "input": "not json"},
        ),
        (
            ToolCall(id="c", name="clock__plain", arguments="{}"),
            {"type": "function_call", "name": "clock__plain", "arguments": "{}"},
        ),
        (
            ToolCall(id="c", name="unknown__tool", arguments="{}"),
            {"type": "function_call", "name": "unknown__tool", "arguments": "{}"},
        ),
    ],
)
def test_calls_come_as_their_tools_were_declared(call, expected):
    events = streamed(started(PartStarted(value=call)))
    (streamed_item,) = events[-1]["response"]["output"]
    (whole,) = json.loads(asked(tools=TOOLS).render(accumulate(started(PartStarted(value=call)))))["output"]
    for item in (streamed_item, whole):
        assert {
            key: item[key] for key in item if key in ("type", "namespace", "name", "arguments", "input")
        } == expected
    added = next(event["item"] for event in events if event["type"] == "response.output_item.added")
    assert (added["type"], added["name"]) == (expected["type"], expected["name"])


def test_a_call_without_an_id_gets_one_to_be_answered_by():
    response = accumulate(started(PartStarted(value=ToolCall(id="", name="f", arguments="{}"))))
    (item,) = json.loads(asked(tools=TOOLS).render(response))["output"]
    assert item["call_id"].startswith("call_")


PROVEN = (
    PartStarted(value=Reasoning(owner="anthropic_messages")),
    ReasoningDelta(text="let me "),
    ReasoningDelta(text="think"),
    ReasoningSealed(signature="si"),
    ReasoningSealed(signature="g"),
    PartFinished(),
    PartStarted(part=1, value=Reasoning(owner="anthropic_messages", encrypted="redacted")),
    PartStarted(part=2, value=ToolCall(id="c", name="f", arguments="{}", signature="thought")),
)
THOUGHT = Reasoning(text="let me think", signature="sig", owner="anthropic_messages")


def test_proofs_of_other_wires_survive_a_caller_who_sends_items_back():
    for output in (
        streamed(started(*PROVEN))[-1]["response"]["output"],
        json.loads(asked(tools=TOOLS).render(accumulate(started(*PROVEN))))["output"],
    ):
        # Agents leave the words of thoughts out when they send them back.
        returned = [{key: value for key, value in item.items() if key != "content"} for item in output]
        inbound = asked(input=[*returned, {"type": "function_call_output", "call_id": "c", "output": "1"}], tools=TOOLS)
        thought, redacted, call = inbound.request.messages[0].parts
        assert thought == THOUGHT
        assert redacted == Reasoning(owner="anthropic_messages", encrypted="redacted")
        assert (call.id, call.signature) == ("c", "thought")
        assert OpenAIResponses(model="m").forward(inbound) is None


def test_what_another_wire_notes_on_thoughts_comes_back_with_them():
    thought = Reasoning(text="hm", extra={"openai_chat": {"field": "reasoning"}})
    output = streamed(started(PartStarted(value=thought)))[-1]["response"]["output"]
    assert asked(input=output).request.messages[0].parts == (thought,)


def test_a_proof_that_comes_late_still_comes():
    late = (
        PartStarted(value=Reasoning(text="hm", owner="openai_chat")),
        PartStarted(part=1, value=Text(text="Hi")),
        PartStarted(part=2, value=ToolCall(id="c", name="f", arguments="{}")),
        PartFinished(part=2, value=ToolCall(id="c", name="f", arguments="{}", signature="s")),
        ReasoningSealed(extra={"openai_chat": {"reasoning_details": [1]}}),
    )
    output = streamed(started(*late))[-1]["response"]["output"]
    inbound = asked(input=output, tools=TOOLS)
    parts = [part for message in inbound.request.messages for part in message.parts]
    assert Reasoning(text="hm", owner="openai_chat", extra={"openai_chat": {"reasoning_details": [1]}}) in parts
    assert [part.signature for part in parts if isinstance(part, ToolCall)] == ["s"]
    assert sum(isinstance(part, Reasoning) for part in parts) == 1


def test_heartbeats_are_events_and_do_not_disturb_the_order():
    renderer = asked().renderer()
    data = renderer.heartbeat() + renderer.heartbeat()
    data += renderer.feed(started(PartStarted(value=Text(text="Hi"))))
    data += renderer.heartbeat() + renderer.end()
    events = events_in(data)
    assert kinds(events)[:4] == ["created", "in_progress", "in_progress", "output_item.added"]
    assert kinds(events)[-5:-4] == ["in_progress"]
    assert len({event["response"]["id"] for event in events if "response" in event}) == 1


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (ContextLengthExceeded("too long"), "context_length_exceeded", "too long"),
        (QuotaExceeded("pay"), "insufficient_quota", "pay"),
        (RateLimited("Slow down.", retry_after=1.5), "rate_limit_exceeded", "Slow down. Please try again in 1.5s."),
        (RateLimited("Please try again in 2s"), "rate_limit_exceeded", "Please try again in 2s"),
        (Interrupted("cut"), "server_error", "cut"),
        (ServerError("x"), "server_error", "x"),
    ],
)
def test_a_stream_that_broke_ends_as_failed_with_what_had_come(error, code, message):
    renderer = asked(tools=TOOLS).renderer()
    data = renderer.feed(
        (Started(), PartStarted(value=Reasoning(text="hm")), PartStarted(part=1, value=Text(text="Hi")))
    )
    events = events_in(data + renderer.fail(error))
    last = events[-1]
    assert last["type"] == "response.failed"
    assert last["response"]["error"] == {"code": code, "message": message}
    assert last["response"]["status"] == "failed"
    assert [item.get("status") for item in last["response"]["output"]] == [None, "incomplete"]


def test_a_failed_response_fits_openais_schema(schema):
    assert schema.problems_of_event(events_in(asked().renderer().fail(ServerError("x")))[-1]) == []


def test_a_stream_that_fails_before_it_began_begins_first():
    assert kinds(events_in(asked().renderer().fail(ServerError("x")))) == ["created", "in_progress", "failed"]


def test_facts_of_this_wire_pass_and_those_of_the_call_are_added():
    extra = Updated(extra={NAME: {"content_filters": [1]}, "openai_chat": {"x": 1}})
    events = streamed((Started(), extra, *DONE), accord={"cost": "0.1"})
    assert events[-1]["response"]["content_filters"] == [1]
    assert events[-1]["response"]["accord"] == {"cost": "0.1"}
    assert "x" not in events[-1]["response"]
    assert json.loads(asked().render(ChatResponse(), accord={"cost": "1"}))["accord"] == {"cost": "1"}


def test_other_choices_and_parts_without_an_item_here_are_left_out():
    events = streamed(
        started(
            PartStarted(value=Audio(source=Media())),
            AudioDelta(transcript="x"),
            PartStarted(part=1, value=Opaque(dialect="gemini", raw={"x": 1})),
            PartFinished(part=1, value=Opaque(dialect="gemini", raw={"x": 2})),
            OpaqueEvent(dialect="gemini", raw={"type": "x"}),
            PartStarted(choice=1, value=Text(text="other")),
            TextDelta(choice=1, text="other"),
            LogprobsDelta(choice=1, content=()),
            TextDelta(part=7, text="nowhere"),
        )
    )
    assert kinds(events) == ["created", "in_progress", "completed"]


ECHOED = {
    "instructions": "Be brief.",
    "max_output_tokens": 20,
    "max_tool_calls": 2,
    "metadata": {"a": "b"},
    "parallel_tool_calls": False,
    "previous_response_id": "resp_0",
    "prompt_cache_key": "k",
    "reasoning": {"effort": "low", "summary": "auto"},
    "safety_identifier": "s",
    "service_tier": "flex",
    "temperature": 0.5,
    "text": {"format": {"type": "json_object"}, "verbosity": "low"},
    "tool_choice": {"type": "function", "name": "f"},
    "tools": TOOLS,
    "top_logprobs": 3,
    "top_p": 0.1,
    "truncation": "auto",
    "user": "u",
}


def test_a_response_echoes_the_request_with_every_member_a_real_one_has():
    response = json.loads(asked(**ECHOED).render(ChatResponse()))
    assert {key: response[key] for key in ECHOED} == ECHOED
    plain = json.loads(asked().render(ChatResponse()))
    assert set(plain) >= {*ECHOED, "id", "object", "created_at", "status", "background", "completed_at", "error"}
    assert set(plain) >= {"incomplete_details", "model", "output", "store", "usage", "prompt_cache_retention"}
    assert (plain["created_at"], plain["tool_choice"], plain["parallel_tool_calls"]) == (50, "auto", True)


def test_a_function_is_echoed_with_the_members_the_wire_demands():
    response = json.loads(asked(tools=[{"type": "function", "name": "f"}]).render(ChatResponse()))
    assert response["tools"] == [{"type": "function", "name": "f", "strict": None, "parameters": None}]


@pytest.mark.parametrize("members", [{}, ECHOED, {"tools": [{"type": "function", "name": "f"}]}])
def test_an_empty_response_fits_openais_schema(schema, members):
    assert schema.problems_of_response(json.loads(asked(**members).render(ChatResponse()))) == []


@pytest.mark.parametrize(
    ("stores", "members", "expected"),
    [(False, {}, False), (True, {}, True), (True, {"store": False}, False), (False, {"store": True}, False)],
)
def test_storing_is_echoed_as_it_is_done(stores, members, expected):
    inbound = parse(json.dumps({"model": "m", "input": "x", **members}).encode(), (), stores=stores)
    assert json.loads(inbound.render(ChatResponse()))["store"] is expected


def test_a_conversation_can_be_kept_and_continued():
    first = asked(instructions="Be brief.", input=[{"role": "user", "content": "hi"}])
    answer = ChatResponse(choices=(Choice(message=Message(role="assistant", parts=(Text(text="hello"),))),))
    history = first.conversation(answer)
    assert [(message.role, message.text) for message in history] == [("user", "hi"), ("assistant", "hello")]

    second = asked(instructions="Be rude.", input="and?", previous_response_id="resp_ours")
    going_on = second.continuing(history)
    assert [message.text for message in going_on.request.messages] == ["Be rude.", "hi", "hello", "and?"]
    assert going_on.request.previous_response_id is None
    # The provider must not see a reference that means nothing to it, and the caller sees what it sent.
    assert OpenAIResponses(model="m").forward(going_on) is None
    assert json.loads(going_on.render(ChatResponse()))["previous_response_id"] == "resp_ours"


def test_the_items_of_input_can_be_listed():
    listed = asked(input=[{"role": "user", "content": "hi"}, {"type": "item_reference", "id": "msg_1"}]).input_items()
    assert listed[0]["content"] == [{"type": "input_text", "text": "hi"}]
    assert listed[0]["id"].startswith("item_")
    assert listed[1] == {"type": "item_reference", "id": "msg_1"}
