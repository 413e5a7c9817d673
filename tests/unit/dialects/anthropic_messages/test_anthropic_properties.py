"""What holds for every answer, stream, request and conversation, not just for the examples."""

import json
import re
from itertools import pairwise
from typing import Any

import pytest
from anthropic.lib.streaming._messages import accumulate_event
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accord.core.accumulate import accumulate
from accord.core.error import AccordError, Interrupted, InvalidInput, Malformed, ProviderError
from accord.core.event import (
    ArgumentsDelta,
    CitationAdded,
    Completed,
    Finished,
    PartFinished,
    PartStarted,
    ReasoningDelta,
    ReasoningSealed,
    RefusalDelta,
    Started,
    TextDelta,
    UsageReported,
)
from accord.core.finish import Finish
from accord.core.http import Reply
from accord.core.json import dumps
from accord.core.message import Message
from accord.core.part import Citation, Image, Media, Opaque, Reasoning, Refusal, Text, ToolCall, ToolResult
from accord.core.request import ChatRequest
from accord.core.sse import EventReader
from accord.core.tool import FunctionTool
from accord.core.usage import Usage
from accord.dialects.anthropic_messages import AnthropicMessages, parse

few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
CODEC = AnthropicMessages(model="claude-opus-4-8")
ASK = ChatRequest(messages=(Message(role="user", parts=(Text(text="Hi"),)),), tools=(FunctionTool(name="a.b"),))

words = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12)
spoken = words.filter(lambda text: text.strip() != "")
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=5,
)
objects = st.dictionaries(words, json_values, max_size=3)
ids = st.from_regex(r"toolu_[a-zA-Z0-9]{4}", fullmatch=True)

citations = st.fixed_dictionaries(
    {
        "type": st.just("web_search_result_location"),
        "cited_text": words,
        "url": words,
        "title": st.none() | words,
        "encrypted_index": words,
    }
)
answer_blocks = st.one_of(
    st.fixed_dictionaries({"type": st.just("text"), "text": words}),
    st.fixed_dictionaries(
        {"type": st.just("text"), "text": words, "citations": st.lists(citations, min_size=1, max_size=2)}
    ),
    st.fixed_dictionaries({"type": st.just("thinking"), "thinking": st.just("") | words, "signature": words}),
    st.fixed_dictionaries({"type": st.just("redacted_thinking"), "data": words}),
    st.fixed_dictionaries(
        {"type": st.just("tool_use"), "id": ids, "name": st.sampled_from(["a_b", "c"]), "input": objects}
    ),
    st.fixed_dictionaries({"type": st.just("server_tool_use"), "id": ids, "name": words, "input": objects}),
    st.fixed_dictionaries(
        {"type": st.just("web_search_tool_result"), "tool_use_id": ids, "content": st.lists(objects)}
    ),
)
counts = st.fixed_dictionaries(
    {"input_tokens": st.integers(0, 99), "output_tokens": st.integers(0, 99)},
    optional={"cache_read_input_tokens": st.integers(0, 99), "cache_creation_input_tokens": st.integers(0, 99)},
)
answers = st.fixed_dictionaries(
    {
        "id": st.just("msg_1"),
        "type": st.just("message"),
        "role": st.just("assistant"),
        "model": words,
        "content": st.lists(answer_blocks, max_size=5, unique_by=lambda block: block.get("id", id(block))),
        "stop_reason": st.sampled_from(["end_turn", "tool_use", "max_tokens", "refusal", "stop_sequence", "new"]),
        "stop_sequence": st.none() | words,
        "stop_details": st.none()
        | st.fixed_dictionaries({"type": st.just("refusal"), "category": st.none(), "explanation": st.none() | words}),
        "usage": counts,
    },
    optional={"container": objects},
)


def cut(text, dice):
    places = sorted(dice.draw(st.lists(st.integers(0, len(text)), max_size=3)))
    bounds = [0, *places, len(text)]
    return [text[start:end] for start, end in pairwise(bounds)]


