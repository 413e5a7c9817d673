"""Pictures and documents on their way to the model.

https://platform.claude.com/docs/en/build-with-claude/vision and .../pdf-support.
"""

from base64 import b64decode
from binascii import Error as NotBase64

from accord.core.json import JsonObject
from accord.core.part import File, Image, Media
from accord.dialects.anthropic_messages.dialect import DIALECT
from accord.dialects.anthropic_messages.knobs import Knobs
from accord.dialects.anthropic_messages.translation import Translation
from accord.dialects.foreign import is_known_elsewhere
from accord.dialects.remote import MediaPart

PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
_PDF = "application/pdf"
_PDF_BEGINS = "JVBERi"
"""`%PDF-` in base64."""

Block = dict[str, object]


def write_image(translation: Translation, part: Image, field: str) -> Block | None:
    """A picture; `None` where the wire has no form for it, which was then reported."""
    source = part.source
    if part.detail not in (None, "auto"):
        translation.losses.advise(f"{field}.detail", "the wire has no such hint")
    if source.data is not None:
        media_type = source.media_type or "image/png"
        if media_type not in PICTURES:
            translation.losses.refuse(field, f"pictures are JPEG, PNG, GIF or WebP, not {media_type}")
            return None
        return {"type": "image", "source": _base64(source.data, media_type)}
    found = _reference(translation, source, field)
    return None if found is None else {"type": "image", "source": found}


def write_file(translation: Translation, part: File, field: str) -> Block | None:
    """A document; `None` where the wire has no form for it, which was then reported."""
    media_type = _media_type(part)
    if media_type in PICTURES:
        return write_image(translation, Image(source=part.source), field)
    source = _document(translation, part.source, media_type, field)
    if source is None:
        return None
    block: Block = {"type": "document", "source": source}
    if part.filename is not None:
        block["title"] = part.filename
    if part.context is not None:
        block["context"] = part.context
    if part.citations is not None:
        block["citations"] = {"enabled": part.citations}
    return block


def _document(translation: Translation, source: Media, media_type: str | None, field: str) -> JsonObject | None:
    if source.data is None:
        if source.url is not None and media_type not in (None, _PDF):
            translation.losses.refuse(field, f"documents given by address are PDF, not {media_type}")
            return None
        return _reference(translation, source, field)
    if media_type == _PDF:
        return _base64(source.data, _PDF)
    if media_type is not None and media_type.startswith("text/"):
        text = _decoded(source.data)
        if text is not None:
            return {"type": "text", "media_type": "text/plain", "data": text}
        translation.losses.refuse(field, "the text of the document is not UTF-8")
        return None
    translation.losses.refuse(field, f"documents are PDF or text, not {media_type or 'of unknown type'}")
    return None


def _base64(data: str, media_type: str) -> JsonObject:
    return {"type": "base64", "media_type": media_type, "data": data}


def _reference(translation: Translation, source: Media, field: str) -> JsonObject | None:
    if source.file_id is not None:
        if is_known_elsewhere(source.file_id, DIALECT):
            translation.losses.refuse(field, "the file was uploaded to another provider")
            return None
        return {"type": "file", "file_id": source.file_id}
    url = source.url or ""
    if translation.knobs.media_urls == "refused":
        translation.losses.refuse(field, "this host does not fetch pictures and documents; send their bytes")
        return None
    if not url.lower().startswith("https://"):
        scheme = url.partition(":")[0] or "no"
        translation.losses.refuse(field, f"addresses must begin with https://, not {scheme}; send the bytes")
        return None
    return {"type": "url", "url": url}


def goes_by_address(part: MediaPart, knobs: Knobs) -> bool:
    """Whether fetching would change nothing: the host reads the address itself, or takes no such thing at all."""
    url = part.source.url or ""
    readable = knobs.media_urls == "taken" and url.lower().startswith("https://")
    if not isinstance(part, File):
        return readable or not isinstance(part, Image)
    media_type = _media_type(part)
    if media_type in (None, _PDF) or media_type in PICTURES:
        return readable
    return not media_type.startswith("text/")


def _media_type(part: File) -> str | None:
    """What kind of document it is: as it says, by its name, or by how it begins."""
    source = part.source
    if source.media_type is not None:
        return source.media_type.partition(";")[0].strip().lower()
    name = (part.filename or source.url or "").lower()
    if name.endswith(".pdf") or (source.data or "").startswith(_PDF_BEGINS):
        return _PDF
    return "text/plain" if name.endswith((".txt", ".md")) else None


def _decoded(data: str) -> str | None:
    try:
        return b64decode(data, validate=True).decode()
    except (NotBase64, UnicodeDecodeError):
        return None
