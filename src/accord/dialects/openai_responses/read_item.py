"""Items of input and output become neutral parts.

What belongs to a message as a whole (`id`, `phase`, `status`) stays with its first part, as `item` in the part's `extra`:
so an answer of several messages is one neutral message whose parts know where each item begins.
"""

from collections.abc import Sequence

import msgspec

from accord.core.json import as_object
from accord.core.part import Extra, Opaque, Part, Reasoning, Text, ToolCall, ToolContent, ToolResult
from accord.dialects.openai_responses.read_content import Scores, read_contents
from accord.dialects.openai_responses.wire import (
    NAME,
    CallOutputItem,
    CustomCallItem,
    FunctionCallItem,
    Item,
    MessageItem,
    ReasoningItem,
    ReasoningWords,
    WrongShape,
    kept,
    own,
    present,
    shaped,
    unnamed,
)

ITEM_MARK = "item"
"""The key in a part's `extra` for what belongs to its message item: `id`, `phase`, `status`."""

CONTENT_KEY = "content"

_OF_MESSAGE = frozenset(MessageItem.__struct_fields__)
_USUAL = ("completed", "in_progress")
"""Statuses that say nothing."""

CALLS = frozenset({"function_call", "custom_tool_call"})
"""Items by which the model asks the caller to run a tool."""

CALL_OUTPUTS = frozenset({"function_call_output", "custom_tool_call_output"})


def kind_of_item(raw: object, path: str) -> tuple[str, Item]:
    """The `type` of an item; messages and references may leave it out. Raises `WrongShape`."""
    item = as_object(raw)
    if item is None:
        raise WrongShape(path, "expected an object")
    kind = item.get("type")
    if isinstance(kind, str):
        return kind, item
    if kind is None and "role" in item:
        return "message", item
    if kind is None and "id" in item:
        return "item_reference", item
    raise WrongShape(f"{path}.type", "expected a string that says what kind of item this is")


def message_facts(raw: Item) -> Item:
    """What belongs to a message as a whole."""
    return unnamed(raw, MessageItem)


def settled(facts: Item) -> Item:
    """The facts without a status that says nothing: in an answer, an item is completed unless told otherwise."""
    if facts.get("status") in _USUAL:
        return {key: value for key, value in facts.items() if key != "status"}
    return facts


def read_output_message(raw: Item, path: str, scores: Scores | None = None) -> tuple[Part, ...]:
    """The parts of a message the model wrote. Raises `WrongShape`."""
    found = shaped(raw, MessageItem, path)
    parts = read_contents(found.content, f"{path}.content", scores)
    facts = {
        key: value for key, value in raw.items() if key not in _OF_MESSAGE and (key != "status" or value not in _USUAL)
    }
    return marked(parts, facts)


def marked(parts: tuple[Part, ...], facts: Item, *, always: bool = False) -> tuple[Part, ...]:
    """The parts of one message item, its facts with the first. `always`: also where there are none to keep."""
    if not parts or not (facts or always):
        return parts
    return (with_mark(parts[0], facts), *parts[1:])


def with_mark(part: Part, facts: Item) -> Part:
    """The first part of a message item, with the item's facts."""
    return msgspec.structs.replace(part, extra=kept({**own(part.extra), ITEM_MARK: facts}))


def mark_of(part: Part) -> Item | None:
    """The facts of the message item that begins with `part`; `None` where none is known to begin."""
    if NAME not in part.extra:
        return None
    return as_object(part.extra[NAME].get(ITEM_MARK))


def read_call(raw: Item, path: str, *, reply: bool) -> ToolCall:
    """A call of one of the caller's tools. `reply`: it comes from a provider. Raises `WrongShape`."""
    if raw.get("type") == "custom_tool_call":
        custom = shaped(raw, CustomCallItem, path)
        return _call(custom, custom.input, "custom", _fields(raw, CustomCallItem, reply=reply), path)
    call = shaped(raw, FunctionCallItem, path)
    return _call(call, call.arguments, "function", _fields(raw, FunctionCallItem, reply=reply), path)


def read_call_output(raw: Item, path: str) -> ToolResult:
    """What a tool answered. Raises `WrongShape`."""
    found = shaped(raw, CallOutputItem, path)
    parts = read_contents(found.output, f"{path}.output")
    content: list[ToolContent] = [part for part in parts if isinstance(part, ToolContent)]
    if len(content) != len(parts):
        raise WrongShape(f"{path}.output", "a tool result holds texts, pictures and files")
    return ToolResult(
        call_id=found.call_id,
        content=tuple(content),
        kind="custom" if found.type == "custom_tool_call_output" else "function",
        extra=kept(unnamed(raw, CallOutputItem)),
    )


def read_reasoning(raw: Item, path: str, *, reply: bool) -> Reasoning:
    """What the model thought. Raises `WrongShape`."""
    found = shaped(raw, ReasoningItem, path)
    return Reasoning(
        text=_joined(found.content),
        summary=tuple([words.text for words in found.summary or ()]),
        encrypted=found.encrypted_content,
        id=found.id,
        owner=NAME,
        extra=_reasoning_extra(raw, found, reply=reply),
    )


def _call(found: FunctionCallItem | CustomCallItem, arguments: str, kind: str, extra: Extra, path: str) -> ToolCall:
    if not found.name:
        raise WrongShape(f"{path}.name", "a call needs the name of its tool")
    return ToolCall(
        # Some compatible servers give a call no id but that of the item.
        id=found.call_id or found.id or "",
        name=found.name,
        arguments=arguments,
        kind="custom" if kind == "custom" else "function",
        namespace=found.namespace,
        item_id=found.id,
        extra=extra,
    )


def _fields(raw: Item, shape: type[msgspec.Struct], *, reply: bool) -> Extra:
    fields = unnamed(raw, shape)
    return kept(settled(fields) if reply else fields)


def _reasoning_extra(raw: Item, found: ReasoningItem, *, reply: bool) -> Extra:
    fields = unnamed(raw, ReasoningItem)
    pieces = found.content or ()
    if len(pieces) > 1 or any(piece.type not in ("", "reasoning_text") for piece in pieces):
        fields[CONTENT_KEY] = raw[CONTENT_KEY]
    return kept(settled(fields) if reply else fields)


def _joined(pieces: Sequence[ReasoningWords] | None) -> str:
    return "".join([piece.text for piece in pieces or ()])


def as_text(parts: Sequence[Part]) -> str:
    """The words of several parts, joined."""
    return "".join([part.text for part in parts if isinstance(part, Text)])


def read_output_item(raw: Item, path: str, scores: Scores | None = None) -> tuple[Part, ...]:
    """The parts of one item of an answer: none for an empty message, one for every kind but messages.

    Hosted tools' items and kinds nobody knows keep their place as they are. Raises `WrongShape`.
    """
    kind, item = kind_of_item(raw, path)
    if kind == "message":
        return read_output_message(item, path, scores)
    if kind in CALLS:
        return (_told_call(item, path),)
    if kind == "reasoning":
        return (read_reasoning(item, path, reply=True),)
    return (Opaque(dialect=NAME, raw=item),)


def _told_call(item: Item, path: str) -> ToolCall:
    """A call in an answer; members that are null where null is wrong are taken for absent ones. Raises `WrongShape`."""
    try:
        return read_call(item, path, reply=True)
    except WrongShape:
        if None not in item.values():
            raise
        return read_call(present(item), path, reply=True)
