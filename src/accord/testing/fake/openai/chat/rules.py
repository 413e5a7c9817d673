"""What OpenAI refuses in a chat completion request though its shape is right (dossier sections 3.1 to 3.5)."""

from accord.testing.fake.node import Node
from accord.testing.fake.openai.error import reject
from accord.testing.fake.openai.model import ModelRules
from accord.testing.fake.openai.schema import strict_fault

_WHILE_REASONING = {
    "temperature": 1,
    "top_p": 1,
    "presence_penalty": 0,
    "frequency_penalty": 0,
    "logit_bias": None,
    "logprobs": False,
    "top_logprobs": None,
}
"""Fields a model takes at these values alone while it reasons."""

_NEVER_MODERN = ("stop", "prediction", "web_search_options")


def check_rules(body: Node, rules: ModelRules) -> None:
    """Raises `Rejected` for the first rule broken."""
    _check_model(body, rules)
    _check_company(body)
    _check_tools(body, rules)
    _check_messages(body)
    _check_format(body)
    _check_schemas(body)


def _check_model(body: Node, rules: ModelRules) -> None:
    if rules.responses_only:
        message = "This is not a chat model and thus not supported in the v1/chat/completions endpoint."
        raise reject(message, param="model", status=404)
    if rules.modern:
        _check_modern(body, rules)
    effort = body.text("reasoning_effort") or None
    if effort is not None:
        _check_effort(effort, rules, param="reasoning_effort")
    if not rules.reasons(effort):
        return
    for field, default in _WHILE_REASONING.items():
        value = body.value(field)
        if value is not None and value != default:
            what = f"Unsupported value: '{field}' does not support {value} with this model."
            raise reject(what, param=field, code="unsupported_value")


def _check_modern(body: Node, rules: ModelRules) -> None:
    if "max_tokens" in body:
        message = (
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
        )
        raise reject(message, param="max_tokens", code="unsupported_parameter")
    for field in _NEVER_MODERN:
        if field in body and not (field == "stop" and rules.stops):
            message = f"Unsupported parameter: '{field}' is not supported with this model."
            raise reject(message, param=field, code="unsupported_parameter")


def _check_effort(effort: str, rules: ModelRules, *, param: str) -> None:
    if not rules.efforts:
        message = f"Unsupported parameter: '{param}' is not supported with this model."
        raise reject(message, param=param, code="unsupported_parameter")
    if effort not in rules.efforts:
        values = ", ".join([f"'{one}'" for one in rules.efforts])
        message = (
            f"Unsupported value: '{param}' does not support '{effort}' with this model. Supported values are: {values}."
        )
        raise reject(message, param=param, code="unsupported_value")


def _check_company(body: Node) -> None:
    """Fields that may only come with others."""
    if "stream_options" in body and not body.flag("stream"):
        raise reject("The 'stream_options' parameter is only allowed when 'stream' is enabled.", param="stream_options")
    if body.number("top_logprobs") is not None and not body.flag("logprobs"):
        raise reject("The 'logprobs' parameter must be true when 'top_logprobs' is given.", param="top_logprobs")
    if "audio" in body.texts("modalities") and "audio" not in body:
        raise reject("The 'audio' parameter is required for audio output.", param="audio")
    if "max_tokens" in body and "max_completion_tokens" in body:
        raise reject("'max_tokens' and 'max_completion_tokens' cannot both be given.", param="max_tokens")


def _check_tools(body: Node, rules: ModelRules) -> None:
    for field in ("tool_choice", "parallel_tool_calls"):
        if field in body and "tools" not in body:
            message = f"Invalid value for '{field}': '{field}' is only allowed when 'tools' are specified."
            raise reject(message, param=field)
    functions = [tool.node("function").text("name") for tool in body.nodes("tools") if "function" in tool]
    customs = [tool.node("custom").text("name") for tool in body.nodes("tools") if "custom" in tool]
    choice = body.node("tool_choice")
    chosen = choice.node("function").text("name") or choice.node("custom").text("name")
    if chosen and chosen not in functions + customs:
        raise reject(f"Tool choice '{chosen}' not found in 'tools' parameter.", param="tool_choice")
    effort = body.text("reasoning_effort") or None
    if functions and rules.refuses_tools_with_reasoning and rules.reasons(effort):
        message = (
            f"Function tools with reasoning_effort are not supported for {body.text('model')} in /v1/chat/completions. "
            "Please use /v1/responses instead, or set reasoning_effort to 'none'."
        )
        raise reject(message, param="reasoning_effort")


def _check_messages(body: Node) -> None:
    """Every call is answered before anybody else speaks, and nothing is answered that was not called. Raises `Rejected`."""
    waiting: list[str] = []
    for index, message in enumerate(body.nodes("messages")):
        role = message.text("role")
        if role == "tool":
            called = message.text("tool_call_id")
            if called not in waiting:
                what = "messages with role 'tool' must be a response to a preceding message with 'tool_calls'"
                raise reject(f"Invalid parameter: {what}.", param=f"messages.[{index}].role")
            waiting.remove(called)
            continue
        if waiting:
            raise _unanswered(waiting, index)
        _check_spoken(message, index)
        waiting = [call.text("id") for call in message.nodes("tool_calls")]
    if waiting:
        raise _unanswered(waiting, len(body.nodes("messages")))


def _unanswered(waiting: list[str], index: int) -> Exception:
    message = (
        "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. "
        f"The following tool_call_ids did not have response messages: {', '.join(waiting)}"
    )
    return reject(message, param=f"messages.[{index}].role")


def _check_spoken(message: Node, index: int) -> None:
    if message.text("role") == "assistant" and "content" not in message:
        says = ("tool_calls", "function_call", "refusal", "audio")
        if not any(field in message for field in says):
            raise reject(
                "Invalid value for 'content': expected a string, got null.", param=f"messages.[{index}].content"
            )
    for at, part in enumerate(message.nodes("content")):
        where = f"messages[{index}].content[{at}]"
        file = part.node("file")
        if "file_data" in file and "filename" not in file:
            raise reject(f"Missing required parameter: '{where}.file.filename'.", param=f"{where}.file.filename")
        url = part.node("image_url").text("url")
        if part.text("type") == "image_url" and not url.startswith(("https://", "http://", "data:image/")):
            raise reject("Invalid image URL.", param=f"{where}.image_url.url", code="invalid_image_url")


def _check_format(body: Node) -> None:
    kind = body.node("response_format").text("type")
    if kind == "json_object" and not any("json" in text.lower() for text in _all_texts(body)):
        message = (
            "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."
        )
        raise reject(message, param="messages")


def _all_texts(body: Node) -> list[str]:
    return [
        text
        for message in body.nodes("messages")
        for text in [*message.texts("content"), *[part.text("text") for part in message.nodes("content")]]
    ]


def _check_schemas(body: Node) -> None:
    asked = body.node("response_format").node("json_schema")
    if asked.flag("strict"):
        fault = strict_fault(asked.node("schema").raw)
        if fault:
            message = f"Invalid schema for response_format '{asked.text('name')}': {fault}"
            raise reject(message, param="response_format", code="invalid_json_schema")
    for index, tool in enumerate(body.nodes("tools")):
        function = tool.node("function")
        fault = strict_fault(function.node("parameters").raw) if function.flag("strict") else None
        if fault:
            message = f"Invalid schema for function '{function.text('name')}': {fault}"
            raise reject(message, param=f"tools[{index}].function.parameters", code="invalid_function_parameters")
