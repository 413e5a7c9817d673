"""GET /models and GET /models/{id}."""

from accord.core.json import dumps
from accord.testing.fake.answer import Answer
from accord.testing.fake.desk import CREATED, Visit
from accord.testing.fake.improvise import DEMO_MODELS
from accord.testing.fake.openai.error import OpenAITeller, reject
from accord.testing.fake.operation import perform
from accord.testing.fake.vendor import Teller


class ListModels:
    """The models there are; where every name is known, the demo models."""

    def __init__(self, teller: Teller | None = None) -> None:
        self._teller: Teller = teller or OpenAITeller()

    def serve(self, visit: Visit) -> Answer:
        """A list without pages."""
        models = visit.desk.account.models or DEMO_MODELS
        body = {"object": "list", "data": [_model(model) for model in models]}
        return perform(visit, self._teller, "models", "", lambda: Answer(pieces=(dumps(body),)))


class RetrieveModel:
    """One model."""

    def __init__(self, teller: Teller | None = None) -> None:
        self._teller: Teller = teller or OpenAITeller()

    def serve(self, visit: Visit) -> Answer:
        """The model, if there is one of this name."""
        model = visit.parameters["model"]
        if not visit.desk.knows(model):
            message = f"The model '{model}' does not exist"
            raise reject(message, param="model", code="model_not_found", status=404)
        return perform(visit, self._teller, "models", model, lambda: Answer(pieces=(dumps(_model(model)),)))


def _model(model: str) -> dict[str, object]:
    return {"id": model, "object": "model", "created": CREATED, "owned_by": "fake"}
