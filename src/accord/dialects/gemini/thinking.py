"""How much to think: neutral wishes become `thinkingConfig`, and back. https://ai.google.dev/gemini-api/docs/thinking."""

from accord.core.request import Effort, ReasoningConfig
from accord.dialects.gemini.rules import Rules
from accord.dialects.gemini.wire import ThinkingConfig
from accord.dialects.gemini.writing import Writing

# What Google's own OpenAI endpoint makes of efforts. https://ai.google.dev/gemini-api/docs/openai#thinking
_BUDGETS = {"low": 1024, "medium": 8192, "high": 24_576, "xhigh": 32_768, "max": 32_768}
_DYNAMIC = -1

_LEVEL_EFFORTS: dict[str, Effort] = {
    "MINIMAL": "minimal",
    "LOW": "low",
    "MEDIUM": "medium",
    "HIGH": "high",
    "XHIGH": "xhigh",
}


def thinking_config(wanted: ReasoningConfig, writing: Writing) -> dict[str, object] | None:
    """What to send, `None` for nothing at all."""
    rules = writing.rules
    off = wanted.mode == "disabled" or wanted.effort == "none"
    if rules.thinking == "none":
        if not off:
            writing.losses.advise("reasoning", "this model does not think before it answers")
        return None
    config: dict[str, object] = {}
    visible = wanted.visible if wanted.visible is not None else _shows(wanted)
    if visible is not None:
        config["includeThoughts"] = visible
    if rules.thinking == "level":
        level = _level(wanted, off, writing)
        if level is not None:
            config["thinkingLevel"] = level
    else:
        budget = _budget(wanted, off, writing)
        if budget is not None:
            config["thinkingBudget"] = budget
    return config or None


def _shows(wanted: ReasoningConfig) -> bool | None:
    """Wires whose switch for thinking is one for seeing thoughts too mean both by it."""
    return True if wanted.summary is not None or wanted.mode in ("enabled", "adaptive") else None


def _level(wanted: ReasoningConfig, off: bool, writing: Writing) -> str | None:
    rules = writing.rules
    if off:
        level = rules.level("none")
        writing.losses.change("reasoning", f"this model always thinks; the least it can is {level.upper()}")
        return level.upper()
    effort = wanted.effort
    if effort is None and wanted.budget is not None:
        effort = "low" if wanted.budget < 2_000 else "medium" if wanted.budget < 10_000 else "high"
        writing.losses.change("reasoning.budget", f"this model thinks by level, not by tokens; sent as {effort}")
    if effort is None:
        return None
    level = rules.level(effort)
    if level != effort:
        writing.losses.change("reasoning.effort", f"this model does not know {effort!r}; the nearest is {level!r}")
    return level.upper()


def _budget(wanted: ReasoningConfig, off: bool, writing: Writing) -> int | None:
    rules = writing.rules
    if off:
        if rules.can_stop_thinking:
            return 0
        writing.losses.change("reasoning", f"this model always thinks; the least is {rules.least_budget} tokens")
        return rules.least_budget
    if wanted.budget is not None:
        return _bounded(wanted.budget, writing)
    if wanted.effort is not None:
        least = rules.least_budget
        return least if wanted.effort == "minimal" else min(_BUDGETS[wanted.effort], rules.most_budget)
    return _DYNAMIC if wanted.mode == "adaptive" else None


def _bounded(budget: int, writing: Writing) -> int:
    rules: Rules = writing.rules
    bounded = max(rules.least_budget, min(budget, rules.most_budget))
    if budget == 0 and rules.can_stop_thinking:
        return 0
    if bounded != budget:
        why = f"this model thinks for {rules.least_budget} to {rules.most_budget} tokens"
        writing.losses.change("reasoning.budget", f"{why}; {bounded} is sent")
    return bounded


def reasoning_of(config: ThinkingConfig) -> ReasoningConfig:
    """The neutral wish. The wire's own words are kept beside it, in `extra`."""
    budget = config.thinking_budget
    effort = _LEVEL_EFFORTS.get((config.thinking_level or "").upper())
    if budget is None or budget > 0:
        return ReasoningConfig(effort=effort, budget=budget, visible=config.include_thoughts)
    return ReasoningConfig(
        effort=effort, mode="disabled" if budget == 0 else "adaptive", visible=config.include_thoughts
    )
