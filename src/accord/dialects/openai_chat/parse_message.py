"""A caller's messages, read.

Strict where OpenAI is (types, roles, required members), open where its clients are: members without a name are kept, and
reasoning comes back in any of the fields that hosts use.
"""

from collections.abc import Sequence

import msgspec

from accord.core.json import as_array, as_object, dumps
from accord.core.message import Message
from accord.core.part import (
    Audio,
    Image,
    Media,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolContent,
    ToolResult,
)
from accord.dialects.openai_chat import fault, read_part
from accord.dialects.openai_chat.decode import own_extra
from accord.dialects.openai_chat.encode_message import text_of_reasoning
from accord.dialects.openai_chat.fault import Fault
from accord.dialects.openai_chat.parse_part import Block, cache_mark, extra_of, extra_within, parts_in
from accord.dialects.openai_chat.reasoning_detail import placed, reasoning_of, thinking_of

_PLAIN = frozenset({"role", "content", "name"})
_TOOL = frozenset({"role", "content", "tool_call_id"})
_FUNCTION = frozenset({"role", "content", "name"})
_ASSISTANT = frozenset({"role", "content", "name", "refusal", "tool_calls", "function_call", "audio", "images"})
_CALL = frozenset({"id", "type", "function", "custom"})
_CALLED = frozenset({"name", "arguments", "input"})
_REASONING = ("reasoning_content", "reasoning", "reasoning_text")


class Functions:
    """Pairs the results of deprecated function calls, which have no ids, with their calls."""

    __slots__ = ("_last", "_made")

    def __init__(self) -> None:
        self._made = 0
        self._last = ""

    def called(self) -> str:
        """An id for a call."""
        self._last = f"call_function_{self._made}"
        self._made += 1
        return self._last

    def answered(self) -> str:
        """The id of the call that a result answers."""
        return self._last or self.called()


def messages_in(items: Sequence[object]) -> tuple[Message, ...]:
    """All messages. Raises `Fault`."""
    if not items:
        raise Fault("must hold at least one message")
    functions = Functions()
    messages: list[Message] = []
    for index, item in enumerate(items):
        try:
            messages.append(_message(fault.an_object(item), functions))
        except Fault as error:
            raise error.within(f"[{index}]") from None
    return tuple(messages)


def _message(block: Block, functions: Functions) -> Message:
    role = fault.text(block, "role")
    match role:
        case "user":
            return Message(
                role=role,
                parts=tuple(_content(block)),
                name=fault.optional_text(block, "name"),
                extra=extra_of(block, _PLAIN),
            )
        case "system" | "developer":
            # Moonshot's clients load tools by a system message that has `tools` and no content.
            parts = _content(block, nullable="tools" in block)
            return Message(
                role=role,
                parts=tuple(parts),
                name=fault.optional_text(block, "name"),
                extra=extra_of(block, _PLAIN),
            )
        case "assistant":
            return _assistant(block, functions)
        case "tool":
            return Message(role=role, parts=(_result(block),))
        case "function":
            name = fault.text(block, "name")
            parts = _content(block, nullable=True)
            result = ToolResult(call_id=functions.answered(), content=_tool_content(parts), name=name)
            return Message(role="tool", parts=(result,), extra=extra_of(block, _FUNCTION))
        case _:
            raise Fault(f"must be system, developer, user, assistant, tool or function, got {role!r}", "role")


def _content(block: Block, *, nullable: bool = False) -> list[Part]:
    if "content" not in block and not nullable:
        raise Fault("is missing", "content")
    try:
        return parts_in(block.get("content"), nullable=nullable)
    except Fault as error:
        raise error.within("content") from None


def _result(block: Block) -> ToolResult:
    return ToolResult(
        call_id=fault.text(block, "tool_call_id"),
        content=_tool_content(_content(block)),
        name=fault.optional_text(block, "name"),
        cache=cache_mark(block),
        # `name` is no member of OpenAI's tool messages; it goes back only to where it came from.
        extra=extra_of(block, _TOOL),
    )


