"""What Google's failures mean: `google.rpc.Status` in JSON, alone or in an array of one.

https://docs.cloud.google.com/apis/design/errors, https://ai.google.dev/gemini-api/docs/troubleshooting. The status alone
says too little: a bad key is a 400, and the same 429 is a busy minute or a spent day.
"""

import re
from collections.abc import Iterator, Mapping

import msgspec

from accord.core.error import (
    Authentication,
    Conflict,
    ContentFiltered,
    ContextLengthExceeded,
    InvalidRequest,
    ModelNotFound,
    NotFound,
    Overloaded,
    Permission,
    ProviderError,
    QuotaExceeded,
    RateLimited,
    ServerError,
    TimedOut,
)
from accord.core.http import Reply
from accord.core.json import NotJson, as_array, as_object, loads

_ASK_AGAIN = re.compile(r"retry in ([0-9.]+) ?s", re.IGNORECASE)
_NO_QUOTA_AT_ALL = re.compile(r"limit: 0(?!\.?[0-9])")
_SECONDS = re.compile(r"([0-9]+(?:\.[0-9]+)?)s")
_SHOWN = 500
"""How much of a body that is no `Status` becomes the message, in characters."""


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """A failure in the provider's words."""

    message: str
    code: int | None = None
    """The HTTP status it stands for."""
    word: str | None = None
    """`RESOURCE_EXHAUSTED`, `INVALID_ARGUMENT`, ..."""
    details: tuple[Mapping[str, object], ...] = ()

    def facts(self, kind: str) -> Iterator[Mapping[str, object]]:
        """The details of one kind (`RetryInfo`)."""
        return (one for one in self.details if str(one.get("@type", "")).endswith("google.rpc." + kind))

    @property
    def reasons(self) -> tuple[str, ...]:
        """The machine-readable reasons (`API_KEY_INVALID`)."""
        return tuple([str(one["reason"]) for one in self.facts("ErrorInfo") if "reason" in one])

    @property
    def retry_after(self) -> float | None:
        """Seconds to wait: as the details say, or else the message."""
        for info in self.facts("RetryInfo"):
            found = _SECONDS.fullmatch(str(info.get("retryDelay", "")))
            if found is not None:
                return float(found.group(1))
        told = _ASK_AGAIN.search(self.message)
        try:
            return None if told is None else float(told.group(1).rstrip("."))
        except ValueError:
            return None

    @property
    def quotas(self) -> tuple[str, ...]:
        """The ids of the quotas that are used up (`GenerateRequestsPerDayPerProjectPerModel-FreeTier`)."""
        rows = [row for failure in self.facts("QuotaFailure") for row in as_array(failure.get("violations")) or []]
        return tuple([str(found.get("quotaId", "")) for row in rows if (found := as_object(row)) is not None])

    @property
    def param(self) -> str | None:
        """The path of the field at fault."""
        for failure in self.facts("BadRequest"):
            for row in as_array(failure.get("fieldViolations")) or []:
                field = (as_object(row) or {}).get("field")
                if isinstance(field, str) and field:
                    return field
        return None


def status_of(value: object) -> Status | None:
    """The failure in a body, or in the `error` of a message; `None` for anything else."""
    items = as_array(value)
    members = as_object(items[0] if items else value) or {}
    error = as_object(members.get("error")) or ({} if "error" in members else members)
    message, code, word = error.get("message"), error.get("code"), error.get("status")
    if not isinstance(message, str) and not isinstance(code, int):
        return None
    details = [found for item in as_array(error.get("details")) or [] if (found := as_object(item)) is not None]
    return Status(
        message=message if isinstance(message, str) and message else f"error {code}",
        code=code if isinstance(code, int) else None,
        word=word if isinstance(word, str) else None,
        details=tuple(details),
    )


def error_of(reply: Reply, *, provider: str, model: str) -> ProviderError:
    """What a failed reply tells of. Never raises."""
    try:
        status = status_of(loads(reply.body))
    except NotJson:
        status = None
    if status is None:
        text = reply.body[: _SHOWN * 4].decode("utf-8", "replace").strip()[:_SHOWN]
        status = Status(message=text or f"the service answered with status {reply.status} and no body")
    return _error(status, reply.status, reply.status, provider, model, reply.body, _retry_after(reply))


def failure_of(error: object, *, provider: str, model: str, body: bytes) -> ProviderError:
    """What an error in a 200 tells of, in a stream or instead of an answer."""
    status = status_of({"error": error}) or Status(message=str(error)[:_SHOWN] or "an error without words")
    return _error(status, status.code or 500, 200, provider, model, body, None)


def _error(
    status: Status, http: int, answered: int, provider: str, model: str, body: bytes, retry_after: float | None
) -> ProviderError:
    kind = _kind(status, http)
    reasons = status.reasons
    return kind(
        status.message,
        provider=provider,
        model=model,
        status=answered,
        code=reasons[0] if reasons else status.word,
        type=status.word,
        param=status.param,
        body=body,
        retry_after=retry_after if retry_after is not None else status.retry_after,
        retryable=False if http in (499, 501) else None,
    )


def _retry_after(reply: Reply) -> float | None:
    try:
        seconds = float(reply.header("retry-after") or "")
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None


def _kind(status: Status, http: int) -> type[ProviderError]:
    text = status.message.lower()
    if http in (400, 413):
        return _refused(status, text)
    if http == 403:
        return _forbidden(text)
    if http == 404:
        return ModelNotFound if "model" in text else NotFound
    if http == 429:
        return _limited(status, text)
    fixed = _BY_STATUS.get(http)
    if fixed is not None:
        return fixed
    if http >= 500:
        return ServerError
    return InvalidRequest if http >= 400 else ProviderError


_BY_STATUS: Mapping[int, type[ProviderError]] = {
    401: Authentication,
    402: QuotaExceeded,
    408: TimedOut,
    409: Conflict,
    499: TimedOut,
    501: InvalidRequest,
    503: Overloaded,
    504: TimedOut,
    529: Overloaded,
}
_BAD_KEYS = ("api key not valid", "api key expired", "api key not found", "api_key_invalid")
_TOO_LONG = ("exceeds the maximum number of tokens", "input token count", "request payload size exceeds")
_FILTERED = ("responsible ai", "content policy", "blocked by safety", "prohibited content")


def _refused(status: Status, text: str) -> type[ProviderError]:
    if "API_KEY_INVALID" in status.reasons or any(words in text for words in _BAD_KEYS):
        return Authentication
    if any(words in text for words in _TOO_LONG) and ("exceed" in text or "too large" in text):
        return ContextLengthExceeded
    if "location is not supported" in text:
        return Permission
    if status.word == "FAILED_PRECONDITION" and "billing" in text:
        return QuotaExceeded
    return ContentFiltered if any(words in text for words in _FILTERED) else InvalidRequest


def _forbidden(text: str) -> type[ProviderError]:
    if "unregistered callers" in text or "reported as leaked" in text:
        return Authentication
    # A cache that has expired is answered like one of somebody else's.
    return NotFound if "cachedcontent not found" in text else Permission


def _limited(status: Status, text: str) -> type[ProviderError]:
    """Whether waiting helps. Every 429 of AI Studio speaks of billing, so the quotas it names decide first."""
    quotas = status.quotas
    if any("PerDay" in quota for quota in quotas) or _NO_QUOTA_AT_ALL.search(text):
        return QuotaExceeded
    if quotas or status.retry_after is not None:
        return RateLimited
    return QuotaExceeded if "billing" in text or "credits are depleted" in text else RateLimited
