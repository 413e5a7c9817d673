"""Streams of OpenAI and of hosts that speak its wire."""

import pytest

from accord.core.accumulate import accumulate
from accord.core.error import (
    ContextLengthExceeded,
    Interrupted,
    InvalidRequest,
    Malformed,
    Overloaded,
    ProviderError,
    ServerError,
)
from accord.core.event import (
    ArgumentsDelta,
    AudioDelta,
    CitationAdded,
    Completed,
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
    Warned,
)
from accord.core.finish import Finish
from accord.core.message import user
from accord.core.part import Audio, Citation, Image, Media, Opaque, Reasoning, Refusal, Text, ToolCall
from accord.core.request import ChatRequest
from accord.core.response import TokenLogprob
from accord.dialects.openai_chat import OpenAIChat

ROLE = {"role": "assistant", "content": "", "refusal": None}
USAGE = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}


def decoder():
    return OpenAIChat(model="m").encode(ChatRequest(messages=(user("Hello"),)), stream=True).decoder()


def read(data):
    reading = decoder()
    return reading.feed(data) + reading.end()


def call(index=None, call_id=None, name=None, arguments=None, **more):
    function = {key: value for key, value in (("name", name), ("arguments", arguments)) if value is not None}
    piece = {"function": function, **more}
    if index is not None:
        piece["index"] = index
    if call_id is not None:
        piece["id"] = call_id
    return {"tool_calls": [piece]}


def calls_of(events):
    return [(part.id, part.name, part.arguments) for part in accumulate(events).tool_calls]


def test_openais_own_stream(chunk, stream, events):
    data = stream(
        chunk(ROLE, service_tier="default", system_fingerprint="fp", usage=None),
        chunk({"content": "Os"}, obfuscation="abc"),
        chunk({"content": "lo"}),
        chunk(finish="stop"),
        {**chunk(), "choices": [], "usage": USAGE, "service_tier": "default"},
    )
    found = events(data)
    assert [type(event) for event in found] == [
        Started,
        PartStarted,
        TextDelta,
        TextDelta,
        Finished,
        UsageReported,
        Completed,
    ]
    assert found[0] == Started(
        id="chatcmpl-1",
        model="upstream",
        created=1_750_000_001,
        extra={"openai_chat": {"service_tier": "default", "system_fingerprint": "fp"}},
    )
    response = accumulate(found)
    assert (response.text, response.finish) == ("Oslo", Finish(unified="stop", raw="stop"))
    assert (response.usage.input, response.usage.output, response.usage.service_tier) == (3, 2, "default")


def test_it_is_complete_without_the_last_word(chunk, stream, events):
    data = stream(chunk(ROLE), chunk({"content": "x"}), chunk(finish="stop"), done=False)
    assert type(events(data)[-1]) is Completed
    assert type(events(data.rstrip(b"\n"))[-1]) is Completed


def test_it_is_not_complete_without_a_finish(chunk, stream):
    reading = decoder()
    assert reading.feed(stream(chunk(ROLE), chunk({"content": "x"}), done=False))
    with pytest.raises(Interrupted):
        reading.end()
    with pytest.raises(Interrupted):
        reading.end()


def test_the_last_word_alone_is_no_finish(chunk, stream):
    reading = decoder()
    events = reading.feed(stream(chunk(ROLE), chunk({"content": "x"})))
    assert accumulate(events).text == "x"
    with pytest.raises(Interrupted, match="choice 0"):
        reading.end()


def test_every_choice_that_began_has_to_finish(chunk, stream):
    reading = decoder()
    reading.feed(stream(chunk({"content": "a"}), chunk({"content": "b"}, index=1), chunk(finish="stop"), done=False))
    with pytest.raises(Interrupted, match="choice 1"):
        reading.end()


@pytest.mark.parametrize("data", [b"", b": ping\n\n", b"data: [DONE]\n\n", b"data: \n\n", b"event: x\n\n"])
def test_an_answer_that_never_began(data):
    with pytest.raises(Interrupted):
        read(data)


def test_half_an_event_at_the_end_is_an_interruption_and_not_nonsense(chunk, stream):
    reading = decoder()
    reading.feed(stream(chunk({"content": "a"}), done=False) + b'data: {"id":"chatcmpl-1","cho')
    with pytest.raises(Interrupted):
        reading.end()


def test_nothing_counts_after_the_end(chunk, stream, events):
    data = stream(chunk({"content": "a"}), chunk(finish="stop")) + stream(chunk({"content": "b"}), b"nonsense")
    assert accumulate(events(data)).text == "a"


