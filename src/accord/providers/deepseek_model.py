"""What DeepSeek's models take, on whichever wire. https://api-docs.deepseek.com/guides/thinking_mode.

They think unless told not to; while they do, no call can be forced, and sampling has no effect.
"""

from collections.abc import Mapping

import msgspec

from accord.core.dialect import Dialect
from accord.core.loss import Losses
from accord.core.model import ModelFacts
from accord.core.part import Extra
from accord.core.request import ChatRequest, Effort, JsonSchemaFormat, ReasoningConfig
from accord.providers.asked import is_forced, is_off, narrowed

_EFFORTS: Mapping[str, Effort] = {"minimal": "low", "medium": "high", "xhigh": "high", "ultra": "max"}
"""How the provider itself counts the efforts it has no level of its own for."""
_FLASH = ("deepseek-flash", "deepseek-v4-flash", "deepseek-v4.1-flash")
_LEAST_TOP_P = 0.95
_OFF = ReasoningConfig(mode="disabled")


def fitted(request: ChatRequest, known: ModelFacts | None, losses: Losses, *, wire: Dialect) -> ChatRequest:
    """The request as the models take it: how much to think in their words, and off where a call is forced unasked."""
    changes: dict[str, object] = {}
    request = narrowed(request)
    config = _config(request, known, losses)
    forced = is_forced(request.tool_choice)
    if (forced or _answers_by_tool(request, wire)) and thinks(config, known):
        if not _asked_to_think(config):
            config = _OFF
            losses.change("reasoning", "thinking is switched off, since no call can be forced while the model thinks")
        elif forced:
            losses.refuse("tool_choice", "no call can be forced while the model thinks, and it was asked to think")
            changes["tool_choice"] = "auto"
    if config != request.reasoning:
        changes["reasoning"] = config
    if (extra := _without_said(request)) is not None:
        changes["extra"] = extra
    _tell_sampling(request, thinking=thinks(config, known), flash=is_flash(known), losses=losses)
    return msgspec.structs.replace(request, **changes) if changes else request


def thinks(config: ReasoningConfig | None, known: ModelFacts | None) -> bool:
    """Whether the model will think."""
    return (known is None or known.reasoning is not False) and not is_off(config)


def _answers_by_tool(request: ChatRequest, wire: Dialect) -> bool:
    """Whether the answer's form is had by a forced call, which is how Anthropic's wire has it from these models."""
    return wire == "anthropic_messages" and isinstance(request.response_format, JsonSchemaFormat)


def _asked_to_think(config: ReasoningConfig | None) -> bool:
    return config is not None and not config.effort_only and (config.mode is not None or config.effort is not None)


def _config(request: ChatRequest, known: ModelFacts | None, losses: Losses) -> ReasoningConfig | None:
    """How much to think, in the provider's own words."""
    asked = request.reasoning
    own = request.extra.get("openai_chat", {}).get("reasoning_effort")
    if asked is None or asked == ReasoningConfig():
        asked = ReasoningConfig(effort=_EFFORTS.get(own)) if isinstance(own, str) and own in _EFFORTS else asked
    if asked is None:
        return None
    if known is not None and known.reasoning is False:
        if not is_off(asked):
            losses.advise("reasoning", "the model does not reason")
        return None
    if is_off(asked):
        return _OFF
    if asked.budget is not None:
        losses.advise("reasoning.budget", "the provider takes no budget of thinking")
        asked = msgspec.structs.replace(asked, budget=None, mode=asked.mode or "enabled")
    if asked.mode == "adaptive":
        asked = msgspec.structs.replace(asked, mode="enabled")
    return _with_known_effort(asked, losses)


def _with_known_effort(asked: ReasoningConfig, losses: Losses) -> ReasoningConfig:
    meant = _EFFORTS.get(asked.effort or "")
    if meant is None:
        return asked
    losses.change("reasoning.effort", f"the provider counts {asked.effort!r} as {meant!r}, which is sent")
    return msgspec.structs.replace(asked, effort=meant)


def _without_said(request: ChatRequest) -> Extra | None:
    """The unnamed fields without those that have become named ones; `None` where there are none."""
    extra, config = request.extra, request.reasoning
    own = extra.get("openai_chat", {})
    said = {"thinking"} if config is not None and config.mode is not None else set[str]()
    if own.get("reasoning_effort") in _EFFORTS:
        said.add("reasoning_effort")
    if said.isdisjoint(own):
        return None
    return {**extra, "openai_chat": {key: value for key, value in own.items() if key not in said}}


def is_flash(known: ModelFacts | None) -> bool:
    """Whether it is one of the small models, which take `top_p` otherwise."""
    return known is not None and known.id in _FLASH


def _tell_sampling(request: ChatRequest, *, thinking: bool, flash: bool, losses: Losses) -> None:
    """Tells of what is sent, taken, and without effect."""
    if thinking and request.temperature not in (None, 1):
        losses.change("temperature", "the model pays no heed to it while it thinks")
    for field, value in (
        ("presence_penalty", request.presence_penalty),
        ("frequency_penalty", request.frequency_penalty),
    ):
        if value:
            losses.change(field, "the provider takes it and pays no heed to it any more")
    if request.top_p in (None, 1):
        return
    if flash and thinking:
        if request.top_p < _LEAST_TOP_P:
            losses.change("top_p", f"the model counts less than {_LEAST_TOP_P} as {_LEAST_TOP_P}")
    elif flash or thinking:
        losses.change("top_p", f"the model pays no heed to it {'while it thinks' if thinking else 'unless it thinks'}")
