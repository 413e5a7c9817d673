"""Asking for nothing but proof: whether a host is there and takes the key, where it has an endpoint that says so."""

from collections.abc import Callable

from accord.core.error import Malformed, ModelNotFound, NotFound, ProviderError
from accord.core.http import Draft, Reply
from accord.core.json import JsonObject, NotJson, loads_object
from accord.core.listing import ListRequest, ModelList
from accord.core.option import OnUnsupported
from accord.core.warning import CallWarning
from accord.dialects.model_list import ErrorReader

Judge = Callable[[JsonObject], ProviderError | None]
"""What the answer says of the account: `None` that it can pay for a call, as far as the host tells."""


class ProbeCodec:
    """Asks for the host's word on the key, in place of a list of models that is public or is not there."""

    def __init__(self, *, error: ErrorReader, judge: Judge = lambda _: None) -> None:
        self._error = error
        self._judge = judge

    def encode(self, request: ListRequest, *, on_unsupported: OnUnsupported = "error") -> "ProbeExchange":
        """A GET without a body."""
        del request, on_unsupported
        return ProbeExchange(self._error, self._judge)


class ProbeExchange:
    """One probe."""

    draft = Draft(operation="models", model="", body=b"", content_type="", probe=True)
    warnings: tuple[CallWarning, ...] = ()

    def __init__(self, error: ErrorReader, judge: Judge) -> None:
        self._error = error
        self._judge = judge

    def decode(self, reply: Reply) -> ModelList:
        """No models: that there is an answer is the answer. Raises what the account's state comes to, and `Malformed`."""
        try:
            body = loads_object(reply.body)
        except NotJson as error:
            # A page of words proves no more than that something listens there.
            raise Malformed(f"the answer to the probe is not JSON: {error}", body=reply.body) from None
        failure = self._judge(body)
        if failure is not None:
            raise failure
        return ModelList(raw=reply.body)

    def error(self, reply: Reply) -> ProviderError:
        """The failure, as the provider's dialect reads it; but that no model was asked for, and none can be missing."""
        error = self._error(reply)
        if not isinstance(error, ModelNotFound):
            return error
        return NotFound(error.message, provider=error.provider, status=error.status, code=error.code, body=error.body)
