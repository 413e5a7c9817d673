"""OpenTelemetry spans: what they say, whose children they are, and whose parents."""

import json
from typing import Any

import pytest

from accord import Client, OpenAI, Options, ProviderError, RequestContext
from accord.core.http import Reply
from accord.testing.memory import MemoryTransport

pytest.importorskip("opentelemetry.trace")

from accord.client.tracing import OpenTelemetry

SERVER = OpenAI(api_key="sk-test-not-a-real-key", base_url="http://127.0.0.1:9/v1")
MODEL = "gpt-5.4-mini"
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PARENT = f"00-{TRACE}-{SPAN}-01"


def answer() -> Reply:
    body = {
        "id": "c",
        "object": "chat.completion",
        "created": 5,
        "model": "gpt-5.4-mini-2026-03-17",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "secret"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100},
    }
    return Reply(status=200, headers=(("x-request-id", "up_1"),), body=json.dumps(body).encode())


def refused() -> Reply:
    return Reply(status=500, headers=(("retry-after", "0"),), body=b'{"error": {"message": "secret"}}')


def call(observer: OpenTelemetry, *replies: Reply, context: RequestContext, retries: int = 1) -> MemoryTransport:
    transport = MemoryTransport(*replies)
    client = Client(SERVER, transport=transport, observers=[observer], options=Options(retries=retries))
    client.chat_completion("secret", model=MODEL, context=context)
    return transport


class Recorded:
    """A real SDK that keeps its spans in memory."""

    def __init__(self) -> None:
        sdk: Any = pytest.importorskip("opentelemetry.sdk.trace")
        export: Any = pytest.importorskip("opentelemetry.sdk.trace.export")
        memory: Any = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")
        self.provider = sdk.TracerProvider()
        self.exporter = memory.InMemorySpanExporter()
        self.provider.add_span_processor(export.SimpleSpanProcessor(self.exporter))

    @property
    def span(self) -> Any:
        (span,) = self.exporter.get_finished_spans()
        return span


def test_without_an_sdk_the_callers_context_goes_on() -> None:
    from opentelemetry.trace import NoOpTracerProvider

    context = RequestContext(traceparent=PARENT, tracestate="vendor=1")
    transport = call(OpenTelemetry(NoOpTracerProvider()), answer(), context=context)
    sent = dict(transport.calls[0].headers)
    assert sent["traceparent"].split("-")[1:3] == [TRACE, SPAN]
    assert sent["tracestate"] == "vendor=1"


def test_a_span_is_its_callers_child_and_the_providers_parent() -> None:
    recorded = Recorded()
    context = RequestContext(traceparent=PARENT, tracestate="vendor=1", request_id="req_7", tags={"team": "blue"})
    transport = call(OpenTelemetry(recorded.provider), refused(), answer(), context=context)
    span = recorded.span
    assert f"{span.context.trace_id:032x}" == TRACE
    assert f"{span.parent.span_id:016x}" == SPAN
    for sent in transport.calls:
        headers = dict(sent.headers)
        assert headers["traceparent"] == f"00-{TRACE}-{span.context.span_id:016x}-01"
        assert headers["tracestate"] == "vendor=1"
    assert span.name == f"chat {MODEL}"
    assert span.kind.name == "CLIENT"
    facts = dict(span.attributes)
    assert facts.pop("accord.cost_usd") > 0
    assert facts == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": MODEL,
        "gen_ai.response.id": "c",
        "gen_ai.response.model": "gpt-5.4-mini-2026-03-17",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 1000,
        "gen_ai.usage.output_tokens": 100,
        "http.response.status_code": 200,
        "accord.provider": "openai",
        "server.address": "127.0.0.1",
        "server.port": 9,
        "gen_ai.request.stream": False,
        "accord.attempts": 2,
        "accord.provider_request_id": "up_1",
        "accord.request_id": "req_7",
        "accord.tag.team": "blue",
    }
    told = [(event.name, event.attributes.get("error.type")) for event in span.events]
    assert told == [("accord.attempt", "server_error"), ("accord.retry", "server_error"), ("accord.attempt", None)]
    times = [event.timestamp for event in span.events]
    assert span.start_time < times[0] <= times[1] < times[2] < span.end_time
    assert span.status.status_code.name == "UNSET"
    assert "secret" not in span.to_json()
    assert "sk-test" not in span.to_json()


def test_a_failure_is_an_error() -> None:
    recorded = Recorded()
    with pytest.raises(ProviderError):
        call(OpenTelemetry(recorded.provider), refused(), context=RequestContext(), retries=0)
    span = recorded.span
    assert span.status.status_code.name == "ERROR"
    assert span.attributes["error.type"] == "server_error"
    assert "secret" not in span.to_json()


def test_without_a_context_the_current_span_is_the_parent() -> None:
    recorded = Recorded()
    with recorded.provider.get_tracer("app").start_as_current_span("outer") as outer:
        call(OpenTelemetry(recorded.provider), answer(), context=RequestContext())
    inner, _ = recorded.exporter.get_finished_spans()
    assert inner.parent.span_id == outer.get_span_context().span_id
