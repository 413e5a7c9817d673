"""For hosts that refuse a request with any member they don't know: what was written, without the rest."""

from collections.abc import Mapping

from accord.core.json import as_array, as_object
from accord.core.loss import Losses
from accord.dialects.openai_chat import Json

MESSAGE: Mapping[str, frozenset[str]] = {
    "system": frozenset({"role", "content"}),
    "developer": frozenset({"role", "content"}),
    "user": frozenset({"role", "content"}),
    "assistant": frozenset({"role", "content", "tool_calls"}),
    "tool": frozenset({"role", "content", "tool_call_id"}),
}
"""What each role's messages have in every implementation of OpenAI's wire."""

PARTS: Mapping[str, frozenset[str]] = {
    "text": frozenset({"type", "text"}),
    "image_url": frozenset({"type", "image_url"}),
    "input_audio": frozenset({"type", "input_audio"}),
    "file": frozenset({"type", "file", "file_id"}),
}
"""The same of the parts of a message; parts of other types are left as they are."""

_CALL = frozenset({"id", "type", "function"})


def only(written: Json, allowed: frozenset[str], path: str, losses: Losses) -> Json:
    """The members that the host takes. Others are told of, unless they say nothing."""
    for key in [key for key in written if key not in allowed]:
        if written.pop(key):
            losses.advise(f"{path}.{key}", "the host refuses messages with members it does not know")
    return written


def strict_message(written: Json, path: str, losses: Losses, allowed: Mapping[str, frozenset[str]] = MESSAGE) -> Json:
    """A message of the wire as a strict host takes it: `allowed` members by role, plain parts, plain tool calls."""
    only(written, allowed[str(written["role"])], path, losses)
    for part in as_array(written.get("content")) or []:
        block = as_object(part)
        known = PARTS.get(str(block.get("type"))) if block is not None else None
        if block is not None and known is not None:
            only(block, known, path, losses)
    for call in as_array(written.get("tool_calls")) or []:
        block = as_object(call)
        if block is not None:
            only(block, _CALL, path, losses)
    return written
