"""Answers for callers of this wire: what they hold, whole and streamed, and how they fail."""

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.core.accumulate import accumulate
from accord.core.error import (
    AccordError,
    Authentication,
    ConfigError,
    ContextLengthExceeded,
    Interrupted,
    InvalidInput,
    Overloaded,
    QuotaExceeded,
    RateLimited,
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
from accord.core.finish import Finish, FinishReason
from accord.core.http import Reply
from accord.core.message import Message, user
from accord.core.part import Audio, Citation, File, Image, Media, Opaque, Part, Reasoning, Refusal, Text, ToolCall
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse, Choice, TokenLogprob
from accord.core.usage import Usage
from accord.dialects.gemini import Gemini, GeminiInbound, fail, parse

BODY = b'{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}'
STOP = Finish(unified="stop", raw="end_turn")


def inbound(alt: Literal["sse", "json"] = "sse") -> GeminiInbound:
    return parse(BODY, (), model="asked", stream=True, alt=alt)


def rendered(*parts: Part, finish: Finish = STOP, **fields: Any) -> dict[str, Any]:
    choice = Choice(message=Message(role="assistant", parts=parts), finish=finish)
    found: dict[str, Any] = json.loads(inbound().render(ChatResponse(choices=(choice,), **fields)))
    return found


def parts(*given: Part) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = rendered(*given)["candidates"][0]["content"]["parts"]
    return found


def streamed(events: Sequence[Event], alt: Literal["sse", "json"] = "sse") -> list[dict[str, Any]]:
    renderer = inbound(alt).renderer()
    data = b"".join([renderer.feed([event]) for event in events]) + renderer.end()
    if alt == "json":
        found: list[dict[str, Any]] = json.loads(data)
        return found
    return [json.loads(block.removeprefix(b"data: ")) for block in data.split(b"\n\n") if block]


class TestWhole:
    def test_an_answer_of_another_wire(self) -> None:
        assert rendered(Text(text="hi"), id="msg_1", model="claude", usage=Usage(input=3, output=5, reasoning=2)) == {
            "candidates": [
                {"content": {"parts": [{"text": "hi"}], "role": "model"}, "finishReason": "STOP", "index": 0}
            ],
            "usageMetadata": {
                "promptTokenCount": 3,
                "candidatesTokenCount": 3,
                "totalTokenCount": 8,
                "thoughtsTokenCount": 2,
            },
            "modelVersion": "asked",
            "responseId": "msg_1",
        }

    def test_parts(self) -> None:
        raw = {"executableCode": {"code": "1"}}
        assert parts(
            Reasoning(text="hm"),
            Reasoning(summary=("one", "two")),
            Refusal(text="no"),
            ToolCall(id="toolu_1", name="f", arguments='{"a": 1.0}'),
            ToolCall(id="call_" + "a" * 24, name="f", arguments="not json"),
            Image(source=Media(data="AA==", media_type="image/webp")),
            Image(source=Media(url="https://a.test/x.png")),
            Audio(source=Media(data="AA=="), transcript="hi"),
            File(source=Media(file_id="files/1", media_type="video/mp4")),
            Opaque(dialect="gemini", raw=raw),
            Opaque(dialect="openai_responses", raw={"type": "x"}),
        ) == [
            {"text": "hm", "thought": True},
            {"text": "one\n\ntwo", "thought": True},
            {"text": "no"},
            {"functionCall": {"name": "f", "args": {"a": 1.0}, "id": "toolu_1"}},
            {"functionCall": {"name": "f", "args": {"input": "not json"}}},
            {"inlineData": {"mimeType": "image/webp", "data": "AA=="}},
            {"fileData": {"fileUri": "https://a.test/x.png"}},
            {"text": "hi"},
            {"inlineData": {"mimeType": "audio/wav", "data": "AA=="}},
            {"fileData": {"fileUri": "files/1", "mimeType": "video/mp4"}},
            raw,
        ]

    @pytest.mark.parametrize(
        "thought",
        [
            Reasoning(text="hm", signature="sig", owner="anthropic_messages"),
            Reasoning(text="hm", signature="?>?>?>~~~ooo", owner="anthropic_messages"),
            Reasoning(encrypted="xyz", owner="anthropic_messages"),
            Reasoning(summary=("one", "two"), encrypted="xyz", id="rs_1", owner="openai_responses"),
            Reasoning(text="hm", signature="c2ln", owner="gemini"),
            Reasoning(text="hm", owner="gemini"),
        ],
    )
    def test_thoughts_come_back_as_they_went_out(self, thought: Reasoning) -> None:
        (wire,) = parts(thought)
        signature = wire.get("thoughtSignature")
        for spelled in (
            {**wire},
            {**wire, "thoughtSignature": signature and signature.replace("+", "-").replace("/", "_")},
        ):
            body = {"contents": [{"role": "model", "parts": [spelled]}]}
            assert parse(json.dumps(body).encode(), (), model="m").request.messages[0].parts == (thought,)

    @pytest.mark.parametrize(
        ("unified", "raw", "word"),
        [
            ("stop", "end_turn", "STOP"),
            ("tool_calls", "tool_use", "STOP"),
            ("length", "length", "MAX_TOKENS"),
            ("content_filter", "content_filter", "SAFETY"),
            ("content_filter", "RECITATION", "RECITATION"),
            ("pause", "pause_turn", "OTHER"),
            ("error", None, "OTHER"),
            ("unknown", "new", "OTHER"),
            ("unknown", None, "FINISH_REASON_UNSPECIFIED"),
            ("error", "MALFORMED_FUNCTION_CALL", "MALFORMED_FUNCTION_CALL"),
        ],
    )
    def test_how_it_finished(self, unified: FinishReason, raw: str | None, word: str) -> None:
        found = rendered(Text(text="x"), finish=Finish(unified=unified, raw=raw))
        assert found["candidates"][0]["finishReason"] == word

    def test_sound_and_pictures_are_counted_apart(self) -> None:
        usage = rendered(Text(text="x"), usage=Usage(input=100, output=9, audio_input=30, image_input=50))
        assert usage["usageMetadata"]["promptTokensDetails"] == [
            {"modality": "TEXT", "tokenCount": 20},
            {"modality": "AUDIO", "tokenCount": 30},
            {"modality": "IMAGE", "tokenCount": 50},
        ]

    def test_unknown_counts_are_not_told(self) -> None:
        assert rendered(Text(text="x"), usage=Usage(output=4))["usageMetadata"] == {"candidatesTokenCount": 4}
        assert "usageMetadata" not in rendered(Text(text="x"))

    def test_facts_about_the_call_where_they_are_wanted(self) -> None:
        choice = Choice(message=Message(role="assistant"), finish=STOP)
        found = json.loads(inbound().render(ChatResponse(choices=(choice,)), accord={"cost": "0.1"}))
        assert found["accord"] == {"cost": "0.1"}

    def test_an_answer_of_this_wire_is_the_same_again(self) -> None:
        body = {
            "candidates": [
                {
                    "content": {
                        "parts": [
                            {"text": "hm", "thought": True, "thoughtSignature": "a"},
                            {"text": "hi", "thoughtSignature": "b"},
                            {"functionCall": {"name": "f", "args": {"a": 1}, "id": "i"}, "thoughtSignature": "c"},
                            {"functionCall": {"name": "f", "args": {}}},
                            {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "2"}},
                            {"inlineData": {"mimeType": "image/png", "data": "AA=="}},
                        ],
                        "role": "model",
                    },
                    "finishReason": "STOP",
                    "index": 0,
                    "safetyRatings": [],
                    "groundingMetadata": {
                        "groundingChunks": [{"web": {"uri": "u"}}],
                        "groundingSupports": [{"segment": {"endIndex": 2}, "groundingChunkIndices": [0]}],
                    },
                },
            ],
            "usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 2, "trafficType": "ON_DEMAND"},
            "modelVersion": "asked",
            "responseId": "r",
            "createTime": "2026-01-02T03:04:05Z",
        }
        exchange = Gemini(model="asked").encode(ChatRequest(messages=(user("hi"),)))
        response = exchange.decode(Reply(status=200, body=json.dumps(body).encode()))
        assert json.loads(inbound().render(response)) == body

    def test_a_blocked_prompt_looks_blocked_again(self) -> None:
        body = {
            "promptFeedback": {"blockReason": "SAFETY"},
            "usageMetadata": {"promptTokenCount": 1},
            "modelVersion": "asked",
        }
        exchange = Gemini(model="m").encode(ChatRequest(messages=(user("hi"),)))
        response = exchange.decode(Reply(status=200, body=json.dumps(body).encode()))
        assert json.loads(inbound().render(response)) == body
        decoder = exchange.decoder()
        events = decoder.feed(b"data: " + json.dumps(body).encode() + b"\n\n") + decoder.end()
        assert streamed(events) == [body]


