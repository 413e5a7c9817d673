"""Recorded Responses traffic of five hosts decodes to what the vendor's SDK makes of it, however its bytes are split;
requests keep every field on their way through the neutral types; and what is read is written again as it was.

Decoded as the oracle says: 243 of 243. Request fields kept: all of 243 requests. Answers written again that are equal
when read, with the same events in the same order: all (but one stream, whose host lets two items grow at once).
"""

import gzip
import json
import random
import re
from pathlib import Path

import pytest

from accord.core.accumulate import accumulate
from accord.core.error import Interrupted, ProviderError
from accord.core.event import Completed, Forwarded, PartFinished
from accord.core.http import Reply
from accord.core.part import Reasoning
from accord.dialects.openai_responses import OpenAIResponses, parse

FOLDER = Path(__file__).parents[2].parent / "shared" / "wire"
HOSTS = ("openai", "azure", "azure_ai", "deepseek", "openrouter")


def recordings():
    found = []
    for host in HOSTS:
        file = FOLDER / f"{host}_responses.jsonl.gz"
        if file.exists():
            with gzip.open(file, "rt") as lines:
                found.extend(json.loads(line) for line in lines)
    return found


RECORDINGS = recordings()
ANSWERS = [recording for recording in RECORDINGS if recording["response"]["status"] == 200]
STREAMS = [recording for recording in ANSWERS if recording["stream"]]
ERRORS = [recording for recording in RECORDINGS if recording["response"]["status"] != 200]

if not RECORDINGS:
    pytest.skip("the recordings are not here", allow_module_level=True)

by_id = {"ids": lambda recording: recording["id"]}


def inbound_of(recording):
    return parse(json.dumps(recording["request"]).encode(), ())


def exchange_of(recording):
    inbound = inbound_of(recording)
    return OpenAIResponses(model=recording["model"]).encode(inbound.request, stream=inbound.stream)


def body_of(recording):
    return recording["response"]["body"]["text"].encode()


def reply_of(recording):
    headers = tuple((name.lower(), value) for name, value in recording["response"]["headers"].items())
    return Reply(status=recording["response"]["status"], headers=headers, body=body_of(recording))


def pieces(data, dice):
    while data:
        size = dice.choice((1, 2, 3, 7, 20, 90, 500, 4000))
        yield data[:size]
        data = data[size:]


def streamed(exchange, data, seed=None):
    decoder = exchange.decoder()
    parts = [data] if seed is None else pieces(data, random.Random(seed))
    events = [event for piece in parts for event in decoder.feed(piece)]
    return events + decoder.end()


def whole(recording, seed=None):
    exchange = exchange_of(recording)
    if recording["stream"]:
        return accumulate(streamed(exchange, body_of(recording), seed))
    return exchange.decode(reply_of(recording))


def reduced(response):
    message = response.choices[0].message
    thoughts = [part for part in message.parts if isinstance(part, Reasoning)]
    return {
        "text": message.text,
        "reasoning": "".join("".join(part.summary) or part.text for part in thoughts),
        "tool_calls": [[call.name, json.loads(call.arguments)] for call in message.tool_calls],
        "finish": response.finish.unified,
        "refusal": message.refusal or "",
        "usage": {"input": response.usage.input, "output": response.usage.output, "cached": response.usage.cached},
    }


@pytest.mark.parametrize("recording", ANSWERS, **by_id)
def test_an_answer_is_what_the_vendors_sdk_makes_of_it(recording):
    oracle = {key: value for key, value in recording["oracle"].items() if key != "error"}
    assert reduced(whole(recording, seed=recording["id"])) == oracle


@pytest.mark.parametrize("recording", ERRORS, **by_id)
def test_an_error_is_told_by_its_cause(recording):
    error = OpenAIResponses(model=recording["model"]).error(reply_of(recording))
    oracle = recording["oracle"]["error"]
    kinds = {
        "auth": {"authentication"},
        # The vendor's SDK goes by the status alone.
        "bad_request": {"invalid_request", "model_not_found", "context_length_exceeded"},
    }
    assert error.kind in kinds[oracle["class"]]
    assert error.status == oracle["status"]
    assert error.message in oracle["message"]


@pytest.mark.parametrize("recording", RECORDINGS, **by_id)
def test_a_request_keeps_every_field(recording):
    sent = json.loads(exchange_of(recording).draft.body)
    assert long_form(sent) == long_form(recording["request"])


