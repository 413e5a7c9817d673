"""Recorded traffic of AI Studio and Vertex AI: every answer reads as the vendor's SDK reads it, and every request keeps
its fields.

The recordings are found beside the project where they exist (`../shared/wire`), and are no part of it.
"""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from accord.core.accumulate import accumulate
from accord.core.error import Authentication, Interrupted, ModelNotFound, ProviderError
from accord.core.event import Event, Forwarded
from accord.core.http import Reply
from accord.core.message import user
from accord.core.part import Reasoning
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse
from accord.dialects.gemini import AI_STUDIO, VERTEX, Gemini, GeminiInbound, parse
from accord.dialects.gemini.reading import gathered
from accord.dialects.gemini.wire import REST, Request

WIRE = Path(__file__).parents[3] / "shared" / "wire"
FILES = ("gemini", "vertex")
Case = dict[str, Any]

pytestmark = pytest.mark.skipif(not WIRE.is_dir(), reason="the recordings are not here")


@cache
def cases() -> tuple[Case, ...]:
    found: list[Case] = []
    for name in FILES:
        with gzip.open(WIRE / f"{name}.jsonl.gz") as lines:
            found += [json.loads(line) for line in lines]
    return tuple(found)


def body_of(case: Case) -> bytes:
    body = case["response"]["body"]
    return (body["text"] if body.keys() == {"text"} else json.dumps(body)).encode()


def codec(case: Case) -> Gemini:
    return Gemini(model=case["model"], knobs=VERTEX if case["provider"] == "vertex" else AI_STUDIO)


def inbound(case: Case) -> GeminiInbound:
    return parse(json.dumps(case["request"]).encode(), (), model=case["model"], stream=case["stream"])


def answered() -> Iterator[Case]:
    return (case for case in cases() if case["response"]["status"] == 200)


def events_of(case: Case, random: Random, *, forward: bool = False) -> list[Event]:
    exchange = codec(case).forward(inbound(case)) if forward else codec(case).encode(asked(), stream=True)
    assert exchange is not None
    decoder = exchange.decoder()
    found: list[Event] = []
    data, start = body_of(case), 0
    while start < len(data):
        size = random.choice((1, 2, 7, 64, 1000))
        found += decoder.feed(data[start : start + size])
        start += size
    return found + decoder.end()


def asked() -> ChatRequest:
    return ChatRequest(messages=(user("hi"),))


def response_of(case: Case, random: Random) -> ChatResponse:
    if case["stream"]:
        return accumulate(events_of(case, random))
    return codec(case).encode(asked()).decode(Reply(status=200, body=body_of(case)))


def reduced(response: ChatResponse) -> dict[str, Any]:
    """The response as the recordings tell what the vendor's SDK reads."""
    message, usage = response.choices[0].message, response.usage
    assert usage is not None
    return {
        "text": message.text,
        "reasoning": "".join([part.text for part in message.parts if isinstance(part, Reasoning)]),
        "tool_calls": [[call.name, json.loads(call.arguments)] for call in message.tool_calls],
        "finish": None if response.finish is None else response.finish.unified,
        "refusal": message.refusal or "",
        "usage": {"input": usage.input, "output": usage.output, "cached": usage.cached},
        "error": None,
    }


def test_every_answer_reads_as_the_sdk_reads_it() -> None:
    random = Random(7)
    misses = [case["id"] for case in answered() if reduced(response_of(case, random)) != case["oracle"]]
    assert misses == []
    assert sum(1 for _ in answered()) > 200


def test_every_failure_has_its_cause() -> None:
    kinds = {400: Authentication, 404: ModelNotFound}
    failed = [case for case in cases() if case["response"]["status"] != 200]
    for case in failed:
        status = case["response"]["status"]
        error = codec(case).error(Reply(status=status, body=body_of(case)))
        assert (type(error), error.status) == (kinds[status], status), case["id"]
        assert error.message in case["oracle"]["error"]["message"]
    assert failed


