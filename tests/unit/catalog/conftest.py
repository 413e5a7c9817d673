"""Recorded requests as neutral ones, as far as counting their tokens needs it."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from accord.core.message import Message
from accord.core.part import Image, Media, Part, Reasoning, Text, ToolCall, ToolResult
from accord.core.request import ChatRequest, JsonSchemaFormat, ReasoningConfig
from accord.core.tool import FunctionTool

WIRE = Path(__file__).parents[3].parent / "shared" / "wire"


class Recorded(NamedTuple):
    """A recorded call: what was asked, and the input tokens the provider counted."""

    id: str
    source: str
    model: str
    request: ChatRequest
    input: int


class Unreadable(Exception):
    """The request has something whose tokens cannot be known from it: hosted tools, stored conversations, files."""


@pytest.fixture(scope="session")
def recorded_calls() -> list[Recorded]:
    if not WIRE.is_dir():
        pytest.skip("the recordings are not there")
    return list(_recorded())


def _recorded() -> Iterator[Recorded]:
    for path in sorted(WIRE.glob("*.jsonl.gz")):
        with gzip.open(path, "rt") as lines:
            for line in lines:
                case = json.loads(line)
                counted = (case["oracle"].get("usage") or {}).get("input")
                if case["response"]["status"] != 200 or not counted or not isinstance(case["request"], dict):
                    continue
                try:
                    request = READERS[case["dialect"]](case["request"])
                except Unreadable:
                    continue
                yield Recorded(case["id"], path.name.split(".")[0], case["model"], request, counted)


def _chat(body: dict[str, Any]) -> ChatRequest:
    messages = [
        Message(role="user", parts=(*_parts(one.get("content")), *_calls(one), *_thoughts(one)))
        for one in body["messages"]
    ]
    wanted = body.get("response_format") or {}
    schema = (wanted.get("json_schema") or {}).get("schema") if wanted.get("type") == "json_schema" else None
    return _request(body, messages, [tool.get("function") for tool in body.get("tools") or []], schema)


def _responses(body: dict[str, Any]) -> ChatRequest:
    if body.get("previous_response_id"):
        raise Unreadable
    given = body.get("input")
    items = [{"role": "user", "content": given}] if isinstance(given, str) else list(given or [])
    if body.get("instructions"):
        items.insert(0, {"role": "system", "content": body["instructions"]})
    messages = []
    for item in items:
        match item.get("type", "message"):
            case "message":
                parts = _parts(item.get("content"))
            case "function_call":
                parts = (ToolCall(id="", name=item["name"], arguments=item.get("arguments") or ""),)
            case "function_call_output":
                output = item.get("output")
                parts = (_result(output if isinstance(output, str) else json.dumps(output)),)
            case _:
                raise Unreadable
        messages.append(Message(role="user", parts=parts))
    if any(tool.get("type") != "function" for tool in body.get("tools") or []):
        raise Unreadable
    wanted = (body.get("text") or {}).get("format") or {}
    return _request(body, messages, body.get("tools") or [], wanted.get("schema"))


def _anthropic(body: dict[str, Any]) -> ChatRequest:
    messages = [Message(role="user", parts=_parts(one.get("content"))) for one in body["messages"]]
    if body.get("system"):
        messages.insert(0, Message(role="system", parts=_parts(body["system"])))
    if any(tool.get("type") not in (None, "custom") for tool in body.get("tools") or []):
        raise Unreadable
    wanted = body.get("output_format") or (body.get("output_config") or {}).get("format") or {}
    return _request(body, messages, body.get("tools") or [], wanted.get("schema"))


def _gemini(body: dict[str, Any]) -> ChatRequest:
    turns = body["contents"] if isinstance(body["contents"], list) else [body["contents"]]
    if isinstance(body.get("systemInstruction"), dict):
        turns = [body["systemInstruction"], *turns]
    messages = [Message(role="user", parts=tuple(map(_gemini_part, turn.get("parts") or []))) for turn in turns]
    tools: list[Any] = []
    for entry in body.get("tools") or []:
        declared = entry.get("functionDeclarations") or entry.get("function_declarations")
        if not declared:
            raise Unreadable
        tools += declared
    wanted = body.get("generationConfig") or {}
    return _request(body, messages, tools, wanted.get("responseJsonSchema") or wanted.get("responseSchema"))


READERS = {
    "openai_chat": _chat,
    "mistral_chat": _chat,
    "openai_responses": _responses,
    "anthropic_messages": _anthropic,
    "gemini_generate": _gemini,
}


def _request(body: dict[str, Any], messages: list[Message], tools: list[Any], schema: Any) -> ChatRequest:
    described = []
    for tool in tools:
        if not tool:
            raise Unreadable
        parameters = tool.get("parameters") or tool.get("input_schema") or tool.get("parametersJsonSchema")
        described.append(FunctionTool(name=tool["name"], description=tool.get("description"), parameters=parameters))
    thinking = body.get("thinking")
    thinks = isinstance(thinking, dict) and thinking.get("type") != "disabled"
    return ChatRequest(
        messages=tuple(messages),
        tools=tuple(described),
        response_format=JsonSchemaFormat(schema=schema) if schema else None,
        reasoning=ReasoningConfig(mode="enabled") if thinks else None,
    )


def _parts(content: Any) -> tuple[Part, ...]:
    if content is None:
        return ()
    if isinstance(content, str):
        return (Text(text=content),)
    return tuple([part for one in content for part in _part(one)])


def _part(one: Any) -> tuple[Part, ...]:
    if isinstance(one, str):
        return (Text(text=one),)
    match one.get("type"):
        case "text" | "input_text" | "output_text":
            return (Text(text=one.get("text") or ""),)
        case "thinking" if isinstance(one.get("thinking"), str):
            return (Reasoning(text=one["thinking"]),)
        case "thinking":
            return _parts(one["thinking"])
        case "redacted_thinking":
            return ()
        case "tool_use":
            return (ToolCall(id="", name=one["name"], arguments=json.dumps(one["input"])),)
        case "tool_result":
            inner = _parts(one.get("content"))
            return (ToolResult(call_id="", content=tuple([part for part in inner if isinstance(part, Text | Image)])),)
        case "image_url":
            link = one["image_url"]
            return (_picture(link if isinstance(link, str) else link["url"]),)
        case "input_image" if one.get("image_url"):
            return (_picture(one["image_url"]),)
        case "image" if one["source"].get("data"):
            return (Image(source=Media(data=one["source"]["data"])),)
        case _:
            raise Unreadable


def _picture(url: str) -> Image:
    if url.startswith("data:"):
        return Image(source=Media(data=url.partition(",")[2]))
    return Image(source=Media(url=url))


def _calls(message: dict[str, Any]) -> tuple[ToolCall, ...]:
    found = []
    for call in message.get("tool_calls") or []:
        function = call.get("function") or {}
        arguments = function.get("arguments") or ""
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        found.append(ToolCall(id="", name=function.get("name") or "", arguments=text))
    return tuple(found)


def _thoughts(message: dict[str, Any]) -> tuple[Reasoning, ...]:
    thought = message.get("reasoning_content")
    return (Reasoning(text=thought),) if isinstance(thought, str) and thought else ()


def _result(text: str) -> ToolResult:
    return ToolResult(call_id="", content=(Text(text=text),))


def _gemini_part(part: dict[str, Any]) -> Part:
    signature = part.get("thoughtSignature") or part.get("thought_signature")
    call = part.get("functionCall") or part.get("function_call")
    answer = part.get("functionResponse") or part.get("function_response")
    picture = part.get("inlineData") or part.get("inline_data")
    if call:
        arguments = json.dumps(call.get("args") or {})
        return ToolCall(id="", name=call["name"], arguments=arguments, signature=signature)
    if answer:
        return _result(json.dumps(answer.get("response")))
    if picture and "image" in str(picture.get("mimeType") or picture.get("mime_type")):
        return Image(source=Media(data=picture["data"]))
    if isinstance(part.get("text"), str):
        return Reasoning(text=part["text"], signature=signature) if signature else Text(text=part["text"])
    raise Unreadable
