"""OpenTelemetry spans of calls, by the conventions for GenAI. Needs `pip install accord[otel]`.

    from accord.client.tracing import OpenTelemetry

    client = accord.Client("openai/gpt-5.4-mini", observers=[OpenTelemetry()])

One span of kind client for each call, whatever it took: requests that are over and retries that are decided are its events,
at their time. Its parent is the
context's `traceparent`, else the span that is current; the provider gets a `traceparent` of the call's own span. Prompts and
answers are not in it. https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans
"""

from collections.abc import Mapping

import msgspec

from accord.client.genai import operation_name, provider_name, server_facts
from accord.core.context import RequestContext
from accord.core.error import ConfigError
from accord.core.observe import AttemptEnded, CallEnded, CallEvent, CallStarted, RetryDecided, StreamOpened
from accord.core.usage import Usage
from accord.core.version import VERSION

try:
    from opentelemetry.context import Context
    from opentelemetry.trace import Span, SpanKind, Status, StatusCode, TracerProvider, get_tracer, set_span_in_context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
    from opentelemetry.util.types import AttributeValue
except ModuleNotFoundError as _missing:
    raise ConfigError("OpenTelemetry is an extra: pip install 'accord[otel]'") from _missing

_propagator = TraceContextTextMapPropagator()


class OpenTelemetry:
    """An observer that makes spans. One of them serves any number of clients."""

    def __init__(self, provider: TracerProvider | None = None) -> None:
        """`provider` makes the spans: the global one, if not given."""
        self._tracer = get_tracer("accord", VERSION, tracer_provider=provider)
        self._spans: dict[int, Span] = {}

    def observe(self, event: CallEvent) -> None:
        """Begins, fills and ends spans."""
        match event:
            case CallStarted():
                self._spans[event.number] = self._tracer.start_span(
                    f"{operation_name(event)} {event.model}",
                    context=_parent(event.context),
                    kind=SpanKind.CLIENT,
                    attributes=_asked(event),
                )
            case AttemptEnded():
                self._spans[event.call.number].add_event("accord.attempt", _attempt(event))
            case RetryDecided():
                facts = {"error.type": event.cause, "accord.retry.wait": event.wait}
                self._spans[event.call.number].add_event("accord.retry", facts)
            case StreamOpened():
                self._spans[event.call.number].set_attribute("gen_ai.response.time_to_first_chunk", event.after)
            case CallEnded():
                self._finish(self._spans.pop(event.call.number), event)
            case _:
                pass

    def carried(self, call: CallStarted) -> RequestContext:
        """The context with the call's own span as parent of whatever the provider does."""
        carrier: dict[str, str] = {}
        _propagator.inject(carrier, set_span_in_context(self._spans[call.number], Context()))
        if "traceparent" not in carrier:
            return call.context
        return msgspec.structs.replace(
            call.context, traceparent=carrier["traceparent"], tracestate=carrier.get("tracestate")
        )

    def _finish(self, span: Span, event: CallEnded) -> None:
        if span.is_recording():
            span.set_attributes(_answered(event))
            if event.error is not None and event.error != "cancelled":
                span.set_status(Status(StatusCode.ERROR))
        span.end()


def _parent(context: RequestContext) -> Context | None:
    """`None`: the span that is current, if there is one."""
    if context.traceparent is None:
        return None
    carrier = {"traceparent": context.traceparent}
    if context.tracestate is not None:
        carrier["tracestate"] = context.tracestate
    return _propagator.extract(carrier, Context())


def _asked(call: CallStarted) -> Mapping[str, AttributeValue]:
    found: dict[str, AttributeValue] = {
        "gen_ai.operation.name": operation_name(call),
        "gen_ai.provider.name": provider_name(call),
        "gen_ai.request.model": call.model,
        "accord.provider": call.provider,
        "gen_ai.request.stream": call.stream,
    }
    if call.context.request_id is not None:
        found["accord.request_id"] = call.context.request_id
    found.update({f"accord.tag.{name}": value for name, value in call.context.tags.items()})
    return found


def _attempt(event: AttemptEnded) -> Mapping[str, AttributeValue]:
    attempt = event.attempt
    facts: dict[str, AttributeValue | None] = {
        "accord.attempt.number": event.number,
        "accord.provider": attempt.provider,
        "gen_ai.request.model": attempt.model,
        "http.response.status_code": attempt.status,
        "error.type": attempt.error,
        "accord.attempt.duration": attempt.duration,
    }
    return _known(facts)


def _answered(event: CallEnded) -> Mapping[str, AttributeValue]:
    cost = event.cost.amount if event.cost is not None else None
    facts: dict[str, AttributeValue | None] = {
        "accord.provider": event.provider or None,
        "gen_ai.response.id": event.answer_id or None,
        "gen_ai.response.model": event.answered_by or None,
        "gen_ai.response.finish_reasons": event.finishes or None,
        "http.response.status_code": event.status,
        "error.type": event.error,
        "accord.provider_request_id": event.request_id,
        "accord.cost_usd": float(cost) if cost is not None else None,
        "accord.attempts": event.attempts,
        **server_facts(event),
        **_used(event.usage),
    }
    return _known(facts)


def _used(usage: Usage | None) -> Mapping[str, AttributeValue | None]:
    if usage is None:
        return {}
    return {
        "gen_ai.usage.input_tokens": usage.input,
        "gen_ai.usage.output_tokens": usage.output,
        "gen_ai.usage.cache_read.input_tokens": usage.cached,
        "gen_ai.usage.cache_creation.input_tokens": usage.cache_write,
        "gen_ai.usage.reasoning.output_tokens": usage.reasoning,
    }


def _known(facts: Mapping[str, AttributeValue | None]) -> Mapping[str, AttributeValue]:
    return {name: value for name, value in facts.items() if value is not None}
