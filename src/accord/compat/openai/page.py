"""A list in one page."""

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from typing import Generic, Literal, TypeVar

from accord.compat.openai.model import Model

M = TypeVar("M", bound=Model)


class SyncPage(Generic[M]):
    """All there is."""

    object: Literal["list"] = "list"

    def __init__(self, data: list[M]) -> None:
        self.data: list[M] = data

    def __iter__(self) -> Iterator[M]:
        return iter(self.data)

    def has_next_page(self) -> bool:
        """There is none."""
        return False


class AsyncPage(SyncPage[M]):
    """All there is; `async for` works too."""

    async def __aiter__(self) -> AsyncIterator[M]:
        for item in self.data:
            yield item


class AsyncPaginator(Generic[M]):
    """A list that is fetched when it is awaited, or iterated."""

    def __init__(self, fetch: Callable[[], Awaitable[list[M]]]) -> None:
        self._fetch = fetch

    def __await__(self) -> Generator[object, None, AsyncPage[M]]:
        return self._page().__await__()

    async def __aiter__(self) -> AsyncIterator[M]:
        for item in await self._fetch():
            yield item

    async def _page(self) -> AsyncPage[M]:
        return AsyncPage(await self._fetch())
