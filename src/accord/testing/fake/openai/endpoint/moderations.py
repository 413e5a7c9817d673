"""POST /moderations (inbound facts section 7)."""

from accord.core.json import dumps
from accord.testing.fake.answer import Answer
from accord.testing.fake.desk import Visit
from accord.testing.fake.node import Node
from accord.testing.fake.openai.body import read_body
from accord.testing.fake.openai.error import OpenAITeller
from accord.testing.fake.operation import perform
from accord.testing.fake.shape import Array, Either, String, Table, Tagged
from accord.testing.fake.vendor import Teller

CATEGORIES = (
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/intent",
    "self-harm/instructions",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
)

_PARTS = Tagged(
    {
        "text": Table({"type": String(), "text": String()}, needs=("text",)),
        "image_url": Table(
            {"type": String(), "image_url": Table({"url": String()}, needs=("url",))}, needs=("image_url",)
        ),
    }
)

MODERATION_REQUEST = Table(
    {"input": Either(String(), Array(Either(String(), _PARTS), least=1)), "model": String()}, needs=("input",)
)


class Moderations:
    """Flags a text that names a category (`violence`), and no other."""

    def __init__(self, teller: Teller | None = None) -> None:
        self._teller: Teller = teller or OpenAITeller()

    def serve(self, visit: Visit) -> Answer:
        """One result a string, or one for all parts."""
        body = read_body(visit, MODERATION_REQUEST, needs_model=False)
        model = body.text("model", "omni-moderation-latest")
        answer = {
            "id": visit.desk.ids.new("modr-"),
            "model": model,
            "results": [_result(kinds, text) for kinds, text in _inputs(body)],
        }
        return perform(visit, self._teller, "moderation", model, lambda: Answer(pieces=(dumps(answer),)))


def _inputs(body: Node) -> list[tuple[list[str], str]]:
    """What is judged together: the kinds of input in it, and its text."""
    parts = body.nodes("input")
    if parts:
        kinds = sorted({"image" if part.text("type") == "image_url" else "text" for part in parts})
        return [(kinds, " ".join([part.text("text") for part in parts]))]
    return [(["text"], text) for text in body.texts("input")]


def _result(kinds: list[str], text: str) -> dict[str, object]:
    found = {category: category in text.lower().split() for category in CATEGORIES}
    return {
        "flagged": any(found.values()),
        "categories": found,
        "category_scores": {category: 0.98 if hit else 0.0001 for category, hit in found.items()},
        "category_applied_input_types": dict.fromkeys(CATEGORIES, kinds),
    }
