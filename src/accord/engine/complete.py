"""What is added to an answer once it is there: who gave it, what it took, and what it cost."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

import msgspec

from accord.catalog.cost import cost_of
from accord.core.attempt import Attempt
from accord.core.cost import Cost
from accord.core.error import ProviderError
from accord.core.http import Headers, header
from accord.core.record import CallRecord
from accord.core.usage import Usage
from accord.core.warning import CallWarning
from accord.engine.target import Target

R = TypeVar("R", bound=CallRecord)

REQUEST_ID_HEADERS = ("x-request-id", "request-id", "apim-request-id", "mistral-correlation-id", "x-goog-request-id")


def completed(
    response: R,
    target: Target,
    attempts: tuple[Attempt, ...],
    warnings: Sequence[CallWarning],
    at: datetime,
) -> R:
    """The response with provider, attempts, warnings and cost."""
    return msgspec.structs.replace(
        response,
        provider=target.name,
        attempts=attempts,
        warnings=(*warnings, *response.warnings) if warnings else response.warnings,
        cost=price(target, response.usage, at),
    )


def price(target: Target, usage: Usage | None, at: datetime) -> Cost:
    """What the usage costs at the target; a `Cost` without amount says why it is unknown."""
    if usage is None:
        return Cost(reason="the provider reported no usage")
    return cost_of(usage, target.facts, service_tier=usage.service_tier, at=at)


def request_id_in(headers: Headers) -> str | None:
    """The provider's id of the request, under whichever name it uses."""
    for name in REQUEST_ID_HEADERS:
        found = header(headers, name)
        if found:
            return found
    return None


def broken(error: ProviderError, target: Target, attempts: tuple[Attempt, ...]) -> ProviderError:
    """The failure of a stream that had begun, with what is known of the call. It is never repeated on its own."""
    error.provider = target.name
    error.model = error.model or target.model
    last = msgspec.structs.replace(attempts[-1], error=error.kind, billed=None)
    error.attempts = (*attempts[:-1], last)
    return error
