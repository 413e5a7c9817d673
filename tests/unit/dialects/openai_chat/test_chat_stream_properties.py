"""What holds for every stream, every split of its bytes, and every answer."""

import json
from contextlib import suppress
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from accord.core.accumulate import accumulate
from accord.core.error import Interrupted, Malformed, ProviderError
from accord.core.event import (
    ArgumentsDelta,
    Completed,
    Finished,
    LogprobsDelta,
    PartStarted,
    ReasoningDelta,
    RefusalDelta,
    Started,
    TextDelta,
    UsageReported,
)
from accord.core.finish import Finish
from accord.core.http import Reply
from accord.core.message import Message, user
from accord.core.part import Reasoning, Refusal, Text, ToolCall
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse, Choice, Logprobs, TokenLogprob, TopLogprob
from accord.core.usage import Usage
from accord.dialects.openai_chat import OpenAIChat, parse

EXCHANGE = OpenAIChat(model="m").encode(ChatRequest(messages=(user("Hello"),)), stream=True)

STREAM = (
    b": OPENROUTER PROCESSING\n\n"
    b'data: {"id":"","choices":[],"model":"","object":"","prompt_filter_results":[1]}\n\n'
    b'data: {"id":"c","model":"m","created":1,"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}\r\n\r\n'
    b'data: {"id":"c","choices":[{"index":0,"delta":{"reasoning":"Hm \xf0\x9f\xa4\x94","reasoning_details":'
    b'[{"type":"reasoning.text","text":"Hm \xf0\x9f\xa4\x94","index":0}]}}]}\n\n'
    b'data: {"id":"c",\ndata: "choices":[{"index":0,"delta":{"content":"caf\xc3\xa9"},"logprobs":{"content":[]}}]}\n\n'
    b'data: {"choices":[{"index":1,"delta":{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{"}}]}}]}\n\n'
    b'data: {"choices":[{"index":1,"delta":{"tool_calls":[{"function":{"arguments":"}"}}]},"finish_reason":"tool_calls"}]}\n\n'
    b'event: message\ndata: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
    b'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}\n\n'
    b"data: [DONE]\n\n"
)


def events(pieces):
    decoder = EXCHANGE.decoder()
    return [event for piece in pieces for event in decoder.feed(piece)] + decoder.end()


def cut(data, cuts):
    edges = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


WHOLE = events([STREAM])


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_any_split_gives_the_same_events(cuts):
    assert events(cut(STREAM, cuts)) == WHOLE


def test_byte_by_byte():
    assert events([bytes([byte]) for byte in STREAM]) == WHOLE
    assert type(WHOLE[-1]) is Completed


@given(st.integers(0, len(STREAM)), st.integers(0, 255), st.lists(st.integers(0, len(STREAM)), max_size=4))
def test_a_damaged_byte_gives_a_failure_of_the_provider_or_an_answer(position, byte, cuts):
    damaged = STREAM[:position] + bytes([byte]) + STREAM[position + 1 :]
    with suppress(ProviderError):
        accumulate(events(cut(damaged, cuts)))


@given(st.integers(0, STREAM.index(b'"finish_reason":"stop"')))
def test_a_cut_is_never_complete(end):
    try:
        events([STREAM[:end]])
    except (Interrupted, Malformed):
        return
    raise AssertionError("a stream without its finish was taken for whole")


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_the_providers_failure(data):
    for prefix in (b"", b"data: ", b"{"):
        for read in (lambda body: events([body]), lambda body: EXCHANGE.decode(Reply(status=200, body=body))):
            try:
                read(prefix + data)
            except ProviderError:
                continue
        assert isinstance(EXCHANGE.error(Reply(status=400, body=prefix + data)), ProviderError)


scalars = st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.text(max_size=5)
names = st.sampled_from(
    (
        *("id", "object", "model", "created", "choices", "index", "message", "delta", "role", "content", "refusal"),
        *(
            "service_tier",
            "tool_calls",
            "function",
            "custom",
            "name",
            "arguments",
            "input",
            "finish_reason",
            "logprobs",
            "usage",
        ),
        *("prompt_tokens", "completion_tokens", "prompt_tokens_details", "cached_tokens", "error", "code", "type"),
        *("reasoning", "reasoning_details", "annotations", "url_citation", "audio", "data", "images", "text"),
    )
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=6), max_leaves=25
)


@given(st.dictionaries(names, values, max_size=6), st.lists(values, max_size=3))
def test_any_json_is_the_providers_failure_or_an_answer(body, choices):
    for given_body in (body, {**body, "choices": choices}, {**body, "error": None, "choices": choices}):
        data = json.dumps(given_body).encode()
        for read in (
            lambda data: EXCHANGE.decode(Reply(status=200, body=data)),
            lambda data: accumulate(events([b"data: " + data + b"\n\n"])),
        ):
            try:
                read(data)
            except ProviderError:
                continue
        assert isinstance(EXCHANGE.error(Reply(status=400, body=data)), ProviderError)


INBOUND = parse(
    b'{"model":"asked","messages":[{"role":"user","content":"x"}],"stream":true,"stream_options":{"include_usage":true}}',
    (),
)


