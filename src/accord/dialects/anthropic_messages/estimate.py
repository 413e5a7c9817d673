"""A rough count of a request's tokens, for the places of this wire that want a number before one is known.

Four characters a token is what Anthropic names for English; pictures cost about their width times height over 750,
which is 1,600 at the size that is scaled down to. https://platform.claude.com/docs/en/build-with-claude/vision
"""

from collections.abc import Iterable

from accord.core.json import dumps
from accord.core.part import Audio, File, Image, Part, Reasoning, Refusal, Text, ToolCall, ToolResult
from accord.core.request import ChatRequest
from accord.core.tool import CustomTool, FunctionTool, HostedTool, Tool, ToolNamespace

_CHARACTERS_A_TOKEN = 4
_PICTURE = 1600
_PAGE_BYTES = 60_000
"""Bytes of a PDF for a page, in base64; a page is about a picture."""


def estimated_tokens(request: ChatRequest) -> int:
    """About how many tokens a request's prompt has."""
    characters = pictures = 0
    for message in request.messages:
        more, seen = _of_parts(message.parts)
        characters += more
        pictures += seen
    characters += sum(_of_tool(tool) for tool in request.tools)
    return max(1, characters // _CHARACTERS_A_TOKEN + pictures * _PICTURE)


def _of_parts(parts: Iterable[Part]) -> tuple[int, int]:
    """Characters, and pictures or pages."""
    characters = pictures = 0
    for part in parts:
        match part:
            case Text() | Refusal():
                characters += len(part.text)
            case Reasoning():
                characters += len(part.text) + sum(len(text) for text in part.summary)
            case ToolCall():
                characters += len(part.name) + len(part.arguments)
            case ToolResult():
                more, seen = _of_parts(part.content)
                characters += more
                pictures += seen
            case Image() | Audio():
                pictures += 1
            case File():
                pictures += 1 + len(part.source.data or "") // _PAGE_BYTES
            case _:
                characters += len(dumps(part.raw))
    return characters, pictures


def _of_tool(tool: Tool) -> int:
    match tool:
        case FunctionTool():
            return len(tool.name) + len(tool.description or "") + len(dumps(tool.parameters))
        case CustomTool():
            return len(tool.name) + len(tool.description or "") + len(dumps(tool.format))
        case HostedTool():
            return len(dumps(tool.raw))
        case ToolNamespace():
            return sum(_of_tool(inner) for inner in tool.tools)
