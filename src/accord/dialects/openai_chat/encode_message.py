"""Messages, written.

Chat completions keep tool results in messages of their own, which must follow the calls without anything between, and take
pictures from the user alone (https://developers.openai.com/api/reference/resources/chat). So results come first in their
turn, and pictures in them follow in a message of the user once all results of the turn are written.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from accord.core.json import dumps
from accord.core.message import Message, Role
from accord.core.part import Audio, Image, Part, Reasoning, Refusal, Text, ToolCall, ToolResult
from accord.dialects.data_url import url_of
from accord.dialects.openai_chat.encode_part import content_of, is_marked, mark, overlaid, own
from accord.dialects.openai_chat.encoding import Encoding, Json
from accord.dialects.openai_chat.tool_name import EMULATED_ARGUMENT

if TYPE_CHECKING:
    from accord.dialects.openai_chat.codec import OpenAIChat

_ROLES: Mapping[Role, str] = {"user": "user", "tool": "user", "assistant": "assistant"}
"""Who speaks in a message of words; who gives instructions is for the host to say."""
_ATTACHED = "The result is attached to the next message."


def written_messages(codec: "OpenAIChat", to: Encoding) -> list[Json]:
    """All messages of the request."""
    written: list[Json] = []
    plainly = codec.writes_words_plainly
    for index, message in enumerate(to.request.messages):
        if to.pictures and not _has_results(message):
            written.append(_of_user(codec, _taken(to)))
        words = to.words[index]
        if words is not None and plainly:
            written.append({"role": _ROLES.get(message.role) or _role(codec, message), "content": words})
            continue
        written.extend(codec.message(message, f"messages[{index}]", to))
    if to.pictures:
        written.append(_of_user(codec, _taken(to)))
    return written


def written_message(codec: "OpenAIChat", message: Message, path: str, to: Encoding) -> list[Json]:
    """The wire's messages for one of ours."""
    match message.role:
        case "assistant":
            turn = _assistant(codec, message, path, to)
            # A turn of which nothing could be sent would say that the model was silent.
            silent = bool(message.parts) and turn == {"role": "assistant", "content": ""}
            written = [] if silent and not any(isinstance(part, Text) for part in message.parts) else [turn]
        case "system" | "developer":
            written = [_instructions(codec, message, path, to)]
        case "user" | "tool":
            written = _turn(codec, message, path, to)
    if written and message.role != "tool":
        last = written[-1]
        if message.name is not None:
            last["name"] = message.name
        if message.extra:
            last.update(own(message.extra))
    return written


def written_call(codec: "OpenAIChat", call: ToolCall, to: Encoding) -> Json:
    """One tool call of an assistant's turn."""
    name = to.names.to_wire(call.name, call.namespace)
    written: Json = {"id": codec.call_id(call.id)}
    if call.kind == "custom" and codec.knobs.custom_tools == "native":
        written |= {"type": "custom", "custom": {"name": name, "input": call.arguments}}
    else:
        arguments = call.arguments or "{}"
        if call.kind == "custom":
            arguments = dumps({EMULATED_ARGUMENT: call.arguments}).decode()
        written |= {"type": "function", "function": {"name": name, "arguments": arguments}}
    return overlaid(written, own(call.extra))


def written_result(codec: "OpenAIChat", result: ToolResult, path: str, to: Encoding) -> Json:
    """The message of one tool result; pictures in it are put aside where the host takes none here."""
    if result.is_error:
        to.losses.advise(f"{path}.is_error", "tool results have no error mark on this wire; their text tells")
    inner: list[Json] = []
    aside = 0
    for index, part in enumerate(result.content):
        place = f"{path}.content[{index}]"
        written = codec.part(part, place, to)
        if written is None:
            continue
        if codec.knobs.tool_content == "parts" or written.get("type") == "text":
            inner.append(written)
            continue
        aside += 1
        to.pictures.append(written)
        to.losses.change(place, "sent in a message of the user after the tool results, which hold text alone")
    if aside and not inner:
        inner.append({"type": "text", "text": _ATTACHED})
    if inner and not is_marked(result.extra):
        mark(codec, inner[-1], result.cache, path, to)
    content = content_of(codec, inner, between="\n\n") if inner else ""
    return {"role": "tool", "tool_call_id": codec.call_id(result.call_id), "content": content, **own(result.extra)}


