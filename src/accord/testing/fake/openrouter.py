"""OpenRouter's API: OpenAI's wires with the router's own errors, rules and additions. https://openrouter.ai/docs.

What its dossier says it refuses is refused here, whatever the fake is set to: two words on reasoning that contradict each
other, reasoning of another vendor's model, models without a vendor, and answers that were to be stored. There is no `/images/generations`, and the list of a key's own models wants the key.
"""

import re

import msgspec

from accord.core.http import Headers
from accord.core.json import as_array, as_object, dumps, loads_object
from accord.testing.fake.answer import Answer
from accord.testing.fake.asked import Asked
from accord.testing.fake.behaviour import Failure
from accord.testing.fake.conversation import Conversation
from accord.testing.fake.desk import CREATED, Rejected, Visit
from accord.testing.fake.ids import Ids
from accord.testing.fake.node import Node
from accord.testing.fake.openai.body import read_body
from accord.testing.fake.openai.chat import OpenAIChatWire
from accord.testing.fake.openai.chat.style import ChatStyle
from accord.testing.fake.openai.endpoint.completions import Completions
from accord.testing.fake.openai.endpoint.embeddings import Embeddings
from accord.testing.fake.openai.endpoint.images import PIXEL
from accord.testing.fake.openai.endpoint.models import ListModels
from accord.testing.fake.openai.endpoint.speech import Speech
from accord.testing.fake.openai.error import KeyDoor, error_object
from accord.testing.fake.openai.responses import OpenAIResponsesWire
from accord.testing.fake.operation import perform
from accord.testing.fake.said import Said
from accord.testing.fake.seen import SeenRequest
from accord.testing.fake.shape import Array, Number, String, Table, nullable
from accord.testing.fake.vendor import Route, Vendor

_BASE = "/api/v1"
_COST = 0.0000069
_NAME = re.compile(r"~?[\w.-]+/[\w.:~-]+|@preset/[\w-]+")
_VENDORS = {"anthropic-claude-v1": "anthropic", "openai-responses-v1": "openai", "google-gemini-v1": "google"}
_EFFORTS = ("max", "xhigh", "high", "medium", "low", "minimal", "none")
_COMMENT = b": OPENROUTER PROCESSING\n\n"

IMAGE_REQUEST = Table(
    {
        "model": String(least=1),
        "prompt": String(least=1),
        "n": nullable(Number(1, 10, whole=True)),
        "size": nullable(String(pattern=r"\d+x\d+|512|\dK|auto")),
        "output_format": nullable(String("png", "jpeg", "webp", "svg")),
        "output_compression": nullable(Number(0, 100, whole=True)),
        "quality": nullable(String()),
        "background": nullable(String()),
        "aspect_ratio": nullable(String()),
        "resolution": nullable(String()),
        "seed": nullable(Number(whole=True)),
        "input_references": Array(Table({})),
    },
    needs=("model", "prompt"),
)
_SOUND = Table({"data": String(least=1), "format": String(least=1)}, needs=("data", "format"))
_TRANSCRIPTION = Table({"model": String(least=1), "input_audio": _SOUND}, needs=("model", "input_audio"))


class OpenRouterTeller:
    """Errors in OpenRouter's shape: the status again as a number, and the user."""

    def request_id(self, ids: Ids) -> str:
        """The id of a generation."""
        return ids.new("gen-", 24)

    def headers(self, request_id: str) -> Headers:
        """What OpenRouter sends with every answer."""
        return (("x-generation-id", request_id), ("x-provider-name", "Fake"))

    def body(self, failure: Failure, request_id: str) -> bytes:
        """`{"error": {"code": 400, ...}}`."""
        del request_id
        return dumps({"error": told(failure), "user_id": "user_fake"})

    def not_found(self, request: SeenRequest) -> Failure:
        """There is no such path."""
        return Failure(status=404, message=f"Not Found: {request.path}")

    def too_large(self, limit: int) -> Failure:
        """The body is too long."""
        return Failure(status=413, message=f"Payload larger than {limit} bytes")


