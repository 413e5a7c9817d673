"""Elements of a caller's message content, read."""

from typing import TypeAlias

import msgspec

from accord.core.json import as_array
from accord.core.part import Audio, CacheControl, Extra, File, Image, Media, Opaque, Part, Refusal, Text
from accord.dialects.data_url import media_of
from accord.dialects.openai_chat import fault
from accord.dialects.openai_chat.encode_part import AUDIO_TYPES
from accord.dialects.openai_chat.fault import Fault

Block: TypeAlias = dict[str, object]

_TEXT = frozenset({"type", "text"})
_REFUSAL = frozenset({"type", "refusal"})
_IMAGE = frozenset({"type", "image_url"})
_AUDIO = frozenset({"type", "input_audio"})
_FILE = frozenset({"type", "file"})
_VIDEO = frozenset({"type", "video_url"})
_IMAGE_MEMBERS = frozenset({"url", "detail"})
_AUDIO_MEMBERS = frozenset({"data", "format"})
_FILE_MEMBERS = frozenset({"file_data", "file_id", "filename"})
_VIDEO_MEMBERS = frozenset({"url"})


def parts_in(content: object, *, nullable: bool = False) -> list[Part]:
    """The parts of a message's `content`: a string, or a list. Raises `Fault`."""
    if isinstance(content, str):
        return [Text(text=content)]
    if content is None and nullable:
        return []
    items = as_array(content)
    if items is None:
        fault.wrong(content, "a string or an array of parts")
    parts: list[Part] = []
    for index, item in enumerate(items):
        try:
            parts.append(_part(fault.an_object(item)))
        except Fault as error:
            raise error.within(f"[{index}]") from None
    return parts


def cache_mark(holder: Block) -> CacheControl | None:
    """The mark for the prompt cache: OpenAI's or Anthropic's."""
    mark = fault.optional_object(holder, "prompt_cache_breakpoint") or fault.optional_object(holder, "cache_control")
    if mark is None:
        return None
    ttl = mark.get("ttl")
    return CacheControl(ttl=ttl if isinstance(ttl, str) else None)


def extra_of(block: Block, known: frozenset[str]) -> Extra:
    """What a block holds beside its named members; a cache mark among it goes back in the caller's own form."""
    if block.keys() <= known:
        return {}
    return {"openai_chat": fault.other(block, known)}


def extra_within(block: Block, known: frozenset[str], key: str, inner: Block) -> Extra:
    """The same, with what the named object holds beside its own members."""
    if not inner:
        return extra_of(block, known)
    return {"openai_chat": {**fault.other(block, known), key: inner}}


def _part(block: Block) -> Part:
    kind = fault.text(block, "type")
    match kind:
        case "text":
            part: Part = Text(text=fault.text(block, "text"), extra=extra_of(block, _TEXT))
        case "refusal":
            part = Refusal(text=fault.text(block, "refusal"), extra=extra_of(block, _REFUSAL))
        case "image_url":
            part = _image(block)
        case "input_audio":
            part = _audio(block)
        case "file":
            part = _file(block)
        case "video_url":
            part = _video(block)
        case _:
            return Opaque(dialect="openai_chat", raw=block)
    mark = cache_mark(block) if part.extra else None
    return part if mark is None else msgspec.structs.replace(part, cache=mark)


def _image(block: Block) -> Image:
    image = fault.inner(block, "image_url")
    try:
        url, detail = fault.text(image, "url"), fault.optional_text(image, "detail")
    except Fault as error:
        raise error.within("image_url") from None
    extra = extra_within(block, _IMAGE, "image_url", fault.other(image, _IMAGE_MEMBERS))
    return Image(source=media_of(url), detail=detail, extra=extra)


def _audio(block: Block) -> Audio:
    sound = fault.inner(block, "input_audio")
    try:
        data, form = fault.text(sound, "data"), fault.text(sound, "format")
    except Fault as error:
        raise error.within("input_audio") from None
    media_type = AUDIO_TYPES.get(form, f"audio/{form}")
    extra = extra_within(block, _AUDIO, "input_audio", fault.other(sound, _AUDIO_MEMBERS))
    return Audio(source=Media(data=data, media_type=media_type), extra=extra)


def _file(block: Block) -> File:
    file = fault.inner(block, "file")
    try:
        data = fault.optional_text(file, "file_data")
        file_id = fault.optional_text(file, "file_id")
        filename = fault.optional_text(file, "filename")
        if data is None and file_id is None:
            raise Fault("must have `file_data` or `file_id`")
    except Fault as error:
        raise error.within("file") from None
    source = Media(file_id=file_id) if data is None else _file_source(data)
    extra = extra_within(block, _FILE, "file", fault.other(file, _FILE_MEMBERS))
    return File(source=source, filename=filename, extra=extra)


def _file_source(data: str) -> Media:
    """File data as a data URL; hosts also take an address here, and callers send plain base64."""
    return media_of(data) if data.startswith(("data:", "http://", "https://", "gs://")) else Media(data=data)


def _video(block: Block) -> File:
    video = fault.inner(block, "video_url")
    try:
        source = media_of(fault.text(video, "url"))
    except Fault as error:
        raise error.within("video_url") from None
    if source.media_type is None:
        source = msgspec.structs.replace(source, media_type="video/*")
    extra = extra_within(block, _VIDEO, "video_url", fault.other(video, _VIDEO_MEMBERS))
    return File(source=source, extra=extra)
