"""Sounds and transcripts while they arrive, in the library: blocking and asyncio, over real sockets."""

from collections.abc import Iterator

import pytest

from accord import AsyncClient, Client, OpenAI
from accord.core.error import Interrupted, RateLimited, Unsupported
from accord.core.http import Reply
from accord.core.speech import SpeechRequest, TranscriptionRequest
from accord.providers import Mistral
from accord.routing import AsyncRouter, Router
from accord.testing import Bytes, Delivery, Failure, FakeProvider, MemoryTransport
from accord.testing.fake import Cut, Hold

SPEAK = SpeechRequest(model="tts-1", input="Say this", voice="alloy")
LISTEN = TranscriptionRequest(model="gpt-4o-transcribe", audio=b"mp3:one two")


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with FakeProvider("openai_chat") as running:
        yield running


def openai_at(provider: FakeProvider, **fields: object) -> OpenAI:
    return OpenAI(api_key=provider.key, base_url=provider.url, retries=0, **fields)  # type: ignore[arg-type]


def held(fault: Hold | Cut) -> Bytes:
    return Bytes(
        body=(b"first", b"second"), content_type="audio/mpeg", delivery=Delivery(fault=fault, framing="chunked")
    )


def test_a_sound_is_there_before_its_end(provider: FakeProvider) -> None:
    provider.script(held(Hold(body_bytes=5)), operation="any")
    with Client(openai_at(provider)) as client, client.speech_stream(SPEAK) as sound:
        pieces = iter(sound)
        assert next(pieces) == b"first"
        provider.wait_until(lambda seen: seen.held == 1)
        provider.release()
        assert list(pieces) == [b"second"]
        assert (sound.content_type, sound.provider) == ("audio/mpeg", "openai")
        assert sound.usage is not None
        assert sound.usage.characters == 8
        assert sound.cost.amount is not None
        assert client.spending.total.amount == sound.cost.amount
        assert len(sound.attempts) == 1


async def test_the_same_for_asyncio(provider: FakeProvider) -> None:
    provider.script(held(Hold(body_bytes=5)), operation="any")
    async with AsyncClient(openai_at(provider)) as client, client.speech_stream(SPEAK) as sound:
        pieces = aiter(sound)
        assert await anext(pieces) == b"first"
        await provider.wait_until_async(lambda seen: seen.held == 1)
        provider.release()
        assert [piece async for piece in pieces] == [b"second"]
        assert sound.cost.amount is not None


def test_a_sound_that_breaks_off_says_so(provider: FakeProvider) -> None:
    provider.script(held(Cut(body_bytes=5)), operation="any")
    with Client(openai_at(provider)) as client, client.speech_stream(SPEAK) as sound:
        pieces = iter(sound)
        assert next(pieces) == b"first"
        with pytest.raises(Interrupted) as broke:
            next(pieces)
    assert [attempt.error for attempt in broke.value.attempts] == ["interrupted"]


def test_leaving_closes_the_connection(provider: FakeProvider) -> None:
    provider.script(held(Hold(body_bytes=5)), operation="any")
    with Client(openai_at(provider)) as client:
        with client.speech_stream(SPEAK) as sound:
            assert next(iter(sound)) == b"first"
        provider.wait_until(lambda seen: seen.aborted == 1)


def test_words_as_they_come(provider: FakeProvider) -> None:
    with Client(openai_at(provider)) as client, client.transcription_stream(LISTEN) as words:
        assert "".join(words) == "one two"
        assert words.usage is not None
        assert words.usage.input is not None


async def test_words_as_they_come_for_asyncio(provider: FakeProvider) -> None:
    async with AsyncClient(openai_at(provider)) as client, client.transcription_stream(LISTEN) as words:
        assert "".join([word async for word in words]) == "one two"


def test_a_provider_that_gives_sounds_whole() -> None:
    body = b'{"audio_data":"UklGRg=="}'
    transport = MemoryTransport(Reply(status=200, headers=(("content-type", "application/json"),), body=body), piece=5)
    request = SpeechRequest(model="voxtral-mini-tts-latest", input="Hi", voice="alloy", response_format="wav")
    with Client(Mistral(api_key="sk-test"), transport=transport) as client:
        with client.speech_stream(request) as sound:
            assert list(sound) == [b"RIFF"]
            assert sound.content_type == "audio/wav"
        with pytest.raises(Unsupported, match="whole, not in events"):
            client.transcription_stream(TranscriptionRequest(model="voxtral-mini-latest", audio=b"x")).__enter__()


def test_a_router_asks_another_before_the_first_piece(provider: FakeProvider) -> None:
    environ = {"OPENAI_API_KEY": provider.key, "OPENAI_BASE_URL": provider.url}
    provider.script(Failure(status=429), operation="any")
    with (
        Router(["openai/tts-1", "openai/tts-1-hd"], environ=environ) as router,
        router.speech_stream(SpeechRequest(input="Hi", voice="alloy")) as sound,
    ):
        assert b"".join(sound) == b"mp3:Hi"
        assert [attempt.status for attempt in sound.attempts] == [429, 200]
        assert sound.route is not None


async def test_a_router_for_asyncio(provider: FakeProvider) -> None:
    environ = {"OPENAI_API_KEY": provider.key, "OPENAI_BASE_URL": provider.url}
    provider.always(Failure(status=429), operation="any")
    async with AsyncRouter(["openai/tts-1"], environ=environ) as router:
        with pytest.raises(RateLimited):
            await router.speech_stream(SpeechRequest(input="Hi", voice="alloy")).__aenter__()
