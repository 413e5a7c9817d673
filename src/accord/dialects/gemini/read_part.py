"""Parts of this wire become neutral parts: the same for answers and for requests."""

from accord.core.part import Audio, File, Image, Opaque, Part, Reasoning, Text, ToolCall
from accord.dialects.gemini import wire
from accord.dialects.gemini.arguments import arguments_text
from accord.dialects.gemini.dialect import DIALECT, kept
from accord.dialects.gemini.media import blob_of, file_of
from accord.dialects.gemini.proof import opened


def part_of(part: wire.Part) -> Text | Reasoning | Image | Audio | File | Opaque | None:
    """Anything but calls and their results; `None` for a part without data."""
    if is_words(part):
        return Text(text=part.text or "")
    fields = dict(part.rest) if part.rest else {}
    if part.inline_data is not None or part.file_data is not None:
        return _media(part, fields)
    if part.thought and (part.text is not None or not fields):
        return _thought(part, fields)
    if part.text is None and fields:
        return Opaque(dialect=DIALECT, raw=_marked(part, fields))
    if part.text is None and part.thought_signature is None:
        return None
    if part.thought_signature is not None:
        fields["thoughtSignature"] = part.thought_signature
    return Text(text=part.text or "", extra=kept(fields))


def is_words(part: wire.Part) -> bool:
    """Whether a part is nothing but text, as nearly all are."""
    return (
        part.text is not None
        and not part.thought
        and part.thought_signature is None
        and part.rest is None
        and part.function_call is None
        and part.function_response is None
        and part.inline_data is None
        and part.file_data is None
    )


def _media(part: wire.Part, fields: dict[str, object]) -> Image | Audio | File | Opaque:
    if part.thought:
        # A draft that the model made while it thought, and no part of its answer.
        holder = {"inlineData": part.inline_data} if part.inline_data is not None else {"fileData": part.file_data}
        return Opaque(dialect=DIALECT, raw=_marked(part, {**fields, **{k: _raw(v) for k, v in holder.items()}}))
    if part.thought_signature is not None:
        fields["thoughtSignature"] = part.thought_signature
    if part.inline_data is not None:
        return blob_of(part.inline_data, fields)
    assert part.file_data is not None
    return file_of(part.file_data, fields)


def _raw(data: wire.Blob | wire.FileData | None) -> dict[str, object]:
    if isinstance(data, wire.Blob):
        members: dict[str, object] = {"mimeType": data.mime_type, "data": data.data}
    elif data is not None:
        members = {"fileUri": data.file_uri, "mimeType": data.mime_type}
    else:
        members = {}
    return {key: value for key, value in members.items() if value is not None}


def _thought(part: wire.Part, fields: dict[str, object]) -> Reasoning:
    foreign = opened(part.thought_signature)
    text = part.text or ""
    if foreign is None:
        return Reasoning(text=text, signature=part.thought_signature, owner=DIALECT, extra=kept(fields))
    return Reasoning(
        text="" if foreign.summary else text,
        summary=tuple(text.split("\n\n")) if foreign.summary and text else (),
        signature=foreign.signature,
        encrypted=foreign.encrypted,
        id=foreign.id,
        owner=foreign.owner,
    )


def _marked(part: wire.Part, fields: dict[str, object]) -> dict[str, object]:
    """A part of unknown kind as it came."""
    if part.thought is not None:
        fields["thought"] = part.thought
    if part.thought_signature is not None:
        fields["thoughtSignature"] = part.thought_signature
    return fields


def call_of(part: wire.Part, call: wire.FunctionCall, call_id: str) -> ToolCall:
    """A call, under the name it has on the wire."""
    fields = dict(part.rest) if part.rest else {}
    if call.rest:
        fields["functionCall"] = call.rest
    return ToolCall(
        id=call_id,
        name=call.name,
        arguments=arguments_text(call.args),
        signature=part.thought_signature,
        extra=kept(fields),
    )


def is_empty(part: Part) -> bool:
    """Whether a part says nothing at all: the empty text that ends many streams."""
    return isinstance(part, Text) and not part.text and not part.extra
