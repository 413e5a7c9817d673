"""Addresses of pictures, and names of files, for what has none."""

from accord.core.part import Media

_UNKNOWN_TYPE = "application/octet-stream"

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
    return _UNKNOWN_TYPE
