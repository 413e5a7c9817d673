"""The same calls by Accord and by the official SDK, as an application would write them."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from benchmarks.sdk.payload import MODEL, QUESTION

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager, AbstractContextManager

    from openai import AsyncOpenAI, OpenAI
    from openai.types.chat import ChatCompletionUserMessageParam

    from accord import AsyncClient, Client

MESSAGES: list[ChatCompletionUserMessageParam] = [{"role": "user", "content": QUESTION}]
KEY = "sk-test"


@dataclass(frozen=True)
class Server:
    """Where to call."""

    plain: int
    tls: int
    authority: str

    def url(self, *, tls: bool) -> str:
        """The base address."""
        return f"https://localhost:{self.tls}/v1" if tls else f"http://127.0.0.1:{self.plain}/v1"


C = TypeVar("C")
A = TypeVar("A")


class Subject(Protocol[C, A]):
    """A library, its blocking client `C` and its client for asyncio `A`."""

    def client(self) -> AbstractContextManager[C]: ...

    def async_client(self) -> AbstractAsyncContextManager[A]: ...

    def call(self, client: C) -> None: ...

    async def async_call(self, client: A) -> None: ...

    def stream(self, client: C) -> None: ...

    async def async_stream(self, client: A) -> None: ...


class Accord:
    """By Accord. It is imported when it is asked for, so that each process loads one library only."""

    def __init__(self, server: Server, *, tls: bool) -> None:
        import accord

        authority = server.authority if tls else None
        self.accord = accord
        self.provider = accord.OpenAI(api_key=KEY, base_url=server.url(tls=tls), ca_file=authority)
        self.request = accord.ChatRequest(model=MODEL, messages=(accord.user(QUESTION),))

    def client(self) -> AbstractContextManager[Client]:
        return self.accord.Client(self.provider)

    def async_client(self) -> AbstractAsyncContextManager[AsyncClient]:
        return self.accord.AsyncClient(self.provider)

    def call(self, client: Client) -> None:
        assert client.chat_completion(self.request).text

    async def async_call(self, client: AsyncClient) -> None:
        assert (await client.chat_completion(self.request)).text

    def stream(self, client: Client) -> None:
        with client.chat_completion_stream(self.request) as stream:
            assert sum(1 for _ in stream.text()) == 100

    async def async_stream(self, client: AsyncClient) -> None:
        async with client.chat_completion_stream(self.request) as stream:
            assert len([text async for text in stream.text()]) == 100


class Official:
    """By the official SDK."""

    def __init__(self, server: Server, *, tls: bool) -> None:
        import openai

        self.openai, self.url = openai, server.url(tls=tls)
        self.context = ssl.create_default_context(cafile=server.authority) if tls else None

    def client(self) -> AbstractContextManager[OpenAI]:
        http = self.openai.DefaultHttpxClient(verify=self.context) if self.context else None
        return self.openai.OpenAI(api_key=KEY, base_url=self.url, http_client=http)

    def async_client(self) -> AbstractAsyncContextManager[AsyncOpenAI]:
        http = self.openai.DefaultAsyncHttpxClient(verify=self.context) if self.context else None
        return self.openai.AsyncOpenAI(api_key=KEY, base_url=self.url, http_client=http)

    def call(self, client: OpenAI) -> None:
        assert client.chat.completions.create(model=MODEL, messages=MESSAGES).choices[0].message.content

    async def async_call(self, client: AsyncOpenAI) -> None:
        answer = await client.chat.completions.create(model=MODEL, messages=MESSAGES)
        assert answer.choices[0].message.content

    def stream(self, client: OpenAI) -> None:
        with client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True) as stream:
            assert sum(1 for event in stream if event.choices[0].delta.content) == 100

    async def async_stream(self, client: AsyncOpenAI) -> None:
        async with await client.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True) as stream:
            assert len([event async for event in stream if event.choices[0].delta.content]) == 100
