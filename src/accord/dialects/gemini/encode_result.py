"""What a tool answered becomes a `functionResponse`. https://ai.google.dev/api/caching#FunctionResponse."""

from accord.core.json import as_object
from accord.core.part import Audio, File, Image, Opaque, Text, ToolResult
from accord.dialects.foreign import leave_out
from accord.dialects.gemini.arguments import answer_object
from accord.dialects.gemini.dialect import DIALECT, overlaid, own
from accord.dialects.gemini.media import media_part
from accord.dialects.gemini.writing import Writing

# What Gemini 3 takes within a result.
_WITHIN = frozenset({"image/png", "image/jpeg", "image/webp", "application/pdf", "text/plain"})


def result_part(
    result: ToolResult, name: str, call_id: str | None, writing: Writing, path: str
) -> tuple[dict[str, object], list[dict[str, object]]]:
    """The part for a result, and parts that follow it: media that the model cannot take within."""
    texts = [part.text for part in result.content if isinstance(part, Text)]
    answer: dict[str, object] = {
        "name": name,
        "response": answer_object("\n".join(texts), is_error=bool(result.is_error)),
    }
    if call_id is not None:
        answer["id"] = call_id
    within, beside = _media(result, writing, path)
    if within:
        answer["parts"] = within
    if beside:
        beside.insert(0, {"text": f"What {name} returned beside its result:"})
    return overlaid({"functionResponse": answer}, own(result.extra)), beside


def _media(result: ToolResult, writing: Writing, path: str) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    within: list[dict[str, object]] = []
    beside: list[dict[str, object]] = []
    for index, part in enumerate(result.content):
        place = f"{path}.content[{index}]"
        if part.cache is not None:
            writing.advise_once("cache", f"{place}.cache", "Gemini caches prefixes by itself, without marks")
        if isinstance(part, Image | Audio | File):
            name = part.filename if isinstance(part, File) else None
            written = media_part(part.source, writing, f"{place}.source", name=name)
            if written is not None:
                fits = writing.rules.gemini_3 and (part.source.media_type or _type_of(written)) in _WITHIN
                (within if fits else beside).append(overlaid(written, own(part.extra)))
        elif isinstance(part, Opaque):
            if part.dialect == DIALECT:
                within.append(dict(part.raw))
            else:
                leave_out(part, place, writing.losses)
    return within, beside


def _type_of(written: dict[str, object]) -> object:
    holder = as_object(written.get("inlineData")) or as_object(written.get("fileData")) or {}
    return holder.get("mimeType")
