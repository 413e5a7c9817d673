"""A value that is being written, for asyncio."""

from collections.abc import AsyncIterator, Iterator
from types import TracebackType
from typing import Generic, TypeVar, cast

from accord.client.async_stream import AsyncChatStream
from accord.client.value.parsing import Parsed
from accord.client.value.stream_shared import JsonValue, ValueReader

T = TypeVar("T")
I = TypeVar("I")  # noqa: E741 - an item


class AsyncParseStream(Generic[T]):
    """A value as it is written. Entering it sends the request; leaving it early closes the connection.

    ```python
    async with client.parse_stream("Invoice 7: two apples", into=Invoice) as stream:
        async for partial in stream:
            print(partial)
    print(stream.value.total)
    ```

    A stream is one request: its value is checked at the end, and never asked for again.
    """

    def __init__(self, chat: AsyncChatStream, reader: ValueReader[T]) -> None:
        self._chat = chat
        self._reader = reader

    @property
    def chat(self) -> AsyncChatStream:
        """The answer underneath: usage, cost, warnings, attempts."""
        return self._chat

    @property
    def value(self) -> T:
        """The value. Raises `InvalidInput` before the stream was read to its end."""
        return self._reader.parsed.value

    @property
    def parsed(self) -> Parsed[T]:
        """The value with its answer. Raises `InvalidInput` before the stream was read to its end."""
        return self._reader.parsed

    async def __aenter__(self) -> "AsyncParseStream[T]":
        """Sends the request and waits for the first event. Raises what `chat_completion` raises."""
        await self._chat.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._chat.close()

    async def __aiter__(self) -> AsyncIterator[JsonValue]:
        """What is there so far, as plain JSON data, whenever there is more: members appear as they are written, numbers and
        keys when they are whole, texts while they grow. At the end the whole is checked.

        Raises:
            Unparsed: the model refused, was cut, or wrote what does not fit.
            ProviderError: the stream broke off.
        """
        async for event in self._chat:
            if self._reader.take(event):
                yield self._reader.partial
        self._reader.finish(self._chat.response)

    async def items(self: "AsyncParseStream[list[I]]") -> AsyncIterator[I]:
        """The elements of a list (`into=list[...]`), each checked and given as soon as it is whole. Raises as iteration."""
        element = self._reader.element()
        async for event in self._chat:
            self._reader.take(event)
            for found in cast("Iterator[I]", self._reader.new_items(element)):
                yield found
        self._reader.finish(self._chat.response)