def test_comments_and_other_line_ends(chunk, stream, events):
    data = stream(chunk({"content": "a"}), chunk(finish="stop")).replace(b"\n", b"\r\n")
    data = b": OPENROUTER PROCESSING\r\n\r\n" + data.replace(b"data: {", b": ping\r\n\r\ndata: {")
    assert accumulate(events(data)).text == "a"


def test_azures_first_chunk_tells_nothing_but_its_filter(chunk, stream, events):
    filters = [{"prompt_index": 0, "content_filter_results": {}}]
    first = {"choices": [], "created": 0, "id": "", "model": "", "object": "", "prompt_filter_results": filters}
    late = {"index": 0, "finish_reason": None, "content_filter_results": {"hate": {"filtered": False}}}
    data = stream(
        first, chunk(ROLE), chunk({"content": "a"}), chunk(finish="stop"), {**first, "choices": [late], "created": 5}
    )
    found = events(data)
    assert found[0].id == "chatcmpl-1"
    assert found[0].extra["openai_chat"]["prompt_filter_results"] == filters
    assert accumulate(found).finish.unified == "stop"


def test_a_filter_that_strikes_late_takes_the_finish_back(chunk, stream, events):
    late = {"index": 0, "finish_reason": "content_filter", "content_filter_results": {"hate": {"filtered": True}}}
    data = stream(chunk({"content": "a"}), chunk(finish="stop"), {**chunk(), "choices": [late]})
    response = accumulate(events(data))
    assert response.finish.unified == "content_filter"
    assert response.choices[0].extra == {"openai_chat": {"content_filter_results": {"hate": {"filtered": True}}}}


def test_a_finish_that_is_repeated_counts_once(chunk, stream, events):
    data = stream(chunk({"content": "a"}), chunk(finish="length"), chunk(ROLE, finish="stop", usage=USAGE))
    found = events(data)
    assert [event.finish.unified for event in found if type(event) is Finished] == ["length"]
    assert accumulate(found).usage.input == 3


def test_reasoning_text_and_refusal_are_parts_of_their_own(chunk, stream, events):
    data = stream(
        chunk({"role": "assistant", "content": None, "reasoning_content": ""}),
        chunk({"content": None, "reasoning_content": "Hm"}),
        chunk({"content": None, "reasoning_content": "."}),
        chunk({"content": "Os", "reasoning_content": None}),
        chunk({"reasoning_content": " More."}),
        chunk({"content": "lo"}),
        chunk({"refusal": "No"}),
        chunk({"refusal": "."}),
        chunk(finish="stop", usage=USAGE),
    )
    found = events(data)
    assert accumulate(found).choices[0].message.parts == (
        Reasoning(text="Hm. More.", owner="openai_chat", extra={"openai_chat": {"field": "reasoning_content"}}),
        Text(text="Oslo"),
        Refusal(text="No."),
    )
    assert sum(isinstance(event, ReasoningDelta | RefusalDelta) for event in found) == 5


def test_a_null_delta_and_missing_members(chunk, stream, events):
    bare = {"choices": [{"delta": {"content": "a"}}]}
    data = stream({**bare, "error": None}, {"choices": [{"delta": None}]}, {"choices": None}, {}, done=False)
    data += stream({"choices": [{}]}, {"choices": [{"finish_reason": "stop"}]})
    response = accumulate(events(data))
    assert (response.id, response.text, response.created) == ("", "a", None)


def test_an_id_that_comes_late(chunk, stream, events):
    late = chunk({"content": "b"})
    data = stream({**chunk({"content": "a"}), "id": "", "model": ""}, {**late, "usage": USAGE}, chunk(finish="stop"))
    found = events(data)
    assert any(type(event) is Updated and event.id == "chatcmpl-1" for event in found)
    assert (accumulate(found).id, accumulate(found).model) == ("chatcmpl-1", "upstream")


def test_parallel_calls_as_openai_sends_them(chunk, stream, events):
    data = stream(
        chunk({"role": "assistant", "content": None}),
        chunk(call(0, "a", "weather", "", type="function")),
        chunk(call(0, arguments='{"city":')),
        chunk(call(0, arguments='"Oslo"}')),
        chunk(call(1, "b", "weather", "", type="function")),
        chunk(call(1, arguments="{}")),
        chunk(finish="tool_calls"),
    )
    found = events(data)
    assert calls_of(found) == [("a", "weather", '{"city":"Oslo"}'), ("b", "weather", "{}")]
    assert [event.part for event in found if type(event) is ArgumentsDelta] == [0, 0, 1]


