"""Sounds and transcripts while they arrive, through the gateway on both servers: OpenAI's SDK as the caller, and bare sockets."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import openai
import pytest

from accord.testing import Bytes, Delivery, Failure, FakeProvider
from accord.testing.fake import Cut, Hold

KEY = "sk-test-gateway"
SPEAK: Any = {"model": "openai/gpt-4o-mini-tts", "voice": "alloy", "input": "Say this slowly"}


@pytest.fixture
def client(each_served: Any) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=each_served.url, api_key=KEY, max_retries=0) as made:
        yield made


def sound(*pieces: bytes, fault: Any = None, **delivery: Any) -> Bytes:
    return Bytes(body=pieces, content_type="audio/mpeg", delivery=Delivery(fault=fault, framing="chunked", **delivery))


def test_a_sound_is_there_before_its_end(client: openai.OpenAI, fake: FakeProvider) -> None:
    fake.script(sound(b"first", b"second", fault=Hold(body_bytes=5)), operation="any")
    with client.audio.speech.with_streaming_response.create(**SPEAK) as answer:
        pieces = answer.iter_bytes()
        assert next(pieces) == b"first"
        assert answer.headers["content-type"] == "audio/mpeg"
        assert answer.headers["x-accord-model"] == "gpt-4o-mini-tts"
        fake.wait_until(lambda seen: seen.held == 1)
        fake.release()
        assert b"".join(pieces) == b"second"


def test_what_speech_costs_is_in_its_head(client: openai.OpenAI) -> None:
    answer = client.audio.speech.create(**{**SPEAK, "model": "openai/tts-1"})
    assert answer.content == b"mp3:Say this slowly"
    assert float(answer.response.headers["x-accord-cost"]) == pytest.approx(15 * 15 / 1_000_000)


@pytest.mark.parametrize("how", ["fin", "rst"])
def test_a_sound_that_breaks_off_is_never_taken_for_all_of_it(
    client: openai.OpenAI, fake: FakeProvider, each_served: Any, how: Any
) -> None:
    since = len(each_served.lines)
    fake.script(sound(b"first", b"second", fault=Cut(body_bytes=5, how=how)), operation="any")
    with (
        client.audio.speech.with_streaming_response.create(**SPEAK) as answer,
        pytest.raises(httpx2.HTTPError, match=r"(?i)closed|incomplete|reset"),
    ):
        list(answer.iter_bytes())
    line = each_served.wait_for("/audio/speech", since=since)
    assert "interrupted" in each_served.wait_for("interrupted", since=since).string, line.string
    # The gateway itself is well.
    assert client.audio.speech.create(**SPEAK).content == b"mp3:Say this slowly"


def rest_of(sock: socket.socket) -> None:
    while sock.recv(65536):
        pass


def test_an_old_caller_is_told_by_a_reset(served: Any, fake: FakeProvider) -> None:
    """HTTP/1.0 has no chunks: an answer is over when the connection closes in good order."""
    fake.script(sound(b"first", b"second", fault=Cut(body_bytes=5)), operation="any")
    body = b'{"model":"openai/gpt-4o-mini-tts","voice":"alloy","input":"x"}'
    with served.connect() as sock:
        sock.sendall(
            b"POST /v1/audio/speech HTTP/1.0\r\ncontent-type: application/json\r\nauthorization: Bearer "
            + KEY.encode()
            + b"\r\ncontent-length: %d\r\n\r\n" % len(body)
            + body
        )
        with pytest.raises(ConnectionResetError):
            rest_of(sock)


def test_a_failure_before_the_first_piece_has_its_own_status(client: openai.OpenAI, fake: FakeProvider) -> None:
    fake.script(Failure(status=429, code="rate_limit_exceeded"), operation="any")
    with pytest.raises(openai.RateLimitError):
        client.audio.speech.create(**SPEAK)
    fake.script(Bytes(body=b"<html>busy</html>", content_type="text/html"), operation="any")
    with pytest.raises(openai.APIStatusError) as page:
        client.audio.speech.create(**SPEAK)
    assert page.value.status_code == 502
    fake.script(sound(), operation="any")
    with pytest.raises(openai.APIStatusError) as empty:
        client.audio.speech.create(**SPEAK)
    assert empty.value.status_code == 502


def test_a_failure_before_the_first_piece_is_tried_again(client: openai.OpenAI, fake: FakeProvider) -> None:
    fake.script(Failure(status=503), Failure(status=503), sound(b"third"), operation="any")
    answer = client.audio.speech.create(**{**SPEAK, "model": "again/gpt-4o-mini-tts"})
    assert answer.content == b"third"
    assert answer.response.headers["x-accord-attempts"].count("gpt-4o-mini-tts") == 3


def test_a_caller_who_leaves_ends_the_call(each_served: Any, fake: FakeProvider) -> None:
    fake.script(sound(b"first", b"second", fault=Hold(body_bytes=5)), operation="any")
    with (
        httpx2.Client() as caller,
        caller.stream(
            "POST", f"{each_served.url}/audio/speech", json=SPEAK, headers={"authorization": f"Bearer {KEY}"}
        ) as answer,
    ):
        assert next(answer.iter_bytes()) == b"first"
    fake.wait_until(lambda seen: seen.open == 0)
    assert fake.requests[-1].fate == "aborted"


def test_who_reads_slowly_holds_the_provider_back(each_served: Any, fake: FakeProvider) -> None:
    size = 64 * 1024 * 1024
    pieces = tuple([bytes(1024 * 1024)] * (size // (1024 * 1024)))
    fake.script(sound(*pieces), operation="any")
    body = b'{"model":"openai/gpt-4o-mini-tts","voice":"alloy","input":"x"}'
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
        sock.settimeout(20)
        sock.connect(("127.0.0.1", each_served.port))
        sock.sendall(
            b"POST /v1/audio/speech HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nauthorization: Bearer "
            + KEY.encode()
            + b"\r\ncontent-length: %d\r\n\r\n" % len(body)
            + body
        )
        sock.recv(1024)
        before = -1
        while (sent := fake.requests[-1].sent_bytes) != before:
            before = sent
            time.sleep(0.2)
        assert sent < size / 2


def test_speech_in_events(client: openai.OpenAI, fake: FakeProvider) -> None:
    with client.audio.speech.with_streaming_response.create(**SPEAK, stream_format="sse") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        text = answer.read().decode()
    assert text.count("speech.audio.delta") == 2
    assert "speech.audio.done" in text
    assert "error" not in text
    with pytest.raises(openai.BadRequestError):
        client.audio.speech.create(**{**SPEAK, "model": "openai/tts-1"}, stream_format="sse")


def test_events_that_break_off_end_with_an_error(client: openai.OpenAI, fake: FakeProvider) -> None:
    first = b'data: {"type":"transcript.text.delta","delta":"Hel"}\n\n'
    fake.script(Bytes(body=(first, b'data: {"type":'), content_type="text/event-stream"), operation="any")
    with client.audio.transcriptions.create(
        model="openai/gpt-4o-transcribe", file=("a.mp3", b"x"), stream=True
    ) as events:
        assert next(iter(events)).type == "transcript.text.delta"
        with pytest.raises(openai.APIError, match="ended before"):
            list(events)


def test_a_transcript_in_events(client: openai.OpenAI, fake: FakeProvider) -> None:
    with client.audio.transcriptions.create(
        model="openai/gpt-4o-transcribe", file=("a.mp3", b"mp3:one two three"), stream=True
    ) as events:
        got = list(events)
    assert [event.type for event in got] == ["transcript.text.delta"] * 3 + ["transcript.text.done"]
    assert got[-1].type == "transcript.text.done"
    assert got[-1].text == "one two three"
    assert got[-1].usage is not None


def test_a_model_without_events_answers_whole(each_served: Any) -> None:
    answer = httpx2.post(
        f"{each_served.url}/audio/transcriptions",
        data={"model": "openai/whisper-1", "stream": "true"},
        files={"file": ("a.mp3", b"mp3:one two")},
        headers={"authorization": f"Bearer {KEY}"},
    )
    assert answer.json()["text"] == "one two"
    assert answer.headers["content-type"] == "application/json"
