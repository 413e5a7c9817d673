"""Recorded answers with something wrong in them: members gone, null or of other types, events twice, swapped, lost, cut.

Whatever comes of it is an answer or an error of ours, told on every wire as that wire tells it; an answer is whole only where
the bytes say so, and the same however they are split.
"""

import json
import random
import re
from pathlib import Path

import pytest

from accord.core.accumulate import accumulate
from accord.core.error import ProviderError
from accord.core.http import Reply

SHARED = Path(__file__).parents[2].parent / "shared"
FILES = sorted(path.name.removesuffix(".jsonl.gz") for path in (SHARED / "wire").glob("*.jsonl.gz"))
INGRESSES = ("openai_chat", "openai_responses", "anthropic_messages", "gemini")
CASES = 40
LONGEST = 40_000

if not FILES:
    pytest.skip("the recordings are not here", allow_module_level=True)

BLANK = re.compile(rb"(?:\r\n|\n|\r){2}")
ODD = (None, None, None, 0, -1, 1.5, True, "x", "", [], {}, [None], {"a": 1}, 10**20)
FINISHED = {
    "openai_chat": rb'"finish_reason": ?"\w',
    "mistral_chat": rb'"finish_reason": ?"\w',
    "openai_responses": rb"response\.(completed|incomplete|failed|cancelled)",
    "anthropic_messages": rb"message_stop",
    "gemini_generate": rb'"finishReason"|blockReason',
}


def places(value, at=()):
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (*at, key)
        yield from places(inner, (*at, key))


def damaged(value, dice):
    """The JSON value with one of its members gone or changed."""
    found = list(places(value))
    if not found:
        return value
    *way, last = dice.choice(found)
    holder = value
    for step in way:
        holder = holder[step]
    if dice.random() < 0.2:
        del holder[last]
    elif dice.random() < 0.2:
        holder[last] = "novel" if isinstance(holder[last], str) else {"novel": holder[last]}
    else:
        holder[last] = dice.choice(ODD)
    return value


def damaged_event(block, dice):
    lines = block.splitlines()
    data = b"\n".join([line[5:].strip() for line in lines if line.startswith(b"data:")])
    try:
        value = json.loads(data)
    except ValueError:
        return block
    name = [line for line in lines if not line.startswith(b"data:")]
    return b"\n".join([*name, b"data: " + json.dumps(damaged(value, dice)).encode()])


def damaged_stream(data, dice):
    blocks = [block for block in BLANK.split(data) if block.strip()]
    for _ in range(dice.choice((1, 1, 2, 3))):
        at = dice.randrange(len(blocks)) if blocks else 0
        match dice.randrange(11) if blocks else 11:
            case 0:
                blocks.insert(at, blocks[at])
            case 1:
                blocks.insert(dice.randrange(len(blocks)), blocks.pop(at))
            case 2:
                del blocks[at]
            case 3:
                del blocks[at:]
            case 11:
                pass
            case _:
                blocks[at] = damaged_event(blocks[at], dice)
    return b"".join([block + b"\n\n" for block in blocks])


def cases(through, file, ingress):
    known = [one for one in through.recordings(file) if not one["oracle"]["error"]]
    known = [one for one in known if len(one["response"]["body"]["text"]) < LONGEST]
    for number in range(CASES):
        dice = random.Random(f"{file} {ingress} {number}")
        yield dice.choice(known), dice


def told(recording, ingress, pieces, through):
    """What the decoder says of a stream, what the caller gets of it, and how it failed."""
    inbound = through.inbound_of(ingress, stream=True)
    decoder, renderer = through.exchange_of(recording, inbound).decoder(), inbound.renderer()
    events, out = [], []
    try:
        for piece in pieces:
            found = decoder.feed(piece)
            events += found
            out.append(renderer.feed(found))
        found = decoder.end()
        events += found
        return events, b"".join([*out, renderer.feed(found), renderer.end()]), None
    except ProviderError as error:
        return events, b"".join([*out, renderer.fail(error)]), error


def ends_truly(ingress, events, error, is_error_of):
    """Whether a stream ends once, and as what it is."""
    failed = error is not None
    match ingress:
        case "openai_chat":
            *chunks, done = events
            finishes = [choice["finish_reason"] for chunk in chunks for choice in chunk.get("choices", ())]
            return done == "[DONE]" and ("error" in chunks[-1] if failed else any(finishes))
        case "openai_responses":
            ends = [one["type"] for one in events if one["type"] in ("response.completed", "response.incomplete")]
            return (not ends and events[-1]["type"] == "response.failed") if failed else ends == [events[-1]["type"]]
        case "anthropic_messages":
            stops = [one["type"] for one in events].count("message_stop")
            return not stops if failed else stops == 1 and events[-1]["type"] == "message_stop"
        case _:
            return is_error_of(ingress, events[-1]) if failed else "error" not in events[-1]


@pytest.mark.parametrize("ingress", INGRESSES)
@pytest.mark.parametrize("file", FILES)
def test_a_damaged_answer_is_an_answer_or_an_error(file, ingress, through):
    for recording, dice in cases(through, file, ingress):
        data = through.reply_of(recording).body
        if recording["stream"]:
            check_stream(recording, ingress, damaged_stream(data, dice), dice, through)
        else:
            check_whole(recording, ingress, json.dumps(damaged(json.loads(data), dice)).encode(), through)


def check_whole(recording, ingress, data, through):
    inbound, reply = through.inbound_of(ingress, stream=False), through.reply_of(recording)
    exchange = through.exchange_of(recording, inbound)
    failed = False
    try:
        body = inbound.render(exchange.decode(Reply(status=200, headers=reply.headers, body=data)))
    except ProviderError as error:
        body, failed = inbound.fail(error).body, True
    assert through.is_error_of(ingress, json.loads(body)) if failed else isinstance(json.loads(body), dict)


def check_stream(recording, ingress, data, dice, through):
    case = (recording["id"], data)
    events, written, error = told(recording, ingress, through.pieces(data, dice), through)
    assert ends_truly(ingress, through.events_in(written), error, through.is_error_of), case
    assert error is not None or re.search(FINISHED[recording["dialect"]], data), case
    again, _, other = told(recording, ingress, [data], through)
    assert type(error) is type(other), case
    assert error is not None or accumulate(events) == accumulate(again), case
