"""A whole answer in the caller's wire."""

from collections.abc import Iterator, Sequence

from accord.core.part import Image, Opaque, Part, Reasoning, Refusal, Text, ToolCall
from accord.core.response import Choice, TokenLogprob
from accord.dialects.openai_responses.envelope import proof_of
from accord.dialects.openai_responses.read_item import mark_of
from accord.dialects.openai_responses.response_id import ItemIds
from accord.dialects.openai_responses.tool_names import ToolNames, custom_call
from accord.dialects.openai_responses.wire import NAME, Item
from accord.dialects.openai_responses.write_output import (
    call_item,
    image_item,
    in_message,
    is_mere_proof,
    message_item,
    own_id,
    proof_item,
    reasoning_item,
    refusal_content,
    text_content,
    with_call_id,
)


def output_of(choice: Choice, ids: ItemIds, names: ToolNames, *, status: str) -> list[Item]:
    """The items of an answer. `status` is that of the last one: it is where an incomplete answer was cut."""
    scores = Scores(choice)
    items: list[Item] = []
    parts = choice.message.parts
    groups = list(_groups(parts))
    for number, group in enumerate(groups):
        items.extend(
            _items(group, ids, names, scores, len(items), status if number + 1 == len(groups) else "completed")
        )
    return items


class Scores:
    """The log probabilities of an answer, dealt out to its texts in order."""

    def __init__(self, choice: Choice) -> None:
        self._left = list(choice.logprobs.content or ()) if choice.logprobs is not None else []

    def of(self, text: str) -> Sequence[TokenLogprob]:
        """Those of the next text: as many tokens as make up its length."""
        taken: list[TokenLogprob] = []
        length = 0
        while self._left and length < len(text):
            taken.append(self._left.pop(0))
            length += len(taken[-1].token)
        return taken


def _groups(parts: Sequence[Part]) -> Iterator[list[Part]]:
    """Neighbouring contents of one message together, all other parts alone."""
    group: list[Part] = []
    for part in parts:
        if group and not (in_message(part) and in_message(group[-1]) and mark_of(part) is None):
            yield group
            group = []
        group.append(part)
    if group:
        yield group


def _items(
    group: Sequence[Part], ids: ItemIds, names: ToolNames, scores: Scores, at: int, status: str
) -> Iterator[Item]:
    part = group[0]
    if in_message(part):
        facts = mark_of(part) or {}
        given = facts.get("id")
        content = [_content(each, scores) for each in group if each is part or not _is_silent(each)]
        yield message_item(given if isinstance(given, str) else ids.of("msg", at), content, facts, status)
        return
    match part:
        case Reasoning():
            yield reasoning_item(own_id(part) or ids.of("rs", at), part)
        case ToolCall():
            yield from _calls(part, ids, names, at, status)
        case Image():
            yield image_item(ids.of("ig", at), part, "completed")
        case Opaque():
            if part.dialect == NAME:
                yield dict(part.raw)
        case _:
            # Sound, files and results of tools have no item in an answer on this wire.
            pass


def _is_silent(part: Part) -> bool:
    return isinstance(part, Text) and is_mere_proof(part)


def _content(part: Part, scores: Scores) -> Item:
    if isinstance(part, Refusal):
        return refusal_content(part)
    if isinstance(part, Opaque):
        return dict(part.raw)
    assert isinstance(part, Text)
    return text_content(part, scores.of(part.text))


def _calls(given: ToolCall, ids: ItemIds, names: ToolNames, at: int, status: str) -> Iterator[Item]:
    proof = proof_of(given)
    if proof is not None:
        yield proof_item(ids.of("rs", at), proof)
        at += 1
    part = names.restored(given)
    if names.is_custom(part):
        part = custom_call(part)
    item_id = own_id(part) or ids.of("ctc" if part.kind == "custom" else "fc", at)
    yield call_item(item_id, with_call_id(part, item_id), status)
