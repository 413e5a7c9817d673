"""Parts of messages, written."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from accord.core.json import JsonObject, as_object
from accord.core.part import Audio, CacheControl, Extra, File, Image, Media, Opaque, Part, Refusal, Text
from accord.dialects.data_url import url_of
from accord.dialects.foreign import is_known_elsewhere, leave_out
from accord.dialects.openai_chat.encoding import Encoding, Json
from accord.dialects.remote import MediaPart

if TYPE_CHECKING:
    from accord.dialects.openai_chat.codec import OpenAIChat

_AUDIO_FORMATS: Mapping[str, str] = {
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/wave": "wav",
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/ogg": "ogg",
    "audio/flac": "flac",
    "audio/aac": "aac",
    "audio/mp4": "m4a",
    "audio/aiff": "aiff",
    "audio/pcm": "pcm16",
}
AUDIO_TYPES: Mapping[str, str] = {name: media_type for media_type, name in reversed(tuple(_AUDIO_FORMATS.items()))}
"""The MIME type by the wire's name of a sound format."""

_MARKS = frozenset({"cache_control", "prompt_cache_breakpoint"})


def own(extra: Extra) -> Json:
    """The fields of this wire."""
    return dict(extra.get("openai_chat", {})) if extra else {}


def written_part(codec: "OpenAIChat", part: Part, path: str, to: Encoding) -> Json | None:
    """One part of a message's content; `None` where it had to be left out."""
    match part:
        case Text() | Refusal():
            if isinstance(part, Text) and part.citations:
                to.losses.advise(f"{path}.citations", "sources of earlier turns have no place on this wire")
            written: Json | None = {"type": "text", "text": part.text}
        case Image():
            written = _image(codec, part, path, to)
        case Audio():
            written = _audio(part, path, to)
        case File():
            written = _file(codec, part, path, to)
        case Opaque() if part.dialect == "openai_chat":
            return dict(part.raw)
        case Opaque():
            leave_out(part, path, to.losses)
            return None
        case _:
            to.losses.refuse(path, f"a {part.__struct_config__.tag} has no place in this message")
            return None
    if written is None:
        return None
    if part.extra or part.cache is not None:
        written = overlaid(written, own(part.extra))
        mark(codec, written, part.cache, path, to)
    return _only_text(written, path, to) if codec.knobs.content == "text" else written


def _only_text(written: Json, path: str, to: Encoding) -> Json:
    """A text for hosts that take strings alone, which have no room for anything beside the words."""
    if written.get("type") != "text":
        return written
    for key in written.keys() - {"type", "text"}:
        to.losses.advise(f"{path}.{key}", "the host takes texts as strings, with nothing beside them")
    return {"type": "text", "text": written["text"]}


def overlaid(written: Json, members: JsonObject) -> Json:
    """What was written, with members that have no name here where they stood."""
    for key, value in members.items():
        before, inner = as_object(written.get(key)), as_object(value)
        written[key] = value if before is None or inner is None else overlaid(dict(before), inner)
    return written


def goes_by_address(codec: "OpenAIChat", part: MediaPart) -> bool:
    """Whether fetching would change nothing: the host reads the address itself, or something else is sent instead."""
    match part:
        case Audio():
            return bool(part.transcript)
        case File() if not _is_video(part):
            return False
        case _:
            return codec.knobs.media_urls == "taken"


def mark(codec: "OpenAIChat", written: Json, cache: CacheControl | None, path: str, to: Encoding) -> None:
    """Puts a cache mark on what was written, as the host has them, unless it came with one."""
    if cache is None or not _MARKS.isdisjoint(written):
        return
    match codec.knobs.cache_marks:
        case "cache_control":
            written["cache_control"] = _with_ttl({"type": "ephemeral"}, cache)
        case "prompt_cache_breakpoint":
            written["prompt_cache_breakpoint"] = _with_ttl({"mode": "explicit"}, cache)
        case "omit":
            to.losses.advise(f"{path}.cache", "the host caches by itself and takes no marks")


