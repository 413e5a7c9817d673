"""POST /embeddings (dossier section 3.7)."""

from accord.core.json import dumps
from accord.testing.fake.answer import Answer
from accord.testing.fake.desk import Visit
from accord.testing.fake.node import Node
from accord.testing.fake.openai.body import read_body
from accord.testing.fake.openai.error import OpenAITeller, reject
from accord.testing.fake.operation import perform
from accord.testing.fake.prompt import prompt_tokens
from accord.testing.fake.shape import Array, Either, Number, String, Table, nullable
from accord.testing.fake.vectors import DIMENSIONS, packed, vector
from accord.testing.fake.vendor import Teller

_TOKEN = Number(0, whole=True)

EMBEDDING_REQUEST = Table(
    {
        "input": Either(String(least=1), Array(Either(String(least=1), _TOKEN, Array(_TOKEN)), least=1, most=2048)),
        "model": String(),
        "dimensions": nullable(Number(1, whole=True)),
        "encoding_format": nullable(String("float", "base64")),
        "user": String(),
    },
    needs=("input",),
)

_SIZES = {"text-embedding-3-small": 1536, "text-embedding-3-large": 3072}
"""The most dimensions of the models that let the caller choose."""


class Embeddings:
    """Vectors of texts or of tokens."""

    def __init__(self, teller: Teller | None = None) -> None:
        self._teller: Teller = teller or OpenAITeller()

    def serve(self, visit: Visit) -> Answer:
        """The list of vectors, in the encoding that was asked for."""
        body = read_body(visit, EMBEDDING_REQUEST)
        model = body.text("model")
        if not visit.desk.knows(model):
            message = f"The model `{model}` does not exist or you do not have access to it."
            raise reject(message, status=404, code="model_not_found")
        if visit.desk.account.strict:
            _check_dimensions(body)
        return perform(visit, self._teller, "embeddings", model, lambda: Answer(pieces=(_list(body),)))


def _check_dimensions(body: Node) -> None:
    if "dimensions" not in body:
        return
    model = body.text("model")
    if model == "text-embedding-ada-002":
        raise reject("This model does not support specifying dimensions.", param="dimensions")
    most = _SIZES.get(model)
    if most is not None and body.count("dimensions") > most:
        message = f"Invalid value for 'dimensions': {model} has at most {most}."
        raise reject(message, param="dimensions", code="invalid_value")


def _list(body: Node) -> bytes:
    size = body.count("dimensions", DIMENSIONS)
    vectors = [vector(text, size) for text in _inputs(body)]
    as_base64 = body.text("encoding_format") == "base64"
    data = [
        {"object": "embedding", "index": index, "embedding": packed(values) if as_base64 else values}
        for index, values in enumerate(vectors)
    ]
    tokens = prompt_tokens(body.value("input")) or sum(len(text.split(",")) for text in _inputs(body))
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return dumps({"object": "list", "data": data, "model": body.text("model"), "usage": usage})


def _inputs(body: Node) -> list[str]:
    """What to embed; tokens stand for themselves."""
    given = body.value("input")
    if isinstance(given, str):
        return [given]
    items = body.items("input")
    if all(isinstance(item, int) for item in items):
        return [",".join(map(str, items))]
    return [item if isinstance(item, str) else ",".join(str(item).strip("[]").split(", ")) for item in items]
