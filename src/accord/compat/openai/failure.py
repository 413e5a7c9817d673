"""From what Accord raises to what OpenAI's SDK would raise, in the words that the gateway answers with."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TypeAlias

from accord.compat.openai.error import (
    BY_STATUS,
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    InternalServerError,
    OpenAIError,
)
from accord.core.error import (
    AccordError,
    ConfigError,
    Interrupted,
    ProviderError,
    SpendLimitReached,
    TimedOut,
    Unreachable,
)
from accord.core.json import loads_object
from accord.dialects.codec import Failure

Fail: TypeAlias = Callable[[AccordError], Failure]
"""How the wire that is spoken says a failure."""


@contextmanager
def translated(fail: Fail) -> Generator[None]:
    """Raises the SDK's errors in place of Accord's, which become their causes.

    `SpendLimitReached` passes: it answers Accord's own `spend_limit`, and must not look like a provider's refusal.
    """
    try:
        yield
    except SpendLimitReached:
        raise
    except AccordError as error:
        raise raised(error, fail) from error


def raised(error: AccordError, fail: Fail) -> OpenAIError:
    """The error that stands for `error`."""
    return broken(error) or _status(error, fail(error))


def broken(error: AccordError) -> OpenAIError | None:
    """The error that stands for one without an answer; `None` for others."""
    match error:
        case ConfigError():
            return OpenAIError(error.message)
        case TimedOut(status=None):
            return APITimeoutError(f"Request timed out: {error}")
        case Unreachable() | Interrupted():
            return APIConnectionError(f"Connection error: {error}")
        case _:
            return None


def _status(error: AccordError, failure: Failure) -> APIStatusError:
    body = loads_object(failure.body)
    kind = BY_STATUS.get(failure.status, InternalServerError if failure.status >= 500 else APIStatusError)
    return kind(
        f"Error code: {failure.status} - {error.message}",
        status_code=failure.status,
        body=body.get("error", body),
        request_id=error.request_id if isinstance(error, ProviderError) else None,
        headers=dict(failure.headers),
    )
