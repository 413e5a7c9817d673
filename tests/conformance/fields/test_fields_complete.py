"""The list of fields is whole: what the vendors' published schema and SDKs have, the table has."""

import json
import re
import sys
import typing
from collections.abc import Iterator
from pathlib import Path

import pydantic
import pytest
from anthropic.types import beta as anthropic_beta
from anthropic.types.beta import message_create_params as beta_params
from anthropic.types.message_create_params import MessageCreateParamsBase
from google.genai import types as google

from accord.core.dialect import Dialect

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "scripts"))
from fields.probe import sheet  # noqa: E402  # pyright: ignore[reportMissingImports]

sys.path.pop(0)

SPEC = ROOT.parent / "shared" / "schemas" / "openai-openapi.json"
# Who should answer is the caller's to say and no field that a target gets.
MODEL = {"model"}
# Members of google-genai's configuration that its client keeps to itself.
OF_THE_CLIENT = {
    "automaticContinuation",
    "automaticFunctionCalling",
    "continuationToken",
    "httpOptions",
    "shouldReturnHttpResponse",
}


def probed(dialect: Dialect) -> set[str]:
    """The paths of all probed fields, and every member that stands in a probed value, by its own name."""
    names: set[str] = set()
    for probe in sheet(dialect).probes:
        for path in (probe.field, *probe.beside):
            names.update(re.findall(r"[^.\[\]+0-9][^.\[\]]*", path))
        names.update(keys(probe.value))
    for base in sheet(dialect).bases.values():
        names.update(keys(base))
    return names


def tops(dialect: Dialect) -> set[str]:
    return {re.split(r"[.\[]", probe.field)[0] for probe in sheet(dialect).probes}


def keys(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner)


@pytest.fixture(scope="module")
def schemas() -> dict[str, dict[str, object]]:
    if not SPEC.exists():
        pytest.skip("OpenAI's schema is not here")
    found = json.loads(SPEC.read_text())["components"]["schemas"]
    assert isinstance(found, dict)
    return found


def members(schemas: dict[str, dict[str, object]], name: str) -> set[str]:
    """The members of an object of the schema, those it inherits among them."""

    def of(schema: dict[str, typing.Any]) -> set[str]:
        if "$ref" in schema:
            return members(schemas, schema["$ref"].rpartition("/")[2])
        return {*schema.get("properties", {})}.union(*[of(part) for part in schema.get("allOf", [])])

    return of(schemas[name])


@pytest.mark.parametrize(
    ("dialect", "name"), [("openai_chat", "CreateChatCompletionRequest"), ("openai_responses", "CreateResponse")]
)
def test_openai(schemas: dict[str, dict[str, object]], dialect: Dialect, name: str) -> None:
    assert members(schemas, name) - MODEL - tops(dialect) == set()


@pytest.mark.parametrize(
    "name",
    [
        "FunctionTool",
        "CustomToolParam",
        "NamespaceToolParam",
        "WebSearchTool",
        "InputTextContent",
        "InputImageContent",
        "InputFileContent",
        "OutputTextContent",
        "FunctionToolCall",
        "Reasoning",
        "ResponseTextParam",
    ],
)
def test_within_responses(schemas: dict[str, dict[str, object]], name: str) -> None:
    assert members(schemas, name) - probed("openai_responses") == set()


@pytest.mark.parametrize(
    "name",
    [
        "FunctionObject",
        "ChatCompletionRequestUserMessage",
        "ChatCompletionRequestAssistantMessage",
        "ChatCompletionRequestToolMessage",
        "ChatCompletionRequestMessageContentPartImage",
        "ChatCompletionRequestMessageContentPartFile",
    ],
)
def test_within_chat(schemas: dict[str, dict[str, object]], name: str) -> None:
    assert members(schemas, name) - probed("openai_chat") == set()


@pytest.mark.parametrize("params", [MessageCreateParamsBase, beta_params.MessageCreateParamsBase])
def test_anthropic(params: type) -> None:
    assert set(typing.get_type_hints(params)) - MODEL - tops("anthropic_messages") == set()


@pytest.mark.parametrize(
    "params",
    [
        anthropic_beta.BetaToolParam,
        anthropic_beta.BetaTextBlockParam,
        anthropic_beta.BetaImageBlockParam,
        anthropic_beta.BetaRequestDocumentBlockParam,
        anthropic_beta.BetaToolUseBlockParam,
        anthropic_beta.BetaToolResultBlockParam,
        anthropic_beta.BetaOutputConfigParam,
        anthropic_beta.BetaWebSearchTool20250305Param,
    ],
    ids=lambda params: params.__name__,
)
def test_within_anthropic(params: type) -> None:
    assert set(typing.get_type_hints(params)) - probed("anthropic_messages") == set()


@pytest.mark.parametrize(
    "model",
    [
        google.GenerateContentConfig,
        google.GenerationConfig,
        google.Part,
        google.Blob,
        google.FileData,
        google.FunctionCall,
        google.FunctionResponse,
        google.Tool,
        google.ToolConfig,
        google.FunctionCallingConfig,
        google.FunctionDeclaration,
        google.ThinkingConfig,
    ],
    ids=lambda model: model.__name__,
)
def test_gemini(model: type[pydantic.BaseModel]) -> None:
    names = {field.alias or name for name, field in model.model_fields.items()}
    assert names - OF_THE_CLIENT - probed("gemini") == set()
