"""Every recorded answer reaches callers of every wire as what the vendor's own SDK makes of it: read by the provider's codec
however its bytes are split, written for the caller, and read again by the SDK of the caller's wire. A recorded stream that
is cut off ends as an error on every wire, and a recorded failure has its status and shape there.
"""

import gzip
import json
import random
import re
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import jsonschema
import pytest

from accord.core.error import Interrupted, ProviderError
from accord.core.http import Reply
from accord.dialects import anthropic_messages, gemini, openai_chat, openai_responses
from accord.providers import Anthropic, Azure, AzureAI, Compatible, DeepSeek, Mistral, OpenAI, OpenRouter, VertexAI

pydantic = pytest.importorskip("pydantic")
messages_sdk = pytest.importorskip("anthropic.lib.streaming._messages")
messages_types = pytest.importorskip("anthropic.types")
google_types = pytest.importorskip("google.genai.types")
chat_sdk = pytest.importorskip("openai.lib.streaming.chat")
responses_sdk = pytest.importorskip("openai.lib.streaming.responses._responses")
chat_types = pytest.importorskip("openai.types.chat")
responses_types = pytest.importorskip("openai.types.responses")

SHARED = Path(__file__).parents[2].parent / "shared"
FILES = sorted(path.name.removesuffix(".jsonl.gz") for path in (SHARED / "wire").glob("*.jsonl.gz"))
INGRESSES = ("openai_chat", "openai_responses", "anthropic_messages", "gemini")
RATES = Counter()

if not FILES:
    pytest.skip("the recordings are not here", allow_module_level=True)

# What is not as the oracle has it, and why: the recording, the callers' wires it is so on, the member that differs.
CUT_OFF = (
    "The token limit cut the arguments off: callers are handed that half of a JSON text, the oracle has an object."
)
BEYOND = "The host counts more tokens from or into its cache than it counts of input: Anthropic's sum cannot say that."
TEXTUAL = ("openai_chat", "openai_responses", "gemini")
KNOWN_MISSES = {
    "deepseek-a2ad2e4fcb": (INGRESSES, "tool_calls", CUT_OFF),
    "deepseek-34204afa69": (INGRESSES, "tool_calls", CUT_OFF),
    "deepseek-edd9ab966f": (INGRESSES, "tool_calls", CUT_OFF),
    "mistral-8dbdcdc39a": (INGRESSES, "tool_calls", CUT_OFF),
    "openrouter-ea1cd1ec3c": (INGRESSES, "tool_calls", CUT_OFF),
    "deepseek-bfe6dfb4f4": (TEXTUAL, "tool_calls", CUT_OFF),
    "deepseek-5b6ee62ff3": (TEXTUAL, "tool_calls", CUT_OFF),
    "deepseek-3db9667244": (TEXTUAL, "tool_calls", CUT_OFF),
    "mistral-a5e7ba9da1": (TEXTUAL, "tool_calls", CUT_OFF),
    "openai-08b725a415": (TEXTUAL, "tool_calls", CUT_OFF),
    "openai-c737a4001c": (TEXTUAL, "tool_calls", CUT_OFF),
    "openrouter-f1bea2f665": (TEXTUAL, "tool_calls", CUT_OFF),
    "azure-ai-4e99642d75": (("anthropic_messages",), "usage", BEYOND),
    "azure-ai-172aa1eb90": (("anthropic_messages",), "usage", BEYOND),
    "azure-ai-ab16c2a9f8": (("anthropic_messages",), "usage", BEYOND),
    "azure-ai-3efb951a2b": (("anthropic_messages",), "usage", BEYOND),
    "azure-ai-1381e969f2": (("anthropic_messages",), "usage", BEYOND),
    "azure-ai-83fa1a03e9": (("anthropic_messages",), "usage", BEYOND),
    "azure-ai-85419b5bd8": (("anthropic_messages",), "usage", BEYOND),
    "openrouter-7e90ba5067": (("anthropic_messages",), "usage", BEYOND),
}

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


def recordings(file):
    with gzip.open(SHARED / "wire" / f"{file}.jsonl.gz", "rt") as lines:
        return [json.loads(line) for line in lines]


# The target


