"""Meta's wires: those of the Meta Model API, and the one that servers of the Llama API spoke.

https://dev.meta.ai/docs; for the latter, the parameters of its own SDK, `llama-api-client` 0.6.
"""

from accord.core.error import Authentication, ProviderError
from accord.core.http import Reply
from accord.core.json import JsonObject, as_array, as_object
from accord.core.request import JsonObjectFormat
from accord.dialects.anthropic_messages import AnthropicMessages
from accord.dialects.anthropic_messages.translation import Translation
from accord.dialects.anthropic_messages.write_media import Block
from accord.dialects.openai_chat import Encoding, Json, Knobs, OpenAIChat
from accord.dialects.openai_responses import OpenAIResponses

MODEL_API = Knobs(
    system="system",
    tool_choice="unforced",
    custom_tools="function",
    allowed_tools="filter",
    refuses=("stop",),
)
LLAMA_API = Knobs(
    system="system",
    empty_content="empty",
    custom_tools="function",
    allowed_tools="filter",
    parallel_tool_calls="omit",
    stream_usage="never",
    reasoning="never",
    reasoning_history="never",
    refuses=(
        "stop",
        "seed",
        "logprobs",
        "top_logprobs",
        "presence_penalty",
        "frequency_penalty",
        "logit_bias",
        "prediction",
        "audio",
        "metadata",
        "store",
        "service_tier",
        "verbosity",
        "prompt_cache_key",
        "prompt_cache_retention",
        "stream_options",
    ),
)
"""How servers of the Llama API depart from OpenAI's wire: the fields its own SDK has no parameter for."""

_OLD_KEYS = "keys of the Llama API, which was shut down on 2026-07-06, are not valid here"


class MetaChat(OpenAIChat):
    """Chat completions of the Meta Model API."""

    def error(self, reply: Reply) -> ProviderError:
        """The failure, with a hint where the key may be one of the service that is gone."""
        error = super().error(reply)
        if isinstance(error, Authentication):
            error.message = f"{error.message} ({_OLD_KEYS})"
            error.args = (error.message,)
        return error


class MetaResponses(OpenAIResponses):
    """Responses of the Meta Model API."""

    def error(self, reply: Reply) -> ProviderError:
        """The failure, as chat completions of the same host tell of it."""
        return MetaChat(model=self.model, provider=self.provider).error(reply)


class MetaMessages(AnthropicMessages):
    """Messages of the Meta Model API."""

    def tools(self, translation: Translation) -> Block:
        """The tools; that none may be called cannot be said here."""
        written = super().tools(translation)
        if (as_object(written.get("tool_choice")) or {}).get("type") == "none":
            del written["tool_choice"]
        return written

    def error(self, reply: Reply) -> ProviderError:
        """The failure, as chat completions of the same host tell of it."""
        return MetaChat(model=self.model, provider=self.provider).error(reply)


class LlamaChat(OpenAIChat):
    """Chat completions of a server that is like the Llama API."""

    def parameters(self, schema: JsonObject | None) -> JsonObject | None:
        """The schema of a tool's arguments; a property that is a choice of schemas needs a type beside it."""
        return None if schema is None else with_types(schema)

    def response_format(self, to: Encoding) -> Json | None:
        """The form of the answer, where a schema says it."""
        if isinstance(to.request.response_format, JsonObjectFormat):
            to.losses.refuse("response_format", "the server knows JSON by a schema alone")
            return None
        return super().response_format(to)

    def fields(self, to: Encoding) -> Json:
        """All other fields."""
        fields = super().fields(to)
        if fields.pop("n", 1) != 1:
            to.losses.refuse("n", "the server gives one answer a call")
        if fields.pop("modalities", ["text"]) != ["text"]:
            to.losses.refuse("modalities", "the server answers in text alone")
        return fields


def with_types(schema: JsonObject) -> dict[str, object]:
    """The schema, in which each property that is a choice has the type of its first branch that is not null."""
    written = dict(schema)
    properties = as_object(written.get("properties"))
    if properties is not None:
        written["properties"] = {name: _typed(value) for name, value in properties.items()}
    items = as_object(written.get("items"))
    if items is not None:
        written["items"] = with_types(items)
    return written


def _typed(value: object) -> object:
    schema = as_object(value)
    if schema is None:
        return value
    branches = as_array(schema.get("anyOf")) or as_array(schema.get("oneOf")) or []
    kinds = [kind for branch in branches if (kind := (as_object(branch) or {}).get("type")) not in (None, "null")]
    written = with_types(schema)
    return {"type": kinds[0], **written} if "type" not in written and kinds else written
