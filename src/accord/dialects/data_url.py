"""Bytes in an address: `data:` URLs (RFC 2397) become base64 with a type, and back."""

from base64 import b64encode
from urllib.parse import unquote_to_bytes

from accord.core.part import Media

_UNKNOWN_TYPE = "application/octet-stream"


def media_of(url: str) -> Media:
    """What a URL holds, as base64 with its type, or points to."""
    if not url.startswith("data:"):
        return Media(url=url)
    head, _, data = url.removeprefix("data:").partition(",")
    media_type, marker, _ = head.rpartition(";base64")
    if marker:
        return Media(data=data, media_type=media_type or None)
    return Media(data=b64encode(unquote_to_bytes(data)).decode(), media_type=head or None)


def url_of(media: Media) -> str | None:
    """The URL for it, `None` where there is only a provider's file id."""
    if media.data is None:
        return media.url
    return f"data:{media.media_type or _UNKNOWN_TYPE};base64,{media.data}"
