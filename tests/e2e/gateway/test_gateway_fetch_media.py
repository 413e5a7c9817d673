"""Pictures by address through the gateway, from the SDKs of three vendors to a provider that reads none."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anthropic
import msgspec
import openai
import pytest

from accord.testing import FakeProvider
from accord.testing.fake import Route
from accord.testing.fake.gemini.endpoint import CountTokens
from accord.testing.fake.hosts import HOSTS

KEY = "sk-test-gateway"
MODEL = "google/gemini-2.5-flash"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 24


_COUNT = "/v1/projects/{project}/locations/{location}/publishers/google/models/{model}:countTokens"


@pytest.fixture(scope="module")
def google() -> Iterator[FakeProvider]:
    usual = HOSTS["vertex_ai"]
    with FakeProvider(
        vendor=msgspec.structs.replace(usual, routes=(*usual.routes, Route("POST", _COUNT, CountTokens())))
    ) as running:
        yield running


@pytest.fixture(autouse=True)
def _forgotten(google: FakeProvider) -> None:
    google.clear()


def config(google: FakeProvider, setting: str) -> str:
    return f"""
gateway:
  port: 0
  keys: [{{name: app, key: {KEY}}}]
  {setting}
providers:
  google: {{type: vertex_ai, project: p, access_token: {google.key}, base_url: "{google.url}", retries: 0}}
"""


def started(serve: Callable[..., Any], google: FakeProvider, place: Path, setting: str) -> Any:
    path = place / "accord.yaml"
    path.write_text(config(google, setting))
    return serve("--config", str(path))


@pytest.fixture(scope="module")
def fetching(
    serve: Callable[..., Any], google: FakeProvider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    running = started(
        serve, google, tmp_path_factory.mktemp("on"), "fetch_media: {allow: [127.0.0.1], max_mb: 0.01, timeout: 20}"
    )
    yield running
    running.stop()


@pytest.fixture
def impatient(serve: Callable[..., Any], google: FakeProvider, tmp_path: Path) -> Iterator[Any]:
    """Waits for no file that it has to fetch."""
    running = started(serve, google, tmp_path, "fetch_media: {allow: [127.0.0.1], timeout: 0.1}")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def usual(serve: Callable[..., Any], google: FakeProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    running = started(serve, google, tmp_path_factory.mktemp("off"), "")
    yield running
    running.stop()


def chat(url: str, **options: Any) -> dict[str, Any]:
    content = [{"type": "text", "text": "Look"}, {"type": "image_url", "image_url": {"url": url}}]
    return {"model": MODEL, "messages": [{"role": "user", "content": content}], **options}


def sent(google: FakeProvider) -> Any:
    body: Any = google.requests[-1].json
    return body["contents"][0]["parts"][1]


INLINE = {"inlineData": {"mimeType": "image/png", "data": b64encode(PNG).decode()}}


@pytest.fixture
def caller(fetching: Any) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=fetching.url, api_key=KEY, max_retries=0) as made:
        yield made


def test_chat_whole_and_streamed(caller: openai.OpenAI, google: FakeProvider, file_host: Any) -> None:
    url = file_host.file("/a.png?sig=secret")
    answer = caller.chat.completions.create(**chat(url))
    assert answer.choices[0].message.content == "Look"
    assert sent(google) == INLINE
    chunks = caller.chat.completions.create(**chat(url, stream=True))
    assert "".join([chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]) == "Look"
    assert sent(google) == INLINE
    assert len(file_host.asked) == 2


def test_responses(caller: openai.OpenAI, google: FakeProvider, file_host: Any) -> None:
    picture: Any = {"type": "input_image", "image_url": file_host.file("/a"), "detail": "auto"}
    content: Any = [{"type": "input_text", "text": "Look"}, picture]
    answer = caller.responses.create(model=MODEL, input=[{"role": "user", "content": content}])
    assert answer.output_text == "Look"
    assert sent(google) == INLINE


def test_messages(fetching: Any, google: FakeProvider, file_host: Any) -> None:
    picture: Any = {"type": "image", "source": {"type": "url", "url": file_host.file("/a")}}
    content: Any = [{"type": "text", "text": "Look"}, picture]
    with anthropic.Anthropic(base_url=fetching.origin, api_key=KEY, max_retries=0) as caller:
        answer = caller.messages.create(model=MODEL, max_tokens=50, messages=[{"role": "user", "content": content}])
        assert answer.content[0].type == "text"
        assert sent(google) == INLINE
        google.clear()
        assert caller.messages.count_tokens(model=MODEL, messages=[{"role": "user", "content": content}]).input_tokens
        assert sent(google) == INLINE


def refused(caller: openai.OpenAI, served: Any, url: str, why: str, *, stream: bool) -> None:
    """The caller is told of the place in the request, and nobody of the address."""
    with pytest.raises(openai.BadRequestError, match=why) as caught:
        caller.chat.completions.create(**chat(url, stream=stream))
    assert caught.value.param == "messages[0].parts[1].source.url"
    assert "secret" not in str(caught.value)
    assert not any("secret" in line for line in served.lines), "addresses are not logged"


@pytest.mark.parametrize("stream", [False, True])
def test_what_cannot_be_had_is_the_callers_to_mend(
    caller: openai.OpenAI, google: FakeProvider, file_host: Any, fetching: Any, stream: bool
) -> None:
    answers = {
        "answered with status 403": file_host.raw("/a?sig=secret", b"HTTP/1.1 403 X\r\ncontent-length: 0\r\n\r\n"),
        "is no picture but text/html": file_host.file("/b?sig=secret", b"<html>", "text/html"),
        "is too large": file_host.file("/c?sig=secret", PNG * 1000),
        "not in the public internet": file_host.redirect("/e?sig=secret", "http://169.254.169.254/secret"),
    }
    for why, url in answers.items():
        refused(caller, fetching, url, why, stream=stream)
    assert google.requests == ()


def test_what_does_not_come_in_time_is_too(impatient: Any, google: FakeProvider, file_host: Any) -> None:
    url = file_host.raw("/d?sig=secret", b"", stays_open=True)
    with openai.OpenAI(base_url=impatient.url, api_key=KEY, max_retries=0) as caller:
        for stream in (False, True):
            refused(caller, impatient, url, "not there within 0.1 s", stream=stream)
    assert google.requests == ()


def test_it_is_off_unless_asked_for(usual: Any, google: FakeProvider, file_host: Any) -> None:
    with openai.OpenAI(base_url=usual.url, api_key=KEY, max_retries=0) as caller:
        for stream in (False, True):
            with pytest.raises(openai.BadRequestError, match=r"`gateway\.fetch_media`") as caught:
                caller.chat.completions.create(**chat(file_host.file("/a?sig=secret"), stream=stream))
            assert caught.value.param == "messages[0].parts[1].source.url"
            assert "secret" not in str(caught.value)
    assert (file_host.connections, google.requests) == (0, ())
