"""Vertex AI's endpoints beside conversations: the list of Google's models, and the probe of health."""

from accord.core.error import Malformed, ModelNotFound, ProviderError
from accord.core.http import Draft, Reply
from accord.core.json import NotJson, as_array, as_object, dumps, loads_object
from accord.core.listing import ListRequest, ModelList
from accord.core.model import ModelFacts
from accord.core.option import OnUnsupported
from accord.core.warning import CallWarning
from accord.dialects.gemini.error import error_of

_HELLO = {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}
_PREFIX = "publishers/google/models/"


class PublisherModels:
    """Asks for the models that Google itself publishes; those of partners are listed nowhere.

    https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1beta1/publishers.models/list
    """

    def __init__(self, provider: str) -> None:
        self._provider = provider

    def encode(self, request: ListRequest, *, on_unsupported: OnUnsupported = "error") -> "PublisherModelsExchange":
        """A GET without a body."""
        del request, on_unsupported
        return PublisherModelsExchange(self._provider)


class PublisherModelsExchange:
    """One request for the list."""

    draft: Draft = Draft(operation="models", model="", body=b"", content_type="")
    warnings: tuple[CallWarning, ...] = ()

    def __init__(self, provider: str) -> None:
        self._provider = provider

    def decode(self, reply: Reply) -> ModelList:
        """The models in a 2xx reply, and a warning where there are more of them. Raises `Malformed`."""
        found = _object(reply)
        rows = as_array(found.get("publisherModels", [] if not found else None))
        if rows is None:
            raise Malformed("the list of models has no `publisherModels`", body=reply.body)
        names = [str((as_object(row) or {}).get("name", "")).removeprefix(_PREFIX) for row in rows]
        models = [ModelFacts(id=name, provider=self._provider, source="the provider's own list") for name in names]
        more = CallWarning(kind="dropped", field="models", message="the list is longer than one page")
        return ModelList(models=tuple(models), raw=reply.body, warnings=(more,) if found.get("nextPageToken") else ())

    def error(self, reply: Reply) -> ProviderError:
        """The failure, in Google's words."""
        return error_of(reply, provider=self._provider, model="")


class CountingProbe:
    """Has two letters counted: free of charge, and taken only with a good credential, of the right project.

    https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/count-tokens
    """

    def __init__(self, model: str, provider: str, location: str) -> None:
        self._model = model
        self._provider = provider
        self._location = location

    def encode(self, request: ListRequest, *, on_unsupported: OnUnsupported = "error") -> "CountingProbeExchange":
        """The smallest conversation."""
        del request, on_unsupported
        draft = Draft(operation="count_tokens", dialect="gemini", model=self._model, body=dumps(_HELLO))
        return CountingProbeExchange(draft, self._provider, self._location)


class CountingProbeExchange:
    """One probe."""

    warnings: tuple[CallWarning, ...] = ()

    def __init__(self, draft: Draft, provider: str, location: str) -> None:
        self.draft = draft
        self._provider = provider
        self._location = location

    def decode(self, reply: Reply) -> ModelList:
        """Nothing but the proof. Raises `Malformed` where something else answered."""
        if not isinstance(_object(reply).get("totalTokens"), int):
            raise Malformed("the answer has no `totalTokens`", body=reply.body)
        return ModelList(raw=reply.body)

    def error(self, reply: Reply) -> ProviderError:
        """The failure; of a model that is not served there, with what to do about it."""
        error = error_of(reply, provider=self._provider, model=self.draft.model)
        if isinstance(error, ModelNotFound):
            error.message += f" (`probe_model` names the model that is asked for in {self._location})"
            error.args = (error.message,)
        return error


def _object(reply: Reply) -> dict[str, object]:
    try:
        return loads_object(reply.body)
    except NotJson as error:
        raise Malformed(f"the answer is not JSON: {error}", body=reply.body) from None
