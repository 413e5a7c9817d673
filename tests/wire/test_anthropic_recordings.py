"""Recorded answers of Anthropic's API decode to what the vendor's own SDK makes of them, however their bytes are split,
and recorded requests keep every field on their way through the neutral types.
"""

import gzip
import json
import random
from pathlib import Path

import pytest

from accord.core.accumulate import accumulate
from accord.core.error import Interrupted
from accord.core.http import Reply
from accord.core.response import ChatResponse
from accord.dialects.anthropic_messages import AnthropicMessages, parse

FILE = Path(__file__).parents[2].parent / "shared" / "wire" / "anthropic.jsonl.gz"


def recordings():
    if not FILE.exists():
        return []
    with gzip.open(FILE, "rt") as lines:
        return [json.loads(line) for line in lines]


RECORDINGS = recordings()
ANSWERS = [recording for recording in RECORDINGS if recording["response"]["status"] == 200]
ERRORS = [recording for recording in RECORDINGS if recording["response"]["status"] != 200]

if not RECORDINGS:
    pytest.skip("the recordings are not here", allow_module_level=True)


def exchange_of(recording):
    body = json.dumps(recording["request"]).encode()
    codec = AnthropicMessages(model=recording["model"])
    return codec.encode(parse(body, ()).request, stream=recording["stream"], on_unsupported="drop")


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
    data = recording["response"]["body"]["text"].encode()
    events = [event for piece in pieces(data, dice) for event in decoder.feed(piece)]
    return events + decoder.end()


def whole(recording) -> ChatResponse:
    if recording["stream"]:
        return accumulate(streamed(recording, seed=recording["id"]))
    return exchange_of(recording).decode(reply_of(recording))


def reduced(response: ChatResponse):
    message = response.choices[0].message
    usage = response.usage
    return {
        "text": message.text,
        "reasoning": "".join(part.text for part in message.parts if part.__struct_config__.tag == "reasoning"),
        "tool_calls": [[call.name, json.loads(call.arguments)] for call in message.tool_calls],
        "finish": response.finish.unified,
        "refusal": message.refusal or "",
        # The SDK's 0 is what the oracle has for a count that the answer does not mention, and that is unknown here.
        "usage": {"input": usage.input, "output": usage.output, "cached": usage.cached or 0},
    }


@pytest.mark.parametrize("recording", ANSWERS, ids=lambda recording: recording["id"])
def test_an_answer_is_what_the_vendors_sdk_makes_of_it(recording):
    oracle = {key: value for key, value in recording["oracle"].items() if key != "error"}
    assert reduced(whole(recording)) == oracle


@pytest.mark.parametrize("recording", ERRORS, ids=lambda recording: recording["id"])
def test_an_error_is_told_by_its_cause(recording):
    oracle = recording["oracle"]["error"]
    error = AnthropicMessages(model=recording["model"]).error(reply_of(recording))
    kinds = {"auth": "authentication", "not_found": "model_not_found", "bad_request": "invalid_request"}
    assert (error.kind, error.status) == (kinds[oracle["class"]], oracle["status"])
    assert error.message in oracle["message"].replace("\\'", "'")


def sent(recording):
    """The request after parse and encode, and how it was recorded, both in their long form."""
    body = json.dumps(recording["request"]).encode()
    inbound = parse(body, ())
    draft = AnthropicMessages(model=recording["model"]).encode(inbound.request, stream=inbound.stream).draft
    return long_form(json.loads(draft.body)), long_form(recording["request"])


def long_form(request):
    """Without nulls, empty lists and empty text; strings as blocks; neighbours of one role together, as the API reads
    them; `output_format` under its new name.
    """
    request = without_nothing(request)
    if request.get("stream") is False:
        del request["stream"]
    if "output_format" in request:
        request.setdefault("output_config", {})["format"] = request.pop("output_format")
    if "system" in request:
        request["system"] = blocks(request["system"])
    turns = []
    for message in request["messages"]:
        content = blocks(message["content"])
        for block in content:
            if block["type"] == "tool_result" and "content" in block:
                block["content"] = blocks(block["content"])
        if turns and turns[-1]["role"] == message["role"]:
            turns[-1]["content"] += content
        else:
            turns.append({**message, "content": content})
    return {**request, "messages": turns}


def without_nothing(value):
    if isinstance(value, dict):
        return {key: without_nothing(each) for key, each in value.items() if each is not None and each not in ([], "")}
    return [without_nothing(each) for each in value] if isinstance(value, list) else value


def blocks(content):
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


@pytest.mark.parametrize("recording", ANSWERS, ids=lambda recording: recording["id"])
def test_a_request_keeps_every_field(recording):
    after, before = sent(recording)
    assert after == before


def test_any_split_gives_the_same_events():
    for recording in [found for found in ANSWERS if found["stream"]][:40]:
        assert streamed(recording, seed=1) == streamed(recording, seed=2)


def test_a_cut_stream_is_never_complete():
    dice = random.Random(7)
    for recording in [found for found in ANSWERS if found["stream"]][:40]:
        data = recording["response"]["body"]["text"].encode()
        end = data.rindex(b"message_stop", 0, data.rindex(b"message_stop"))
        decoder = exchange_of(recording).decoder()
        decoder.feed(data[: dice.randrange(end)])
        with pytest.raises(Interrupted):
            decoder.end()
