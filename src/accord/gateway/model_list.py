"""The list of models, in the shape of whichever API the caller speaks.

OpenAI: https://developers.openai.com/api/reference/resources/models. Anthropic:
https://platform.claude.com/docs/en/api/models-list. Google: https://ai.google.dev/api/models.
"""

from datetime import UTC, datetime

from accord.core.error import ModelNotFound
from accord.core.json import JsonObject, dumps
from accord.core.model import ModelFacts
from accord.dialects.model_list import created_at, model_object
from accord.gateway.headers import id_headers
from accord.gateway.http import Request, Response
from accord.gateway.key import Key
from accord.gateway.page import anthropic_page, google_page
from accord.gateway.path import variable
from accord.gateway.resolve import Directory, Listed, Resolved
from accord.gateway.visit import Visit


class Models:
    """Answers what models there are: those a key may use."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def all(self, visit: Visit, body: bytes) -> Response:
        """Every public name, and the catalogue's models of each configured provider."""
        del body
        if speaks_google(visit.request):
            return await self.all_gemini(visit, b"")
        if speaks_anthropic(visit.request):
            return self._all_anthropic(visit)
        rows = self._visible(visit.key)
        return _json(visit, {"object": "list", "data": [model_object(row.name, row.facts) for row in rows]})

    async def one(self, visit: Visit, body: bytes) -> Response:
        """One model by its name, which may hold slashes. Raises `ModelNotFound`."""
        del body
        resolved = self._directory.resolve(variable(visit.request, "/models/"), visit.key)
        known = resolved.target.facts
        self._check_known(resolved, known)
        shape = model_object
        if speaks_anthropic(visit.request):
            shape = _anthropic
        elif speaks_google(visit.request):
            shape = _gemini
        return _json(visit, shape(resolved.name, known))

    async def all_gemini(self, visit: Visit, body: bytes) -> Response:
        """The list in Google's shape, page by page. Raises `InvalidInput` for a page that there is not."""
        del body
        page = google_page(self._visible(visit.key), _name, visit.request.parameters)
        more = {"nextPageToken": page.rows[-1].name} if page.more else {}
        return _json(visit, {"models": [_gemini(row.name, row.facts) for row in page.rows], **more})

    def _all_anthropic(self, visit: Visit) -> Response:
        page = anthropic_page(self._visible(visit.key), _name, visit.request.parameters)
        names = [row.name for row in page.rows]
        ends = {"first_id": names[0] if names else None, "last_id": names[-1] if names else None}
        found = [_anthropic(row.name, row.facts) for row in page.rows]
        return _json(visit, {"data": found, "has_more": page.more, **ends})

    async def one_gemini(self, visit: Visit, body: bytes) -> Response:
        """One model in Google's shape. Raises `ModelNotFound`."""
        del body
        resolved = self._directory.resolve(variable(visit.request, "/models/"), visit.key)
        self._check_known(resolved, resolved.target.facts)
        return _json(visit, _gemini(resolved.name, resolved.target.facts))

    def _check_known(self, resolved: Resolved, known: ModelFacts | None) -> None:
        """A provider takes any model name in a call; only what somebody vouches for exists."""
        if (known is None or not known.exact) and resolved.name not in self._directory.public:
            raise ModelNotFound(
                f"Nothing is known of the model `{resolved.name[:200]}`; calls to it are passed to the provider all the "
                "same.",
                status=404,
                code="model_not_found",
                param="model",
            )

    def _visible(self, key: Key) -> list[Listed]:
        today = datetime.now(UTC).date().isoformat()
        return [row for row in self._directory.listed() if key.allows(row.name, row.canonical) and _lives(row, today)]


def _name(row: Listed) -> str:
    return row.name


def _lives(row: Listed, today: str) -> bool:
    return row.facts is None or row.facts.deprecated is None or row.facts.deprecated > today


def speaks_anthropic(request: Request) -> bool:
    """Whether the caller is a client of Anthropic's API, which always names the version it speaks."""
    return request.header("anthropic-version") is not None


def speaks_google(request: Request) -> bool:
    """Whether the caller is a client of Google's API, which always names itself."""
    return request.header("x-goog-api-client") is not None


def _json(visit: Visit, value: JsonObject) -> Response:
    return Response(200, dumps(value), id_headers(visit))


def _anthropic(name: str, known: ModelFacts | None) -> JsonObject:
    created = datetime.fromtimestamp(created_at(known), UTC).isoformat().replace("+00:00", "Z")
    ends = f"{known.deprecated}T00:00:00Z" if known is not None and known.deprecated else None
    return {
        "type": "model",
        "id": name,
        "display_name": known.name if known is not None and known.name else name,
        "created_at": created,
        "lifecycle": "active" if ends is None else "deprecated",
        "retires_at": ends,
        "max_input_tokens": (known.max_input or known.context) if known is not None else None,
        "max_tokens": known.max_output if known is not None else None,
    }


def _gemini(name: str, known: ModelFacts | None) -> JsonObject:
    limits = (
        {}
        if known is None
        else {"inputTokenLimit": known.max_input or known.context, "outputTokenLimit": known.max_output}
    )
    return {
        "name": f"models/{name}",
        "displayName": known.name if known is not None and known.name else name,
        "version": name,
        "supportedGenerationMethods": ["generateContent", "streamGenerateContent", "countTokens"],
        **{field: value for field, value in limits.items() if value is not None},
    }
