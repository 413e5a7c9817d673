"""Recorded answers of hosts that speak OpenAI chat completions decode to what OpenAI's own SDK makes of them, however their
bytes are split; recorded requests keep every field; and what callers are sent for them is valid by OpenAI's own schema.
"""

import gzip
import json
import random
from pathlib import Path

import jsonschema
import pytest

from accord.core.accumulate import accumulate
from accord.core.error import Interrupted, ProviderError
from accord.core.http import Reply
from accord.core.part import Reasoning
from accord.dialects.openai_chat import Knobs, OpenAIChat, parse

SHARED = Path(__file__).parents[2].parent / "shared"
FAMILIES = ("openai", "azure", "azure_ai", "compat", "deepseek", "openrouter")

# A call that the token limit cut off: its arguments are half a JSON text, of which the oracle makes an object.
CUT_OFF = {
    "openai-08b725a415",
    "openai-c737a4001c",
    "deepseek-4fc8848a53",
    "deepseek-a2ad2e4fcb",
    "deepseek-bfe6dfb4f4",
    "deepseek-e1a7d085f8",
    "deepseek-34204afa69",
    "deepseek-edd9ab966f",
    "deepseek-5b6ee62ff3",
    "deepseek-3db9667244",
    "openrouter-ea1cd1ec3c",
    "openrouter-f1bea2f665",
}

# Databricks counts what came from its cache under a name of its own, which OpenAI's SDK passes over: 0 is not unknown.
COUNTED = {
    "compat-daaabd540d",
    "compat-2959e08c8e",
    "compat-4437225789",
    "compat-88daea47e9",
    "compat-9b5395493d",
}

# OpenAI's schema requires a name for a schema; the caller left it out, and the host did not mind.
NAMED_FOR_IT = {"compat-1cccb6ba3a"}

# The class of OpenAI's SDK for each cause.
CLASSES = {
    "model_not_found": "not_found",
    "not_found": "not_found",
    "invalid_request": "bad_request",
    "context_length_exceeded": "bad_request",
    "authentication": "auth",
    "server_error": "server",
}


def recordings():
    found = []
    for family in FAMILIES:
        path = SHARED / "wire" / f"{family}.jsonl.gz"
        if path.exists():
            with gzip.open(path, "rt") as lines:
                found += [recording for line in lines if (recording := json.loads(line))["dialect"] == "openai_chat"]
    return found


RECORDINGS = recordings()
ANSWERS = [one for one in RECORDINGS if one["response"]["status"] == 200 and not one["oracle"]["error"]]
FAILURES = [one for one in RECORDINGS if one["oracle"]["error"]]
STREAMS = [one for one in ANSWERS if one["stream"]]

if not RECORDINGS:
    pytest.skip("the recordings are not here", allow_module_level=True)


def knobs_of(recording):
    """What the providers' own files set for these hosts."""
    style = "reasoning" if recording["provider"] == "openrouter" else "reasoning_effort"
    if "thinking" in recording["request"]:
        style = "thinking"
    return Knobs(call_ids="as_given", tool_content="parts", reasoning=style)


def inbound_of(recording, **more):
    # Azure's older routes have the model in the path alone.
    return parse(json.dumps({"model": "", **recording["request"], **more}).encode(), (), received_at=1_750_000_000)


def exchange_of(recording):
    codec = OpenAIChat(model=recording["request"].get("model", ""), knobs=knobs_of(recording))
    return codec.encode(inbound_of(recording).request, stream=recording["stream"])


def reply_of(recording):
    answer = recording["response"]
    headers = tuple((name.lower(), value) for name, value in answer["headers"].items())
    return Reply(status=answer["status"], headers=headers, body=answer["body"]["text"].encode())


def pieces(data, dice):
    while data:
        size = dice.choice((1, 2, 3, 7, 20, 90, 500, 4000))
        yield data[:size]
        data = data[size:]


def events_of(exchange, data, seed):
    decoder = exchange.decoder()
    events = [event for piece in pieces(data, random.Random(seed)) for event in decoder.feed(piece)]
    return events + decoder.end()


def read(recording):
    reply = reply_of(recording)
    exchange = exchange_of(recording)
    if reply.status != 200:
        raise exchange.error(reply)
    if not recording["stream"]:
        return exchange.decode(reply)
    return accumulate(events_of(exchange, reply.body, recording["id"]))


def arguments(text):
    """A call without arguments has an empty text or an empty object, by host."""
    try:
        return json.loads(text) if text else {}
    except ValueError:
        return text


def reduced(response):
    message, usage = response.choices[0].message, response.usage
    return {
        "text": message.text,
        "reasoning": "".join(part.text for part in message.parts if isinstance(part, Reasoning)),
        "tool_calls": [[call.name, arguments(call.arguments)] for call in message.tool_calls],
        "finish": response.finish.unified,
        "refusal": message.refusal or "",
        "usage": {
            "input": usage.input if usage else None,
            "output": usage.output if usage else None,
            "cached": usage.cached if usage else None,
        },
    }


@pytest.mark.parametrize("recording", ANSWERS, ids=lambda recording: recording["id"])
def test_an_answer_is_what_openais_sdk_makes_of_it(recording):
    response = read(recording)
    found = reduced(response)
    oracle = {key: recording["oracle"][key] for key in found}
    if found["finish"] in recording["oracle"].get("finish_also", ()):
        # A forced call ends with `stop` on the wire.
        oracle["finish"] = found["finish"]
    if recording["id"] in CUT_OFF:
        with pytest.raises(ValueError):
            [json.loads(call.arguments) for call in response.tool_calls]
        assert [name for name, _ in found["tool_calls"]] == [name for name, _ in oracle["tool_calls"]]
        found["tool_calls"] = oracle["tool_calls"]
    if recording["id"] in COUNTED:
        assert found["usage"]["cached"] == 0
        found["usage"]["cached"] = oracle["usage"]["cached"]
    assert found == oracle


