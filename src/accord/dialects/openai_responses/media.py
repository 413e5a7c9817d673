"""Bytes in JSON: `data:` URLs (RFC 2397) become base64 with a type, and back."""

from base64 import b64encode
from urllib.parse import unquote_to_bytes

from accord.core.part import Media

UNKNOWN_TYPE = "application/octet-stream"

# The first characters in base64 of what each kind of picture begins with.
_PICTURES = {"iVBOR": "image/png", "/9j/": "image/jpeg", "R0lGOD": "image/gif", "UklGR": "image/webp"}
_EXTENSIONS = {
    "application/pdf": "pdf",
    "text/plain": "txt",
    "text/markdown": "md",
    "text/html": "html",
    "text/csv": "csv",
    "application/json": "json",
}


def media_of(url: str) -> Media:
    """What a URL holds or points to."""
    if not url.startswith("data:"):
        return Media(url=url)
    head, _, data = url.removeprefix("data:").partition(",")
    media_type, marker, _ = head.rpartition(";base64")
    if marker:
        return Media(data=data, media_type=media_type or None)
    return Media(data=b64encode(unquote_to_bytes(data)).decode(), media_type=head or None)


def image_url(media: Media) -> str | None:
    """The URL of a picture, `None` where there is only a file id."""
    if media.data is None:
        return media.url
    return f"data:{media.media_type or _picture_type(media.data)};base64,{media.data}"


def file_name(media: Media) -> str:
    """A name for a file that has none."""
    return f"document.{_EXTENSIONS.get(media.media_type or '', 'bin')}"


def _picture_type(data: str) -> str:
    for start, media_type in _PICTURES.items():
        if data.startswith(start):
            return media_type
    return UNKNOWN_TYPE
