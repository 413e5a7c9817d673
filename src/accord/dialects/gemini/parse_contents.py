"""`contents` and `systemInstruction` become messages."""

import msgspec

from accord.core.error import InvalidInput
from accord.core.message import Message, Role
from accord.core.part import Audio, File, Image, Opaque, Part, Text, ToolContent, ToolResult
from accord.dialects.gemini import wire
from accord.dialects.gemini.arguments import answer_text
from accord.dialects.gemini.call_ids import made_up_id
from accord.dialects.gemini.dialect import kept
from accord.dialects.gemini.read_part import call_of, is_empty, part_of

_ROLES = frozenset({"user", "function", "tool"})


class ContentsParser:
    """Reads one conversation. Calls without ids get one, and results find theirs by name and order."""

    def __init__(self) -> None:
        self._messages: list[Message] = []
        self._open: dict[str, list[str]] = {}
        """Ids of calls without a result yet, by the function's name."""

    def parse(self, contents: list[wire.Content]) -> tuple[Message, ...]:
        """The messages. Raises `InvalidInput` naming the path of what is wrong."""
        for index, content in enumerate(contents):
            path = f"contents[{index}]"
            if content.role == "model":
                self._model(content, index, path)
            elif content.role is None or content.role in _ROLES:
                self._user(content, index, path)
            else:
                raise InvalidInput(
                    f"`{path}.role` must be `user` or `model`, got {content.role!r}", param=f"{path}.role"
                )
        if not self._messages:
            raise InvalidInput("`contents` must not be empty", param="contents")
        return tuple(self._messages)

    def _model(self, content: wire.Content, turn: int, path: str) -> None:
        parts: list[Part] = []
        for index, part in enumerate(content.parts or ()):
            if part.function_call is None:
                said = _plain(part, f"{path}.parts[{index}]")
                if not is_empty(said):
                    parts.append(said)
                continue
            call = part.function_call
            if not call.name:
                place = f"{path}.parts[{index}].functionCall.name"
                raise InvalidInput(f"`{place}` is missing", param=place)
            found = call_of(part, call, call.id or made_up_id(turn, index, call.name, call.args))
            self._open.setdefault(call.name, []).append(found.id)
            parts.append(found)
        self._add("assistant", parts, content)

    def _user(self, content: wire.Content, turn: int, path: str) -> None:
        if not content.parts:
            raise InvalidInput(f"`{path}.parts` must not be empty", param=f"{path}.parts")
        parts: list[Part] = []
        for index, part in enumerate(content.parts):
            place = f"{path}.parts[{index}]"
            if part.function_response is None:
                parts.append(_plain(part, place))
                continue
            result = self._result(part, part.function_response, turn, place)
            self._messages.append(Message(role="tool", parts=(result,)))
        self._add("user", parts, content)

    def _add(self, role: Role, parts: list[Part], content: wire.Content) -> None:
        """Adds a turn. Those who keep a stream as it came have the model's turn in pieces, which become one again."""
        if not parts:
            return
        message = Message(role=role, parts=tuple(parts), extra=kept(content.rest or {}))
        before = self._messages[-1] if self._messages else None
        if role == "assistant" and before is not None and before.role == role and before.extra == message.extra:
            self._messages[-1] = msgspec.structs.replace(before, parts=_joined(before.parts, message.parts))
        else:
            self._messages.append(message)

    def _result(self, part: wire.Part, answer: wire.FunctionResponse, turn: int, path: str) -> ToolResult:
        if not answer.name:
            raise InvalidInput(f"`{path}.functionResponse.name` is missing", param=f"{path}.functionResponse.name")
        waiting = self._open.get(answer.name, [])
        if answer.id in waiting:
            waiting.remove(answer.id or "")
        call_id = answer.id or (waiting.pop(0) if waiting else made_up_id(turn, path, answer.name))
        text, is_error = answer_text(answer.response)
        inner = [_within(piece, f"{path}.functionResponse.parts[{n}]") for n, piece in enumerate(answer.parts or ())]
        fields = dict(part.rest or {})
        if part.thought_signature is not None:
            fields["thoughtSignature"] = part.thought_signature
        if answer.rest:
            fields["functionResponse"] = answer.rest
        return ToolResult(
            call_id=call_id,
            name=answer.name,
            content=(Text(text=text), *inner),
            is_error=is_error or None,
            extra=kept(fields),
        )


def _joined(before: tuple[Part, ...], after: tuple[Part, ...]) -> tuple[Part, ...]:
    """Two pieces of one turn; a text that was cut between them is one text."""
    last, first = before[-1], after[0]
    if isinstance(last, Text) and isinstance(first, Text) and not last.extra and not first.extra:
        return (*before[:-1], Text(text=last.text + first.text), *after[1:])
    return before + after


def _plain(part: wire.Part, path: str) -> Part:
    found = part_of(part)
    if found is None:
        raise InvalidInput(f"`{path}` holds no data: give it `text`, `inlineData` or another field", param=path)
    return found


def _within(part: wire.Part, path: str) -> ToolContent:
    """What a result holds beside its object."""
    found = _plain(part, path)
    if isinstance(found, Text | Image | Audio | File | Opaque):
        return found
    raise InvalidInput(f"`{path}` cannot hold a thought", param=path)


def instructions(content: wire.Content | None) -> tuple[Message, ...]:
    """The system message, where there is one."""
    parts = (
        [_plain(part, f"systemInstruction.parts[{n}]") for n, part in enumerate(content.parts or ())] if content else []
    )
    if content is None or not parts:
        return ()
    fields = dict(content.rest or {})
    if content.role is not None:
        fields["role"] = content.role
    return (Message(role="system", parts=tuple(parts), extra=kept(fields)),)
