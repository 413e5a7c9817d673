"""Pictures and documents by address, from the library's own clients to imitations of providers that read none."""

import asyncio
import threading
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from accord import (
    AsyncClient,
    Client,
    File,
    Image,
    InvalidInput,
    Media,
    Options,
    RequestContext,
    Text,
    TimedOut,
    ToolCall,
    Unsupported,
    assistant,
    tool_result,
    user,
)
from accord.core.fetch import FetchMedia
from accord.providers import Moonshot, VertexAI
from accord.testing import Failure, FakeProvider
from accord.testing.fake.hosts import HOSTS

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 24
PDF = b"%PDF-1.7\n%%EOF"
HERE = Options(fetch_media=FetchMedia(allow=("127.0.0.1",)), retries=0)
MODEL = "gemini-2.5-flash"


@pytest.fixture
def google() -> Iterator[FakeProvider]:
    with FakeProvider(vendor=HOSTS["vertex_ai"]) as running:
        yield running


def vertex(fake: FakeProvider) -> VertexAI:
    return VertexAI(project="p", access_token=fake.key, base_url=fake.url)


def sent(fake: FakeProvider) -> Any:
    return fake.requests[-1].json


def inline(body: bytes, media_type: str) -> dict[str, object]:
    return {"inlineData": {"mimeType": media_type, "data": b64encode(body).decode()}}


def test_a_picture_and_a_document_go_as_data(google: FakeProvider, file_host: Any) -> None:
    question = user(
        [
            Text(text="Compare"),
            Image(source=Media(url=file_host.file("/a.png?sig=secret"))),
            File(source=Media(url=file_host.file("/b", PDF, "application/pdf"))),
        ]
    )
    with Client(vertex(google), options=HERE) as client:
        response = client.chat_completion(question, model=MODEL)
    assert response.text
    assert [warning for warning in response.warnings if warning.field != "model"] == []
    assert len(response.attempts) == 1, "a fetch is no attempt"
    parts = sent(google)["contents"][0]["parts"]
    assert parts == [{"text": "Compare"}, inline(PNG, "image/png"), inline(PDF, "application/pdf")]


async def test_the_same_under_asyncio_and_streamed(google: FakeProvider, file_host: Any) -> None:
    pictures = [Image(source=Media(url=file_host.file(path))) for path in ("/a", "/b")]
    question = user([Text(text="Look"), *pictures])
    file_host.meet(2)
    async with AsyncClient(vertex(google), options=HERE) as client:
        async with client.chat_completion_stream(question, model=MODEL) as stream:
            assert "".join([text async for text in stream.text()])
        assert len(stream.response.attempts) == 1
    assert sent(google)["contents"][0]["parts"][1:] == [inline(PNG, "image/png")] * 2


def test_blocking_and_streamed(google: FakeProvider, file_host: Any) -> None:
    question = user([Text(text="Look"), Image(source=Media(url=file_host.file("/a")))])
    client = Client(vertex(google), options=HERE)
    with client, client.chat_completion_stream(question, model=MODEL) as stream:
        assert "".join(stream.text())
    assert sent(google)["contents"][0]["parts"][1:] == [inline(PNG, "image/png")]


def test_a_picture_in_a_result_of_a_tool(google: FakeProvider, file_host: Any) -> None:
    conversation = [
        user("Show me"),
        assistant(ToolCall(id="c1", name="camera", arguments="{}")),
        tool_result("c1", [Image(source=Media(url=file_host.file("/a")))]),
    ]
    with Client(vertex(google), options=HERE) as client:
        client.chat_completion(conversation, model=MODEL)
    assert b64encode(PNG).decode() in google.requests[-1].body.decode()


