"""Everything in a request but its messages and tools, written."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from accord.core.json import dumps
from accord.core.loss import limit_of
from accord.core.part import ToolCall
from accord.core.request import ChatRequest, JsonObjectFormat, JsonSchemaFormat, is_plain
from accord.dialects.foreign import report_foreign
from accord.dialects.guarantee import held_format
from accord.dialects.openai_chat.encode_part import own
from accord.dialects.openai_chat.encoding import Encoding, Json

if TYPE_CHECKING:
    from accord.dialects.openai_chat.codec import OpenAIChat

NEUTRAL: Mapping[str, str] = {
    "max_completion_tokens": "max_output_tokens",
    "max_tokens": "max_output_tokens",
    "prompt_cache_key": "cache_key",
    "prompt_cache_retention": "cache_retention",
    "reasoning_effort": "reasoning.effort",
    "cache_control": "cache",
}
"""The name of a field in Accord's request, where the wire has another."""

_UNNAMED = JsonSchemaFormat(schema={}).name
"""The name of a format whose wire has no names."""

_ADVISORY = frozenset(
    {
        "cache_control",
        "metadata",
        "prompt_cache_key",
        "prompt_cache_options",
        "prompt_cache_retention",
        "reasoning_effort",
        "safety_identifier",
        "service_tier",
        "store",
        "stream_options",
        "user",
        "verbosity",
    }
)
"""Fields without which the answer means the same."""


def written_fields(codec: "OpenAIChat", to: Encoding) -> Json:
    """Sampling, limits, and what concerns the provider rather than the model."""
    request = to.request
    fields: Json = {}
    limit = limit_of(request, codec.facts, to.losses)
    if limit is not None:
        fields[codec.knobs.max_tokens] = limit
    if request.temperature is not None:
        fields["temperature"] = request.temperature
    if request.top_p is not None:
        fields["top_p"] = request.top_p
    if not is_plain(request):
        fields.update([(key, value) for key, value in _rarer(request).items() if value is not None])
    return fields


def _rarer(request: ChatRequest) -> Json:
    fields: Json = {
        "top_k": request.top_k,
        "n": request.n,
        "stop": list(request.stop) or None,
        "seed": request.seed,
        "presence_penalty": request.presence_penalty,
        "frequency_penalty": request.frequency_penalty,
        "logit_bias": request.logit_bias,
        "logprobs": request.logprobs,
        "top_logprobs": request.top_logprobs,
        "modalities": list(request.modalities) or None,
        "audio": request.audio,
        "prediction": None if request.prediction is None else {"type": "content", "content": request.prediction},
        "verbosity": request.verbosity,
        "metadata": request.metadata,
        "store": request.store,
        "service_tier": request.service_tier,
        "prompt_cache_key": request.cache_key,
        "prompt_cache_retention": request.cache_retention,
    }
    # A request that names the user under the newer name keeps it there.
    if request.user != own(request.extra).get("safety_identifier"):
        fields["user"] = request.user
    return fields


def written_format(codec: "OpenAIChat", to: Encoding) -> Json | None:
    """The form of the answer; `None` is free text."""
    form = to.request.response_format
    if form is None:
        return None
    if isinstance(form, JsonObjectFormat):
        return {"type": "json_object"}
    match codec.knobs.json_schema:
        case "refuse":
            to.losses.refuse("response_format", "the host cannot be held to a JSON schema")
            return None
        case "json_object":
            return {"type": "json_object"}
        case "native":
            if codec.knobs.guarantee == "strict":
                form = held_format(form, to.losses)
            schema = {
                "name": form.name,
                "description": form.description,
                "schema": form.schema,
                "strict": form.strict,
            }
            return {
                "type": "json_schema",
                "json_schema": {key: value for key, value in schema.items() if value is not None},
            }


def schema_instruction(codec: "OpenAIChat", to: Encoding) -> list[Json]:
    """A system message with the schema, for hosts that guarantee JSON and no more."""
    form = to.request.response_format
    if form is None or isinstance(form, JsonObjectFormat) or codec.knobs.json_schema != "json_object":
        return []
    to.losses.change("response_format", "the host guarantees JSON alone; the model is told the schema")
    about = {"title": None if form.name == _UNNAMED else form.name, "description": form.description}
    told = {**{key: value for key, value in about.items() if value is not None}, **form.schema}
    text = f"Answer with one JSON object that fits this JSON Schema, and nothing else:\n{dumps(told).decode()}"
    return [{"role": "system", "content": text}]


def without_refused(codec: "OpenAIChat", body: Json, to: Encoding) -> Json:
    """The body with what the host takes. What changes the answer is refused, the rest left out with a warning."""
    accepts, refuses = codec.knobs.accepts, codec.knobs.refuses
    if not accepts and not refuses:
        return body
    kept: Json = {}
    unknown = own(to.request.extra)
    for key, value in body.items():
        if key not in refuses and (not accepts or key in accepts):
            kept[key] = value
        elif key in _ADVISORY or key in unknown or _is_no_wish(key, value, to):
            to.losses.advise(NEUTRAL.get(key, key), "the host does not take it")
        else:
            to.losses.refuse(NEUTRAL.get(key, key), "the host does not take it")
    return kept


def _is_no_wish(key: str, value: object, to: Encoding) -> bool:
    """Whether a field that usually changes the answer asks for nothing here."""
    if key in ("max_tokens", "max_completion_tokens"):
        return to.request.limit_demanded
    return key == "parallel_tool_calls" and value is True


def report_unsaid(to: Encoding) -> None:
    """Reports what the request says in the words of other wires, or of the wire that stores answers."""
    request, losses = to.request, to.losses
    if request.previous_response_id is not None:
        losses.refuse("previous_response_id", "answers are not stored on this wire; send the whole conversation")
    for index, message in to.richer:
        for place, part in enumerate(message.parts):
            if isinstance(part, ToolCall) and part.cache is not None:
                losses.advise(f"messages[{index}].parts[{place}].cache", "calls take no cache marks on this wire")
    report_foreign(request, to.richer, "openai_chat", losses)
