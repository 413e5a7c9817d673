"""OpenTelemetry metrics: under which names what is measured."""

import json
from typing import Any

import pytest

from accord import Client, OpenAI, Options, ProviderError
from accord.core.http import Reply
from accord.testing.memory import MemoryTransport

pytest.importorskip("opentelemetry.metrics")

from accord.client.metering import OpenTelemetryMetrics

SERVER = OpenAI(api_key="sk-test-not-a-real-key", base_url="http://127.0.0.1:9/v1")
MODEL = "gpt-5.4-mini"


def chunk(delta: object, finish: str | None = None, **more: object) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return (
        b"data: "
        + json.dumps({"id": "c", "model": "m-1", "created": 5, "choices": [choice], **more}).encode()
        + b"\n\n"
    )


USAGE = {"prompt_tokens": 30, "completion_tokens": 2}
PIECES = [chunk({"role": "assistant", "content": "a"}), chunk({"content": "b"}), chunk({}, "stop", usage=USAGE)]
STREAM = Reply(
    status=200, headers=(("content-type", "text/event-stream"),), body=b"".join(PIECES) + b"data: [DONE]\n\n"
)


class Measured:
    """A real SDK that keeps its measures in memory."""

    def __init__(self) -> None:
        metrics: Any = pytest.importorskip("opentelemetry.sdk.metrics")
        export: Any = pytest.importorskip("opentelemetry.sdk.metrics.export")
        self.reader = export.InMemoryMetricReader()
        self.provider = metrics.MeterProvider([self.reader])

    def points(self) -> dict[str, list[tuple[dict[str, object], int, float]]]:
        """By metric: attributes, count and sum."""
        (resource,) = self.reader.get_metrics_data().resource_metrics
        (scope,) = resource.scope_metrics
        return {
            metric.name: [(dict(point.attributes), point.count, point.sum) for point in metric.data.data_points]
            for metric in scope.metrics
        }


def test_a_stream_and_a_failure() -> None:
    measured = Measured()
    client = Client(
        SERVER,
        transport=MemoryTransport(STREAM, Reply(status=500, body=b"{}"), piece=len(PIECES[0])),
        observers=[OpenTelemetryMetrics(measured.provider)],
        options=Options(retries=0),
    )
    with client.chat_completion_stream("Hi", model=MODEL) as stream:
        assert "".join(stream.text()) == "ab"
    with pytest.raises(ProviderError):
        client.chat_completion("Hi", model=MODEL)
    points = measured.points()
    about = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": MODEL}
    at = {**about, "server.address": "127.0.0.1", "server.port": 9}
    answered = {**at, "gen_ai.response.model": "m-1"}
    assert [(one[0], one[1]) for one in points.pop("gen_ai.client.operation.duration")] == [
        (answered, 1),
        ({**at, "error.type": "server_error"}, 1),
    ]
    assert points.pop("gen_ai.client.token.usage") == [
        ({**answered, "gen_ai.token.type": "input"}, 1, 30),
        ({**answered, "gen_ai.token.type": "output"}, 1, 2),
    ]
    assert [one[:2] for one in points.pop("gen_ai.client.operation.time_to_first_chunk")] == [(about, 1)]
    ((attributes, count, _),) = points.pop("gen_ai.client.operation.time_per_output_chunk")
    assert attributes == about
    assert count >= 2
    assert points == {}
