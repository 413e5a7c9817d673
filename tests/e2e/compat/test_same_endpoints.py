"""What is no conversation, in two libraries: OpenAI's SDK in front of the gateway, and `accord.compat.openai` without one."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openai
import pytest

from accord import OpenAI
from accord.compat import openai as compat

MADE = {"id", "created", "model", "x_request_id"}


@pytest.fixture
def egress() -> str:
    return "openai"


@pytest.fixture
def provider(fake: Any) -> Any:
    return OpenAI(api_key=fake.key, base_url=fake.url)


@pytest.fixture
def direct(fake: Any) -> Any:
    with openai.OpenAI(base_url=fake.url, api_key=fake.key, max_retries=0) as made:
        yield made


def plain(value: Any) -> Any:
    if hasattr(value, "to_dict"):
        value = value.to_dict()
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items() if key not in MADE}
    return [plain(item) for item in value] if isinstance(value, list) else value


PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 24
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00" + b"\x00" * 24


def moderation(client: Any) -> Any:
    one = client.moderations.create(model="omni-moderation-latest", input="I will harm you")
    many = client.moderations.create(model="omni-moderation-latest", input=["a", "b"])
    return one, one.results[0].flagged, one.results[0].categories.violence, many


def moderation_of_parts(client: Any) -> Any:
    parts = [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {"url": "https://example.test/a.png"}}]
    return (client.moderations.create(model="omni-moderation-latest", input=parts),)


def edit(client: Any) -> Any:
    one = client.images.edit(model="gpt-image-1", image=("a.png", PNG, "image/png"), prompt="add a hat", n=1)
    two = client.images.edit(
        model="gpt-image-1", image=[("a.png", PNG), ("b.png", io.BytesIO(PNG))], mask=("m.png", PNG), prompt="hats"
    )
    return one, bool(one.data[0].b64_json), two


def legacy(client: Any) -> Any:
    answer = client.completions.create(model="gpt-3.5-turbo-instruct", prompt="Once upon", max_tokens=20, logprobs=1)
    return answer, answer.choices[0].text, answer.usage.total_tokens


def legacy_stream(client: Any) -> Any:
    return list(
        client.completions.create(model="gpt-3.5-turbo-instruct", prompt=["Once", "Twice"], max_tokens=20, stream=True)
    )


def transcription(client: Any) -> Any:
    found = [
        client.audio.transcriptions.create(model="whisper-1", file=("a.wav", WAV), response_format=form)
        for form in ("json", "verbose_json", "text", "srt", "vtt")
    ]
    words = client.audio.transcriptions.create(
        model="whisper-1",
        file=("a.wav", io.BytesIO(WAV), "audio/wav"),
        response_format="verbose_json",
        timestamp_granularities=["word", "segment"],
        language="en",
        temperature=0.2,
    )
    return found, found[0].text, words


def speech(client: Any) -> Any:
    answer = client.audio.speech.create(model="gpt-4o-mini-tts", voice="coral", input="Hello", speed=1.5)
    with client.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts", voice="coral", input="Hello", response_format="wav"
    ) as streamed:
        pieces = b"".join(streamed.iter_bytes(7))
    return answer.content, answer.read(), b"".join(answer.iter_bytes(5)), pieces


def models(client: Any) -> Any:
    listed = [one.id for one in client.models.list()]
    return listed, client.models.retrieve(listed[0])


PROGRAMS = [moderation, moderation_of_parts, edit, legacy, legacy_stream, transcription, speech, models]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_answers(program: Callable[[Any], Any], direct: openai.OpenAI, ours: compat.OpenAI) -> None:
    assert plain(list(program(ours))) == plain(list(program(direct)))


def test_errors_have_the_same_names(direct: openai.OpenAI, ours: compat.OpenAI, fake: Any) -> None:
    clients: list[Any] = [direct, ours]
    for library, client in zip((openai, compat), clients, strict=True):
        fake.fail(429, operation="moderation")
        with pytest.raises(library.RateLimitError) as caught:
            client.moderations.create(model="omni-moderation-latest", input="a")
        assert caught.value.status_code == 429


def test_a_model_that_is_not_in_the_list(ours: compat.OpenAI) -> None:
    known = ours.models.list().data[0].id
    with pytest.raises(compat.NotFoundError, match=f"no model '{known}x'.*nearest.*{known}") as caught:
        ours.models.retrieve(known + "x")
    assert (caught.value.status_code, caught.value.code) == (404, "model_not_found")


def test_files_of_every_kind(ours: compat.OpenAI, tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    path.write_bytes(WAV)
    expected = ours.audio.transcriptions.create(model="whisper-1", file=("sound.wav", WAV))
    with path.open("rb") as opened:
        assert ours.audio.transcriptions.create(model="whisper-1", file=opened) == expected
    assert ours.audio.transcriptions.create(model="whisper-1", file=path) == expected
    with pytest.raises(compat.OpenAIError, match=r"`file` must be bytes.*got str"):
        ours.audio.transcriptions.create(model="whisper-1", file="sound.wav")  # type: ignore[arg-type]
    with pytest.raises(compat.OpenAIError, match=r"`file` must be bytes.*got NoneType"):
        ours.audio.transcriptions.create(model="whisper-1", file=None)  # type: ignore[arg-type]
    with pytest.raises(compat.OpenAIError, match="cannot be read"):
        ours.audio.transcriptions.create(model="whisper-1", file=tmp_path / "missing.wav")


def test_sound_is_written_to_files(ours: compat.OpenAI, tmp_path: Path) -> None:
    answer = ours.audio.speech.create(model="gpt-4o-mini-tts", voice="coral", input="Hello")
    answer.write_to_file(tmp_path / "a.mp3")
    answer.stream_to_file(tmp_path / "b.mp3")
    assert (tmp_path / "a.mp3").read_bytes() == (tmp_path / "b.mp3").read_bytes() == answer.content
    assert answer.accord.attempts


async def test_the_same_with_asyncio(ours: compat.OpenAI, ours_async: compat.AsyncOpenAI, tmp_path: Path) -> None:
    made = ours_async
    assert plain(await made.moderations.create(model="omni-moderation-latest", input="a")) == plain(
        ours.moderations.create(model="omni-moderation-latest", input="a")
    )
    assert plain(await made.images.edit(model="gpt-image-1", image=("a.png", PNG), prompt="x")) == plain(
        ours.images.edit(model="gpt-image-1", image=("a.png", PNG), prompt="x")
    )
    assert plain(await made.audio.transcriptions.create(model="whisper-1", file=("a.wav", WAV))) == plain(
        ours.audio.transcriptions.create(model="whisper-1", file=("a.wav", WAV))
    )
    chunks = await made.completions.create(model="gpt-3.5-turbo-instruct", prompt="Once", max_tokens=9, stream=True)
    whole = await made.completions.create(model="gpt-3.5-turbo-instruct", prompt="Once", max_tokens=9)
    assert "".join([chunk.choices[0].text async for chunk in chunks if chunk.choices]) == whole.choices[0].text
    sound = await made.audio.speech.create(model="gpt-4o-mini-tts", voice="coral", input="Hello")
    assert await sound.aread() == b"".join([piece async for piece in sound.aiter_bytes(4)])
    await sound.astream_to_file(tmp_path / "a.mp3")
    async with made.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts", voice="coral", input="Hello"
    ) as streamed:
        await streamed.stream_to_file(tmp_path / "b.mp3")
        assert await streamed.read() == b"".join([piece async for piece in streamed.iter_bytes(4)])
    assert (tmp_path / "a.mp3").read_bytes() == (tmp_path / "b.mp3").read_bytes()
    model = next(iter([one.id async for one in made.models.list()]))
    assert (await made.models.retrieve(model)).id == model
