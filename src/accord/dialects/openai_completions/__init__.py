"""OpenAI's older completions, both ways: a text is continued, without messages. Many hosts of open models speak them.

Errors, token counts, finish reasons and the form of streams are those of chat completions, and are taken from there.

https://developers.openai.com/api/reference/resources/completions
"""

from accord.dialects.openai_completions.codec import CompletionCodec, OpenAICompletions
from accord.dialects.openai_completions.inbound import CompletionInbound
from accord.dialects.openai_completions.parse import parse

__all__ = ["CompletionCodec", "CompletionInbound", "OpenAICompletions", "parse"]
