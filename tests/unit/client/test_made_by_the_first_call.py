"""A client's engine and transport are made by its first call, once."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest

from accord import AsyncClient, Client, OpenAI
from accord.client import later
from accord.core.http import Reply
from accord.testing import AsyncMemoryTransport, MemoryTransport
from accord.transport.blocking_http1 import Http1

ANSWER = Reply(status=200, body=b'{"choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}]}')
PROVIDER = OpenAI(api_key="sk-test")


class Closing(MemoryTransport):
    """Remembers that it was closed."""

    closed = 0

    def close(self) -> None:
        """Counts."""
        self.closed += 1


class AsyncClosing(AsyncMemoryTransport):
    """The same for asyncio."""

    closed = 0

    async def close(self) -> None:
        """Counts."""
        self.closed += 1


@pytest.mark.parametrize("calls", [0, 1])
def test_the_callers_transport_is_closed_whether_it_was_used_or_not(calls: int) -> None:
    transport = Closing(ANSWER)
    with Client(PROVIDER, transport=transport) as client:
        for _ in range(calls):
            client.chat_completion("Hi", model="gpt-5.4-mini")
    assert transport.closed == 1


@pytest.mark.parametrize("calls", [0, 1])
async def test_so_is_that_of_a_client_for_asyncio(calls: int) -> None:
    transport = AsyncClosing(ANSWER)
    async with AsyncClient(PROVIDER, transport=transport) as client:
        for _ in range(calls):
            await client.chat_completion("Hi", model="gpt-5.4-mini")
    assert transport.closed == 1


def test_first_calls_of_many_threads_share_one_transport(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Http1] = []
    together = Barrier(8)

    def make() -> Http1:
        made.append(Http1())
        return made[-1]

    monkeypatch.setattr(later, "Http1", make)
    client = Client(OpenAI(api_key="sk-test", base_url="http://127.0.0.1:9", retries=0))

    def call() -> None:
        together.wait()
        assert not client.health_check().reason.startswith("the provider answered")

    run([call] * 8)
    client.close()
    assert len(made) == 1


def run(work: list[Callable[[], None]]) -> None:
    """Each in a thread of its own."""
    threads = [Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
