"""What holds for every conversation, every stream and every split of its bytes."""

import json
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.core.accumulate import accumulate
from accord.core.error import InvalidInput, ProviderError
from accord.core.event import (
    ArgumentsDelta,
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
from accord.core.message import Message
from accord.core.part import Citation, File, Image, Media, Opaque, Reasoning, Refusal, Text, ToolCall, ToolResult
from accord.core.request import ChatRequest, JsonSchemaFormat, ReasoningConfig
from accord.core.response import ChatResponse, Choice
from accord.core.tool import CustomTool, FunctionTool, NamedTool, ToolNamespace
from accord.core.usage import Usage
from accord.dialects.openai_responses import OpenAIResponses, parse

NAME = "openai_responses"

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
some = words.filter(bool)
names = st.from_regex(r"[a-zA-Z0-9_-]{1,8}", fullmatch=True)
objects = st.dictionaries(names, st.one_of(st.integers(-9, 9), words), max_size=2)

texts = st.builds(
    Text,
    text=words,
    citations=st.lists(
        st.builds(Citation, url=some, title=some, start=st.integers(0, 5), end=st.integers(5, 9)), max_size=2
    ).map(tuple),
)
calls = st.one_of(
    st.builds(ToolCall, id=names, name=names, arguments=objects.map(json.dumps), namespace=st.none() | names),
    st.builds(ToolCall, id=names, name=names, arguments=words, kind=st.just("custom")),
)
thoughts = st.builds(
    Reasoning,
    text=words,
    summary=st.lists(some, max_size=2).map(tuple),
    encrypted=st.none() | some.map("g".__add__),
    id=names,
    owner=st.just(NAME),
)
foreign = st.builds(Reasoning, text=words, signature=some, owner=st.just("anthropic_messages"))
blocks = st.builds(
    Opaque, dialect=st.just(NAME), raw=st.fixed_dictionaries({"type": st.just("web_search_call"), "id": names})
)
said = st.one_of(texts, st.builds(Refusal, text=words), calls, thoughts, blocks)


def dealt(part, index, cuts):
    """The events that tell of a part, its words cut in pieces."""

    def pieces(text):
        edges = sorted({0, len(text), *[cut % (len(text) + 1) for cut in cuts]})
        return [text[start:end] for start, end in pairwise(edges)]

    match part:
        case Text():
            yield PartStarted(part=index, value=Text(text="", extra=part.extra))
            yield from [TextDelta(part=index, text=text) for text in pieces(part.text)]
        case Refusal():
            yield PartStarted(part=index, value=Refusal(text=""))
            yield from [RefusalDelta(part=index, text=text) for text in pieces(part.text)]
        case ToolCall():
            yield PartStarted(
                part=index, value=ToolCall(id=part.id, name=part.name, kind=part.kind, namespace=part.namespace)
            )
            yield from [ArgumentsDelta(part=index, text=text) for text in pieces(part.arguments)]
        case Reasoning():
            yield PartStarted(part=index, value=Reasoning(id=part.id, owner=part.owner))
            for at, paragraph in enumerate(part.summary):
                yield from [ReasoningDelta(part=index, text=text, summary=at) for text in pieces(paragraph)]
            yield from [ReasoningDelta(part=index, text=text) for text in pieces(part.text)]
            yield ReasoningSealed(part=index, encrypted=part.encrypted, signature=part.signature)
        case _:
            yield PartStarted(part=index, value=part)
    yield PartFinished(part=index, value=part)


def without_citations(part):
    return Text(text=part.text) if isinstance(part, Text) else part


@st.composite
def streams(draw):
    parts = [without_citations(part) for part in draw(st.lists(st.one_of(said, foreign), max_size=6))]
    cuts = draw(st.lists(st.integers(0, 20), max_size=3))
    told = [event for index, part in enumerate(parts) for event in dealt(part, index, cuts)]
    reason = draw(st.sampled_from(["stop", "length", "content_filter", "tool_calls"]))
    end = (Finished(finish=Finish(unified=reason)), UsageReported(usage=Usage(input=1, output=2)), Completed())
    return (Started(id="resp_1", model="m", created=5), *told, *end)


INBOUND = parse(b'{"model":"m","input":"hi"}', (), received_at=5)


def exchange():
    return OpenAIResponses(model="m").encode(ChatRequest(), stream=True)


def read(data, sizes=(1 << 20,)):
    decoder, events, turn = exchange().decoder(), [], 0
    while data:
        size = sizes[turn % len(sizes)]
        events += decoder.feed(data[:size])
        data, turn = data[size:], turn + 1
    return events + decoder.end()


@settings(max_examples=60, deadline=None)
@given(streams(), st.lists(st.integers(1, 60), min_size=1, max_size=5))
def test_a_stream_says_what_the_whole_says_whatever_the_split(events, sizes):
    renderer = INBOUND.renderer()
    written = b"".join([renderer.feed([event]) for event in events]) + renderer.end()
    together = INBOUND.renderer()
    assert together.feed(events) + together.end() == written

    whole = INBOUND.render(accumulate(events))
    from_stream = accumulate(read(written, sizes))
    from_whole = exchange().decode(Reply(status=200, body=whole))
    assert from_stream.choices[0].finish == from_whole.choices[0].finish
    assert from_stream.usage == from_whole.usage
    assert [status_aside(part) for part in from_stream.choices[0].message.parts] == [
        status_aside(part) for part in from_whole.choices[0].message.parts
    ]
    assert read(written, sizes) == read(written)


def status_aside(part):
    """Items that are ended before the answer turns out to be cut are `completed` in a stream."""
    return json.loads(json.dumps(as_json(part)).replace('"status": "incomplete"', '"status": "completed"'))


def as_json(part):
    found = msgspec.to_builtins(part)
    extra = found.get("extra", {}).get(NAME, {})
    extra.pop("status", None)
    extra.get("item", {}).pop("status", None)
    return {key: value for key, value in found.items() if key != "extra" or any(extra.values())}


@settings(max_examples=50, deadline=None)
@given(st.lists(said, max_size=5))
def test_reading_an_answer_undoes_writing_it(parts):
    response = ChatResponse(
        id="resp_1",
        choices=(Choice(message=Message(role="assistant", parts=tuple(parts)), finish=Finish(unified="stop")),),
    )
    body = INBOUND.render(response)
    decoded = exchange().decode(Reply(status=200, body=body))
    assert exchange().decode(Reply(status=200, body=INBOUND.render(decoded))) == decoded_again(decoded, body)
    assert [bare(part) for part in decoded.choices[0].message.parts] == [bare(part) for part in parts]


def decoded_again(decoded, body):
    return msgspec.structs.replace(decoded, raw=body)


def bare(part):
    """A part without the ids that its item got."""

    if isinstance(part, ToolCall):
        return msgspec.structs.replace(part, item_id=None)
    return msgspec.structs.replace(part, extra={}) if isinstance(part, Text | Refusal) else part


media = st.one_of(
    st.builds(Media, url=st.just("https://x/y")),
    st.builds(Media, data=st.sampled_from(["AAAA", "iVBORw0K"]), media_type=st.just("image/png")),
    st.builds(Media, file_id=names),
)
results = st.builds(
    ToolResult,
    call_id=names,
    content=st.lists(
        st.one_of(st.builds(Text, text=words), st.builds(Image, source=media)), min_size=1, max_size=2
    ).map(tuple),
)
asked_parts = st.one_of(
    st.builds(Text, text=words),
    st.builds(Image, source=media, detail=st.none() | st.just("low")),
    st.builds(File, source=media, filename=some),
)


@st.composite
def conversations(draw):
    """Conversations as callers have them: results answer calls, and turns of one side are not split."""
    messages = []
    for _ in range(draw(st.integers(1, 3))):
        role = draw(st.sampled_from(["user", "system", "developer"]))
        messages.append(Message(role=role, parts=tuple(draw(st.lists(asked_parts, min_size=1, max_size=3)))))
        turn = [part for part in draw(st.lists(said, max_size=4)) if not isinstance(part, Opaque)]
        if turn:
            messages.append(Message(role="assistant", parts=tuple(turn)))
        called = [part.id for part in turn if isinstance(part, ToolCall) and part.kind == "function"]
        if called:
            messages.append(Message(role="tool", parts=tuple([draw(results) for _ in called])))
    return messages


functions = st.builds(FunctionTool, name=names, description=st.none() | words, parameters=objects, strict=st.booleans())
customs = st.builds(CustomTool, name=names, description=st.none() | words)
spaces = st.builds(
    ToolNamespace, name=names, description=words, tools=st.lists(st.one_of(functions, customs), max_size=2).map(tuple)
)


@st.composite
def requests(draw):
    maybe = st.none
    return ChatRequest(
        model="m",
        messages=tuple(draw(conversations())),
        tools=tuple(draw(st.lists(st.one_of(functions, customs, spaces), max_size=3))),
        tool_choice=draw(maybe() | st.sampled_from(["auto", "none", "required"]) | st.builds(NamedTool, name=names)),
        parallel_tool_calls=draw(maybe() | st.booleans()),
        response_format=draw(maybe() | st.builds(JsonSchemaFormat, schema=objects, name=names, strict=st.booleans())),
        reasoning=draw(
            maybe() | st.builds(ReasoningConfig, effort=st.sampled_from(["low", "high"]), encrypted=st.just(True))
        ),
        verbosity=draw(maybe() | st.sampled_from(["low", "high"])),
        max_output_tokens=draw(maybe() | st.integers(16, 999)),
        temperature=draw(maybe() | st.floats(0, 2)),
        metadata=draw(maybe() | st.dictionaries(names, words, max_size=2)),
        user=draw(maybe() | some),
        store=draw(st.booleans()),
        cache_key=draw(maybe() | some),
    )


@settings(max_examples=60, deadline=None)
@given(requests(), st.booleans())
def test_parsing_a_request_undoes_encoding_it(request, stream):
    codec = OpenAIResponses(model="m")
    draft = codec.encode(request, stream=stream).draft
    inbound = parse(draft.body, ())
    assert inbound.stream is stream
    again = codec.encode(inbound.request, stream=stream).draft
    assert json.loads(again.body) == json.loads(draft.body)
    assert neutral(inbound.request) == neutral(request)


def neutral(request):
    """What the wire carries of a request that was never on it."""

    messages = [(message.role, [shown(part) for part in message.parts]) for message in request.messages]
    return msgspec.structs.replace(request, extra={}, messages=(), tools=()), merged(messages), len(request.tools)


def merged(messages):
    """Neighbouring turns of the assistant are one."""
    turns = []
    for role, parts in messages:
        if turns and turns[-1][0] == role == "assistant":
            turns[-1][1].extend(parts)
        else:
            turns.append((role, list(parts)))
    return turns


def shown(part):
    if isinstance(part, ToolResult):
        return msgspec.structs.replace(part, extra={}, kind="function")
    return msgspec.structs.replace(part, extra={})


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-3, 3) | words,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "type",
                        "role",
                        "content",
                        "text",
                        "input_text",
                        "message",
                        "reasoning",
                        "function_call",
                        "name",
                        "call_id",
                        "summary",
                        "tools",
                        "additional_tools",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_input_is_read_or_refused_by_its_path(value):
    body = json.dumps({"model": "m", "input": value}).encode()
    try:
        inbound = parse(body, ())
    except InvalidInput as error:
        param = error.param
    else:
        param = "input"
        OpenAIResponses(model="m").encode(inbound.request, on_unsupported="drop")
    assert param.startswith("input")


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_refused_by_cause(data):
    with pytest.raises(InvalidInput):
        parse(data, ())
    with pytest.raises(ProviderError):
        read(data)
    with pytest.raises(ProviderError):
        exchange().decode(Reply(status=200, body=data))
    assert OpenAIResponses(model="m").error(Reply(status=400, body=data)).status == 400


