"""Neutral parts become content parts of messages and tool results."""

from collections.abc import Sequence
from typing import Literal

from accord.core.loss import Losses
from accord.core.part import Audio, File, Image, Media, Opaque, Part, Refusal, Text, ToolResult
from accord.core.request import ChatRequest
from accord.dialects.foreign import is_known_elsewhere, leave_out
from accord.dialects.openai_responses.annotation import write_citation
from accord.dialects.openai_responses.knobs import Knobs
from accord.dialects.openai_responses.media import file_name, image_url
from accord.dialects.openai_responses.read_content import CONTENT_MARK
from accord.dialects.openai_responses.read_item import ITEM_MARK
from accord.dialects.openai_responses.wire import NAME, Item, own, present

_CACHE_FIELD = "prompt_cache_breakpoint"


def write_contents(
    parts: Sequence[Part],
    losses: Losses,
    path: str,
    *,
    knobs: Knobs,
    start: int = 0,
    assistant: bool = False,
    holder: Literal["parts", "content"] = "parts",
) -> str | list[Item]:
    """The content of a message or tool result: plain words as a string, all else as a list. `start`: the place of the
    first of `parts` in its message.
    """
    first = parts[0]
    if len(parts) == 1 and isinstance(first, Text) and not first.citations and NAME not in first.extra:
        return first.text
    found = [
        write_content(part, losses, f"{path}.{holder}[{index}]", knobs=knobs, assistant=assistant)
        for index, part in enumerate(parts, start)
    ]
    return [item for item in found if item is not None]


def write_content(part: Part, losses: Losses, path: str, *, knobs: Knobs, assistant: bool) -> Item | None:
    """One content part; `None` where this wire has none for it, which `losses` then knows."""
    fields = own(part.extra)
    fields.pop(ITEM_MARK, None)
    if assistant and isinstance(part, Image | File | Audio):
        losses.refuse(path, "on the Responses wire the model's own turns hold no pictures, files or sound")
        return None
    match part:
        case Text():
            return {**_text(part, assistant=assistant), **fields}
        case Refusal():
            return {"type": "refusal", "refusal": part.text, **fields}
        case Image():
            return _image(part, fields) if _reachable(part.source, knobs, losses, path) else None
        case File():
            return _file(part, fields, losses, path) if _reachable(part.source, knobs, losses, path) else None
        case Audio():
            losses.refuse(path, "the Responses wire takes no sound")
        case Opaque(dialect="openai_responses"):
            return dict(part.raw)
        case Opaque():
            leave_out(part, path, losses)
        case _:
            losses.refuse(path, "this cannot stand in a message")
    return None


def is_content(part: Part) -> bool:
    """Whether the part stands within a message, and is no item of its own."""
    if isinstance(part, Opaque):
        return CONTENT_MARK in part.extra.get(NAME, {})
    return isinstance(part, Text | Refusal | Image | File | Audio)


def _text(part: Text, *, assistant: bool) -> Item:
    if not assistant:
        return {"type": "input_text", "text": part.text}
    written: Item = {"type": "output_text", "text": part.text}
    annotations = [item for citation in part.citations if (item := write_citation(citation, part.text)) is not None]
    if annotations:
        written["annotations"] = annotations
    return written


def _image(part: Image, fields: Item) -> Item:
    where = {"file_id": part.source.file_id} if part.source.file_id else {"image_url": image_url(part.source)}
    return {"type": "input_image", **where, **present({"detail": part.detail}), **fields}


def _file(part: File, fields: Item, losses: Losses, path: str) -> Item | None:
    source = part.source
    kind = (source.media_type or "").partition("/")[0]
    if kind in ("video", "audio"):
        losses.refuse(path, f"the Responses wire takes no {kind}")
        return None
    _advise_on_file(part, losses, path)
    if source.file_id is not None:
        where: Item = {"file_id": source.file_id}
    elif source.url is not None:
        where = {"file_url": source.url}
    else:
        where = _file_data(part, losses, path)
    return {"type": "input_file", **where, **present({"filename": part.filename}), **fields}


def _file_data(part: File, losses: Losses, path: str) -> Item:
    source = part.source
    data = f"data:{source.media_type};base64,{source.data}" if source.media_type else source.data
    if part.filename is not None:
        return {"file_data": data}
    losses.fill(f"{path}.filename", "a file sent as data needs a name")
    return {"file_data": data, "filename": file_name(source)}


def _advise_on_file(part: File, losses: Losses, path: str) -> None:
    if part.context is not None:
        losses.advise(f"{path}.context", "the Responses wire has no place for what a file is about")
    if part.citations is not None:
        losses.advise(f"{path}.citations", "the Responses wire has no switch for citing a file")


def _reachable(source: Media, knobs: Knobs, losses: Losses, path: str) -> bool:
    if source.file_id is not None and is_known_elsewhere(source.file_id, NAME):
        losses.refuse(path, "the file was uploaded to another provider")
        return False
    if source.url is None:
        return True
    if source.url.startswith(("https://", "http://")):
        if knobs.media_urls == "refused":
            why = "the host fetches nothing; the file has to be sent within the request"
            losses.refuse(f"{path}.source.url", why)
        return knobs.media_urls == "taken"
    scheme = source.url.partition(":")[0]
    losses.refuse(path, f"the provider cannot fetch {scheme}: addresses; send https or the bytes")
    return False


def unmarked(request: ChatRequest, losses: Losses) -> None:
    """Tells where cache marks of other wires are left out."""
    why = "the provider caches long prompts without being told where"
    for index, message in enumerate(request.messages):
        for place, part in enumerate(message.parts):
            if part.cache is None and not isinstance(part, ToolResult):
                continue
            inner = part.content if isinstance(part, ToolResult) else ()
            if any(one.cache is not None and _CACHE_FIELD not in one.extra.get(NAME, {}) for one in (part, *inner)):
                losses.advise(f"messages[{index}].parts[{place}].cache", why)
    for index, tool in enumerate(request.tools):
        if tool.cache is not None:
            losses.advise(f"tools[{index}].cache", why)
