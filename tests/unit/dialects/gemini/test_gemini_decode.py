"""Answers, whole and streamed: the same things told in the same way, and ends that are true."""

import json
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.core.accumulate import accumulate
from accord.core.error import Interrupted, Malformed, ModelNotFound, Overloaded, ProviderError, RateLimited
from accord.core.event import Completed, Event, Finished, PartStarted, Started, TextDelta, UsageReported
from accord.core.finish import Finish
from accord.core.http import Reply
from accord.core.message import user
from accord.core.part import Audio, Citation, File, Image, Media, Opaque, Reasoning, Text, ToolCall
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse, TokenLogprob, TopLogprob
from accord.core.usage import Usage
from accord.dialects.gemini import Gemini
from accord.dialects.gemini.exchange import GeminiExchange


def exchange(model: str = "gemini-2.5-flash") -> GeminiExchange:
    return Gemini(model=model).encode(ChatRequest(messages=(user("hi"),)), stream=True)


def whole(answer: object, model: str = "gemini-2.5-flash") -> ChatResponse:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return exchange(model).decode(Reply(status=200, body=body))


def candidate(*parts: dict[str, Any], finish: str | None = "STOP", **fields: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"content": {"parts": list(parts), "role": "model"}, **fields}
    return found if finish is None else {**found, "finishReason": finish}


def answer(*parts: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"candidates": [candidate(*parts, **fields)], "responseId": "r-1", "modelVersion": "m"}


def sse(*messages: object) -> bytes:
    return b"".join([b"data: " + json.dumps(one).encode() + b"\r\n\r\n" for one in messages])


def events(data: bytes, *, sizes: tuple[int, ...] = (1 << 20,), model: str = "gemini-2.5-flash") -> list[Event]:
    decoder = exchange(model).decoder()
    found: list[Event] = []
    start = turn = 0
    while start < len(data):
        size = sizes[turn % len(sizes)]
        found += decoder.feed(data[start : start + size])
        start, turn = start + size, turn + 1
    return found + decoder.end()


def parts(*wire: dict[str, Any]) -> tuple[object, ...]:
    return whole(answer(*wire)).choices[0].message.parts


class TestParts:
    def test_text_thoughts_and_signatures(self) -> None:
        assert parts(
            {"text": "hm", "thought": True},
            {"text": "so", "thought": True, "thoughtSignature": "c1"},
            {"text": "hi"},
            {"text": "", "thoughtSignature": "c2"},
            {"text": ""},
        ) == (
            Reasoning(text="hm", owner="gemini"),
            Reasoning(text="so", signature="c1", owner="gemini"),
            Text(text="hi"),
            Text(text="", extra={"gemini": {"thoughtSignature": "c2"}}),
        )

    def test_calls(self) -> None:
        first, second, third = parts(
            {"functionCall": {"name": "f", "args": {"a": [1, 2.5]}, "id": "x1"}, "thoughtSignature": "c"},
            {"functionCall": {"name": "f"}},
            {"functionCall": {"name": "f"}},
        )
        assert first == ToolCall(id="x1", name="f", arguments='{"a":[1,2.5]}', signature="c")
        assert isinstance(second, ToolCall)
        assert isinstance(third, ToolCall)
        assert (second.name, second.arguments, second.signature) == ("f", "{}", None)
        assert second.id.startswith("call_")
        assert second.id != third.id, "calls that are alike must be told apart"

    def test_made_up_ids_differ_between_answers_and_not_between_readings(self) -> None:
        call = {"functionCall": {"name": "f", "args": {}}}
        (first,) = whole({**answer(call), "responseId": "r-1"}).tool_calls
        (again,) = whole({**answer(call), "responseId": "r-1"}).tool_calls
        (other,) = whole({**answer(call), "responseId": "r-2"}).tool_calls
        assert first.id == again.id != other.id

    def test_media(self) -> None:
        assert parts(
            {"inlineData": {"mimeType": "image/png", "data": "AA=="}, "thoughtSignature": "c"},
            {"inlineData": {"mimeType": "audio/L16;rate=24000", "data": "AA=="}},
            {"inlineData": {"mimeType": "video/mp4", "data": "AA=="}},
            {"fileData": {"mimeType": "image/png", "fileUri": "gs://b/x"}},
        ) == (
            Image(source=Media(data="AA==", media_type="image/png"), extra={"gemini": {"thoughtSignature": "c"}}),
            Audio(source=Media(data="AA==", media_type="audio/L16;rate=24000")),
            File(source=Media(data="AA==", media_type="video/mp4")),
            Image(source=Media(url="gs://b/x", media_type="image/png")),
        )

    def test_pictures_the_model_thought_in_are_no_part_of_its_answer(self) -> None:
        raw = {"inlineData": {"mimeType": "image/png", "data": "AA=="}, "thought": True}
        assert parts(raw) == (Opaque(dialect="gemini", raw=raw),)

    def test_what_nobody_has_heard_of_is_kept_as_it_came(self) -> None:
        code = {"executableCode": {"language": "PYTHON", "code": "1+1", "id": "e"}, "thoughtSignature": "c"}
        assert parts(code, {"text": "hi", "mood": "good"}) == (
            Opaque(dialect="gemini", raw=code),
            Text(text="hi", extra={"gemini": {"mood": "good"}}),
        )
        (call,) = parts({"functionCall": {"name": "f", "willContinue": False}, "mood": 1})
        assert isinstance(call, ToolCall)
        assert call.extra == {"gemini": {"mood": 1, "functionCall": {"willContinue": False}}}


