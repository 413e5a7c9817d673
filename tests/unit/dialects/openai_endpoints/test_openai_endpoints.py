import json
from base64 import b64encode
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.embedding import EmbeddingRequest
from accord.core.error import InvalidInput, Malformed, ProviderError, Unsupported
from accord.core.http import Reply
from accord.core.image import ImageRequest
from accord.core.moderation import ModerationRequest
from accord.core.part import Image, Media, Text
from accord.core.speech import SpeechRequest, TranscriptionRequest
from accord.dialects.openai_endpoints import (
    EmbeddingCodec,
    ImageCodec,
    ModerationCodec,
    SpeechCodec,
    TranscriptionCodec,
)
from accord.dialects.openai_endpoints.embedding import parse_embedding
from accord.dialects.openai_endpoints.image import parse_image, render_image
from accord.dialects.openai_endpoints.moderation import parse_moderation
from accord.dialects.openai_endpoints.multipart import FormPart, read_form, write_form
from accord.dialects.openai_endpoints.speech import parse_speech
from accord.dialects.openai_endpoints.transcription import parse_transcription, render_transcription


def failed(reply: Reply) -> ProviderError:
    return ProviderError("no", status=reply.status)


def reply(value: object, content_type: str = "application/json") -> Reply:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Reply(status=200, headers=(("content-type", content_type),), body=body)


def embeddings(**knobs: bool) -> EmbeddingCodec:
    return EmbeddingCodec(model="embed-3", provider="p", error=failed, **knobs)


class TestEmbeddings:
    def test_the_request(self) -> None:
        exchange = embeddings(send_base64=True).encode(EmbeddingRequest(input=("a", "b"), dimensions=2))
        assert json.loads(exchange.draft.body) == {
            "model": "embed-3",
            "input": ["a", "b"],
            "dimensions": 2,
            "encoding_format": "base64",
        }

    @pytest.mark.parametrize("packed", [False, True])
    def test_vectors_come_in_order_of_their_index(self, packed: bool) -> None:
        def written(*numbers: float) -> object:
            return b64encode(pack(f"<{len(numbers)}f", *numbers)).decode() if packed else list(numbers)

        rows = [{"index": 1, "embedding": written(0.5, 0.25)}, {"index": 0, "embedding": written(1.0, -2.0)}]
        answer = (
            embeddings()
            .encode(EmbeddingRequest(input=("a", "b")))
            .decode(reply({"data": rows, "model": "m", "usage": {"prompt_tokens": 7, "total_tokens": 7}}))
        )
        assert answer.embeddings == ((1.0, -2.0), (0.5, 0.25))
        assert answer.usage is not None
        assert answer.usage.input == 7

    @pytest.mark.parametrize(
        "body", [{}, {"data": [{"embedding": "%%%"}]}, {"data": [{"embedding": "AAA="}]}, b"<html>"]
    )
    def test_what_is_no_answer_is_malformed(self, body: object) -> None:
        with pytest.raises(Malformed):
            embeddings().encode(EmbeddingRequest(input=("a",))).decode(reply(body))

    def test_a_task_is_refused(self) -> None:
        with pytest.raises(Unsupported, match="task"):
            embeddings().encode(EmbeddingRequest(input=("a",), task="search"))

    @pytest.mark.parametrize("given_", ["a", ["a", "b"], [1, 2], [[1, 2], [3]]])
    def test_every_form_of_input_reaches_the_provider(self, given_: object) -> None:
        inbound = parse_embedding(json.dumps({"model": "m", "input": given_, "truncate": True}).encode())
        sent = json.loads(embeddings().encode(inbound.request).draft.body)
        expected = [given_] if given_ in ("a", [1, 2]) else given_
        assert (sent["input"], sent["truncate"]) == (expected, True)

    def test_the_caller_gets_the_form_it_asked_for(self) -> None:
        answer = embeddings().encode(EmbeddingRequest(input=("a",))).decode(reply({"data": [{"embedding": [0.5, 1]}]}))
        packed = parse_embedding(b'{"model":"m","input":"a","encoding_format":"base64"}').render(answer, model="mine")
        plain = parse_embedding(b'{"model":"m","input":"a"}').render(answer, model="mine")
        assert json.loads(packed)["data"][0]["embedding"] == b64encode(pack("<2f", 0.5, 1)).decode()
        assert json.loads(plain)["data"][0]["embedding"] == [0.5, 1]
        assert "usage" not in json.loads(plain), "unknown usage is not 0"

    def test_errors_name_the_field(self) -> None:
        with pytest.raises(InvalidInput) as caught:
            parse_embedding(b'{"model":"m","input":"a","dimensions":"x"}')
        assert caught.value.param == "dimensions"