def deltas_of(block, dice):
    """An empty block, and the deltas that make it whole."""
    match block["type"]:
        case "text":
            added = [{"type": "text_delta", "text": piece} for piece in cut(block["text"], dice)]
            cited = [{"type": "citations_delta", "citation": each} for each in block.get("citations", [])]
            return {"type": "text", "text": ""}, added + cited
        case "thinking":
            added = [{"type": "thinking_delta", "thinking": piece} for piece in cut(block["thinking"], dice)]
            return {**block, "thinking": "", "signature": ""}, [
                *added,
                {"type": "signature_delta", "signature": block["signature"]},
            ]
        case "tool_use" | "server_tool_use":
            written = dumps(block["input"]).decode()
            return {**block, "input": {}}, [
                {"type": "input_json_delta", "partial_json": piece} for piece in cut(written, dice)
            ]
        case _:
            return block, []


def streamed(answer, dice):
    """The answer as Anthropic would stream it."""
    first = {**answer, "content": [], "stop_reason": None, "stop_sequence": None, "stop_details": None}
    first.pop("container", None)
    events: list[dict[str, Any]] = [{"type": "message_start", "message": first}]
    for index, block in enumerate(answer["content"]):
        start, deltas = deltas_of(block, dice)
        events.append({"type": "content_block_start", "index": index, "content_block": start})
        events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        events += [{"type": "content_block_stop", "index": index}, {"type": "ping"}]
    told = {key: answer[key] for key in ("stop_reason", "stop_sequence", "stop_details", "container") if key in answer}
    events += [{"type": "message_delta", "delta": told, "usage": answer["usage"]}, {"type": "message_stop"}]
    return b"".join(
        [b"event: %b\ndata: %b\n\n" % (event["type"].encode(), json.dumps(event).encode()) for event in events]
    )


def decoded(data, sizes):
    decoder = CODEC.encode(ASK).decoder()
    events = []
    for size in [*sizes, len(data)]:
        piece, data = data[:size], data[size:]
        events += decoder.feed(piece)
    return events + decoder.end()


