"""Neutral parts become parts of this wire: the same for requests and for answers."""

from accord.core.part import Reasoning, Text, ToolCall
from accord.dialects.gemini.arguments import FREE_TEXT, arguments_object
from accord.dialects.gemini.call_ids import is_made_up
from accord.dialects.gemini.dialect import overlaid, own


def text_part(part: Text) -> dict[str, object]:
    """Words, with the signature they may carry."""
    return {"text": part.text, **own(part.extra)}


def thought_part(part: Reasoning, signature: str | None) -> dict[str, object]:
    """A thought: its text, or its summary where that is all there is."""
    wire: dict[str, object] = {}
    text = part.text or "\n\n".join(part.summary)
    if text or signature is None:
        wire["text"] = text
    wire["thought"] = True
    if signature is not None:
        wire["thoughtSignature"] = signature
    return overlaid(wire, own(part.extra))


def call_part(part: ToolCall, name: str, *, with_id: bool = True, signature: str | None = None) -> dict[str, object]:
    """A call under its wire name. Arguments that are no object, as models of other wires may write, go in as text."""
    call: dict[str, object] = {"name": name, "args": call_arguments(part)}
    if with_id and not is_made_up(part.id):
        call["id"] = part.id
    wire: dict[str, object] = {"functionCall": call}
    proof = part.signature or signature
    if proof is not None:
        wire["thoughtSignature"] = proof
    return overlaid(wire, own(part.extra))


def call_arguments(part: ToolCall) -> object:
    """The object for a call's arguments."""
    found = arguments_object(part.arguments) if part.kind == "function" else None
    return {FREE_TEXT: part.arguments} if found is None else found
