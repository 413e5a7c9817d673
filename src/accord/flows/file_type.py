"""What a fetched file is, told from its first bytes: what its server says of it is only a claim.

The beginnings are those of https://mimesniff.spec.whatwg.org and of the formats' own specifications.
"""

import re

_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "audio/ogg"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_BRANDS = {
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heif",
    b"msf1": "image/heif",
    b"avif": "image/avif",
    b"M4A ": "audio/mp4",
    b"qt  ": "video/quicktime",
}
"""Brands of ISO base media files; all others are videos."""

_TYPE = re.compile(r"[a-z0-9.+-]{1,64}/[a-z0-9.+-]{1,64}")

_SURE = ("image/", "application/pdf")
"""What always shows in the first bytes: a server's word alone does not make something such a thing."""


def type_of(body: bytes, said: str | None) -> str | None:
    """The MIME type of a file, in lower case; `None` where neither its bytes nor its server (`said`) tell it."""
    seen = _seen(body)
    if seen is not None:
        return seen
    claim = (said or "").partition(";")[0].strip().lower()
    if not _TYPE.fullmatch(claim) or claim.startswith(_SURE) or claim == "application/octet-stream":
        return None
    return claim


def _seen(body: bytes) -> str | None:
    if body[:4] == b"RIFF":
        return _RIFF.get(body[8:12])
    if body[4:8] == b"ftyp":
        return _BRANDS.get(body[8:12], "video/mp4")
    if len(body) > 1 and body[0] == 0xFF and body[1] & 0xE6 == 0xE2:  # The frame header of MPEG layer III.
        return "audio/mpeg"
    return next((media_type for start, media_type in _BEGINNINGS if body.startswith(start)), None)
