"""OpenAI's SDK over every provider: change the import, and name models as `provider/model`.

    from accord.compat.openai import OpenAI

    client = OpenAI()
    answer = client.chat.completions.create(
        model="anthropic/claude-sonnet-5-5", messages=[{"role": "user", "content": "Hello"}]
    )
    print(answer.choices[0].message.content)

Requests are read as the gateway reads them and answered in the same words, so that both give the same answers. Nothing is
loaded before it is used.
"""

from typing import TYPE_CHECKING

from accord.core.lazy import lazily

if TYPE_CHECKING:
    from accord.compat.openai.async_client import AsyncOpenAI
    from accord.compat.openai.async_stream import AsyncStream
    from accord.compat.openai.client import OpenAI
    from accord.compat.openai.error import (
        APIConnectionError,
        APIError,
        APIStatusError,
        APITimeoutError,
        AuthenticationError,
        BadRequestError,
        ConflictError,
        ContentFilterFinishReasonError,
        InternalServerError,
        LengthFinishReasonError,
        NotFoundError,
        NotOfferedError,
        OpenAIError,
        PermissionDeniedError,
        RateLimitError,
        UnprocessableEntityError,
    )
    from accord.compat.openai.omitted import NOT_GIVEN, NotGiven, Omit, not_given, omit
    from accord.compat.openai.parsing import pydantic_function_tool
    from accord.compat.openai.stream import Stream

_HOMES = {
    "accord.compat.openai.async_client": ("AsyncOpenAI",),
    "accord.compat.openai.async_stream": ("AsyncStream",),
    "accord.compat.openai.client": ("OpenAI",),
    "accord.compat.openai.error": (
        "APIConnectionError",
        "APIError",
        "APIStatusError",
        "APITimeoutError",
        "AuthenticationError",
        "BadRequestError",
        "ConflictError",
        "ContentFilterFinishReasonError",
        "ContentFilterFinishReasonError",
        "InternalServerError",
        "LengthFinishReasonError",
        "LengthFinishReasonError",
        "NotFoundError",
        "NotOfferedError",
        "OpenAIError",
        "PermissionDeniedError",
        "RateLimitError",
        "UnprocessableEntityError",
    ),
    "accord.compat.openai.omitted": ("NOT_GIVEN", "NotGiven", "Omit", "not_given", "omit"),
    "accord.compat.openai.parsing": ("pydantic_function_tool",),
    "accord.compat.openai.stream": ("Stream",),
}
"""Where each public name lives."""

__all__ = [
    "NOT_GIVEN",
    "APIConnectionError",
    "APIError",
    "APIStatusError",
    "APITimeoutError",
    "AsyncOpenAI",
    "AsyncStream",
    "AuthenticationError",
    "BadRequestError",
    "ConflictError",
    "ContentFilterFinishReasonError",
    "InternalServerError",
    "LengthFinishReasonError",
    "NotFoundError",
    "NotGiven",
    "NotOfferedError",
    "Omit",
    "OpenAI",
    "OpenAIError",
    "PermissionDeniedError",
    "RateLimitError",
    "Stream",
    "UnprocessableEntityError",
    "not_given",
    "omit",
    "pydantic_function_tool",
]

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return list(__all__)
