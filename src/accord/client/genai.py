"""What the OpenTelemetry conventions for GenAI call things.

https://opentelemetry.io/docs/specs/semconv/registry/attributes/gen-ai
"""

from accord.core.observe import CallStarted

_PROVIDERS = {
    "azure": "azure.ai.openai",
    "azure_ai": "azure.ai.inference",
    "mistral": "mistral_ai",
    "moonshot": "moonshot_ai",
    "vertex_ai": "gcp.vertex_ai",
    "gemini": "gcp.gemini",
    "xai": "x_ai",
}
"""The conventions' own names, where they differ from Accord's."""


def provider_name(call: CallStarted) -> str:
    """`gen_ai.provider.name` of a call; of a call through a group, the group's name."""
    kind = call.provider_type
    return _PROVIDERS.get(kind, kind) or call.provider


def operation_name(call: CallStarted) -> str:
    """`gen_ai.operation.name` of a call; what the conventions have no name for keeps Accord's."""
    return "text_completion" if call.operation == "completion" else call.operation
