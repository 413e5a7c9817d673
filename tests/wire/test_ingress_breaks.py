"""A recorded stream that is cut off ends as an error on every wire, and a recorded failure has its status and shape there."""

import json
import random
import re
from pathlib import Path

import pytest

from accord.core.error import Interrupted, ProviderError

SHARED = Path(__file__).parents[2].parent / "shared"
FILES = sorted(path.name.removesuffix(".jsonl.gz") for path in (SHARED / "wire").glob("*.jsonl.gz"))
INGRESSES = ("openai_chat", "openai_responses", "anthropic_messages", "gemini")
RECORDED = [(file, ingress) for file in FILES for ingress in INGRESSES]

if not FILES:
    pytest.skip("the recordings are not here", allow_module_level=True)

# Failures whose cause is told better than by the provider's status: what callers get, and why.
BAD_KEY = (frozenset({401}), "Google says 400 for a key it does not know.")
NO_MODEL = (
    frozenset({400, 404}),
    "The provider says 400 for a model that does not exist; on Responses, so does OpenAI.",
)
KNOWN_STATUS = {
    "gemini-586b76a802": BAD_KEY,
    "mistral-8f606e786b": NO_MODEL,
    "mistral-40826febf4": NO_MODEL,
    "openai-responses-b5ec387dde": NO_MODEL,
    "openai-responses-d17a63e660": NO_MODEL,
}

STATUSES = {"auth": {401}, "not_found": {404}, "bad_request": {400}, "server": {500, 502}, "stream_error": {400}}

FINISHES = {
    "openai_chat": rb'"finish_reason": ?"\w',
    "mistral_chat": rb'"finish_reason": ?"\w',
    "openai_responses": rb'"type": ?"response\.(completed|incomplete|failed)"',
    "anthropic_messages": rb"event: message_stop",
    "gemini_generate": rb'"finishReason"',
}


def cuts(recording, through):
    """Where a stream is cut: within its bytes, and between two events; always before its finish is told."""
    data, dice = through.reply_of(recording).body, random.Random(recording["id"])
    told = re.search(FINISHES[recording["dialect"]], data)
    assert told is not None
    finish = told.start()
    between = [at.end() for at in re.finditer(rb"\r?\n\r?\n", data[:finish])]
    return [data[: dice.randrange(finish)] for _ in range(2)] + [data[: dice.choice([0, *between])]]


def cut_off(recording, ingress, data, through):
    """What the caller gets of a stream that broke off."""
    inbound = through.inbound_of(ingress, stream=True)
    decoder, renderer = through.exchange_of(recording, inbound).decoder(), inbound.renderer()
    out = [renderer.feed(decoder.feed(piece)) for piece in through.pieces(data, random.Random(recording["id"]))]
    with pytest.raises(Interrupted) as broken:
        renderer.feed(decoder.end())
    assert inbound.fail(broken.value).status == 502
    return b"".join([*out, renderer.fail(broken.value)])


def is_failure(ingress, events, is_error_of):
    """Whether a stream ends as an error, and nothing before it says that the answer was whole."""
    match ingress:
        case "openai_chat":
            *chunks, last, done = events
            finishes = [choice.get("finish_reason") for chunk in chunks for choice in chunk["choices"]]
            return done == "[DONE]" and is_error_of(ingress, last) and not any(finishes)
        case "openai_responses":
            names = [event["type"] for event in events]
            last = events[-1]
            ends = [name for name in names if name in ("response.completed", "response.incomplete", "response.failed")]
            return ends == [last["type"]] == ["response.failed"] and bool(last["response"]["error"]["message"])
        case "anthropic_messages":
            names = [event["type"] for event in events]
            told = is_error_of(ingress, events[-1])
            return told and "message_stop" not in names and "message_delta" not in names
        case _:
            *messages, last = events
            candidates = [one for message in messages for one in message.get("candidates", ())]
            return is_error_of(ingress, last) and not any("finishReason" in one for one in candidates)


@pytest.mark.parametrize(("file", "ingress"), RECORDED)
def test_a_stream_that_breaks_off_ends_as_an_error_on_every_wire(file, ingress, through):
    streams = [one for one in through.recordings(file) if one["stream"] and not one["oracle"]["error"]]
    for recording in streams:
        for data in cuts(recording, through):
            events = through.events_in(cut_off(recording, ingress, data, through))
            assert is_failure(ingress, events, through.is_error_of), (recording["id"], len(data), events[-3:])


def drain(decoder, data):
    return decoder.feed(data) + decoder.end()


@pytest.mark.parametrize(("file", "ingress"), RECORDED)
def test_a_failure_has_its_status_and_shape_on_every_wire(file, ingress, through):
    for recording in [one for one in through.recordings(file) if one["oracle"]["error"]]:
        inbound, reply = through.inbound_of(ingress, recording["stream"]), through.reply_of(recording)
        exchange = through.exchange_of(recording, inbound)
        if reply.status == 200:
            with pytest.raises(ProviderError) as raised:
                drain(exchange.decoder(), reply.body)
            error = raised.value
        else:
            error = exchange.error(reply)
        failure = inbound.fail(error)
        usual = STATUSES[recording["oracle"]["error"]["class"]]
        assert failure.status in KNOWN_STATUS.get(recording["id"], (usual,))[0], recording["id"]
        body = json.loads(failure.body)
        assert through.is_error_of(ingress, body), recording["id"]
        if ingress == "gemini":
            assert body["error"]["code"] == failure.status
