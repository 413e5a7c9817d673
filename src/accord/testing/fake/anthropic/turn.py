"""A conversation as Anthropic reads it: neighbours of one role are one turn, and calls and results must meet."""

import msgspec

from accord.testing.fake.anthropic.error import reject
from accord.testing.fake.node import Node


class Turn(msgspec.Struct, kw_only=True):
    """What one side says before the other speaks."""

    role: str
    index: int
    """Of its first message."""
    blocks: list[Node]

    def ids(self, kind: str, field: str) -> list[str]:
        """The ids of its blocks of a kind."""
        return [block.text(field) for block in self.blocks if block.text("type") == kind]


def turns_of(body: Node) -> list[Turn]:
    """The conversation in turns."""
    turns: list[Turn] = []
    for index, message in enumerate(body.nodes("messages")):
        blocks = blocks_of(message)
        if turns and turns[-1].role == message.text("role"):
            turns[-1].blocks += blocks
        else:
            turns.append(Turn(role=message.text("role"), index=index, blocks=blocks))
    return turns


def blocks_of(message: Node) -> list[Node]:
    """A message's content in blocks; a string is one of text."""
    text = message.text("content")
    return [Node({"type": "text", "text": text})] if text else message.nodes("content")


def check_calls(turns: list[Turn]) -> None:
    """Raises `Rejected` where a call has no result right after it, or a result no call right before it."""
    seen: set[str] = set()
    for at, turn in enumerate(turns):
        before = turns[at - 1] if at else None
        _check_results(turn, before.ids("tool_use", "id") if before is not None else [])
        called = turn.ids("tool_use", "id")
        if len(set(called)) < len(called) or seen & set(called):
            raise reject("messages: `tool_use` ids must be unique")
        seen |= set(called)
        if called:
            _check_answered(called, turn, turns[at + 1] if at + 1 < len(turns) else None)


def _check_results(turn: Turn, called: list[str]) -> None:
    answered: set[str] = set()
    for at, block in enumerate(turn.blocks):
        if block.text("type") != "tool_result":
            continue
        id_ = block.text("tool_use_id")
        if id_ not in called:
            raise reject(
                f"messages.{turn.index}.content.{at}: unexpected `tool_use_id` found in `tool_result` blocks: {id_}. "
                "Each `tool_result` block must have a corresponding `tool_use` block in the previous message."
            )
        if id_ in answered:
            raise reject(
                f"messages.{turn.index}.content.{at}: each tool_use must have a single result. "
                f"Found multiple `tool_result` blocks with id: {id_}"
            )
        answered.add(id_)


def _check_answered(called: list[str], turn: Turn, after: Turn | None) -> None:
    leading: list[str] = []
    for block in after.blocks if after is not None else []:
        if block.text("type") != "tool_result":
            break
        leading.append(block.text("tool_use_id"))
    missing = [id_ for id_ in called if id_ not in leading]
    if missing:
        raise reject(
            f"messages.{turn.index + 1}: `tool_use` ids were found without `tool_result` blocks immediately after: "
            f"{', '.join(missing)}. Each `tool_use` block must have a corresponding `tool_result` block in the next message."
        )
