"""multipart/form-data: its parts, and how it is written. https://www.rfc-editor.org/rfc/rfc7578."""

from collections.abc import Iterable
from hashlib import sha256

import msgspec

from accord.core.blob import Data, size_of, whole
from accord.core.error import InvalidInput
from accord.core.joined import Joined, digest_of
from accord.core.json import dumps
from accord.dialects.openai_endpoints.form_reader import FormReader, PartHead

MAX_TEXT = 1024 * 1024
"""The longest field of a form that is no file, in bytes."""


class FormPart(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a form, or one file."""

    name: str
    data: Data
    filename: str | None = None
    content_type: str | None = None


def write_form(parts: Iterable[FormPart]) -> tuple[str, Data]:
    """The content type and the body of a form. The boundary is made of the content, so that equal forms are equal bytes. Files
    that are not in memory stay where they are.
    """
    listed = list(parts)
    digest = sha256()
    for part in listed:
        digest.update(digest_of(part.data))
    boundary = f"accord-{digest.hexdigest()[:32]}".encode()
    pieces: list[Data] = []
    for part in listed:
        pieces += [b"--", boundary, b"\r\n", _head(part), b"\r\n\r\n", part.data, b"\r\n"]
    pieces += [b"--", boundary, b"--\r\n"]
    held = [piece for piece in pieces if isinstance(piece, bytes)]
    body = b"".join(held) if len(held) == len(pieces) else Joined(pieces)
    return f"multipart/form-data; boundary={boundary.decode()}", body


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
    """The parts of a form that is all there. Raises `InvalidInput`."""
    held = _Held()
    reader = FormReader(content_type, held)
    reader.feed(body)
    reader.end()
    return held.parts


class _Held:
    """Keeps parts in memory."""

    def __init__(self) -> None:
        self.parts: list[FormPart] = []
        self._head: PartHead | None = None
        self._pieces: list[bytes] = []

    def begin(self, head: PartHead) -> None:
        self._head = head
        self._pieces = []

    def take(self, data: bytes) -> None:
        self._pieces.append(data)

    def finish(self) -> None:
        assert self._head is not None
        self.parts.append(part_of(self._head, b"".join(self._pieces)))


def part_of(head: PartHead, data: Data) -> FormPart:
    """A part that was read."""
    return FormPart(name=head.name, data=data, filename=head.filename, content_type=head.content_type)


def text_of(part: FormPart) -> str:
    """What a field says. Raises `InvalidInput` for what is too long to be one, or no UTF-8."""
    if size_of(part.data) > MAX_TEXT:
        raise InvalidInput(f"`{part.name[:100]}` is longer than {MAX_TEXT} bytes", param=part.name[:100])
    try:
        return whole(part.data).decode()
    except UnicodeDecodeError:
        raise InvalidInput(f"`{part.name[:100]}` is not valid UTF-8", param=part.name[:100]) from None
