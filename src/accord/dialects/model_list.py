"""Lists of models, in the shapes of OpenAI, Anthropic and Google."""

from collections.abc import Callable
from datetime import UTC, datetime

from accord.core.error import Malformed, ProviderError
from accord.core.http import Draft, Reply
from accord.core.json import JsonObject, NotJson, as_array, as_object, loads
from accord.core.listing import ListRequest, ModelList
from accord.core.model import ModelFacts
from accord.core.option import OnUnsupported
from accord.core.warning import CallWarning

ErrorReader = Callable[[Reply], ProviderError]
"""What a dialect makes of a failed reply."""


class ModelListCodec:
    """Asks for a list of models and reads it.

    https://developers.openai.com/api/reference/resources/models, https://platform.claude.com/docs/en/api/models-list,
    https://ai.google.dev/api/models.
    """

    def __init__(self, *, provider: str, error: ErrorReader) -> None:
        self._provider = provider
        self._error = error

    def encode(self, request: ListRequest, *, on_unsupported: OnUnsupported = "error") -> "ModelListExchange":
        """A GET without a body."""
        del request, on_unsupported
        return ModelListExchange(self._provider, self._error)


class ModelListExchange:
    """One request for a list."""

    draft: Draft = Draft(operation="models", model="", body=b"", content_type="")
    warnings: tuple[CallWarning, ...] = ()

    def __init__(self, provider: str, error: ErrorReader) -> None:
        self._provider = provider
        self._error = error

    def decode(self, reply: Reply) -> ModelList:
        """The models in a 2xx reply. Raises `Malformed`."""
        try:
            body = loads(reply.body)
        except NotJson as error:
            raise Malformed(f"the list of models is not JSON: {error}", body=reply.body) from None
        holder = as_object(body) or {"data": body}
        rows = as_array(holder.get("data", holder.get("models")))
        if rows is None:
            raise Malformed("the list of models has neither `data` nor `models`", body=reply.body)
        found = [self._facts(row) for item in rows if (row := as_object(item)) is not None]
        return ModelList(models=tuple(found), raw=reply.body)

    def error(self, reply: Reply) -> ProviderError:
        """The failure, as the provider's dialect reads it."""
        return self._error(reply)

    def _facts(self, row: dict[str, object]) -> ModelFacts:
        name = _text(row, "id") or (_text(row, "name") or "").removeprefix("models/")
        return ModelFacts(
            id=name,
            provider=self._provider,
            name=_text(row, "display_name") or _text(row, "displayName"),
            created=_number(row, "created"),
            context=_number(row, "context_length") or _number(row, "context_window"),
            max_input=_number(row, "max_input_tokens") or _number(row, "inputTokenLimit"),
            max_output=_number(row, "max_tokens") or _number(row, "outputTokenLimit"),
            deprecated=_text(row, "shutdown_date"),
            source="the provider's own list",
        )


def _text(row: dict[str, object], key: str) -> str | None:
    value = row.get(key)
    return value if isinstance(value, str) and value else None


def _number(row: dict[str, object], key: str) -> int | None:
    value = row.get(key)
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


_CREATED = 1735689600
"""What stands for the creation of a model nobody knows: OpenAI's shape demands a number. 2025-01-01."""


def model_object(name: str, known: ModelFacts | None) -> JsonObject:
    """A model under `name`, in OpenAI's shape."""
    owner = known.provider if known is not None and known.provider else "accord"
    ends = {"shutdown_date": known.deprecated} if known is not None and known.deprecated else {}
    return {"id": name, "object": "model", "created": created_at(known), "owned_by": owner, **ends}


def created_at(known: ModelFacts | None) -> int:
    """When a model came to be, in Unix seconds."""
    if known is not None and known.created is not None:
        return known.created
    if known is not None and known.released:
        return int(datetime.fromisoformat(known.released).replace(tzinfo=UTC).timestamp())
    return _CREATED
