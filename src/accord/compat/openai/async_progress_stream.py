"""Streams that tell what their pieces add up to, for asyncio."""

from collections.abc import AsyncIterator, Awaitable, Callable
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from accord.compat.openai.async_stream import AsyncStream
from accord.compat.openai.chat_progress import ChatProgress
from accord.compat.openai.model import Model
from accord.compat.openai.response_progress import ResponseProgress
from accord.compat.openai.types.chat_chunk import ChatCompletionChunk
from accord.compat.openai.types.chat_event import ChatCompletionStreamEvent
from accord.compat.openai.types.parsed import ParsedChatCompletion
from accord.compat.openai.types.parsed_response import ParsedResponse, ParsedResponseStreamEvent
from accord.compat.openai.types.response_event import ResponseStreamEvent
from accord.core.attempt import Attempt
from accord.core.cost import Cost
from accord.core.warning import CallWarning

T = TypeVar("T")
E = TypeVar("E", bound=Model)
E_contra = TypeVar("E_contra", bound=Model, contravariant=True)
F = TypeVar("F")


class Progress(Protocol[E_contra, F]):
    """What pieces add up to."""

    def add(self, piece: E_contra, /) -> list[F]:
        """What a piece brings."""
        ...


class AsyncProgressStream(Generic[E, F]):
    """What is told of an answer as it comes in."""

    def __init__(self, source: AsyncStream[E], progress: Progress[E, F]) -> None:
        self._source = source
        self._progress = progress
        self._items = self._read()

    async def __anext__(self) -> F:
        return await anext(self._items)

    def __aiter__(self) -> AsyncIterator[F]:
        return self

    @property
    def cost(self) -> Cost:
        """What the call costs by the usage reported so far."""
        return self._source.cost

    @property
    def warnings(self) -> tuple[CallWarning, ...]:
        """What was changed or left out of the request."""
        return self._source.warnings

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The requests it took to get this stream."""
        return self._source.attempts

    async def until_done(self) -> Self:
        """Reads to the end."""
        async for _ in self:
            pass
        return self

    async def close(self) -> None:
        """Closes the connection unless the answer was read to its end. May be called twice."""
        await self._source.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def _read(self) -> AsyncIterator[F]:
        async for piece in self._source:
            for told in self._progress.add(piece):
                yield told


class AsyncChatCompletionStream(AsyncProgressStream[ChatCompletionChunk, ChatCompletionStreamEvent[T]], Generic[T]):
    """A chat completion as it comes in."""

    def __init__(self, source: AsyncStream[ChatCompletionChunk], progress: ChatProgress[T]) -> None:
        super().__init__(source, progress)
        self._chat = progress

    @property
    def current_completion_snapshot(self) -> ParsedChatCompletion[T]:
        """The answer as far as it is there."""
        return self._chat.snapshot()

    async def get_final_completion(self) -> ParsedChatCompletion[T]:
        """The whole answer, read to its end. Raises as `chat.completions.parse`."""
        await self.until_done()
        return self._chat.final()


class AsyncResponseStream(AsyncProgressStream[ResponseStreamEvent, ParsedResponseStreamEvent[T]], Generic[T]):
    """An answer of Responses as it comes in."""

    def __init__(self, source: AsyncStream[ResponseStreamEvent], progress: ResponseProgress[T]) -> None:
        super().__init__(source, progress)
        self._response = progress

    async def get_final_response(self) -> ParsedResponse[T]:
        """The whole answer, read to its end. Raises `RuntimeError` where it was not completed."""
        await self.until_done()
        return self._response.final()


class AsyncStreamManager(Generic[T]):
    """A stream to be: entering its `async with` block sends the request, leaving it closes the connection."""

    def __init__(self, send: Callable[[], Awaitable[T]], close: Callable[[T], Awaitable[None]]) -> None:
        self._send = send
        self._close = close
        self._stream: T | None = None

    async def __aenter__(self) -> T:
        """Sends the request. Raises what `create` raises."""
        self._stream = await self._send()
        return self._stream

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._stream is not None:
            await self._close(self._stream)