class TestWhole:
    def test_everything_beside_the_parts(self) -> None:
        response = whole(
            {
                **answer({"text": "hi"}, finish="MAX_TOKENS", safetyRatings=[{"category": "X"}], newField=1),
                "createTime": "2026-01-02T03:04:05.678901Z",
                "modelStatus": {"modelStage": "STABLE"},
            }
        )
        assert (response.id, response.model, response.created) == ("r-1", "m", 1767323045)
        assert response.extra["gemini"] == {
            "createTime": "2026-01-02T03:04:05.678901Z",
            "modelStatus": {"modelStage": "STABLE"},
        }
        (choice,) = response.choices
        assert choice.extra == {"gemini": {"safetyRatings": [{"category": "X"}], "newField": 1}}
        assert choice.finish == Finish(unified="length", raw="MAX_TOKENS")

    def test_thinking_may_leave_no_words(self) -> None:
        response = whole({"candidates": [{"content": {"role": "model"}, "finishReason": "MAX_TOKENS", "index": 0}]})
        assert (response.text, response.choices[0].message.parts) == ("", ())

    @pytest.mark.parametrize("reason", ["PROHIBITED_CONTENT", "MODEL_ARMOR"])
    def test_a_blocked_prompt_is_a_filtered_answer(self, reason: str) -> None:
        body = {"promptFeedback": {"blockReason": reason}, "usageMetadata": {"trafficType": "ON_DEMAND"}}
        for response in (whole(body), accumulate(events(sse(body)))):
            assert response.finish == Finish(unified="content_filter", raw=reason)
            assert response.extra["gemini"] == {"promptFeedback": {"blockReason": reason}}
            assert response.usage == Usage(service_tier="standard", raw={"trafficType": "ON_DEMAND"})

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"[]",
            b"null",
            b"<html>",
            b'{"candidates": 3}',
            b'{"usageMetadata": {}}',
            b'{"candidates": []}',
            b'{"candidates":[{"content":{"parts":[{"text":1}]}}]}',
            b'{"candidates":[{"content":{"parts":[{"functionCall":{"args":[]}}]}}]}',
            b"[" * 100_000,
            b'\xff{"candidates":[]}',
        ],
    )
    def test_what_is_no_answer_is_malformed(self, body: bytes) -> None:
        with pytest.raises(Malformed):
            whole(body)

    def test_an_error_under_status_200_is_that_error(self) -> None:
        with pytest.raises(Overloaded) as caught:
            whole({"error": {"code": 503, "message": "overloaded", "status": "UNAVAILABLE"}})
        assert (caught.value.status, caught.value.retryable) == (200, True)


