"""How to answer: `generationConfig`, and what stands beside it. https://ai.google.dev/api/generate-content."""

import re
from collections.abc import Mapping

from accord.core.json import JsonObject, as_object
from accord.core.loss import Losses
from accord.core.part import Image
from accord.core.request import ChatRequest, JsonSchemaFormat
from accord.dialects.foreign import report_foreign
from accord.dialects.gemini.dialect import DIALECT, own
from accord.dialects.gemini.encode_tools import takes_json_schema
from accord.dialects.gemini.schema_write import SchemaWriter
from accord.dialects.gemini.thinking import thinking_config
from accord.dialects.gemini.writing import Writing

_JSON = "application/json"
_SEEDS = 1 << 31
_LABEL_KEY = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_LABEL_VALUE = re.compile(r"[a-z0-9_-]{0,63}")
_MOST_LABELS = 64
_UNNAMED = JsonSchemaFormat(schema={}).name
"""The name of a format whose wire has no names."""


def sampling(writing: Writing) -> dict[str, object]:
    """The members of `generationConfig` that have an equal everywhere."""
    request = writing.request
    members: dict[str, object] = {
        "temperature": request.temperature,
        "topP": request.top_p,
        "maxOutputTokens": request.max_output_tokens,
        "mediaResolution": _resolution(writing),
    }
    return members if writing.plain else members | _rarer(writing)


def _rarer(writing: Writing) -> dict[str, object]:
    request = writing.request
    return {
        "topK": request.top_k,
        "candidateCount": request.n,
        "stopSequences": list(request.stop) or None,
        "seed": _seed(writing),
        "presencePenalty": _penalty(writing, "presence_penalty", request.presence_penalty),
        "frequencyPenalty": _penalty(writing, "frequency_penalty", request.frequency_penalty),
        "responseLogprobs": request.logprobs,
        "logprobs": request.top_logprobs if request.logprobs is not False else None,
        "responseModalities": [word.upper() for word in request.modalities] or None,
        "speechConfig": _speech(writing),
    }


def _seed(writing: Writing) -> int | None:
    seed = writing.request.seed
    if seed is None or -_SEEDS <= seed < _SEEDS:
        return seed
    folded = seed % _SEEDS
    writing.losses.change("seed", f"seeds have 32 bits here; {folded} is sent, always the same for this one")
    return folded


def _penalty(writing: Writing, field: str, value: float | None) -> float | None:
    if value is None or not writing.rules.gemini_3:
        return value
    if value != 0:
        writing.losses.refuse(field, "Gemini 3 and later have no penalties")
    return None


def _resolution(writing: Writing) -> str | None:
    """How closely to look at all pictures: models before Gemini 3 cannot be told so for each. The most asked for wins."""
    if writing.rules.gemini_3 or not writing.richer:
        return None
    wanted = {part.detail for _, message in writing.richer for part in message.parts if isinstance(part, Image)}
    if wanted & {"high", "original"}:
        return "MEDIA_RESOLUTION_HIGH"
    return "MEDIA_RESOLUTION_LOW" if wanted == {"low"} else None


def _speech(writing: Writing) -> dict[str, object] | None:
    audio = writing.request.audio
    if audio is None:
        return None
    if audio.format not in ("pcm16", "pcm"):
        writing.losses.change("audio.format", "Gemini speaks in PCM of 16 bits alone")
    return {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": audio.voice}}}


def response_format(writing: Writing) -> dict[str, object]:
    """The members of `generationConfig` that bind the answer to a form."""
    wanted = writing.request.response_format
    if wanted is None:
        return {}
    if writing.has_functions and not writing.rules.gemini_3:
        writing.losses.refuse(
            "response_format", "models before Gemini 3 cannot have functions and a form of the answer at once"
        )
        return {}
    members: dict[str, object] = {"responseMimeType": _JSON}
    given = as_object(own(writing.request.extra).get("generationConfig")) or {}
    if isinstance(wanted, JsonSchemaFormat) and not {"responseSchema", "responseJsonSchema"} & given.keys():
        schema = _named_schema(wanted)
        if takes_json_schema(writing):
            members["responseJsonSchema"] = schema
        else:
            members["responseSchema"] = SchemaWriter(schema, "response_format.schema", writing.losses).write()
    return members


def _named_schema(wanted: JsonSchemaFormat) -> JsonObject:
    """The schema with what other wires say of it beside it."""
    said: dict[str, object] = {}
    if wanted.name != _UNNAMED:
        said["title"] = wanted.name
    if wanted.description is not None:
        said["description"] = wanted.description
    return {**said, **wanted.schema} if said else wanted.schema


def reasoning(writing: Writing) -> dict[str, object]:
    """The member of `generationConfig` that says how much to think."""
    wanted = writing.request.reasoning
    given = as_object(own(writing.request.extra).get("generationConfig")) or {}
    if wanted is None or "thinkingConfig" in given:
        return {}
    config = thinking_config(wanted, writing)
    return {} if config is None else {"thinkingConfig": config}


def beside(writing: Writing) -> dict[str, object]:
    """Members beside `generationConfig` that are Accord's to write: the service tier, billing labels."""
    request = writing.request
    members: dict[str, object] = {}
    if writing.plain:
        return members
    if request.metadata and writing.vertex and writing.knobs.labels == "metadata":
        members["labels"] = _labels(request.metadata, writing)
    elif request.metadata:
        writing.losses.advise("metadata", "this service keeps no metadata")
    tier = None if writing.vertex else tier_of(writing)
    if tier is not None:
        members["serviceTier"] = tier
    return members


def _labels(metadata: Mapping[str, str], writing: Writing) -> dict[str, str]:
    """The metadata that can be labels: others would have the request refused.

    https://docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/add-labels-to-api-calls
    """
    fitting = [key for key, value in metadata.items() if _LABEL_KEY.fullmatch(key) and _LABEL_VALUE.fullmatch(value)]
    for key in metadata.keys() - set(fitting[:_MOST_LABELS]):
        why = f"labels are {_MOST_LABELS} at most, of 63 lower-case letters, digits, `_` and `-`"
        writing.losses.advise(f"metadata.{key}", why)
    return {key: metadata[key] for key in fitting[:_MOST_LABELS]}


def tier_of(writing: Writing) -> str | None:
    """The service tier to ask for, in Google's word."""
    tier = writing.request.service_tier
    if tier in (None, "auto"):
        return None
    word = {"default": "standard"}.get(tier or "", tier)
    if word in ("standard", "flex", "priority"):
        return word
    writing.losses.advise("service_tier", f"Google has no tier {tier!r}")
    return None


def left_out(writing: Writing) -> None:
    """Reports the fields that this wire has no place for. Raises `Unsupported` for those that change the answer."""
    request, losses = writing.request, writing.losses
    if not writing.plain:
        _leave_out(request, losses)
    report_foreign(request, writing.richer, DIALECT, losses)


def _leave_out(request: ChatRequest, losses: Losses) -> None:
    if request.logit_bias:
        losses.refuse("logit_bias", "this wire has no biases of tokens")
    if request.previous_response_id is not None:
        losses.refuse("previous_response_id", "this wire has no stored responses; send the conversation whole")
    advisory = {
        "prediction": request.prediction,
        "verbosity": request.verbosity,
        "user": request.user,
        "store": request.store or None,
        "cache": request.cache,
        "cache_key": request.cache_key,
        "cache_retention": request.cache_retention,
    }
    for field, value in advisory.items():
        if value is not None:
            losses.advise(field, "this wire has no such field")
