"""How much the model thinks, in the form its generation takes: a budget, or adaptive thinking with an effort.

https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking, .../extended-thinking, .../effort
"""

from accord.core.json import JsonObject
from accord.core.part import Part, Reasoning, ToolCall
from accord.core.request import ChatRequest, ReasoningConfig
from accord.dialects.anthropic_messages.dialect import DIALECT
from accord.dialects.anthropic_messages.translation import Translation
from accord.dialects.anthropic_messages.write_media import Block

BUDGETS = {"minimal": 1024, "low": 2048, "medium": 8192, "high": 16_384, "xhigh": 32_768, "max": 32_768}
"""Tokens of thinking for an effort, for models that take a budget."""

LEAST_BUDGET = 1024


def write_reasoning(translation: Translation) -> JsonObject:
    """The members `thinking` and `output_config`, as far as they are needed. Raises `Unsupported`."""
    config = translation.request.reasoning
    if config is None or "thinking" in translation.own:
        return {} if config is None else _effort(translation, config.effort)
    if _is_off(config):
        return {**_off(translation, config), **_effort(translation, _effort_when_off(config.effort))}
    if config.effort_only:
        return _effort(translation, config.effort)
    if config.effort is None and config.budget is None and config.mode is None:
        return _shown(translation, config)
    if not translation.rules.thinks:
        translation.losses.refuse("reasoning", "the model does not reason")
        return {}
    return _adaptive(translation, config) if translation.rules.adaptive else _budgeted(translation, config)


def effort_of(budget: int) -> str:
    """The effort that comes nearest to a budget of tokens."""
    return next((effort for effort in ("low", "medium", "high") if budget <= BUDGETS[effort]), "max")


def _is_off(config: ReasoningConfig) -> bool:
    if config.mode is not None:
        return config.mode == "disabled"
    return config.budget == 0 or (config.effort == "none" and config.budget is None)


def _effort_when_off(effort: str | None) -> str | None:
    """Without thinking no more than `high` is taken."""
    return "high" if effort in {"xhigh", "max"} else effort


def _off(translation: Translation, config: ReasoningConfig) -> Block:
    rules = translation.rules
    if not rules.thinks or (rules.off == "omit" and config.mode is None):
        return {}
    if rules.off is not None:
        return _send(translation, {"type": "disabled" if rules.off == "omit" else rules.off})
    translation.losses.change("reasoning", "the model always thinks; it was asked for its lowest effort")
    level = rules.effort("low")
    return {} if level is None else {"output_config": {"effort": level}}


def _shown(translation: Translation, config: ReasoningConfig) -> Block:
    """Whether thoughts are to be seen, where the model thinks anyway."""
    asked = config.visible is True or config.summary is not None
    if not asked:
        return {}
    if not translation.rules.thinks_unasked:
        name = "summary" if config.visible is None else "visible"
        translation.losses.advise(f"reasoning.{name}", "the model does not think unless asked to, which was not asked")
        return {}
    return _send(translation, {"type": "adaptive", "display": "summarized"})


def _adaptive(translation: Translation, config: ReasoningConfig) -> Block:
    effort: str | None = config.effort
    budget = config.budget
    if budget is not None and budget > 0 and translation.rules.budgeted and config.mode == "enabled":
        members = _with_budget(translation, config, budget)
        return {**members, **_effort(translation, effort)} if members else {}
    if budget is not None and budget > 0 and effort is None:
        effort = effort_of(budget)
        translation.losses.change(
            "reasoning.budget", f"the model takes no budget of thinking; effort {effort} was asked"
        )
    return {**_send(translation, {"type": "adaptive", **_display(config)}), **_effort(translation, effort)}


def _budgeted(translation: Translation, config: ReasoningConfig) -> Block:
    budget = config.budget
    if budget is None or budget < 0:
        budget = BUDGETS[config.effort if config.effort in BUDGETS else "high"]
        if config.mode == "adaptive":
            why = f"the model does not adapt its thinking; a budget of {budget} tokens was asked"
            translation.losses.change("reasoning.mode", why)
    members = _with_budget(translation, config, budget)
    if config.mode is None or not members:
        return members
    return {**members, **_effort(translation, config.effort)}


def _with_budget(translation: Translation, config: ReasoningConfig, budget: int) -> Block:
    """Thinking by a budget, which must be less than the limit on the whole answer."""
    if _thoughts_are_missing(translation.request):
        why = "the last turn called tools without its thinking, without which the model cannot go on thinking"
        translation.losses.change("reasoning", why)
        return {}
    if translation.prefilled and translation.rules.prefill and translation.rules.claude:
        translation.losses.change("reasoning", "the model cannot think about an answer that the caller has begun")
        return {}
    room = _room(translation, budget)
    if room < LEAST_BUDGET:
        why = f"thinking takes at least {LEAST_BUDGET} tokens, and the answer may have {translation.max_tokens}"
        translation.losses.change("reasoning", why)
        return {}
    sent = min(max(budget, LEAST_BUDGET), room)
    if config.budget is not None and sent != budget:
        translation.losses.change(
            "reasoning.budget", f"{sent} tokens were sent: at least 1024, less than the answer's limit"
        )
    thinking = {"type": "enabled", "budget_tokens": sent}
    return _send(translation, {**thinking, **(_display(config) if config.visible is not None else {})})


def _room(translation: Translation, budget: int) -> int:
    if translation.request.max_output_tokens is None:
        # The limit was filled in, so it makes room for the thinking and an answer.
        translation.max_tokens = max(
            translation.max_tokens, min(budget + 4096, translation.rules.max_output or budget + 4096)
        )
    return translation.max_tokens - 1


def _display(config: ReasoningConfig) -> Block:
    """Newer models show no thoughts unless asked; a caller of another wire expects to see them."""
    if config.visible is not None:
        return {"display": "summarized" if config.visible else "omitted"}
    return {} if config.mode is not None else {"display": "summarized"}


def _effort(translation: Translation, effort: str | None) -> Block:
    if effort is None or effort == "none":
        return {}
    level = translation.rules.effort(effort)
    if level is None:
        translation.losses.advise("reasoning.effort", "the model takes no effort")
        return {}
    if effort not in (level, "minimal"):
        translation.losses.change("reasoning.effort", f"the model does not take {effort}; {level} was sent")
    return {"output_config": {"effort": level}}


def _thoughts_are_missing(request: ChatRequest) -> bool:
    """Whether the assistant's last turn called tools and its thinking was lost.

    https://platform.claude.com/docs/en/build-with-claude/extended-thinking#extended-thinking-with-tool-use
    """
    last: list[Part] = []
    for message in reversed(request.messages):
        if message.role == "assistant":
            last.extend(message.parts)
        elif last:
            break
    calls = any(isinstance(part, ToolCall) for part in last)
    return calls and not any(isinstance(part, Reasoning) and part.owner == DIALECT for part in last)


def _send(translation: Translation, thinking: Block) -> Block:
    kind = thinking["type"]
    translation.thinking = kind if isinstance(kind, str) else None
    return {"thinking": thinking}
