"""How much to think, and what was thought before, written."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, get_args

from accord.core.account import refuse_marked
from accord.core.part import Reasoning
from accord.core.request import Effort, ReasoningConfig
from accord.dialects.openai_chat.encode_message import text_of_reasoning
from accord.dialects.openai_chat.encode_part import own
from accord.dialects.openai_chat.encoding import Encoding, Json
from accord.dialects.openai_chat.reasoning_detail import Detail, details_of, needs_details

if TYPE_CHECKING:
    from accord.dialects.openai_chat.codec import OpenAIChat

_EFFORTS: Sequence[Effort] = get_args(Effort)
_SWITCHES = frozenset({"thinking", "enable_thinking", "thinking_budget"})
"""Fields of hosts that switch thinking on and off."""


def written_reasoning(codec: "OpenAIChat", to: Encoding) -> Json:
    """The fields that say how much to think, as the host has them."""
    config = _unsaid(to)
    if config is None:
        return {}
    _report_shown(codec, config, to)
    match codec.knobs.reasoning:
        case "never":
            to.losses.advise("reasoning", "the host has no field for it")
            return {}
        case "reasoning_effort":
            effort = effort_of(codec, config, to)
            return {} if effort is None else {"reasoning_effort": effort}
        case "thinking":
            return _thinking(config, to)
        case "reasoning":
            return _reasoning_object(config, to)
        case "enable_thinking":
            return _switch(config, to)
        case "chat_template_kwargs":
            switch = _switch(config, to)
            return {"chat_template_kwargs": switch} if switch else {}


def _unsaid(to: Encoding) -> ReasoningConfig | None:
    """What was asked, without what the caller's own fields say already: they go out as they came."""
    config, said = to.request.reasoning, own(to.request.extra)
    if config is None or "reasoning" in said:
        return None
    if not _SWITCHES.isdisjoint(said):
        return ReasoningConfig(effort=config.effort) if config.effort is not None else None
    return config


def effort_of(codec: "OpenAIChat", config: ReasoningConfig, to: Encoding) -> Effort | None:
    """The effort asked for, moved to one the model has where it is known to lack it."""
    asked = config.effort or _effort_meant(codec, config, to)
    if asked is None or codec.facts is None:
        return asked
    if codec.facts.reasoning is False:
        if asked != "none":
            to.losses.advise("reasoning", "the model does not reason")
        return None
    has = codec.facts.efforts or ()
    if not has or asked in has:
        return asked
    nearest = _nearest(asked, [place for place, effort in enumerate(_EFFORTS) if effort in has])
    to.losses.change("reasoning.effort", f"the model has no effort {asked!r}; {nearest!r} is sent")
    return nearest


def written_thoughts(codec: "OpenAIChat", parts: Sequence[Reasoning], path: str, to: Encoding) -> Json:
    """Reasoning of an earlier turn, where the host wants it back."""
    if not parts:
        return {}
    match codec.knobs.reasoning_history:
        case "never":
            to.losses.advise(f"{path}.reasoning", "the host does not take reasoning back")
            return {}
        case "as_received":
            return _as_received(parts, path, to)
        case "reasoning_details":
            refuse_marked([text for part in parts for text in (part.encrypted, part.id)], f"{path}.reasoning")
            details = _received(parts).get("reasoning_details") or _numbered(parts)
            return {"reasoning": text_of_reasoning(parts), "reasoning_details": details}
        case field:
            if any(needs_details(part) for part in parts):
                to.losses.advise(f"{path}.reasoning", "its text is sent without its proof, which is another provider's")
            return {field: text_of_reasoning(parts)}


def _effort_meant(codec: "OpenAIChat", config: ReasoningConfig, to: Encoding) -> Effort | None:
    """The effort in a budget or a switch of another wire."""
    if config.mode == "disabled":
        if codec.facts is None:
            to.losses.advise("reasoning.mode", "it is not known whether the model can stop reasoning")
            return None
        return "none"
    if config.budget is not None:
        meant = _effort_for(config.budget)
        to.losses.change("reasoning.budget", f"sent as effort {meant!r}, the only measure of this wire")
        return meant
    if config.mode is not None:
        to.losses.advise("reasoning.mode", "the model reasons as it does by default")
    return None


