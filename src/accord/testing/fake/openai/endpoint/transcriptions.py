"""POST /audio/transcriptions and /audio/translations (dossier section 3.7)."""

import re
from collections.abc import Mapping

from accord.core.json import dumps
from accord.testing.fake.answer import Answer
from accord.testing.fake.desk import Visit
from accord.testing.fake.openai.endpoint.events import events_of
from accord.testing.fake.openai.error import OpenAITeller, reject
from accord.testing.fake.openai.form import read_fields
from accord.testing.fake.operation import perform
from accord.testing.fake.tokens import count
from accord.testing.fake.vendor import Teller

FIELDS = {
    "file",
    "model",
    "language",
    "languages[]",
    "prompt",
    "keywords[]",
    "response_format",
    "temperature",
    "timestamp_granularities[]",
    "include[]",
    "chunking_strategy",
    "known_speaker_names[]",
    "known_speaker_references[]",
    "stream",
}


class Transcriptions:
    """Hears what the file is: its bytes as text, as `Speech` makes them."""

    def __init__(self, teller: Teller | None = None) -> None:
        self._teller: Teller = teller or OpenAITeller()

    def serve(self, visit: Visit) -> Answer:
        """The words, in the format that was asked for."""
        form = read_form(visit)
        if visit.desk.account.strict:
            for field in form:
                if field not in FIELDS:
                    raise reject(f"Unknown parameter: '{field}'.", param=field, code="unknown_parameter")
        for field in ("file", "model"):
            if field not in form:
                message = f"Missing required parameter: '{field}'."
                raise reject(message, param=field, code="missing_required_parameter")
        model = form["model"].decode()
        return perform(visit, self._teller, "transcription", model, lambda: _words(form))


def _words(form: Mapping[str, bytes]) -> Answer:
    heard = form["file"].partition(b":")[2] or form["file"]
    text = heard.decode("utf-8", "replace")
    kind = form.get("response_format", b"json").decode()
    if kind in {"text", "srt", "vtt"}:
        return Answer(content_type="text/plain; charset=utf-8", pieces=((text + "\n").encode(),))
    tokens = count(text)
    usage = {"type": "tokens", "input_tokens": tokens, "output_tokens": tokens, "total_tokens": 2 * tokens}
    # whisper-1 answers whole, whatever is asked.
    if form.get("stream", b"").lower() in (b"true", b"1") and form["model"] != b"whisper-1":
        deltas = [{"type": "transcript.text.delta", "delta": word} for word in re.findall(r"\S+\s*", text)]
        events = [*deltas, {"type": "transcript.text.done", "text": text, "usage": usage}]
        return Answer(content_type="text/event-stream", pieces=events_of(events), stream=True)
    answer: dict[str, object] = {"text": text, "usage": usage}
    if kind == "verbose_json":
        segment = {"id": 0, "start": 0.0, "end": 1.0, "text": text}
        answer = {"task": "transcribe", "language": "english", "duration": 1.0, "text": text, "segments": [segment]}
        answer["usage"] = {"type": "duration", "seconds": 1}
    return Answer(pieces=(dumps(answer),))


def read_form(visit: Visit) -> dict[str, bytes]:
    """The fields of a multipart form; of repeated ones, the last. Raises `Rejected`."""
    return {field.name: field.data for field in read_fields(visit)}