class TestImages:
    codec = ImageCodec(model="gpt-image-2", provider="p", error=failed, always_base64=True)

    def test_request_and_answer(self) -> None:
        exchange = self.codec.encode(ImageRequest(prompt="fox", n=1, extra={"partial": 1}))
        assert json.loads(exchange.draft.body) == {"model": "gpt-image-2", "prompt": "fox", "n": 1, "partial": 1}
        body = {
            "created": 5,
            "output_format": "png",
            "data": [{"b64_json": "QQ=="}],
            "usage": {"input_tokens": 12, "output_tokens": 272, "input_tokens_details": {"image_tokens": 0}},
        }
        answer = exchange.decode(reply(body))
        assert answer.images[0].source == Media(data="QQ==", media_type="image/png")
        assert answer.usage is not None
        assert (answer.usage.input, answer.usage.image_input, answer.usage.image_output) == (12, 0, 272)
        assert json.loads(render_image(answer)) == body

    def test_an_address_is_not_to_be_had(self) -> None:
        with pytest.raises(Unsupported, match="response_format"):
            self.codec.encode(ImageRequest(prompt="fox", response_format="url"))
        dropped = self.codec.encode(ImageRequest(prompt="fox", response_format="url"), on_unsupported="drop")
        assert b"response_format" not in dropped.draft.body
        assert dropped.warnings

    def test_parsing_keeps_what_it_does_not_know(self) -> None:
        request = parse_image(b'{"prompt":"p","model":"m","svg":{"a":1}}')
        assert (request.prompt, request.extra) == ("p", {"svg": {"a": 1}})


class TestModeration:
    codec = ModerationCodec(model="omni", provider="p", error=failed)

    def test_texts_and_parts(self) -> None:
        texts = self.codec.encode(ModerationRequest(input=("a", "b")))
        assert json.loads(texts.draft.body) == {"model": "omni", "input": ["a", "b"]}
        parts = ModerationRequest(input=(Text(text="a"), Image(source=Media(data="QQ==", media_type="image/png"))))
        sent = self.codec.encode(parts).draft.body
        assert parse_moderation(sent).input == parts.input

    def test_verdicts(self) -> None:
        row = {"flagged": True, "categories": {"hate": True, "x": None}, "category_scores": {"hate": 0.9}}
        answer = self.codec.encode(ModerationRequest(input=("a",))).decode(reply({"id": "m1", "results": [row]}))
        assert (answer.results[0].flagged, answer.results[0].categories) == (True, {"hate": True})


class TestSpeech:
    codec = SpeechCodec(model="tts", provider="p", error=failed)

    def test_request_and_sound(self) -> None:
        exchange = self.codec.encode(SpeechRequest(input="hello", voice="alloy", speed=1.5))
        assert json.loads(exchange.draft.body) == {"model": "tts", "input": "hello", "voice": "alloy", "speed": 1.5}
        answer = exchange.decode(reply(b"ID3", "audio/mpeg"))
        assert (answer.audio, answer.content_type) == (b"ID3", "audio/mpeg")
        assert answer.usage is not None
        assert answer.usage.characters == 5

    def test_json_is_no_sound(self) -> None:
        with pytest.raises(Malformed):
            self.codec.encode(SpeechRequest(input="a", voice="b")).decode(reply({}))

    def test_a_voice_by_id_is_kept(self) -> None:
        request = parse_speech(b'{"model":"m","input":"a","voice":{"id":"v1"}}')
        assert json.loads(self.codec.encode(request).draft.body)["voice"] == {"id": "v1"}


class TestTranscription:
    codec = TranscriptionCodec(model="whisper", provider="p", error=failed)

    def test_the_form_survives_both_ways(self) -> None:
        request = TranscriptionRequest(
            model="whisper",
            audio=b"RIFF\r\n--x\r\n",
            filename='a"b.wav',
            temperature=0.5,
            timestamp_granularities=("word",),
            extra={"include[]": ["logprobs"]},
        )
        draft = self.codec.encode(request).draft
        again = parse_transcription(draft.content_type, draft.body)
        assert (again.audio, again.temperature, again.timestamp_granularities) == (request.audio, 0.5, ("word",))
        assert again.extra == {"include[]": "logprobs"}

    def test_every_answer_form(self) -> None:
        exchange = self.codec.encode(TranscriptionRequest(audio=b"x"))
        told = exchange.decode(reply({"text": "hi", "duration": "2.5", "segments": []}))
        assert (told.text, told.duration, told.extra) == ("hi", 2.5, {"segments": []})
        assert told.usage is not None
        assert told.usage.seconds == 2.5
        subtitles = exchange.decode(reply(b"1\n00:00", "text/plain"))
        assert (subtitles.text, render_transcription(subtitles)) == ("1\n00:00", b"1\n00:00")

    @pytest.mark.parametrize("body", [b"", b"--b\r\n", b"--b\r\nx\r\n\r\n1\r\n--b--\r\n"])
    def test_broken_forms_are_refused(self, body: bytes) -> None:
        with pytest.raises(InvalidInput):
            parse_transcription("multipart/form-data; boundary=b", body)


@given(st.lists(st.binary(max_size=40), max_size=4))
def test_any_bytes_survive_a_form(contents: list[bytes]) -> None:
    parts = [
        FormPart(name=f"n{index}", data=data, filename="f", content_type="a/b") for index, data in enumerate(contents)
    ]
    content_type, body = write_form([*parts, FormPart(name="last", data=b"1")])
    assert read_form(content_type, body) == [*parts, FormPart(name="last", data=b"1")]