def provider_of(recording):
    where = urlsplit(recording["url"])
    base = f"{where.scheme}://{where.netloc}"
    key = {"api_key": "sk-test-key"}
    match recording["provider"]:
        case "openai":
            return OpenAI(**key)
        case "openai_responses":
            return OpenAI(**key, dialect="openai_responses")
        case "azure":
            return Azure(**key, base_url=base)
        case "azure_responses":
            return Azure(**key, base_url=base, dialect="openai_responses")
        case "azure_ai":
            return AzureAI(**key, base_url=base)
        case "azure_ai_responses":
            return AzureAI(**key, base_url=base, dialect="openai_responses")
        case "anthropic":
            return Anthropic(**key)
        case "mistral":
            return Mistral(**key)
        case "deepseek":
            return DeepSeek(**key)
        case "openrouter":
            return OpenRouter(**key)
        case "gemini":
            return Compatible(**key, preset="gemini")
        case "vertex":
            return VertexAI(project="test-project", access_token="test-token")
        case _:
            dialect = "openai_responses" if recording["dialect"] == "openai_responses" else "openai_chat"
            return Compatible(**key, base_url="http://127.0.0.1:9/v1", dialect=dialect)


def exchange_of(recording, inbound):
    codec = provider_of(recording).chat_codec(recording["model"] or "a-model")
    return codec.encode(inbound.request, stream=inbound.stream, on_unsupported="drop")


def reply_of(recording):
    answer = recording["response"]
    headers = tuple((name.lower(), value) for name, value in answer["headers"].items())
    return Reply(status=answer["status"], headers=headers, body=answer["body"]["text"].encode())


# The caller


def inbound_of(ingress, stream):
    match ingress:
        case "openai_chat":
            body = {"model": "asked", "messages": [{"role": "user", "content": "Hi"}], "stream": stream}
            if stream:
                body["stream_options"] = {"include_usage": True}
            return openai_chat.parse(json.dumps(body).encode(), (), received_at=1_750_000_000)
        case "openai_responses":
            body = {"model": "asked", "input": "Hi", "stream": stream}
            return openai_responses.parse(json.dumps(body).encode(), (), received_at=1_750_000_000)
        case "anthropic_messages":
            messages = [{"role": "user", "content": "Hi"}]
            body = {"model": "asked", "max_tokens": 20_000, "messages": messages, "stream": stream}
            return anthropic_messages.parse(json.dumps(body).encode(), ())
        case _:
            body = {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}
            return gemini.parse(json.dumps(body).encode(), (), model="asked", stream=stream)


def pieces(data, dice):
    while data:
        size = dice.choice((1, 2, 3, 7, 20, 90, 500, 4000))
        yield data[:size]
        data = data[size:]


def written(recording, ingress):
    """The bytes that the caller gets for a recorded answer, from a fresh request."""
    inbound = inbound_of(ingress, recording["stream"])
    exchange, reply = exchange_of(recording, inbound), reply_of(recording)
    if not recording["stream"]:
        return inbound.render(exchange.decode(reply))
    decoder, renderer = exchange.decoder(), inbound.renderer()
    dice = random.Random(recording["id"] + ingress)
    out = [renderer.feed(decoder.feed(piece)) for piece in pieces(reply.body, dice)]
    return b"".join([*out, renderer.feed(decoder.end()), renderer.end()])


def events_in(data):
    """The data of the events of a stream; `[DONE]` as it is."""
    found = re.findall(r"^data: (.*)$", data.decode(), re.MULTILINE)
    return [one if one == "[DONE]" else json.loads(one) for one in found]


# What the SDK of the caller's wire makes of it


def read_chat(data, stream):
    if stream:
        *chunks, done = events_in(data)
        assert done == "[DONE]"
        state = chat_sdk.ChatCompletionStreamState()
        for chunk in chunks:
            state.handle_chunk(chat_types.ChatCompletionChunk.model_validate(chunk))
        answer = state.current_completion_snapshot
    else:
        answer = chat_types.ChatCompletion.model_validate_json(data)
    choice, usage = answer.choices[0], answer.usage
    message = choice.message
    details = usage.prompt_tokens_details if usage else None
    return {
        "text": message.content or "",
        "reasoning": (message.model_extra or {}).get("reasoning_content", ""),
        "tool_calls": [[call.function.name, call.function.arguments] for call in message.tool_calls or ()],
        "finish": choice.finish_reason,
        "refusal": message.refusal or "",
        "usage": {
            "input": usage and usage.prompt_tokens,
            "output": usage and usage.completion_tokens,
            "cached": details and details.cached_tokens,
        },
    }


