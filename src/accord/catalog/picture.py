"""The size of a picture, read from the first bytes of the file itself. No decoding: sizes stand in the headers."""

import binascii
from typing import TypeAlias

Size: TypeAlias = tuple[int, int]
"""Width and height in pixels."""

_HEAD = 64 * 1024
"""Bytes looked at. JPEG files may carry a thumbnail and colour profiles before the frame that tells their size."""
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG markers of a frame header; the three others of that range are tables and extensions."""
_STANDALONE = frozenset(range(0xD0, 0xD9)) | {0x01}
"""JPEG markers without a length."""


def size_of(data: str) -> Size | None:
    """The size of a PNG, GIF, WebP or JPEG in base64; `None` where it cannot be told."""
    cut = data[: _HEAD * 4 // 3]
    try:
        head = binascii.a2b_base64(cut[: len(cut) // 4 * 4])
    except (ValueError, binascii.Error):
        return None
    if head.startswith(b"\x89PNG\r\n\x1a\n") and len(head) >= 24:
        return _positive(int.from_bytes(head[16:20]), int.from_bytes(head[20:24]))
    if head.startswith((b"GIF87a", b"GIF89a")) and len(head) >= 10:
        return _positive(int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little"))
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _webp(head)
    if head.startswith(b"\xff\xd8"):
        return _jpeg(head)
    return None


def _webp(head: bytes) -> Size | None:
    """https://developers.google.com/speed/webp/docs/riff_container: three kinds of first chunk."""
    if len(head) < 30:
        return None
    match head[12:16]:
        case b"VP8X":
            return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
        case b"VP8L":
            bits = int.from_bytes(head[21:25], "little")
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"VP8 ":
            width, height = int.from_bytes(head[26:28], "little"), int.from_bytes(head[28:30], "little")
            return _positive(width & 0x3FFF, height & 0x3FFF)
        case _:
            return None


def _jpeg(head: bytes) -> Size | None:
    """Walks the segments to the frame header. https://www.w3.org/Graphics/JPEG/itu-t81.pdf, B.1 and B.2.2."""
    at = 2
    while at + 9 <= len(head):
        if head[at] != 0xFF:
            return None
        marker = head[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _STANDALONE:
            at += 2
        elif marker in _FRAMES:
            return _positive(int.from_bytes(head[at + 7 : at + 9]), int.from_bytes(head[at + 5 : at + 7]))
        else:
            at += 2 + max(2, int.from_bytes(head[at + 2 : at + 4]))
    return None


def _positive(width: int, height: int) -> Size | None:
    return (width, height) if width > 0 and height > 0 else None
