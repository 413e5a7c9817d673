"""A file from the disk as a part of a message."""

from base64 import b64encode
from mimetypes import guess_type
from pathlib import Path

from accord.core.error import ConfigError
from accord.core.part import Audio, File, Image, Media, Part, Text

LARGEST = 32 * 1024 * 1024
"""Bytes; providers take less."""


def attached(path: Path) -> Part:
    """The part: pictures and sounds as such, PDFs as files, text as text. Raises `ConfigError` for what is neither."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    if len(data) > LARGEST:
        raise ConfigError(f"{path}: {len(data):,} bytes are more than the {LARGEST:,} that can be sent")
    kind = guess_type(path.name)[0] or ""
    media = Media(data=b64encode(data).decode("ascii"), media_type=kind or None)
    if kind.startswith("image/"):
        return Image(source=media)
    if kind.startswith("audio/"):
        return Audio(source=media)
    if kind == "application/pdf":
        return File(source=media, filename=path.name)
    try:
        return Text(text=f"{path.name}:\n{data.decode('utf-8')}")
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: no picture, sound, PDF or text in UTF-8") from None
