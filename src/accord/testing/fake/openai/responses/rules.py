"""What OpenAI refuses in a Responses request though its shape is right (dossier sections 3.2, 3.5, 3.6)."""

import re

from accord.testing.fake.node import Node
from accord.testing.fake.openai.error import reject
from accord.testing.fake.openai.model import ModelRules
from accord.testing.fake.openai.schema import strict_fault

_PREFIXES = {
    "message": "msg",
    "function_call": "fc",
    "custom_tool_call": "ctc",
    "reasoning": "rs",
}
"""How the ids of items begin."""

_NO_LETTER = re.compile(r"[^A-Za-z0-9_-]")

_SAID = {"output_text", "refusal"}


def check_rules(body: Node, rules: ModelRules) -> None:
    """Raises `Rejected` for the first rule broken by the request itself."""
    if "input" not in body and not any(name in body for name in ("prompt", "previous_response_id", "conversation")):
        message = 'One of "input" or "previous_response_id" or "prompt" or "conversation" must be provided.'
        raise reject(message, code="missing_required_parameter")
    if "previous_response_id" in body and "conversation" in body:
        message = "Mutually exclusive parameters: 'previous_response_id' and 'conversation'."
        raise reject(message, param="previous_response_id", code="mutually_exclusive_parameters")
    _check_model(body, rules)
    _check_company(body)
    _check_items(body)
    _check_schemas(body)


def _check_model(body: Node, rules: ModelRules) -> None:
    effort = body.node("reasoning").text("effort") or None
    if effort is not None and not rules.efforts:
        message = "Unsupported parameter: 'reasoning.effort' is not supported with this model."
        raise reject(message, param="reasoning.effort", code="unsupported_parameter")
    taken = (*rules.efforts, "max") if rules.maximal else rules.efforts
    if effort is not None and effort not in taken:
        values = ", ".join([f"'{one}'" for one in taken])
        message = f"Unsupported value: '{effort}' is not supported with this model. Supported values are: {values}."
        raise reject(message, param="reasoning.effort", code="unsupported_value")
    if not rules.reasons(effort):
        return
    for field in ("temperature", "top_p", "top_logprobs"):
        if body.number(field) not in {None, 1 if field != "top_logprobs" else 0}:
            message = f"Unsupported parameter: '{field}' is not supported with this model."
            raise reject(message, param=field, code="unsupported_parameter")


def _check_company(body: Node) -> None:
    choice = body.node("tool_choice")
    demands = body.value("tool_choice") == "required" or "name" in choice
    if demands and not _offers(body):
        raise reject("Tool choice requires that 'tools' are specified.", param="tool_choice")
    if choice.text("type") in {"function", "custom"} and choice.text("name") not in _names(body):
        raise reject(f"Tool choice '{choice.text('name')}' not found in 'tools' parameter.", param="tool_choice")
    if "stream_options" in body and not body.flag("stream"):
        raise reject("The 'stream_options' parameter is only allowed when 'stream' is enabled.", param="stream_options")
    if (
        body.node("text").node("format").text("type") == "json_object"
        and "json" not in str(body.value("input")).lower()
    ):
        message = "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'."
        raise reject(message, param="input")


def _offers(body: Node) -> bool:
    return bool(body.nodes("tools")) or any(item.text("type") == "additional_tools" for item in body.nodes("input"))


def _names(body: Node) -> set[str]:
    found = {tool.text("name") for tool in body.nodes("tools")}
    for item in [*body.nodes("tools"), *body.nodes("input")]:
        found |= {tool.text("name") for tool in item.nodes("tools")}
    return found


def _check_items(body: Node) -> None:
    for index, item in enumerate(body.nodes("input")):
        id_ = item.text("id")
        prefix = _PREFIXES.get(item.text("type", "message" if "role" in item else ""))
        if id_ and prefix and not id_.startswith(prefix):
            message = f"Invalid 'input[{index}].id': '{id_}'. Expected an ID that begins with '{prefix}'."
            raise reject(message, param=f"input[{index}].id", code="invalid_value")
        if id_ and _NO_LETTER.search(id_):
            message = (
                f"Invalid 'input[{index}].id': '{id_}'. Expected an ID that contains letters, numbers, underscores, or "
                "dashes, but this value contained additional characters."
            )
            raise reject(message, param=f"input[{index}].id", code="invalid_value")
        for at, part in enumerate(item.nodes("content") if item.text("role") else []):
            _check_part(part, item.text("role"), f"input[{index}].content[{at}]")


def _check_part(part: Node, role: str, where: str) -> None:
    kind = part.text("type")
    if (kind in _SAID) != (role == "assistant"):
        values = (
            "'output_text' and 'refusal'" if role == "assistant" else "'input_text', 'input_image', and 'input_file'"
        )
        raise reject(f"Invalid value: '{kind}'. Supported values are: {values}.", param=where, code="invalid_value")
    if kind == "input_image" and "image_url" not in part and "file_id" not in part:
        raise reject(f"Missing required parameter: '{where}.image_url'.", param=f"{where}.image_url")
    if "file_data" in part and "filename" not in part:
        raise reject(f"Missing required parameter: '{where}.filename'.", param=f"{where}.filename")


def _check_schemas(body: Node) -> None:
    answer = body.node("text").node("format")
    if answer.flag("strict"):
        fault = strict_fault(answer.node("schema").raw)
        if fault:
            message = f"Invalid schema for response_format '{answer.text('name')}': {fault}"
            raise reject(message, param="text.format.schema", code="invalid_json_schema")
    for index, tool in enumerate(body.nodes("tools")):
        fault = strict_fault(tool.node("parameters").raw) if tool.flag("strict") else None
        if fault:
            message = f"Invalid schema for function '{tool.text('name')}': {fault}"
            raise reject(message, param=f"tools[{index}].parameters", code="invalid_function_parameters")