def _turn(codec: "OpenAIChat", message: Message, path: str, to: Encoding) -> list[Json]:
    """A turn of the user or of tools: results first, then what else was said."""
    written: list[Json] = []
    rest: list[Json] = []
    for index, part in enumerate(message.parts):
        place = f"{path}.parts[{index}]"
        if isinstance(part, ToolResult):
            written.append(codec.result(part, place, to))
        elif (other := codec.part(part, place, to)) is not None:
            rest.append(other)
    if rest:
        rest = _taken(to) + rest
    if rest or not (written or message.role == "tool"):
        written.append(_of_user(codec, rest))
    return written


def _instructions(codec: "OpenAIChat", message: Message, path: str, to: Encoding) -> Json:
    role = _role(codec, message)
    parts = _content(codec, message.parts, path, to)
    if not parts and own(message.extra):
        return {"role": role}
    return {"role": role, "content": content_of(codec, parts, between="\n\n") if parts else ""}


def _role(codec: "OpenAIChat", message: Message) -> str:
    """The role of instructions."""
    return message.role if codec.knobs.system == "as_given" else codec.knobs.system


def _assistant(codec: "OpenAIChat", message: Message, path: str, to: Encoding) -> Json:
    written: Json = {"role": "assistant"}
    written.update(codec.thoughts([part for part in message.parts if isinstance(part, Reasoning)], path, to))
    calls = [codec.call(call, to) for call in message.tool_calls]
    content = _content(codec, message.parts, path, to)
    _put_content(codec, written, content, needed=not calls and message.refusal is None)
    if message.refusal is not None:
        written["refusal"] = message.refusal
    _put_media(written, message.parts, path, to)
    if calls:
        written["tool_calls"] = calls
    return written


def _put_content(codec: "OpenAIChat", written: Json, content: Sequence[Json], *, needed: bool) -> None:
    """`needed`: there is nothing else in the turn."""
    if content:
        written["content"] = content_of(codec, content, between="")
    elif needed or codec.knobs.empty_content == "empty":
        written["content"] = ""
    elif codec.knobs.empty_content == "null":
        written["content"] = None


def _content(codec: "OpenAIChat", parts: Sequence[Part], path: str, to: Encoding) -> list[Json]:
    """What stands in a message's content, as opposed to beside it."""
    apart = Reasoning | ToolCall | Refusal | Audio | Image
    written = [
        codec.part(part, f"{path}.parts[{index}]", to)
        for index, part in enumerate(parts)
        if not isinstance(part, apart)
    ]
    return [part for part in written if part is not None]


def _put_media(written: Json, parts: Sequence[Part], path: str, to: Encoding) -> None:
    """Sound and pictures the model made: sound is named by its id, pictures go as OpenRouter gives them."""
    images: list[Json] = []
    for index, part in enumerate(parts):
        if isinstance(part, Audio):
            _put_sound(written, part, f"{path}.parts[{index}]", to)
        elif isinstance(part, Image) and (url := url_of(part.source)) is not None:
            images.append({"type": "image_url", "image_url": {"url": url}})
    if images:
        written["images"] = images


def _put_sound(written: Json, part: Audio, path: str, to: Encoding) -> None:
    if part.id is not None:
        written["audio"] = {"id": part.id}
        return
    if part.transcript is None:
        to.losses.refuse(path, "sound of an earlier answer is named by its id, and this has none")
        return
    to.losses.change(path, "its transcript is sent in place of the sound, which has no id")
    before = written.get("content")
    written["content"] = (before if isinstance(before, str) else "") + part.transcript


def _of_user(codec: "OpenAIChat", parts: Sequence[Json]) -> Json:
    return {"role": "user", "content": content_of(codec, parts, between="\n\n") if parts else ""}


def _taken(to: Encoding) -> list[Json]:
    taken, to.pictures = to.pictures, []
    return taken


def _has_results(message: Message) -> bool:
    return any(isinstance(part, ToolResult) for part in message.parts)


def text_of_reasoning(parts: Sequence[Reasoning]) -> str:
    """The words of reasoning, for hosts with one plain field: the text, or the summary where that is all there is."""
    return "\n\n".join([words for part in parts if (words := part.text or "\n\n".join(part.summary))])
