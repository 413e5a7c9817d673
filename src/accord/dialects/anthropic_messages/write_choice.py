"""How the model is told to choose among its tools.

https://platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools#controlling-claudes-output
"""

from accord.core.tool import AllowedTools, HostedChoice, NamedTool, ToolChoice
from accord.dialects.anthropic_messages.dialect import DIALECT
from accord.dialects.anthropic_messages.translation import Translation
from accord.dialects.anthropic_messages.write_media import Block

_AUTO: Block = {"type": "auto"}


def write_choice(translation: Translation) -> Block | None:
    """The `tool_choice`; `None` leaves it to the model. Raises `Unsupported` for a forced call it does not take."""
    request = translation.request
    choice: Block | None = _named(translation, request.tool_choice)
    if _is_forced(choice) and not _may_force(translation):
        choice = dict(_AUTO)
    if translation.answer_tool is not None:
        choice = _towards_answer(translation, choice)
    if request.parallel_tool_calls is None or (choice is not None and choice["type"] == "none"):
        return choice
    if choice is None and request.parallel_tool_calls:
        return None
    return {**(choice or _AUTO), "disable_parallel_tool_use": not request.parallel_tool_calls}


def report_choice_without_tools(translation: Translation) -> None:
    """Tells of a choice among no tools. Raises `Unsupported` where one of them has to be called."""
    request, losses = translation.request, translation.losses
    none = "there are no tools to choose from"
    if request.tool_choice in ("auto", "none"):
        losses.advise("tool_choice", none)
    elif request.tool_choice is not None:
        losses.refuse("tool_choice", none)
    if request.parallel_tool_calls is not None:
        losses.advise("parallel_tool_calls", none)


def _named(translation: Translation, choice: ToolChoice | None) -> Block | None:
    match choice:
        case None:
            return None
        case "auto" | "none":
            return {"type": choice}
        case "required":
            return {"type": "any"}
        case NamedTool():
            return {"type": "tool", "name": translation.names.wire(choice.name, choice.namespace, choice.kind)}
        case AllowedTools():
            return {"type": "any" if choice.mode == "required" else "auto"}
        case HostedChoice():
            if choice.dialect == DIALECT:
                return dict(choice.raw)
            translation.losses.refuse("tool_choice", f"it names a tool that only {choice.dialect} has")
            return None


def _is_forced(choice: Block | None) -> bool:
    return choice is not None and choice["type"] in {"any", "tool"}


def _may_force(translation: Translation) -> bool:
    if not translation.rules.forced_tools:
        translation.losses.refuse("tool_choice", "the model cannot be made to call a tool; ask for `auto`")
        return False
    if translation.thinking == "enabled":
        translation.losses.refuse("tool_choice", "a model that thinks by a budget cannot be made to call a tool")
        return False
    return True


def _towards_answer(translation: Translation, choice: Block | None) -> Block:
    """Has the model call the tool that stands for structured output, or one of the caller's."""
    if _is_forced(choice):
        assert choice is not None
        return choice
    if translation.thinking == "enabled" or not translation.rules.forced_tools:
        return dict(_AUTO)
    if translation.request.tools and (choice is None or choice["type"] == "auto"):
        return {"type": "any"}
    return {"type": "tool", "name": translation.answer_tool}
