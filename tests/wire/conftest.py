"""Recorded answers on their way through Accord: the provider that gave them, and a caller of each wire who gets them."""

import gzip
import json
import random
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest

from accord.core.http import Reply
from accord.dialects import anthropic_messages, gemini, openai_chat, openai_responses
from accord.providers import Anthropic, Azure, AzureAI, Compatible, DeepSeek, Mistral, OpenAI, OpenRouter, VertexAI

SHARED = Path(__file__).parents[2].parent / "shared"


def recordings(file):
    with gzip.open(SHARED / "wire" / f"{file}.jsonl.gz", "rt") as lines:
        return [json.loads(line) for line in lines]


def provider_of(recording):
    where = urlsplit(recording["url"])
    base = f"{where.scheme}://{where.netloc}"
    key: Any = {"api_key": "sk-test-key"}
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


def handed_on(recording, ingress):
    """The same for a caller of the provider's own wire, to whom its bytes are handed on; `None` where they are not."""
    inbound, reply = inbound_of(ingress, recording["stream"]), reply_of(recording)
    exchange = provider_of(recording).chat_codec(recording["model"] or "a-model").forward(inbound)
    if exchange is None:
        return None
    if not recording["stream"]:
        return inbound.render(exchange.decode(reply), forwarded=True)
    decoder, renderer = exchange.decoder(), inbound.renderer(forwarded=True)
    dice = random.Random(recording["id"])
    out = [renderer.feed(decoder.feed(piece)) for piece in pieces(reply.body, dice)]
    return b"".join([*out, renderer.feed(decoder.end()), renderer.end()])


def events_in(data):
    """The data of the events of a stream; `[DONE]` as it is."""
    found = re.findall(r"^data: (.*)$", data.decode(), re.MULTILINE)
    return [one if one == "[DONE]" else json.loads(one) for one in found]


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


@pytest.fixture(scope="session")
def through():
    """The way of a recording through Accord, step by step and whole."""
    return SimpleNamespace(
        recordings=recordings,
        exchange_of=exchange_of,
        reply_of=reply_of,
        inbound_of=inbound_of,
        pieces=pieces,
        written=written,
        handed_on=handed_on,
        events_in=events_in,
        is_error_of=is_error_of,
    )