@pytest.mark.parametrize("recording", FAILURES, ids=lambda recording: recording["id"])
def test_a_failure_is_told_by_its_cause(recording):
    oracle = recording["oracle"]["error"]
    with pytest.raises(ProviderError) as failure:
        read(recording)
    error = failure.value
    if oracle["class"] == "stream_error":
        assert (error.kind, error.status, error.code) == ("invalid_request", 200, "tool_use_failed")
    else:
        assert (CLASSES[error.kind], error.status) == (oracle["class"], oracle["status"])
        # The SDK has no words for an error that is a string.
        assert error.message in oracle["message"] or oracle["message"] == f"Error code: {error.status}"


def test_a_stream_cut_anywhere_before_its_finish_is_never_complete():
    dice = random.Random(7)
    for recording in STREAMS:
        data = recording["response"]["body"]["text"].encode()
        finish = min(
            at for word in ("stop", "length", "tool_calls") if (at := data.find(b'"' + word.encode() + b'"')) > 0
        )
        cut = data[: dice.randrange(1, finish)]
        with pytest.raises(Interrupted):
            events_of(exchange_of(recording), cut, recording["id"])


def long_form(request):
    """Without nulls and defaults, under the newer names, lists of one text as a string: what OpenAI takes for
    the same."""
    request = {key: value for key, value in request.items() if value is not None and value != []}
    if not request.get("stream"):
        request.pop("stream", None)
    if "max_tokens" in request:
        request.setdefault("max_completion_tokens", request.pop("max_tokens"))
    if isinstance(request.get("stop"), str):
        request["stop"] = [request["stop"]]
    request["messages"] = [long_message(message) for message in request["messages"]]
    return request


def long_message(message):
    message = {key: value for key, value in message.items() if value is not None}
    content = message.get("content")
    if isinstance(content, list) and len(content) == 1 and content[0].keys() == {"type", "text"}:
        message["content"] = content[0]["text"]
    if "tool_calls" in message and content == "":
        del message["content"]
    return message


def test_requests_keep_every_field():
    """The rate of requests that come out of `parse` and `encode` as they were, in every member."""
    kept = 0
    for recording in RECORDINGS:
        exchange = exchange_of(recording)
        assert exchange.warnings == ()
        sent = long_form(json.loads(exchange.draft.body))
        wanted = long_form(recording["request"])
        if "model" not in wanted:
            del sent["model"]
        if "stream_options" not in wanted and recording["stream"]:
            assert sent.pop("stream_options") == {"include_usage": True}
        if recording["id"] in NAMED_FOR_IT:
            assert sent["response_format"]["json_schema"].pop("name") == "response"
        else:
            kept += sent == wanted
        assert sent == wanted
    print(f"requests that keep every field: {kept} of {len(RECORDINGS)}")
    assert kept == len(RECORDINGS) - len(NAMED_FOR_IT)


def nullable(schema):
    """OpenAPI 3.0's `nullable`, which the published schema still uses in places, as JSON Schema says it."""
    if isinstance(schema, list):
        return [nullable(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: nullable(value) for key, value in schema.items() if key != "nullable"}
    return {"anyOf": [inner, {"type": "null"}]} if schema.get("nullable") is True else inner


@pytest.fixture(scope="module")
def schemas():
    path = SHARED / "schemas" / "openai-openapi.json"
    if not path.exists():
        pytest.skip("OpenAI's schema is not here")
    components = nullable(json.loads(path.read_text())["components"])

    def validator(name):
        reference = {"$ref": f"#/components/schemas/{name}", "components": components}
        return jsonschema.Draft202012Validator(reference)

    return validator("CreateChatCompletionResponse"), validator("CreateChatCompletionStreamResponse")


@pytest.mark.parametrize("way", ["forwarded", "encoded"])
def test_what_callers_are_sent_is_valid_by_openais_schema(schemas, way):
    whole, chunk = schemas
    answers = chunks = 0
    for recording in ANSWERS:
        options = {"stream_options": {"include_usage": True}} if recording["stream"] else {}
        inbound = inbound_of(recording, model="asked", stream=recording["stream"], **options)
        exchange = exchange_of(recording)
        if way == "forwarded":
            exchange = OpenAIChat(model=recording["model"] or "").forward(inbound)
        reply = reply_of(recording)
        if recording["stream"]:
            sent = written(inbound, exchange, reply.body, recording["id"])
            chunks += len(sent)
            found = [fault for one in sent for fault in faults(chunk, one)]
            models = {one["model"] for one in sent}
        else:
            sent = json.loads(inbound.render(exchange.decode(reply), forwarded=exchange.forwarded))
            answers += 1
            found = faults(whole, sent)
            models = {sent["model"]}
        assert (recording["id"], found, models) == (recording["id"], [], {"asked"})
    print(f"{way}: {answers} answers and {chunks} chunks, all valid")


def faults(validator, sent):
    """What the schema finds; null where it wants a string is set aside, since OpenAI itself sends that."""
    return [error.message for error in validator.iter_errors(sent) if error.instance is not None]


def written(inbound, exchange, data, seed):
    """The chunks of the stream that the caller gets."""
    decoder, renderer = exchange.decoder(), inbound.renderer(forwarded=exchange.forwarded)
    out = [renderer.feed(decoder.feed(piece)) for piece in pieces(data, random.Random(seed))]
    out += [renderer.feed(decoder.end()), renderer.end()]
    events = b"".join(out).decode().split("\n\n")
    assert events[-2:] == ["data: [DONE]", ""]
    return [json.loads(event.removeprefix("data: ")) for event in events[:-2]]
