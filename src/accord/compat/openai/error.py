"""The errors of OpenAI's SDK, by the same names. What Accord itself says of a failure is each one's `__cause__`.

OpenAIError                       the client is set up wrongly, or asked for what it does not have
├── NotOfferedError               ... (Accord's own; an AttributeError too)
├── LengthFinishReasonError       an answer to be read into a type was cut
├── ContentFilterFinishReasonError  ... was held back
└── APIError
├── APIConnectionError        no connection, or it broke
│   └── APITimeoutError       no answer in time
└── APIStatusError            the provider, or Accord before it was asked, said no
├── BadRequestError           400
├── AuthenticationError       401
├── PermissionDeniedError     403
├── NotFoundError             404
├── ConflictError             409
├── UnprocessableEntityError  422
├── RateLimitError            429
└── InternalServerError       500 and above
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from accord.core.json import as_object, dumps

if TYPE_CHECKING:
    from accord.compat.openai.types.chat import ChatCompletion

_NONE: Mapping[str, str] = MappingProxyType({})


class OpenAIError(Exception):
    """The root of them."""


class APIError(OpenAIError):
    """A call failed.

    Attributes:
        message: what is wrong.
        body: the `error` member of the answer; `None` where no answer came.
        code, param, type: what it says.
    """

    def __init__(self, message: str, *, body: object = None) -> None:
        super().__init__(message)
        self.message = message
        self.body = body
        said = as_object(body) or {}
        self.code: str | None = _text(said.get("code"))
        self.param: str | None = _text(said.get("param"))
        self.type: str | None = _text(said.get("type"))


class APIConnectionError(APIError):
    """There was no connection, or it broke before the answer was whole."""

    def __init__(self, message: str = "Connection error.") -> None:
        super().__init__(message)


class APITimeoutError(APIConnectionError):
    """There was no answer in time."""

    def __init__(self, message: str = "Request timed out.") -> None:
        super().__init__(message)


class ErrorResponse:
    """As much of the answer as there is behind an `APIStatusError`: in OpenAI's form, whoever the provider is."""

    __slots__ = ("_body", "headers", "status_code")

    def __init__(self, status_code: int, headers: Mapping[str, str], body: object) -> None:
        self.status_code: int = status_code
        self.headers: Mapping[str, str] = headers
        self._body = body

    @property
    def content(self) -> bytes:
        """The body: OpenAI's `{"error": {...}}`."""
        return dumps({"error": self._body})

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode()

    def json(self) -> dict[str, object]:
        """The body, read."""
        return {"error": self._body}


class APIStatusError(APIError):
    """The answer was an error.

    Attributes:
        status_code: its HTTP status, by the cause: the same for every provider.
        request_id: the provider's id of the request, for its support.
        response: status, headers and body; `retry-after` is there where the provider said it.
    """

    def __init__(
        self,
        message: str,
        *,
        status_code: int,
        body: object = None,
        request_id: str | None = None,
        headers: Mapping[str, str] = _NONE,
    ) -> None:
        super().__init__(message, body=body)
        self.status_code = status_code
        self.request_id = request_id
        self.response: ErrorResponse = ErrorResponse(status_code, headers, body)


class BadRequestError(APIStatusError):
    """The request is wrong, or the model cannot do what it asks."""


class AuthenticationError(APIStatusError):
    """The key was not accepted."""


class PermissionDeniedError(APIStatusError):
    """The key may not do this."""


class NotFoundError(APIStatusError):
    """No such model, or no such thing."""


class ConflictError(APIStatusError):
    """The thing is being changed."""


class UnprocessableEntityError(APIStatusError):
    """The request has the right form and makes no sense."""


class RateLimitError(APIStatusError):
    """Too many requests or tokens for now, or the allowance is used up (`code` is `insufficient_quota`)."""


class InternalServerError(APIStatusError):
    """The provider failed or has no capacity."""


class NotOfferedError(OpenAIError, AttributeError):
    """OpenAI's SDK has this, and `accord.compat.openai` does not; the message says what to use instead."""

    def __init__(self, message: str, name: str = "") -> None:
        super().__init__(message)
        self.name = name


class LengthFinishReasonError(OpenAIError):
    """The answer is too long to be read into a type: it was cut. `completion` is what there is of it."""

    def __init__(self, *, completion: "ChatCompletion") -> None:
        used = f" - {completion.usage}" if completion.usage else ""
        super().__init__(f"Could not parse response content as the length limit was reached{used}")
        self.completion = completion


class ContentFilterFinishReasonError(OpenAIError):
    """The answer was held back by a filter. `completion` is what there is of it."""

    def __init__(self, *, completion: "ChatCompletion | None" = None) -> None:
        super().__init__("Could not parse response content as the request was rejected by the content filter")
        self.completion = completion


BY_STATUS: Mapping[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}


def _text(value: object) -> str | None:
    return None if value is None else str(value)
