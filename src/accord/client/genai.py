"""What the OpenTelemetry conventions for GenAI call things.

https://opentelemetry.io/docs/specs/semconv/registry/attributes/gen-ai
"""

from urllib.parse import urlsplit

from accord.core.observe import CallEnded, CallStarted

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


def server_facts(call: CallEnded) -> dict[str, str | int]:
    """`server.address` and, where it is not that of the scheme, `server.port`; nothing where no request was sent.

    https://opentelemetry.io/docs/specs/semconv/registry/attributes/server
    """
    if not call.server:
        return {}
    parts = urlsplit(f"//{call.server}")
    found: dict[str, str | int] = {"server.address": parts.hostname or ""}
    if parts.port is not None:
        found["server.port"] = parts.port
    return found
