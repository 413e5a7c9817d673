"""An answer that has no end is given up, whoever reads it."""

import pytest

from accord.client.async_client import AsyncClient
from accord.client.client import Client
from accord.core.error import Malformed
from accord.core.http import Reply
from accord.providers import OpenAI
from accord.testing.memory import AsyncMemoryTransport, MemoryTransport

LONG = Reply(status=200, body=b" " * 5_000)
OPENAI = OpenAI(api_key="sk-test", retries=0)


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accord.engine.perform_async.WHOLE_BYTES", 4_000)
    monkeypatch.setattr("accord.engine.perform_sync.WHOLE_BYTES", 4_000)


def test_blocking() -> None:
    with Client(OPENAI, transport=MemoryTransport(LONG, piece=1_000)) as client, pytest.raises(Malformed, match="over"):
        client.chat_completion("Hi", model="gpt-5.4-mini")


async def test_asyncio() -> None:
    async with AsyncClient(OPENAI, transport=AsyncMemoryTransport(LONG, piece=1_000)) as client:
        with pytest.raises(Malformed, match="over"):
            await client.chat_completion("Hi", model="gpt-5.4-mini")