RESPONSE_EVENT = pydantic.TypeAdapter(responses_types.ResponseStreamEvent)


def read_responses(data, stream):
    if stream:
        state = responses_sdk.ResponseStreamState(input_tools=[], text_format=responses_sdk.omit)
        for event in events_in(data):
            last = RESPONSE_EVENT.validate_python(event)
            state.handle_event(last)
        answer = last.response
        told = [item.model_dump() for _, item in sorted(state._output_items.items())]
        assert [item["type"] for item in told] == [item.type for item in answer.output]
    else:
        answer = responses_types.Response.model_validate_json(data)
    calls = [item for item in answer.output if item.type == "function_call"]
    said = [part for item in answer.output if item.type == "message" for part in item.content]
    thoughts = [item for item in answer.output if item.type == "reasoning"]
    reason = answer.incomplete_details.reason if answer.incomplete_details else None
    words = {"max_output_tokens": "length"}
    usage = answer.usage
    return {
        "text": "".join(part.text for part in said if part.type == "output_text"),
        "reasoning": "".join(
            "".join(part.text for part in thought.summary) or "".join(part.text for part in thought.content or ())
            for thought in thoughts
        ),
        "tool_calls": [[call.name, call.arguments] for call in calls],
        "finish": words.get(reason, reason) if answer.status != "completed" else "tool_calls" if calls else "stop",
        "refusal": "".join(part.refusal for part in said if part.type == "refusal"),
        "usage": {
            "input": usage and usage.input_tokens,
            "output": usage and usage.output_tokens,
            "cached": usage and usage.input_tokens_details.cached_tokens,
        },
    }


MESSAGE_EVENT = pydantic.TypeAdapter(messages_types.RawMessageStreamEvent)
MESSAGE_FINISH = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}


def read_messages(data, stream):
    if stream:
        answer, buffers, last = None, {}, {}
        events = [event for event in events_in(data) if event["type"] != "ping"]
        assert events[-1]["type"] == "message_stop"
        for event in events:
            last = event["usage"] if event["type"] == "message_delta" else last
            answer = messages_sdk.accumulate_event(
                event=MESSAGE_EVENT.validate_python(event), current_snapshot=answer, json_bufs=buffers
            )
    else:
        answer, last = messages_types.Message.model_validate_json(data), json.loads(data)["usage"]
    usage = answer.usage
    # What was never told stands there as an estimate that is said to be one.
    told = "estimated" not in last
    written_to, read_from = usage.cache_creation_input_tokens or 0, usage.cache_read_input_tokens or 0
    return {
        "text": "".join(block.text for block in answer.content if block.type == "text"),
        "reasoning": "".join(block.thinking for block in answer.content if block.type == "thinking"),
        "tool_calls": [[block.name, block.input] for block in answer.content if block.type == "tool_use"],
        "finish": MESSAGE_FINISH.get(answer.stop_reason, answer.stop_reason),
        "refusal": "",
        "usage": {
            "input": usage.input_tokens + written_to + read_from if told else None,
            "output": usage.output_tokens if told else None,
            "cached": read_from,
        },
    }


def read_gemini(data, stream):
    messages = events_in(data) if stream else [json.loads(data)]
    # As the SDK does: what it does not know is left out.
    kind = google_types.GenerateContentResponse
    answers = [kind._from_response(response=message, kwargs={}) for message in messages]
    candidates = [answer.candidates[0] for answer in answers if answer.candidates]
    parts = [part for one in candidates if one.content for part in one.content.parts or ()]
    calls = [part.function_call for part in parts if part.function_call]
    reasons = [one.finish_reason.value for one in candidates if one.finish_reason]
    usages = [answer.usage_metadata for answer in answers if answer.usage_metadata]
    blocked = any(answer.prompt_feedback and answer.prompt_feedback.block_reason for answer in answers)
    assert len(reasons) == (0 if blocked else 1)
    words = {"STOP": "tool_calls" if calls else "stop", "MAX_TOKENS": "length"}
    usage = usages[-1] if usages else None
    return {
        "text": "".join(part.text or "" for part in parts if not part.thought),
        "reasoning": "".join(part.text or "" for part in parts if part.thought),
        "tool_calls": [[call.name, call.args or {}] for call in calls],
        "finish": words.get(reasons[0], "content_filter") if reasons else "content_filter",
        "refusal": "",
        "usage": {
            "input": usage and (usage.prompt_token_count or 0) + (usage.tool_use_prompt_token_count or 0),
            "output": usage and (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0),
            "cached": usage and usage.cached_content_token_count,
        },
    }


