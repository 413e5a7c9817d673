"""What the models of the Meta Model API take, on whichever wire. https://dev.meta.ai/docs.

They always reason, call tools only as they see fit, and stop where they want to.
"""

import msgspec

from accord.core.loss import Losses
from accord.core.request import ChatRequest, ReasoningConfig
from accord.providers.asked import is_forced, is_off, narrowed

_LEAST = "minimal"


def fitted(request: ChatRequest, losses: Losses) -> ChatRequest:
    """The request as the models take it."""
    changes: dict[str, object] = {}
    request = narrowed(request)
    if is_off(request.reasoning):
        losses.change("reasoning", f"the model always reasons; effort {_LEAST!r} is sent")
        changes["reasoning"] = msgspec.structs.replace(
            request.reasoning or ReasoningConfig(), effort=_LEAST, mode=None, budget=None
        )
    if request.tool_choice == "none":
        changes |= {"tool_choice": None, "parallel_tool_calls": None, "tools": ()}
        if request.tools:
            losses.change("tool_choice", "the provider has no `none`; the request is sent without its tools")
    elif is_forced(request.tool_choice):
        losses.refuse("tool_choice", "the provider cannot be made to call a tool")
        changes["tool_choice"] = "auto"
    if request.stop:
        losses.refuse("stop", "the provider takes no stop sequences")
        changes["stop"] = ()
    if request.top_k is not None:
        losses.refuse("top_k", "the provider does not take it")
        changes["top_k"] = None
    return msgspec.structs.replace(request, **changes) if changes else request
