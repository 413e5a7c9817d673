"""The public tools for tests as a type checker reads them."""

from typing_extensions import assert_type

from accord import AsyncClient, ChatResponse, Client, OpenAI
from accord.core.http import Reply
from accord.testing import AsyncMemoryTransport, Cassette, FakeProvider, MemoryTransport, SeenRequest, cassette


def fakes() -> None:
    with FakeProvider("anthropic_messages") as fake:
        assert_type(fake, FakeProvider)
        assert_type(fake.url, str)
        assert_type(fake.last, SeenRequest)
        client = Client(OpenAI(api_key=fake.key, base_url=fake.url))
        assert_type(client.chat_completion("Hello"), ChatResponse)


async def fakes_with_asyncio() -> None:
    async with FakeProvider() as fake, AsyncClient(OpenAI(api_key=fake.key, base_url=fake.url)) as client:
        assert_type(await client.chat_completion("Hello"), ChatResponse)


def in_memory() -> None:
    reply = Reply(status=200, body=b"{}")
    Client(OpenAI(api_key="sk-test"), transport=MemoryTransport(reply))
    AsyncClient(OpenAI(api_key="sk-test"), transport=AsyncMemoryTransport(reply, reply))


def recorded() -> None:
    with cassette("hello.json", "replay") as tape:
        assert_type(tape, Cassette)
