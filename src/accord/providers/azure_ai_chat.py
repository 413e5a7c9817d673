"""Models of other vendors in Foundry: OpenAI's wire, which many of their servers check to the last member.

https://learn.microsoft.com/azure/foundry/foundry-models/concepts/models-sold-directly-by-azure. What each family refuses was
learned from its answers; a deployment's family is told from the name of its model.
"""

import re

import msgspec

from accord.core.error import ProviderError
from accord.core.http import Reply
from accord.core.json import JsonObject
from accord.core.message import Message
from accord.core.model import ModelFacts
from accord.core.usage import Usage
from accord.dialects.anthropic_messages import AnthropicMessages
from accord.dialects.codec import ChatCodec
from accord.dialects.openai_chat import Encoding, Json, Knobs
from accord.providers.azure_chat import AzureChat
from accord.providers.inline_schema import inlined
from accord.providers.mistral_chat import KNOBS as MISTRAL_KNOBS
from accord.providers.mistral_chat import MistralChat
from accord.providers.openai_codec import ANYWHERE, Served
from accord.providers.strict import strict_message

_PARTNER = Knobs(
    max_tokens="max_tokens",
    system="system",
    custom_tools="function",
    allowed_tools="filter",
    reasoning_history="never",
    refuses=(
        "user",
        "store",
        "metadata",
        "service_tier",
        "prompt_cache_key",
        "prompt_cache_retention",
        "safety_identifier",
        "verbosity",
        "prediction",
        "logit_bias",
    ),
)
"""What no model but OpenAI's takes."""
_TEXT_ONLY = msgspec.structs.replace(_PARTNER, content="text", json_schema="json_object")


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """Models of one vendor that are strict in the same way."""

    names: str
    """How their names begin, as a regular expression over lower-case letters, digits and dashes."""
    knobs: Knobs = _PARTNER
    refuses: tuple[str, ...] = ()
    """Fields that it refuses beside those of `knobs`."""
    reasoning_refuses: tuple[str, ...] = ()
    """Fields that those of its models refuse which reason."""
    inline_schemas: bool = False
    """Whether tools must not have references in their schemas."""
    mistral: bool = False
    """Whether it is Mistral's own wire."""


ANY_PARTNER = Family(names="")
"""A model of which nothing is known but that it is not OpenAI's."""

FAMILIES = (
    Family(names="grok", reasoning_refuses=("stop", "presence_penalty", "frequency_penalty"), inline_schemas=True),
    Family(
        names="mistral|codestral|ministral|pixtral|magistral|devstral|voxtral|mixtral|open-mi",
        knobs=MISTRAL_KNOBS,
        mistral=True,
    ),
    Family(names="(meta-)?llama|phi", knobs=_TEXT_ONLY),
    Family(names="cohere|command", refuses=("n",)),
    Family(names="deepseek|kimi|moonshot|(openai-)?gpt-oss|mai-|fw-|qwen|glm|minimax|jais|ai21|nemotron"),
)
"""All families that are known; the first whose names fit counts."""


def family_of(model: str) -> Family | None:
    """The family of a model of another vendor than OpenAI; `None` for OpenAI's, and for names that tell nothing."""
    name = re.sub(r"[._ ]", "-", model.lower())
    return next((family for family in FAMILIES if re.match(family.names, name)), None)


def partner_codec(
    family: Family, *, model: str, base_model: str, facts: ModelFacts | None, provider: str, served: Served = ANYWHERE
) -> ChatCodec:
    """How to talk with a deployment of the family's. `base_model` is what it runs, `model` its name."""
    if family.mistral:
        return _FoundryMistral(model=model, facts=facts, provider=provider, region=served.region)
    by_name = "reasoning" in base_model and "non-reasoning" not in base_model
    reasons = facts.reasoning if facts is not None and facts.reasoning is not None else by_name
    refuses = family.knobs.refuses + family.refuses + (family.reasoning_refuses if reasons else ())
    knobs = msgspec.structs.replace(family.knobs, refuses=refuses)
    kind = _FoundryInlined if family.inline_schemas else FoundryChat
    return kind(model=model, facts=facts, provider=provider, knobs=knobs, served=served)


class FoundryClaude(AnthropicMessages):
    """Claude, at the door it has in Foundry."""

    served: Served = ANYWHERE

    def usage(self, raw: JsonObject) -> Usage:
        """What was used, and where the call was served."""
        return self.served.told(super().usage(raw))


class FoundryChat(AzureChat):
    """Chat completions of a partner's model."""

    def message(self, message: Message, path: str, to: Encoding) -> list[Json]:
        """With nothing in it but what every implementation of the wire knows."""
        refusal = message.refusal
        written = [strict_message(one, path, to.losses) for one in super().message(message, path, to)]
        if refusal and written and not written[0].get("content"):
            written[0]["content"] = refusal
        return written


class _FoundryInlined(FoundryChat):
    """Of models that cannot follow references in the schemas of tools."""

    def parameters(self, schema: JsonObject | None) -> JsonObject | None:
        """The schema of a tool's arguments, spelled out."""
        return None if schema is None else inlined(schema)


class _FoundryMistral(MistralChat):
    """Mistral's models, behind Azure's door."""

    def error(self, reply: Reply) -> ProviderError:
        """Azure's failures, and behind them Mistral's."""
        return AzureChat(model=self.model, provider=self.provider).error(reply)
