"""The openai_responses wire: OpenAI's Responses, as client (`OpenAIResponses`) and as server (`parse`)."""

from typing import TYPE_CHECKING

from accord.core.lazy import lazily

if TYPE_CHECKING:
    from accord.dialects.openai_responses.codec import OpenAIResponses
    from accord.dialects.openai_responses.count import CountInbound, CountInput, parse_count
    from accord.dialects.openai_responses.failure import fail
    from accord.dialects.openai_responses.inbound import ResponsesInbound
    from accord.dialects.openai_responses.knobs import Knobs
    from accord.dialects.openai_responses.parse_request import parse

__all__ = ["CountInbound", "CountInput", "Knobs", "OpenAIResponses", "ResponsesInbound", "fail", "parse", "parse_count"]

if not TYPE_CHECKING:
    __getattr__ = lazily(
        __name__,
        {
            "accord.dialects.openai_responses.codec": ("OpenAIResponses",),
            "accord.dialects.openai_responses.count": (
                "CountInbound",
                "CountInput",
                "parse_count",
            ),
            "accord.dialects.openai_responses.failure": ("fail",),
            "accord.dialects.openai_responses.inbound": ("ResponsesInbound",),
            "accord.dialects.openai_responses.knobs": ("Knobs",),
            "accord.dialects.openai_responses.parse_request": ("parse",),
        },
    )
