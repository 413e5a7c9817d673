"""Reading a form as OpenAI does, by the standard library's own reader of MIME."""

from collections.abc import Sequence
from email.message import Message
from email.parser import BytesParser

import msgspec

from accord.testing.fake.desk import Visit
from accord.testing.fake.openai.error import reject


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a form, or one file."""

    name: str
    data: bytes
    filename: str | None
    content_type: str


def read_fields(visit: Visit) -> Sequence[Field]:
    """The fields in order. Raises `Rejected`."""
    content_type = visit.request.header("content-type") or ""
    if not content_type.lower().startswith("multipart/form-data"):
        raise reject(f"Invalid Content-Type: '{content_type}'. Expected 'multipart/form-data'.", status=415)
    head = f"content-type: {content_type}\r\n\r\n".encode("latin-1")
    found: list[Field] = []
    for part in BytesParser().parsebytes(head + visit.request.body).walk():
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str):
            field = Field(
                name=name, data=_payload(part), filename=part.get_filename(), content_type=part.get_content_type()
            )
            found.append(field)
    return found


def _payload(part: Message) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""