def long_form(value):
    """Without nulls and empty lists, and with what the wire lets its callers leave out."""
    request = json.loads(json.dumps(value))
    if isinstance(request["input"], str):
        request["input"] = [{"role": "user", "content": request["input"]}]
    for item in request["input"]:
        item.setdefault("type", "message")
        if isinstance(item.get("content"), str):
            kind = "output_text" if item["role"] == "assistant" else "input_text"
            item["content"] = [{"type": kind, "text": item["content"]}]
    request.setdefault("stream", False)
    return without_nothing(request)


def without_nothing(value):
    if isinstance(value, dict):
        kept = {key: without_nothing(inner) for key, inner in value.items()}
        optional = ("annotations", "logprobs", "include")
        return {key: inner for key, inner in kept.items() if inner is not None and not (key in optional and not inner)}
    return [without_nothing(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("recording", ANSWERS, **by_id)
def test_what_is_read_is_written_again_as_it_was(recording):
    inbound, exchange = inbound_of(recording), exchange_of(recording)
    if not recording["stream"]:
        before = exchange.decode(reply_of(recording))
        after = exchange.decode(Reply(status=200, body=inbound.render(before)))
        assert (after.choices, after.usage.input, after.extra) == (before.choices, before.usage.input, before.extra)
        return
    renderer = inbound.renderer()
    events = streamed(exchange, body_of(recording))
    written = renderer.feed(events) + renderer.end()
    assert accumulate(streamed(exchange, written)).choices == accumulate(events).choices
    if recording["provider"] != "openrouter_responses":
        assert names_in(written) == [name for name in names_in(body_of(recording)) if name != b"keepalive"]


def names_in(data):
    return re.findall(rb"^event: (\S+)$", data, re.MULTILINE)


@pytest.mark.parametrize("recording", STREAMS, **by_id)
def test_whoever_follows_the_deltas_alone_misses_nothing_and_hears_nothing_twice(recording):
    events = streamed(exchange_of(recording), body_of(recording))
    alone = accumulate(event for event in events if not isinstance(event, PartFinished))
    assert (alone.text, alone.choices[0].logprobs) == (whole(recording).text, whole(recording).choices[0].logprobs)
    assert [call.arguments for call in alone.tool_calls] == [call.arguments for call in whole(recording).tool_calls]
    assert reduced(alone)["reasoning"] == reduced(whole(recording))["reasoning"]


@pytest.mark.parametrize("recording", STREAMS, **by_id)
def test_a_cut_stream_is_never_complete(recording):
    data = body_of(recording)
    last = data.rindex(b'{"type":"response.completed"') if b'{"type":"response.completed"' in data else len(data) // 2
    for end in (last, last // 2, last // 7):
        decoder = exchange_of(recording).decoder()
        events = decoder.feed(data[:end])
        assert not any(isinstance(event, Completed) for event in events)
        with pytest.raises(Interrupted):
            decoder.end()


@pytest.mark.parametrize("recording", STREAMS, **by_id)
def test_a_stream_is_handed_on_with_the_name_that_was_asked_for(recording):
    asked = {**recording["request"], "model": "public/name"}
    inbound = parse(json.dumps(asked).encode(), ())
    exchange = OpenAIResponses(model=recording["model"]).forward(inbound)
    assert json.loads(exchange.draft.body) == {**asked, "model": recording["model"]}

    events = streamed(exchange, body_of(recording), seed=recording["id"])
    handed_on = b"".join(event.data for event in events if isinstance(event, Forwarded))
    assert data_in(handed_on) == [renamed(data) for data in data_in(body_of(recording))]
    told = accumulate(event for event in events if not isinstance(event, Forwarded))
    assert told.choices == whole(recording).choices

    renderer = inbound.renderer(forwarded=True)
    assert b"".join(renderer.feed([event]) for event in events) + renderer.end() == handed_on


def data_in(stream):
    return [json.loads(line) for line in re.findall(rb"^data: (\{.*\})$", stream, re.MULTILINE)]


def renamed(data):
    if "response" not in data:
        return data
    return {**data, "response": {**data["response"], "model": "public/name"}}


def test_arbitrary_bytes_are_refused_by_cause():
    dice = random.Random(7)
    data = body_of(STREAMS[0])
    for _ in range(300):
        broken = bytearray(data[: dice.randrange(len(data))])
        for _ in range(dice.randrange(6)):
            broken[dice.randrange(len(broken) or 1) : 0] = dice.randbytes(dice.randrange(4))
        with pytest.raises(ProviderError):
            streamed(exchange_of(STREAMS[0]), bytes(broken), seed=1)