READERS = {
    "openai_chat": read_chat,
    "openai_responses": read_responses,
    "anthropic_messages": read_messages,
    "gemini": read_gemini,
}


def arguments(value):
    """Arguments as an object; a text that is half a JSON text stays as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value else {}
    except ValueError:
        return value


def expected(recording, ingress, found):
    """The oracle in the words of a wire: some have no place for a refusal but the text."""
    oracle = {key: recording["oracle"][key] for key in found}
    if oracle["refusal"] and ingress in ("anthropic_messages", "gemini"):
        oracle["text"] += oracle["refusal"]
        oracle["refusal"] = ""
        if ingress == "anthropic_messages":
            oracle["finish"] = "content_filter"
    if found["finish"] in recording["oracle"].get("finish_also", ()):
        oracle["finish"] = found["finish"]
    # Some wires have no way to say that a count is unknown.
    oracle["usage"] = {key: value or 0 for key, value in oracle["usage"].items()}
    return oracle


def differences(recording, ingress):
    """The members of an answer that are not what the oracle has."""
    try:
        found = READERS[ingress](written(recording, ingress), recording["stream"])
    except Exception as error:  # every failure is a miss of this recording
        return {"raised": f"{type(error).__name__}: {error}"}
    found["tool_calls"] = [[name, arguments(value)] for name, value in found["tool_calls"]]
    found["usage"] = {key: value or 0 for key, value in found["usage"].items()}
    oracle = expected(recording, ingress, found)
    return {key: (found[key], oracle[key]) for key in found if found[key] != oracle[key]}


RECORDED = [(file, ingress) for file in FILES for ingress in INGRESSES]


@pytest.mark.parametrize(("file", "ingress"), RECORDED)
def test_callers_of_every_wire_get_what_the_vendors_sdk_reads(file, ingress):
    answers = [one for one in recordings(file) if not one["oracle"]["error"]]
    found = {one["id"]: differences(one, ingress) for one in answers}
    missed = {name: miss for name, miss in found.items() if miss}
    known = {name: member for name, (wires, member, _) in KNOWN_MISSES.items() if name in found and ingress in wires}
    RATES[file, ingress, "right"] = sum(not miss for miss in found.values())
    RATES[file, ingress, "all"] = len(answers)
    assert {name: miss for name, miss in missed.items() if list(miss) != [known.get(name)]} == {}
    assert missed.keys() == known.keys()


# Streams that are cut off

FINISHES = {
    "openai_chat": rb'"finish_reason": ?"\w',
    "mistral_chat": rb'"finish_reason": ?"\w',
    "openai_responses": rb'"type": ?"response\.(completed|incomplete|failed)"',
    "anthropic_messages": rb"event: message_delta",
    "gemini_generate": rb'"finishReason"',
}


def cuts(recording):
    """Where a stream is cut: within its bytes, and between two events; always before its finish is told."""
    data, dice = reply_of(recording).body, random.Random(recording["id"])
    finish = re.search(FINISHES[recording["dialect"]], data).start()
    between = [at.end() for at in re.finditer(rb"\r?\n\r?\n", data[:finish])]
    return [data[: dice.randrange(finish)] for _ in range(2)] + [data[: dice.choice([0, *between])]]


def cut_off(recording, ingress, data):
    """What the caller gets of a stream that broke off."""
    inbound = inbound_of(ingress, stream=True)
    decoder, renderer = exchange_of(recording, inbound).decoder(), inbound.renderer()
    out = [renderer.feed(decoder.feed(piece)) for piece in pieces(data, random.Random(recording["id"]))]
    with pytest.raises(Interrupted) as broken:
        renderer.feed(decoder.end())
    assert inbound.fail(broken.value).status == 502
    return b"".join([*out, renderer.fail(broken.value)])


def is_failure(ingress, events):
    """Whether a stream ends as an error, and nothing before it says that the answer was whole."""
    match ingress:
        case "openai_chat":
            *chunks, last, done = events
            finishes = [choice.get("finish_reason") for chunk in chunks for choice in chunk["choices"]]
            return done == "[DONE]" and last["error"].keys() >= OPENAI_ERROR and not any(finishes)
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


OPENAI_ERROR = {"message", "type", "param", "code"}


def is_error_of(ingress, body):
    """Whether a body has the shape of this wire's errors."""
    error = body["error"]
    match ingress:
        case "anthropic_messages":
            return body["type"] == "error" and bool(error["type"] and error["message"])
        case "gemini":
            return isinstance(error["code"], int) and bool(error["status"] and error["message"])
        case _:
            return error.keys() >= OPENAI_ERROR and bool(error["message"])


