"""Sounds and transcripts while they arrive, for asyncio."""

from collections.abc import AsyncIterator

from accord.client.async_entered import AsyncEntered
from accord.client.relay_shared import RelayBase, words_in
from accord.core.error import ProviderError
from accord.core.event import Event, handed_on
from accord.engine.event_stream_async import AsyncEventStream


class AsyncRelay(AsyncEntered, RelayBase[AsyncEventStream]):
    """An answer that is handed on while it arrives. Entering it sends the request; leaving it early closes the connection."""

    async def _next(self) -> list[Event]:
        """The next events, `[]` after the last. Raises the `ProviderError` the answer broke off with."""
        try:
            events = await self._events.next()
        except ProviderError as error:
            self._left()
            raise error from None
        if not events:
            self._ended()
        return events


class AsyncSpeechStream(AsyncRelay):
    """A sound, piece by piece as it arrives.

    ```python
    async with client.speech_stream(SpeechRequest(input="Hello", voice="alloy")) as sound:
        async for piece in sound:
            file.write(piece)
    print(sound.cost)
    ```
    """

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The pieces. A sound that breaks off raises `Interrupted` (or its cause), and never just ends."""
        while events := await self._next():
            if piece := handed_on(events):
                yield piece


class AsyncTranscriptionStream(AsyncRelay):
    """A transcript, piece by piece as it is written down."""

    async def __aiter__(self) -> AsyncIterator[str]:
        """The words as they come; models that know no events (whisper-1) give none: use `transcription`. A transcript that
        breaks off raises `Interrupted` (or its cause), and never just ends.
        """
        while events := await self._next():
            if words := words_in(events):
                yield words
