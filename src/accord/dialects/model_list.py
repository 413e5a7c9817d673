"""Lists of models, in the shapes of OpenAI, Anthropic and Google."""

from collections.abc import Callable

from accord.core.error import Malformed, ProviderError
from accord.core.http import Draft, Reply
from accord.core.json import NotJson, as_array, as_object, loads
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
