"""What Anthropic refuses in a request though its shape is right (dossier sections 3.1 to 3.7)."""

from accord.testing.fake.anthropic.error import reject
from accord.testing.fake.anthropic.model import ClaudeRules
from accord.testing.fake.anthropic.schema import schema_fault
from accord.testing.fake.anthropic.shape import BETAS
from accord.testing.fake.anthropic.turn import Turn, check_calls
from accord.testing.fake.node import Node

_BREAKPOINTS = 4
_LEAST_TOP_P = 0.95


def check_rules(body: Node, turns: list[Turn], rules: ClaudeRules, betas: str) -> None:
    """Raises `Rejected` for the first rule broken. `betas` is the `anthropic-beta` header."""
    check_betas(body, betas)
    check_conversation(body, turns, rules)
    _check_sampling(body, rules)
    _check_thinking(body, turns, rules)
    _check_end(turns, rules)
    check_tools(body, turns, rules)
    _check_format(body, turns)
    _check_cache(body)


def check_betas(body: Node, betas: str) -> None:
    """Raises `Rejected` for a field whose beta was not asked for."""
    for field, beginnings in BETAS.items():
        if field in body and not any(beginning in betas for beginning in beginnings):
            raise reject(f"{field}: Extra inputs are not permitted")
    if "block_binding" in body.node("thinking") and "thinking-binding-controls-" not in betas:
        kind = body.node("thinking").text("type")
        raise reject(f"thinking.{kind}.block_binding: Extra inputs are not permitted")
    if "task_budget" in body.node("output_config") and "task-budgets-" not in betas:
        raise reject("output_config.task_budget: Extra inputs are not permitted")
    if body.text("speed") == "fast" and "fast-mode-" not in betas:
        raise reject("speed: Extra inputs are not permitted")
    if "effort" in body.node("output_config") and "claude-opus-4-5" in body.text("model") and "effort-" not in betas:
        raise reject("output_config.effort: Extra inputs are not permitted")


def check_conversation(body: Node, turns: list[Turn], rules: ClaudeRules) -> None:
    """Raises `Rejected` where the messages do not make a conversation."""
    if not turns:
        raise reject("messages: at least one message is required")
    messages = body.nodes("messages")
    for index, message in enumerate(messages):
        last = index == len(messages) - 1 and message.text("role") == "assistant"
        if not message.text("content") and not message.nodes("content") and not last:
            raise reject(
                f"messages.{index}: all messages must have non-empty content except for the optional final assistant message"
            )
    for block in [*body.nodes("system"), *[block for turn in turns for block in turn.blocks]]:
        _check_text(block)
        for inner in block.nodes("content"):
            _check_text(inner)
    _check_system(turns, rules)
    check_calls(turns)


def _check_text(block: Node) -> None:
    if block.text("type") != "text":
        return
    if not block.text("text"):
        raise reject("messages: text content blocks must be non-empty")
    if not block.text("text").strip():
        raise reject("messages: text content blocks must contain non-whitespace text")


def _check_system(turns: list[Turn], rules: ClaudeRules) -> None:
    for at, turn in enumerate(turns):
        if turn.role != "system":
            continue
        if not rules.system_anywhere:
            raise reject(f"messages.{turn.index}: role 'system' is not supported on this model")
        follows_user = at > 0 and turns[at - 1].role == "user"
        precedes_user = at + 1 < len(turns) and turns[at + 1].role == "user"
        if not follows_user or precedes_user:
            raise reject(
                f"messages.{turn.index}: a system message must follow a user message and precede an assistant message"
            )


def _check_sampling(body: Node, rules: ClaudeRules) -> None:
    for field in ("temperature", "top_p", "top_k"):
        value = body.number(field)
        if value is not None and not rules.sampling and not (field == "temperature" and value == 1):
            raise reject(f"`{field}` is deprecated for this model")
    if rules.one_of_sampling and "temperature" in body and "top_p" in body:
        raise reject("`temperature` and `top_p` cannot both be specified for this model. Please use only one.")
    for at, stop in enumerate(body.texts("stop_sequences")):
        if not stop.strip():
            raise reject(f"stop_sequences.{at}: each stop sequence must contain non-whitespace")
    if body.count("max_tokens") > rules.max_output:
        raise reject(
            f"max_tokens: {body.count('max_tokens')} > {rules.max_output}, which is the maximum allowed number of output "
            f"tokens for {body.text('model')}"
        )


def _check_thinking(body: Node, turns: list[Turn], rules: ClaudeRules) -> None:
    thinking = body.node("thinking")
    kind = thinking.text("type")
    effort = body.node("output_config").text("effort")
    if kind and kind not in rules.thinking:
        raise reject(f"thinking.type.{kind}: this model does not support thinking of type '{kind}'")
    if effort and effort not in rules.efforts:
        levels = ", ".join(rules.efforts) or "none"
        raise reject(f"This model does not support effort level '{effort}'. Supported levels: {levels}.")
    if kind in {"disabled", "between_tools"} and rules.thinks_unasked and effort in {"xhigh", "max"}:
        raise reject(f"thinking.type.{kind}: thinking cannot be disabled with effort '{effort}'")
    if kind == "enabled":
        _check_budget(body, turns)