@few
@given(answer=answers, dice=st.data())
def test_a_stream_tells_what_the_whole_answer_says_however_it_is_split(answer, dice):
    data = streamed(answer, dice)
    sizes = dice.draw(st.lists(st.integers(1, max(len(data) // 3, 1)), max_size=8))
    events = decoded(data, sizes)
    assert events == decoded(data, [])
    found = accumulate(events)
    whole = CODEC.encode(ASK).decode(Reply(status=200, body=json.dumps(answer).encode()))
    assert found.choices == whole.choices
    assert (found.id, found.model, found.usage, found.extra) == (whole.id, whole.model, whole.usage, whole.extra)


def seen(data):
    """The content and the end that a caller's SDK makes of a stream."""
    content, ending = [], {}
    for frame in EventReader().feed(data):
        event = json.loads(frame.data)
        match event["type"]:
            case "content_block_start":
                content.append(
                    {**event["content_block"], **({"input": ""} if "input" in event["content_block"] else {})}
                )
                if event["content_block"].get("input"):
                    content[-1]["input"] = json.dumps(event["content_block"]["input"])
            case "content_block_delta":
                grow(content[-1], event["delta"])
            case "message_delta":
                ending = event["delta"]
    for block in content:
        if "input" in block:
            block["input"] = json.loads(block["input"] or "{}")
    return content, ending


def grow(block, delta):
    match delta["type"]:
        case "input_json_delta":
            block["input"] += delta["partial_json"]
        case "citations_delta":
            block.setdefault("citations", []).append(delta["citation"])
        case _:
            key = delta["type"].removesuffix("_delta")
            block[key] += delta[key]


@few
@given(answer=answers, dice=st.data())
def test_an_answer_that_is_written_anew_is_the_one_that_came(answer, dice):
    body = {"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": "x"}]}
    inbound = parse(json.dumps(body).encode(), ())
    exchange = CODEC.encode(ChatRequest(messages=ASK.messages))
    whole = exchange.decode(Reply(status=200, body=json.dumps(answer).encode()))
    written = json.loads(inbound.render(whole))
    assert written["content"] == answer["content"]
    decoder, renderer = exchange.decoder(), inbound.renderer()
    data = renderer.feed(decoder.feed(streamed(answer, dice))) + renderer.feed(decoder.end()) + renderer.end()
    content, ending = seen(data)
    assert content == answer["content"]
    for key in ("stop_sequence", "stop_details"):
        assert written[key] == ending[key] == (answer[key] or written[key])
    if answer["stop_reason"] != "new":
        assert written["stop_reason"] == ending["stop_reason"] == answer["stop_reason"]


@few
@given(answer=answers, dice=st.data())
def test_a_broken_stream_is_never_complete(answer, dice):
    data = streamed(answer, dice)
    broken = bytearray(data)
    for place in dice.draw(st.lists(st.integers(0, len(data) - 1), min_size=1, max_size=4)):
        broken[place] = dice.draw(st.integers(0, 255))
    try:
        events = decoded(bytes(broken), [len(data) // 2])
    except (ProviderError, Interrupted):
        return
    assert sum(isinstance(event, Completed) for event in events) == 1
    with pytest.raises((Interrupted, Malformed)):
        decoded(data[: dice.draw(st.integers(0, data.rindex(b"event: ")))], [])


@few
@given(data=st.binary(max_size=200) | st.text(max_size=100).map(lambda text: b"data: " + text.encode() + b"\n\n"))
def test_any_bytes_are_told_by_their_cause(data):
    exchange = CODEC.encode(ASK)
    with pytest.raises(ProviderError):
        decoded(data, [])
    with pytest.raises(ProviderError):
        exchange.decode(Reply(status=200, body=data))
    assert isinstance(exchange.error(Reply(status=500, body=data)), ProviderError)
    with pytest.raises(InvalidInput):
        parse(data, ())


@few
@given(value=json_values)
def test_any_json_in_place_of_a_field_is_refused_by_name_or_taken(value):
    least = {"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": "x"}]}
    holders = ("system", "tools", "tool_choice", "thinking", "output_config", "metadata", "cache_control", "stream")
    bodies = [{**least, holder: value} for holder in holders]
    bodies += [{**least, "messages": [{"role": "user", "content": value}]}, {**least, "tools": [value]}]
    bodies += [{**least, "messages": [{"role": "user", "content": [value]}]}, {**least, "messages": [value]}]
    for body in bodies:
        try:
            inbound = parse(json.dumps(body).encode(), ())
        except InvalidInput:
            continue
        try:
            CODEC.encode(inbound.request, on_unsupported="drop")
        except AccordError as error:
            raise AssertionError(body) from error


call_pieces = st.lists(words, max_size=3)
part_values = st.one_of(
    st.builds(Text, text=st.just("") | words),
    st.builds(Refusal, text=st.just("") | words),
    st.builds(Reasoning, text=st.just("") | words, owner=st.sampled_from([None, "gemini", "anthropic_messages"])),
    st.builds(Reasoning, encrypted=words, owner=st.sampled_from(["openai_responses", "anthropic_messages"])),
    st.builds(ToolCall, id=st.just("") | words, name=words, signature=st.none() | words),
    st.builds(Image, source=st.builds(Media, url=words)),
    st.builds(Opaque, dialect=st.just("anthropic_messages"), raw=st.just({"type": "container_upload", "file_id": "f"})),
)


def growth(part, value, dice):
    """Events that add to a part."""
    pieces = dice.draw(call_pieces)
    match value:
        case Text():
            cited = [CitationAdded(part=part, citation=Citation(url="u"))] if dice.draw(st.booleans()) else []
            return [*[TextDelta(part=part, text=piece) for piece in pieces], *cited]
        case Refusal():
            return [RefusalDelta(part=part, text=piece) for piece in pieces]
        case Reasoning():
            summary = dice.draw(st.none() | st.integers(0, 2))
            told = [ReasoningDelta(part=part, text=piece, summary=summary) for piece in pieces]
            return [*told, ReasoningSealed(part=part, signature=dice.draw(words))]
        case ToolCall():
            written = json.dumps(dice.draw(objects))
            return [ArgumentsDelta(part=part, text=piece) for piece in cut(written, dice) if piece]
        case _:
            return []


@few
@given(values=st.lists(part_values, max_size=5), dice=st.data())
def test_whatever_the_order_of_events_the_sdk_takes_what_is_written(values, dice):
    queues = []
    for part, value in enumerate(values):
        ends = [PartFinished(part=part)] if dice.draw(st.booleans()) else []
        queues.append([PartStarted(part=part, value=value), *growth(part, value, dice), *ends])
    events = [Started(id="x")]
    begun = 0
    while any(queues):
        # Parts begin in order; what comes after that may come in any.
        able = [place for place, queue in enumerate(queues) if queue and place <= begun]
        place = dice.draw(st.sampled_from(able))
        events.append(queues[place].pop(0))
        begun = max(begun, place + 1)
    events += [Finished(finish=Finish(unified="stop")), UsageReported(usage=Usage(input=1, output=1)), Completed()]
    body = {"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": "x"}]}
    renderer = parse(json.dumps(body).encode(), ()).renderer()
    data = b"".join([renderer.feed([event]) for event in events]) + renderer.end()
    assert_sdk_takes(data, values, events)


