"""OpenAI's older completions, both ways: a text is continued, without messages. Many hosts of open models speak them.

Errors, token counts, finish reasons and the form of streams are those of chat completions, and are taken from there.

https://developers.openai.com/api/reference/resources/completions
"""

from typing import TYPE_CHECKING

from accord.core.lazy import lazily

if TYPE_CHECKING:
    from accord.dialects.openai_completions.codec import OpenAICompletions
    from accord.dialects.openai_completions.inbound import CompletionInbound
    from accord.dialects.openai_completions.parse_request import parse

__all__ = ["CompletionInbound", "OpenAICompletions", "parse"]

if not TYPE_CHECKING:
    __getattr__ = lazily(
        __name__,
        {
            "accord.dialects.openai_completions.codec": ("OpenAICompletions",),
            "accord.dialects.openai_completions.inbound": ("CompletionInbound",),
            "accord.dialects.openai_completions.parse_request": ("parse",),
        },
    )