@pytest.mark.parametrize(
    ("raw", "calls", "unified"),
    [
        ("STOP", False, "stop"),
        ("STOP", True, "tool_calls"),
        ("MAX_TOKENS", True, "length"),
        ("CONTINUATION", False, "length"),
        ("SAFETY", False, "content_filter"),
        ("RECITATION", False, "content_filter"),
        ("IMAGE_PROHIBITED_CONTENT", False, "content_filter"),
        ("NO_IMAGE", False, "content_filter"),
        ("MALFORMED_FUNCTION_CALL", False, "error"),
        ("MISSING_THOUGHT_SIGNATURE", True, "error"),
        ("FINISH_REASON_UNSPECIFIED", False, "unknown"),
        ("SOMETHING_NEW", False, "unknown"),
    ],
)
def test_finish_reasons(raw: str, calls: bool, unified: Any) -> None:
    found = answer({"functionCall": {"name": "f"}} if calls else {"text": "x"}, finish=raw)
    for response in (whole(found), accumulate(events(sse(found)))):
        assert response.finish == Finish(unified=unified, raw=raw)


class TestUsage:
    @pytest.mark.parametrize(
        ("metadata", "expected"),
        [
            (
                {"promptTokenCount": 10, "candidatesTokenCount": 5, "thoughtsTokenCount": 3, "totalTokenCount": 18},
                {"input": 10, "output": 8, "reasoning": 3},
            ),
            (
                {"promptTokenCount": 10, "candidatesTokenCount": 5, "thoughtsTokenCount": 3, "totalTokenCount": 15},
                {"input": 10, "output": 5, "reasoning": 3},
            ),
            (
                {
                    "promptTokenCount": 10,
                    "toolUsePromptTokenCount": 7,
                    "candidatesTokenCount": 5,
                    "totalTokenCount": 22,
                },
                {"input": 17, "output": 5},
            ),
            ({"promptTokenCount": 10, "totalTokenCount": 10}, {"input": 10, "output": 0}),
            ({"promptTokenCount": 10, "cachedContentTokenCount": 8}, {"input": 10, "output": 0, "cached": 8}),
            ({"candidatesTokenCount": 4}, {"output": 4}),
            ({"promptTokenCount": "many", "candidatesTokenCount": 4.0}, {"output": 4}),
            ({"promptTokenCount": 10**400, "candidatesTokenCount": 4}, {"output": 4}),
            ({"promptTokenCount": -1, "candidatesTokenCount": 4}, {"output": 4}),
            ({"trafficType": "ON_DEMAND_FLEX"}, {"service_tier": "flex"}),
            ({"trafficType": "PROVISIONED_THROUGHPUT"}, {"service_tier": "provisioned_throughput"}),
            ({"serviceTier": "standard"}, {"service_tier": "standard"}),
            ({}, {}),
        ],
    )
    def test_counts(self, metadata: dict[str, Any], expected: dict[str, Any]) -> None:
        response = whole({**answer({"text": "x"}), "usageMetadata": metadata})
        assert response.usage == Usage(**expected, raw=metadata)

    def test_modalities(self) -> None:
        metadata = {
            "promptTokenCount": 300,
            "promptTokensDetails": [
                {"modality": "TEXT", "tokenCount": 10},
                {"modality": "IMAGE", "tokenCount": 258},
                {"modality": "AUDIO", "tokenCount": 32},
            ],
            "candidatesTokenCount": 1290,
            "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1290}],
            "cacheTokensDetails": [{"modality": "AUDIO", "tokenCount": 16}],
        }
        usage = whole({**answer({"text": "x"}), "usageMetadata": metadata}).usage
        assert usage is not None
        assert (usage.image_input, usage.audio_input, usage.image_output, usage.cached_audio) == (258, 32, 1290, 16)
        assert (usage.audio_output, usage.cached_image) == (None, None)

    def test_none_is_unknown(self) -> None:
        assert whole(answer({"text": "x"})).usage is None

    def test_a_stream_counts_all_so_far_and_takes_nothing_back(self) -> None:
        told = events(
            sse(
                {**answer({"text": "a"}, finish=None), "usageMetadata": {"trafficType": "ON_DEMAND"}},
                {**answer({"text": "b"}, finish=None), "usageMetadata": {"promptTokenCount": 5, "totalTokenCount": 5}},
                {
                    **answer({"text": "c"}),
                    "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 9, "totalTokenCount": 14},
                },
                {"usageMetadata": {"trafficType": "ON_DEMAND"}},
            )
        )
        reports = [event.usage for event in told if isinstance(event, UsageReported)]
        assert [(one.input, one.output, one.service_tier) for one in reports] == [
            (5, 0, "standard"),
            (5, 9, "standard"),
        ]

    @pytest.mark.parametrize(("model", "searches"), [("gemini-2.5-flash", 1), ("gemini-3.8-flash", 2)])
    def test_searches_are_counted_as_they_are_charged(self, model: str, searches: int) -> None:
        grounding = {
            "webSearchQueries": ["a", "b", "a"],
            "groundingChunks": [{"web": {"uri": "https://x.test"}}],
        }
        found = {**answer({"text": "x"}, groundingMetadata=grounding), "usageMetadata": {"promptTokenCount": 1}}
        for response in (whole(found, model), accumulate(events(sse(found), model=model))):
            assert response.usage is not None
            assert response.usage.web_searches == searches