KINDS = [
    "response.created",
    "response.output_item.added",
    "response.output_item.done",
    "response.content_part.added",
    "response.output_text.delta",
    "response.reasoning_text.delta",
    "response.reasoning_summary_text.delta",
    "response.function_call_arguments.delta",
    "response.completed",
    "response.novel",
    "error",
]
members = st.fixed_dictionaries(
    {"type": st.sampled_from(KINDS)},
    optional={
        "output_index": st.integers(0, 2),
        "content_index": st.integers(0, 1),
        "summary_index": st.integers(0, 2),
        "delta": words,
        "item": st.fixed_dictionaries(
            {"type": st.sampled_from(["message", "reasoning", "function_call", "novel"]), "name": st.just("f")},
            optional={
                "id": names,
                "role": st.just("assistant"),
                "arguments": words,
                "content": st.lists(
                    st.fixed_dictionaries(
                        {"type": st.sampled_from(["output_text", "refusal"]), "text": words, "refusal": words}
                    ),
                    max_size=2,
                ),
            },
        ),
        "part": st.fixed_dictionaries(
            {"type": st.sampled_from(["output_text", "refusal", "novel"]), "text": words, "refusal": words}
        ),
        "response": st.fixed_dictionaries(
            {"id": names},
            optional={"status": st.sampled_from(["completed", "failed", "incomplete"]), "output": st.just([])},
        ),
    },
)


@settings(max_examples=120, deadline=None)
@given(st.lists(members, max_size=8))
def test_any_events_are_told_or_refused_and_what_is_told_can_be_written(found):
    data = b"".join([b"data: " + json.dumps(event).encode() + b"\n\n" for event in found])
    events = []
    decoder = exchange().decoder()
    try:
        for start in range(0, len(data), 37):
            events += decoder.feed(data[start : start + 37])
        events += decoder.end()
    except ProviderError:
        pass
    accumulate(events)
    renderer = INBOUND.renderer()
    written = renderer.feed(events) + renderer.end()
    accumulate(read(written))
