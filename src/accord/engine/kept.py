"""What a request names that one account keeps: files, sounds, conversations, containers. No other account has them."""

from collections.abc import Mapping

from accord.core.dialect import Dialect
from accord.core.json import JsonObject, as_object
from accord.core.part import Audio, File, Image, Part, Text, ToolResult
from accord.core.request import ChatRequest
from accord.core.tool import HostedTool

_MEMBERS: Mapping[Dialect, tuple[str, ...]] = {
    "openai_responses": ("conversation", "prompt"),
    "anthropic_messages": ("container", "thread"),
    "gemini": ("cachedContent",),
}
"""Members of requests that name such things, by the wire that has them."""


def kept_in(request: ChatRequest) -> str | None:
    """The first thing in a request that one account keeps, as a message may name it."""
    if names_kept(request):
        return _named_by_members(request)
    for message in request.messages:
        for part in message.parts:
            if type(part) is not Text and (found := file_in(part)) is not None:
                return found
    return None


def names_kept(request: ChatRequest) -> bool:
    """Whether something beside the conversation names what one account keeps."""
    # Nearly every request has neither.
    return bool(request.extra or request.tools) and _named_by_members(request) is not None


def file_in(part: Part) -> str | None:
    """The file or sound that a part is, where it is given by an id."""
    match part:
        case Image() | File():
            file_id = part.source.file_id
            # Addresses are no ids: whoever may read them does.
            return f"file `{file_id[:100]}`" if file_id is not None and "://" not in file_id else None
        case Audio():
            given = part.source.data is None and part.source.url is None
            return f"sound `{part.id[:100]}`" if given and part.id is not None else None
        case ToolResult():
            return next((found for inner in part.content if (found := file_in(inner)) is not None), None)
        case _:
            return None


def _named_by_members(request: ChatRequest) -> str | None:
    for dialect, fields in request.extra.items():
        for name in _MEMBERS.get(dialect, ()):
            if fields.get(name):
                return f"`{name}`"
    for tool in request.tools:
        if isinstance(tool, HostedTool) and (found := _named_by_tool(tool.raw)) is not None:
            return f"`{found}` of the tool {tool.name}"
    return None


def _named_by_tool(raw: JsonObject) -> str | None:
    if raw.get("vector_store_ids"):
        return "vector_store_ids"
    container = raw.get("container")
    if isinstance(container, str):
        return "container"
    return "container.file_ids" if (as_object(container) or {}).get("file_ids") else None
