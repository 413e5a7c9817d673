"""OpenAI's own SDK as the caller: it takes what we render, and its helpers put our streams together.

The SDK talks to a transport in memory, behind which a provider's bytes are decoded and written for the caller.
"""

import json

import httpx2
import openai
import pydantic
import pytest

from accord.core.error import (
    Authentication,
    ContextLengthExceeded,
    Interrupted,
    InvalidInput,
    ModelNotFound,
    Overloaded,
    Permission,
    QuotaExceeded,
    RateLimited,
)
from accord.core.event import (
    ArgumentsDelta,
    CitationAdded,
    Completed,
    Finished,
    LogprobsDelta,
    PartStarted,
    ReasoningDelta,
    ReasoningSealed,
    Started,
    TextDelta,
    UsageReported,
)
from accord.core.finish import Finish
from accord.core.message import Message
from accord.core.part import Citation, Reasoning, Text, ToolCall
from accord.core.response import ChatResponse, Choice, TokenLogprob, TopLogprob
from accord.core.usage import Usage
from accord.dialects.openai_chat import OpenAIChat, parse

HELLO = [{"role": "user", "content": "Hello"}]
STOP = Finish(unified="stop", raw="end_turn")
CALLS = Finish(unified="tool_calls", raw="tool_use")


@pytest.fixture
def client():
    """Makes an SDK client that is answered with a response, with events, or with an error."""

    def make(answer, **options):
        def handle(request):
            inbound = parse(request.content, (), received_at=1_750_000_000)
            if isinstance(answer, Exception):
                failure = inbound.fail(answer)
                headers = {**dict(failure.headers), "x-request-id": "req_1"}
                return httpx2.Response(failure.status, headers=headers, content=failure.body)
            if isinstance(answer, ChatResponse):
                return httpx2.Response(
                    200, headers={"content-type": "application/json"}, content=inbound.render(answer)
                )
            return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=answer(inbound))

        transport = httpx2.MockTransport(handle)
        http = httpx2.Client(transport=transport)
        return openai.OpenAI(api_key="sk-test-1", http_client=http, max_retries=0, **options)

    return make


def streamed(*events, failure=None):
    """The bytes of a stream of these events."""

    def write(inbound):
        renderer = inbound.renderer()
        body = b"".join([renderer.heartbeat() + renderer.feed([event]) for event in events])
        return body + (renderer.end() if failure is None else renderer.fail(failure))

    return write


def response(*parts, finish=STOP, **more):
    choice = Choice(message=Message(role="assistant", parts=parts), finish=finish)
    return ChatResponse(id="msg_1", choices=(choice,), **more)


def test_a_whole_answer(client):
    usage = Usage(input=10, output=5, cached=4, reasoning=2)
    found = client(response(Text(text="Oslo"), usage=usage)).chat.completions.create(model="asked", messages=HELLO)
    assert (found.id, found.model, found.choices[0].message.content) == ("msg_1", "asked", "Oslo")
    assert found.usage.prompt_tokens_details.cached_tokens == 4
    assert found.usage.completion_tokens_details.reasoning_tokens == 2


def test_calls_with_parsed_arguments(client):
    tool = {
        "type": "function",
        "function": {
            "name": "f",
            "strict": True,
            "parameters": {
                "type": "object",
                "properties": {"a": {"type": "integer"}},
                "required": ["a"],
                "additionalProperties": False,
            },
        },
    }
    answer = response(ToolCall(id="1", name="f", arguments='{"a":1}'), finish=CALLS)
    found = client(answer).chat.completions.parse(model="asked", messages=HELLO, tools=[tool])
    assert found.choices[0].message.tool_calls[0].function.parsed_arguments == {"a": 1}


class City(pydantic.BaseModel):
    name: str


def test_structured_output(client):
    answer = response(Text(text='{"name":"Oslo"}'))
    found = client(answer).chat.completions.parse(model="asked", messages=HELLO, response_format=City)
    assert found.choices[0].message.parsed == City(name="Oslo")