class TestSources:
    TEXT = "Zürich ist schön. Bern auch."
    GROUNDING = {
        "webSearchQueries": ["q"],
        "groundingChunks": [
            {"web": {"uri": "https://a.test", "title": "A"}},
            {"retrievedContext": {"uri": "gs://b", "text": "words"}},
        ],
        "groundingSupports": [
            {"segment": {"endIndex": 19, "text": "Zürich ist schön."}, "groundingChunkIndices": [0]},
            {"segment": {"startIndex": 20, "endIndex": 30, "text": "Bern auch."}, "groundingChunkIndices": [0, 1]},
            {"segment": {"startIndex": 900, "endIndex": 910}, "groundingChunkIndices": [0]},
            {"segment": {"endIndex": 3}, "groundingChunkIndices": [7]},
        ],
    }

    def test_places_are_counted_in_characters(self) -> None:
        found = answer({"text": "x", "thought": True}, {"text": self.TEXT}, groundingMetadata=self.GROUNDING)
        for response in (whole(found), accumulate(events(sse(found)))):
            part = response.choices[0].message.parts[1]
            assert isinstance(part, Text)
            assert part.citations == (
                Citation(url="https://a.test", title="A", start=0, end=17),
                Citation(url="https://a.test", title="A", start=18, end=28),
                Citation(url="gs://b", quote="words", start=18, end=28),
            )
            assert response.choices[0].extra["gemini"] == {"groundingMetadata": self.GROUNDING}

    def test_places_without_words_are_counted_in_bytes(self) -> None:
        metadata = {"citations": [{"startIndex": 2, "endIndex": 4, "title": "A"}]}
        (part,) = whole(answer({"text": "äöüß"}, citationMetadata=metadata)).choices[0].message.parts
        assert isinstance(part, Text)
        assert part.citations == (Citation(title="A", start=1, end=2),)

    def test_recited_sources(self) -> None:
        metadata = {
            "citationSources": [{"startIndex": 1, "endIndex": 3, "uri": "https://a.test", "license": "mit"}, {}]
        }
        (part,) = whole(answer({"text": "abcd"}, citationMetadata=metadata)).choices[0].message.parts
        assert isinstance(part, Text)
        assert part.citations == (Citation(url="https://a.test", start=1, end=3),)


