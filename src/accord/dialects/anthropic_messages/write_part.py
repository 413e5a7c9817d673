"""Parts of a conversation on their way to the model, as content blocks."""

import msgspec

from accord.core.json import JsonObject, NotJson, as_object, loads_object
from accord.core.part import (
    Audio,
    CacheControl,
    File,
    Image,
    Opaque,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)
from accord.dialects.anthropic_messages.betas import of_block
from accord.dialects.anthropic_messages.dialect import DIALECT, own
from accord.dialects.anthropic_messages.translation import Translation
from accord.dialects.anthropic_messages.write_citation import write_citation
from accord.dialects.anthropic_messages.write_media import Block, write_file, write_image
from accord.dialects.foreign import leave_out

RAW_ARGUMENTS = "raw_arguments"
"""The member that carries arguments which are no JSON object, because the wire takes nothing else."""

STOP_DETAILS = "stop_details"
"""Marks a `Refusal` that was read from an answer's `stop_details`: it was never part of its content."""


def write_part(translation: Translation, part: Part, field: str) -> Block | None:
    """One part as a block; `None` where nothing is sent for it. `field` is its path, for warnings.

    Raises `Unsupported` where the wire has no form for it.
    """
    match part:
        case Text():
            block = _text(translation, part, field)
        case Image():
            block = write_image(translation, part, field)
        case File():
            block = write_file(translation, part, field)
        case ToolCall():
            block = _tool_use(translation, part, field)
        case ToolResult():
            block = _tool_result(translation, part, field)
        case Reasoning():
            return _reasoning(translation, part, field)
        case Refusal():
            block = None if STOP_DETAILS in own(part.extra) else _text(translation, Text(text=part.text), field)
        case Audio():
            block = _audio(translation, part, field)
        case Opaque():
            return _opaque(translation, part, field)
    return None if block is None else _marked(translation, block, part, field)


def write_cache(translation: Translation, cache: CacheControl, field: str) -> JsonObject:
    """A cache mark. https://platform.claude.com/docs/en/build-with-claude/prompt-caching"""
    translation.marks += 1
    if cache.ttl is None or cache.ttl in {"5m", "1h"}:
        return {"type": "ephemeral"} if cache.ttl is None else {"type": "ephemeral", "ttl": cache.ttl}
    translation.losses.change(field, f"a cache is kept for 5m or 1h, not {cache.ttl}; 1h was sent")
    return {"type": "ephemeral", "ttl": "1h"}


def tool_input(text: str) -> object:
    """A tool call's arguments as an object, its JSON untouched; `None` where they are no object."""
    if text.strip() in {"", "null"}:
        return {}
    try:
        loads_object(text)
    except NotJson:
        return None
    # Not written anew, so that a conversation keeps its cached prefix to the letter.
    return msgspec.Raw(text)


def _marked(translation: Translation, block: Block, part: Part, field: str) -> Block:
    """The block with its cache mark, and the fields that this wire knows and Accord does not."""
    if part.cache is not None:
        block["cache_control"] = write_cache(translation, part.cache, f"{field}.cache")
    for key, value in own(part.extra).items():
        before, more = as_object(block.get(key)), as_object(value)
        inner = key in {"citations", "source"} and before is not None and more is not None
        block[key] = {**(before or {}), **(more or {})} if inner else value
    return block


def _text(translation: Translation, part: Text, field: str) -> Block | None:
    if not part.text.strip():
        if part.text:
            translation.losses.change(field, "text of nothing but white space is refused; it was left out")
        return None
    block: Block = {"type": "text", "text": part.text}
    if part.citations:
        citations = [written for citation in part.citations if (written := write_citation(citation)) is not None]
        sent = [citation for citation in citations if citation.get("encrypted_index") != ""]
        if len(sent) < len(part.citations):
            translation.losses.advise(f"{field}.citations", "citations of another provider have no form here")
        if sent:
            block["citations"] = sent
    return block


def _audio(translation: Translation, part: Audio, field: str) -> Block | None:
    if part.transcript:
        translation.losses.change(field, "the wire has no sound; the transcript was sent")
        return {"type": "text", "text": part.transcript}
    translation.losses.refuse(field, "the wire has no sound")
    return None


def _opaque(translation: Translation, part: Opaque, field: str) -> Block | None:
    if part.dialect != DIALECT:
        leave_out(part, field, translation.losses)
        return None
    translation.betas.extend(of_block(part.raw))
    translation.marks += "cache_control" in part.raw
    return dict(part.raw)


def _tool_use(translation: Translation, part: ToolCall, field: str) -> Block:
    name = translation.names.wire(part.name, part.namespace, part.kind)
    given = {"input": part.arguments} if part.kind == "custom" else tool_input(part.arguments)
    if given is None:
        translation.losses.refuse(f"{field}.arguments", "arguments must be a JSON object, and these are not")
        given = {RAW_ARGUMENTS: part.arguments}
    return {"type": "tool_use", "id": translation.ids.call(part.id, part.name), "name": name, "input": given}


def _tool_result(translation: Translation, part: ToolResult, field: str) -> Block:
    block: Block = {"type": "tool_result", "tool_use_id": translation.ids.result(part.call_id, part.name)}
    blocks: list[Block] = []
    for index, inner in enumerate(part.content):
        written = write_part(translation, inner, f"{field}.content[{index}]")
        if written is not None:
            blocks.append(written)
    if blocks:
        block["content"] = plain(blocks)
    if part.is_error is not None:
        block["is_error"] = part.is_error
    return block


def plain(blocks: list[Block]) -> str | list[Block]:
    """Content that is one text and nothing else in its short form."""
    only = blocks[0]
    if len(blocks) == 1 and only["type"] == "text" and len(only) == 2:
        return str(only["text"])
    return blocks


def _reasoning(translation: Translation, part: Reasoning, field: str) -> Block | None:
    """Signed thinking goes back as it came. Thinking of others, or without a signature, would be refused.

    https://platform.claude.com/docs/en/build-with-claude/extended-thinking#preserving-thinking-blocks
    """
    if part.owner == DIALECT and part.encrypted is not None:
        return {"type": "redacted_thinking", "data": part.encrypted, **own(part.extra)}
    signed = part.owner == DIALECT and part.signature is not None
    # Other hosts of this wire may sign nothing, and still want to see what they thought.
    unsigned = part.text != "" and part.owner in (None, DIALECT) and not translation.rules.claude
    if signed or unsigned:
        return {"type": "thinking", "thinking": part.text, "signature": part.signature or "", **own(part.extra)}
    if part.text or part.summary or part.encrypted:
        whose = "of another provider" if part.owner not in (None, DIALECT) else "without a signature"
        translation.losses.advise(field, f"reasoning {whose} is not taken back")
    return None
