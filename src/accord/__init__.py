"""Accord: one typed interface to every model provider.

    import accord

    client = accord.Client("openai/gpt-5.4-mini")
    print(client.chat_completion("Say hello").text)

Importing this package does nothing but define names: no network, no files, no environment, no logging set-up, no asyncio
(promise 8). Values come with it; clients and providers are loaded when first used, which keeps the import light.
"""

from typing import TYPE_CHECKING

from accord.core.lazy import lazily
from accord.core.version import VERSION

if TYPE_CHECKING:
    from accord.client.async_client import AsyncClient
    from accord.client.async_stream import AsyncChatStream
    from accord.client.client import Client
    from accord.client.spend.limit import spend_limit
    from accord.client.stream import ChatStream
    from accord.client.value.parsing import Parsed
    from accord.core.accumulate import accumulate
    from accord.core.context import RequestContext
    from accord.core.conversation import Conversation
    from accord.core.cost import Cost
    from accord.core.embedding import EmbeddingRequest, EmbeddingResponse
    from accord.core.error import (
        AccordError,
        Authentication,
        ConfigError,
        ContentFiltered,
        ContextLengthExceeded,
        Interrupted,
        InvalidInput,
        InvalidRequest,
        Malformed,
        ModelNotFound,
        Overloaded,
        Permission,
        ProviderError,
        QuotaExceeded,
        RateLimited,
        ServerError,
        SpendLimitReached,
        TimedOut,
        Unparsed,
        Unreachable,
        Unsupported,
    )
    from accord.core.event import Event
    from accord.core.http import Timeouts
    from accord.core.image import ImageRequest, ImageResponse
    from accord.core.message import Message, assistant, system, tool_result, user
    from accord.core.option import Options
    from accord.core.part import Audio, File, Image, Media, Part, Reasoning, Text, ToolCall, ToolResult
    from accord.core.request import ChatRequest, ReasoningConfig
    from accord.core.response import ChatResponse
    from accord.core.tool import FunctionTool
    from accord.core.usage import Usage
    from accord.providers import Compatible, OpenAI, Provider

__version__ = VERSION

_HOMES = {
    "accord.client.async_client": ("AsyncClient",),
    "accord.client.async_stream": ("AsyncChatStream",),
    "accord.client.client": ("Client",),
    "accord.client.spend.limit": ("spend_limit",),
    "accord.client.stream": ("ChatStream",),
    "accord.client.value.parsing": ("Parsed",),
    "accord.core.accumulate": ("accumulate",),
    "accord.core.context": ("RequestContext",),
    "accord.core.conversation": ("Conversation",),
    "accord.core.cost": ("Cost",),
    "accord.core.embedding": ("EmbeddingRequest", "EmbeddingResponse"),
    "accord.core.error": (
        "AccordError",
        "Authentication",
        "ConfigError",
        "ContentFiltered",
        "ContextLengthExceeded",
        "Interrupted",
        "InvalidInput",
        "InvalidRequest",
        "Malformed",
        "ModelNotFound",
        "Overloaded",
        "Permission",
        "ProviderError",
        "QuotaExceeded",
        "RateLimited",
        "ServerError",
        "SpendLimitReached",
        "TimedOut",
        "Unparsed",
        "Unreachable",
        "Unsupported",
    ),
    "accord.core.event": ("Event",),
    "accord.core.http": ("Timeouts",),
    "accord.core.image": ("ImageRequest", "ImageResponse"),
    "accord.core.message": ("Message", "assistant", "system", "tool_result", "user"),
    "accord.core.option": ("Options",),
    "accord.core.part": ("Audio", "File", "Image", "Media", "Part", "Reasoning", "Text", "ToolCall", "ToolResult"),
    "accord.core.request": ("ChatRequest", "ReasoningConfig"),
    "accord.core.response": ("ChatResponse",),
    "accord.core.tool": ("FunctionTool",),
    "accord.core.usage": ("Usage",),
    "accord.providers": ("Compatible", "OpenAI", "Provider"),
}
"""Where each public name lives."""

__all__ = [
    "AccordError",
    "AsyncChatStream",
    "AsyncClient",
    "Audio",
    "Authentication",
    "ChatRequest",
    "ChatResponse",
    "ChatStream",
    "Client",
    "Compatible",
    "ConfigError",
    "ContentFiltered",
    "ContextLengthExceeded",
    "Conversation",
    "Cost",
    "EmbeddingRequest",
    "EmbeddingResponse",
    "Event",
    "File",
    "FunctionTool",
    "Image",
    "ImageRequest",
    "ImageResponse",
    "Interrupted",
    "InvalidInput",
    "InvalidRequest",
    "Malformed",
    "Media",
    "Message",
    "ModelNotFound",
    "OpenAI",
    "Options",
    "Overloaded",
    "Parsed",
    "Part",
    "Permission",
    "Provider",
    "ProviderError",
    "QuotaExceeded",
    "RateLimited",
    "Reasoning",
    "ReasoningConfig",
    "RequestContext",
    "ServerError",
    "SpendLimitReached",
    "Text",
    "TimedOut",
    "Timeouts",
    "ToolCall",
    "ToolResult",
    "Unparsed",
    "Unreachable",
    "Unsupported",
    "Usage",
    "accumulate",
    "assistant",
    "spend_limit",
    "system",
    "tool_result",
    "user",
]


if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, _HOMES)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