def _check_budget(body: Node, turns: list[Turn]) -> None:
    if body.count("max_tokens") <= body.node("thinking").count("budget_tokens"):
        raise reject("`max_tokens` must be greater than `thinking.budget_tokens`.")
    if body.number("temperature") not in {None, 1}:
        raise reject("`temperature` may only be set to 1 when thinking is enabled.")
    if "top_k" in body:
        raise reject("`top_k` must be unset when thinking is enabled.")
    if (body.number("top_p") or 1) < _LEAST_TOP_P:
        raise reject(f"`top_p` must be greater than or equal to {_LEAST_TOP_P} when thinking is enabled.")
    if turns[-1].role == "assistant":
        raise reject("messages: the final message cannot be an assistant message when thinking is enabled.")
    assistants = [turn for turn in turns if turn.role == "assistant"]
    if assistants and assistants[-1].ids("tool_use", "id"):
        first = assistants[-1].blocks[0].text("type")
        if first not in {"thinking", "redacted_thinking"}:
            raise reject(
                f"messages.{assistants[-1].index}.content.0.type: Expected `thinking` or `redacted_thinking`, but found "
                f"`{first}`. When `thinking` is enabled, a final `assistant` message must start with a thinking block."
            )


def _check_end(turns: list[Turn], rules: ClaudeRules) -> None:
    last = turns[-1]
    if last.role != "assistant":
        return
    if not rules.prefill:
        raise reject(
            "This model does not support assistant message prefill. The conversation must end with a user message."
        )
    if last.blocks and last.blocks[-1].text("text").rstrip() != last.blocks[-1].text("text"):
        raise reject("messages: final assistant content cannot end with trailing whitespace")


def check_tools(body: Node, turns: list[Turn], rules: ClaudeRules) -> None:
    """Raises `Rejected` for tools that cannot be had, and choices that cannot be made."""
    tools = body.nodes("tools")
    names = [tool.text("name") for tool in tools]
    if len(set(names)) < len(names):
        raise reject("tools: Tool names must be unique.")
    for at, tool in enumerate(tools):
        schema = tool.node("input_schema")
        for word in ("anyOf", "oneOf", "allOf"):
            if word in schema:
                raise reject(
                    f"tools.{at}.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level"
                )
        fault = schema_fault(schema) if tool.flag("strict") else None
        if fault:
            raise reject(f"tools.{at}.custom.input_schema: {fault}")
    used = any(block.text("type") in {"tool_use", "tool_result"} for turn in turns for block in turn.blocks)
    if used and not tools:
        raise reject("Requests which include `tool_use` or `tool_result` blocks must define tools.")
    _check_choice(body, names, rules)


def _check_choice(body: Node, names: list[str], rules: ClaudeRules) -> None:
    choice = body.node("tool_choice")
    kind = choice.text("type")
    if not kind:
        return
    if not names:
        raise reject("tool_choice: tool_choice may only be specified while providing tools")
    if kind == "tool" and choice.text("name") not in names:
        raise reject(f"tool_choice.tool.name: Tool '{choice.text('name')}' not found in provided tools")
    if kind in {"any", "tool"}:
        if body.node("thinking").text("type") == "enabled":
            raise reject("Thinking may not be enabled when tool_choice forces tool use.")
        if not rules.forced_tools:
            raise reject(f"tool_choice.type: '{kind}' is not supported on this model")


def _check_format(body: Node, turns: list[Turn]) -> None:
    format_ = body.node("output_config").node("format")
    if "type" in format_ and turns[-1].role == "assistant":
        raise reject("output_config.format: structured outputs are incompatible with a prefilled answer")
    cites = [block for turn in turns for block in turn.blocks if block.node("citations").flag("enabled")]
    if "type" in format_ and cites:
        raise reject("output_config.format: structured outputs are incompatible with citations")
    fault = schema_fault(format_.node("schema")) if "schema" in format_ else None
    if fault:
        raise reject(f"output_config.format.schema: {fault}")


def _check_cache(body: Node) -> None:
    """Marks are not too many, and longer ones come first: tools, then instructions, then messages."""
    blocks = [*body.nodes("tools"), *body.nodes("system")]
    for message in body.nodes("messages"):
        for block in message.nodes("content"):
            blocks += [*block.nodes("content"), block]
    marks = [holder.node("cache_control") for holder in (*blocks, body) if "cache_control" in holder]
    if len(marks) > _BREAKPOINTS:
        raise reject(f"A maximum of {_BREAKPOINTS} blocks with cache_control may be provided. Found {len(marks)}.")
    lasting = [mark.text("ttl", "5m") for mark in marks]
    if "1h" in lasting[lasting.index("5m") :] if "5m" in lasting else False:
        raise reject(
            "cache_control: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block."
        )
