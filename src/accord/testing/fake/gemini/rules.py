"""What Google refuses in a request though its shape is right (Vertex dossier sections 3.1 to 3.9)."""

import re

from accord.core.json import as_object
from accord.testing.fake.gemini.error import reject
from accord.testing.fake.gemini.model import GeminiRules
from accord.testing.fake.gemini.shape import BUILT_IN
from accord.testing.fake.node import Node

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]{0,127}")
_DATA = (
    "text",
    "inlineData",
    "fileData",
    "functionCall",
    "functionResponse",
    "executableCode",
    "codeExecutionResult",
    "toolCall",
    "toolResponse",
)


def check_rules(body: Node, rules: GeminiRules, model: str) -> None:
    """Raises `Rejected` for the first rule broken."""
    check_contents(body)
    _check_turns(body.nodes("contents"))
    _check_tools(body, rules)
    _check_config(body, rules, model)
    if "cachedContent" in body:
        if any(field in body for field in ("systemInstruction", "tools", "toolConfig")):
            raise reject(
                "CachedContent can not be used with GenerateContent request setting system_instruction, tools or tool_config."
            )
        raise reject("CachedContent not found (or permission denied)", status=403)


def check_contents(body: Node) -> None:
    """Raises `Rejected` where there is nothing to answer."""
    contents = body.nodes("contents")
    if not contents:
        raise reject("* GenerateContentRequest.contents: contents is not specified\n")
    for index, content in enumerate(contents):
        where = f"GenerateContentRequest.contents[{index}]"
        if content.text("role", "user") not in {"user", "model", "function", ""}:
            raise reject("Please use a valid role: user, model.")
        if not content.nodes("parts"):
            raise reject(f"* {where}.parts: contents.parts must not be empty.\n")
        for at, part in enumerate(content.nodes("parts")):
            if not any(field in part for field in _DATA):
                raise reject(
                    f"* {where}.parts[{at}].data: required oneof field 'data' must have one initialized field\n"
                )


def _check_turns(contents: list[Node]) -> None:
    """Results follow their calls at once, as many and under the same names; calls follow the user."""
    for index, content in enumerate(contents):
        calls = _members(content, "functionCall")
        results = _members(content, "functionResponse")
        before = _members(contents[index - 1], "functionCall") if index else []
        if calls and (not index or contents[index - 1].text("role") == "model"):
            raise reject(
                "Please ensure that function call turn comes immediately after a user turn or after a function response turn."
            )
        if results and not before:
            raise reject("Please ensure that function response turn comes immediately after a function call turn.")
        if before:
            _check_results(before, results)
    if contents and _members(contents[-1], "functionCall"):
        raise reject(
            "Please ensure that the number of function response parts is equal to the number of function call parts of the "
            "function call turn."
        )


def _check_results(calls: list[Node], results: list[Node]) -> None:
    if len(calls) != len(results):
        raise reject(
            "Please ensure that the number of function response parts is equal to the number of function call parts of the "
            "function call turn."
        )
    if sorted(call.text("name") for call in calls) != sorted(result.text("name") for result in results):
        raise reject("Please ensure that function responses have the names of the functions that were called.")
    given = {result.text("id") for result in results} - {""}
    if not given <= {call.text("id") for call in calls}:
        raise reject("Please ensure that function responses have the ids of the function calls they answer.")


def _members(content: Node, field: str) -> list[Node]:
    return [part.node(field) for part in content.nodes("parts") if field in part]


def _check_tools(body: Node, rules: GeminiRules) -> None:
    declarations = [one for tool in body.nodes("tools") for one in tool.nodes("functionDeclarations")]
    names = [one.text("name") for one in declarations]
    for index, declaration in enumerate(declarations):
        _check_declaration(declaration, f"GenerateContentRequest.tools[0].function_declarations[{index}]")
    for name in names:
        if names.count(name) > 1:
            raise reject(f"Duplicate function declaration found: {name}")
    built_in = [field for tool in body.nodes("tools") for field in BUILT_IN if field in tool]
    if names and built_in and not rules.mixes_tools:
        raise reject("Multiple tools are supported only when they are all search tools.")
    calling = body.node("toolConfig").node("functionCallingConfig")
    allowed = calling.texts("allowedFunctionNames")
    if allowed and calling.text("mode").upper() not in {"ANY", "VALIDATED"}:
        raise reject("Please set allowed_function_names only when function calling mode is ANY.")
    for name in allowed:
        if name not in names:
            raise reject(f"Allowed function name '{name}' is not declared.")
    if calling.text("mode").upper() == "ANY" and not names:
        raise reject("Function calling config is set without function_declarations.")


