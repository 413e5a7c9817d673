"""POST /images/generations (dossier section 3.7)."""

from collections.abc import Mapping

from accord.core.json import dumps
from accord.testing.fake.answer import Answer
from accord.testing.fake.desk import CREATED, Visit
from accord.testing.fake.node import Node
from accord.testing.fake.openai.body import read_body
from accord.testing.fake.openai.error import OpenAITeller, reject
from accord.testing.fake.operation import perform
from accord.testing.fake.prompt import prompt_tokens
from accord.testing.fake.shape import Flag, Number, Shape, String, Table, nullable
from accord.testing.fake.vendor import Teller

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
"""A PNG of one pixel, in base64."""

INPUT_TOKENS = 100
"""What a picture counts that is handed over."""
_OUTPUT_TOKENS = 272
"""What a picture of low quality counts at the vendor."""

_SHARED: Mapping[str, Shape] = {
    "prompt": String(least=1, most=32_000),
    "model": String(),
    "n": nullable(Number(1, 10, whole=True)),
    "size": nullable(String(pattern=r"auto|\d+x\d+")),
    "quality": nullable(String("low", "medium", "high", "xhigh", "max", "auto", "standard", "hd")),
    "background": nullable(String("transparent", "opaque", "auto")),
    "moderation": nullable(String("low", "auto")),
    "output_format": nullable(String("png", "webp", "jpeg", "gif", "svg")),
    "output_compression": nullable(Number(0, 100, whole=True)),
    "partial_images": nullable(Number(0, 3, whole=True)),
    "stream": nullable(Flag()),
    "response_format": nullable(String("url", "b64_json")),
    "safety_identifier": String(),
    "user": String(),
}

IMAGE_REQUEST = Table({**_SHARED, "style": nullable(String("vivid", "natural"))}, needs=("prompt",))
EDIT_FIELDS = Table({**_SHARED, "input_fidelity": nullable(String("high", "low"))}, needs=("prompt",))
"""The fields of a form that are no files."""


class Images:
    """Pictures of one pixel."""

    def __init__(self, teller: Teller | None = None) -> None:
        self._teller: Teller = teller or OpenAITeller()

    def serve(self, visit: Visit) -> Answer:
        """As many pictures as were asked for. GPT image models always answer base64 and refuse `response_format`."""
        body = read_body(visit, IMAGE_REQUEST)
        model = body.text("model")
        old = model.startswith("dall-e")
        if visit.desk.account.strict and not old:
            for field in ("response_format", "style"):
                if field in body:
                    raise reject(f"Unknown parameter: '{field}'.", param=field, code="unknown_parameter")
        as_url = body.text("response_format", "url" if old else "b64_json") == "url"
        return perform(
            visit, self._teller, "image_generation", model, lambda: Answer(pieces=(pictures(body, as_url=as_url),))
        )


def pictures(body: Node, *, as_url: bool, given: int = 0) -> bytes:
    """The answer with as many pictures as were asked for, made of so many others."""
    number = body.count("n", 1)
    picture = {"url": "https://images.example.com/fake.png"} if as_url else {"b64_json": PIXEL}
    words, seen = prompt_tokens(body.value("prompt")), given * INPUT_TOKENS
    return dumps(
        {
            "created": CREATED,
            "background": body.text("background", "opaque"),
            "output_format": body.text("output_format", "png"),
            "quality": body.text("quality", "low"),
            "size": body.text("size", "1024x1024"),
            "data": [picture for _ in range(number)],
            "usage": {
                "input_tokens": words + seen,
                "input_tokens_details": {"text_tokens": words, "image_tokens": seen},
                "output_tokens": _OUTPUT_TOKENS * number,
                "total_tokens": words + seen + _OUTPUT_TOKENS * number,
            },
        }
    )
