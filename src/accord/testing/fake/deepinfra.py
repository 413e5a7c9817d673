"""DeepInfra's API: OpenAI's wires, with FastAPI's errors and a bill in each answer. https://docs.deepinfra.com.

Refused are what the service is known to refuse: the newer name of the limit, the role `developer`, tool results that are no
string, tiers it has not, and temperature 0 of one model. The list of models is public; the account's page is not.
"""

import msgspec

from accord.core.http import Headers
from accord.core.json import as_object, dumps, loads_object
from accord.testing.fake.answer import Answer
from accord.testing.fake.asked import Asked
from accord.testing.fake.behaviour import Failure
from accord.testing.fake.conversation import Conversation
from accord.testing.fake.desk import Rejected, Visit
from accord.testing.fake.ids import Ids
from accord.testing.fake.node import Node
from accord.testing.fake.openai.chat import OpenAIChatWire
from accord.testing.fake.openai.chat.style import ChatStyle
from accord.testing.fake.openai.endpoint.completions import Completions
from accord.testing.fake.openai.endpoint.embeddings import Embeddings
from accord.testing.fake.openai.endpoint.image_edits import ImageEdits
from accord.testing.fake.openai.endpoint.images import Images
from accord.testing.fake.openai.endpoint.models import ListModels
from accord.testing.fake.openai.endpoint.speech import Speech
from accord.testing.fake.openai.endpoint.transcriptions import Transcriptions
from accord.testing.fake.openai.error import KeyDoor, error_object
from accord.testing.fake.operation import perform
from accord.testing.fake.said import Said
from accord.testing.fake.seen import SeenRequest
from accord.testing.fake.vendor import Route, Vendor

_BASE = "/v1/openai"
_COST = 0.0000063
_PING = b": ping - 2026-11-23 10:00:00.000001+00:00\n\n"


class DeepInfraTeller:
    """Errors as DeepInfra tells them: `detail` of the framework, or `error` of the models behind it."""

    def request_id(self, ids: Ids) -> str:
        """An id without a header of its own."""
        return ids.new("req-", 16)

    def headers(self, request_id: str) -> Headers:
        """What is sent with every answer."""
        return (("x-request-id", request_id),)

    def body(self, failure: Failure, request_id: str) -> bytes:
        """The error, in the shape that goes with its status."""
        del request_id
        message = str(error_object(failure)["message"])
        if failure.status == 422:
            place = ["body", *(failure.param or "").split(".")]
            return dumps({"detail": [{"loc": place, "msg": message, "type": "value_error"}]})
        if failure.status in (401, 403, 404):
            return dumps({"detail": {"error": message}})
        return dumps({"error": {"message": message}})

    def not_found(self, request: SeenRequest) -> Failure:
        """There is no such path."""
        del request
        return Failure(status=404, body=dumps({"detail": "Not Found"}))

    def too_large(self, limit: int) -> Failure:
        """The body is too long."""
        return Failure(status=413, message=f"The request is larger than {limit} bytes.")


TELLER = DeepInfraTeller()


class DeepInfraDoor:
    """The key as a bearer token, wanted for everything but the list of models."""

    def refusal(self, request: SeenRequest, key: str | None) -> Failure | None:
        """401 without a key or with a wrong one."""
        if request.path == f"{_BASE}/models" or KeyDoor().refusal(request, key) is None:
            return None
        return Failure(status=401, message="User not authenticated")


class DeepInfraWire(OpenAIChatWire):
    """Chat completions, with the bill, and comments that keep the connection alive."""

    def __init__(self) -> None:
        super().__init__(teller=TELLER, strict=ChatStyle(), lenient=ChatStyle(), checks=(check,))

    def ask(self, visit: Visit) -> Asked:
        """What the request asks. Raises `Rejected`."""
        try:
            return super().ask(visit)
        except Rejected as rejected:
            failure = msgspec.structs.replace(rejected.failure, body=None)
            raise Rejected(failure) from None

    def whole(self, visit: Visit, asked: Asked, said: Said) -> bytes:
        """The answer."""
        return dumps(_billed(loads_object(super().whole(visit, asked, said))))

    def stream(self, visit: Visit, asked: Asked, said: Said) -> list[bytes]:
        """Its chunks, with a ping before the first and the last."""
        chunks = super().stream(visit, asked, said)
        written = [piece if b"[DONE]" in piece else _rewritten(piece) for piece in chunks]
        return [_PING + written[0], *written[1:-1], _PING + written[-1]]


class RateLimit:
    """GET /v1/me/rate_limit."""

    def serve(self, visit: Visit) -> Answer:
        """How many calls at a time."""
        return perform(visit, TELLER, "models", "", lambda: Answer(pieces=(dumps({"rate_limit": 200}),)))


def check(body: Node) -> None:
    """Raises `Rejected` for what DeepInfra does not take."""
    if "max_completion_tokens" in body:
        raise _invalid("max_completion_tokens", "Extra inputs are not permitted")
    if "service_tier" in body and body.text("service_tier") != "priority":
        raise _invalid("service_tier", "Input should be 'priority'")
    if body.text("model") == "mistralai/Mistral-7B-Instruct-v0.1" and body.number("temperature") == 0:
        raise _invalid("temperature", "Input should be greater than 0")
    for index, message in enumerate(body.nodes("messages")):
        if message.text("role") not in ("system", "user", "assistant", "tool"):
            raise _invalid(f"messages.{index}.role", "Input should be 'system', 'user', 'assistant' or 'tool'")
        if message.text("role") == "tool" and not isinstance(message.value("content"), str):
            raise _invalid(f"messages.{index}.content", "Input should be a valid string")


def _invalid(place: str, message: str) -> Rejected:
    return Rejected(Failure(status=422, message=message, param=place))


def _billed(body: dict[str, object]) -> dict[str, object]:
    usage = as_object(body.get("usage"))
    return body if usage is None else {**body, "usage": {"estimated_cost": _COST, **usage}}


def _rewritten(piece: bytes) -> bytes:
    return b"data: " + dumps(_billed(loads_object(piece.removeprefix(b"data: ")))) + b"\n\n"


DEEPINFRA = Vendor(
    name="deepinfra",
    base=_BASE,
    door=DeepInfraDoor(),
    teller=TELLER,
    routes=(
        Route("POST", f"{_BASE}/chat/completions", Conversation(DeepInfraWire())),
        Route("POST", f"{_BASE}/completions", Completions(TELLER)),
        Route("POST", f"{_BASE}/embeddings", Embeddings(TELLER)),
        Route("POST", f"{_BASE}/images/generations", Images(TELLER)),
        Route("POST", f"{_BASE}/images/edits", ImageEdits(TELLER)),
        Route("POST", f"{_BASE}/audio/speech", Speech(TELLER)),
        Route("POST", f"{_BASE}/audio/transcriptions", Transcriptions(TELLER)),
        Route("GET", f"{_BASE}/models", ListModels(TELLER)),
        Route("GET", "/v1/me/rate_limit", RateLimit()),
    ),
)
