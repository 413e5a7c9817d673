"""Neutral messages become items of input.

A message's parts keep their order: words are gathered into message items, and calls, results, reasoning and blocks of this
wire are items of their own between them.
"""

from collections.abc import Iterable, Sequence

from accord.core.loss import Losses
from accord.core.message import Message, plain_text
from accord.core.part import Opaque, Part, Reasoning, Text, ToolCall, ToolResult
from accord.dialects.foreign import leave_out
from accord.dialects.openai_responses.call_id import CallIds
from accord.dialects.openai_responses.knobs import Knobs
from accord.dialects.openai_responses.read_item import CALLS, CONTENT_KEY, mark_of
from accord.dialects.openai_responses.wire import NAME, Item, own, present
from accord.dialects.openai_responses.wire_names import WireNames
from accord.dialects.openai_responses.write_content import is_content, write_contents

INSTRUCTIONS_MARK = "instructions"
"""Set in the `extra` of the message that came as `instructions`, apart from the conversation."""


def is_instructions(message: Message) -> bool:
    """Whether the message came as `instructions`: it stands above the conversation and is not part of it."""
    return bool(message.extra) and INSTRUCTIONS_MARK in message.extra.get(NAME, {})


def items_of_words(messages: Sequence[Message], knobs: Knobs) -> list[Item] | None:
    """The items of a conversation of words alone, as most are; `None` for any other, which takes an `ItemWriter`.

    A request of two messages takes 82 in place of 99 thousand processor instructions.
    """
    items: list[Item] = []
    for message in messages:
        words = plain_text(message)
        if words is None:
            return None
        items.append({"type": "message", "role": _role(message, knobs), "content": words})
    return items


def _role(message: Message, knobs: Knobs) -> str:
    if message.role == "tool":
        return "user"
    if message.role in ("system", "developer") and knobs.instructions_role != "as_given":
        return knobs.instructions_role
    return message.role


