"""What Moonshot's models take, on whichever wire. https://platform.kimi.ai/docs.

Rules go by how a name begins, not by a list: new Kimi models come under new names and behave like the newest. Sampling is
fixed for all of them; how thinking is steered differs by generation.
"""

from collections.abc import Mapping
from typing import Literal, TypeAlias

import msgspec

from accord.core.loss import Losses
from accord.core.part import Extra
from accord.core.request import ChatRequest, Effort, JsonObjectFormat, ReasoningConfig
from accord.core.tool import HostedTool
from accord.providers.asked import is_begun, is_forced, is_off, narrowed

Thinking: TypeAlias = Literal["never", "switched", "always", "by_effort"]
"""How a model's thinking is steered: it has none; on and off; not at all; by `reasoning_effort`."""

_GENERATIONS: tuple[tuple[str, Thinking], ...] = (
    ("kimi-k2.5", "switched"),
    ("kimi-k2.6", "switched"),
    ("kimi-k2.7", "always"),
    ("kimi-k2-thinking", "always"),
    ("kimi-thinking", "always"),
    ("kimi-k2", "never"),
    ("kimi-latest", "never"),
    ("kimi-", "by_effort"),
)
_EFFORTS: Mapping[str, Effort] = {"none": "low", "minimal": "low", "medium": "high", "xhigh": "max"}
_OFF, _ON = ReasoningConfig(mode="disabled"), ReasoningConfig(mode="enabled")
_ALWAYS = "the model always thinks, and has no setting for it"
_FIXED = "the model's is fixed"
_MOST_CHOICES = 5
_COOLEST_OF_SEVERAL = 0.3
_MOST_STOPS, _LONGEST_STOP = 5, 32


def thinking_of(model: str) -> Thinking:
    """How the thinking of `model` is steered."""
    for start, kind in _GENERATIONS:
        if model.startswith(start):
            return kind
    return "never"


def fitted(request: ChatRequest, model: str, losses: Losses) -> ChatRequest:
    """The request as the model takes it."""
    changes: dict[str, object] = {}
    request = narrowed(request)
    kind = thinking_of(model)
    config = _config(request, kind, losses)
    if _searches(request) and kind != "never" and not is_off(config):
        config = _without_thinking(kind, config, losses)
    if config != request.reasoning:
        changes["reasoning"] = config
    if kind != "switched" and (extra := _without_switch(request.extra, losses)) is not None:
        changes["extra"] = extra
    if is_forced(request.tool_choice):
        losses.refuse("tool_choice", "the provider cannot be made to call a tool")
        changes["tool_choice"] = "auto"
    if is_begun(request) and isinstance(request.response_format, JsonObjectFormat):
        losses.refuse("response_format", "an answer that continues what was begun cannot be held to JSON")
        changes["response_format"] = None
    if model.startswith("kimi-"):
        _drop_sampling(request, losses, changes)
    else:
        _bound_sampling(request, losses, changes)
    _bound_stops(request, losses, changes)
    return msgspec.structs.replace(request, **changes) if changes else request


def _config(request: ChatRequest, kind: Thinking, losses: Losses) -> ReasoningConfig | None:
    """How much to think, in the words of the model's generation."""
    asked = request.reasoning
    if asked is None or (asked.effort is None and asked.mode is None and asked.budget is None):
        return asked
    little = is_off(asked) or (asked.effort == "minimal" and asked.mode is None)
    match kind:
        case "never":
            if not little:
                losses.advise("reasoning", "the model does not reason")
            return None
        case "always":
            if little:
                losses.change("reasoning", _ALWAYS)
            elif asked.effort is not None or asked.budget is not None:
                losses.advise("reasoning", _ALWAYS)
            return None
        case "switched":
            if not little and (asked.effort is not None or asked.budget is not None):
                losses.change("reasoning", "the model's thinking can only be switched on or off")
            return _OFF if little else _ON
        case "by_effort":
            return _effort(asked, losses, off=is_off(asked))


def _effort(asked: ReasoningConfig, losses: Losses, *, off: bool) -> ReasoningConfig | None:
    if asked.budget is not None and not off:
        losses.advise("reasoning.budget", "the provider takes no budget of thinking")
    effort = "none" if off else asked.effort
    meant = _EFFORTS.get(effort or "")
    if meant is not None:
        losses.change("reasoning.effort", f"the model has no effort {effort!r}; {meant!r} is sent")
    wanted = meant or asked.effort
    # What was asked of how thoughts are shown stays, for the wire to say that it cannot.
    config = msgspec.structs.replace(asked, effort=wanted, budget=None, mode=None)
    return None if config == ReasoningConfig() else config


def _searches(request: ChatRequest) -> bool:
    """Whether it has a tool that the provider runs itself (`$web_search`), which thinking models do not take."""
    return any(isinstance(tool, HostedTool) and tool.name == "builtin_function" for tool in request.tools)


def _without_thinking(kind: Thinking, config: ReasoningConfig | None, losses: Losses) -> ReasoningConfig | None:
    if kind == "switched" and config is None:
        losses.change("reasoning", "thinking is switched off, which the provider's own tools demand")
        return _OFF
    losses.refuse("tools", "the provider's own tools demand that thinking is off")
    return config


def _without_switch(extra: Extra, losses: Losses) -> Extra | None:
    """The unnamed fields without `thinking`, which only the models with a switch take."""
    own = extra.get("openai_chat", {})
    if "thinking" not in own:
        return None
    losses.advise("thinking", "the model does not take it")
    return {**extra, "openai_chat": {key: value for key, value in own.items() if key != "thinking"}}


def _drop_sampling(request: ChatRequest, losses: Losses, changes: dict[str, object]) -> None:
    given = (
        ("temperature", request.temperature, 1),
        ("top_p", request.top_p, None),
        ("presence_penalty", request.presence_penalty, 0),
        ("frequency_penalty", request.frequency_penalty, 0),
    )
    for field, value, fixed in given:
        if value is not None:
            changes[field] = None
            if value != fixed:
                losses.advise(field, _FIXED)
    if request.n is not None:
        changes["n"] = None
        if request.n != 1:
            losses.refuse("n", "the model gives one answer a call")


def _bound_sampling(request: ChatRequest, losses: Losses, changes: dict[str, object]) -> None:
    """The range of the models before Kimi."""
    temperature, several = request.temperature, (request.n or 1) > 1
    if temperature is not None and temperature > 1:
        losses.change("temperature", "the model takes no more than 1")
        changes["temperature"] = 1
    elif temperature is not None and several and temperature < _COOLEST_OF_SEVERAL:
        losses.change("temperature", f"with several answers the model takes no less than {_COOLEST_OF_SEVERAL}")
        changes["temperature"] = _COOLEST_OF_SEVERAL
    if request.n is not None and request.n > _MOST_CHOICES:
        losses.refuse("n", f"the model gives at most {_MOST_CHOICES} answers a call")
        changes["n"] = _MOST_CHOICES


def _bound_stops(request: ChatRequest, losses: Losses, changes: dict[str, object]) -> None:
    short = tuple([stop for stop in request.stop if len(stop.encode("utf-8", "surrogatepass")) <= _LONGEST_STOP])
    taken = short[:_MOST_STOPS]
    if taken != request.stop:
        losses.refuse("stop", f"the provider takes at most {_MOST_STOPS} sequences of {_LONGEST_STOP} bytes")
        changes["stop"] = taken
