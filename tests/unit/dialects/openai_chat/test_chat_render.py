"""What callers of OpenAI chat completions are answered, whole and in a stream."""

import json
from typing import Any

import pytest

from accord.core.attempt import Attempt
from accord.core.error import (
    Authentication,
    ConfigError,
    Conflict,
    ContentFiltered,
    ContextLengthExceeded,
    Interrupted,
    InvalidInput,
    InvalidRequest,
    Malformed,
    ModelNotFound,
    NotFound,
    Overloaded,
    Permission,
    ProviderError,
    QuotaExceeded,
    RateLimited,
    ServerError,
    TimedOut,
    Unreachable,
    Unsupported,
)
from accord.core.event import (
    ArgumentsDelta,
    AudioDelta,
    CitationAdded,
    Completed,
    Event,
    Finished,
    LogprobsDelta,
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
from accord.core.part import Audio, Citation, Image, Media, Reasoning, Refusal, Text, ToolCall
from accord.core.response import ChatResponse, Choice, Logprobs, TokenLogprob, TopLogprob
from accord.core.usage import Usage
from accord.dialects.openai_chat import fail, parse

STOP = Finish(unified="stop", raw="end_turn")


def render(inbound, *parts, finish=STOP, accord=None, **more):
    choice = Choice(message=Message(role="assistant", parts=parts), finish=finish)
    return json.loads(inbound.render(ChatResponse(model="upstream", choices=(choice,), **more), accord=accord))


def message(inbound, *parts, finish=STOP):
    return render(inbound, *parts, finish=finish)["choices"][0]["message"]


def written(inbound, *events, accord=None):
    """The chunks of a stream, fed event by event."""
    renderer = inbound.renderer()
    data = b"".join([renderer.feed([event]) for event in events]) + renderer.end(accord=accord)
    blocks = data.decode().split("\n\n")
    assert blocks[-2:] == ["data: [DONE]", ""]
    return [json.loads(block.removeprefix("data: ")) for block in blocks[:-2]]


def deltas(inbound, *events):
    return [choice["delta"] for chunk in written(inbound, *events) for choice in chunk["choices"]]


def test_every_required_member_is_there(ask):
    assert render(ask(), Text(text="Oslo"), id="msg_1") == {
        "id": "msg_1",
        "object": "chat.completion",
        "created": 1_750_000_000,
        "model": "asked",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Oslo", "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
    }


def test_an_id_is_made_of_the_request_alone(ask):
    first, second = render(ask(), Text(text="a")), render(ask(), Text(text="b"))
    assert first["id"] == second["id"]
    assert first["id"].startswith("chatcmpl-")
    assert render(ask(temperature=1), Text(text="a"))["id"] != first["id"]


@pytest.mark.parametrize(
    ("finish", "parts", "word"),
    [
        (Finish(unified="stop", raw="end_turn"), (), "stop"),
        (Finish(unified="length", raw="max_tokens"), (), "length"),
        (Finish(unified="tool_calls", raw="tool_use"), (), "tool_calls"),
        (Finish(unified="tool_calls", raw="stop"), (), "stop"),
        (Finish(unified="content_filter", raw="SAFETY"), (), "content_filter"),
        (Finish(unified="pause", raw="pause_turn"), (), "length"),
        (Finish(unified="error"), (), "length"),
        (Finish(unified="unknown", raw="odd"), (), "length"),
        (Finish(unified="unknown", raw="odd"), (ToolCall(id="1", name="f"),), "tool_calls"),
        (None, (), None),
        (Finish(unified="unknown", raw=""), (), None),
    ],
    ids=str,
)
def test_finish_reasons_are_openais(ask, finish, parts, word):
    assert render(ask(), *parts, finish=finish)["choices"][0]["finish_reason"] == word


def test_content_is_null_only_beside_something_else(ask):
    assert message(ask())["content"] == ""
    assert message(ask(), Refusal(text="No."))["content"] is None
    assert message(ask(), Refusal(text="No."))["refusal"] == "No."
    assert message(ask(), ToolCall(id="1", name="f"))["content"] is None
    assert message(ask(), Text(text="a"), Text(text="b"))["content"] == "ab"


def test_calls(ask):
    found = message(
        ask(),
        ToolCall(id="1", name="f", arguments='{"a":1}', extra={"openai_chat": {"x": 1}}),
        ToolCall(id="2", name="g", arguments="free", kind="custom"),
        ToolCall(id="3", name="h", signature="sig"),
    )
    assert found["tool_calls"] == [
        {"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}, "x": 1},
        {"id": "2", "type": "custom", "custom": {"name": "g", "input": "free"}},
        {
            "id": "3",
            "type": "function",
            "function": {"name": "h", "arguments": "{}"},
            "extra_content": {"google": {"thought_signature": "sig"}},
        },
    ]


def test_arguments_that_were_cut_off_stay_empty(ask):
    cut = Finish(unified="length", raw="max_tokens")
    assert message(ask(), ToolCall(id="1", name="f"), finish=cut)["tool_calls"][0]["function"]["arguments"] == ""


def test_callers_of_functions_get_a_function_call(ask):
    inbound = ask(functions=[{"name": "f"}])
    calls = Finish(unified="tool_calls", raw="tool_use")
    whole = render(inbound, ToolCall(id="1", name="f", arguments='{"a":1}'), finish=calls)["choices"][0]
    assert whole["message"]["function_call"] == {"name": "f", "arguments": '{"a":1}'}
    assert "tool_calls" not in whole["message"]
    assert whole["finish_reason"] == "function_call"
    streamed = written(
        ask(functions=[{"name": "f"}], stream=True),
        PartStarted(value=ToolCall(id="1", name="f")),
        ArgumentsDelta(text='{"a":1}'),
        Finished(finish=calls),
    )
    assert [chunk["choices"][0]["delta"] for chunk in streamed[1:-1]] == [
        {"function_call": {"name": "f", "arguments": ""}},
        {"function_call": {"arguments": '{"a":1}'}},
    ]
    assert streamed[-1]["choices"][0]["finish_reason"] == "function_call"


def test_usage_with_every_detail(ask):
    usage = Usage(input=10, output=5, cached=4, cache_write=3, reasoning=2, audio_input=1, service_tier="flex")
    assert render(ask(), Text(text="x"), usage=usage) | {"choices": [], "id": ""} == {
        "id": "",
        "object": "chat.completion",
        "created": 1_750_000_000,
        "model": "asked",
        "choices": [],
        "service_tier": "flex",
        "usage": {
            "prompt_tokens": 10,
            "completion_tokens": 5,
            "total_tokens": 15,
            "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 3, "audio_tokens": 1},
            "completion_tokens_details": {"reasoning_tokens": 2},
        },
    }


def test_unknown_usage_is_left_out_and_never_0(ask):
    assert "usage" not in render(ask(), Text(text="x"))
    assert "usage" not in render(ask(), Text(text="x"), usage=Usage(input=3))
    known = render(ask(), Text(text="x"), usage=Usage(input=3, output=1))["usage"]
    assert known == {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4}


def test_what_a_host_counts_beyond_is_kept(ask):
    raw = {"prompt_tokens": 1, "completion_tokens": 9, "total_tokens": 210, "cost": 0.5, "x": None}
    usage = Usage(input=1, output=209, reasoning=200, raw=raw)
    assert render(ask(), Text(text="x"), usage=usage)["usage"] == {
        "prompt_tokens": 1,
        "completion_tokens": 209,
        "total_tokens": 210,
        "cost": 0.5,
        "completion_tokens_details": {"reasoning_tokens": 200},
    }


def test_plain_reasoning(ask):
    found = message(ask(), Reasoning(text="One.", owner="openai_chat"), Reasoning(text="Two."), Text(text="x"))
    assert found["reasoning_content"] == "One.\n\nTwo."
    assert "reasoning_details" not in found


SIGNED = (
    Reasoning(text="Hm.", signature="sig", owner="anthropic_messages"),
    Text(text="a"),
    Reasoning(encrypted="blob", owner="anthropic_messages"),
    ToolCall(id="1", name="f", arguments="{}"),
)
STORED = (
    Reasoning(summary=("One.", "Two."), encrypted="blob", id="rs_1", owner="openai_responses"),
    Text(text="a"),
    ToolCall(id="1", name="f", arguments="{}"),
)


@pytest.mark.parametrize("parts", [SIGNED, STORED], ids=["Anthropic", "Responses"])
def test_proofs_of_reasoning_survive_a_tool_loop(ask, parts):
    """What a caller gets and sends back is what the provider said, block by block."""
    whole = message(ask(), *parts)
    streamed = spoken(ask(stream=True), parts)
    for answer in (whole, streamed):
        body = {"model": "m", "messages": [{"role": "user", "content": "x"}, answer]}
        [_, back] = parse(json.dumps(body).encode(), ()).request.messages
        plain = [part_without_extra(part) for part in back.parts]
        assert plain == list(parts)


def part_without_extra(part):
    return type(part)(**{name: getattr(part, name) for name in part.__struct_fields__ if name != "extra"})


def spoken(inbound, parts):
    """The message that a caller puts together from a stream."""
    events: list[Event] = [Started()]
    for index, part in enumerate(parts):
        match part:
            case Reasoning():
                events.append(PartStarted(part=index, value=Reasoning(id=part.id, owner=part.owner)))
                events += [ReasoningDelta(part=index, text=text, summary=at) for at, text in enumerate(part.summary)]
                events += [ReasoningDelta(part=index, text=word) for word in part.text]
                events.append(ReasoningSealed(part=index, signature=part.signature, encrypted=part.encrypted))
            case Text():
                events += [PartStarted(part=index, value=Text(text="")), TextDelta(part=index, text=part.text)]
            case _:
                events.append(PartStarted(part=index, value=part))
    answer: dict[str, Any] = {"role": "assistant", "content": ""}
    for delta in deltas(inbound, *events, Finished(finish=STOP)):
        for key in ("content", "reasoning_content"):
            if delta.get(key):
                answer[key] = answer.get(key, "") + delta[key]
        for key in ("tool_calls", "reasoning_details"):
            answer.setdefault(key, []).extend(delta.get(key, []))
    return answer


def test_details_of_a_host_are_handed_on_as_they_came(ask):
    details = [{"type": "reasoning.encrypted", "data": "blob", "format": "xai-responses-v1", "index": 0}]
    part = Reasoning(owner="openai_chat", extra={"openai_chat": {"reasoning_details": details}})
    assert message(ask(), part, Text(text="x"))["reasoning_details"] == details


def test_sources(ask):
    one = Text(text="Oslo. ", citations=(Citation(url="https://a.example", title="A", quote="q", start=0, end=4),))
    two = Text(text="Bergen.", citations=(Citation(url="https://b.example"), Citation(title="Doc", quote="z", start=1)))
    found = message(ask(), one, two)
    assert found["annotations"] == [
        {
            "type": "url_citation",
            "url_citation": {
                "url": "https://a.example",
                "title": "A",
                "start_index": 0,
                "end_index": 4,
                "content": "q",
            },
        },
        {
            "type": "url_citation",
            "url_citation": {"url": "https://b.example", "title": "", "start_index": 6, "end_index": 13},
        },
    ]
    assert found["citations"] == [{"title": "Doc", "quote": "z", "start_index": 7, "end_index": 13}]


def test_sound_and_pictures(ask):
    sound = Audio(source=Media(data="AA=="), transcript="Hi", id="audio_1", expires_at=9)
    found = message(ask(), sound, Image(source=Media(data="AA==", media_type="image/png")))
    assert found["audio"] == {"id": "audio_1", "data": "AA==", "transcript": "Hi", "expires_at": 9}
    assert found["images"] == [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]
    assert found["content"] is None


def test_log_probabilities(ask):
    score = TokenLogprob(token="a", logprob=-0.5, bytes=(97,), top=(TopLogprob(token="b", logprob=-1.0),))
    choice = Choice(message=Message(role="assistant"), finish=STOP, logprobs=Logprobs(content=(score,)))
    whole = json.loads(ask().render(ChatResponse(choices=(choice,))))
    wire = {
        "content": [
            {
                "token": "a",
                "logprob": -0.5,
                "bytes": [97],
                "top_logprobs": [{"token": "b", "logprob": -1.0, "bytes": None}],
            }
        ],
        "refusal": None,
    }
    assert whole["choices"][0]["logprobs"] == wire
    chunks = written(
        ask(stream=True), PartStarted(value=Text(text="")), LogprobsDelta(content=(score,)), Finished(finish=STOP)
    )
    assert [chunk["choices"][0]["logprobs"] for chunk in chunks] == [None, wire, None]


def test_log_probabilities_join_their_text(ask):
    renderer = ask(stream=True).renderer()
    renderer.feed([Started(id="x"), PartStarted(value=Text(text=""))])
    both = renderer.feed([LogprobsDelta(content=()), TextDelta(text="a")]).decode()
    [block] = both.strip().split("\n\n")
    choice = json.loads(block.removeprefix("data: "))["choices"][0]
    assert (choice["delta"], choice["logprobs"]) == ({"content": "a"}, {"content": [], "refusal": None})


def test_fields_of_this_wire_are_handed_on_and_those_of_others_not(ask):
    extra = {
        "openai_chat": {"system_fingerprint": None, "service_tier": "on_demand", "citations": [1]},
        "anthropic_messages": {"container": {}},
    }
    found = render(ask(), Text(text="x"), extra=extra)
    assert found.keys() == {"id", "object", "created", "model", "choices", "citations"}


def test_facts_about_the_call(ask):
    assert render(ask(), Text(text="x"), accord={"cost": "0.1"})["accord"] == {"cost": "0.1"}


BEGIN = Started(id="msg_1", model="upstream", created=7)


def test_a_stream_in_openais_order(ask):
    inbound = ask(stream=True, stream_options={"include_usage": True})
    chunks = written(
        inbound,
        BEGIN,
        PartStarted(value=Text(text="")),
        TextDelta(text="Os"),
        TextDelta(text="lo"),
        UsageReported(usage=Usage(input=1, output=2)),
        Finished(finish=STOP),
        Completed(),
    )
    head = {"id": "msg_1", "object": "chat.completion.chunk", "created": 7, "model": "asked"}
    assert all(chunk | head == chunk for chunk in chunks)
    assert [chunk["choices"] for chunk in chunks] == [
        [
            {
                "index": 0,
                "delta": {"role": "assistant", "content": "", "refusal": None},
                "logprobs": None,
                "finish_reason": None,
            }
        ],
        [{"index": 0, "delta": {"content": "Os"}, "logprobs": None, "finish_reason": None}],
        [{"index": 0, "delta": {"content": "lo"}, "logprobs": None, "finish_reason": None}],
        [{"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}],
        [],
    ]
    assert [chunk["usage"] for chunk in chunks] == [None] * 4 + [
        {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    ]


def test_callers_who_did_not_ask_for_usage_never_see_a_chunk_without_choices(ask):
    usage = UsageReported(usage=Usage(input=1, output=2))
    events = (
        BEGIN,
        PartStarted(value=Text(text="a")),
        Finished(finish=STOP),
        usage,
        Updated(extra={"openai_chat": {"x": 1}}),
    )
    chunks = written(ask(stream=True), *events)
    assert all(chunk["choices"] and "usage" not in chunk for chunk in chunks)
    with_facts = written(ask(stream=True), *events, accord={"cost": "0.1"})
    assert with_facts[-1]["choices"] == []
    assert (with_facts[-1]["accord"], with_facts[-1]["usage"]["total_tokens"]) == ({"cost": "0.1"}, 3)


def test_usage_that_is_unknown_is_not_made_up(ask):
    inbound = ask(stream=True, stream_options={"include_usage": True})
    chunks = written(inbound, BEGIN, PartStarted(value=Text(text="a")), Finished(finish=STOP))
    assert [chunk["usage"] for chunk in chunks] == [None] * 3


def test_a_turn_of_calls_begins_without_content(ask):
    found = deltas(
        ask(stream=True),
        BEGIN,
        PartStarted(value=ToolCall(id="1", name="f")),
        ArgumentsDelta(text='{"a":'),
        ArgumentsDelta(text="1}"),
        PartStarted(part=1, value=ToolCall(id="2", name="g", arguments="***", kind="custom")),
        ArgumentsDelta(part=1, text=" End"),
        PartStarted(part=2, value=ToolCall(id="3", name="h")),
        Finished(finish=Finish(unified="tool_calls")),
    )
    assert found == [
        {"role": "assistant", "content": None, "refusal": None},
        {"tool_calls": [{"index": 0, "id": "1", "type": "function", "function": {"name": "f", "arguments": ""}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"a":'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": "1}"}}]},
        {"tool_calls": [{"index": 1, "id": "2", "type": "custom", "custom": {"name": "g", "input": "***"}}]},
        {"tool_calls": [{"index": 1, "custom": {"input": " End"}}]},
        {"tool_calls": [{"index": 2, "id": "3", "type": "function", "function": {"name": "h", "arguments": ""}}]},
        {"tool_calls": [{"index": 2, "function": {"arguments": "{}"}}]},
        {},
    ]


def test_every_other_kind_of_delta(ask):
    cited = Citation(url="https://a.example", title="A", start=0, end=1)
    found = deltas(
        ask(stream=True),
        BEGIN,
        PartStarted(value=Reasoning(owner="openai_chat")),
        ReasoningDelta(text="Hm."),
        PartStarted(part=1, value=Reasoning(text="Also.")),
        PartStarted(part=2, value=Text(text="a")),
        CitationAdded(part=2, citation=cited),
        PartStarted(part=3, value=Refusal(text="")),
        RefusalDelta(part=3, text="No."),
        PartStarted(part=4, value=Audio(source=Media(), id="audio_1")),
        AudioDelta(part=4, data="AA==", transcript="Hi"),
        AudioDelta(part=4, expires_at=9),
        PartStarted(part=5, value=Image(source=Media(data="AA==", media_type="image/png"))),
        Finished(finish=STOP, message={"openai_chat": {"padding": "p"}}, extra={"openai_chat": {"index": 9, "x": 1}}),
    )
    assert found[1:] == [
        {"reasoning_content": "Hm."},
        {"reasoning_content": "\n\nAlso."},
        {"content": "a"},
        {"refusal": "No."},
        {"audio": {"id": "audio_1"}},
        {"audio": {"data": "AA==", "transcript": "Hi"}},
        {"audio": {"expires_at": 9}},
        {"images": [{"index": 0, "type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]},
        {
            "annotations": [
                {
                    "index": 0,
                    "type": "url_citation",
                    "url_citation": {"url": "https://a.example", "title": "A", "start_index": 0, "end_index": 1},
                }
            ]
        },
        {"padding": "p"},
        {},
    ]


def test_parts_that_are_restated_are_not_said_twice(ask):
    found = deltas(
        ask(stream=True),
        BEGIN,
        PartStarted(value=Text(text="")),
        TextDelta(text="Oslo"),
        PartFinished(value=Text(text="Oslo")),
        PartStarted(part=1, value=ToolCall(id="1", name="f")),
        PartFinished(part=1, value=ToolCall(id="1", name="f", arguments='{"a":1}')),
        PartFinished(part=1),
        Finished(finish=STOP),
    )
    assert [delta.get("content") for delta in found[:2]] == ["", "Oslo"]
    assert [call["function"]["arguments"] for delta in found for call in delta.get("tool_calls", [])] == ["", '{"a":1}']


def test_choices_begin_in_order(ask):
    chunks = written(
        ask(stream=True),
        BEGIN,
        PartStarted(choice=2, value=Text(text="c")),
        PartStarted(choice=0, value=Text(text="a")),
        *[Finished(choice=index, finish=STOP) for index in range(3)],
    )
    assert [chunk["choices"][0]["index"] for chunk in chunks] == [0, 1, 2, 2, 0, 0, 1, 2]


def test_a_choice_with_a_wild_number_costs_nothing(ask):
    chunks = written(ask(stream=True), BEGIN, PartStarted(choice=10**9, value=Text(text="c")))
    assert len(chunks) == 130


def test_a_stream_that_says_nothing(ask):
    found = written(ask(stream=True), BEGIN, Finished(finish=STOP))
    assert [choice["delta"] for chunk in found for choice in chunk["choices"]] == [
        {"role": "assistant", "content": "", "refusal": None},
        {},
    ]


def test_facts_about_the_answer_stand_in_its_first_chunk(ask):
    extra = {"openai_chat": {"service_tier": "flex", "system_fingerprint": "fp", "provider": "P"}}
    chunks = written(
        ask(stream=True, stream_options={"include_usage": True}),
        Started(id="x", extra=extra),
        PartStarted(value=Text(text="a")),
        Finished(finish=STOP),
        Updated(extra={"openai_chat": {"moderation": {"flagged": False}}}),
    )
    assert [chunk.get("provider") for chunk in chunks] == ["P", None, None, None]
    assert all(chunk["service_tier"] == "flex" and chunk["system_fingerprint"] == "fp" for chunk in chunks)
    assert chunks[-1]["moderation"] == {"flagged": False}


def test_signs_of_life(ask):
    for forwarded in (False, True):
        assert ask(stream=True).renderer(forwarded=forwarded).heartbeat() == b": keep-alive\n\n"


def test_a_stream_that_broke_ends_with_an_error_and_no_finish(ask):
    renderer = ask(stream=True).renderer()
    sent = renderer.feed([BEGIN, PartStarted(value=Text(text="half"))]) + renderer.fail(Interrupted("the stream ended"))
    blocks = sent.decode().split("\n\n")
    assert json.loads(blocks[-3].removeprefix("data: ")) == {
        "error": {"message": "the stream ended", "type": "server_error", "param": None, "code": "upstream_error"}
    }
    assert blocks[-2] == "data: [DONE]"
    assert b'"finish_reason":"' not in sent


FORMS = [
    (InvalidInput("x", param="messages[0].role"), 400, "invalid_request_error", None),
    (Unsupported("x", param="seed"), 400, "invalid_request_error", "unsupported_parameter"),
    (Unsupported("x"), 400, "invalid_request_error", "not_supported"),
    (ConfigError("x"), 500, "server_error", "configuration_error"),
    (Authentication("x"), 401, "invalid_request_error", "invalid_api_key"),
    (Permission("x"), 403, "insufficient_permissions", None),
    (
        Permission("x", code="unsupported_country_region_territory"),
        403,
        "insufficient_permissions",
        "unsupported_country_region_territory",
    ),
    (NotFound("x"), 404, "invalid_request_error", "not_found"),
    (ModelNotFound("x"), 404, "invalid_request_error", "model_not_found"),
    (InvalidRequest("x", code="unsupported_value", param="n"), 400, "invalid_request_error", "unsupported_value"),
    (ContextLengthExceeded("x", code="odd"), 400, "invalid_request_error", "context_length_exceeded"),
    (ContentFiltered("x"), 400, "invalid_request_error", "content_filter"),
    (Conflict("x"), 409, "server_error", "conflict"),
    (RateLimited("x", code="429"), 429, "rate_limit_error", "rate_limit_exceeded"),
    (QuotaExceeded("x"), 429, "insufficient_quota", "insufficient_quota"),
    (Overloaded("x"), 503, "server_error", "overloaded"),
    (ServerError("x"), 502, "server_error", "upstream_error"),
    (ServerError("x", status=500), 500, "server_error", "upstream_error"),
    (InvalidRequest("x", status=413), 413, "invalid_request_error", None),
    (InvalidRequest("x", status=418), 400, "invalid_request_error", None),
    (TimedOut("x", status=408), 408, "timeout_error", "timeout"),
    (TimedOut("x"), 504, "timeout_error", "timeout"),
    (Unreachable("x"), 502, "server_error", "upstream_connection_error"),
    (Interrupted("x"), 502, "server_error", "upstream_error"),
    (Malformed("x"), 502, "server_error", "upstream_error"),
    (ProviderError("x"), 502, "server_error", "upstream_error"),
]


@pytest.mark.parametrize(("error", "status", "kind", "code"), FORMS, ids=[f"{row[0].kind} {row[3]}" for row in FORMS])
def test_failures(ask, error, status, kind, code):
    failure = ask().fail(error)
    assert failure == fail(error)
    assert (failure.status, failure.content_type) == (status, "application/json")
    param = getattr(error, "param", None)
    assert json.loads(failure.body) == {"error": {"message": "x", "type": kind, "param": param, "code": code}}


def test_when_to_try_again():
    first = Attempt(provider="p", model="m")
    limited = RateLimited("x", retry_after=1.2)
    limited.attempts = (first,)
    assert fail(limited).headers == (("retry-after", "2"),)
    limited.attempts = (first, first)
    assert fail(limited).headers == (("retry-after", "2"), ("x-should-retry", "false"))
    assert fail(QuotaExceeded("x")).headers == (("x-should-retry", "false"),)
    assert fail(Interrupted("x")).headers == (("x-should-retry", "false"),)
    assert fail(InvalidInput("x")).headers == ()
