"""A streamed answer, for asyncio."""

from collections.abc import AsyncIterator

from accord.client.async_entered import AsyncEntered
from accord.client.stream_shared import StreamBase
from accord.core.error import ProviderError
from accord.core.event import Event, TextDelta
from accord.engine.event_stream_async import AsyncEventStream


class AsyncChatStream(AsyncEntered, StreamBase[AsyncEventStream]):
    """Events of an answer as they come. Entering it sends the request; leaving it early closes the connection.

    ```python
    async with client.chat_completion_stream("Tell me a story") as stream:
        async for text in stream.text():
            print(text, end="")
    print(stream.response.usage)
    ```
    """

    async def __aiter__(self) -> AsyncIterator[Event]:
        """The events. A stream that breaks off raises `Interrupted` (or its cause), with what arrived in `partial`."""
        stream = self._events
        while True:
            try:
                events = self._noted(await stream.next())
            except ProviderError as error:
                raise self._with_partial(error) from None
            if not events:
                self._ended()
                return
            for event in events:
                yield event

    async def text(self) -> AsyncIterator[str]:
        """The text of the first choice, piece by piece. Raises as iteration does."""
        async for event in self:
            if isinstance(event, TextDelta) and event.choice == 0:
                yield event.text
