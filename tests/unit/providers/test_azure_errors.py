"""Every failure Azure OpenAI and Foundry are known to answer with, in the shapes of the service, of the gateway before it, and
of API Management: cause, whether and when to try again, the words.
"""

import json

import pytest

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
from accord.core.message import user
from accord.core.request import ChatRequest
from accord.providers.azure import Azure
from accord.providers.azure_ai import AzureAI

REQUEST = ChatRequest(messages=(user("Hello"),), max_output_tokens=64)
AZURE = Azure(api_key="azure-test-key", base_url="https://contoso.openai.azure.com")
FOUNDRY = AzureAI(api_key="azure-test-key", base_url="https://contoso.services.ai.azure.com")

CODECS = {
    "azure chat": AZURE.chat_codec("gpt-4.1"),
    "azure responses": AZURE.chat_codec("gpt-4.1", "openai_responses"),
    "foundry chat": FOUNDRY.chat_codec("gpt-4.1"),
    "foundry partner": FOUNDRY.chat_codec("DeepSeek-V4-Pro"),
    "foundry mistral": FOUNDRY.chat_codec("mistral-large-3"),
}
BLOCKED = {
    "error": {
        "message": "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
        "type": None,
        "param": "prompt",
        "code": "content_filter",
        "status": 400,
        "innererror": {
            "code": "ResponsibleAIPolicyViolation",
            "content_filter_result": {"jailbreak": {"filtered": True, "detected": True}},
        },
    }
}
LIMITED = (
    "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-10-21 have exceeded token rate "
    "limit of your current OpenAI S0 pricing tier. Please retry after 7 seconds."
)
KEY = "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key."
DEPLOYMENT = "The API deployment for this resource does not exist. If you created it within the last 5 minutes, wait."


def service(code, message, kind=None):
    return {"error": {"code": code, "message": message, "param": None, "type": kind}}


def front(code, message):
    return {"error": {"code": code, "message": message}}


ROWS = [
    (400, BLOCKED, ContentFiltered),
    (400, service("contentFilter", "Your task failed as a result of our safety system."), ContentFiltered),
    (400, service("content_policy_violation", "The picture was refused."), ContentFiltered),
    (
        400,
        service("context_length_exceeded", "This model's maximum context length is 8192 tokens."),
        ContextLengthExceeded,
    ),
    (400, service("unsupported_parameter", "Use 'max_completion_tokens'.", "invalid_request_error"), InvalidRequest),
    (400, service("unsupported_value", "Supported values are: 'low'.", "invalid_request_error"), InvalidRequest),
    (400, service(None, "Unrecognized request argument supplied: foo", "invalid_request_error"), InvalidRequest),
    (400, service("BadRequest", "API version not supported"), InvalidRequest),
    (
        400,
        front("OperationNotSupported", "The chatCompletion operation does not work with the specified model, ada."),
        InvalidRequest,
    ),
    (400, front("DeploymentNotReady", "The deployment is being created."), Overloaded),
    (401, front("401", KEY), Authentication),
    (
        401,
        front("Unauthorized", "Access token is missing, invalid, audience is incorrect, or have expired."),
        Authentication,
    ),
    (401, front("PermissionDenied", "Principal does not have access to API/Operation."), Permission),
    (403, front("AuthenticationTypeDisabled", "Key based authentication is disabled for this resource."), Permission),
    (403, front("403", "Public access is disabled. Please configure private endpoint."), Permission),
    (403, front("403", "Access denied due to Virtual Network/Firewall rules."), Permission),
    (
        403,
        {"statusCode": 403, "message": "Out of call volume quota. Quota will be replenished in 01:02:03."},
        QuotaExceeded,
    ),
    (404, front("DeploymentNotFound", DEPLOYMENT), ModelNotFound),
    (
        404,
        service(
            "model_not_found", "The requested model '-' does not exist, deployment 'prod'.", "invalid_request_error"
        ),
        ModelNotFound,
    ),
    (408, front("Timeout", "The operation was timeout."), TimedOut),
    (409, front("Conflict", "The resource is busy."), Conflict),
    (412, front("PreconditionFailed", "The resource is busy."), Conflict),
    (424, front("FailedDependency", "Failed Dependency"), ServerError),
    (429, front("429", LIMITED), RateLimited),
    (429, front("429", "Requests have exceeded call rate limit. Please retry after 1 second."), RateLimited),
    (
        429,
        front("429", "The system is currently experiencing high demand and cannot process your request."),
        Overloaded,
    ),
    (429, service("too_many_requests", "Too Many Requests"), RateLimited),
    (429, service(None, "Wait.", "too_many_requests"), RateLimited),
    (429, service("insufficient_quota", "You exceeded your current quota.", "insufficient_quota"), QuotaExceeded),
    (499, "", ServerError),
    (500, front("InternalServerError", "Backend returned unexpected response."), ServerError),
    (500, service("server_error", "The server had an error processing your request.", "server_error"), ServerError),
    (502, "<html><head><title>502 Bad Gateway</title></head></html>", ServerError),
    (503, front("ServiceUnavailable", "The service is temporarily unable to process your request."), Overloaded),
    (503, {"statusCode": 503, "message": "The model is overloaded."}, Overloaded),
    (504, "", TimedOut),
    # Foundry alone.
    (
        400,
        front("Invalid input", "Extra parameters ['foo'] are not allowed when extra-parameters is not set."),
        InvalidRequest,
    ),
    (400, front("unknown_model", "Unknown model: gpt-9"), ModelNotFound),
    (400, front("400", "This model's maximum context length is 4096 tokens."), ContextLengthExceeded),
    (400, front("400", "Too many tokens in the request."), ContextLengthExceeded),
    (404, front("api_not_supported", "The requested API is not supported for this model."), InvalidRequest),
    (400, front("api_not_supported", "The requested API is not supported for this model."), InvalidRequest),
    (401, front("invalid_api_key", "No."), Authentication),
    (403, front("403", "The subscription is not eligible for the marketplace offer."), Permission),
    (404, "NOT FOUND", NotFound),
    (405, "", InvalidRequest),
    (415, "", InvalidRequest),
    (413, "", InvalidRequest),
    (
        422,
        {
            "detail": [
                {"type": "extra_forbidden", "loc": ["body", "foo"], "msg": "Extra inputs are not permitted", "input": 1}
            ]
        },
        InvalidRequest,
    ),
    (429, front("NoCapacity", "No capacity."), Overloaded),
    (
        429,
        front(
            "RateLimitReached", "Rate limit of 150 per 86400s exceeded for UserByModelByDay. Please wait 80000 seconds."
        ),
        QuotaExceeded,
    ),
]


