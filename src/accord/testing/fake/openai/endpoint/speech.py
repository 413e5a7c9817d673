"""POST /audio/speech (dossier section 3.7)."""

from accord.testing.fake.answer import Answer
from accord.testing.fake.desk import Visit
from accord.testing.fake.openai.body import read_body
from accord.testing.fake.openai.error import OpenAITeller
from accord.testing.fake.operation import perform
from accord.testing.fake.shape import Anything, Either, Number, String, Table, nullable
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
        return perform(
            visit,
            self._teller,
            "speech",
            body.text("model"),
            lambda: Answer(content_type=_TYPES.get(kind, _TYPES["mp3"]), pieces=(sound[:4], sound[4:]), stream=True),
        )
