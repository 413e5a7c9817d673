"""POST /audio/speech (dossier section 3.7)."""

from base64 import b64encode
from collections.abc import Mapping

from accord.testing.fake.answer import Answer
from accord.testing.fake.desk import Visit
from accord.testing.fake.openai.body import read_body
from accord.testing.fake.openai.endpoint.events import events_of
from accord.testing.fake.openai.error import OpenAITeller, reject
from accord.testing.fake.operation import perform
from accord.testing.fake.shape import Anything, Either, Number, String, Table, nullable
from accord.testing.fake.tokens import count
from accord.testing.fake.vendor import Teller

_TYPES = {
    "mp3": "audio/mpeg",
    "opus": "audio/opus",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "pcm": "audio/pcm",
}

SPEECH_REQUEST = Table(
    {
        "model": String(),
        "input": String(least=1, most=4096),
        "voice": Either(String(least=1), Table({}, rest=Anything())),
        "instructions": nullable(String()),
        "response_format": nullable(String(*_TYPES)),
        "speed": nullable(Number(0.25, 4)),
        "stream_format": nullable(String("audio", "sse")),
    },
    needs=("input", "voice"),
)


class Speech:
    """Sound that is the text itself, after a word that names the format: easy to check, and no sound at all."""

    def __init__(self, teller: Teller | None = None) -> None:
        self._teller: Teller = teller or OpenAITeller()

    def serve(self, visit: Visit) -> Answer:
        """The bytes."""
        body = read_body(visit, SPEECH_REQUEST)
        kind = body.text("response_format", "mp3")
        sound = f"{kind}:".encode() + body.text("input").encode()
        model, in_events = body.text("model"), body.text("stream_format", "audio") == "sse"
        if in_events and model.startswith("tts-1"):
            message = f"The `stream_format` of sse is not supported for {model}."
            raise reject(message, param="stream_format", code="unsupported_value")

        def make() -> Answer:
            if in_events:
                return _events(sound[:4], sound[4:], tokens=count(body.text("input")))
            return Answer(content_type=_TYPES.get(kind, _TYPES["mp3"]), pieces=(sound[:4], sound[4:]), stream=True)

        return perform(visit, self._teller, "speech", model, make)


def _events(*sounds: bytes, tokens: int) -> Answer:
    usage = {"input_tokens": tokens, "output_tokens": tokens, "total_tokens": 2 * tokens}
    deltas = [{"type": "speech.audio.delta", "audio": b64encode(sound).decode()} for sound in sounds]
    events: list[Mapping[str, object]] = [*deltas, {"type": "speech.audio.done", "usage": usage}]
    return Answer(content_type="text/event-stream", pieces=events_of(events), stream=True)