def error_of(codec, status, body, headers=()):
    text = body if isinstance(body, str) else json.dumps(body)
    return codec.encode(REQUEST).error(Reply(status=status, headers=headers, body=text.encode()))


@pytest.mark.parametrize("name", CODECS)
@pytest.mark.parametrize(("status", "body", "kind"), ROWS)
def test_a_failure_is_told_by_its_cause(name, status, body, kind):
    error = error_of(CODECS[name], status, body, (("apim-request-id", "6b1"), ("x-request-id", "other")))
    assert type(error) is kind
    assert error.retryable is kind.retryable_by_default
    assert (error.status, error.request_id) == (status, "6b1")
    assert error.provider == ("azure" if name.startswith("azure ") else "azure_ai")
    if isinstance(body, dict):
        assert json.loads(error.body) == body
        if "error" in body:
            assert (error.message, error.code) == (body["error"]["message"], body["error"]["code"])


@pytest.mark.parametrize("name", CODECS)
@pytest.mark.parametrize(
    "body", [front("404", "Resource not found"), {"statusCode": 404, "message": "Resource not found"}]
)
def test_a_wrong_path_is_no_missing_model_and_says_what_to_look_at(name, body):
    error = error_of(CODECS[name], 404, body)
    assert (type(error), error.retryable) == (NotFound, False)
    assert error.message.startswith("Resource not found (check the endpoint")
    assert "API version" in str(error)


def test_what_the_filter_found_is_kept():
    error = error_of(CODECS["azure chat"], 400, BLOCKED)
    found = json.loads(error.body)["error"]["innererror"]["content_filter_result"]
    assert found == {"jailbreak": {"filtered": True, "detected": True}}
    assert error.param == "prompt"


@pytest.mark.parametrize("name", CODECS)
@pytest.mark.parametrize(
    ("headers", "message", "seconds"),
    [
        ((("retry-after", "7"), ("retry-after-ms", "6480")), LIMITED, 6.48),
        ((("retry-after", "7"),), LIMITED, 7),
        ((), LIMITED, 7),
        (
            (),
            "Rate limit of 10 per 60s exceeded for UserByModelByMinute. Please wait 12 seconds before retrying.",
            12,
        ),
        ((), "Too many requests.", None),
    ],
)
def test_how_long_to_wait(name, headers, message, seconds):
    error = error_of(CODECS[name], 429, front("429", message), headers)
    assert (type(error), error.retry_after) == (RateLimited, seconds)


@pytest.mark.parametrize("name", ["azure chat", "foundry chat", "foundry partner", "foundry mistral"])
def test_a_failure_within_a_stream_is_told_by_its_cause(name):
    decoder = CODECS[name].encode(REQUEST, stream=True).decoder()
    with pytest.raises(ProviderError) as caught:
        decoder.feed(f"data: {json.dumps(service('429', 'Rate limit is exceeded.'))}\n\n".encode())
    assert type(caught.value) is RateLimited


CLAUDE = [
    (401, "authentication_error", Authentication),
    (404, "not_found_error", ModelNotFound),
    (413, "request_too_large", InvalidRequest),
    (429, "rate_limit_error", RateLimited),
    (529, "overloaded_error", Overloaded),
]


@pytest.mark.parametrize(("status", "word", "kind"), CLAUDE)
def test_claude_fails_in_anthropics_words(status, word, kind):
    codec = FOUNDRY.chat_codec("claude-haiku-5-5")
    message = "model: claude-haiku-5-5" if kind is ModelNotFound else "No."
    error = error_of(
        codec, status, {"type": "error", "error": {"type": word, "message": message}, "request_id": "req_1"}
    )
    assert type(error) is kind
    assert error.message == message


def test_the_front_before_claude_fails_in_azures_words():
    error = error_of(FOUNDRY.chat_codec("claude-haiku-5-5"), 401, front("401", KEY))
    assert (type(error), error.message) == (Authentication, KEY)
