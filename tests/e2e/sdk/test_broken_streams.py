"""Streams that break, on every wire of a provider, as the four vendors' SDKs see them: an error, and no finish."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import anthropic
import openai
import pytest
from google import genai
from google.genai import errors, types

from accord.core.part import Text
from accord.testing import Break, Bytes, Cut, Delivery, Failure, Reply

HELLO: list[Any] = [{"role": "user", "content": "Hello there"}]
SAID = (Text(text="One two three four five six"),)
Ask = Callable[[str], tuple[list[str], BaseException | None]]
"""Reads a stream to its end: the finishes it told of, and what it raised."""


def read(stream: Iterator[Any], finishes: Callable[[Any], list[str]]) -> tuple[list[str], BaseException | None]:
    told: list[str] = []
    try:
        for piece in stream:
            told.extend(finishes(piece))
    except (openai.APIError, anthropic.APIError, errors.APIError) as error:
        return told, error
    return told, None


def of_chat(chunk: Any) -> list[str]:
    return [choice.finish_reason for choice in chunk.choices if choice.finish_reason]


def of_responses(event: Any) -> list[str]:
    return [event.type] if event.type in ("response.completed", "response.incomplete") else []


def of_messages(event: Any) -> list[str]:
    return [event.type] if event.type == "message_stop" else []


def of_gemini(piece: Any) -> list[str]:
    return [str(one.finish_reason) for one in piece.candidates or [] if one.finish_reason]


@pytest.fixture
def callers(house: Any) -> Iterator[dict[str, Ask]]:
    with ExitStack() as stack:
        gpt = stack.enter_context(openai.OpenAI(base_url=f"{house.origin}/v1", api_key=house.key, max_retries=0))
        claude = stack.enter_context(anthropic.Anthropic(base_url=house.origin, api_key=house.key, max_retries=0))
        gemini = genai.Client(api_key=house.key, http_options=types.HttpOptions(base_url=house.origin))
        stack.callback(gemini.close)

        def responses(model: str) -> tuple[list[str], BaseException | None]:
            failures: list[Any] = []

            def finishes(event: Any) -> list[str]:
                if event.type in ("response.failed", "error"):
                    failures.append(event)
                return of_responses(event)

            told, raised = read(
                iter(gpt.responses.create(model=model, input="Hello", store=False, stream=True)), finishes
            )
            # This API tells of failures as events, and its SDK yields them.
            return told, raised or (RuntimeError(failures[0].type) if failures else None)

        yield {
            "chat": lambda model: read(
                iter(gpt.chat.completions.create(model=model, messages=HELLO, stream=True)), of_chat
            ),
            "responses": responses,
            "messages": lambda model: read(
                iter(claude.messages.create(model=model, max_tokens=99, messages=HELLO, stream=True)), of_messages
            ),
            "gemini": lambda model: read(
                iter(gemini.models.generate_content_stream(model=model, contents="Hello")), of_gemini
            ),
        }


@pytest.mark.parametrize("caller", ["chat", "responses", "messages", "gemini"])
class TestEveryCaller:
    def test_an_error_within(self, callers: dict[str, Ask], caller: str, fake: Any, model: str) -> None:
        broken = Break(failure=Failure(status=503, message="out of order"), events=4)
        fake.script(Reply(content=SAID, breaks=broken))
        told, raised = callers[caller](model)
        assert (told, raised is not None) == ([], True)

    @pytest.mark.parametrize("how", ["fin", "rst", "end"])
    def test_an_end_within(self, callers: dict[str, Ask], caller: str, fake: Any, model: str, how: Any) -> None:
        fake.script(Reply(content=SAID, delivery=Delivery(fault=Cut(events=4, how=how))))
        told, raised = callers[caller](model)
        assert (told, raised is not None) == ([], True)

    def test_and_none_where_nothing_breaks(self, callers: dict[str, Ask], caller: str, fake: Any, model: str) -> None:
        fake.script(Reply(content=SAID))
        told, raised = callers[caller](model)
        assert (len(told), raised) == (1, None)

    def test_a_stop_reason_is_not_the_end_of_anthropics_wire(
        self, callers: dict[str, Ask], caller: str, by_type: Any
    ) -> None:
        """Cut between `message_delta`, which says why it stopped, and `message_stop`, which says that it has."""
        message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [], "usage": {}}
        events = [
            {"type": "message_start", "message": {**message, "usage": {"input_tokens": 1, "output_tokens": 1}}},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi"}},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}},
        ]
        written = [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events]
        fake = by_type.fakes["anthropic"]
        fake.script(Bytes(body=tuple(written), content_type="text/event-stream"))
        told, raised = callers[caller](by_type.model("anthropic"))
        assert (told, raised is not None) == ([], True)
