"""Conversations with DeepInfra's models. https://docs.deepinfra.com/chat/overview."""

import re

import msgspec

from accord.core.error import Authentication, ModelNotFound, NotFound, Permission, ProviderError
from accord.core.json import JsonObject, as_array, as_object
from accord.core.part import ToolResult
from accord.core.usage import Usage
from accord.dialects.openai_chat import Encoding, ErrorWords, Json, Knobs, OpenAIChat

KNOBS = Knobs(
    max_tokens="max_tokens",
    system="system",
    custom_tools="function",
    allowed_tools="filter",
    tool_strict="omit",
    guarantee="unsaid",
)

_NO_KEY = re.compile(r"not authenticated|authenticat|api key|api token|invalid token")
_USUAL_TIERS = ("auto", "default", "standard", "standard_only")
_NEVER_ZERO = "mistralai/Mistral-7B-Instruct-v0.1"
"""The model that refuses temperature 0."""
_NEARLY_ZERO = 0.0001


class DeepInfraChat(OpenAIChat):
    """Chat completions of an open model on DeepInfra."""

    def result(self, result: ToolResult, path: str, to: Encoding) -> Json:
        """A tool's result, which is one string here."""
        written = super().result(result, path, to)
        parts = as_array(written.get("content"))
        if parts is None:
            return written
        for name in {key for part in parts for key in as_object(part) or {}} - {"type", "text"}:
            to.losses.advise(f"{path}.content[].{name}", "results of tools are one string here")
        texts = [str((as_object(part) or {}).get("text", "")) for part in parts]
        return {**written, "content": "\n\n".join(texts)}

    def fields(self, to: Encoding) -> Json:
        """All other fields. Of tiers there is `priority` beside the usual one."""
        fields = super().fields(to)
        tier = fields.get("service_tier")
        if tier is not None and tier != "priority":
            del fields["service_tier"]
            if tier not in _USUAL_TIERS:
                to.losses.advise("service_tier", f"the host has no tier {tier}")
        if fields.get("temperature") == 0 and self.model == _NEVER_ZERO:
            to.losses.change("temperature", f"the model does not take 0; {_NEARLY_ZERO} was sent")
            fields["temperature"] = _NEARLY_ZERO
        return fields

    def usage(self, raw: JsonObject, service_tier: str | None) -> Usage:
        """Token counts and the bill. Gemini and Gemma models count their reasoning apart: it is then more than the whole."""
        usage = super().usage(raw, service_tier)
        if usage.reasoning is None or usage.output is None or usage.reasoning <= usage.output:
            return usage
        return msgspec.structs.replace(usage, output=usage.output + usage.reasoning)

    def error_kind(self, status: int, words: ErrorWords) -> type[ProviderError]:
        """A key that is not known is a 403 as well, and all that is not found is a model."""
        found = super().error_kind(status, words)
        if found is Permission and _NO_KEY.search(words.text):
            return Authentication
        return ModelNotFound if found is NotFound else found
