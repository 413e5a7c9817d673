"""What Moonshot refuses. https://platform.kimi.ai/docs."""

from collections.abc import Iterator

from accord.core.json import JsonObject, as_array, as_object
from accord.testing.fake.node import Node, node_of
from accord.testing.fake.openai.error import reject
from accord.testing.fake.rule.conversation import is_forced
from accord.testing.fake.vendor import Check

_FIXED = {"temperature": 1, "top_p": 0.95, "n": 1, "presence_penalty": 0, "frequency_penalty": 0}
_SWITCHED = ("kimi-k2.5", "kimi-k2.6")
_PARTS = frozenset({"text", "image_url", "video_url"})
_TYPED = ("type", "anyOf", "$ref")
_LONGEST_STOP = 32


def chat_rules() -> tuple[Check, ...]:
    """The rules of chat completions."""
    return (_check_sampling, _check_thinking, _check_messages, _check_tools, _check_format)


def _is_kimi(body: Node) -> bool:
    return body.text("model").startswith("kimi-")


def _check_sampling(body: Node) -> None:
    if _is_kimi(body):
        for field, only in _FIXED.items():
            if field in body and body.value(field) != only:
                raise reject(f"invalid {field}: only {only} is allowed for this model")
        return
    temperature, choices = body.number("temperature"), body.count("n", 1)
    if temperature is not None and (temperature > 1 or (temperature < 0.3 and choices > 1)):
        raise reject("invalid temperature")
    if choices > 5:
        raise reject("invalid n: at most 5")


def _check_thinking(body: Node) -> None:
    model, switch = body.text("model"), body.node("thinking").text("type")
    effort = body.text("reasoning_effort")
    if switch and effort:
        raise reject("cannot specify both 'thinking' and 'reasoning_effort'")
    if switch and not model.startswith("kimi-k2."):
        raise reject("invalid thinking: not supported by this model")
    if switch == "disabled" and not model.startswith(_SWITCHED):
        raise reject("invalid thinking: only type=enabled is allowed for this model")
    by_effort = _is_kimi(body) and not model.startswith("kimi-k2")
    if effort and (not by_effort or effort not in ("low", "high", "max")):
        raise reject("invalid reasoning_effort for this model")


def _thinks(body: Node) -> bool:
    return _is_kimi(body) and body.node("thinking").text("type") != "disabled"


def _check_messages(body: Node) -> None:
    for index, message in enumerate(body.nodes("messages")):
        role = message.text("role")
        if role not in ("system", "user", "assistant", "tool"):
            raise reject(f"invalid role: {role}")
        _check_content(message)
        if role == "assistant" and message.nodes("tool_calls") and _thinks(body):
            _check_thoughts(message, index)
    last = body.nodes("messages")[-1:]
    if any(message.flag("partial") for message in last) and "response_format" in body:
        raise reject("partial mode cannot be used with response_format")


def _check_thoughts(message: Node, index: int) -> None:
    if "reasoning_content" not in message:
        what = "thinking is enabled but reasoning_content is missing in assistant tool call message"
        raise reject(f"{what} at index {index}")


def _check_content(message: Node) -> None:
    if message.value("content") == "" and message.nodes("tool_calls"):
        raise reject("text content is empty")
    for part in message.nodes("content"):
        kind = part.text("type")
        if kind not in _PARTS:
            raise reject(f"invalid part type: {kind}")
        if kind == "text" and not part.text("text"):
            raise reject("text content is empty")
        if kind != "text" and not part.node(kind).text("url").startswith(("data:", "ms://")):
            raise reject(f"unsupported {kind}: only base64 data and ms:// files are taken")


def _check_tools(body: Node) -> None:
    if is_forced(body.value("tool_choice")):
        raise reject("tool_choice 'required' is incompatible with thinking enabled")
    tools = body.nodes("tools")
    if len(tools) > 128:
        raise reject("too many tools: at most 128")
    for tool in tools:
        function = tool.node("function")
        if tool.text("type") == "builtin_function":
            if _thinks(body):
                raise reject("builtin functions need thinking to be disabled")
            continue
        if function.text("name").startswith("$"):
            raise reject("function name is invalid: names that begin with $ are reserved")
        _check_schema(function.node("parameters").raw)


def _check_format(body: Node) -> None:
    schema = body.node("response_format").node("json_schema").node("schema")
    if body.node("response_format").text("type") == "json_schema":
        if schema.text("type") != "object" or "$schema" in schema:
            raise reject("invalid json_schema: the root must be an object")
        _check_schema(schema.raw)
    if len(body.texts("stop")) > 5 or any(len(stop.encode()) > _LONGEST_STOP for stop in body.texts("stop")):
        raise reject("invalid stop: at most 5 of 32 bytes")


def _check_schema(schema: JsonObject) -> None:
    for inner in _schemas(schema):
        if as_array(inner.get("items")) is not None:
            raise reject("invalid schema: items must be an object")
        if "anyOf" in inner and "type" in inner:
            raise reject("invalid schema: type should be defined in the items of anyOf instead of the parent")
        for name, inside in node_of(inner.get("properties")).raw.items():
            if not any(key in (as_object(inside) or {}) for key in _TYPED):
                raise reject(f"invalid schema: property {name} has no type")


def _schemas(value: object) -> Iterator[JsonObject]:
    holder = as_object(value)
    if holder is not None:
        yield holder
    for inner in holder.values() if holder is not None else as_array(value) or ():
        yield from _schemas(inner)
