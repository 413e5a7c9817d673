"""Google's failures by cause."""

import json
from typing import Any

import pytest

from accord.core.error import (
    Authentication,
    Conflict,
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
from accord.core.http import Headers, Reply
from accord.dialects.gemini import Gemini

RPC = "type.googleapis.com/google.rpc."


def error(status: int, body: object, headers: Headers = ()) -> ProviderError:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Gemini(model="m", provider="p").error(Reply(status=status, headers=headers, body=data))


def told(code: int, message: str, word: str = "", **details: Any) -> dict[str, Any]:
    rows = [{"@type": RPC + kind, **fields} for kind, fields in details.items()]
    return {"error": {"code": code, "message": message, "status": word, "details": rows}}


def quota(*ids: str) -> dict[str, Any]:
    return {"violations": [{"quotaId": one} for one in ids]}


BILLING = "You exceeded your current quota, please check your plan and billing details."


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, told(400, "API key not valid. Please pass a valid API key.", "INVALID_ARGUMENT"), Authentication),
        (402, told(402, "Pay first."), QuotaExceeded),
        (529, told(529, "Too much."), Overloaded),
        (400, told(400, "no", ErrorInfo={"reason": "API_KEY_INVALID"}), Authentication),
        (
            400,
            told(400, "The input token count (1250074) exceeds the maximum number of tokens allowed (1048576)."),
            ContextLengthExceeded,
        ),
        (400, told(400, "Request payload size exceeds the limit: 20971520 bytes."), ContextLengthExceeded),
        (400, told(400, "User location is not supported for the API use.", "FAILED_PRECONDITION"), Permission),
        (400, told(400, "Billing must be enabled", "FAILED_PRECONDITION"), QuotaExceeded),
        (400, told(400, 'Invalid JSON payload received. Unknown name "x"'), InvalidRequest),
        (401, told(401, "Request had invalid authentication credentials.", "UNAUTHENTICATED"), Authentication),
        (403, told(403, "Permission denied on resource project", "PERMISSION_DENIED"), Permission),
        (403, told(403, "Method doesn't allow unregistered callers"), Authentication),
        (403, told(403, "CachedContent not found (or permission denied)"), NotFound),
        (404, told(404, "models/x is not found for API version v1beta"), ModelNotFound),
        (
            404,
            told(404, "Publisher Model `projects/a/x` was not found or your project does not have access"),
            ModelNotFound,
        ),
        (404, told(404, "Requested entity was not found."), NotFound),
        (408, told(408, "late"), TimedOut),
        (409, told(409, "aborted", "ABORTED"), Conflict),
        (413, told(413, "too big"), InvalidRequest),
        (
            429,
            told(429, BILLING, QuotaFailure=quota("GenerateRequestsPerMinutePerProjectPerModel-FreeTier")),
            RateLimited,
        ),
        (
            429,
            told(429, BILLING, QuotaFailure=quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier")),
            QuotaExceeded,
        ),
        (
            429,
            told(429, BILLING + " limit: 0", QuotaFailure=quota("GenerateContentInputTokensPerModelPerMinute")),
            QuotaExceeded,
        ),
        (429, told(429, BILLING + " limit: 0.5, Please retry in 4s."), RateLimited),
        (429, told(429, BILLING), QuotaExceeded),
        (429, told(429, "Resource exhausted. Please try again later.", "RESOURCE_EXHAUSTED"), RateLimited),
        (499, told(499, "cancelled"), TimedOut),
        (500, told(500, "internal", "INTERNAL"), ServerError),
        (501, told(501, "not here"), InvalidRequest),
        (502, b"<html>Bad Gateway</html>", ServerError),
        (503, told(503, "The model is overloaded.", "UNAVAILABLE"), Overloaded),
        (504, told(504, "deadline", "DEADLINE_EXCEEDED"), TimedOut),
        (418, b"", InvalidRequest),
        (302, b"", ProviderError),
    ],
)
def test_causes(status: int, body: object, kind: type[ProviderError]) -> None:
    for form in (body, [body]) if isinstance(body, dict) else (body,):
        found = error(status, form)
        assert type(found) is kind
        assert (found.status, found.provider, found.model) == (status, "p", "m")


def test_the_providers_words_are_kept() -> None:
    body = told(
        400,
        "bad",
        "INVALID_ARGUMENT",
        ErrorInfo={"reason": "FIELD_BAD"},
        BadRequest={"fieldViolations": [{"field": "contents[0].role", "description": "x"}]},
    )
    found = error(400, body)
    assert (found.message, found.code, found.type, found.param) == (
        "bad",
        "FIELD_BAD",
        "INVALID_ARGUMENT",
        "contents[0].role",
    )
    assert json.loads(found.body) == body
    assert not found.retryable


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ((("retry-after", "7"),), told(429, "x", RetryInfo={"retryDelay": "14s"}), 7.0),
        ((), told(429, "x", RetryInfo={"retryDelay": "14s"}), 14.0),
        ((), told(429, "x", RetryInfo={"retryDelay": "0.5s"}), 0.5),
        ((), told(429, "Please retry in 48.9s."), 48.9),
        ((("retry-after", "soon"),), told(429, "x", RetryInfo={"retryDelay": "soon"}), None),
        ((("retry-after", "inf"),), told(503, "x"), None),
    ],
)
def test_how_long_to_wait(headers: Headers, body: object, seconds: float | None) -> None:
    assert error(429, body, headers).retry_after == seconds


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"plain words",
        b"\xff\xfe",
        b"[]",
        b"[[]]",
        b"null",
        b'"text"',
        b'{"error": "text"}',
        b'{"error": null}',
        b'{"error": {"message": 5, "code": "x", "details": {"a": 1}}}',
        b'{"error": {"code": 500, "details": [1, {"violations": 2}]}}',
        b"[" * 100_000,
    ],
)
def test_any_body_is_read_without_raising(body: bytes) -> None:
    found = error(500, body)
    assert type(found) is ServerError
    assert found.message


def test_an_error_inside_a_200_may_be_anything() -> None:
    codec = Gemini(model="m", provider="p")
    for value in ("busy", {"message": "busy"}, ["busy"], 5, {}):
        found = codec.failure(value, b"")
        assert type(found) is ServerError
        assert found.status == 200