def forwarded(data):
    """What the caller of a forwarded stream gets."""
    exchange, renderer = OpenAIChat(model="up").forward(INBOUND), INBOUND.renderer(forwarded=True)
    decoder = exchange.decoder()
    return renderer.feed(decoder.feed(data)) + renderer.feed(decoder.end()) + renderer.end()


@given(st.dictionaries(names, values, max_size=6), st.lists(values, max_size=3))
def test_any_json_is_handed_on_under_the_callers_name_or_the_providers_failure(body, choices):
    for given_body in (body, {**body, "error": None, "choices": choices}):
        data = json.dumps(given_body).encode()
        with suppress(ProviderError):
            response = OpenAIChat(model="up").forward(INBOUND).decode(Reply(status=200, body=data))
            assert json.loads(INBOUND.render(response, forwarded=True))["model"] == "asked"
        with suppress(ProviderError):
            sent = forwarded(b"data: " + data + b"\n\ndata: " + FINISH + b"\n\n")
            chunks = [json.loads(block[6:]) for block in sent.split(b"\n\n") if block and b"[DONE]" not in block]
            assert {chunk["model"] for chunk in chunks} == {"asked"}


FINISH = b'{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}'


# Answers as this wire can hold them: reasoning, then text, then a refusal, then calls.

texts = st.text(min_size=1, max_size=12)
thoughts = st.builds(
    lambda text: Reasoning(text=text, owner="openai_chat", extra={"openai_chat": {"field": "reasoning_content"}}), texts
)
calls = st.builds(
    ToolCall,
    id=st.uuids().map(str),
    name=st.text("abc_", min_size=1, max_size=5),
    arguments=texts,
    kind=st.sampled_from(("function", "custom")),
)
tokens = st.builds(
    TokenLogprob,
    token=texts,
    logprob=st.floats(-9, 0),
    bytes=st.none() | st.lists(st.integers(0, 255), max_size=3).map(tuple),
    top=st.lists(st.builds(TopLogprob, token=texts, logprob=st.floats(-9, 0)), max_size=2).map(tuple),
)


@st.composite
def choices(draw, index):
    parts = draw(st.lists(thoughts, max_size=1)) + draw(st.lists(st.builds(Text, text=texts), max_size=1))
    parts += draw(st.lists(st.builds(Refusal, text=texts), max_size=1)) + draw(st.lists(calls, max_size=3))
    has_calls = any(isinstance(part, ToolCall) for part in parts)
    finish = Finish(unified="tool_calls", raw="tool_calls") if has_calls else Finish(unified="stop", raw="stop")
    scores = draw(st.none() | st.lists(tokens, min_size=1, max_size=2).map(tuple))
    return Choice(
        index=index,
        message=Message(role="assistant", parts=tuple(parts)),
        finish=finish,
        logprobs=None if scores is None else Logprobs(content=scores),
    )


@st.composite
def responses(draw):
    count = draw(st.integers(1, 3))
    usage = draw(
        st.none() | st.builds(Usage, input=st.integers(0, 99), output=st.integers(0, 99), cached=st.integers(0, 9))
    )
    return ChatResponse(
        id="chatcmpl-1",
        model="asked",
        created=5,
        choices=tuple([draw(choices(index)) for index in range(count)]),
        usage=usage,
    )


def told(response, size):
    """The events of a response, its words in pieces of `size`."""
    found = [Started(id=response.id, model=response.model, created=response.created)]
    for choice in response.choices:
        for part, value in enumerate(choice.message.parts):
            found += part_told(choice.index, part, value, size)
        if choice.logprobs is not None:
            found.append(LogprobsDelta(choice=choice.index, content=choice.logprobs.content))
        found.append(Finished(choice=choice.index, finish=choice.finish))
    if response.usage is not None:
        found.append(UsageReported(usage=response.usage))
    return [*found, Completed()]


def part_told(choice, part, value, size):
    kinds = {Text: TextDelta, Refusal: RefusalDelta, Reasoning: ReasoningDelta, ToolCall: ArgumentsDelta}
    field = "arguments" if isinstance(value, ToolCall) else "text"
    words = getattr(value, field)
    empty = type(value)(**{**{name: getattr(value, name) for name in value.__struct_fields__}, field: ""})
    pieces = [words[at : at + size] for at in range(0, len(words), size)]
    return [
        PartStarted(choice=choice, part=part, value=empty),
        *[kinds[type(value)](choice=choice, part=part, text=piece) for piece in pieces],
    ]


def essence(response):
    """What stream and answer have to agree on; the usage object itself is made anew."""
    usage = response.usage
    counts = None if usage is None else (usage.input, usage.output, usage.cached)
    return response.id, response.model, response.created, response.choices, counts


@given(responses(), st.integers(1, 5))
def test_what_is_rendered_is_read_back_the_same(response, size):
    renderer = INBOUND.renderer()
    data = b"".join(renderer.feed([event]) for event in told(response, size)) + renderer.end()
    streamed = accumulate(events([data]))
    whole = EXCHANGE.decode(Reply(status=200, body=INBOUND.render(response)))
    assert essence(streamed) == essence(whole) == essence(response)
