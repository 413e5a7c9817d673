"""Everything in a caller's request but its messages and tools, read."""

from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

from accord.core.json import JsonObject, as_object, kind_of
from accord.core.part import CacheControl, Text
from accord.core.request import (
    AudioOutput,
    Effort,
    JsonObjectFormat,
    JsonSchemaFormat,
    ReasoningConfig,
    ResponseFormat,
)
from accord.dialects.openai_chat import fault
from accord.dialects.openai_chat.fault import Fault
from accord.dialects.openai_chat.parse_part import Block, parts_in

Verbosity: TypeAlias = Literal["low", "medium", "high"]

_EFFORTS: Mapping[str, Effort] = {effort: effort for effort in get_args(Effort)}
_VERBOSITIES: Mapping[str, Verbosity] = {word: word for word in get_args(Verbosity)}


def stop_in(body: JsonObject) -> tuple[str, ...]:
    """Stop sequences: a string or an array of them. Raises `Fault`."""
    value = body.get("stop")
    if isinstance(value, str):
        return (value,)
    return _strings(body, "stop", "a string or an array of strings")


def modalities_in(body: JsonObject) -> tuple[str, ...]:
    """What the answer may consist of. Raises `Fault`."""
    return _strings(body, "modalities", "an array of strings")


def format_in(block: Block, extra: Block) -> ResponseFormat | None:
    """The form of the answer. Forms of other hosts stay in `extra`. Raises `Fault`."""
    try:
        return _format(block, extra)
    except Fault as error:
        raise error.within("response_format") from None


def _format(block: Block, extra: Block) -> ResponseFormat | None:
    match fault.text(block, "type"):
        case "text":
            return None
        case "json_object":
            return JsonObjectFormat()
        case "json_schema":
            return _schema(fault.inner(block, "json_schema"))
        case _:
            extra["response_format"] = block
            return None


def reasoning_in(body: Block, extra: Block) -> ReasoningConfig | None:
    """How much to think, in OpenAI's field or in those of other hosts. What has no neutral word stays in `extra`."""
    effort = fault.optional_text(body, "reasoning_effort")
    if effort is not None and effort not in _EFFORTS:
        extra["reasoning_effort"] = effort
    found = _of_object(body, extra) or _of_switch(body, extra) or ReasoningConfig()
    chosen = _EFFORTS.get(effort or "") or found.effort
    config = ReasoningConfig(effort=chosen, budget=found.budget, mode=found.mode, visible=found.visible)
    return config if config != ReasoningConfig() else None


def verbosity_in(body: JsonObject, extra: Block) -> Verbosity | None:
    """How long the answer should be. Raises `Fault`."""
    word = fault.optional_text(body, "verbosity")
    if word is not None and word not in _VERBOSITIES:
        extra["verbosity"] = word
    return _VERBOSITIES.get(word or "")


def metadata_in(body: JsonObject, extra: Block) -> Mapping[str, str] | None:
    """Pairs of strings; anything else in it is the host's affair and stays in `extra`. Raises `Fault`."""
    given = fault.optional_object(body, "metadata")
    if given is None:
        return None
    pairs = {key: value for key, value in given.items() if isinstance(value, str)}
    if len(pairs) == len(given):
        return pairs
    extra["metadata"] = given
    return None


def logit_bias_in(body: JsonObject) -> Mapping[str, float] | None:
    """Token ids and what is added to their scores. Raises `Fault`."""
    given = fault.optional_object(body, "logit_bias")
    if given is None:
        return None
    biases: dict[str, float] = {}
    for key, value in given.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Fault(f"must be a number, got {kind_of(value)}", f"logit_bias.{key}")
        biases[key] = value
    return biases


def audio_in(body: JsonObject, extra: Block) -> AudioOutput | None:
    """How spoken answers should sound. A voice of the caller's own stays in `extra`. Raises `Fault`."""
    given = fault.optional_object(body, "audio")
    if given is None:
        return None
    try:
        form = fault.text(given, "format")
        if isinstance(given.get("voice"), dict):
            extra["audio"] = given
            return None
        return AudioOutput(format=form, voice=fault.text(given, "voice"))
    except Fault as error:
        raise error.within("audio") from None


