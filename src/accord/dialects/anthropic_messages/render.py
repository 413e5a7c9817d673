"""A whole answer for a caller. https://platform.claude.com/docs/en/api/messages#response"""

import re
from collections.abc import Mapping
from hashlib import sha256

import msgspec

from accord.core.finish import Finish, native_reason
from accord.core.json import JsonObject, as_object, dumps, edited
from accord.core.message import Message
from accord.core.part import Refusal, ToolCall
from accord.core.request import ChatRequest
from accord.core.response import ChatResponse, Choice
from accord.core.usage import Usage
from accord.dialects.anthropic_messages.call_ids import CallIds
from accord.dialects.anthropic_messages.dialect import own
from accord.dialects.anthropic_messages.estimate import estimated_tokens
from accord.dialects.anthropic_messages.finish import write_finish
from accord.dialects.anthropic_messages.render_part import is_stop_details, render_part
from accord.dialects.anthropic_messages.usage import write_usage
from accord.dialects.anthropic_messages.write_media import Block
from accord.dialects.anthropic_messages.write_part import STOP_DETAILS

_INVALID_CHARACTER = re.compile(r"[^a-zA-Z0-9_-]")


class AnswerIds:
    """The ids of an answer in this wire's form, made of those the provider gave."""

    __slots__ = ("_calls", "_seed", "message")

    def __init__(self, id_: str, created: int | None) -> None:
        self._seed = f"{id_}/{created}"
        self._calls = CallIds()
        self.message: str = (
            id_ if id_.startswith("msg_") else f"msg_{_INVALID_CHARACTER.sub('_', id_) or self._made('')}"
        )

    def call(self, call: ToolCall, place: int) -> ToolCall:
        """A tool call under an id that callers of this wire can send back."""
        id_ = self._calls.call(call.id or f"toolu_{self._made(place)}", call.name)
        return call if id_ == call.id else msgspec.structs.replace(call, id=id_)

    def _made(self, place: object) -> str:
        return sha256(f"{self._seed}/{place}".encode()).hexdigest()[:24]


def render_message(response: ChatResponse, request: ChatRequest, accord: Mapping[str, object] | None) -> bytes:
    """The body of the answer; callers of this wire know one choice, the first."""
    choice = response.choices[0] if response.choices else Choice(message=Message(role="assistant"))
    ids = AnswerIds(response.id, response.created)
    body: Block = {
        **skeleton(ids, request.model),
        "content": _content(choice, ids),
        **ending(
            choice.finish,
            own(choice.extra),
            refusal=_refusal(choice.message),
            calls=bool(choice.message.tool_calls),
        ),
        "usage": rendered_usage(response.usage, request, len(choice.message.text)),
        **own(response.extra),
    }
    if accord is not None:
        body["accord"] = accord
    return dumps(body)


def renamed(raw: bytes, model: str, accord: Mapping[str, object] | None) -> bytes:
    """Anthropic's own answer under the model's name that was asked for."""
    edits: dict[str, object] = {"model": model}
    if accord is not None:
        edits["accord"] = accord
    return edited(raw, edits)


def skeleton(ids: AnswerIds, model: str) -> Block:
    """What every message has, before anything was said."""
    return {"id": ids.message, "type": "message", "role": "assistant", "model": model}


def ending(finish: Finish | None, extra: JsonObject, *, refusal: str | None, calls: bool) -> Block:
    """`stop_reason` and what belongs to it. `refusal`: words of a refusal that came on another wire."""
    details = as_object(extra.get(STOP_DETAILS))
    if finish is None:
        return {"stop_reason": None, "stop_sequence": None, STOP_DETAILS: None}
    reason = "refusal" if refusal is not None else write_finish(finish, calls=calls)
    if details is None and reason == "refusal":
        details = {"type": "refusal", "category": None, "explanation": refusal}
    native = native_reason(finish, reason)
    return {"stop_reason": reason, "stop_sequence": finish.stop_sequence, STOP_DETAILS: details, **native}


def _refusal(message: Message) -> str | None:
    """The words of a refusal that came on another wire, which has them apart from text."""
    found = [part.text for part in message.parts if isinstance(part, Refusal) and not is_stop_details(part)]
    return "".join(found) if found else None


ESTIMATED = "estimated"
"""The member that says that counts are no more than estimates."""


def rendered_usage(usage: Usage | None, request: ChatRequest, characters: int) -> Block:
    """The counts. Callers cannot do without them, so unknown ones are estimated, and said to be."""
    known = usage if usage is not None else Usage()
    if known.input is not None and known.output is not None:
        return write_usage(known)
    input_ = known.input if known.input is not None else estimated_tokens(request)
    output = known.output if known.output is not None else max(1, characters // 4)
    return {**write_usage(msgspec.structs.replace(known, input=input_, output=output)), ESTIMATED: True}


def _content(choice: Choice, ids: AnswerIds) -> list[Block]:
    blocks: list[Block] = []
    for place, part in enumerate(choice.message.parts):
        blocks.extend(render_part(ids.call(part, place) if isinstance(part, ToolCall) else part))
    return blocks
