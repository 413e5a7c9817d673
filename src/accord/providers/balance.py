"""An account's balance as a probe: it proves the key, and that calls can be paid for."""

from collections.abc import Callable

from accord.core.error import Malformed, ModelNotFound, NotFound, ProviderError, QuotaExceeded
from accord.core.http import Draft, Reply
from accord.core.json import JsonObject, NotJson, loads_object
from accord.core.listing import ListRequest, ModelList
from accord.core.option import OnUnsupported
from accord.dialects.openai_endpoints.exchange import EndpointExchange, ErrorReader

Spent = Callable[[JsonObject], bool | None]
"""Whether the account that an answer tells of has nothing left; `None` where it does not say."""


class BalanceCodec:
    """GET of a balance."""

    def __init__(self, *, provider: str, path: str, spent: Spent, error: ErrorReader) -> None:
        self._provider = provider
        self._path = path
        self._spent = spent
        self._error = error

    def encode(self, request: ListRequest, *, on_unsupported: OnUnsupported = "error") -> EndpointExchange[ModelList]:
        """A GET without a body."""
        del request, on_unsupported
        draft = Draft(operation="models", model="", body=b"", content_type="", path=self._path)
        return EndpointExchange(draft, decode=self._decode, error=self._failed)

    def _decode(self, reply: Reply) -> ModelList:
        """Nothing but that there is money. Raises `QuotaExceeded` where there is none, `Malformed`."""
        try:
            spent = self._spent(loads_object(reply.body))
        except NotJson as error:
            raise Malformed(f"the balance is not JSON: {error}", status=reply.status, body=reply.body) from None
        if spent is None:
            raise Malformed("the answer tells of no balance", status=reply.status, body=reply.body)
        if spent:
            raise self._empty(reply)
        return ModelList(raw=reply.body)

    def _failed(self, reply: Reply) -> ProviderError:
        """The failure. No model was asked for, and none can be missing."""
        error = self._error(reply)
        if not isinstance(error, ModelNotFound):
            return error
        return NotFound(error.message, provider=self._provider, status=error.status, code=error.code, body=error.body)

    def _empty(self, reply: Reply) -> ProviderError:
        return QuotaExceeded(
            "the account has no balance left", provider=self._provider, status=reply.status, body=reply.body
        )
