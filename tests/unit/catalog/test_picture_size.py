"""Sizes of pictures from their headers, and what attachments cost."""

import base64
import struct

import pytest

from accord.catalog.attachment import media_tokens
from accord.catalog.picture import size_of
from accord.core.part import Audio, File, Image, Media


def _png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", width, height) + b"\x08\x06\x00\x00\x00"


def _jpeg(width: int, height: int, *, before: bytes = b"", marker: int = 0xC0) -> bytes:
    frame = b"\xff" + bytes([marker]) + struct.pack(">HBHHB", 17, 8, height, width, 3) + b"\x00" * 9
    return b"\xff\xd8\xff\xe0" + struct.pack(">H", 16) + b"JFIF\x00" + b"\x00" * 9 + before + frame


def _segment(marker: int, length: int) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", length) + b"\x00" * (length - 2)


def _webp(kind: bytes, body: bytes) -> bytes:
    return b"RIFF\x00\x00\x00\x00WEBP" + kind + struct.pack("<I", len(body)) + body


def _lossless(width: int, height: int) -> bytes:
    return _webp(b"VP8L", b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14) + b"\x00" * 8)


def _lossy(width: int, height: int) -> bytes:
    return _webp(b"VP8 ", b"\x00\x00\x00\x9d\x01\x2a" + struct.pack("<HH", width, height))


def _extended(width: int, height: int) -> bytes:
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return _webp(b"VP8X", b"\x00\x00\x00\x00" + canvas)


@pytest.mark.parametrize(
    "data",
    [
        _png(640, 480),
        b"GIF89a" + struct.pack("<HH", 640, 480) + b"\x00",
        b"GIF87a" + struct.pack("<HH", 640, 480),
        _jpeg(640, 480),
        _jpeg(640, 480, marker=0xC2),
        _jpeg(640, 480, before=_segment(0xC4, 30) + _segment(0xE1, 20_000)),
        _jpeg(640, 480, before=b"\xff\xff" + _segment(0xFE, 10)[1:]),
        _lossless(640, 480),
        _lossy(640, 480),
        _extended(640, 480),
    ],
    ids=["png", "gif89", "gif87", "jpeg", "progressive", "exif before", "padding", "lossless", "lossy", "extended"],
)
def test_reads_the_size(data: bytes) -> None:
    assert size_of(base64.b64encode(data).decode()) == (640, 480)
    assert size_of(base64.b64encode(data + b"\x00" * 200_000).decode()) == (640, 480)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        _png(0, 480),
        b"GIF89a",
        b"\xff\xd8",
        b"\xff\xd8\xff",
        b"\xff\xd8" + b"\xff" * 1000,
        b"\xff\xd8\x00\x00" + b"\x00" * 50,
        b"\xff\xd8" + _segment(0xE1, 2) * 20,
        b"RIFF\x00\x00\x00\x00WEBP",
        b"%PDF-1.7" + b"\x00" * 100,
    ],
)
def test_what_is_no_picture_has_no_size(data: bytes) -> None:
    assert size_of(base64.b64encode(data).decode()) is None


@pytest.mark.parametrize("text", ["", "=", "not base64 at all!", "a", "____", "é" * 50])
def test_what_is_no_base64_has_no_size(text: str) -> None:
    assert size_of(text) is None


def _image(width: int, height: int, detail: str | None = None) -> Image:
    return Image(source=Media(data=base64.b64encode(_png(width, height)).decode()), detail=detail)


@pytest.mark.parametrize(
    ("model", "size", "counted"),
    [
        ("gpt-4o", (640, 480), 425),
        ("gpt-4o", (100, 100), 255),
        ("openai/gpt-4o-mini-2024-07-18", (60, 30), 8500),
        ("gpt-4o-mini", (640, 480), 14_167),
        ("o4-mini", (640, 480), 516),
        ("gpt-5-nano", (128, 128), 24),
        ("claude-3-5-haiku-20241022", (640, 480), 425),
        ("claude-sonnet-4-5", (166, 282), 67),
        ("gemini-2.5-flash", (128, 128), 258),
        ("mistral-small-latest", (64, 64), 17),
    ],
)
def test_counts_pictures_as_recorded(model: str, size: tuple[int, int], counted: int) -> None:
    tokens = media_tokens(_image(*size), model)
    assert tokens.likely == pytest.approx(counted, rel=0.2, abs=5)
    assert tokens.max is not None
    assert tokens.min <= counted <= tokens.max


def test_low_detail_is_the_least() -> None:
    assert media_tokens(_image(2000, 2000, "low"), "gpt-4o").likely == 85
    assert media_tokens(_image(2000, 2000, "high"), "gpt-4o").likely == 765
    assert media_tokens(_image(2000, 2000, "low"), "gemini-3.8-flash").likely == 280


def test_large_pictures_are_scaled_down() -> None:
    assert media_tokens(_image(8000, 8000), "claude-opus-5").likely < 2000
    assert media_tokens(_image(20_000, 20), "gpt-4o").likely == 85 + 170 * 4


def test_what_cannot_be_seen_has_a_wide_span() -> None:
    tokens = media_tokens(Image(source=Media(url="https://example.test/a.png")), "claude-opus-5")
    assert tokens.max is not None
    assert tokens.min < 100 < tokens.likely < 4000 < tokens.max


def test_a_document_has_no_limit() -> None:
    pdf = File(source=Media(data="AAAA" * 100_000, media_type="application/pdf"))
    assert media_tokens(pdf, "gpt-6-sol").max is None
    assert media_tokens(File(source=Media(file_id="f")), "gpt-6-sol").max is None
    text = File(source=Media(data="AAAA" * 1000, media_type="text/plain"))
    assert media_tokens(text, "gpt-6-sol").max is not None


def test_sound_by_its_length() -> None:
    minute = Audio(source=Media(data="A" * (48_000 * 60 * 4 // 3), media_type="audio/wav"))
    assert media_tokens(minute, "gemini-3.8-flash").likely == pytest.approx(32 * 60, rel=0.05)
    assert media_tokens(minute, "gpt-audio-1.5").likely == pytest.approx(600, rel=0.05)
    assert media_tokens(Audio(source=Media(url="https://example.test/a.mp3")), "gpt-audio-1.5").likely > 0
