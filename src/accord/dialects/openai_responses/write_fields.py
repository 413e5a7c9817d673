"""The fields of a request that stand by themselves: limits, sampling, identity, storage."""

from accord.core.json import as_object
from accord.core.loss import Losses, limit_of
from accord.core.message import beyond_words, words_of
from accord.core.model import ModelFacts
from accord.core.request import ChatRequest, JsonSchemaFormat, ResponseFormat
from accord.dialects.foreign import report_foreign
from accord.dialects.guarantee import held_format
from accord.dialects.openai_responses.knobs import Knobs
from accord.dialects.openai_responses.wire import NAME, Item, own, present

ENCRYPTED = "reasoning.encrypted_content"
LOGPROBS = "message.output_text.logprobs"

_TIERS = frozenset({"auto", "default", "flex", "scale", "priority", "fast", "ultrafast"})
_STANDARD_TIERS = frozenset({"standard", "standard_only"})

# Fields whose loss leaves the answer the same.
ADVISORY = frozenset({
    "metadata",
    "prompt_cache_key",
    "prompt_cache_retention",
    "prompt_cache_options",
    "safety_identifier",
    "service_tier",
    "stream_options",
    "user",
})  # fmt: skip

# What chat completions and this wire call by the same name.
_SHARED_WITH_CHAT = frozenset({"prompt_cache_options", "moderation", "safety_identifier"})
_OF_CHAT = _SHARED_WITH_CHAT | {"web_search_options"}
"""What is sent of the fields of chat completions; options of a search become a tool."""


def write_format(form: ResponseFormat | None, losses: Losses) -> Item | None:
    """`text.format`; `None` is free text."""
    if form is None:
        return None
    if isinstance(form, JsonSchemaFormat):
        form = held_format(form, losses)
        given: Item = {"description": form.description, "strict": form.strict}
        return {"type": "json_schema", "name": form.name, "schema": form.schema, **present(given)}
    return {"type": "json_object"}


def limits(request: ChatRequest, facts: ModelFacts | None, knobs: Knobs, losses: Losses) -> Item:
    """How long the answer may be."""
    wanted = limit_of(request, facts, losses)
    if wanted is None:
        return {}
    if wanted < knobs.smallest_output:
        losses.change("max_output_tokens", f"the provider takes no less than {knobs.smallest_output}")
        wanted = knobs.smallest_output
    return {"max_output_tokens": wanted}


def sampling(request: ChatRequest, facts: ModelFacts | None, losses: Losses) -> Item:
    """Temperature and nucleus; a model that takes neither means 1 by that."""
    given: Item = present({"temperature": request.temperature, "top_p": request.top_p})
    if facts is None or facts.sampling is not False:
        return given
    for field, value in given.items():
        if value != 1:
            losses.refuse(field, "this model chooses it itself")
    return {}


def refuse_foreign(request: ChatRequest, losses: Losses) -> None:
    """Fields that this wire has nothing like."""
    none = "the Responses wire has no such field"
    if request.n not in (None, 1):
        losses.refuse("n", "the Responses wire gives one answer a call")
    if request.stop:
        losses.refuse("stop", none)
    if request.seed is not None:
        losses.refuse("seed", none)
    if request.top_k is not None:
        losses.refuse("top_k", none)
    if request.logit_bias:
        losses.refuse("logit_bias", none)
    _refuse_penalties(request, losses)
    if any(modality != "text" for modality in request.modalities):
        losses.refuse("modalities", "the Responses wire answers in text alone")
    if request.audio is not None:
        losses.advise("audio", "the Responses wire answers in text alone")
    if request.prediction is not None:
        losses.advise("prediction", "the Responses wire has no predicted outputs")


def _refuse_penalties(request: ChatRequest, losses: Losses) -> None:
    penalties = (("presence_penalty", request.presence_penalty), ("frequency_penalty", request.frequency_penalty))
    for field, value in penalties:
        if value:
            losses.refuse(field, "the Responses wire has no such field")


def identity(request: ChatRequest, knobs: Knobs) -> Item:
    """Who asks, unless the caller said it in this wire's own words."""
    if request.user is None or own(request.extra).keys() & {"user", "safety_identifier"}:
        return {}
    return {knobs.user: request.user}


def tier(request: ChatRequest, losses: Losses) -> Item:
    """How soon, and for how much."""
    wanted = request.service_tier
    if wanted is None:
        return {}
    if wanted in _STANDARD_TIERS:
        return {"service_tier": "default"}
    if wanted not in _TIERS and NAME not in request.extra:
        losses.advise("service_tier", f"the Responses wire has no tier {wanted}")
        return {}
    return {"service_tier": wanted}


def storage(request: ChatRequest, knobs: Knobs, losses: Losses) -> Item:
    """Whether the provider keeps the answer. It does by default, so that it is told not to unless asked to."""
    fields = present({"previous_response_id": request.previous_response_id})
    if knobs.store == "omit" and request.store:
        losses.advise("store", "the host stores nothing")
    if knobs.store == "omit" or (request.store is None and "store" in own(request.extra)):
        return fields
    return {**fields, "store": bool(request.store)}


def keeps(request: ChatRequest) -> bool:
    """Whether the provider is to keep the answer, so that the next turn can refer to it."""
    return request.store is True or (request.store is None and "store" in own(request.extra))


def own_fields(body: Item, request: ChatRequest, knobs: Knobs, losses: Losses, *, stream: bool) -> None:
    """Adds the fields that only this wire knows, as the caller wrote them. A `None` among them is a default."""
    for key, value in own(request.extra).items():
        if value is None or key == "include" or (key == "stream_options" and not stream):
            continue
        if key == "client_metadata" and knobs.client_metadata == "omit":
            losses.advise(key, "telemetry is not handed on")
            continue
        before = body.get(key)
        if key == "tool_choice" and before is None:
            # The rest of a choice that was left out.
            continue
        # Of `reasoning` and `text` some members have neutral names, and the others are kept here.
        body[key] = _merged(value, before)


def _merged(kept: object, written: object) -> object:
    """What was kept of a field, with what was written of it over it."""
    rest, said = as_object(kept), as_object(written)
    if rest is None or said is None:
        return kept
    return {**rest, **{key: _merged(rest[key], value) if key in rest else value for key, value in said.items()}}


def foreign_fields(body: Item, request: ChatRequest, losses: Losses) -> None:
    """Fields that only other wires know: those that mean the same here are sent, the rest is told of."""
    of_chat = request.extra.get("openai_chat")
    if of_chat:
        for key in _SHARED_WITH_CHAT & of_chat.keys():
            body.setdefault(key, of_chat[key])
    richer = beyond_words(request.messages, words_of(request.messages))
    report_foreign(request, richer, NAME, losses, shared=_OF_CHAT if of_chat else frozenset())


def without_refused(body: Item, knobs: Knobs, losses: Losses) -> None:
    """Takes out what the host does not take."""
    for field in knobs.refuses:
        if field in body:
            del body[field]
            tell = losses.advise if field in ADVISORY else losses.refuse
            tell(field, "this host does not take it")
