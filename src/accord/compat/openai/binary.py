"""An answer of bytes: sound."""

from collections.abc import AsyncIterator, Iterator
from os import PathLike
from pathlib import Path

from accord.core.record import CallRecord
from accord.core.speech import SpeechResponse


class BinaryContent:
    """What was spoken. It is there as a whole: reading it in pieces, or with `await`, waits for nothing more."""

    def __init__(self, answer: SpeechResponse) -> None:
        self._answer = answer

    @property
    def content(self) -> bytes:
        """All of it."""
        return self._answer.audio

    @property
    def content_type(self) -> str:
        """Its MIME type, as the provider says it."""
        return self._answer.content_type

    @property
    def accord(self) -> CallRecord:
        """What Accord knows of the call: provider, cost, warnings and attempts."""
        return self._answer

    def read(self) -> bytes:
        """All of it."""
        return self.content

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Piece by piece, of so many bytes."""
        size = chunk_size or len(self.content) or 1
        for at in range(0, len(self.content), size):
            yield self.content[at : at + size]

    def write_to_file(self, file: str | PathLike[str]) -> None:
        """Writes it there. Raises `OSError`."""
        Path(file).write_bytes(self.content)

    def stream_to_file(self, file: str | PathLike[str], *, chunk_size: int | None = None) -> None:
        """The same."""
        del chunk_size
        self.write_to_file(file)

    def close(self) -> None:
        """There is nothing to close."""

    async def aread(self) -> bytes:
        """All of it."""
        return self.content

    async def aiter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """Piece by piece, of so many bytes."""
        for piece in self.iter_bytes(chunk_size):
            yield piece

    async def astream_to_file(self, file: str | PathLike[str], *, chunk_size: int | None = None) -> None:
        """Writes it there, without holding up the event loop. Raises `OSError`."""
        from asyncio import to_thread  # noqa: PLC0415 - blocking code loads no asyncio

        await to_thread(self.stream_to_file, file, chunk_size=chunk_size)

    async def aclose(self) -> None:
        """There is nothing to close."""
