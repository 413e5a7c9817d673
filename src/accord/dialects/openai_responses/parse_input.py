"""`input` becomes messages.

What the model did in one turn comes as neighbouring items (reasoning, words, calls) and becomes one message of the
assistant; results that answer its calls become one message of role `tool`. Each part keeps what its item said, so that the
same items come out again. Tools declared within the input are tools like all others, and remember where they stood.
"""

from collections.abc import Sequence

import msgspec

from accord.core.message import Message, Role
from accord.core.part import Opaque, Part, Reasoning, Text, ToolCall
from accord.core.tool import HostedTool, Tool
from accord.dialects.openai_responses.account import is_marked
from accord.dialects.openai_responses.envelope import opened
from accord.dialects.openai_responses.read_content import read_contents
from accord.dialects.openai_responses.read_item import (
    CALL_OUTPUTS,
    CALLS,
    kind_of_item,
    marked,
    message_facts,
    read_call,
    read_call_output,
    read_reasoning,
)
from accord.dialects.openai_responses.read_tool import tools_in
from accord.dialects.openai_responses.wire import NAME, Item, MessageItem, WrongShape, kept, own, shaped
from accord.dialects.openai_responses.write_item import INSTRUCTIONS_MARK
from accord.dialects.openai_responses.write_tool import ADDITIONAL

_ROLES: dict[str, Role] = {"system": "system", "developer": "developer", "user": "user", "assistant": "assistant"}

# Results of the caller's own work that have no neutral meaning; they answer the model as tool results do.
_ANSWERS = frozenset({
    "apply_patch_call_output",
    "computer_call_output",
    "local_shell_call_output",
    "mcp_approval_response",
    "shell_call_output",
    "tool_search_output",
})  # fmt: skip


class InputReader:
    """Reads the items of one request."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.tools: list[Tool] = []
        self.sealed: bool = False
        """Whether items hold what Accord gave out for another wire, or marked, which no provider would understand."""
        self._role: Role | None = None
        self._parts: list[Part] = []
        self._proofs: dict[str, ToolCall] = {}

    def instructions(self, text: str) -> None:
        """`instructions`: a message that stands above the conversation."""
        extra = kept({INSTRUCTIONS_MARK: True})
        self.messages.append(Message(role="system", parts=(Text(text=text),), extra=extra))

    def read(self, given: str | Sequence[object]) -> None:
        """All of `input`. Raises `WrongShape` naming the member at fault."""
        if isinstance(given, str):
            self.messages.append(Message(role="user", parts=(Text(text=given),)))
            return
        for index, raw in enumerate(given):
            path = f"input[{index}]"
            kind, item = kind_of_item(raw, path)
            if is_marked(item):
                self.sealed = True
            self._item(kind, item, path, index)
        self._flush()
        if self._proofs:
            self.messages = [self._proven(message) for message in self.messages]

    def _item(self, kind: str, item: Item, path: str, index: int) -> None:
        if kind == "message":
            self._message(item, path)
        elif kind in CALLS:
            self._add("assistant", read_call(_with_call_id(item, path), path, reply=False))
        elif kind in CALL_OUTPUTS:
            self._add("tool", read_call_output(_with_call_id(item, path), path))
        elif kind == "reasoning":
            self._reasoning(item, path)
        elif kind == ADDITIONAL:
            self._declare(item, path, index)
        else:
            self._add("tool" if kind in _ANSWERS else "assistant", Opaque(dialect=NAME, raw=item))

    def _message(self, item: Item, path: str) -> None:
        found = shaped(item, MessageItem, path)
        role = _ROLES.get(found.role)
        if role is None:
            raise WrongShape(f"{path}.role", "expected user, assistant, system or developer")
        if found.content is None:
            raise WrongShape(f"{path}.content", "a message needs content")
        parts = read_contents(found.content, f"{path}.content")
        facts = message_facts(item)
        if role != "assistant":
            self._flush()
            self.messages.append(Message(role=role, parts=parts, extra=kept(facts)))
            return
        # A mark, even an empty one, keeps two messages in a row apart.
        after_words = bool(self._parts) and self._role == "assistant" and _is_words(self._parts[-1])
        for part in marked(parts, facts, always=after_words):
            self._add("assistant", part)

    def _reasoning(self, item: Item, path: str) -> None:
        part = read_reasoning(item, path, reply=False)
        inside = opened(part.encrypted, f"{path}.encrypted_content")
        if inside is not None:
            self.sealed = True
        if isinstance(inside, ToolCall):
            self._proofs[inside.id] = inside
        elif inside is None or not self._put_in_place(inside):
            self._add("assistant", inside or part)

    def _put_in_place(self, proven: Reasoning) -> bool:
        """Puts thoughts whose proof came late where their words stand, which the client may have kept or not."""
        for index, part in enumerate(self._parts):
            bare = isinstance(part, Reasoning) and part.owner == NAME and part.encrypted is None and not part.summary
            if bare and isinstance(part, Reasoning) and part.text in ("", proven.text):
                self._parts[index] = proven
                return True
        return False

    def _declare(self, item: Item, path: str, index: int) -> None:
        place: Item = {key: value for key, value in item.items() if key not in ("type", "tools")}
        declared = {**place, "at": index}
        for tool in tools_in(item, path):
            extra = kept({**own(tool.extra), ADDITIONAL: declared})
            self._tool(msgspec.structs.replace(tool, extra=extra))

    def _tool(self, tool: Tool) -> None:
        """Adds a tool; one that is declared again takes the place of the earlier one."""
        for index, known in enumerate(self.tools):
            if not isinstance(tool, HostedTool) and type(known) is type(tool) and known.name == tool.name:
                self.tools[index] = tool
                return
        self.tools.append(tool)

    def _add(self, role: Role, part: Part) -> None:
        if self._role != role:
            self._flush()
            self._role = role
        self._parts.append(part)

    def _flush(self) -> None:
        if self._role is not None and self._parts:
            self.messages.append(Message(role=self._role, parts=tuple(self._parts)))
        self._role, self._parts = None, []

    def _proven(self, message: Message) -> Message:
        parts = tuple([self._with_proof(part) for part in message.parts])
        return msgspec.structs.replace(message, parts=parts)

    def _with_proof(self, part: Part) -> Part:
        proof = self._proofs.get(part.id) if isinstance(part, ToolCall) else None
        return part if proof is None else msgspec.structs.replace(part, signature=proof.signature)


def _with_call_id(item: Item, path: str) -> Item:
    if not isinstance(item.get("call_id"), str) or not item["call_id"]:
        raise WrongShape(f"{path}.call_id", "a call and its output need the id that pairs them")
    return item


def _is_words(part: Part) -> bool:
    return not isinstance(part, ToolCall | Reasoning | Opaque)