def completion(client, answer, **options):
    """What the SDK's streaming helper makes of a stream, and the events it tells on the way."""
    with client(answer).chat.completions.stream(model="asked", messages=HELLO, **options) as stream:
        events = list(stream)
        return stream.get_final_completion(), events


SCORE = TokenLogprob(token="a", logprob=-0.5, bytes=(97,), top=(TopLogprob(token="b", logprob=-1.0),))


def test_everything_a_stream_can_hold(client):
    events = (
        Started(id="msg_1", created=7),
        PartStarted(value=Reasoning(owner="anthropic_messages")),
        ReasoningDelta(text="H"),
        ReasoningDelta(text="m."),
        ReasoningSealed(signature="sig"),
        PartStarted(part=1, value=Reasoning(encrypted="blob", owner="anthropic_messages")),
        PartStarted(part=2, value=Text(text="")),
        LogprobsDelta(content=(SCORE,)),
        TextDelta(part=2, text="Os"),
        LogprobsDelta(content=(SCORE,)),
        TextDelta(part=2, text="lo"),
        CitationAdded(part=2, citation=Citation(url="https://a.example")),
        CitationAdded(part=2, citation=Citation(url="https://b.example")),
        PartStarted(part=3, value=ToolCall(id="1", name="f")),
        ArgumentsDelta(part=3, text='{"a":'),
        ArgumentsDelta(part=3, text="1}"),
        PartStarted(part=4, value=ToolCall(id="2", name="g")),
        ArgumentsDelta(part=4, text="{}"),
        UsageReported(usage=Usage(input=1, output=2)),
        Finished(finish=CALLS),
        Completed(),
    )
    found, told = completion(client, streamed(*events), stream_options={"include_usage": True})
    message = found.choices[0].message
    extra = message.to_dict()
    assert (found.id, found.usage.total_tokens, found.choices[0].finish_reason) == ("msg_1", 3, "tool_calls")
    assert (message.role, message.content) == ("assistant", "Oslo")
    assert [(call.id, call.function.name, call.function.arguments) for call in message.tool_calls] == [
        ("1", "f", '{"a":1}'),
        ("2", "g", "{}"),
    ]
    assert extra["reasoning_content"] == "Hm."
    assert [detail["type"] for detail in extra["reasoning_details"]] == ["reasoning.text", "reasoning.encrypted"]
    assert [source["url_citation"]["url"] for source in extra["annotations"]] == [
        "https://a.example",
        "https://b.example",
    ]
    assert len(found.choices[0].logprobs.content) == 2
    kinds = {event.type for event in told}
    assert {"content.delta", "content.done", "tool_calls.function.arguments.done", "logprobs.content.delta"} <= kinds


def test_several_choices_that_begin_out_of_order(client):
    events = (
        Started(id="c"),
        PartStarted(choice=1, value=Text(text="b")),
        PartStarted(choice=0, value=Text(text="a")),
        Finished(choice=1, finish=STOP),
        Finished(choice=0, finish=STOP),
    )
    found, _ = completion(client, streamed(*events))
    assert [(choice.index, choice.message.content) for choice in found.choices] == [(0, "a"), (1, "b")]


def test_structured_output_in_a_stream(client):
    events = (
        Started(id="c"),
        PartStarted(value=Text(text="")),
        *[TextDelta(text=piece) for piece in ('{"na', 'me":"Os', 'lo"}')],
        Finished(finish=STOP),
    )
    found, _ = completion(client, streamed(*events), response_format=City)
    assert found.choices[0].message.parsed == City(name="Oslo")


