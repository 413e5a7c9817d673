"""Pictures, sounds and files: `inlineData` and `fileData`, both ways.

https://ai.google.dev/gemini-api/docs/file-input-methods, https://docs.cloud.google.com/vertex-ai/generative-ai/docs/
multimodal/image-understanding.
"""

from urllib.parse import urlsplit

from accord.core.part import Audio, File, Image, Media
from accord.dialects.gemini.dialect import kept
from accord.dialects.gemini.knobs import Knobs
from accord.dialects.gemini.wire import Blob, FileData
from accord.dialects.gemini.writing import Writing

FILES = "https://generativelanguage.googleapis.com/v1beta/"
"""Where files uploaded to AI Studio are: the base of `files/abc`."""

_YOUTUBE = frozenset({"youtube.com", "www.youtube.com", "m.youtube.com", "youtu.be"})

# The first bytes of each format in base64.
_BEGINNINGS = (
    ("iVBORw0KGgo", "image/png"),
    ("/9j/", "image/jpeg"),
    ("R0lGOD", "image/gif"),
    ("JVBERi", "application/pdf"),
    ("SUQz", "audio/mpeg"),
    ("//uQ", "audio/mpeg"),
    ("T2dnU", "audio/ogg"),
    ("ZkxhQ", "audio/flac"),
)
_RIFF = {"RUJQ": "image/webp", "QVZF": "audio/wav"}
_ENDINGS = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "heic": "image/heic",
    "heif": "image/heif",
    "pdf": "application/pdf",
    "txt": "text/plain",
    "md": "text/plain",
    "html": "text/html",
    "csv": "text/csv",
    "json": "application/json",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "flac": "audio/flac",
    "ogg": "audio/ogg",
    "m4a": "audio/mp4",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "webm": "video/webm",
}


def media_part(source: Media, writing: Writing, path: str, *, name: str | None = None) -> dict[str, object] | None:
    """The part for a picture, sound or file; `None` where it was refused and left out. `name`: the file's."""
    if source.data is not None:
        media_type = source.media_type or _sniffed(source.data) or _by_ending(name or "")
        if media_type is None:
            writing.losses.refuse(f"{path}.media_type", "this wire needs the media type, and the bytes don't tell it")
            return None
        blob: dict[str, object] = {"mimeType": media_type, "data": source.data}
        return {"inlineData": _named(blob, name, writing, path)}
    uri = _uri(source, writing, path)
    if uri is None:
        return None
    data: dict[str, object] = {"fileUri": uri}
    media_type = source.media_type or _by_ending(urlsplit(uri).path) or ("video/*" if _is_youtube(uri) else None)
    if media_type is not None and (source.media_type is not None or writing.vertex):
        data["mimeType"] = media_type
    elif writing.vertex:
        writing.losses.refuse(
            f"{path}.media_type", "Vertex AI needs the media type of a file, and its name doesn't tell it"
        )
        return None
    return {"fileData": _named(data, name, writing, path)}


def _named(data: dict[str, object], name: str | None, writing: Writing, path: str) -> dict[str, object]:
    if name is not None and writing.vertex:
        data["displayName"] = name
    elif name is not None:
        writing.advise_once("filename", f"{path}.filename", "AI Studio takes no names of files")
    return data


def _uri(source: Media, writing: Writing, path: str) -> str | None:
    if source.url is not None:
        if goes_by_address(source.url, writing.knobs):
            return source.url
        why = "the service cannot read this address; the file has to be fetched and sent within the request"
        writing.losses.refuse(f"{path}.url", why)
        return None
    uri = _file_uri(source.file_id or "", writing.knobs)
    if uri is None:
        writing.losses.refuse(
            f"{path}.file_id", "ids of files are known to the provider alone that they were uploaded to"
        )
    return uri


def _file_uri(file_id: str, knobs: Knobs) -> str | None:
    if file_id.startswith("gs://") and knobs.platform == "vertex":
        return file_id
    if knobs.platform == "vertex":
        return None
    if file_id.startswith("files/"):
        return FILES + file_id
    return file_id if _is_uploaded(file_id) else None


def goes_by_address(url: str, knobs: Knobs) -> bool:
    """Whether the service reads the address itself."""
    if url.startswith("gs://"):
        return knobs.platform == "vertex"
    if not url.startswith("https://"):
        return False
    return knobs.urls == "https" or _is_youtube(url) or (_is_uploaded(url) and knobs.platform == "ai_studio")


def _is_youtube(url: str) -> bool:
    return (urlsplit(url).hostname or "") in _YOUTUBE


def _is_uploaded(url: str) -> bool:
    parts = urlsplit(url)
    return parts.hostname == "generativelanguage.googleapis.com" and "/files/" in parts.path


def _sniffed(data: str) -> str | None:
    if data.startswith("UklGR"):
        # RIFF: the last three letters of the kind are these four characters.
        return _RIFF.get(data[12:16])
    return next((media_type for start, media_type in _BEGINNINGS if data.startswith(start)), None)


def _by_ending(path: str) -> str | None:
    return _ENDINGS.get(path.rpartition(".")[2].lower())


def blob_of(blob: Blob, fields: dict[str, object]) -> Image | Audio | File:
    """The neutral part for bytes within a message; `fields` are the part's other members."""
    source = Media(data=blob.data, media_type=blob.mime_type or None)
    return _part_of(source, blob.display_name, fields, "inlineData", blob.rest)


def file_of(data: FileData, fields: dict[str, object]) -> Image | Audio | File:
    """The neutral part for bytes elsewhere."""
    if _is_uploaded(data.file_uri) or not data.file_uri.startswith(("https://", "http://", "gs://")):
        source = Media(file_id=data.file_uri, media_type=data.mime_type)
    else:
        source = Media(url=data.file_uri, media_type=data.mime_type)
    return _part_of(source, data.display_name, fields, "fileData", data.rest)


def _part_of(
    source: Media, name: str | None, fields: dict[str, object], holder: str, rest: dict[str, object] | None
) -> Image | Audio | File:
    inner = dict(rest or {})
    kind = (source.media_type or "").partition("/")[0]
    if name is not None and kind in ("image", "audio"):
        inner["displayName"] = name
    extra = kept({**fields, holder: inner} if inner else fields)
    if kind == "image":
        return Image(source=source, extra=extra)
    if kind == "audio":
        return Audio(source=source, extra=extra)
    return File(source=source, filename=name, extra=extra)
