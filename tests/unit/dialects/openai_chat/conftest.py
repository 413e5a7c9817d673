"""What the tests of this dialect share."""

import json

import pytest

from accord.core.message import user
from accord.core.request import ChatRequest
from accord.dialects.openai_chat import Knobs, OpenAIChat, parse


def encoded(request, *, stream=False, on_unsupported="error", **given):
    """The body that is sent for a request, as Python values, and the warnings."""
    knobs = Knobs(**given.pop("knobs", {}))
    codec = OpenAIChat(model="m", knobs=knobs, **given)
    exchange = codec.encode(request, stream=stream, on_unsupported=on_unsupported)
    return json.loads(exchange.draft.body), exchange.warnings


def asked(**fields):
    """A caller's request, read."""
    body = {"model": "asked", "messages": [{"role": "user", "content": "Hello"}], **fields}
    return parse(json.dumps(body).encode(), (), received_at=1_750_000_000)


def chunks(*values, done=True):
    """The bytes of a stream."""
    events = [b"data: " + (value if isinstance(value, bytes) else json.dumps(value).encode()) for value in values]
    return b"".join(event + b"\n\n" for event in events) + (b"data: [DONE]\n\n" if done else b"")


def chunk(delta=None, finish=None, index=0, **more):
    """One chunk with one choice."""
    choice = {"index": index, "delta": delta if delta is not None else {}, "finish_reason": finish}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1_750_000_001,
        "model": "upstream",
        "choices": [choice],
        **more,
    }


def events_in(data, *, codec=None, request=None, exchange=None):
    """The events of a stream."""
    exchange = exchange or (codec or OpenAIChat(model="m")).encode(
        request or ChatRequest(messages=(user("Hello"),)), stream=True, on_unsupported="drop"
    )
    decoder = exchange.decoder()
    return decoder.feed(data) + decoder.end()


@pytest.fixture
def encode():
    return encoded


@pytest.fixture
def ask():
    return asked


@pytest.fixture(name="chunk")
def _chunk():
    return chunk


@pytest.fixture(name="stream")
def _stream():
    return chunks


@pytest.fixture
def events():
    return events_in
