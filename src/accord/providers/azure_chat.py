"""OpenAI's two wires as Azure serves them: other failures, and a few requests taken on one of the wires alone.

https://learn.microsoft.com/azure/foundry/openai/reference for the wires,
https://learn.microsoft.com/azure/foundry/openai/how-to/quota for what a 429 means there.
"""

import re
from collections.abc import Mapping
from typing import ClassVar

from accord.core.error import (
    Conflict,
    InvalidRequest,
    ModelNotFound,
    NotFound,
    Overloaded,
    Permission,
    ProviderError,
    QuotaExceeded,
    RateLimited,
    ServerError,
)
from accord.core.http import Reply
from accord.core.model import ModelFacts
from accord.core.part import File
from accord.core.request import ChatRequest
from accord.dialects.codec import Inbound
from accord.dialects.openai_chat import ErrorWords
from accord.dialects.openai_responses import Knobs as ResponsesKnobs
from accord.dialects.openai_responses.exchange import ResponsesExchange
from accord.providers.openai_codec import ModelChat
from accord.providers.openai_model import needs_responses
from accord.providers.openai_responses import ModelResponses

ON_AZURE = ResponsesKnobs(item_status="omit", refuses=("context_management",))
"""Azure refuses `status` in items that are sent back."""

_REFUSED_WORDS = (b'"status"', b'"context_management"')

_CODES: Mapping[str, type[ProviderError]] = {
    "operationnotsupported": InvalidRequest,
    "api_not_supported": InvalidRequest,
    "unknown_model": ModelNotFound,
    "deploymentnotready": Overloaded,
    "nocapacity": Overloaded,
    "authenticationtypedisabled": Permission,
    "ratelimitreached": RateLimited,
    "internalservererror": ServerError,
}
_STATUSES: Mapping[int, type[ProviderError]] = {412: Conflict, 424: ServerError}
"""412: the resource is being changed. 424: something behind the service failed."""

_BY_DAY = re.compile(r"byday\b|per day|daily|call volume quota|quota will be replenished")
_WAIT = re.compile(r"\bwait (\d+(?:\.\d+)?) seconds", re.IGNORECASE)
_PATH_HINT = (
    "check the endpoint, and whether its API version has this path: an undated version belongs to `/openai/v1`, a dated "
    "one to `/openai/deployments`"
)


class AzureChat(ModelChat, forwards=True):
    """Chat completions on Azure."""

    request_id_headers: ClassVar[tuple[str, ...]] = ("apim-request-id", "x-request-id", "x-ms-request-id")

    def error_kind(self, status: int, words: ErrorWords) -> type[ProviderError]:
        """Azure's own codes, and quotas that a 429 tells of only in its sentence."""
        if status in (403, 429) and _BY_DAY.search(words.text):
            return QuotaExceeded
        for word in (words.code, words.type, words.reason):
            found = _CODES.get(word.lower()) if word else None
            if found is not None:
                return found
        found = super().error_kind(status, words)
        return _STATUSES.get(status, found) if found is InvalidRequest else found

    def error(self, reply: Reply) -> ProviderError:
        """The failure, with the wait its sentence tells of, and a hint where the path was wrong."""
        error = super().error(reply)
        if error.retry_after is None and error.retryable and (told := _WAIT.search(error.message)):
            error.retry_after = float(told[1])
        if type(error) is NotFound and "resource not found" in error.message.lower():
            error.message = f"{error.message} ({_PATH_HINT})"
            error.args = (error.message,)
        return error


class AzureResponses(ModelResponses):
    """Responses on Azure."""

    chat: ClassVar[type[ModelChat]] = AzureChat

    def forward(self, inbound: Inbound) -> ResponsesExchange | None:
        """The caller's bytes, where they hold nothing that Azure refuses."""
        if any(word in inbound.body for word in _REFUSED_WORDS):
            return None
        plain = ModelResponses(model=self.model, facts=self.facts, provider=self.provider, served=self.served)
        return plain.forward(inbound)


def needs_responses_on_azure(request: ChatRequest, known: ModelFacts | None) -> bool:
    """As at OpenAI; and chat completions takes no documents here."""
    if needs_responses(request, known):
        return True
    served = known is None or known.dialects is None or "openai_responses" in known.dialects
    return served and any(isinstance(part, File) for message in request.messages for part in message.parts)
