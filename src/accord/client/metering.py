"""OpenTelemetry metrics of calls, by the conventions for GenAI clients. Needs `pip install accord[otel]`.

    from accord.client.metering import OpenTelemetryMetrics

    client = accord.Client("openai/gpt-5.4-mini", observers=[OpenTelemetryMetrics()])

How long calls take, the tokens they use, and of streams the time to the first chunk and between chunks.
https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/gen-ai-metrics.md
"""

from accord.client.genai import operation_name, provider_name, server_facts
from accord.core.error import ConfigError
from accord.core.observe import CallEnded, CallEvent, CallStarted, ChunkReceived
from accord.core.version import VERSION

try:
    from opentelemetry.metrics import Histogram, MeterProvider, get_meter
    from opentelemetry.util.types import AttributeValue
except ModuleNotFoundError as _missing:
    raise ConfigError("OpenTelemetry is an extra: pip install 'accord[otel]'") from _missing

_SECONDS = [0.01 * 2**step for step in range(14)]
_SHORT_SECONDS = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0]
_TOKENS = [float(4**step) for step in range(14)]


class OpenTelemetryMetrics:
    """An observer that measures. One of them serves any number of clients."""

    def __init__(self, provider: MeterProvider | None = None) -> None:
        """`provider` keeps the measures: the global one, if not given."""
        self._meter = get_meter("accord", VERSION, meter_provider=provider)
        self._duration = self._seconds("gen_ai.client.operation.duration", "How long calls take.", _SECONDS)
        self._first = self._seconds(
            "gen_ai.client.operation.time_to_first_chunk", "How long a stream takes to begin.", _SECONDS
        )
        self._between = self._seconds(
            "gen_ai.client.operation.time_per_output_chunk", "The time between chunks of a stream.", _SHORT_SECONDS
        )
        self._tokens = self._meter.create_histogram(
            "gen_ai.client.token.usage",
            "{token}",
            "The tokens calls use.",
            explicit_bucket_boundaries_advisory=_TOKENS,
        )
        self._last: dict[int, float] = {}

    def observe(self, event: CallEvent) -> None:
        """Measures chunks as they come, and calls at their end."""
        match event:
            case ChunkReceived():
                self._chunk(event)
            case CallEnded():
                self._last.pop(event.call.number, None)
                self._end(event)
            case _:
                pass

    def _seconds(self, name: str, what: str, bounds: list[float]) -> Histogram:
        return self._meter.create_histogram(name, "s", what, explicit_bucket_boundaries_advisory=bounds)

    def _chunk(self, event: ChunkReceived) -> None:
        before = self._last.get(event.call.number)
        self._last[event.call.number] = event.after
        if before is None:
            self._first.record(event.after, _about(event.call))
        else:
            self._between.record(event.after - before, _about(event.call))

    def _end(self, event: CallEnded) -> None:
        about = {**_about(event.call), **server_facts(event)}
        if event.answered_by:
            about["gen_ai.response.model"] = event.answered_by
        usage = event.usage
        if usage is not None:
            for kind, used in (("input", usage.input), ("output", usage.output)):
                if used is not None:
                    self._tokens.record(used, {**about, "gen_ai.token.type": kind})
        if event.error is not None:
            about["error.type"] = event.error
        self._duration.record(event.duration, about)


def _about(call: CallStarted) -> dict[str, AttributeValue]:
    return {
        "gen_ai.operation.name": operation_name(call),
        "gen_ai.provider.name": provider_name(call),
        "gen_ai.request.model": call.model,
    }