class ItemWriter:
    """Writes the messages of one request."""

    def __init__(self, losses: Losses, knobs: Knobs, names: WireNames | None = None) -> None:
        """`names` takes note of the names of tools that have to be replaced."""
        self._losses = losses
        self._knobs = knobs
        self._names = names or WireNames()
        self._ids = CallIds()
        self._custom: set[str] = set()

    def items(self, messages: Iterable[tuple[str, Message]]) -> list[Item]:
        """The items for messages, each given with its path for what cannot be sent."""
        items: list[Item] = []
        for path, message in messages:
            self.message(message, path, items)
        return items

    def message(self, message: Message, path: str, items: list[Item]) -> None:
        """Adds the items of one message."""
        if message.name is not None:
            self._losses.advise(f"{path}.name", "the Responses wire has no names of speakers")
        only = message.parts[0] if len(message.parts) == 1 else None
        if type(only) is Text and not (only.extra or only.citations or message.extra):
            # Most messages: it takes 1.1 us in place of 4.6.
            items.append({"type": "message", "role": _role(message, self._knobs), "content": only.text})
            return
        begun = len(items)
        with_ids = self._knobs.item_ids == "as_given" and not any(map(self._lost, message.parts))
        for start, group in _groups(message.parts):
            if is_content(group[0]):
                item = self._message_item(message, group, path, start, with_ids=with_ids)
            else:
                item = self._item(group[0], f"{path}.parts[{start}]", with_ids=with_ids)
            if item is not None:
                items.append(item)
        if self._knobs.calls == "together":
            items[begun:] = sorted(items[begun:], key=lambda item: item["type"] in CALLS)
        if begun == len(items) and not message.parts and message.role not in ("assistant", "tool"):
            items.append(
                {"type": "message", "role": _role(message, self._knobs), "content": "", **self._facts(message, None)}
            )

    def _message_item(
        self, message: Message, parts: Sequence[Part], path: str, start: int, *, with_ids: bool
    ) -> Item | None:
        facts = self._facts(message, mark_of(parts[0]), with_ids=with_ids)
        assistant = message.role == "assistant"
        content = write_contents(parts, self._losses, path, knobs=self._knobs, start=start, assistant=assistant)
        if content == []:
            return None
        # Only what is written by hand may have a string; an item of the provider's own has a list.
        if assistant and isinstance(content, str) and facts.keys() & {"id", "status"}:
            content = [{"type": "output_text", "text": content}]
        return {"type": "message", "role": _role(message, self._knobs), "content": content, **facts}

    def _facts(self, message: Message, mark: Item | None, *, with_ids: bool = True) -> Item:
        return self._allowed({**own(message.extra), **(mark or {})}, with_ids=with_ids)

    def _item(self, part: Part, path: str, *, with_ids: bool) -> Item | None:
        match part:
            case ToolCall():
                return self._call(part, with_ids=with_ids)
            case ToolResult():
                return self._result(part, path)
            case Reasoning():
                return self._reasoning(part, path, with_ids=with_ids)
            case Opaque(dialect="openai_responses"):
                return dict(part.raw)
            case Opaque():
                leave_out(part, path, self._losses)
                return None
            case _:
                self._losses.refuse(path, "this cannot stand in the input")
                return None

    def _call(self, part: ToolCall, *, with_ids: bool) -> Item:
        call_id = self._ids.of_call(part.id)
        item: Item = {"type": "function_call", "call_id": call_id, "name": self._names.sent(part.name)}
        if part.kind == "custom":
            self._custom.add(call_id)
            item["type"] = "custom_tool_call"
            item["input"] = part.arguments
        else:
            # No arguments at all is what some wires call an empty object.
            item["arguments"] = part.arguments or "{}"
        fields = self._allowed(own(part.extra), with_ids=with_ids)
        item_id = part.item_id if with_ids else None
        if part.item_id is not None and self._knobs.item_ids == "omit":
            self._losses.advise("messages[].parts[].item_id", "the host keeps nothing that ids could name")
        return {**item, **present({"id": item_id, "namespace": part.namespace}), **fields}

    def _result(self, part: ToolResult, path: str) -> Item:
        call_id = self._ids.of_result(part.call_id)
        if part.is_error:
            self._losses.advise(f"{path}.is_error", "the Responses wire does not mark results as errors")
        custom = part.kind == "custom" or call_id in self._custom
        return {
            "type": "custom_tool_call_output" if custom else "function_call_output",
            "call_id": call_id,
            "output": (
                write_contents(part.content, self._losses, path, knobs=self._knobs, holder="content")
                if part.content
                else ""
            ),
            **self._allowed(own(part.extra)),
        }

    def _reasoning(self, part: Reasoning, path: str, *, with_ids: bool) -> Item | None:
        if self._lost(part):
            whose = f"of {part.owner}" if part.owner is not None else "of unknown origin"
            self._losses.advise(path, f"reasoning {whose} cannot be proven to this provider")
            return None
        mine = part.owner == NAME
        item: Item = {
            "type": "reasoning",
            "summary": [{"type": "summary_text", "text": text} for text in part.summary],
        }
        if part.text:
            item[CONTENT_KEY] = [{"type": "reasoning_text", "text": part.text}]
        if mine:
            item.update(present({"id": part.id if with_ids else None, "encrypted_content": part.encrypted}))
        return {**item, **self._allowed(own(part.extra), with_ids=with_ids)}

    def _lost(self, part: Part) -> bool:
        """Whether `part` is reasoning that has to be left out."""
        if not isinstance(part, Reasoning) or part.owner == NAME:
            return False
        return self._knobs.foreign_reasoning == "omit" or not (part.text or part.summary)

    def _allowed(self, fields: Item, *, with_ids: bool = True) -> Item:
        dropped = {INSTRUCTIONS_MARK}
        if not with_ids:
            # An item whose reasoning is missing is refused by its id.
            dropped.add("id")
        if self._knobs.item_status == "omit":
            dropped.add("status")
            if fields.get("status") is not None:
                self._losses.advise("messages[].parts[].status", "the host refuses the status of items sent back")
        return {key: value for key, value in fields.items() if key not in dropped}


def _groups(parts: Sequence[Part]) -> list[tuple[int, list[Part]]]:
    """Neighbouring parts of one message item together, all others alone, each with the place of its first."""
    groups: list[tuple[int, list[Part]]] = []
    for index, part in enumerate(parts):
        content = is_content(part)
        if content and groups and is_content(groups[-1][1][0]) and mark_of(part) is None:
            groups[-1][1].append(part)
        else:
            groups.append((index, [part]))
    return groups
