"""The twelve providers' own doors and paths over the wires they speak, and what each of them refuses.

The wires are those of OpenAI, Anthropic and Google; a host differs by where they live, which header lets a caller in, and
which fields it does not take. https://docs.mistral.ai/api, https://api-docs.deepseek.com and the others' references.
"""

import hmac
from collections.abc import Mapping

import msgspec

from accord.core.json import NotJson, loads_object
from accord.testing.fake.answer import Answer
from accord.testing.fake.anthropic.vendor import ANTHROPIC
from accord.testing.fake.anthropic.wire import AnthropicWire
from accord.testing.fake.behaviour import Failure
from accord.testing.fake.conversation import Conversation
from accord.testing.fake.deepinfra import DEEPINFRA
from accord.testing.fake.desk import Rejected, Visit
from accord.testing.fake.fim import FimWire
from accord.testing.fake.openai.chat import OpenAIChatWire
from accord.testing.fake.openai.chat.style import ChatStyle
from accord.testing.fake.openai.endpoint.completions import Completions
from accord.testing.fake.openai.endpoint.embeddings import Embeddings
from accord.testing.fake.openai.endpoint.fixed import Fixed
from accord.testing.fake.openai.endpoint.image_edits import ImageEdits
from accord.testing.fake.openai.endpoint.images import Images
from accord.testing.fake.openai.endpoint.models import ListModels
from accord.testing.fake.openai.error import OpenAITeller
from accord.testing.fake.openai.responses import OpenAIResponsesWire
from accord.testing.fake.openai.vendor import OPENAI
from accord.testing.fake.openrouter import OPENROUTER
from accord.testing.fake.rule import deepseek, meta, moonshot
from accord.testing.fake.seen import SeenRequest
from accord.testing.fake.v0 import V0
from accord.testing.fake.vendor import Endpoint, Route, Vendor
from accord.testing.fake.vertex import vertex_vendor


class HeaderDoor(msgspec.Struct, frozen=True, kw_only=True):
    """Lets in who has the key in one header, and nobody who sends it in another as well."""

    header: str = "authorization"
    scheme: str = "Bearer "
    status: int = 401

    def refusal(self, request: SeenRequest, key: str | None) -> Failure | None:
        """Why the request may not come in."""
        if key is None:
            return None
        given = request.header(self.header) or ""
        if hmac.compare_digest(given.encode(), (self.scheme + key).encode()):
            return None
        return Failure(status=self.status, message=f"no good key in `{self.header}`", code="invalid_api_key")


