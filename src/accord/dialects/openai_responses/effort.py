"""How much the model should think, in this wire's one word for it."""

from accord.core.loss import Losses
from accord.core.model import ModelFacts
from accord.core.request import Effort, ReasoningConfig

_ORDER: tuple[Effort, ...] = ("none", "minimal", "low", "medium", "high", "xhigh", "max")

# Tokens of thinking that each effort is worth, as wires with budgets count them.
_BUDGETS: tuple[tuple[int, Effort], ...] = ((0, "none"), (2048, "low"), (10_000, "medium"), (24_000, "high"))


def effort_of(config: ReasoningConfig, facts: ModelFacts | None, losses: Losses) -> str | None:
    """The effort to send; `None` leaves it to the model."""
    wanted = config.effort or _wish(config, facts, losses)
    if wanted is None:
        return None
    if facts is not None and facts.reasoning is False:
        if wanted != "none":
            losses.refuse("reasoning", "this model does not reason")
        return None
    efforts = facts.efforts if facts is not None else None
    if not efforts or wanted in efforts:
        return wanted
    nearest = _nearest(wanted, efforts)
    if nearest is not None and nearest != wanted:
        losses.change("reasoning.effort", f"this model has no effort {wanted}; {nearest} is sent")
    return nearest or wanted


def _wish(config: ReasoningConfig, facts: ModelFacts | None, losses: Losses) -> Effort | None:
    """What a budget or a switch comes to."""
    if config.mode == "disabled":
        return "none"
    if config.budget is not None:
        wanted = _worth(config.budget)
        losses.change("reasoning.budget", f"a budget of {config.budget} tokens is sent as effort {wanted}")
        return wanted
    if config.mode == "enabled" and facts is not None and facts.default_effort == "none":
        losses.change("reasoning.mode", "thinking is switched on by effort medium")
        return "medium"
    if config.mode is not None and not (facts is not None and facts.reasoning):
        losses.advise("reasoning.mode", "the model thinks as it does by default")
    return None


def _worth(budget: int) -> Effort:
    for limit, effort in _BUDGETS:
        if budget <= limit:
            return effort
    return "xhigh"


def _nearest(wanted: Effort, efforts: tuple[str, ...]) -> str | None:
    """A little effort becomes the next higher one, a great one the next lower."""
    known = [effort for effort in _ORDER if effort in efforts]
    place = _ORDER.index(wanted)
    higher = [effort for effort in known if _ORDER.index(effort) > place]
    lower = [effort for effort in known if _ORDER.index(effort) < place]
    if wanted in ("none", "minimal"):
        return higher[0] if higher else None
    return lower[-1] if lower else (higher[0] if higher else None)
