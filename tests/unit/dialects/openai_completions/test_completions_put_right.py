"""Continuations of hosts that leave members out or get them wrong, as callers have them: handed on and written anew alike."""

import json
from typing import Any

import pytest

from accord.core.accumulate import accumulate
from accord.core.completion import CompletionRequest
from accord.core.http import Reply
from accord.core.response import ChatResponse
from accord.dialects.openai_chat import OpenAIChat
from accord.dialects.openai_completions import OpenAICompletions, parse

PIECE = {"index": 0, "text": "Hello", "finish_reason": "stop", "logprobs": None}
USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
WAYS = pytest.mark.parametrize("handed_on", [False, True], ids=["anew", "handed on"])
FORMS = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


def told(*, handed_on: bool, stream: bool, **members: object) -> tuple[ChatResponse, list[dict[str, Any]]]:
    """What is read of an answer with these members, and what a caller gets."""
    codec = OpenAICompletions(model="up", provider="p", error=OpenAIChat(model="m", provider="p").error, refuses=())
    options = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
    inbound = parse(json.dumps({"model": "mine", "prompt": "x", **options}).encode(), received_at=7)
    asked = codec.encode(CompletionRequest(prompt=("x",)), stream=stream, inbound=inbound if handed_on else None)
    head = {"id": "c", "object": "text_completion", "created": 5, "model": "up", "choices": [PIECE], "usage": USAGE}
    body = json.dumps({name: value for name, value in {**head, **members}.items() if value is not ...})
    if not stream:
        response = asked.decode(Reply(status=200, body=body.encode()))
        return response, [json.loads(inbound.render(response, forwarded=handed_on))]
    decoder, renderer = asked.decoder(), inbound.renderer(forwarded=handed_on)
    events = decoder.feed(f"data: {body}\n\ndata: [DONE]\n\n".encode()) + decoder.end()
    lines = (renderer.feed(events) + renderer.end()).decode().splitlines()
    return accumulate(events), [json.loads(line[6:]) for line in lines if line.startswith("data: {")]


@WAYS
@FORMS
@pytest.mark.parametrize("usage", [5, "x", [], None, {"prompt_tokens": -1, "completion_tokens": "2"}, ...], ids=str)
def test_an_answer_is_not_lost_for_its_usage(handed_on: bool, stream: bool, usage: object) -> None:
    response, bodies = told(handed_on=handed_on, stream=stream, usage=usage)
    assert response.text == "Hello"
    assert "".join([piece["text"] for body in bodies for piece in body["choices"]]) == "Hello"
    assert not any(body.get("usage") for body in bodies)


@WAYS
@FORMS
def test_counts_are_told_in_openais_places(handed_on: bool, stream: bool) -> None:
    response, bodies = told(handed_on=handed_on, stream=stream, usage={**USAGE, "prompt_cache_hit_tokens": 1})
    assert response.usage is not None
    assert response.usage.cached == 1
    (usage,) = [body["usage"] for body in bodies if body.get("usage")]
    assert usage["prompt_tokens_details"] == {"cached_tokens": 1}


@WAYS
@FORMS
@pytest.mark.parametrize("left_out", ["index", "logprobs"])
def test_a_continuation_has_all_its_members(handed_on: bool, stream: bool, left_out: str) -> None:
    piece = {name: value for name, value in PIECE.items() if name != left_out}
    _, bodies = told(handed_on=handed_on, stream=stream, choices=[piece])
    pieces = [one for body in bodies for one in body["choices"]]
    assert all(one.keys() >= PIECE.keys() for one in pieces)
    assert {one["index"] for one in pieces} == {0}
