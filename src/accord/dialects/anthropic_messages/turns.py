"""A conversation as this wire wants it: turns that alternate, instructions at the top or right after a user's turn.

- Leading system and developer messages become the top-level `system`.
- Later ones stay in their place where the model knows the role: such an entry follows a user turn and precedes an
  assistant turn or the end. Elsewhere they become marked text of the user turn, because moving them to the top would
  change the prefix that is cached and to which thinking is bound.
- Neighbours of one role are one turn; tool results come first in theirs.
- The first turn is the user's, where the host insists.

https://platform.claude.com/docs/en/api/messages#body-messages
"""

from collections.abc import Sequence

from accord.core.message import Message
from accord.core.part import Opaque, Part, ToolResult
from accord.dialects.anthropic_messages.betas import of_message
from accord.dialects.anthropic_messages.dialect import own
from accord.dialects.anthropic_messages.translation import Translation
from accord.dialects.anthropic_messages.write_media import Block
from accord.dialects.anthropic_messages.write_part import plain, write_part

PLACEHOLDER = "."
"""What is put where the wire demands words and the caller gave none."""

ATTRIBUTION = "x-anthropic-billing-header:"
"""How the first system block of Claude Code begins; Anthropic's own API takes it out of the prompt."""

_SYSTEM = frozenset({"system", "developer"})


class Turn:
    """One entry of `messages`."""

    __slots__ = ("blocks", "extra", "field", "results", "role")

    def __init__(self, role: str, field: str, extra: dict[str, object]) -> None:
        self.role: str = role
        self.field: str = field
        self.extra: dict[str, object] = extra
        self.results: list[Block] = []
        self.blocks: list[Block] = []

    def written(self) -> Block:
        """The entry as the wire has it."""
        return {"role": self.role, "content": plain([*self.results, *self.blocks]), **self.extra}


class Turns:
    """The conversation as it is written, message by message."""

    def __init__(self, translation: Translation) -> None:
        self._translation = translation
        self._waiting: list[Turn] = []
        self.system: list[Block] = []
        self.turns: list[Turn] = []

    def add(self, message: Message, field: str) -> None:
        """The next message. `field` is its path, for warnings. Raises `Unsupported`."""
        self._drop_empty()
        if message.name is not None:
            self._translation.losses.advise(f"{field}.name", "the wire has no names of speakers")
        if message.role not in _SYSTEM:
            self._speak("assistant" if message.role == "assistant" else "user", message, field)
        elif not self.turns:
            self.system.extend(self._instructions(message.parts, field))
        elif self._translation.rules.system_in_conversation or own(message.extra):
            turn = Turn("system", field, self._extra(message))
            turn.blocks = self._instructions(message.parts, field)
            self._waiting.append(turn)
        else:
            self._demote(self._instructions(message.parts, field), field)

    def finish(self) -> None:
        """Settles what only the end decides. Raises `Unsupported`."""
        self._drop_empty()
        self._place_waiting()
        if self.turns:
            self._check_prefill()
        self._begin_with_user()

    def _speak(self, role: str, message: Message, field: str) -> None:
        if role == "assistant":
            self._place_waiting()
        turn = self._turn(role, field, self._extra(message))
        for index, part in enumerate(message.parts):
            block = write_part(self._translation, part, f"{field}.parts[{index}]")
            if block is not None:
                (turn.results if isinstance(part, ToolResult) else turn.blocks).append(block)

    def _extra(self, message: Message) -> dict[str, object]:
        if not message.extra:
            return {}
        fields = own(message.extra)
        self._translation.betas.extend(of_message(fields))
        return dict(fields)

    def _drop_empty(self) -> None:
        """Takes back a turn of which nothing could be sent."""
        while self.turns and not self.turns[-1].results and not self.turns[-1].blocks:
            self.turns.pop()

    def _turn(self, role: str, field: str, extra: dict[str, object]) -> Turn:
        last = self.turns[-1] if self.turns else None
        if last is not None and last.role == role and last.extra == extra:
            return last
        turn = Turn(role, field, extra)
        self.turns.append(turn)
        return turn

    def _instructions(self, parts: Sequence[Part], field: str) -> list[Block]:
        blocks: list[Block] = []
        for index, part in enumerate(parts):
            block = write_part(self._translation, part, f"{field}.parts[{index}]")
            if block is None:
                continue
            if block["type"] == "text" or isinstance(part, Opaque):
                blocks.append(block)
            else:
                self._translation.losses.refuse(f"{field}.parts[{index}]", "instructions are text alone")
        return blocks

    def _place_waiting(self) -> None:
        """Instructions that came during the user's turn go to its end."""
        waiting, self._waiting = [turn for turn in self._waiting if turn.blocks], []
        for turn in waiting:
            last = self.turns[-1] if self.turns else None
            if last is None:
                self.system.extend(turn.blocks)
            elif last.role == "system" and last.extra == turn.extra:
                last.blocks.extend(turn.blocks)
            elif last.role == "assistant":
                self._demote(turn.blocks, turn.field)
            else:
                self.turns.append(turn)

    def _demote(self, blocks: list[Block], field: str) -> None:
        if not blocks:
            return
        why = "instructions cannot stand here; they were sent as marked text of the user's turn"
        self._translation.losses.change(field, why)
        turn = self._turn("user", field, {})
        turn.blocks.extend([{**block, "text": f"<system>\n{block.get('text', '')}\n</system>"} for block in blocks])

    def _begin_with_user(self) -> None:
        losses = self._translation.losses
        if not self.turns:
            losses.refuse("messages", "a conversation needs a message that is not instructions")
            self._put_first()
        elif self.turns[0].role != "user" and self._translation.knobs.first_turn == "user":
            losses.change("messages", f"the first turn must be the user's; {PLACEHOLDER!r} was put before it")
            self._put_first()

    def _put_first(self) -> None:
        turn = Turn("user", "messages", {})
        turn.blocks.append({"type": "text", "text": PLACEHOLDER})
        self.turns.insert(0, turn)

    def _check_prefill(self) -> None:
        """A trailing assistant turn is the beginning of the answer, which newer models don't continue.

        A turn that was paused in the middle of a server tool's work is sent back to go on, by every model.
        """
        last = self.turns[-1]
        if last.role != "assistant" or any(str(block["type"]).endswith("tool_use") for block in last.blocks):
            return
        losses = self._translation.losses
        if not self._translation.rules.prefill:
            losses.refuse(last.field, "the model does not continue an answer that has been begun")
            self.turns.pop()
            return
        text = last.blocks[-1].get("text")
        if isinstance(text, str) and text != text.rstrip():
            losses.change(last.field, "white space at the end of a begun answer is refused; it was left out")
            last.blocks[-1] = {**last.blocks[-1], "text": text.rstrip()}


def write_turns(translation: Translation) -> Turns:
    """The request's messages. Raises `Unsupported` naming the part that cannot be sent."""
    turns = Turns(translation)
    for index, message in enumerate(translation.request.messages):
        turns.add(message, f"messages[{index}]")
    turns.finish()
    return turns


def write_system(translation: Translation, blocks: list[Block]) -> str | list[Block] | None:
    """The top-level `system`, with what else the model must be told."""
    found = blocks
    if translation.knobs.attribution == "refused":
        found = [block for block in found if not str(block.get("text", "")).startswith(ATTRIBUTION)]
    told: list[Block] = [{"type": "text", "text": text} for text in translation.instructions]
    found = [*found, *told]
    return plain(found) if found else None
