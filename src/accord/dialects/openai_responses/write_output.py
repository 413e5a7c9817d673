"""Parts of an answer as items of output, whole."""

from collections.abc import Sequence
from typing import TypeGuard

import msgspec

from accord.core.part import Image, Opaque, Part, Reasoning, Refusal, Text, ToolCall
from accord.core.response import TokenLogprob
from accord.dialects.openai_responses.annotation import write_citation
from accord.dialects.openai_responses.envelope import needs_envelope, sealed
from accord.dialects.openai_responses.logprob import write_logprobs
from accord.dialects.openai_responses.read_content import CONTENT_MARK
from accord.dialects.openai_responses.read_item import CONTENT_KEY, ITEM_MARK
from accord.dialects.openai_responses.wire import NAME, Item, own, present


def message_item(item_id: str, content: Sequence[Item], facts: Item, status: str) -> Item:
    """A message of the model's."""
    rest = {key: value for key, value in facts.items() if key not in ("id", "status")}
    written: Item = {"id": item_id, "type": "message", "status": _status(facts, status), "role": "assistant"}
    return {**written, "content": list(content), **rest}


def text_content(part: Text, scores: Sequence[TokenLogprob]) -> Item:
    """A text of the model's, with its sources and log probabilities."""
    annotations = [item for each in part.citations if (item := write_citation(each, part.text)) is not None]
    fields = own(part.extra)
    fields.pop(ITEM_MARK, None)
    return {
        "type": "output_text",
        "text": part.text,
        "annotations": annotations,
        "logprobs": write_logprobs(scores),
        **fields,
    }


def in_message(part: Part) -> TypeGuard[Text | Refusal | Opaque]:
    """Whether a part of an answer stands within a message: words, and contents of this wire that nobody knows."""
    return isinstance(part, Text | Refusal) or (isinstance(part, Opaque) and CONTENT_MARK in part.extra.get(NAME, {}))


def is_mere_proof(part: Text) -> bool:
    """Whether a text has no word, and is there for another wire's proof alone, which this one has no place for.

    Gemini ends its answers so. As a text of its own it would surprise programs that read each text into a type.
    """
    return not part.text and not part.citations and bool(part.extra) and NAME not in part.extra


def refusal_content(part: Refusal) -> Item:
    """A refusal of the model's."""
    fields = own(part.extra)
    fields.pop(ITEM_MARK, None)
    return {"type": "refusal", "refusal": part.text, **fields}


def reasoning_item(item_id: str, part: Reasoning) -> Item:
    """What the model thought. Proofs of other wires travel as encrypted content."""
    fields = own(part.extra)
    fields.pop("status", None)
    encrypted = sealed(part) if needs_envelope(part) else part.encrypted
    written: Item = {
        "id": item_id,
        "type": "reasoning",
        "summary": [{"type": "summary_text", "text": text} for text in part.summary],
    }
    if part.text:
        written[CONTENT_KEY] = [{"type": "reasoning_text", "text": part.text}]
    return {**written, **present({"encrypted_content": encrypted}), **fields}


def call_item(item_id: str, part: ToolCall, status: str) -> Item:
    """A call of one of the caller's tools. Custom calls have no status on this wire."""
    fields = own(part.extra)
    named: Item = {"call_id": part.id, "name": part.name, **present({"namespace": part.namespace})}
    if part.kind == "custom":
        fields.pop("status", None)
        return {"id": item_id, "type": "custom_tool_call", **named, "input": part.arguments, **fields}
    written: Item = {"id": item_id, "type": "function_call", "status": _status(fields, status), **named}
    return {**written, "arguments": part.arguments, **fields, "status": written["status"]}


def image_item(item_id: str, part: Image, status: str) -> Item:
    """A picture the model made, as OpenAI's own tool for pictures gives it."""
    written: Item = {"id": item_id, "type": "image_generation_call", "status": status}
    return {**written, "result": part.source.data if status == "completed" else None}


def proof_item(item_id: str, proof: ToolCall) -> Item:
    """An item that carries a tool call's proof."""
    return {"id": item_id, "type": "reasoning", "summary": [], "encrypted_content": sealed(proof)}


def own_id(part: Reasoning | ToolCall) -> str | None:
    """The item's id where it is of this wire."""
    if isinstance(part, ToolCall):
        return part.item_id
    return part.id if part.owner == NAME else None


def with_call_id(part: ToolCall, item_id: str) -> ToolCall:
    """The call with an id to pair it by; a wire without such ids gives none."""
    return part if part.id else msgspec.structs.replace(part, id=f"call_{item_id.partition('_')[2] or item_id}")


def _status(fields: Item, status: str) -> str:
    """A part that was cut short says so itself."""
    return "incomplete" if fields.get("status") == "incomplete" else status