def test_log_probabilities() -> None:
    result = {
        "chosenCandidates": [{"token": "é", "tokenId": 5, "logProbability": -0.25}, {"token": "x"}],
        "topCandidates": [{"candidates": [{"token": "e", "logProbability": "-Infinity"}]}],
    }
    found = answer({"text": "éx"}, logprobsResult=result, avgLogprobs="NaN")
    for response in (whole(found), accumulate(events(sse(found)))):
        logprobs = response.choices[0].logprobs
        assert logprobs is not None
        assert logprobs.content == (
            TokenLogprob(
                token="é",
                logprob=-0.25,
                bytes=(195, 169),
                top=(TopLogprob(token="e", logprob=-9999.0, bytes=(101,)),),
            ),
            TokenLogprob(token="x", logprob=0.0, bytes=(120,)),
        )


class TestStream:
    def test_what_comes_in_which_order(self) -> None:
        told = events(sse(answer({"text": "a"}, finish=None), answer({"text": "b"})))
        assert told == [
            Started(id="r-1", model="m"),
            PartStarted(value=Text(text="")),
            TextDelta(text="a"),
            TextDelta(text="b"),
            Finished(finish=Finish(unified="stop", raw="STOP")),
            Completed(),
        ]

    def test_a_call_before_the_last_chunk_is_remembered(self) -> None:
        stream = sse(answer({"functionCall": {"name": "f"}}, finish=None), answer({"text": ""}))
        assert accumulate(events(stream)).finish == Finish(unified="tool_calls", raw="STOP")

    def test_a_reason_is_not_taken_back_by_a_later_chunk(self) -> None:
        late = {"candidates": [{"groundingMetadata": {}}]}
        assert accumulate(events(sse(answer({"text": "a"}), late))).finish == Finish(unified="stop", raw="STOP")

    def test_a_reason_in_every_chunk_ends_nothing(self) -> None:
        response = accumulate(events(sse(answer({"text": "a"}), answer({"text": "b"}))))
        assert response.text == "ab"

    @pytest.mark.parametrize(
        "messages",
        [
            [],
            [answer({"text": "a"}, finish=None)],
            [answer({"text": "a"}, index=0), {"candidates": [candidate({"text": "b"}, finish=None, index=1)]}],
            [{"usageMetadata": {"promptTokenCount": 1}}],
        ],
    )
    def test_the_end_of_bytes_is_no_end(self, messages: list[object]) -> None:
        with pytest.raises(Interrupted):
            events(sse(*messages))

    def test_an_array_reads_like_events(self) -> None:
        messages = [answer({"text": 'a "}{" \\ é'}, finish=None), answer({"text": "b"})]
        array = json.dumps(messages, indent=2).encode()
        for sizes in ((1,), (7, 1, 3), (1 << 20,)):
            assert events(array, sizes=sizes) == events(sse(*messages), sizes=sizes)

    def test_an_array_that_breaks_off_is_interrupted(self) -> None:
        array = json.dumps([answer({"text": "a"}), answer({"text": "b"}, finish=None)]).encode()
        with pytest.raises(Interrupted):
            events(array[:-3].replace(b'"finishReason": "STOP"', b'"x": 1'))

    @pytest.mark.parametrize(
        "tail",
        [
            sse({"error": {"code": 503, "message": "busy", "status": "UNAVAILABLE"}}),
            b'{\n  "error": {"code": 503, "message": "busy", "status": "UNAVAILABLE"}\n}\n',
            b'[{"error": {"code": 503, "message": "busy"}}]',
        ],
    )
    @pytest.mark.parametrize("sizes", [(1 << 20,), (1,), (13,)])
    def test_an_error_comes_after_what_came_before_it(self, tail: bytes, sizes: tuple[int, ...]) -> None:
        decoder = exchange().decoder()
        data = sse(answer({"text": "a"}, finish=None)) + tail
        found: list[Event] = []

        def read() -> None:
            for start in range(0, len(data), sizes[0]):
                found.extend(decoder.feed(data[start : start + sizes[0]]))
            found.extend(decoder.end())

        with pytest.raises(Overloaded) as caught:
            read()
        assert (caught.value.message, caught.value.status) == ("busy", 200)
        assert [type(event) for event in found] == [Started, PartStarted, TextDelta]

    def test_an_error_instead_of_a_stream(self) -> None:
        with pytest.raises(RateLimited):
            events(b'[{\n  "error": {\n    "code": 429,\n    "message": "slow"\n  }\n}\n]')

    def test_a_message_that_is_none_is_malformed(self) -> None:
        with pytest.raises(Malformed):
            events(b"data: {nonsense\n\n")

    def test_openais_mark_is_passed_over(self) -> None:
        assert isinstance(events(sse(answer({"text": "a"})) + b"data: [DONE]\n\n")[-1], Completed)