def _effort_for(budget: int) -> Effort:
    """The effort that stands for so many tokens of thinking."""
    if budget <= 1024:
        return "low"
    if budget <= 8192:
        return "medium"
    return "high" if budget <= 24576 else "xhigh"


def _nearest(asked: Effort, places: Sequence[int]) -> Effort:
    """Of the efforts at these places, the nearest; thinking is not switched off for want of a lower one."""
    wish = _EFFORTS.index(asked)
    thinking = [place for place in places if place > 0] or places
    return _EFFORTS[min(places if wish == 0 else thinking, key=lambda place: abs(place - wish), default=wish)]


def _report_shown(codec: "OpenAIChat", config: ReasoningConfig, to: Encoding) -> None:
    """Reports what was asked of how reasoning is shown, where the host has no field for it."""
    if codec.knobs.reasoning == "reasoning":
        # It has fields for the first two, and gives the encrypted form unasked.
        return
    for field, given in (("summary", config.summary), ("visible", config.visible), ("encrypted", config.encrypted)):
        if given is not None:
            to.losses.advise(f"reasoning.{field}", "the host decides how reasoning is shown")


def _thinking(config: ReasoningConfig, to: Encoding) -> Json:
    off = config.mode == "disabled" or config.effort == "none"
    switched = off or config.mode is not None or config.effort is not None or config.budget is not None
    fields: Json = {"thinking": {"type": "disabled" if off else "enabled"}} if switched else {}
    if config.budget is not None and not off:
        to.losses.advise("reasoning.budget", "the host takes no budget")
    if config.effort is not None and not off:
        fields["reasoning_effort"] = config.effort
    return fields


def _reasoning_object(config: ReasoningConfig, to: Encoding) -> Json:
    """OpenRouter's object. An effort and a budget exclude each other, and so do any of them and being off."""
    if config.mode == "disabled":
        return {"reasoning": {"enabled": False}}
    fields: Json = {"effort": config.effort, "max_tokens": config.budget, "summary": config.summary}
    if config.effort is not None and config.budget is not None:
        to.losses.change("reasoning.budget", "the effort is sent, which excludes a budget")
        fields["max_tokens"] = None
    if config.mode is not None:
        fields["enabled"] = True
    if config.visible is False:
        fields["exclude"] = True
    written = {key: value for key, value in fields.items() if value is not None}
    return {"reasoning": written} if written else {}


def _switch(config: ReasoningConfig, to: Encoding) -> Json:
    off = config.mode == "disabled" or config.effort == "none"
    on = not off and (config.mode is not None or config.effort is not None or config.budget is not None)
    fields: Json = {"enable_thinking": on} if on or off else {}
    if config.budget is not None and not off:
        fields["thinking_budget"] = config.budget
    if config.effort not in (None, "none"):
        to.losses.change("reasoning.effort", "the host can only switch thinking on or off")
    return fields


def _as_received(parts: Sequence[Reasoning], path: str, to: Encoding) -> Json:
    written = _received(parts)
    own_parts = list(parts) if written else [part for part in parts if part.owner == "openai_chat"]
    if len(own_parts) < len(parts):
        to.losses.advise(f"{path}.reasoning", "reasoning of another provider has no place on this wire")
    field = next((name for part in own_parts if (name := own(part.extra).get("field"))), None)
    if field is not None or (own_parts and not written):
        written[str(field or "reasoning_content")] = text_of_reasoning(own_parts)
    return written


def _received(parts: Sequence[Reasoning]) -> Json:
    """The members of a message that its reasoning came in, but for the text."""
    written: Json = {}
    for part in parts:
        written.update(own(part.extra))
    written.pop("field", None)
    return written


def _numbered(parts: Sequence[Reasoning]) -> list[Detail]:
    details: list[Detail] = []
    for part in parts:
        details.extend(details_of(part, len(details)))
    return details