def assert_sdk_takes(data, values, events):
    reader = EventReader()
    snapshot, buffers, is_open, count = None, {}, False, 0
    for frame in reader.feed(data):
        event = json.loads(frame.data)
        if event["type"] == "content_block_start":
            assert not is_open
            assert event["index"] == count
            is_open, count = True, count + 1
        elif event["type"] in {"content_block_delta", "content_block_stop"}:
            assert is_open
            assert event["index"] == count - 1
            is_open = event["type"] != "content_block_stop"
        snapshot = accumulate_event(event=event, current_snapshot=snapshot, json_bufs=buffers)
    assert not is_open
    calls = [block for block in snapshot.content if block.type == "tool_use"]
    expected = accumulate(events).choices[0].message if values else Message(role="assistant")
    assert [call.input for call in calls] == [json.loads(call.arguments) for call in expected.tool_calls]
    text = "".join([block.text for block in snapshot.content if block.type == "text" and "![image]" not in block.text])
    assert sorted(text) == sorted(expected.text + (expected.refusal or ""))


cache = st.none() | st.just({"type": "ephemeral"}) | st.just({"type": "ephemeral", "ttl": "1h", "scope": "x"})
sent_text = st.fixed_dictionaries({"type": st.just("text"), "text": spoken}, optional={"new": json_values})
sent_image = st.fixed_dictionaries(
    {"type": st.just("image"), "source": st.just({"type": "url", "url": "https://x.test/a.png"})},
    optional={"transformations": objects},
)
sent_document = st.fixed_dictionaries(
    {
        "type": st.just("document"),
        "source": st.just({"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}),
    },
    optional={"title": words, "context": words, "citations": st.just({"enabled": True})},
)
sent_search = st.fixed_dictionaries({"type": st.just("search_result"), "source": words, "content": st.lists(sent_text)})
user_blocks = st.lists(st.one_of(sent_text, sent_image, sent_document, sent_search), min_size=1, max_size=3)
thinking = st.fixed_dictionaries({"type": st.just("thinking"), "thinking": words, "signature": words})


@st.composite
def wire_conversations(draw):
    """Conversations as callers of this wire send them."""
    turns = []
    for number in range(draw(st.integers(1, 3))):
        turns.append({"role": "user", "content": draw(user_blocks)})
        said = [*draw(st.lists(thinking, max_size=1)), draw(sent_text)]
        calls = draw(st.integers(0, 2))
        uses = [
            {"type": "tool_use", "id": f"toolu_{number}_{place}", "name": "f", "input": draw(objects)}
            for place in range(calls)
        ]
        turns.append({"role": "assistant", "content": said + uses})
        if calls:
            results = [
                {"type": "tool_result", "tool_use_id": use["id"], "content": draw(st.lists(sent_text, min_size=1))}
                for use in uses
            ]
            turns.append({"role": "user", "content": results + draw(user_blocks)})
        else:
            turns.append({"role": "user", "content": draw(user_blocks)})
        if draw(st.booleans()):
            turns.append({"role": "system", "content": [draw(sent_text)]})
        turns.append({"role": "assistant", "content": [draw(sent_text)]})
    return [*turns, {"role": "user", "content": draw(user_blocks)}]


@few
@given(
    turns=wire_conversations(),
    optional=st.fixed_dictionaries(
        {},
        optional={
            "system": st.lists(sent_text, min_size=1, max_size=2),
            "stop_sequences": st.lists(spoken, min_size=1, max_size=2),
            "metadata": st.just({"user_id": "u-1", "more": 1}),
            "thinking": st.just({"type": "adaptive", "display": "omitted"}),
            "output_config": st.just({"effort": "high", "task_budget": {"total": 1}}),
            "cache_control": st.just({"type": "ephemeral", "ttl": "5m"}),
            "container": objects,
            "stream": st.just(True),
            "service_tier": st.sampled_from(["auto", "standard_only"]),
        },
    ),
)
def test_a_request_comes_out_as_it_went_in(turns, optional):
    tools = [{"name": "f", "input_schema": {"type": "object", "properties": {}}, "defer_loading": True}]
    body = {"model": "claude-opus-4-8", "max_tokens": 100, "messages": turns, "tools": tools, **optional}
    inbound = parse(json.dumps(body).encode(), ())
    exchange = CODEC.encode(inbound.request, stream=inbound.stream)
    assert long_form(json.loads(exchange.draft.body)) == long_form(body)
    again = parse(exchange.draft.body, ())
    assert again.request == merged(inbound.request)


def merged(request):
    """The request as it is after neighbours of one role were put together."""
    return parse(CODEC.encode(request).draft.body, ()).request


def long_form(body):
    def blocks(content):
        found = [{"type": "text", "text": content}] if isinstance(content, str) else content
        return [
            {**block, "content": blocks(block["content"])} if block["type"] == "tool_result" else block
            for block in found
        ]

    turns = []
    for turn in body["messages"]:
        if turns and turns[-1]["role"] == turn["role"]:
            turns[-1]["content"] += blocks(turn["content"])
        else:
            turns.append({**turn, "content": blocks(turn["content"])})
    for turn in turns:
        turn["content"].sort(key=lambda block: block["type"] != "tool_result")
    system = {"system": blocks(body["system"])} if "system" in body else {}
    return {**body, "messages": turns, **system}


foreign_parts = st.one_of(
    st.builds(Text, text=st.just("") | st.just("  ") | words),
    st.builds(Reasoning, text=words, signature=words, owner=st.sampled_from([None, "gemini", "openai_responses"])),
    st.builds(Image, source=st.builds(Media, url=st.just("http://x") | st.just("https://x"))),
    st.builds(Opaque, dialect=st.just("gemini"), raw=objects),
    st.builds(Refusal, text=words),
)
call_ids = st.sampled_from(["", "a", "functions.f:0", "call_0", "é"])


@st.composite
def foreign_conversations(draw):
    """Conversations of other wires: every call has its result, and little else is as this wire wants it."""
    messages = []
    for _ in range(draw(st.integers(1, 5))):
        role = draw(st.sampled_from(["system", "developer", "user", "assistant", "assistant"]))
        parts = draw(st.lists(foreign_parts, max_size=3))
        messages.append(Message(role=role, parts=tuple(parts)))
        if role == "assistant" and draw(st.booleans()):
            calls = [
                ToolCall(id=draw(call_ids), name=name, arguments=draw(st.sampled_from(["", "{}", '{"a":1}', "x"])))
                for name in draw(st.lists(st.sampled_from(["f", "g.h", "i j"]), min_size=1, max_size=3))
            ]
            messages.append(Message(role="assistant", parts=tuple(calls)))
            for call in calls:
                result = ToolResult(call_id=call.id, name=call.name, content=(Text(text=draw(words)),))
                messages.append(Message(role="tool", parts=(result,)))
    return tuple(messages)


@few
@given(messages=foreign_conversations(), kind=st.sampled_from(["claude-opus-4-8", "claude-haiku-4-5", "other"]))
def test_a_conversation_of_any_wire_becomes_one_that_anthropic_takes(messages, kind):
    request = ChatRequest(messages=messages, tools=(FunctionTool(name="g.h"),))
    body = json.loads(AnthropicMessages(model=kind).encode(request, on_unsupported="drop").draft.body)
    turns = body["messages"]
    assert turns
    answered: list[str] = []
    used: set[str] = set()
    for place, turn in enumerate(turns):
        content = turn["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        assert blocks
        assert all(block["text"].strip() for block in blocks if block["type"] == "text")
        if kind != "other":
            assert all(block["type"] not in {"thinking", "redacted_thinking"} for block in blocks)
        if place:
            assert turn["role"] != turns[place - 1]["role"]
        if turn["role"] == "system":
            assert turns[place - 1]["role"] == "user"
            assert place + 1 == len(turns) or turns[place + 1]["role"] == "assistant"
            continue
        kinds = [block["type"] for block in blocks]
        results = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
        assert kinds[: len(results)] == ["tool_result"] * len(results)
        assert sorted(results) == sorted(answered)
        calls = [block for block in blocks if block["type"] == "tool_use"]
        answered = [call["id"] for call in calls]
        assert used.isdisjoint(answered)
        assert len(set(answered)) == len(answered)
        used.update(answered)
        assert all(re.fullmatch(r"[a-zA-Z0-9_-]+", call["id"]) for call in calls)
        assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,128}", call["name"]) for call in calls)
        assert all(isinstance(call["input"], dict) for call in calls)