@pytest.mark.parametrize(
    "pieces",
    [
        [call(0, "a", "f", "{}"), call(0, "b", "g", "{}")],
        [call(None, "a", "f", "{"), call(None, None, None, "}"), call(None, "b", "g", "{}")],
        [call(None, "a", "f", "{"), call(None, "b", "g", "{}"), call(None, "a", None, "}")],
        [call(0, "a", "f", "{"), call(0, "a", "f", "}"), call(1, "b", "g", "{}"), call(1, "b", "g", "")],
        [call(0, "a", "f", "{"), call(0, None, "", "}"), call(1, "b", "g", "{}")],
        [call(0, "a", None, "{"), call(0, None, "f", "}"), call(1, "b", "g", {})],
        [{"tool_calls": [*call(0, "a", "f", "{}")["tool_calls"], *call(1, "b", "g", "{}")["tool_calls"]]}],
    ],
    ids=[
        "one number for all",
        "no numbers",
        "no numbers, interleaved",
        "names repeated",
        "empty names",
        "name late, arguments an object",
        "all at once",
    ],
)
def test_calls_as_other_hosts_send_them(chunk, stream, events, pieces):
    found = events(stream(*[chunk(piece) for piece in pieces], chunk(finish="tool_calls")))
    assert calls_of(found) == [("a", "f", "{}"), ("b", "g", "{}")]


def test_calls_without_ids_get_some_that_stay_the_same(chunk, stream, events):
    data = stream(chunk(call(0, "", "f", "{}")), chunk(call(1, None, "g", "{}")), chunk(finish="tool_calls"))
    first, second = calls_of(events(data))
    assert first[0] != second[0]
    assert calls_of(events(data)) == [first, second]


def test_custom_calls_and_signatures(chunk, stream, events):
    custom = {"index": 0, "id": "a", "type": "custom", "custom": {"name": "patch", "input": "***"}}
    signed = call(1, "b", "f", "{}", extra_content={"google": {"thought_signature": "sig"}})
    data = stream(
        chunk({"tool_calls": [custom]}),
        chunk({"tool_calls": [{"index": 0, "custom": {"input": " End"}}]}),
        chunk(signed),
        chunk(finish="tool_calls"),
    )
    first, second = accumulate(events(data)).tool_calls
    assert first == ToolCall(id="a", name="patch", arguments="*** End", kind="custom")
    assert second.signature == "sig"
    assert second.extra == {"openai_chat": {"extra_content": {"google": {"thought_signature": "sig"}}}}


def test_the_deprecated_function_call(chunk, stream, events):
    data = stream(
        chunk({"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": ""}}),
        chunk({"function_call": {"arguments": "{}"}}),
        chunk(finish="function_call"),
    )
    [found] = calls_of(events(data))
    assert found[1:] == ("f", "{}")


def test_an_empty_finish_ends_calls_but_nothing_else(chunk, stream):
    reading = decoder()
    found = reading.feed(stream(chunk(call(0, "a", "f", "{}"), finish=""), chunk(finish="")))
    assert accumulate(found).finish == Finish(unified="tool_calls", raw="")
    reading = decoder()
    reading.feed(stream(chunk({"content": "x"}, finish=""), chunk(finish="")))
    with pytest.raises(Interrupted):
        reading.end()


@pytest.mark.parametrize(
    "last",
    [
        lambda chunk: [chunk({"content": "a"}, usage=USAGE), chunk(finish="stop")],
        lambda chunk: [chunk({"content": "a"}), chunk(finish="stop", usage=USAGE)],
        lambda chunk: [chunk({"content": "a"}), chunk(finish="stop", x_groq={"usage": USAGE})],
        lambda chunk: [
            chunk({"content": "a"}),
            {**chunk(), "choices": [{"index": 0, "delta": {}, "finish_reason": "stop", "usage": USAGE}]},
        ],
    ],
    ids=["with content", "with the finish", "Groq", "inside the choice"],
)
def test_usage_wherever_hosts_put_it(chunk, stream, events, last):
    usage = accumulate(events(stream(*last(chunk)))).usage
    assert (usage.input, usage.output) == (3, 2)


def test_usage_that_grows_counts_at_its_end(chunk, stream, events):
    more = {**USAGE, "completion_tokens": 9}
    data = stream(chunk({"content": "a"}, usage=USAGE), chunk({}, usage=USAGE), chunk(finish="stop", usage=more))
    found = events(data)
    assert [event.usage.output for event in found if type(event) is UsageReported] == [2, 9]


