"""What a caller writes, and the types they get. Never run; read by type checkers."""

from typing_extensions import assert_type

import accord
from accord import AsyncClient, ChatResponse, Client, Compatible, EmbeddingResponse, OpenAI, Options, Timeouts, ToolCall
from accord.client.capability import Everything


def blocking() -> None:
    client = Client(OpenAI(api_key="sk-test"))
    assert_type(client, Client[OpenAI])
    response = client.chat_completion("Hello")
    assert_type(response, ChatResponse)
    assert_type(response.text, str)
    assert_type(response.tool_calls, tuple[ToolCall, ...])
    assert_type(client.embeddings("Hello"), EmbeddingResponse)
    client.chat_completion([accord.system("Be brief."), accord.user("Hello")], model="gpt-5.4-mini")
    client.chat_completion({"messages": [{"role": "user", "content": "Hello"}]})
    client.chat_completion(
        [{"role": "user", "content": "Hello"}], options=Options(retries=0, timeouts=Timeouts(total=5))
    )
    with client.chat_completion_stream("Hello") as stream:
        for text in stream.text():
            assert_type(text, str)
        assert_type(stream.response, ChatResponse)


def by_string() -> None:
    assert_type(Client("openai/gpt-5.4-mini"), Client[Everything])
    assert_type(Client(), Client[Everything])
    Client("openai/gpt-5.4-mini").embeddings(["Hello"])


async def asynchronous() -> None:
    async with AsyncClient(OpenAI(api_key="sk-test")) as client:
        assert_type(client, AsyncClient[OpenAI])
        assert_type(await client.chat_completion("Hello"), ChatResponse)
        async with client.chat_completion_stream("Hello") as stream:
            async for text in stream.text():
                assert_type(text, str)


def generic_server() -> None:
    client = Client(Compatible(base_url="http://127.0.0.1:8080/v1"))
    assert_type(client, Client[Compatible])
    client.chat_completion("Hello", model="m")


def conversations() -> None:
    talk = accord.Conversation().then("Hello")
    assert_type(talk, accord.Conversation)
    assert_type(talk.then(Client().chat_completion(talk), accord.user("x")), accord.Conversation)
    assert_type(talk.to_json(), str)
    assert_type(accord.Conversation.from_json(b"{}"), accord.Conversation)
