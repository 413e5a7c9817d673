"""Speech in an `async with` block."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from os import PathLike

from typing_extensions import Unpack

from accord.compat.openai.binary import BinaryContent
from accord.compat.openai.param import SpeechParams
from accord.core.record import CallRecord


class AsyncBinary:
    """What was spoken, for code that awaits its pieces."""

    def __init__(self, content: BinaryContent) -> None:
        self._content = content

    @property
    def accord(self) -> CallRecord:
        """What Accord knows of the call: provider, cost, warnings and attempts."""
        return self._content.accord

    async def read(self) -> bytes:
        """All of it."""
        return self._content.content

    async def iter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """Piece by piece, of so many bytes."""
        for piece in self._content.iter_bytes(chunk_size):
            yield piece

    async def stream_to_file(self, file: str | PathLike[str], *, chunk_size: int | None = None) -> None:
        """Writes it there, without holding up the event loop. Raises `OSError`."""
        await asyncio.to_thread(self._content.stream_to_file, file, chunk_size=chunk_size)


class AsyncStreamedSpeech:
    """`audio.speech.with_streaming_response`."""

    def __init__(self, speak: Callable[..., Awaitable[BinaryContent]]) -> None:
        self._speak = speak

    @asynccontextmanager
    async def create(self, **params: Unpack[SpeechParams]) -> AsyncGenerator[AsyncBinary]:
        """As `audio.speech.create`."""
        yield AsyncBinary(await self._speak(**params))