def test_callers_who_index_the_first_choice_of_every_chunk(client):
    answer = streamed(
        Started(id="c"),
        PartStarted(value=Text(text="a")),
        UsageReported(usage=Usage(input=1, output=1)),
        Finished(finish=STOP),
    )
    chunks = client(answer).chat.completions.create(model="asked", messages=HELLO, stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "a"


def test_a_stream_that_broke_raises(client):
    answer = streamed(Started(id="c"), PartStarted(value=Text(text="half")), failure=Interrupted("the stream ended"))
    seen = []
    with pytest.raises(openai.APIError, match="the stream ended") as failure:
        seen.extend(client(answer).chat.completions.create(model="asked", messages=HELLO, stream=True))
    assert (failure.value.code, failure.value.type) == ("upstream_error", "server_error")
    assert [chunk.choices[0].delta.content for chunk in seen] == ["", "half"]
    assert all(chunk.choices[0].finish_reason is None for chunk in seen)


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (InvalidInput("x", param="messages"), openai.BadRequestError, None),
        (ContextLengthExceeded("x"), openai.BadRequestError, "context_length_exceeded"),
        (Authentication("x"), openai.AuthenticationError, "invalid_api_key"),
        (Permission("x"), openai.PermissionDeniedError, None),
        (ModelNotFound("x"), openai.NotFoundError, "model_not_found"),
        (RateLimited("x"), openai.RateLimitError, "rate_limit_exceeded"),
        (QuotaExceeded("x"), openai.RateLimitError, "insufficient_quota"),
        (Overloaded("x"), openai.InternalServerError, "overloaded"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_errors_become_the_sdks_own(client, error, kind, code):
    with pytest.raises(kind) as failure:
        client(error).chat.completions.create(model="asked", messages=HELLO)
    assert type(failure.value) is kind
    assert (failure.value.code, failure.value.request_id) == (code, "req_1")
    assert failure.value.body["message"] == "x"


ODD_STREAM = [
    {"choices": [], "id": "", "created": 0, "model": "", "object": "", "prompt_filter_results": []},
    {"choices": [{"index": 1, "delta": {"role": "assistant", "content": "b"}}], "id": "c", "model": "up"},
    {"choices": [{"delta": {"role": "assistant", "content": "a"}, "index": 0}], "id": "c", "model": "up"},
    {"choices": [{"index": 0, "delta": {"role": "assistant", "content": "", "annotations": [{"type": "x"}]}}]},
    {"choices": [{"index": 0, "delta": {"annotations": [{"type": "x"}]}}]},
    {
        "choices": [
            {
                "index": 0,
                "delta": {"tool_calls": [{"id": "1", "index": 0, "function": {"name": "f", "arguments": "{"}}]},
            }
        ]
    },
    {
        "choices": [
            {
                "index": 0,
                "delta": {"tool_calls": [{"index": 0, "function": {"name": "f", "arguments": "}"}, "type": None}]},
            }
        ]
    },
    {
        "choices": [
            {"index": 0, "delta": {"tool_calls": [{"id": "2", "index": 0, "function": {"name": "g", "arguments": {}}}]}}
        ]
    },
    {"choices": [{"index": 1, "finish_reason": "eos"}]},
    {
        "choices": [{"index": 0, "delta": {"role": "assistant"}, "finish_reason": "tool_calls"}],
        "usage": {"prompt_tokens": 1},
    },
]


@pytest.mark.parametrize("way", ["forwarded", "encoded"])
def test_the_oddest_hosts_stream_suits_the_sdks_helper(client, way):
    data = b"".join([b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in ODD_STREAM]) + b"data: [DONE]\n\n"

    def answer(inbound):
        codec = OpenAIChat(model="up")
        exchange = codec.forward(inbound) if way == "forwarded" else codec.encode(inbound.request, stream=True)
        decoder, renderer = exchange.decoder(), inbound.renderer(forwarded=exchange.forwarded)
        return renderer.feed(decoder.feed(data)) + renderer.feed(decoder.end()) + renderer.end()

    found, _ = completion(client, answer)
    first, second = found.choices
    assert (first.message.content, second.message.content) == ("a", "b")
    assert (first.message.role, second.message.role) == ("assistant", "assistant")
    assert (first.finish_reason, second.finish_reason) == ("tool_calls", "stop")
    assert [(call.id, call.function.name, call.function.arguments) for call in first.message.tool_calls] == [
        ("1", "f", "{}"),
        ("2", "g", "{}"),
    ]