def test_any_split_gives_the_same_events() -> None:
    for case in answered():
        if case["stream"]:
            first, second = events_of(case, Random(1)), events_of(case, Random(2))
            assert first == second, case["id"]


def test_cut_streams_are_interrupted() -> None:
    random = Random(3)
    for case in answered():
        if not case["stream"]:
            continue
        data = body_of(case)
        # Where the last message begins that says how it finished.
        last = data.rindex(b"data:", 0, data.index(b'"finishReason"'))
        decoder = codec(case).encode(asked(), stream=True).decoder()
        decoder.feed(data[: random.randint(0, last)])
        with pytest.raises(Interrupted):
            decoder.end()


def test_forwarded_streams_mean_the_same_and_hide_the_model() -> None:
    for case in answered():
        if case["stream"]:
            told = events_of(case, Random(4), forward=True)
            assert [one for one in told if not isinstance(one, Forwarded)] == events_of(case, Random(5)), case["id"]
            written = b"".join([one.data for one in told if isinstance(one, Forwarded)])
            assert case["model"].encode() in written
            assert written.count(b'"modelVersion"') == written.count(json.dumps(case["model"]).encode())


def test_what_is_written_anew_reads_the_same() -> None:
    random = Random(6)
    for case in answered():
        response = response_of(case, random)
        caller = inbound(case)
        again = codec(case).encode(asked()).decode(Reply(status=200, body=caller.render(response)))
        assert reduced(again) == case["oracle"], case["id"]
        assert again.choices[0].extra == response.choices[0].extra
        if case["stream"]:
            renderer, decoder = caller.renderer(), codec(case).encode(asked(), stream=True).decoder()
            data = renderer.feed(events_of(case, random)) + renderer.end()
            assert reduced(accumulate(decoder.feed(data) + decoder.end())) == case["oracle"], case["id"]


def test_every_request_is_forwarded_and_written_anew_with_every_field() -> None:
    counts: Counter[str] = Counter()
    misses: list[tuple[str, str]] = []
    for case in cases():
        caller = inbound(case)
        exchange = codec(case).encode(caller.request, stream=caller.stream)
        assert codec(case).forward(caller) is not None, case["id"]
        said = fields_of(json.loads(json.dumps(gathered(case["request"], Request, "$"))))
        sent = fields_of(json.loads(exchange.draft.body))
        misses += [(case["id"], path) for path, value in said.items() if sent.get(path) != value]
        counts["fields"] += len(said)
    # A turn of one empty text is sent as a blank, since an empty turn is refused.
    assert [path for _, path in misses] == ["contents.0.parts.0.text"] * 2
    assert counts["fields"] > 2500


def fields_of(request: dict[str, Any]) -> dict[str, object]:
    """Every value by its path. Where one turn ends and the same speaker goes on is no field."""
    parts: list[tuple[str, Any]] = []
    for content in request.pop("contents"):
        parts += [(content.get("role", "user"), part) for part in content["parts"]]
    turns: list[dict[str, Any]] = []
    for role, part in parts:
        if not turns or turns[-1]["role"] != role:
            turns.append({"role": role, "parts": []})
        turns[-1]["parts"].append(part)
    if not (request.get("systemInstruction") or {}).get("parts"):
        request.pop("systemInstruction", None)
    return dict(_leaves({**request, "contents": turns}, ""))


def _leaves(value: object, path: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            # A thought that is none is the default.
            if inner is not None and not (key == "thought" and inner is False):
                yield from _leaves(inner, path if key == REST else f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _leaves(inner, f"{path}.{index}")
    else:
        yield path, value


def test_no_recording_breaks_under_noise() -> None:
    random = Random(8)
    for case in answered():
        data = bytearray(body_of(case))
        for _ in range(3):
            data[random.randrange(len(data))] = random.randrange(256)
        exchange = codec(case).encode(asked(), stream=case["stream"])
        try:
            if case["stream"]:
                decoder = exchange.decoder()
                decoder.feed(bytes(data))
                decoder.end()
            else:
                exchange.decode(Reply(status=200, body=bytes(data)))
        except ProviderError:
            pass
