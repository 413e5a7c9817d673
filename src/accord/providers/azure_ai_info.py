"""What a serverless endpoint of Foundry says of itself: GET /info.

https://learn.microsoft.com/rest/api/aifoundry/model-inference/get-model-info.
"""

from accord.core.error import Malformed
from accord.core.http import Reply
from accord.core.json import NotJson, loads_object
from accord.core.listing import ListRequest, ModelList
from accord.core.model import ModelFacts
from accord.core.option import OnUnsupported
from accord.dialects.model_list import ModelListCodec, ModelListExchange


class ServerlessInfo(ModelListCodec):
    """Asks for the one model an endpoint has."""

    def encode(self, request: ListRequest, *, on_unsupported: OnUnsupported = "error") -> ModelListExchange:
        """A GET without a body."""
        del request, on_unsupported
        return _Info(self._provider, self._error)


class _Info(ModelListExchange):
    def decode(self, reply: Reply) -> ModelList:
        """A list of one. Raises `Malformed`."""
        try:
            name = loads_object(reply.body).get("model_name")
        except NotJson:
            name = None
        if not isinstance(name, str):
            raise Malformed("the endpoint does not name its model", status=reply.status, body=reply.body)
        found = ModelFacts(id=name, provider=self._provider, source="the endpoint itself")
        return ModelList(models=(found,), raw=reply.body)
