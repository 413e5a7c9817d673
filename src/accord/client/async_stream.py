"""A streamed answer, for asyncio."""

from collections.abc import AsyncIterator, Awaitable, Callable
from types import TracebackType

from accord.client.spend.charge import Charge
from accord.client.stream_shared import StreamBase
from accord.core.error import ProviderError
from accord.core.event import Event, TextDelta
from accord.engine.event_stream_async import AsyncEventStream


class AsyncChatStream(StreamBase[AsyncEventStream]):
    """Events of an answer as they come. Entering it sends the request; leaving it early closes the connection.

    ```python
    async with client.chat_completion_stream("Tell me a story") as stream:
        async for text in stream.text():
            print(text, end="")
    print(stream.response.usage)
    ```
    """

    def __init__(self, send: Callable[[], Awaitable[AsyncEventStream]], charge: Callable[[], Charge]) -> None:
        super().__init__(charge)
        self._send = send

    async def __aenter__(self) -> "AsyncChatStream":
        """Sends the request and waits for the first event. Raises what `chat_completion` raises."""
        charge = self._charge = self._to_charge()
        try:
            self._opened = await self._send()
        except BaseException as error:
            charge.fail(error)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

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

    async def close(self) -> None:
        """Closes the upstream connection unless the stream was read to its end. May be called twice."""
        self._left()
        if self._opened is not None:
            await self._opened.close()