def is_marked(extra: Extra) -> bool:
    """Whether it came with a cache mark of this wire, which goes back in the caller's own form."""
    return not _MARKS.isdisjoint(extra.get("openai_chat", {}))


def content_of(codec: "OpenAIChat", parts: Sequence[Json], *, between: str) -> object:
    """Written parts as a message's content: a string where one says the same.

    `between` joins several texts for hosts that take no lists.
    """
    if len(parts) == 1 and parts[0].keys() == {"type", "text"}:
        return parts[0]["text"]
    texts = [str(part["text"]) for part in parts if part.get("type") == "text"]
    if codec.knobs.content == "text" and len(texts) == len(parts):
        return between.join(texts)
    return list(parts)


def _with_ttl(written: Json, cache: CacheControl) -> Json:
    return written if cache.ttl is None else {**written, "ttl": cache.ttl}


def _image(codec: "OpenAIChat", part: Image, path: str, to: Encoding) -> Json | None:
    url = _url(codec, part.source, path, to, "an uploaded picture cannot be named in a conversation")
    if url is None:
        return None
    image: Json = {"url": url}
    if part.detail is not None:
        image["detail"] = part.detail
    return {"type": "image_url", "image_url": image}


def _audio(part: Audio, path: str, to: Encoding) -> Json | None:
    source = part.source
    if source.data is None:
        if part.transcript:
            to.losses.change(path, "its transcript is sent in place of the sound, which is not at hand")
            return {"type": "text", "text": part.transcript}
        to.losses.refuse(path, "sound has to be sent as data")
        return None
    form = _AUDIO_FORMATS.get(source.media_type or "audio/wav")
    if form is None:
        to.losses.refuse(path, f"{source.media_type} is not among the sound formats of this wire")
        return None
    return {"type": "input_audio", "input_audio": {"data": source.data, "format": form}}


def _file(codec: "OpenAIChat", part: File, path: str, to: Encoding) -> Json | None:
    source = part.source
    report_about(part, path, to)
    if _is_video(part):
        if part.filename is not None:
            to.losses.advise(f"{path}.filename", "videos have no names on this wire")
        url = _url(codec, source, path, to, "an uploaded video cannot be named in a conversation")
        return None if url is None else {"type": "video_url", "video_url": {"url": url}}
    if source.file_id is not None:
        if is_known_elsewhere(source.file_id, "openai_chat"):
            to.losses.refuse(path, "the file was uploaded to another provider")
            return None
        if part.filename is not None:
            to.losses.advise(f"{path}.filename", "a file named by its id has its own")
        return {"type": "file", "file": {"file_id": source.file_id}}
    if source.data is None:
        to.losses.refuse(path, "files have to be sent as data or by an upload's id; an address is not taken")
        return None
    return {"type": "file", "file": {"filename": part.filename or _filename(source), "file_data": url_of(source)}}


def report_about(part: File, path: str, to: Encoding) -> None:
    """Tells of what other wires say about a document."""
    for field, given in (("context", part.context), ("citations", part.citations)):
        if given is not None:
            to.losses.advise(f"{path}.{field}", "files have no such field on this wire")


def _filename(source: Media) -> str:
    """The wire requires one with data."""
    return "file.pdf" if source.media_type == "application/pdf" else "file"


def _is_video(part: File) -> bool:
    return (part.source.media_type or "").startswith("video/")


def _url(codec: "OpenAIChat", source: Media, path: str, to: Encoding, why: str) -> str | None:
    url = url_of(source)
    if url is None:
        to.losses.refuse(path, why)
    elif url.startswith("gs://"):
        to.losses.refuse(f"{path}.source.url", "the host does not fetch gs: addresses; send https or the bytes")
        return None
    elif codec.knobs.media_urls == "refused" and url.lower().startswith(("http://", "https://")):
        to.losses.refuse(f"{path}.source.url", "the host fetches nothing; the file has to be sent within the request")
        return None
    return url
