"""What the Meta Model API refuses. https://dev.meta.ai/docs."""

from accord.testing.fake.node import Node
from accord.testing.fake.openai.error import reject

_ONLY_AUTO = "tool_choice: only 'auto' is supported"


def check_chat(body: Node) -> None:
    """Chat completions: a model that always reasons and cannot be made to call a tool. Raises `Rejected`."""
    if body.value("tool_choice") not in (None, "auto"):
        raise reject(_ONLY_AUTO, param="tool_choice")
    if body.text("reasoning_effort") == "none":
        raise reject("reasoning_effort 'none' is not supported", param="reasoning_effort")


def check_responses(body: Node) -> None:
    """Responses. Raises `Rejected`."""
    if body.value("tool_choice") not in (None, "auto"):
        raise reject(_ONLY_AUTO, param="tool_choice")
    if body.node("reasoning").text("effort") == "none":
        raise reject("reasoning.effort 'none' is not supported", param="reasoning.effort")


def check_messages(body: Node) -> None:
    """Messages. Raises `Rejected`."""
    for field in ("stop_sequences", "top_k"):
        if field in body:
            raise reject(f"{field} is not supported", param=field)
    if body.node("tool_choice").text("type", "auto") != "auto":
        raise reject(_ONLY_AUTO, param="tool_choice")
    if body.node("thinking").text("type") == "disabled":
        raise reject("thinking cannot be disabled", param="thinking")
