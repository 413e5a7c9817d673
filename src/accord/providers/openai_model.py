"""What OpenAI's models take, on OpenAI's own hosts and on Azure.

Which efforts a model knows, whether it reasons unasked, and which wire it wants for tools stand in the catalogue; the rules
that follow from them are here. Only models the catalogue knows by name are refused anything: what it does not know, the
provider decides. https://developers.openai.com/api/docs/guides/reasoning.
"""

from typing import get_args

import msgspec

from accord.core.json import JsonObject
from accord.core.loss import Losses
from accord.core.model import ModelFacts
from accord.core.part import File, Reasoning
from accord.core.request import ChatRequest, Effort, JsonSchemaFormat, ReasoningConfig
from accord.core.tool import FunctionTool, HostedTool, Tool, ToolNamespace
from accord.dialects.strict_schema import NotEnforceable, strict_schema

_EFFORTS: tuple[Effort, ...] = get_args(Effort)
_USUAL_TIER = {"standard": "default", "standard_only": "default"}
"""What other providers call the usual tier."""
_TAKE_STOP = ("o1", "o3-mini")
"""The first reasoning models took stop sequences."""


def fitted(request: ChatRequest, known: ModelFacts | None, losses: Losses) -> ChatRequest:
    """The request as the model takes it.

    Fields it is sure to refuse are refused here, before anything is sent; an effort it lacks becomes the next one it has.
    """
    changes: dict[str, object] = {}
    if request.service_tier in _USUAL_TIER:
        changes["service_tier"] = _USUAL_TIER[request.service_tier]
    if known is not None:
        _fit_effort(request, known, losses, changes)
    if request.top_k is not None:
        losses.refuse("top_k", "the provider has no such field")
        changes["top_k"] = None
    if known is not None and known.exact:
        _fit_schemas(request, losses, changes)
        if known.reasoning:
            _refuse_while_reasoning(request, known, losses, changes)
            _refuse_always(request, known, losses, changes)
        _fit_wording(request, known, losses, changes)
        _fit_calls(request, known, losses, changes)
    return msgspec.structs.replace(request, **changes) if changes else request


def effort_of(request: ChatRequest, known: ModelFacts) -> str:
    """How much the model will think: the effort that was asked for, or its own."""
    config = request.reasoning or ReasoningConfig()
    asked = config.effort or ("none" if config.mode == "disabled" else None)
    if asked is None and config.budget:
        return "medium"
    default = known.default_effort or "none"
    if asked == "none" and known.efforts is not None and "none" not in known.efforts:
        return default
    return asked or default


def needs_responses(request: ChatRequest, known: ModelFacts | None) -> bool:
    """Whether chat completions would refuse the request, or lose a part of it, and Responses takes it.

    Current models refuse function tools on chat completions while they reason, even where the caller asked for no effort
    and the model's default is on; and no model takes effort `max`, tier `ultrafast` or hosted tools there.
    """
    if known is not None and known.dialects is not None and "openai_responses" not in known.dialects:
        return False
    return _must(request, known) or (_would_lose(request) and not _only_on_chat(request))


def on_chat(known: ModelFacts | None) -> ModelFacts | None:
    """The facts as chat completions has them: no model takes effort `max` there."""
    if known is None or known.efforts is None or "max" not in known.efforts:
        return known
    return msgspec.structs.replace(known, efforts=tuple([effort for effort in known.efforts if effort != "max"]))


def _must(request: ChatRequest, known: ModelFacts | None) -> bool:
    effort = request.reasoning.effort if request.reasoning is not None else None
    if effort == "max" and (known is None or known.efforts is None or "max" in known.efforts):
        return True
    if request.service_tier == "ultrafast" or request.previous_response_id is not None:
        return True
    if not request.tools:
        return False
    if any(isinstance(tool, HostedTool) and _is_hosted_there(tool) for tool in request.tools):
        return True
    has_functions = any(isinstance(tool, FunctionTool | ToolNamespace) for tool in request.tools)
    if not has_functions or known is None or known.chat_tools_with_reasoning is not False:
        return False
    return effort_of(request, known) != "none"


def _would_lose(request: ChatRequest) -> bool:
    """Summaries and encrypted reasoning, asked for or to be sent back, and files by their address."""
    config = request.reasoning
    if config is not None and (config.summary is not None or config.encrypted):
        return True
    for message in request.messages:
        for part in message.parts:
            match part:
                case Reasoning(owner="openai_responses"):
                    return True
                case File(source=source) if source.url is not None:
                    return True
                case _:
                    pass
    return False


def _only_on_chat(request: ChatRequest) -> bool:
    """Whether it asks for what only chat completions has."""
    return bool(
        request.n not in (None, 1)
        or request.stop
        or request.seed is not None
        or request.logit_bias
        or request.presence_penalty
        or request.frequency_penalty
        or request.audio is not None
        or request.modalities not in ((), ("text",))
    )


def _is_hosted_there(tool: HostedTool) -> bool:
    """Tools of Responses itself, and the web search of any wire, which it has too."""
    return tool.dialect == "openai_responses" or tool.name.startswith(("web_search", "google_search", "googleSearch"))


