"""A whole answer. https://platform.claude.com/docs/en/api/messages#response"""

import msgspec

from accord.core.finish import Finish
from accord.core.json import JsonObject, NotJson, as_object, loads_object
from accord.core.message import Message
from accord.core.part import Extra, Part, Refusal, Text, ToolCall
from accord.core.response import ChatResponse, Choice
from accord.dialects.anthropic_messages.dialect import kept
from accord.dialects.anthropic_messages.fields import Fields
from accord.dialects.anthropic_messages.read_block import read_blocks
from accord.dialects.anthropic_messages.reading import Reading
from accord.dialects.anthropic_messages.write_part import STOP_DETAILS


def read_message(found: dict[str, object], reading: Reading, body: bytes) -> ChatResponse:
    """The response in a message object. Raises `WrongShape`."""
    fields = Fields(found, "")
    content = fields.array("content")
    if content is None:
        raise fields.missing("content")
    parts = list(read_blocks(content, "content"))
    calls = any(isinstance(part, ToolCall) for part in parts)
    if calls:
        parts = [restored(part, reading) for part in parts]
        # An answer that came through a tool of ours is no call.
        calls = any(isinstance(part, ToolCall) for part in parts)
    finish = reading.stages.finish_reason(fields.text("stop_reason"), fields.text("stop_sequence"))
    details = fields.plain(STOP_DETAILS)
    if details is not None:
        parts.extend(refusal_in(details))
    usage = as_object(fields.take("usage"))
    id_, model = fields.text("id") or "", fields.text("model") or ""
    fields.take("type")
    fields.take("role")
    choice = Choice(
        message=Message(role="assistant", parts=tuple(parts)),
        finish=settled(finish, reading, calls=calls),
        extra={} if details is None else kept({STOP_DETAILS: details}),
    )
    return ChatResponse(
        id=id_,
        model=model,
        choices=(choice,),
        usage=None if usage is None else reading.stages.usage(usage),
        extra=unnamed(fields.rest()),
        raw=body,
    )


def unnamed(fields: JsonObject) -> Extra:
    """Members without a neutral name, but for those that say nothing."""
    return kept({key: value for key, value in fields.items() if value is not None}) if fields else {}


def restored(part: Part, reading: Reading) -> Part:
    """A part as the caller's request named it: its tools, and an answer that came through one."""
    if not isinstance(part, ToolCall):
        return part
    if part.name == reading.answer_tool:
        return Text(text=part.arguments)
    declared = reading.names.back(part.name)
    if declared.name == part.name and declared.namespace is None and declared.kind == "function":
        return part
    text = free_text(part.arguments) if declared.kind == "custom" else part.arguments
    return msgspec.structs.replace(
        part, name=declared.name, namespace=declared.namespace, kind=declared.kind, arguments=text
    )


def free_text(arguments: str) -> str:
    """What a tool that takes free text was given: the one string of its input, or all of it where there is none."""
    try:
        found = loads_object(arguments).get("input")
    except NotJson:
        return arguments
    return found if isinstance(found, str) else arguments


def refusal_in(details: dict[str, object] | None) -> list[Part]:
    """The model's explanation of a refusal, which the wire keeps beside the content.

    https://platform.claude.com/docs/en/test-and-evaluate/strengthen-guardrails/handle-streaming-refusals
    """
    explanation = (details or {}).get("explanation")
    if not isinstance(explanation, str) or not explanation:
        return []
    return [Refusal(text=explanation, extra=kept({STOP_DETAILS: True}))]


def settled(finish: Finish, reading: Reading, *, calls: bool) -> Finish:
    """Why the choice ended, for a caller who knows nothing of the tool that gave the answer."""
    if reading.answer_tool is None or calls or finish.unified != "tool_calls":
        return finish
    return msgspec.structs.replace(finish, unified="stop")
