"""A form with files on its way in: read while it arrives, its files kept where they take no memory.

It is sent on once all of it is there (ADR 14): only then is it known what it asks for, since its fields may follow its files, and only
so can it be sent again.
"""

from collections.abc import Sequence
from hashlib import sha256

import msgspec

from accord.core.blob import size_of, whole
from accord.core.error import AccordError, InvalidInput
from accord.dialects.openai_endpoints.form_reader import FormReader, PartHead
from accord.dialects.openai_endpoints.multipart import FormPart, part_of
from accord.gateway import refusal
from accord.gateway.spool import Kept, Spool


class Upload:
    """One form. Whoever has it closes it, in every case."""

    __slots__ = ("_begin", "_digest", "_head", "_parts", "_reader", "_spool")

    def __init__(self, content_type: str) -> None:
        """Raises `InvalidInput` for a content type that names no form, or no boundary."""
        self._spool = Spool()
        self._parts: list[FormPart] = []
        self._head: PartHead | None = None
        self._digest = sha256()
        self._begin = 0
        self._reader = FormReader(content_type, self)

    def feed(self, data: bytes) -> AccordError | None:
        """Reads on. What is wrong with it, if anything is; then it is closed, and of no more use."""
        try:
            self._reader.feed(data)
        except InvalidInput as error:
            self.close()
            return error
        except OSError:
            self.close()
            return refusal.no_room()
        return None

    def end(self) -> AccordError | None:
        """There is no more. What is wrong, as `feed` says it."""
        try:
            self._reader.end()
        except InvalidInput as error:
            self.close()
            return error
        if self._spool.in_memory:
            self._parts = [msgspec.structs.replace(part, data=whole(part.data)) for part in self._parts]
        return None

    @property
    def parts(self) -> Sequence[FormPart]:
        """All of them, once the form is there. Files that needed one are in the spool's file."""
        return self._parts

    def told(self) -> bytes:
        """The form for a log: fields as they are, of files their names and sizes."""
        return b"\n".join([_told(part) for part in self._parts])

    def close(self) -> None:
        """Lets go of everything. May be called twice."""
        self._spool.close()

    # What the reader tells.

    def begin(self, head: PartHead) -> None:
        """A part begins."""
        self._head = head
        self._begin = self._spool.size
        self._digest = sha256()

    def take(self, data: bytes) -> None:
        """A piece of it. Raises `OSError`."""
        self._spool.write(data)
        self._digest.update(data)

    def finish(self) -> None:
        """It is over."""
        assert self._head is not None
        kept = Kept(self._spool, self._begin, self._spool.size - self._begin, self._digest.digest())
        self._parts.append(part_of(self._head, kept))


def _told(part: FormPart) -> bytes:
    if part.filename is None and isinstance(part.data, bytes):
        return part.name.encode() + b"=" + part.data
    return f"{part.name}=<{part.filename or 'field'}, {size_of(part.data)} bytes>".encode()