def test_several_choices_interleave(chunk, stream, events):
    data = stream(
        chunk({"content": "a"}, index=1),
        chunk({"content": "b"}),
        chunk({"content": "c"}, index=1),
        chunk(finish="stop", index=1),
        chunk(finish="length"),
    )
    response = accumulate(events(data))
    assert [(choice.message.text, choice.finish.unified) for choice in response.choices] == [
        ("b", "length"),
        ("ac", "stop"),
    ]


def test_log_probabilities_come_with_their_text(chunk, stream, events):
    scored = chunk({"content": "a"})
    scored["choices"][0]["logprobs"] = {"content": [{"token": "a", "logprob": -1.0, "bytes": [97]}], "refusal": None}
    found = events(stream(scored, chunk(finish="stop")))
    assert LogprobsDelta(content=(TokenLogprob(token="a", logprob=-1.0, bytes=(97,)),)) in found
    assert accumulate(found).choices[0].logprobs.content[0].token == "a"


def test_sources_wait_for_their_text(chunk, stream, events):
    source = {"type": "url_citation", "url_citation": {"url": "https://example.org", "title": "T"}}
    data = stream(
        chunk({"annotations": [source]}),
        chunk({"content": "a"}),
        chunk({"annotations": [source]}),
        chunk(finish="stop"),
    )
    found = events(data)
    cited = Citation(url="https://example.org", title="T")
    assert [event for event in found if type(event) is CitationAdded] == [CitationAdded(citation=cited)]
    assert accumulate(found).choices[0].message.parts == (Text(text="a", citations=(cited,)),)


def test_sound(chunk, stream, events):
    data = stream(
        chunk({"role": "assistant", "audio": {"id": "audio_1"}}),
        chunk({"audio": {"transcript": "H"}}),
        chunk({"audio": {"data": "QUJ"}}),
        chunk({"audio": {"data": "DRA==", "transcript": "i"}}),
        chunk({"audio": {"expires_at": 9}}),
    )
    found = events(data)
    assert all(len(event.data) % 4 == 0 for event in found if type(event) is AudioDelta)
    assert accumulate(found).choices[0].message.parts == (
        Audio(source=Media(data="QUJDRA=="), transcript="Hi", id="audio_1", expires_at=9),
    )
    assert type(found[-1]) is Completed


def test_sound_that_is_no_base64(chunk, stream, events):
    with pytest.raises(Malformed):
        events(stream(chunk({"audio": {"data": "!!!!"}}), chunk(finish="stop")))


def test_pictures(chunk, stream, events):
    image = {"type": "image_url", "index": 0, "image_url": {"url": "data:image/png;base64,AA=="}}
    data = stream(chunk({"content": "a"}), chunk({"images": [image]}), chunk(finish="stop"))
    parts = accumulate(events(data)).choices[0].message.parts
    assert parts == (Text(text="a"), Image(source=Media(data="AA==", media_type="image/png")))


def test_reasoning_under_its_proof_ends_before_what_follows_it(chunk, stream, events):
    """Wires of blocks close their thinking when the text begins: the proof has to be there by then."""
    detail = {"type": "reasoning.text", "index": 0, "format": "anthropic-claude-v1"}
    for following in ({"content": "Yes."}, call(0, "c", "f", "{}")):
        data = stream(
            chunk({"role": "assistant", "reasoning": "Hm.", "reasoning_details": [{**detail, "text": "Hm."}]}),
            chunk({"reasoning_details": [{**detail, "signature": "sig"}]}),
            chunk(following),
            chunk(finish="stop"),
        )
        found = events(data)
        ended = next(place for place, event in enumerate(found) if isinstance(event, PartFinished))
        assert found[ended].value.signature == "sig"
        began = [place for place, event in enumerate(found) if isinstance(event, PartStarted)]
        assert began[0] < ended < began[1]
        assert sum(isinstance(event, ReasoningSealed) for event in found) == 1


def test_reasoning_details_are_put_together(chunk, stream, events):
    def detail(**fields):
        return {"type": "reasoning.text", "index": 0, "format": "anthropic-claude-v1", **fields}

    data = stream(
        chunk({"role": "assistant", "content": "", "reasoning": "H", "reasoning_details": [detail(text="H")]}),
        chunk({"role": "assistant", "content": "", "reasoning": "m", "reasoning_details": [detail(text="m")]}),
        chunk({"content": "", "reasoning_details": [detail(signature="sig", text=None)]}),
        chunk({"content": "x"}),
        chunk(finish="stop"),
    )
    found = events(data)
    whole = Reasoning(
        text="Hm",
        signature="sig",
        owner="anthropic_messages",
        extra={"openai_chat": {"field": "reasoning", "reasoning_details": [detail(text="Hm", signature="sig")]}},
    )
    late = {"openai_chat": {"reasoning_details": [detail(text="Hm", signature="sig")]}}
    assert ReasoningSealed(signature="sig", extra=late) in found
    assert PartFinished(value=whole) in found
    assert accumulate(found).choices[0].message.parts == (whole, Text(text="x"))