class Picky(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint that refuses top-level fields it does not know, or knows it does not take."""

    endpoint: Endpoint
    accepts: frozenset[str] = frozenset()
    """The only fields there are; empty is any."""
    refuses: frozenset[str] = frozenset()
    status: int = 422

    def serve(self, visit: Visit) -> Answer:
        """The answer. Raises `Rejected`."""
        try:
            fields = frozenset(loads_object(visit.request.body))
        except NotJson:
            return self.endpoint.serve(visit)
        extra = (fields - self.accepts if self.accepts else frozenset[str]()) | (fields & self.refuses)
        if extra:
            message = f"Extra inputs are not permitted: {', '.join(sorted(extra))}"
            raise Rejected(Failure(status=self.status, message=message))
        return self.endpoint.serve(visit)


def _like_openai(name: str, base: str, *, chat: Endpoint | None = None, door: HeaderDoor | None = None) -> Vendor:
    return Vendor(
        name=name,
        base=base,
        door=door or HeaderDoor(),
        teller=OpenAITeller(),
        routes=(
            Route("POST", f"{base}/chat/completions", chat or Conversation(OpenAIChatWire())),
            Route("POST", f"{base}/responses", Conversation(OpenAIResponsesWire())),
            Route("POST", f"{base}/embeddings", Embeddings()),
            Route("GET", f"{base}/models", ListModels()),
        ),
    )


def _with(vendor: Vendor, *routes: Route) -> Vendor:
    """The vendor with more endpoints."""
    return msgspec.structs.replace(vendor, routes=(*vendor.routes, *routes))


# DeepSeek reports usage beside the finish; Mistral and v0 unasked, in a chunk of its own.
_WITH_FINISH = ChatStyle(usage="with_finish")
_CHAT_OF_V0 = Conversation(OpenAIChatWire(lenient=ChatStyle(usage="always")))

MISTRAL = _like_openai(
    "mistral",
    "/v1",
    chat=Picky(
        endpoint=_CHAT_OF_V0,
        accepts=frozenset(
            [
                "model",
                "messages",
                "temperature",
                "top_p",
                "max_tokens",
                "stream",
                "stop",
                "random_seed",
                "metadata",
                "response_format",
                "tools",
                "tool_choice",
                "presence_penalty",
                "frequency_penalty",
                "n",
                "prediction",
                "parallel_tool_calls",
                "reasoning_effort",
                "prompt_mode",
                "guardrails",
                "prompt_cache_key",
                "service_tier",
                "safe_prompt",
            ]
        ),
    ),
)
_CHAT_OF_META = Conversation(OpenAIChatWire(checks=(meta.check_chat,), compatible=True))
META = Vendor(
    name="meta",
    base="/v1",
    door=HeaderDoor(),
    teller=OpenAITeller(),
    routes=(
        Route(
            "POST",
            "/v1/chat/completions",
            Picky(endpoint=_CHAT_OF_META, refuses=frozenset({"stop", "max_tokens"}), status=400),
        ),
        Route("POST", "/v1/responses", Conversation(OpenAIResponsesWire(checks=(meta.check_responses,)))),
        Route("POST", "/v1/messages", Conversation(AnthropicWire(checks=(meta.check_messages,)))),
        Route("POST", "/v1/images/generations", Images()),
        Route("POST", "/v1/images/edits", ImageEdits()),
        Route("GET", "/v1/models", ListModels()),
    ),
)


def _chat_of_deepseek(*, beta: bool) -> Endpoint:
    chat = Conversation(OpenAIChatWire(lenient=_WITH_FINISH, checks=deepseek.chat_rules(beta=beta), compatible=True))
    return Picky(endpoint=chat, refuses=frozenset({"max_completion_tokens"}), status=400)


DEEPSEEK = Vendor(
    name="deepseek",
    base="",
    door=HeaderDoor(),
    teller=OpenAITeller(),
    routes=(
        Route("POST", "/chat/completions", _chat_of_deepseek(beta=False)),
        Route("POST", "/beta/chat/completions", _chat_of_deepseek(beta=True)),
        Route(
            "POST", "/beta/completions", Completions(refuses=frozenset({"n", "best_of", "seed", "logit_bias", "user"}))
        ),
        Route("POST", "/responses", Conversation(OpenAIResponsesWire(checks=(deepseek.check_responses,)))),
        Route("POST", "/anthropic/v1/messages", Conversation(AnthropicWire(checks=(deepseek.check_messages,)))),
        Route("GET", "/models", ListModels()),
        Route(
            "GET",
            "/user/balance",
            Fixed(
                "models",
                {
                    "is_available": True,
                    "balance_infos": [
                        {
                            "currency": "USD",
                            "total_balance": "10.00",
                            "granted_balance": "0.00",
                            "topped_up_balance": "10.00",
                        }
                    ],
                },
            ),
        ),
    ),
)
MOONSHOT = Vendor(
    name="moonshot",
    base="/v1",
    door=HeaderDoor(),
    teller=OpenAITeller(),
    routes=(
        Route(
            "POST", "/v1/chat/completions", Conversation(OpenAIChatWire(checks=moonshot.chat_rules(), compatible=True))
        ),
        Route("POST", "/v1/responses", Conversation(OpenAIResponsesWire())),
        Route("POST", "/anthropic/v1/messages", Conversation(AnthropicWire())),
        Route("POST", "/v1/tokenizers/estimate-token-count", Fixed("count_tokens", {"data": {"total_tokens": 42}})),
        Route("GET", "/v1/models", ListModels()),
        Route(
            "GET",
            "/v1/users/me/balance",
            Fixed(
                "models",
                {
                    "code": 0,
                    "data": {"available_balance": 10.5, "voucher_balance": 0, "cash_balance": 10.5},
                    "scode": "0x0",
                    "status": True,
                },
            ),
        ),
    ),
)
AZURE = _with(
    _like_openai("azure", "/openai/v1", door=HeaderDoor(header="api-key", scheme="")),
    Route("POST", "/openai/v1/images/edits", ImageEdits()),
    Route("POST", "/openai/v1/completions", Completions()),
    Route("POST", "/openai/deployments/{model}/images/edits", ImageEdits(takes_model=False)),
)

_CLAUDE_ON_AZURE = Route("POST", "/anthropic/v1/messages", Conversation(AnthropicWire()))
AZURE_AI = _with(msgspec.structs.replace(AZURE, name="azure_ai"), _CLAUDE_ON_AZURE)

VERTEX = vertex_vendor(mistral=MISTRAL.routes[0].endpoint)

_FIM_USAGE = ChatStyle(usage="always")
_FIM = Route("POST", "/v1/fim/completions", Conversation(FimWire(strict=_FIM_USAGE, lenient=_FIM_USAGE)))

HOSTS: Mapping[str, Vendor] = {
    "openai": OPENAI,
    "anthropic": ANTHROPIC,
    "azure": AZURE,
    "mistral": _with(MISTRAL, _FIM),
    "deepseek": DEEPSEEK,
    "moonshot": MOONSHOT,
    "meta_llama": META,
    "openrouter": OPENROUTER,
    "vertex_ai": VERTEX,
    "v0": V0,
    "deepinfra": DEEPINFRA,
    "azure_ai": AZURE_AI,
}
"""The imitation of each provider, by its type."""
