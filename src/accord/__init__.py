"""Accord: one typed interface to every model provider.

    import accord

    client = accord.Client("openai/gpt-5.4-mini")
    print(client.chat_completion("Say hello").text)

Importing this package does nothing but define names: no network, no files, no environment, no logging set-up, no asyncio
(promise 8). Values come with it; clients and providers are loaded when first used, which keeps the import light.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accord.client.async_client import AsyncClient
    from accord.client.async_stream import AsyncChatStream
    from accord.client.client import Client
    from accord.client.health import Health
    from accord.client.stream import ChatStream
    from accord.core.accumulate import accumulate
    from accord.core.context import RequestContext
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
        TimedOut,
        Unreachable,
        Unsupported,
    )
    from accord.core.event import Event
    from accord.core.http import Timeouts
    from accord.core.image import ImageRequest, ImageResponse
    from accord.core.message import Message, assistant, system, tool_result, user
    from accord.core.option import Options
    from accord.core.part import Audio, File, Image, Media, Part, Reasoning, Text, ToolCall, ToolResult
    from accord.core.request import ChatRequest, JsonObjectFormat, JsonSchemaFormat, ReasoningConfig
    from accord.core.response import ChatResponse
    from accord.core.tool import CustomTool, FunctionTool
    from accord.core.usage import Usage
    from accord.providers import AnyProvider, Compatible, OpenAI, Provider

__version__ = "0.1.0"

_HOMES: dict[str, str] = {}