def test_content_that_is_a_list(chunk, stream, events):
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}], "closed": True}
    data = stream(
        chunk(ROLE),
        chunk({"content": [thinking]}),
        chunk({"content": [thinking, {"type": "text", "text": "Os"}]}),
        chunk({"content": "l"}),
        chunk({"content": [{"type": "reference", "reference_ids": [1]}]}),
        chunk({"content": "o"}),
        chunk(finish="stop"),
    )
    assert accumulate(events(data)).choices[0].message.parts == (
        Reasoning(text="HmHm", owner="openai_chat"),
        Text(text="Osl"),
        Opaque(dialect="openai_chat", raw={"type": "reference", "reference_ids": [1]}),
        Text(text="o"),
    )


def test_fields_without_a_name_are_kept(chunk, stream, events):
    last = chunk({"extra_content": {"x": 1}}, finish="stop", moderation={"flagged": False}, provider="P")
    last["choices"][0]["native_finish_reason"] = "end_turn"
    response = accumulate(events(stream(chunk(ROLE, provider="P"), chunk({"content": "a"}), last)))
    assert response.extra == {"openai_chat": {"provider": "P", "moderation": {"flagged": False}}}
    assert response.choices[0].extra == {"openai_chat": {"native_finish_reason": "end_turn"}}
    assert response.choices[0].message.extra == {"openai_chat": {"extra_content": {"x": 1}}}


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (
            b'data: {"error":{"message":"The server had an error","type":"server_error","param":null,"code":null}}',
            ServerError,
        ),
        (
            b'event: error\ndata: {"error":{"message":"bad call","code":"tool_use_failed","status_code":400}}',
            InvalidRequest,
        ),
        (b'event: error\ndata: {"message":"overloaded"}', Overloaded),
        (b'data: {"object":"error","message":"maximum context length is 5"}', ContextLengthExceeded),
        (b'data: {"error":"boom"}', ServerError),
        (
            b'data: {"error":{"code":502,"message":"lost"},"choices":[{"index":0,"delta":{},"finish_reason":"error"}]}',
            ServerError,
        ),
        (b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"insufficient_system_resource"}]}', Overloaded),
    ],
    ids=range(7),
)
def test_a_failure_ends_the_stream_after_what_came_before(chunk, stream, failure, kind):
    data = (
        stream(chunk(ROLE), chunk({"content": "half"}), done=False) + failure + b"\n\n" + stream(chunk(finish="stop"))
    )
    reading = decoder()
    assert accumulate(reading.feed(data)).text == "half"
    for step in (lambda: reading.feed(b"data: {}\n\n"), reading.end):
        with pytest.raises(ProviderError) as error:
            step()
        assert (type(error.value), error.value.status) == (kind, 200)


def test_a_failure_at_once_is_raised_at_once():
    with pytest.raises(ServerError):
        decoder().feed(b'data: {"error":{"message":"no"}}\n\n')


def test_an_error_after_a_whole_answer_is_a_warning(chunk, stream, events):
    after = {"error": {"code": 400, "message": "Token limit reached"}, "choices": [], "usage": USAGE}
    found = events(stream(chunk({"content": "a"}), chunk(finish="length"), after))
    [warned] = [event for event in found if type(event) is Warned]
    assert "Token limit reached" in warned.warning.message
    assert accumulate(found).usage.input == 3
    assert type(found[-1]) is Completed


@pytest.mark.parametrize(
    "body", [b'{"error":{"message":"no","code":429}}', b"<html>502</html>", b'  [{"error":{"code":503}}]']
)
def test_a_body_that_is_no_stream(body):
    with pytest.raises(ProviderError):
        read(body)


def test_a_whole_answer_to_a_streamed_request(events):
    body = b'\n{"id":"c","choices":[{"index":0,"message":{"content":"a"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1}}'
    found = events(body)
    assert (accumulate(found).text, accumulate(found).finish.unified) == ("a", "stop")
    assert type(found[-1]) is Completed


@pytest.mark.parametrize(
    "data", [b"data: nonsense\n\n", b'data: {"choices":1}\n\n', b'data: ["x"]\n\n', b"data: \xff\n\n"]
)
def test_what_is_no_chunk(data):
    with pytest.raises(Malformed):
        decoder().feed(data)
