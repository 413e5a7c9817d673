"""OpenAI chat completions, both ways: asking any host that speaks them, and answering callers who do.

https://developers.openai.com/api/reference/resources/chat
"""

from typing import TYPE_CHECKING

from accord.core.lazy import lazily

if TYPE_CHECKING:
    from accord.dialects.openai_chat.codec import OpenAIChat
    from accord.dialects.openai_chat.encoding import Encoding, Json
    from accord.dialects.openai_chat.error_body import ErrorWords
    from accord.dialects.openai_chat.failure import fail
    from accord.dialects.openai_chat.forward import forwarded_exchange
    from accord.dialects.openai_chat.inbound import ChatInbound
    from accord.dialects.openai_chat.knobs import Knobs
    from accord.dialects.openai_chat.parse_request import parse

__all__ = [
    "ChatInbound",
    "Encoding",
    "ErrorWords",
    "Json",
    "Knobs",
    "OpenAIChat",
    "fail",
    "forwarded_exchange",
    "parse",
]

if not TYPE_CHECKING:
    __getattr__ = lazily(
        __name__,
        {
            "accord.dialects.openai_chat.codec": ("OpenAIChat",),
            "accord.dialects.openai_chat.encoding": (
                "Encoding",
                "Json",
            ),
            "accord.dialects.openai_chat.error_body": ("ErrorWords",),
            "accord.dialects.openai_chat.failure": ("fail",),
            "accord.dialects.openai_chat.forward": ("forwarded_exchange",),
            "accord.dialects.openai_chat.inbound": ("ChatInbound",),
            "accord.dialects.openai_chat.knobs": ("Knobs",),
            "accord.dialects.openai_chat.parse_request": ("parse",),
        },
    )
