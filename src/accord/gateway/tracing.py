"""Spans of the gateway's calls, sent to an OpenTelemetry collector. Off unless configured; then nothing of it is loaded."""

# The SDK is an extra, and need not be installed where types are checked.
# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false

from collections.abc import Callable, Sequence
from importlib.util import find_spec

from accord.core.error import ConfigError
from accord.core.observe import Observer
from accord.gateway.config import TracingSettings

_NEEDED = ("opentelemetry.sdk.trace", "opentelemetry.exporter.otlp.proto.http.trace_exporter")

Close = Callable[[], None]
"""Sends what is left. May take seconds."""


def check_tracing(settings: TracingSettings) -> None:
    """Raises `ConfigError` where spans are wanted and OpenTelemetry is not installed."""
    if not settings.enabled:
        return
    for module in _NEEDED:
        try:
            found = find_spec(module)
        except ModuleNotFoundError:
            found = None
        if found is None:
            raise ConfigError(f"gateway.tracing needs `pip install accord[otel]`: there is no {module}")


def open_tracing(settings: TracingSettings) -> tuple[Sequence[Observer], Close]:
    """Who observes calls, and how that ends. `check_tracing` has been called.

    Called in the process that serves: the exporter has a thread, which a fork would lose.
    """
    if not settings.enabled:
        return (), _nothing
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased  # noqa: PLC0415

    from accord.client.tracing import OpenTelemetry  # noqa: PLC0415

    provider = TracerProvider(
        resource=Resource.create({"service.name": settings.service_name}),
        sampler=ParentBased(TraceIdRatioBased(settings.sample)),
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=settings.endpoint)))
    return (OpenTelemetry(provider),), provider.shutdown


def _nothing() -> None:
    """There is nothing to send."""
