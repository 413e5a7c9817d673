"""multipart/form-data, written and read whole. https://www.rfc-editor.org/rfc/rfc7578."""

import re
from collections.abc import Iterable
from hashlib import sha256

import msgspec

from accord.core.error import InvalidInput
from accord.core.json import dumps


class FormPart(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a form, or one file."""

    name: str
    data: bytes
    filename: str | None = None
    content_type: str | None = None


def write_form(parts: Iterable[FormPart]) -> tuple[str, bytes]:
    """The content type and the body of a form. The boundary is made of the content, so that equal forms are equal bytes."""
    listed = list(parts)
    digest = sha256()
    for part in listed:
        digest.update(part.data)
    boundary = f"accord-{digest.hexdigest()[:32]}".encode()
    pieces: list[bytes] = []
    for part in listed:
        pieces += [b"--", boundary, b"\r\n", _head(part), b"\r\n\r\n", part.data, b"\r\n"]
    pieces += [b"--", boundary, b"--\r\n"]
    return f"multipart/form-data; boundary={boundary.decode()}", b"".join(pieces)


def _head(part: FormPart) -> bytes:
    head = f'content-disposition: form-data; name="{_quoted(part.name)}"'
    if part.filename is not None:
        head += f'; filename="{_quoted(part.filename)}"'
    if part.content_type is not None:
        head += f"\r\ncontent-type: {part.content_type}"
    return head.encode()


def _quoted(text: str) -> str:
    return text.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")


def form_text(value: object) -> bytes:
    """A value as forms have it: texts as they are, everything else as JSON."""
    return value.encode() if isinstance(value, str) else dumps(value)


def read_form(content_type: str, body: bytes) -> list[FormPart]:
    """The parts of a form. Raises `InvalidInput`."""
    match = re.search(r'boundary="?([^";]+)"?', content_type)
    if not content_type.lower().startswith("multipart/form-data") or match is None:
        raise InvalidInput("this endpoint takes multipart/form-data with a boundary")
    line = b"--" + match[1].encode()
    if not body.startswith(line) or line + b"--" not in body:
        raise InvalidInput("the form is cut off: its closing boundary is missing")
    blocks = (b"\r\n" + body).split(b"\r\n" + line)
    return [_part(block) for block in blocks[1:] if not block.startswith(b"--")]


def _part(block: bytes) -> FormPart:
    head, blank, data = block.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    text = head.decode("utf-8", "replace")
    name = re.search(r'(?i)\bname="([^"]*)"', text)
    if not blank or name is None:
        raise InvalidInput("a part of the form has no name")
    filename = re.search(r'(?i)\bfilename="([^"]*)"', text)
    kind = re.search(r"(?im)^content-type:\s*(\S.*?)\s*$", text)
    return FormPart(
        name=name[1], data=data, filename=filename[1] if filename else None, content_type=kind[1] if kind else None
    )