def said(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All parts of a stream, without the empty text that stands for none."""
    found = [part for one in messages for part in one["candidates"][0]["content"]["parts"]]
    return [part for part in found if part != {"text": ""}]


class TestStream:
    def test_text_goes_out_as_it_comes_and_the_end_is_told_once(self) -> None:
        renderer = inbound().renderer()
        assert renderer.feed([Started(id="r", model="x"), PartStarted(value=Text(text=""))]) == b""
        assert json.loads(renderer.feed([TextDelta(text="a")])[6:]) == {
            "candidates": [{"content": {"parts": [{"text": "a"}], "role": "model"}, "index": 0}],
            "modelVersion": "asked",
            "responseId": "r",
        }
        assert renderer.feed([UsageReported(usage=Usage(input=1, output=2)), Finished(finish=STOP), Completed()]) == b""
        assert json.loads(renderer.end(accord={"cost": "1"})[6:]) == {
            "candidates": [{"content": {"parts": [{"text": ""}], "role": "model"}, "finishReason": "STOP", "index": 0}],
            "usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 2, "totalTokenCount": 3},
            "modelVersion": "asked",
            "responseId": "r",
            "accord": {"cost": "1"},
        }

    def test_calls_go_out_whole_and_in_order(self) -> None:
        events: list[Event] = [
            PartStarted(part=0, value=ToolCall(id="a", name="f")),
            PartStarted(part=1, value=ToolCall(id="b", name="g")),
            ArgumentsDelta(part=1, text="{}"),
            PartFinished(part=1),
            ArgumentsDelta(part=0, text='{"x"'),
            ArgumentsDelta(part=0, text=":1}"),
            PartFinished(part=0),
            PartStarted(part=2, value=Text(text="")),
            TextDelta(part=2, text="done"),
            PartStarted(part=3, value=ToolCall(id="c", name="h", signature="c2ln")),
            PartFinished(part=3, value=ToolCall(id="c", name="h", arguments='{"y":2}', signature="c2ln")),
            Finished(finish=Finish(unified="tool_calls")),
        ]
        found = said(streamed(events))
        assert found == [
            {"functionCall": {"name": "f", "args": {"x": 1}, "id": "a"}},
            {"functionCall": {"name": "g", "args": {}, "id": "b"}},
            {"text": "done"},
            {"functionCall": {"name": "h", "args": {"y": 2}, "id": "c"}, "thoughtSignature": "c2ln"},
        ]

    def test_thoughts_are_sealed_when_they_end(self) -> None:
        events: list[Event] = [
            PartStarted(part=0, value=Reasoning(owner="gemini")),
            ReasoningDelta(part=0, text="hm"),
            ReasoningSealed(part=0, signature="c2"),
            ReasoningSealed(part=0, signature="ln"),
            PartStarted(part=1, value=Text(text="", extra={"gemini": {"thoughtSignature": "eHl6"}})),
            TextDelta(part=1, text="so"),
            Finished(finish=STOP),
        ]
        assert said(streamed(events)) == [
            {"text": "hm", "thought": True},
            {"thought": True, "thoughtSignature": "c2ln"},
            {"text": "so"},
            {"text": "", "thoughtSignature": "eHl6"},
        ]

    def test_paragraphs_of_a_summary_are_set_apart(self) -> None:
        events: list[Event] = [
            PartStarted(value=Reasoning(owner="openai_responses")),
            ReasoningDelta(text="one", summary=0),
            ReasoningDelta(text="two", summary=1),
            Finished(finish=STOP),
        ]
        assert "".join(part["text"] for part in said(streamed(events))) == "one\n\ntwo"

    def test_refusals_sounds_and_log_probabilities(self) -> None:
        events: list[Event] = [
            PartStarted(part=0, value=Refusal(text="")),
            RefusalDelta(part=0, text="no"),
            PartStarted(part=1, value=Audio(source=Media(media_type="audio/wav"))),
            AudioDelta(part=1, data="AA==", transcript="hi"),
            AudioDelta(part=1, data="AQ=="),
            LogprobsDelta(content=(TokenLogprob(token="a", logprob=-1.0),)),
            Finished(finish=STOP),
        ]
        messages = streamed(events)
        assert said(messages) == [
            {"text": "no"},
            {"text": "hi"},
            {"inlineData": {"mimeType": "audio/wav", "data": "AAE="}},
        ]
        scored = [
            one["candidates"][0]["logprobsResult"] for one in messages if "logprobsResult" in one["candidates"][0]
        ]
        assert scored[0]["chosenCandidates"] == [{"token": "a", "logProbability": -1.0}]

    def test_every_message_has_parts(self) -> None:
        """A message without parts makes google-genai's chat forget the turn."""
        events: list[Event] = [
            Started(),
            LogprobsDelta(content=()),
            Updated(extra={"gemini": {"modelStatus": {}}}),
            Finished(finish=Finish(unified="content_filter")),
        ]
        assert all(one["candidates"][0]["content"]["parts"] for one in streamed(events))

    def test_sources_are_placed_in_all_of_the_text(self) -> None:
        events: list[Event] = [
            PartStarted(part=0, value=Text(text="")),
            TextDelta(part=0, text="é. "),
            PartStarted(part=1, value=Text(text="")),
            TextDelta(part=1, text="abc"),
            CitationAdded(part=1, citation=Citation(url="u", start=0, end=2)),
            CitationAdded(part=1, citation=Citation(url="v")),
            Finished(finish=STOP),
        ]
        grounding = streamed(events)[-1]["candidates"][0]["groundingMetadata"]
        assert grounding == {
            "groundingChunks": [{"web": {"uri": "u"}}, {"web": {"uri": "v"}}],
            "groundingSupports": [
                {"segment": {"startIndex": 4, "endIndex": 6, "text": "ab"}, "groundingChunkIndices": [0]}
            ],
        }

    def test_feedback_about_a_prompt_that_was_not_blocked_hides_no_finish(self) -> None:
        events: list[Event] = [
            Started(extra={"gemini": {"promptFeedback": {"safetyRatings": []}}}),
            PartStarted(value=Text(text="a")),
            Finished(finish=STOP),
        ]
        assert streamed(events)[-1]["candidates"][0]["finishReason"] == "STOP"
        blocked: list[Event] = [Started(extra={"gemini": {"promptFeedback": {"blockReason": "SAFETY"}}}), *events[1:]]
        assert streamed(blocked)[-1]["candidates"][0]["finishReason"] == "STOP"

    def test_several_choices(self) -> None:
        events: list[Event] = [
            PartStarted(choice=1, value=Text(text="b")),
            PartStarted(choice=0, value=Text(text="a")),
            Finished(choice=0, finish=STOP),
            Finished(choice=1, finish=Finish(unified="length")),
        ]
        *_, last = streamed(events)
        assert [(one["index"], one["finishReason"]) for one in last["candidates"]] == [(0, "STOP"), (1, "MAX_TOKENS")]

    def test_a_stream_that_breaks_has_no_finish(self) -> None:
        for alt in ("sse", "json"):
            renderer = inbound(alt).renderer()  # type: ignore[arg-type]
            data = renderer.feed([PartStarted(value=Text(text="a")), Finished(finish=STOP)])
            data += renderer.heartbeat() + renderer.fail(Interrupted("cut"))
            assert b"finishReason" not in data
            last = json.loads(data)[-1] if alt == "json" else json.loads(data.split(b"\n\n")[-2][6:])
            assert last["error"]["message"] == "cut"

    def test_an_array_is_json_even_when_nothing_came(self) -> None:
        for events in ([], [PartStarted(value=Text(text="a")), Finished(finish=STOP)]):
            assert streamed(events, "json")
        renderer = inbound("json").renderer()
        assert json.loads(renderer.heartbeat() + renderer.fail(Overloaded("busy")))[0]["error"]["code"] == 503
        assert inbound("json").content_type == "application/json"
        assert inbound("sse").content_type == "text/event-stream"


text = st.text(alphabet='aé"\\\n', min_size=1, max_size=6)
neutral_parts = st.one_of(
    st.builds(lambda words: Text(text=words), text),
    st.builds(lambda words: Reasoning(text=words, owner="gemini"), text),
    st.builds(
        lambda words: ToolCall(
            id="id-1",
            name="f",
            arguments=json.dumps({"a": words}, separators=(",", ":"), ensure_ascii=False),
            signature="c2ln",
        ),
        text,
    ),
    st.just(Opaque(dialect="gemini", raw={"executableCode": {"code": "1"}})),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(neutral_parts, max_size=5), st.booleans(), st.sampled_from(["stop", "length", "content_filter"]))
def test_what_is_written_is_read_the_same(found: list[Part], whole: bool, unified: FinishReason) -> None:
    kinds = [type(part) for part in found]
    if any(one is two and one in (Text, Reasoning) for one, two in pairwise(kinds)):
        return
    if unified == "stop" and ToolCall in kinds:
        unified = "tool_calls"
    finish = Finish(unified=unified, raw={"length": "MAX_TOKENS", "content_filter": "SAFETY"}.get(unified, "STOP"))
    choice = Choice(message=Message(role="assistant", parts=tuple(found)), finish=finish)
    usage = Usage(input=3, output=4, reasoning=1, cached=2)
    response = ChatResponse(id="r", choices=(choice,), usage=usage)
    exchange = Gemini(model="m").encode(ChatRequest(messages=(user("hi"),)), stream=True)
    if whole:
        again = exchange.decode(Reply(status=200, body=inbound().render(response)))
    else:
        renderer, decoder = inbound().renderer(), exchange.decoder()
        events: list[Event] = [Started(id="r"), UsageReported(usage=usage)]
        for place, part in enumerate(found):
            events.append(PartStarted(part=place, value=part))
        data = renderer.feed([*events, Finished(finish=finish), Completed()]) + renderer.end()
        again = accumulate(decoder.feed(data) + decoder.end())
    assert again.choices == response.choices
    assert again.usage is not None
    assert (again.usage.input, again.usage.output, again.usage.reasoning, again.usage.cached) == (3, 4, 1, 2)


class TestFailures:
    @pytest.mark.parametrize(
        ("error", "status", "word"),
        [
            (InvalidInput("bad"), 400, "INVALID_ARGUMENT"),
            (Unsupported("cannot"), 400, "INVALID_ARGUMENT"),
            (Authentication("who?", status=401), 401, "UNAUTHENTICATED"),
            (ContextLengthExceeded("long"), 400, "INVALID_ARGUMENT"),
            (RateLimited("slow"), 429, "RESOURCE_EXHAUSTED"),
            (QuotaExceeded("spent"), 429, "RESOURCE_EXHAUSTED"),
            (Overloaded("busy"), 503, "UNAVAILABLE"),
            (Interrupted("cut"), 502, "INTERNAL"),
            (ConfigError("wrong"), 500, "INTERNAL"),
        ],
    )
    def test_status_and_word(self, error: AccordError, status: int, word: str) -> None:
        for failure in (fail(error), inbound().fail(error)):
            found = json.loads(failure.body)["error"]
            assert (failure.status, found["code"], found["status"]) == (status, status, word)
            assert found["message"] == error.message
            assert failure.body.startswith(b'{"error":{"code":'), "google-genai knows a failure in a stream by this"

    def test_details(self) -> None:
        failure = fail(RateLimited("slow", provider="p", model="m", code="c", param="n", retry_after=1.5))
        assert failure.headers == (("retry-after", "2"),)
        info, bad, retry = json.loads(failure.body)["error"]["details"]
        assert (info["reason"], info["metadata"]) == ("RATE_LIMITED", {"provider": "p", "model": "m", "code": "c"})
        assert bad["fieldViolations"][0]["field"] == "n"
        assert retry["retryDelay"] == "1.5s"

    def test_what_is_written_is_read_as_the_same_cause(self) -> None:
        for error in (RateLimited("slow", retry_after=3.0), Overloaded("busy"), Authentication("who?")):
            failure = fail(error)
            found = Gemini(model="m").error(Reply(status=failure.status, body=failure.body))
            assert type(found) is type(error)
            assert found.retry_after == error.retry_after
