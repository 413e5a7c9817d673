"""All items of one streamed answer: which part grows in which item, and when an item ends."""

from accord.core.event import (
    ArgumentsDelta,
    CitationAdded,
    OpaqueEvent,
    PartFinished,
    PartStarted,
    ReasoningDelta,
    ReasoningSealed,
)
from accord.core.part import Image, Opaque, Part, Reasoning, Refusal, Text, ToolCall
from accord.core.response import TokenLogprob
from accord.dialects.openai_responses.envelope import proof_of, sealed
from accord.dialects.openai_responses.event_writer import EventWriter
from accord.dialects.openai_responses.out_call import OutCall
from accord.dialects.openai_responses.out_item import OutBlock, OutImage, OutItem, OutProof
from accord.dialects.openai_responses.out_message import OutContent, OutMessage
from accord.dialects.openai_responses.out_reasoning import OutReasoning
from accord.dialects.openai_responses.read_item import mark_of
from accord.dialects.openai_responses.response_id import ItemIds
from accord.dialects.openai_responses.tool_names import ToolNames
from accord.dialects.openai_responses.wire import NAME, Item
from accord.dialects.openai_responses.write_output import in_message, is_mere_proof, own_id, with_call_id

Said = tuple[OutMessage, OutContent]
"""Where the words of a part go."""


