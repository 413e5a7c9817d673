"""What spans and metrics call things is what the conventions for GenAI call them."""

import re
from pathlib import Path

import pytest

from accord.client.genai import operation_name, provider_name
from accord.core.context import RequestContext
from accord.core.observe import CallStarted
from accord.core.operation import Operation
from accord.engine.target import Target
from accord.providers import Compatible
from accord.providers.preset import PRESETS

attributes = pytest.importorskip("opentelemetry.semconv._incubating.attributes.gen_ai_attributes")
metrics = pytest.importorskip("opentelemetry.semconv._incubating.metrics.gen_ai_metrics")

CLIENT = Path(__file__).resolve().parents[3] / "src" / "accord" / "client"
NAMES = {name for home in (attributes, metrics) for name in vars(home).values() if isinstance(name, str)}
PROVIDERS = {one.value for one in attributes.GenAiProviderNameValues}
OPERATIONS = {one.value for one in attributes.GenAiOperationNameValues}


def call(provider_type: str, operation: Operation = "chat") -> CallStarted:
    return CallStarted(
        number=1,
        operation=operation,
        provider="mine",
        provider_type=provider_type,
        model="m",
        context=RequestContext(),
    )


@pytest.mark.parametrize("module", ["tracing.py", "metering.py"])
def test_every_name_is_one_of_theirs(module: str) -> None:
    used = set(re.findall(r'"(gen_ai\.[\w.]+)"', (CLIENT / module).read_text()))
    assert used
    assert used <= NAMES


@pytest.mark.parametrize(
    ("provider_type", "name"),
    [
        ("openai", "openai"), ("anthropic", "anthropic"), ("azure", "azure.ai.openai"), ("azure_ai", "azure.ai.inference"),
        ("mistral", "mistral_ai"), ("deepseek", "deepseek"), ("vertex_ai", "gcp.vertex_ai"), ("gemini", "gcp.gemini"),
        ("groq", "groq"), ("perplexity", "perplexity"), ("cohere", "cohere"), ("xai", "x_ai"),
    ],
)  # fmt: skip
def test_providers_that_they_name(provider_type: str, name: str) -> None:
    assert provider_name(call(provider_type)) == name in PROVIDERS


def test_others_keep_their_own() -> None:
    assert provider_name(call("openrouter")) == "openrouter"
    assert provider_name(call("")) == "mine", "a group has a name and no type"


def test_a_preset_is_what_a_compatible_server_is_called() -> None:
    assert {"groq", "xai", "gemini"} <= PRESETS.keys()
    assert Target("fast", Compatible(preset="groq", api_key="sk-test"), "llama").provider.catalogue == "groq"


def test_operations() -> None:
    assert {operation_name(call("openai", one)) for one in ("chat", "completion", "embeddings")} <= OPERATIONS
    assert operation_name(call("openai", "speech")) == "speech"