def test_a_wire_like_openais_without_addresses(file_host: Any) -> None:
    with FakeProvider(vendor=HOSTS["moonshot"]) as kimi:
        provider = Moonshot(api_key=kimi.key, base_url=kimi.url)
        with Client(provider, options=HERE) as client:
            plain = {"type": "image_url", "image_url": {"url": file_host.file("/a")}}
            client.chat_completion([{"role": "user", "content": [plain]}], model="kimi-k3")
        url = sent(kimi)["messages"][0]["content"][0]["image_url"]["url"]
    assert url == "data:image/png;base64," + b64encode(PNG).decode()


def test_a_repeat_does_not_fetch_again(google: FakeProvider, file_host: Any) -> None:
    google.script(Failure(status=503))
    question = user(Image(source=Media(url=file_host.file("/a"))))
    with Client(vertex(google), options=Options(retries=1).over(HERE)) as client:
        response = client.chat_completion(question, model=MODEL)
    assert [attempt.status for attempt in response.attempts] == [503, 200]
    assert len(file_host.asked) == 1


async def test_the_library_fetches_unless_told_otherwise_and_from_public_hosts_alone(
    google: FakeProvider, file_host: Any
) -> None:
    question = user([Text(text="x"), Image(source=Media(url=file_host.file("/a?sig=secret")))])
    with Client(vertex(google)) as client, pytest.raises(InvalidInput) as caught:
        client.chat_completion(question, model=MODEL)
    async with AsyncClient(vertex(google)) as waiting:
        with pytest.raises(InvalidInput) as same:
            await waiting.chat_completion(question, model=MODEL)
    assert caught.value.message == same.value.message
    assert caught.value.param == "messages[0].parts[1].source.url"
    assert "127.0.0.1 is not in the public internet" in caught.value.message
    assert "secret" not in caught.value.message
    assert (file_host.connections, len(google.requests)) == (0, 0)


def test_switched_off_it_is_refused_by_field_and_setting(google: FakeProvider, file_host: Any) -> None:
    question = user([Text(text="x"), Image(source=Media(url=file_host.file("/a?sig=secret")))])
    with Client(vertex(google), options=Options(fetch_media=False)) as client:
        with pytest.raises(Unsupported, match=r"`messages\[0\].parts\[1\].source.url`.*`fetch_media`") as caught:
            client.chat_completion(question, model=MODEL)
        assert "secret" not in caught.value.message
        response = client.chat_completion(question, model=MODEL, options=Options(on_unsupported="drop"))
        assert [warning.field for warning in response.warnings if warning.field != "model"] == [
            "messages[0].parts[1].source.url"
        ]
        client.chat_completion(question, model=MODEL, options=HERE)
    assert file_host.connections == 1


async def test_the_time_counts_against_the_deadline(google: FakeProvider, file_host: Any) -> None:
    question = user(Image(source=Media(url=file_host.raw("/a", b"", stays_open=True))))
    context = RequestContext(deadline=0.15)
    with Client(vertex(google), options=HERE) as client, pytest.raises(TimedOut) as caught:
        client.chat_completion(question, model=MODEL, context=context)
    async with AsyncClient(vertex(google), options=HERE) as waiting:
        with pytest.raises(TimedOut) as same:
            await waiting.chat_completion(question, model=MODEL, context=context)
    for error in (caught.value, same.value):
        assert (error.phase, error.sent, error.attempts) == ("deadline", "no", ())
    assert google.requests == ()


async def test_leaving_leaves_the_host_of_the_file_too(google: FakeProvider, file_host: Any) -> None:
    question = user(Image(source=Media(url=file_host.raw("/a", b"", stays_open=True))))
    async with AsyncClient(vertex(google), options=HERE) as client:
        task = asyncio.create_task(client.chat_completion(question, model=MODEL))
        while not file_host.asked:
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(file_host.left.wait, 1)


def test_one_client_fetches_from_many_threads(google: FakeProvider, file_host: Any) -> None:
    question = user(Image(source=Media(url=file_host.file("/a"))))
    file_host.meet(4)
    with Client(vertex(google), options=HERE) as client:
        threads = [
            threading.Thread(target=client.chat_completion, args=(question,), kwargs={"model": MODEL}) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(5)
    assert len(google.requests) == 4
