"""OpenAI chat completions, both ways: asking any host that speaks them, and answering callers who do.

https://developers.openai.com/api/reference/resources/chat
"""

from accord.dialects.openai_chat.codec import OpenAIChat
from accord.dialects.openai_chat.encoding import Encoding, Json
from accord.dialects.openai_chat.error_body import ErrorWords
from accord.dialects.openai_chat.failure import fail
from accord.dialects.openai_chat.inbound import ChatInbound
from accord.dialects.openai_chat.knobs import Knobs
from accord.dialects.openai_chat.parse import parse

__all__ = ["ChatInbound", "Encoding", "ErrorWords", "Json", "Knobs", "OpenAIChat", "fail", "parse"]
