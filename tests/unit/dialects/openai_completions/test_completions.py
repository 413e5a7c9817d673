"""OpenAI's older completions, asked for and answered."""

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.accumulate import accumulate
from accord.core.completion import CompletionRequest
from accord.core.error import Interrupted, InvalidInput, Malformed, ProviderError, ServerError, Unsupported
from accord.core.event import Event, Forwarded
from accord.core.http import Reply
from accord.core.message import assistant
from accord.core.response import ChatResponse, Choice
from accord.dialects.codec import ChatExchange
from accord.dialects.openai_chat import OpenAIChat
from accord.dialects.openai_completions import OpenAICompletions, parse


def codec(*refuses: str) -> OpenAICompletions:
    error = OpenAIChat(model="m", provider="p").error
    return OpenAICompletions(model="up", provider="p", error=error, refuses=refuses)


def chunk(*choices: object, **more: object) -> bytes:
    return (
        b"data: " + json.dumps({"id": "c1", "model": "up", "created": 5, "choices": choices, **more}).encode() + b"\n\n"
    )


def piece(text: str, index: int = 0, finish: str | None = None, **more: object) -> dict[str, object]:
    return {"index": index, "text": text, "finish_reason": finish, "logprobs": None, **more}


DONE = b"data: [DONE]\n\n"
USAGE = {"prompt_tokens": 2, "completion_tokens": 3, "total_tokens": 5}
STREAM = [
    chunk(piece("One")),
    chunk(piece(" two"), piece("Uno", 1)),
    chunk(piece("", 0, "length"), stop_reason="x"),
    chunk(piece("", 1, "stop")),
    chunk(usage=USAGE),
    DONE,
]


def exchange(*, stream: bool = True, usage: bool = False) -> ChatExchange:
    options = {"stream_options": {"include_usage": True}} if usage else {}
    inbound = parse(json.dumps({"model": "mine", "prompt": "x", "stream": stream, **options}).encode(), received_at=7)
    return codec().encode(inbound.completion, stream=stream, inbound=inbound)


def read(of: ChatExchange, pieces: Sequence[bytes]) -> list[Event]:
    decoder = of.decoder()
    events = [event for one in pieces for event in decoder.feed(one)]
    return events + decoder.end()


class TestRequests:
    FIELDS: dict[str, Any] = {
        "suffix": "s",
        "max_tokens": 1,
        "temperature": 0.5,
        "top_p": 0.5,
        "n": 2,
        "best_of": 3,
        "echo": True,
        "logprobs": 0,
        "seed": 4,
        "presence_penalty": 0.1,
        "frequency_penalty": 0.2,
        "logit_bias": {"5": -1.0},
        "user": "u",
        "stop": ["a", "b"],
        "min_p": 0.1,
        "guided_json": {"type": "object"},
    }

    def test_every_field_comes_through(self) -> None:
        inbound = parse(json.dumps({"model": "mine", "prompt": "x", **self.FIELDS}).encode())
        draft = codec().encode(inbound.completion).draft
        assert json.loads(draft.body) == {"model": "up", "prompt": "x", **self.FIELDS}
        assert (draft.operation, draft.dialect) == ("completion", None)

    @pytest.mark.parametrize("prompt", ["", "a", ["a", "b"], [1, 2], [[1], [2, 3]]])
    def test_every_form_of_prompt(self, prompt: object) -> None:
        inbound = parse(json.dumps({"model": "m", "prompt": prompt}).encode())
        assert json.loads(codec().encode(inbound.completion).draft.body)["prompt"] == prompt

    def test_no_prompt_begins_from_nothing(self) -> None:
        assert "prompt" not in json.loads(codec().encode(parse(b'{"model":"m"}').completion).draft.body)

    @pytest.mark.parametrize(
        ("field", "value", "param"),
        [
            ("prompt", [], "prompt"),
            ("prompt", ["a", 1], "prompt"),
            ("prompt", [[1], []], "prompt"),
            ("prompt", 5, "prompt"),
            ("prompt", [[1, "a"]], "prompt[0][1]"),
            ("model", 5, "model"),
            ("n", "2", "n"),
            ("logit_bias", {"5": "x"}, "logit_bias[...]"),
            ("stop", [1], "stop[0]"),
            ("stream_options", [], "stream_options"),
        ],
    )
    def test_bad_fields_are_named(self, field: str, value: object, param: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            parse(json.dumps({"model": "m", "prompt": "x", field: value}).encode())
        assert caught.value.param == param

    def test_what_a_host_does_not_take(self) -> None:
        asked = CompletionRequest(prompt=("x",), n=2, user="u")
        with pytest.raises(Unsupported, match="`n`"):
            codec("n", "user").encode(asked)
        dropped = codec("n", "user").encode(asked, on_unsupported="drop")
        assert [warning.field for warning in dropped.warnings] == ["n", "user"]
        assert json.loads(dropped.draft.body) == {"model": "up", "prompt": "x"}

    def test_a_stream_asks_for_usage(self) -> None:
        assert json.loads(exchange().draft.body)["stream_options"] == {"include_usage": True}

    def test_the_conversation_nearest_to_it(self) -> None:
        request = parse(b'{"model":"mine","prompt":["a","b"],"max_tokens":5,"n":2}').request
        assert (request.model, request.max_output_tokens, request.n) == ("mine", 5, 2)
        assert [message.text for message in request.messages] == ["a", "b"]


class TestAnswers:
    def test_texts_and_their_scores(self) -> None:
        scores = {"tokens": ["a", "b"], "token_logprobs": [None, -0.5], "top_logprobs": [None, {"b": -0.5, "c": -1.0}]}
        body = {"id": "c", "choices": [piece("ab", 0, "stop", logprobs=scores)], "usage": USAGE}
        answer = exchange(stream=False).decode(Reply(status=200, body=json.dumps(body).encode()))
        assert (answer.text, answer.usage and answer.usage.output) == ("ab", 3)
        told = answer.choices[0].logprobs
        assert told is not None
        assert told.content is not None
        assert [(one.token, one.logprob, len(one.top)) for one in told.content] == [("b", -0.5, 2)]

    def test_the_providers_answer_is_handed_on(self) -> None:
        inbound = parse(b'{"model":"mine","prompt":"x"}', received_at=7)
        raw = json.dumps({"choices": [piece("ab", 0, "stop", stop_reason="y")], "model": "up", "usage": USAGE}).encode()
        answer = codec().encode(inbound.completion, inbound=inbound).decode(Reply(status=200, body=raw))
        shown = json.loads(inbound.render(answer, forwarded=True, accord={"cost": "1"}))
        assert shown["choices"][0]["stop_reason"] == "y"
        assert (shown["model"], shown["object"], shown["created"]) == ("mine", "text_completion", 7)
        assert shown["id"].startswith("cmpl-")
        assert shown["accord"] == {"cost": "1"}

    def test_an_answer_of_another_wire_is_written(self) -> None:
        inbound = parse(b'{"model":"mine","prompt":"x"}')
        answer = ChatResponse(id="i", created=3, choices=(Choice(message=assistant("ab")),))
        shown = json.loads(inbound.render(answer))
        assert shown["choices"] == [{"index": 0, "text": "ab", "logprobs": None, "finish_reason": None}]
        assert "usage" not in shown, "unknown usage is not 0"

    @pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"choices":5}', b"[]", b'{"choices":[{"text":5}]}'])
    def test_what_is_no_answer(self, body: bytes) -> None:
        with pytest.raises(Malformed):
            exchange(stream=False).decode(Reply(status=200, body=body))

    def test_failures_within_a_200(self) -> None:
        with pytest.raises(ProviderError, match="out of order"):
            exchange(stream=False).decode(Reply(status=200, body=b'{"error":{"message":"out of order"}}'))
        with pytest.raises(ServerError):
            exchange(stream=False).decode(
                Reply(status=200, body=json.dumps({"choices": [piece("", 0, "error")]}).encode())
            )