@pytest.mark.parametrize(("file", "ingress"), RECORDED)
def test_a_stream_that_breaks_off_ends_as_an_error_on_every_wire(file, ingress):
    streams = [one for one in recordings(file) if one["stream"] and not one["oracle"]["error"]]
    for recording in streams:
        for data in cuts(recording):
            events = events_in(cut_off(recording, ingress, data))
            assert is_failure(ingress, events), (recording["id"], len(data), events[-3:])


def drain(decoder, data):
    return decoder.feed(data) + decoder.end()


@pytest.mark.parametrize(("file", "ingress"), RECORDED)
def test_a_failure_has_its_status_and_shape_on_every_wire(file, ingress):
    for recording in [one for one in recordings(file) if one["oracle"]["error"]]:
        inbound, reply = inbound_of(ingress, recording["stream"]), reply_of(recording)
        exchange = exchange_of(recording, inbound)
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
        assert is_error_of(ingress, body), recording["id"]
        if ingress == "gemini":
            assert body["error"]["code"] == failure.status


# OpenAI's schema


def nullable(schema):
    """OpenAPI 3.0's `nullable`, which the published schema still uses in places, as JSON Schema says it."""
    if isinstance(schema, list):
        return [nullable(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: nullable(value) for key, value in schema.items() if key != "nullable"}
    return {"anyOf": [inner, {"type": "null"}]} if schema.get("nullable") is True else inner


@pytest.fixture(scope="module")
def validators():
    path = SHARED / "schemas" / "openai-openapi.json"
    if not path.exists():
        pytest.skip("OpenAI's schema is not here")
    components = nullable(json.loads(path.read_text())["components"])
    names = {False: "CreateChatCompletionResponse", True: "CreateChatCompletionStreamResponse"}
    return {
        stream: jsonschema.Draft202012Validator(
            {"$ref": f"#/components/schemas/{name}", "components": components},
        )
        for stream, name in names.items()
    }


# Members whose text the schema has an opinion about.
WORDS = {"object", "role", "type", "finish_reason", "service_tier"}


def shape(value, key=""):
    """What the schema can tell apart: most chunks of a stream are alike but for their words."""
    if isinstance(value, dict):
        return tuple([(name, shape(inner, name)) for name, inner in value.items()])
    if isinstance(value, list):
        return tuple({shape(inner): None for inner in value})
    return value if key in WORDS else type(value)


@pytest.mark.parametrize("file", FILES)
def test_what_callers_of_chat_completions_get_is_valid_by_openais_schema(file, validators):
    seen, answers, chunks = set(), 0, 0
    for recording in [one for one in recordings(file) if not one["oracle"]["error"]]:
        data, stream = written(recording, "openai_chat"), recording["stream"]
        told = events_in(data)[:-1] if stream else [json.loads(data)]
        answers, chunks = (answers, chunks + len(told)) if stream else (answers + 1, chunks)
        for one in told:
            if (kind := (stream, shape(one))) in seen:
                continue
            seen.add(kind)
            found = [error.message for error in validators[stream].iter_errors(one) if error.instance is not None]
            assert (recording["id"], found) == (recording["id"], [])
    print(f"{file}: {answers} answers and {chunks} chunks, all valid")


def test_rates():
    """The table of the answers that are right, by recorded file and by the caller's wire."""
    print("", f"{'':24}" + "".join(f"{ingress:>20}" for ingress in INGRESSES), sep="\n")
    for file in FILES:
        cells = [f"{RATES[file, ingress, 'right']}/{RATES[file, ingress, 'all']}" for ingress in INGRESSES]
        print(f"{file:24}" + "".join(f"{cell:>20}" for cell in cells))
    right = sum(count for (*_, what), count in RATES.items() if what == "right")
    total = sum(count for (*_, what), count in RATES.items() if what == "all")
    print(f"{right} of {total}")
    if not total:
        pytest.skip("no answers were read in this process")
    assert right == total - sum(len(wires) for wires, *_ in KNOWN_MISSES.values())