def _tool_content(parts: Sequence[Part]) -> tuple[ToolContent, ...]:
    return tuple(
        [
            part if isinstance(part, ToolContent) else Text(text=part.text if isinstance(part, Refusal) else "")
            for part in parts
        ]
    )


def _assistant(block: Block, functions: Functions) -> Message:
    parts = _content(block, nullable=True)
    # An empty string beside calls says as little as null.
    if len(parts) == 1 and isinstance(parts[0], Text) and not parts[0].text and not parts[0].extra:
        parts = []
    refusal = fault.optional_text(block, "refusal")
    if refusal is not None:
        parts.append(Refusal(text=refusal))
    parts.extend(_media(block))
    parts.extend(_calls(block, functions))
    extra = fault.other(block, _ASSISTANT)
    reasoning = _reasoning(extra)
    return Message(
        role="assistant",
        parts=tuple(placed(parts, reasoning) if reasoning else parts),
        name=fault.optional_text(block, "name"),
        extra=own_extra({key: value for key, value in extra.items() if value is not None}),
    )


def _media(block: Block) -> list[Part]:
    parts: list[Part] = []
    audio = fault.optional_object(block, "audio")
    if audio is not None:
        try:
            parts.append(Audio(source=Media(), id=fault.text(audio, "id")))
        except Fault as error:
            raise error.within("audio") from None
    images: list[Image] = read_part.images_in(fault.optional_array(block, "images"))
    parts.extend(images)
    return parts


def _calls(block: Block, functions: Functions) -> list[ToolCall]:
    calls: list[ToolCall] = []
    for index, item in enumerate(fault.optional_array(block, "tool_calls") or ()):
        try:
            calls.append(_call(fault.an_object(item)))
        except Fault as error:
            raise error.within(f"tool_calls[{index}]") from None
    old = fault.optional_object(block, "function_call")
    if old is not None:
        try:
            name, arguments = fault.text(old, "name"), fault.text(old, "arguments")
        except Fault as error:
            raise error.within("function_call") from None
        calls.append(ToolCall(id=functions.called(), name=name, arguments=arguments))
    return calls


def _call(block: Block) -> ToolCall:
    kind = "custom" if block.get("type") == "custom" else "function"
    inside = fault.inner(block, kind)
    argument = "input" if kind == "custom" else "arguments"
    try:
        name = fault.text(inside, "name")
        given = inside.get(argument)
        # Some clients keep what they parsed.
        arguments = dumps(given).decode() if as_object(given) is not None else fault.text(inside, argument)
    except Fault as error:
        raise error.within(kind) from None
    extra = extra_within(block, _CALL, kind, fault.other(inside, _CALLED))
    return ToolCall(
        id=fault.text(block, "id"),
        name=name,
        arguments=arguments,
        kind="custom" if kind == "custom" else "function",
        signature=read_part.thought_signature(extra.get("openai_chat", {})),
        extra=extra,
    )


def _reasoning(extra: Block) -> list[tuple[Reasoning, int | None]]:
    """Takes the reasoning out of an assistant's other members. What parts cannot say of it stays among them."""
    field = next((name for name in _REASONING if isinstance(extra.get(name), str) and extra[name]), None)
    for name, read in (("reasoning_details", reasoning_of), ("thinking_blocks", thinking_of)):
        items = as_array(extra.get(name))
        found = read(items) if items else []
        if found:
            kept: Block = {name: extra.pop(name)}
            if field is not None and extra[field] == text_of_reasoning([part for part, _ in found]):
                kept["field"] = field
                del extra[field]
            first, place = found[0]
            found[0] = (msgspec.structs.replace(first, extra={"openai_chat": kept}), place)
            return found
    if field is None:
        return []
    words = str(extra.pop(field))
    return [(Reasoning(text=words, owner="openai_chat", extra={"openai_chat": {"field": field}}), None)]