def _check_declaration(declaration: Node, where: str) -> None:
    if not _NAME.fullmatch(declaration.text("name")):
        raise reject(f"* {where}.name: Invalid function name. Must start with a letter or an underscore.\n")
    if "parameters" in declaration and "parametersJsonSchema" in declaration:
        raise reject(f"* {where}: parameters and parameters_json_schema are mutually exclusive\n")
    if "parameters" in declaration:
        check_schema(declaration.node("parameters"), f"{where}.parameters")


def check_schema(schema: Node, where: str) -> None:
    """Raises `Rejected` for an OpenAPI schema that the service cannot read."""
    kind = schema.text("type").upper()
    if "anyOf" in schema:
        others = set(schema) - {"anyOf", "description", "title", "nullable"}
        if others:
            raise reject(f"* {where}: when using any_of, it must be the only field set\n")
    elif not kind:
        raise reject(f"* {where}.type: must be specified\n")
    if "enum" in schema and kind != "STRING":
        raise reject(f"* {where}.enum: only allowed for STRING type\n")
    if "" in schema.texts("enum"):
        raise reject(f"* {where}.enum[{schema.texts('enum').index('')}]: cannot be empty\n")
    if kind == "ARRAY" and "items" not in schema:
        raise reject(f"* {where}.items: missing field.\n")
    for name in schema.texts("required"):
        if name not in schema.node("properties"):
            raise reject(f"* {where}.required: property '{name}' is not defined\n")
    _check_below(schema, where)


def _check_below(schema: Node, where: str) -> None:
    for name, inner in schema.node("properties").raw.items():
        check_schema(Node(as_object(inner) or {}), f"{where}.properties[{name}]")
    if "items" in schema:
        check_schema(schema.node("items"), f"{where}.items")
    for index, option in enumerate(schema.nodes("anyOf")):
        check_schema(option, f"{where}.any_of[{index}]")


def _check_config(body: Node, rules: GeminiRules, model: str) -> None:
    config = body.node("generationConfig")
    _check_thinking(config, rules, model)
    as_json = config.text("responseMimeType") == "application/json"
    functions = any("functionDeclarations" in tool for tool in body.nodes("tools"))
    if as_json and functions and not rules.mixes_tools:
        raise reject("Function calling with a response mime type: 'application/json' is unsupported")
    if "responseSchema" in config and "responseJsonSchema" in config:
        raise reject("response_schema and response_json_schema are mutually exclusive.")
    if ("responseSchema" in config or "responseJsonSchema" in config) and not as_json:
        raise reject(
            "* GenerateContentRequest.generation_config: response_schema needs response_mime_type application/json\n"
        )
    if "responseSchema" in config:
        check_schema(config.node("responseSchema"), "GenerateContentRequest.generation_config.response_schema")
    for field in ("presencePenalty", "frequencyPenalty"):
        if field in config and not rules.penalties:
            raise reject(f"Penalty is not enabled for models/{model}")
    if config.number("logprobs") is not None and not config.flag("responseLogprobs"):
        raise reject("Logprobs is set, but response_logprobs is not.")


def _check_thinking(config: Node, rules: GeminiRules, model: str) -> None:
    if "thinkingConfig" not in config:
        return
    thinking = config.node("thinkingConfig")
    level = thinking.text("thinkingLevel").upper()
    budget = thinking.number("thinkingBudget")
    if not rules.may_think:
        raise reject(f"Thinking is not enabled for models/{model}")
    if level and budget is not None:
        raise reject("You can only set only one of thinking budget and thinking level.")
    if level and level not in rules.levels:
        raise reject(f"Thinking level {level} is not supported for this model.")
    if budget is not None and "pro" in model and 0 <= budget < 128:
        raise reject("Budget 0 is invalid. This model only works in thinking mode.")