def prediction_in(body: JsonObject) -> str | None:
    """Text the answer will probably repeat. Raises `Fault`."""
    given = fault.optional_object(body, "prediction")
    if given is None:
        return None
    try:
        parts = parts_in(given.get("content"))
    except Fault as error:
        raise error.within("prediction.content") from None
    return "".join([part.text for part in parts if isinstance(part, Text)])


def cache_in(body: JsonObject) -> CacheControl | None:
    """A mark for the request as a whole, as OpenRouter and Anthropic have it. Raises `Fault`."""
    given = fault.optional_object(body, "cache_control")
    if given is None:
        return None
    ttl = given.get("ttl")
    return CacheControl(ttl=ttl if isinstance(ttl, str) else None)


def stream_options_in(body: JsonObject) -> Block:
    """What the caller wants to know at a stream's end. Raises `Fault`."""
    given = fault.optional_object(body, "stream_options") or {}
    try:
        fault.optional_flag(given, "include_usage")
        fault.optional_flag(given, "include_obfuscation")
    except Fault as error:
        raise error.within("stream_options") from None
    return given


def _strings(body: JsonObject, key: str, wanted: str) -> tuple[str, ...]:
    value = body.get(key)
    if value is None:
        return ()
    items = fault.optional_array(body, key) if isinstance(value, list) else fault.wrong(value, wanted, key)
    found: list[str] = []
    for index, item in enumerate(items or ()):
        if not isinstance(item, str):
            fault.wrong(item, "a string", f"{key}[{index}]")
        found.append(item)
    return tuple(found)


def _schema(block: Block) -> JsonSchemaFormat:
    try:
        name = fault.optional_text(block, "name")
        schema = fault.optional_object(block, "schema")
        description = fault.optional_text(block, "description")
        strict = fault.optional_flag(block, "strict")
    except Fault as error:
        raise error.within("json_schema") from None
    return JsonSchemaFormat(name=name or "response", schema=schema or {}, description=description, strict=strict)


def _of_object(body: Block, extra: Block) -> ReasoningConfig | None:
    """OpenRouter's `reasoning: {effort, max_tokens, enabled, exclude}`."""
    given = as_object(body.get("reasoning"))
    if given is None:
        if body.get("reasoning") is not None:
            extra["reasoning"] = body["reasoning"]
        return None
    effort, budget, enabled, exclude = (given.get(key) for key in ("effort", "max_tokens", "enabled", "exclude"))
    known = {"effort", "max_tokens", "enabled", "exclude"}
    level = _EFFORTS.get(effort) if isinstance(effort, str) else None
    if not (given.keys() <= known and (effort is None or level is not None) and exclude in (None, True)):
        extra["reasoning"] = given
    return ReasoningConfig(
        effort=level,
        budget=budget if type(budget) is int else None,
        mode=_mode(enabled),
        visible=False if exclude is True else None,
    )


def _of_switch(body: Block, extra: Block) -> ReasoningConfig | None:
    """`thinking: {type, budget_tokens}` (DeepSeek, Z.ai, Moonshot, Anthropic) and `enable_thinking` (DashScope)."""
    given = as_object(body.get("thinking"))
    if given is None:
        if body.get("thinking") is not None:
            extra["thinking"] = body["thinking"]
        switch, budget = body.get("enable_thinking"), body.get("thinking_budget")
        for key, value in (("enable_thinking", switch), ("thinking_budget", budget)):
            if value is not None:
                extra[key] = value
        return ReasoningConfig(mode=_mode(switch), budget=budget if type(budget) is int else None)
    kind, budget = given.get("type"), given.get("budget_tokens")
    if not (given.keys() <= {"type", "budget_tokens"} and kind in ("enabled", "disabled", "adaptive")):
        extra["thinking"] = given
    return ReasoningConfig(
        mode="adaptive" if kind == "adaptive" else _mode({"enabled": True, "disabled": False}.get(str(kind))),
        budget=budget if type(budget) is int else None,
    )


def _mode(enabled: object) -> Literal["enabled", "disabled"] | None:
    if enabled is True:
        return "enabled"
    return "disabled" if enabled is False else None
