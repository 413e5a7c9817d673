"""Recorded answers of Mistral's API decode to what the vendor's own SDK makes of them, however their bytes are split, and
recorded requests keep every field on their way through the neutral types.
"""

import gzip
import json
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from accord.core.accumulate import accumulate
from accord.core.error import Interrupted
from accord.core.http import Reply
from accord.core.part import Reasoning
from accord.dialects.openai_chat import parse
from accord.engine.complete import price
from accord.engine.target import Target
from accord.providers import Mistral

FILE = Path(__file__).parents[2].parent / "shared" / "wire" / "mistral.jsonl.gz"
# A choice among no tools, which the provider refuses.
TOLD = {"mistral-4ad9f423f1": {"tool_choice"}}
DAY = datetime(2026, 11, 23, tzinfo=UTC)


def recordings():
    if not FILE.exists():
        return []
    with gzip.open(FILE, "rt") as lines:
        return [json.loads(line) for line in lines]


RECORDINGS = recordings()
ANSWERS = [recording for recording in RECORDINGS if recording["response"]["status"] == 200]
ERRORS = [recording for recording in RECORDINGS if recording["response"]["status"] != 200]
STREAMS = [recording for recording in ANSWERS if recording["stream"]]

if not RECORDINGS:
    pytest.skip("the recordings are not here", allow_module_level=True)


def by_id(recording):
    return recording["id"]


def codec_of(recording):
    return Mistral(api_key="mistral-test-key").chat_codec(recording["model"])


def exchange_of(recording):
    inbound = parse(json.dumps(recording["request"]).encode(), ())
    return codec_of(recording).encode(inbound.request, stream=recording["stream"])


def reply_of(recording):
    answer = recording["response"]
    headers = tuple((name.lower(), value) for name, value in answer["headers"].items())
    return Reply(status=answer["status"], headers=headers, body=answer["body"]["text"].encode())


def pieces(data, dice):
    while data:
        size = dice.choice((1, 2, 3, 7, 20, 90, 500, 4000))
        yield data[:size]
        data = data[size:]


def streamed(recording, seed=0):
    dice = random.Random(seed)
    decoder = exchange_of(recording).decoder()
    events = [event for piece in pieces(reply_of(recording).body, dice) for event in decoder.feed(piece)]
    return events + decoder.end()


def whole(recording):
    if recording["stream"]:
        return accumulate(streamed(recording, seed=recording["id"]))
    return exchange_of(recording).decode(reply_of(recording))


def reduced(response):
    message, usage = response.choices[0].message, response.usage
    return {
        "text": message.text,
        "reasoning": "".join(part.text for part in message.parts if isinstance(part, Reasoning)),
        "tool_calls": [[call.name, arguments_of(call)] for call in message.tool_calls],
        "finish": response.finish.unified,
        "refusal": message.refusal or "",
        "usage": {"input": usage.input, "output": usage.output, "cached": usage.cached},
    }


def arguments_of(call):
    """Of a call that the token limit cut off, the arguments are half a JSON text, of which the oracle makes an object."""
    try:
        return json.loads(call.arguments)
    except ValueError:
        return {}


@pytest.mark.parametrize("recording", ANSWERS, ids=by_id)
def test_an_answer_is_what_the_vendors_sdk_makes_of_it(recording):
    oracle = {key: value for key, value in recording["oracle"].items() if key != "error"}
    assert reduced(whole(recording)) == oracle


@pytest.mark.parametrize("recording", ERRORS, ids=by_id)
def test_an_unknown_model_is_told_though_its_status_is_400(recording):
    error = exchange_of(recording).error(reply_of(recording))
    assert (error.kind, error.status, error.code) == ("model_not_found", 400, "1500")
    assert error.message == "Invalid model: definitely-not-a-model"
    assert error.message in recording["oracle"]["error"]["message"]


def sent(recording):
    """The request after parse and encode, and how it was recorded, both in their long form."""
    return comparable(json.loads(exchange_of(recording).draft.body)), comparable(recording["request"])


def comparable(request):
    """In its long form, with numbers for the ids of tool calls: some recordings have longer ones than Mistral's own."""
    request = long_form(request)
    numbers = {}
    for message in request["messages"]:
        for call in message.get("tool_calls", ()):
            call["id"] = numbers.setdefault(call["id"], len(numbers))
        if "tool_call_id" in message:
            message["tool_call_id"] = numbers[message["tool_call_id"]]
    return request


def long_form(value):
    """Without nulls, empty lists and what says the same as its absence; a content of one text as a string."""
    if isinstance(value, list):
        return [long_form(each) for each in value]
    if not isinstance(value, dict):
        return value
    found = {key: long_form(each) for key, each in value.items() if each is not None and each != []}
    content = found.get("content")
    if isinstance(content, list) and [part.keys() for part in content] == [{"type", "text"}]:
        found["content"] = content[0]["text"]
    if "function" in found:
        found.setdefault("type", "function")
    if "messages" in found and "tools" not in found:
        found.pop("tool_choice", None)
    says_nothing = [("stream", False), ("index", 0), *([("content", "")] if "tool_calls" in found else [])]
    return {key: each for key, each in found.items() if (key, each) not in says_nothing}


@pytest.mark.parametrize("recording", [one for one in RECORDINGS if one["request_known"]], ids=by_id)
def test_a_request_keeps_every_field(recording):
    after, before = sent(recording)
    assert after == before
    assert {warning.field for warning in exchange_of(recording).warnings} <= TOLD.get(recording["id"], set())


@pytest.mark.parametrize("recording", STREAMS, ids=by_id)
def test_any_split_gives_the_same_events(recording):
    assert streamed(recording, seed=1) == streamed(recording, seed=2)


@pytest.mark.parametrize("recording", STREAMS, ids=by_id)
def test_a_stream_without_its_end_is_never_complete(recording):
    data = reply_of(recording).body
    end = data.rindex(b'"finish_reason":"')
    decoder = exchange_of(recording).decoder()
    decoder.feed(data[: random.Random(recording["id"]).randrange(end)])
    with pytest.raises(Interrupted):
        decoder.end()


@pytest.mark.parametrize("recording", STREAMS, ids=by_id)
def test_padding_against_the_guessing_of_lengths_is_not_kept(recording):
    response = whole(recording)
    held = [response.extra, *[choice.extra for choice in response.choices]]
    held += [choice.message.extra for choice in response.choices]
    assert not any({"p", "index"} & extra.get("openai_chat", {}).keys() for extra in held)


@pytest.mark.parametrize("recording", ANSWERS, ids=by_id)
def test_an_answer_has_a_price(recording):
    target = Target("mistral", Mistral(api_key="mistral-test-key"), recording["model"])
    if target.facts is None or target.facts.prices is None:
        pytest.skip("the model is gone, and so is its price")
    cost = price(target, whole(recording).usage, DAY)
    assert cost.amount is not None, cost.reason
    assert cost.amount > 0