class TestStreams:
    def test_the_stream_says_what_the_whole_answer_says(self) -> None:
        answer = accumulate(read(exchange(), STREAM))
        assert [choice.message.text for choice in answer.choices] == ["One two", "Uno"]
        assert [choice.finish and choice.finish.unified for choice in answer.choices] == ["length", "stop"]
        assert answer.usage is not None
        assert answer.usage.output == 3

    @given(st.lists(st.integers(0, sum(map(len, STREAM))), max_size=8))
    def test_any_split_gives_the_same_events(self, cuts: list[int]) -> None:
        data = b"".join(STREAM)
        edges = [0, *sorted(cuts), len(data)]
        split = [data[start:end] for start, end in pairwise(edges)]
        assert read(exchange(), split) == read(exchange(), STREAM)

    @pytest.mark.parametrize("wanted", [False, True])
    def test_chunks_are_handed_on(self, wanted: bool) -> None:
        events = read(exchange(usage=wanted), STREAM)
        chunks = [json.loads(event.data.removeprefix(b"data: ")) for event in events if isinstance(event, Forwarded)]
        assert len(chunks) == (5 if wanted else 4)
        assert {one["model"] for one in chunks} == {"mine"}
        assert chunks[2]["stop_reason"] == "x"
        assert any(one.get("usage") for one in chunks) is wanted

    @pytest.mark.parametrize("kept", range(4))
    def test_a_stream_that_ends_early_is_interrupted(self, kept: int) -> None:
        for end in ([], [DONE], [b'data: {"cho']):
            with pytest.raises(Interrupted):
                read(exchange(), [*STREAM[:kept], *end])

    def test_a_missing_done_is_fine(self) -> None:
        assert accumulate(read(exchange(), STREAM[:4])).text == "One two"

    def test_an_error_within(self) -> None:
        error = b'data: {"error":{"message":"out of order","code":"x"}}\n\n'
        decoder = exchange().decoder()
        assert decoder.feed(STREAM[0] + error)
        for ask in (lambda: decoder.feed(b""), decoder.end):
            with pytest.raises(ProviderError, match="out of order"):
                ask()

    def test_a_whole_body_in_place_of_a_stream(self) -> None:
        body = json.dumps({"choices": [piece("ab", 0, "stop")], "usage": USAGE}).encode()
        events = read(exchange(), [body[:5], body[5:]])
        assert accumulate(events).text == "ab"
        assert b'"mine"' in b"".join([event.data for event in events if isinstance(event, Forwarded)])