def told(failure: Failure) -> dict[str, object]:
    """The `error` member; a code of words is its `error_type`."""
    error: dict[str, object] = {"code": failure.status, "message": error_object(failure)["message"]}
    return {**error, "metadata": {"error_type": failure.code}} if failure.code is not None else error


TELLER = OpenRouterTeller()


class OpenRouterDoor:
    """The key as a bearer token, wanted for everything here."""

    def refusal(self, request: SeenRequest, key: str | None) -> Failure | None:
        """401 without a key or with a wrong one."""
        if KeyDoor().refusal(request, key) is None:
            return None
        message = "User not found." if request.header("authorization") else "No auth credentials found"
        return Failure(status=401, message=message)


class OpenRouterChatWire(OpenAIChatWire):
    """Chat completions with the router's additions: who answered, its own word for the finish, the bill, and comments."""

    def __init__(self) -> None:
        style = ChatStyle(reasoning="reasoning", usage="always")
        super().__init__(teller=TELLER, strict=style, lenient=style)

    def ask(self, visit: Visit) -> Asked:
        """What the request asks. Raises `Rejected`."""
        try:
            asked = super().ask(visit)
        except Rejected as rejected:
            raise in_own_words(rejected) from None
        _check_model(asked.body)
        _check_reasoning(asked.body)
        return asked

    def whole(self, visit: Visit, asked: Asked, said: Said) -> bytes:
        """The answer."""
        return dumps(_billed(loads_object(super().whole(visit, asked, said))))

    def stream(self, visit: Visit, asked: Asked, said: Said) -> list[bytes]:
        """Its chunks. A comment goes before the first; the usage comes with the finish said a second time."""
        chunks = super().stream(visit, asked, said)
        written = [piece if b"[DONE]" in piece else _rewritten(piece) for piece in chunks]
        return [_COMMENT + written[0], *written[1:]]

    def broken(self, failure: Failure, visit: Visit, sent: int) -> bytes:
        """An error beside a choice that ends with it."""
        del visit, sent
        choice = {"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": "error"}
        event = {"id": "gen-broken", "error": told(failure), "object": "chat.completion.chunk", "choices": [choice]}
        return b"data: " + (failure.body or dumps(event)) + b"\n\n"


class OpenRouterResponsesWire(OpenAIResponsesWire):
    """Responses, without memory."""

    def __init__(self) -> None:
        super().__init__(teller=TELLER)

    def ask(self, visit: Visit) -> Asked:
        """What the request asks. Raises `Rejected`."""
        body = loads_object(visit.request.body)
        if body.get("store") is True:
            raise _refusal("store: Invalid input: expected false")
        if body.get("previous_response_id") is not None:
            raise _refusal("previous_response_id is not supported: the API is stateless")
        try:
            asked = super().ask(visit)
        except Rejected as rejected:
            raise in_own_words(rejected) from None
        _check_model(asked.body)
        return asked


class KeyInfo:
    """GET /key: whose key it is, and what is left of it."""

    def serve(self, visit: Visit) -> Answer:
        """A key with some credit."""
        data = {"label": "sk-or-v1-fake", "limit": 20, "limit_remaining": 13.2, "usage": 6.8, "is_free_tier": False}
        return perform(visit, TELLER, "models", "", lambda: Answer(pieces=(dumps({"data": data}),)))


class Pictures:
    """POST /images: one pixel, and the bill."""

    def serve(self, visit: Visit) -> Answer:
        """As many pictures as were asked for."""
        body = _read(visit, IMAGE_REQUEST)
        picture = {"b64_json": PIXEL, "media_type": "image/png"}
        usage = {"prompt_tokens": 5, "completion_tokens": 272, "total_tokens": 277, "cost": 0.04}
        answer = {"created": CREATED, "data": [picture] * body.count("n", 1), "usage": usage}
        return perform(visit, TELLER, "image_generation", body.text("model"), lambda: Answer(pieces=(dumps(answer),)))


