"""Signs of life in each wire's own form are nothing to the vendors' SDKs, before the answer begins and within it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import anthropic
import openai
import pytest
from google import genai
from google.genai import types

from accord.testing import Delivery, Failure, FakeProvider, Reply
from accord.testing.fake import Hold

KEY = "sk-test-gateway"
HELLO: list[Any] = [{"role": "user", "content": "Hello there"}]
LONG = 0.25
"""Seconds of silence: several signs of life."""


@contextmanager
def released_late(fake: FakeProvider) -> Iterator[None]:
    """What is held goes on once it has been held for long, however long it took to come there."""

    def release() -> None:
        fake.wait_until(lambda seen: seen.held == 1, 20)
        time.sleep(LONG)
        fake.release()

    waiting = Thread(target=release)
    waiting.start()
    try:
        yield
    finally:
        waiting.join()


@pytest.fixture(scope="module")
def lively(serve: Any, fake: FakeProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    path: Path = tmp_path_factory.mktemp("lively") / "accord.yaml"
    provider = f'{{type: compatible, base_url: "{fake.url}", api_key: {fake.key}, retries: 0}}'
    path.write_text(
        f"gateway: {{port: 0, heartbeat: 0.05, keys: [{{name: app, key: {KEY}}}]}}\nproviders: {{lab: {provider}}}\n"
    )
    running = serve("--config", str(path))
    yield running
    running.stop()


def chat(origin: str) -> str:
    with openai.OpenAI(base_url=f"{origin}/v1", api_key=KEY, max_retries=0) as client:
        stream = client.chat.completions.create(model="lab/echo", messages=HELLO, stream=True)
        return "".join([choice.delta.content or "" for chunk in stream for choice in chunk.choices])


def responses(origin: str) -> str:
    with (
        openai.OpenAI(base_url=f"{origin}/v1", api_key=KEY, max_retries=0) as client,
        client.responses.stream(model="lab/echo", input="Hello there", store=False) as stream,
    ):
        events = list(stream)
        if events[-1].type == "response.failed":
            raise RuntimeError(str(events[-1].response.error))
        text = stream.get_final_response().output_text
    numbers = [event.sequence_number for event in events]
    assert numbers == sorted(set(numbers))
    return text


def messages(origin: str) -> str:
    with (
        anthropic.Anthropic(base_url=origin, api_key=KEY, max_retries=0) as client,
        client.messages.stream(model="lab/echo", max_tokens=50, messages=HELLO) as stream,
    ):
        return stream.get_final_text()


def gemini(origin: str) -> str:
    client = genai.Client(api_key=KEY, http_options=types.HttpOptions(base_url=origin))
    try:
        pieces = client.models.generate_content_stream(model="lab/echo", contents="Hello there")
        return "".join([piece.text or "" for piece in pieces])
    finally:
        client.close()


@pytest.mark.parametrize("ask", [chat, responses, messages, gemini])
class TestEveryWire:
    @pytest.mark.parametrize("events", [None, 2])
    def test_signs_change_nothing(
        self, ask: Callable[[str], str], lively: Any, fake: FakeProvider, events: int | None
    ) -> None:
        fake.script(Reply(delivery=Delivery(fault=Hold() if events is None else Hold(events=events))))
        with released_late(fake):
            assert ask(lively.origin) == "Hello there"

    def test_a_failure_after_them_is_raised(self, ask: Callable[[str], str], lively: Any, fake: FakeProvider) -> None:
        fake.script(Failure(status=503, message="out of order", delivery=Delivery(fault=Hold())))
        with released_late(fake), pytest.raises(Exception, match="out of order"):
            ask(lively.origin)
