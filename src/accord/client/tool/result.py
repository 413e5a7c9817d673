"""What a tool answered, as a model reads it."""

import sys
from collections.abc import Sequence
from typing import cast

import msgspec

from accord.core.json import JsonObject
from accord.core.part import Audio, File, Image, Opaque, Text, ToolCall, ToolContent, ToolResult


def tool_answer(call: ToolCall, value: object) -> ToolResult:
    """The result for the model: strings as they are, parts as parts, anything else as JSON.

    Raises `TypeError` for what JSON has no form for.
    """
    return ToolResult(call_id=call.id, name=call.name, kind=call.kind, content=_content(value))


def tool_failure(call: ToolCall, why: str) -> ToolResult:
    """The result that tells the model of an error."""
    return ToolResult(call_id=call.id, name=call.name, kind=call.kind, content=(Text(text=why),), is_error=True)


def message_of(error: Exception) -> str:
    """What an exception says, or is: never where it came from."""
    return str(error) or type(error).__name__


def _content(value: object) -> tuple[ToolContent, ...]:
    if isinstance(value, str):
        return (Text(text=value),)
    if isinstance(value, Text | Image | Audio | File | Opaque):
        return (value,)
    if isinstance(value, list | tuple) and value:
        items = cast("Sequence[object]", value)
        parts = [item for item in items if isinstance(item, Text | Image | Audio | File | Opaque)]
        if len(parts) == len(items):
            return tuple(parts)
    return (Text(text=msgspec.json.encode(value, enc_hook=_plain).decode()),)


def _plain(value: object) -> JsonObject:
    """A pydantic model as plain data."""
    if "pydantic" in sys.modules:
        from pydantic import BaseModel  # noqa: PLC0415 - an optional library

        if isinstance(value, BaseModel):
            return value.model_dump(mode="json")
    raise TypeError(f"a tool may answer text, parts, or anything that JSON can carry; got {type(value).__name__}")