class OutItems:
    """The items of one stream."""

    def __init__(self, writer: EventWriter, ids: ItemIds, names: ToolNames) -> None:
        self._writer = writer
        self._ids = ids
        self._names = names
        self._items: list[OutItem] = []
        self._said: dict[int, Said] = {}
        self._silent: dict[int, Text] = {}
        """Further texts of an open message that hold another wire's proof, and no word yet."""
        self._thought: dict[int, OutReasoning] = {}
        self._called: dict[int, OutCall] = {}
        self._blocks: dict[int, OutBlock] = {}
        self._proven: set[int] = set()

    def begin(self, event: PartStarted) -> None:
        """A part begins: in a new item, or as the next content of the message that is open."""
        index, part = event.part, event.value
        match part:
            case Text() | Refusal():
                if isinstance(part, Text) and is_mere_proof(part) and self._is_open():
                    self._silent[index] = part
                else:
                    self._said[index] = self._say(part, 0)
            case Reasoning():
                self._thought[index] = self._think(part, own_id(part))
            case ToolCall():
                self._called[index] = self._call(index, part)
            case Opaque() if in_message(part):
                self._said[index] = self._say(part, 0)
            case Opaque():
                if part.dialect == NAME:
                    self._make_room()
                    self._blocks[index] = block = OutBlock(self._writer, len(self._items), part.raw)
                    self._items.append(block)
            case Image():
                self._make_room()
                at = len(self._items)
                self._items.append(OutImage(self._writer, at, self._ids.of("ig", at), part))
            case _:
                # Sound, files and results of tools have no item in an answer on this wire.
                pass

    def text(self, index: int, text: str, scores: tuple[TokenLogprob, ...]) -> None:
        """More words, or more of a refusal."""
        said = self._saying(index)
        if said is None:
            return
        message, content = said
        if message.closed or content.closed:
            more = Refusal(text="") if content.is_refusal else Text(text="")
            message, content = self._said[index] = self._say(more, content.chars)
        message.text(content, text, scores)

    def cite(self, event: CitationAdded) -> None:
        """A source of a text; one that comes too late for its message is left out."""
        said = self._saying(event.part)
        if said is not None and not said[0].closed and not said[1].closed:
            said[0].cite(said[1], event.citation)

    def think(self, event: ReasoningDelta) -> None:
        """More thoughts."""
        item = self._thought.get(event.part)
        if item is None:
            return
        if item.closed:
            item = self._thought[event.part] = self._think(Reasoning(owner=NAME), None)
        item.add(event)

    def seal(self, event: ReasoningSealed) -> None:
        """The proof of thoughts."""
        item = self._thought.get(event.part)
        if item is not None:
            item.seal(event)

    def argue(self, event: ArgumentsDelta) -> None:
        """More arguments of a call."""
        item = self._called.get(event.part)
        if item is not None and not item.closed:
            item.add(event.text)

    def finish(self, event: PartFinished) -> None:
        """A part is whole. What it has beyond its deltas is written."""
        index = event.part
        if event.value is not None:
            self._replace(index, event.value)
        for items in (self._thought, self._called, self._blocks):
            item = items.get(index)
            if item is not None:
                item.finished = True
        block = self._blocks.get(index)
        if block is not None and not block.closed:
            block.close("completed")

    def pass_on(self, event: OpaqueEvent) -> None:
        """An event of this wire that has no neutral meaning, with the item's place in this stream."""
        raw = dict(event.raw)
        kind = raw.pop("type", None)
        if event.dialect != NAME or not isinstance(kind, str):
            return
        place = next((at for at, item in enumerate(self._items) if item.item_id == raw.get("item_id")), None)
        if place is not None and "output_index" in raw:
            raw["output_index"] = place
        self._writer.event(kind, raw)

    def end(self, status: str) -> None:
        """The answer is over. `status` is that of items which had not been ended: the last of them was cut, if any."""
        still_open = [item for item in self._items if not item.closed]
        for item in still_open:
            item.close(status if item is still_open[-1] else "completed")
        for item in self._thought.values():
            if item.sealed_late:
                self._prove("rs", sealed(item.part))

    def output(self, status: str) -> list[Item]:
        """All items as they stand; `status` is that of items which have not been ended."""
        return [item.done if item.done is not None else item.item(status) for item in self._items]

    def _make_room(self) -> None:
        """Ends what can be ended before the next item begins."""
        for item in self._items:
            if not item.closed and item.may_close():
                item.close("completed")

    def _saying(self, index: int) -> Said | None:
        """Where the words of a part go; its content begins now, if it has none yet."""
        part = self._silent.pop(index, None)
        if part is not None:
            self._said[index] = self._say(part, 0)
        return self._said.get(index)

    def _is_open(self) -> bool:
        last = self._items[-1] if self._items else None
        return isinstance(last, OutMessage) and not last.closed

    def _say(self, part: Text | Refusal | Opaque, before: int) -> Said:
        last = self._items[-1] if self._items else None
        facts = mark_of(part)
        if facts is None and isinstance(last, OutMessage) and not last.closed:
            return last, last.begin(part, before)
        self._make_room()
        given = (facts or {}).get("id")
        item_id = given if isinstance(given, str) else self._ids.of("msg", len(self._items))
        message = OutMessage(self._writer, len(self._items), item_id, facts or {})
        self._items.append(message)
        return message, message.begin(part, before)

    def _think(self, part: Reasoning, item_id: str | None) -> OutReasoning:
        self._make_room()
        at = len(self._items)
        item = OutReasoning(self._writer, at, item_id or self._ids.of("rs", at), part)
        self._items.append(item)
        return item

    def _call(self, index: int, given: ToolCall) -> OutCall:
        self._make_room()
        proof = proof_of(given)
        if proof is not None:
            self._proven.add(index)
            self._prove("rs", sealed(proof))
        at = len(self._items)
        part = self._names.restored(given)
        unpack = self._names.is_custom(part)
        prefix = "ctc" if unpack or part.kind == "custom" else "fc"
        item_id = own_id(part) or self._ids.of(prefix, at)
        item = OutCall(self._writer, at, item_id, with_call_id(part, item_id), unpack=unpack)
        self._items.append(item)
        return item

    def _replace(self, index: int, part: Part) -> None:
        match part:
            case Text() | Refusal():
                said = self._saying(index) if part.text else None
                if said is not None and len(part.text) > said[1].chars:
                    self.text(index, part.text[said[1].chars :], ())
            case Reasoning():
                if index in self._thought:
                    self._thought[index].replace(part)
            case ToolCall():
                if index in self._called:
                    self._called[index].replace(part)
                    self._prove_late(index, part)
            case Opaque():
                if index in self._blocks:
                    self._blocks[index].replace(part.raw)
                elif index in self._said:
                    self._said[index][1].replace(part)
            case _:
                pass

    def _prove_late(self, index: int, part: ToolCall) -> None:
        proof = proof_of(part)
        if proof is None or index in self._proven:
            return
        self._proven.add(index)
        if not self._called[index].closed:
            self._called[index].close("completed")
        self._prove("rs", sealed(proof))

    def _prove(self, prefix: str, encrypted: str) -> None:
        at = len(self._items)
        item: Item = {
            "id": self._ids.of(prefix, at),
            "type": "reasoning",
            "summary": [],
            "encrypted_content": encrypted,
        }
        self._items.append(OutProof(self._writer, at, item))
