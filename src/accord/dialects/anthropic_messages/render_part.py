"""Parts of an answer as content blocks for a caller: what came on this wire as it came, the rest in the nearest form."""

from accord.core.json import NotJson, loads_object
from accord.core.part import Audio, File, Image, Media, Opaque, Part, Reasoning, Refusal, Text, ToolCall, ToolResult
from accord.dialects.anthropic_messages.dialect import DIALECT, own
from accord.dialects.anthropic_messages.seal import PARAGRAPH, Seal, sealed
from accord.dialects.anthropic_messages.write_citation import foreign_citation, write_citation
from accord.dialects.anthropic_messages.write_media import Block
from accord.dialects.anthropic_messages.write_part import RAW_ARGUMENTS, STOP_DETAILS
from accord.dialects.data_url import url_of


def render_part(part: Part) -> list[Block]:
    """The blocks of one part; none for what this wire keeps elsewhere, or has no place for."""
    match part:
        case Text():
            return [render_text(part)] if part.text or part.citations else []
        case Reasoning():
            return render_reasoning(part)
        case ToolCall():
            return [*seal_of_call(part), render_call(part)]
        case Opaque():
            return [dict(part.raw)] if part.dialect == DIALECT else []
        case Refusal():
            return [] if is_stop_details(part) else [{"type": "text", "text": part.text}]
        case Image() | File() | Audio() | ToolResult():
            text = words_for(part)
            return [{"type": "text", "text": text}] if text else []


def render_text(part: Text) -> Block:
    """Text with its citations."""
    block: Block = {"type": "text", "text": part.text, **own(part.extra)}
    citations = [
        written
        for citation in part.citations
        if (written := write_citation(citation) or foreign_citation(citation)) is not None
    ]
    if citations:
        block["citations"] = citations
    return block


def render_reasoning(part: Reasoning) -> list[Block]:
    """Thinking. Another provider's proof of it travels as a seal, so that the caller's next turn brings it back."""
    if part.owner == DIALECT:
        if part.encrypted is not None:
            return [{"type": "redacted_thinking", "data": part.encrypted, **own(part.extra)}]
        return [{"type": "thinking", "thinking": part.text, "signature": part.signature or "", **own(part.extra)}]
    text = part.text or PARAGRAPH.join(part.summary)
    proof = seal_of(part)
    if text:
        return [{"type": "thinking", "thinking": text, "signature": proof}]
    return [{"type": "redacted_thinking", "data": proof}] if proof else []


def seal_of(part: Reasoning) -> str:
    """The seal of another provider's reasoning; `""` where it has no proof."""
    if part.owner is None or not (part.signature or part.encrypted or part.id):
        return ""
    paragraphs = () if part.text else tuple([len(text) for text in part.summary])
    return sealed(
        Seal(
            owner=part.owner,
            signature=part.signature,
            encrypted=part.encrypted,
            id=part.id,
            summary=paragraphs,
        )
    )


def seal_of_call(part: ToolCall) -> list[Block]:
    """The block that carries another provider's proof of a call (Gemini's `thoughtSignature`), before the call."""
    if part.signature is None:
        return []
    seal = Seal(owner="gemini", signature=part.signature, call=part.id)
    return [{"type": "redacted_thinking", "data": sealed(seal)}]


def render_call(part: ToolCall) -> Block:
    """A tool call. Arguments that are no object are kept as the text they are."""
    return {"type": "tool_use", "id": part.id, "name": part.name, "input": _input(part), **own(part.extra)}


def _input(part: ToolCall) -> object:
    if part.arguments.strip() in {"", "null"}:
        return {}
    try:
        return loads_object(part.arguments)
    except NotJson:
        return {RAW_ARGUMENTS: part.arguments}


def is_stop_details(part: Refusal) -> bool:
    """Whether a refusal is told by `stop_details` alone."""
    return STOP_DETAILS in own(part.extra)


def words_for(part: Image | File | Audio | ToolResult) -> str:
    """What stands for a picture or sound in an answer of a wire that has only text for it."""
    match part:
        case Image():
            return f"![image]({_address(part.source)})"
        case File():
            return f"[{part.filename or 'file'}]({_address(part.source)})"
        case Audio():
            return part.transcript or f"[audio]({_address(part.source)})"
        case ToolResult():
            return ""


def _address(source: Media) -> str:
    return url_of(source) or source.file_id or ""