texts = st.text(alphabet='aé"\\{}[]\n ', min_size=1, max_size=12)
wire_parts = st.one_of(
    st.builds(lambda text: {"text": text}, texts),
    st.builds(lambda text: {"text": text, "thought": True}, texts),
    st.builds(lambda text: {"text": text, "thoughtSignature": "c2ln"}, texts),
    st.builds(lambda text: {"functionCall": {"name": "f", "args": {"a": text}}}, texts),
    st.just({"executableCode": {"code": "1"}}),
)


def unlike_neighbours(found: list[dict[str, Any]]) -> bool:
    """Whether no plain part follows one of its kind: in a stream those are one part."""
    plain = [(set(part) <= {"text", "thought"}, part.get("thought")) for part in found]
    return all(not (a[0] and a == b) for a, b in pairwise(plain))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(wire_parts, max_size=5).filter(unlike_neighbours),
    st.lists(st.integers(1, 40), min_size=1, max_size=4),
    st.booleans(),
    st.integers(1, 5),
)
def test_a_stream_tells_what_a_whole_answer_tells(
    found: list[dict[str, Any]], sizes: list[int], as_array: bool, cut: int
) -> None:
    complete = {
        **answer(*found, safetyRatings=[1]),
        "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 4},
    }
    pieces: list[object] = []
    for part in found:
        if set(part) <= {"text", "thought"}:
            text = part["text"]
            pieces += [answer({**part, "text": text[n : n + cut]}, finish=None) for n in range(0, len(text), cut)]
        else:
            pieces.append(answer(part, finish=None))
    last = {**complete, "candidates": [candidate({"text": ""}, safetyRatings=[1])]}
    messages = [*pieces, last]
    data = json.dumps(messages).encode() if as_array else sse(*messages)
    told = accumulate(events(data, sizes=tuple(sizes)))
    expected = whole(complete)
    assert told.choices == expected.choices
    assert told.usage == expected.usage
    assert told.id == expected.id


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_arbitrary_and_cut_bytes_raise_by_cause_alone(data: st.DataObject) -> None:
    stream = sse(answer({"text": "a"}, finish=None), answer({"functionCall": {"name": "f"}}))
    kind = data.draw(st.sampled_from(["noise", "cut", "flip"]))
    if kind == "noise":
        found = data.draw(st.binary(max_size=60))
    elif kind == "cut":
        found = stream[: data.draw(st.integers(0, len(stream)))]
    else:
        place = data.draw(st.integers(0, len(stream) - 1))
        found = stream[:place] + data.draw(st.binary(min_size=1, max_size=2)) + stream[place + 1 :]
    allowed: tuple[type[ProviderError], ...] = (ProviderError,) if b"error" in found else (Malformed, Interrupted)
    with suppress(*allowed):
        events(found, sizes=(5,))
    with suppress(ProviderError):
        whole(found)


def test_a_404_inside_a_stream_is_a_missing_model() -> None:
    with pytest.raises(ModelNotFound):
        events(sse({"error": {"code": 404, "message": "models/x is not found for API version v1beta"}}))
