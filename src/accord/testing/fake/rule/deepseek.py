"""What DeepSeek refuses. https://api-docs.deepseek.com/guides/thinking_mode and .../api/create-chat-completion."""

import re

from accord.testing.fake.node import Node
from accord.testing.fake.openai.error import reject
from accord.testing.fake.rule.conversation import all_texts, is_forced
from accord.testing.fake.vendor import Check

_EFFORTS = frozenset({"minimal", "low", "medium", "high", "xhigh", "max", "ultra"})
_USER_ID = re.compile(r"[A-Za-z0-9_-]{1,512}")
_CODE = "invalid_request_error"
_NO_FORCE = "Thinking mode does not support this tool_choice"
_NO_THOUGHTS = "The reasoning_content in the thinking mode must be passed back to the API."


def chat_rules(*, beta: bool) -> tuple[Check, ...]:
    """The rules of chat completions. `beta`: those of the beta base."""
    return (_check_thinking, _check_messages, _check_tools, _check_fields, _check_beta if beta else _check_no_beta)


def check_responses(body: Node) -> None:
    """Responses: stateless, nothing between the calls of a turn. Raises `Rejected`."""
    if "previous_response_id" in body:
        raise reject("previous_response_id is not supported", param="previous_response_id", code=_CODE)
    if is_forced(body.value("tool_choice")) and _thinks(body):
        raise reject(_NO_FORCE, code=_CODE)
    called = False
    for item in body.nodes("input"):
        kind = item.text("type", "message")
        if called and kind == "message" and item.text("role") == "assistant":
            raise reject("No tool output found for tool call.", param="input", code=_CODE)
        called = kind == "function_call"


def check_messages(body: Node) -> None:
    """Messages. Raises `Rejected`."""
    for field in ("container", "context_management", "mcp_servers"):
        if field in body:
            raise reject(f"{field} is not supported", code=_CODE)
    if "format" in body.node("output_config"):
        raise reject("output_config.format is not supported", code=_CODE)
    if any("type" in tool for tool in body.nodes("tools")):
        raise reject("tools: unknown variant `custom`", code=_CODE)
    if body.node("tool_choice").text("type") in ("any", "tool") and _thinks(body):
        raise reject(_NO_FORCE, code=_CODE)


def _thinks(body: Node) -> bool:
    return body.node("thinking").text("type") != "disabled" and body.text("model") != "deepseek-chat"


def _check_thinking(body: Node) -> None:
    if body.node("thinking").text("type", "enabled") not in ("enabled", "disabled"):
        raise reject("thinking.type: unknown variant, expected `enabled` or `disabled`", code=_CODE)
    if body.text("reasoning_effort", "high") not in _EFFORTS:
        raise reject("reasoning_effort: unknown variant", code=_CODE)
    if not _thinks(body):
        return
    if is_forced(body.value("tool_choice")):
        raise reject(_NO_FORCE, code=_CODE)
    spoken = [message for message in body.nodes("messages") if message.text("role") == "assistant"]
    if body.nodes("tools") and any("reasoning_content" not in message for message in spoken):
        raise reject(_NO_THOUGHTS, code=_CODE)


def _check_messages(body: Node) -> None:
    sees = "v4-pro" not in body.text("model")
    for index, message in enumerate(body.nodes("messages")):
        role, content = message.text("role"), message.value("content")
        if role not in ("system", "user", "assistant", "tool"):
            raise reject(f"messages[{index}].role: unknown variant `{role}`", code=_CODE)
        if role == "assistant" and content is None and not message.nodes("tool_calls"):
            raise reject("content or tool_calls must be set", code=_CODE)
        if role == "assistant" and content is None and message.nodes("tool_calls"):
            continue
        if not isinstance(content, str) and role != "user":
            raise reject(f"messages[{index}].content: expected a string", code=_CODE)
        for part in message.nodes("content"):
            kind = part.text("type")
            if kind not in ("text", *(("image_url", "file") if sees else ())):
                raise reject(f"messages[{index}]: unknown variant `{kind}`, expected `text`", code=_CODE)


def _check_tools(body: Node) -> None:
    for tool in body.nodes("tools"):
        if tool.text("type") != "function":
            raise reject(f"unknown variant `{tool.text('type')}`, expected `function`", code=_CODE)


def _check_fields(body: Node) -> None:
    form = body.node("response_format").text("type")
    if form == "json_schema":
        raise reject("This response_format type is unavailable now", code=_CODE)
    if form == "json_object" and not any("json" in text.lower() for text in all_texts(body)):
        raise reject("Prompt must contain the word 'json' in some form to use 'response_format' of type 'json_object'.")
    if len(body.texts("stop")) > 16:
        raise reject("stop: at most 16 sequences", param="stop", code=_CODE)
    if "user_id" in body and not _USER_ID.fullmatch(body.text("user_id")):
        raise reject("user_id: invalid", param="user_id", code=_CODE)


def _check_no_beta(body: Node) -> None:
    if any("prefix" in message for message in body.nodes("messages")):
        raise reject("prefix is only supported on the beta base", code=_CODE)


def _check_beta(body: Node) -> None:
    strict = [tool.node("function").flag("strict") for tool in body.nodes("tools")]
    if any(strict) and not all(strict):
        raise reject("all functions must set strict", code=_CODE)