def _fit_effort(request: ChatRequest, known: ModelFacts, losses: Losses, changes: dict[str, object]) -> None:
    config = request.reasoning
    if config is None or config.effort is None:
        return
    if known.reasoning is False:
        if config.effort != "none":
            losses.advise("reasoning", "the model does not reason")
        changes["reasoning"] = None
        return
    if not known.efforts or config.effort in known.efforts:
        return
    nearest = _nearest(config.effort, known.efforts)
    losses.change("reasoning.effort", f"the model has no effort {config.effort!r}; {nearest!r} is sent")
    changes["reasoning"] = msgspec.structs.replace(config, effort=nearest)


def _nearest(asked: Effort, efforts: tuple[str, ...]) -> str:
    """The next higher effort for a little one, the next lower for a great one; never `none` unless asked for."""
    ranks = sorted([_EFFORTS.index(effort) for effort in _EFFORTS if effort in efforts and effort != "none"])
    place = _EFFORTS.index(asked)
    higher, lower = [rank for rank in ranks if rank > place], [rank for rank in ranks if rank < place]
    if place <= _EFFORTS.index("low"):
        return _EFFORTS[(higher or lower)[0]]
    return _EFFORTS[lower[-1] if lower else higher[0]]


def _refuse_while_reasoning(
    request: ChatRequest, known: ModelFacts, losses: Losses, changes: dict[str, object]
) -> None:
    """Defaults are no wish, and are taken by the API."""
    if known.sampling and effort_of(request, known) == "none":
        return
    given = (
        ("temperature", request.temperature not in (None, 1)),
        ("top_p", request.top_p not in (None, 1)),
        ("presence_penalty", bool(request.presence_penalty)),
        ("frequency_penalty", bool(request.frequency_penalty)),
        ("logit_bias", bool(request.logit_bias)),
        ("logprobs", bool(request.logprobs)),
        ("top_logprobs", request.top_logprobs is not None),
    )
    why = "the model takes it only without reasoning"
    if known.efforts is not None and "none" not in known.efforts:
        why = "the model reasons, and takes no such field"
    for field, asked in given:
        if asked:
            losses.refuse(field, why)
            changes[field] = None


def _refuse_always(request: ChatRequest, known: ModelFacts, losses: Losses, changes: dict[str, object]) -> None:
    if request.stop and not known.id.startswith(_TAKE_STOP):
        losses.refuse("stop", "reasoning models take no stop sequences")
        changes["stop"] = ()
    if request.audio is not None or request.modalities not in ((), ("text",)):
        losses.refuse("modalities", "the model answers in text alone")
        changes["audio"], changes["modalities"] = None, ()
    if request.prediction is not None:
        losses.advise("prediction", "the model has no predicted outputs")
        changes["prediction"] = None


def _fit_schemas(request: ChatRequest, losses: Losses, changes: dict[str, object]) -> None:
    """Schemas that are to be enforced, made such as can be. Raises `Unsupported` naming the place in one that cannot."""
    form = request.response_format
    if isinstance(form, JsonSchemaFormat) and form.strict:
        fitting = _enforced(form.schema, "response_format.schema", losses)
        if fitting is None:
            changes["response_format"] = msgspec.structs.replace(form, strict=False)
        elif fitting is not form.schema:
            changes["response_format"] = msgspec.structs.replace(form, schema=fitting)
    if not request.tools:
        return
    tools = tuple([_fit_tool(tool, f"tools[{index}]", losses) for index, tool in enumerate(request.tools)])
    if any(one is not other for one, other in zip(tools, request.tools, strict=True)):
        changes["tools"] = tools


def _fit_tool(tool: Tool, path: str, losses: Losses) -> Tool:
    # What the caller's wire guarantees unasked is the dialect's affair, and refused nowhere.
    if not isinstance(tool, FunctionTool) or not tool.strict or tool.guaranteed or tool.parameters is None:
        return tool
    fitting = _enforced(tool.parameters, f"{path}.parameters", losses)
    if fitting is None:
        return msgspec.structs.replace(tool, strict=False)
    return tool if fitting is tool.parameters else msgspec.structs.replace(tool, parameters=fitting)


def _enforced(schema: JsonObject, path: str, losses: Losses) -> JsonObject | None:
    try:
        fitting, changes = strict_schema(schema)
    except NotEnforceable as error:
        losses.refuse(path, str(error))
        return None
    if changes:
        losses.change(path, "; ".join(changes))
    return fitting


def _fit_wording(request: ChatRequest, known: ModelFacts, losses: Losses, changes: dict[str, object]) -> None:
    """`verbosity` came with gpt-5; those that are always `latest` have only one."""
    if request.verbosity is None:
        return
    if known.reasoning is False and not (known.family or "").startswith("gpt-5"):
        losses.advise("verbosity", "the model has no such setting")
        changes["verbosity"] = None
    elif known.efforts == ("medium",) and request.verbosity != "medium":
        losses.change("verbosity", "the model knows only 'medium'")
        changes["verbosity"] = "medium"


def _fit_calls(request: ChatRequest, known: ModelFacts, losses: Losses, changes: dict[str, object]) -> None:
    """The o-series has no word about parallel calls."""
    if known.family != "o" or request.parallel_tool_calls is None:
        return
    if request.parallel_tool_calls:
        losses.advise("parallel_tool_calls", "the model decides by itself")
    else:
        losses.refuse("parallel_tool_calls", "the model cannot be held to one call at a time")
    changes["parallel_tool_calls"] = None