class Dictation:
    """POST /audio/transcriptions with the sound in JSON."""

    def serve(self, visit: Visit) -> Answer:
        """Some words, and the bill."""
        body = _read(visit, _TRANSCRIPTION)
        answer = {"text": "hello", "usage": {"seconds": 1.5, "cost": 0.0002}}
        return perform(visit, TELLER, "transcription", body.text("model"), lambda: Answer(pieces=(dumps(answer),)))


def in_own_words(rejected: Rejected) -> Rejected:
    """A refusal of a shared rule, to be told in the router's shape."""
    return Rejected(msgspec.structs.replace(rejected.failure, body=None, code=None, type=None))


def _refusal(message: str, status: int = 400) -> Rejected:
    return Rejected(Failure(status=status, message=message))


def _read(visit: Visit, shape: Table) -> Node:
    try:
        return read_body(visit, shape)
    except Rejected as rejected:
        raise in_own_words(rejected) from None


def _check_model(body: Node) -> None:
    model = body.text("model")
    if not _NAME.fullmatch(model):
        raise _refusal(f"{model} is not a valid model ID")


def _check_reasoning(body: Node) -> None:
    reasoning = body.node("reasoning")
    effort = reasoning.text("effort")
    if effort and effort not in _EFFORTS:
        raise _refusal(f"reasoning.effort: Invalid option: expected one of {'|'.join(_EFFORTS)}")
    if effort and "max_tokens" in reasoning:
        raise _refusal('Only one of "reasoning.effort" and "reasoning.max_tokens" can be specified')
    other = body.text("reasoning_effort")
    if effort and other and other != effort:
        raise _refusal('"reasoning_effort" and "reasoning.effort" are different')
    vendor = body.text("model").lstrip("~").partition("/")[0]
    for message in body.nodes("messages"):
        for detail in message.nodes("reasoning_details"):
            owner = _VENDORS.get(detail.text("format"))
            if owner is not None and owner != vendor:
                raise _refusal("Provider returned error: Invalid `signature` in `thinking` block")


def _billed(body: dict[str, object]) -> dict[str, object]:
    choices = [as_object(choice) or {} for choice in as_array(body.get("choices")) or []]
    usage = as_object(body.get("usage"))
    named = [{**choice, "native_finish_reason": choice.get("finish_reason")} for choice in choices]
    found = {**body, "provider": "Fake", "choices": named}
    if usage is not None:
        found["usage"] = {"cost": _COST, "is_byok": False, "cost_details": {"upstream_inference_cost": None}, **usage}
    return found


def _rewritten(piece: bytes) -> bytes:
    body = _billed(loads_object(piece.removeprefix(b"data: ")))
    if body.get("usage") is not None:
        again = {"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": "stop"}
        body["choices"] = [{**again, "native_finish_reason": "completed"}]
    return b"data: " + dumps(body) + b"\n\n"


OPENROUTER = Vendor(
    name="openrouter",
    base=_BASE,
    door=OpenRouterDoor(),
    teller=TELLER,
    routes=(
        Route("POST", f"{_BASE}/chat/completions", Conversation(OpenRouterChatWire())),
        Route("POST", f"{_BASE}/responses", Conversation(OpenRouterResponsesWire())),
        Route("POST", f"{_BASE}/completions", Completions(TELLER)),
        Route("POST", f"{_BASE}/embeddings", Embeddings(TELLER)),
        Route("POST", f"{_BASE}/images", Pictures()),
        Route("POST", f"{_BASE}/audio/speech", Speech(TELLER)),
        Route("POST", f"{_BASE}/audio/transcriptions", Dictation()),
        Route("GET", f"{_BASE}/models/user", ListModels(TELLER)),
        Route("GET", f"{_BASE}/key", KeyInfo()),
    ),
)
