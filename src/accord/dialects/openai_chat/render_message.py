"""The message in an answer.

Text of all parts is one string, reasoning is `reasoning_content` with what is beyond its text in `reasoning_details`
(`reasoning_detail.py`), sources with an address are `annotations`, others `citations`, pictures are OpenRouter's `images`.
"""

from collections.abc import Iterable, Sequence

from accord.core.json import JsonObject, as_array, as_object
from accord.core.message import Message, plain_text
from accord.core.part import Audio, Citation, Image, Part, Reasoning, Text, ToolCall
from accord.dialects.data_url import url_of
from accord.dialects.openai_chat.encode_message import text_of_reasoning
from accord.dialects.openai_chat.reasoning_detail import Detail, details_of, needs_details

NO_ARGUMENTS = "{}"
"""What a function that takes none is called with: some hosts leave the text empty, which is no JSON."""


def message_object(message: Message, *, legacy: bool, whole: bool) -> JsonObject:
    """An assistant's message. `legacy`: a call is a `function_call`; `whole`: the answer was not cut off."""
    words = plain_text(message)
    if words is not None:
        # What nearly all answers are: the other members are not looked for. 11 thousand processor instructions less.
        return {"role": "assistant", "content": words, "refusal": None}
    calls = message.tool_calls
    sound = next((part for part in message.parts if isinstance(part, Audio)), None)
    text = message.text
    beside = bool(calls) or message.refusal is not None or sound is not None
    written: dict[str, object] = {
        "role": "assistant",
        "content": text if text or not beside else None,
        "refusal": message.refusal,
        **_reasoning(message.parts),
        **_sources(message.parts),
    }
    if sound is not None:
        written["audio"] = audio_object(sound)
    images = [image_object(part) for part in message.parts if isinstance(part, Image)]
    if images:
        written["images"] = images
    if calls and legacy:
        written["function_call"] = {"name": calls[0].name, "arguments": _arguments(calls[0], whole=whole)}
    elif calls:
        written["tool_calls"] = [call_object(call, whole=whole) for call in calls]
    return {**message.extra.get("openai_chat", {}), **written}


def call_object(call: ToolCall, *, whole: bool) -> dict[str, object]:
    """A tool call, with what its host keeps beside it."""
    inside: JsonObject = {"name": call.name, "arguments": _arguments(call, whole=whole)}
    if call.kind == "custom":
        inside = {"name": call.name, "input": call.arguments}
    return {"id": call.id, "type": call.kind, call.kind: inside, **beside_call(call)}


def beside_call(call: ToolCall) -> dict[str, object]:
    """What a call holds beside its name and arguments. Gemini's signature goes where its OpenAI endpoint puts it."""
    own = dict(call.extra.get("openai_chat", {}))
    if call.signature is not None and "extra_content" not in own:
        own["extra_content"] = {"google": {"thought_signature": call.signature}}
    return own


def audio_object(sound: Audio) -> JsonObject:
    """Spoken words."""
    return {
        "id": sound.id or "",
        "data": sound.source.data or "",
        "transcript": sound.transcript or "",
        "expires_at": sound.expires_at or 0,
    }


def image_object(image: Image) -> dict[str, object]:
    """A picture."""
    return {"type": "image_url", "image_url": {"url": url_of(image.source) or ""}}


def annotation_object(citation: Citation, offset: int, length: int) -> dict[str, object] | None:
    """A source with an address. `offset` is where its text begins in the message, `length` how long that is."""
    if citation.url is None:
        return None
    cited: dict[str, object] = {
        **citation.extra.get("openai_chat", {}),
        "url": citation.url,
        "title": citation.title or "",
        "start_index": offset + (citation.start or 0),
        "end_index": offset + (length if citation.end is None else citation.end),
    }
    if citation.quote is not None:
        cited["content"] = citation.quote
    return {"type": "url_citation", "url_citation": cited}


def citation_object(citation: Citation, offset: int, length: int) -> dict[str, object]:
    """A source without an address: a document of the caller's own."""
    fields: dict[str, object] = {
        "title": citation.title,
        "quote": citation.quote,
        "start_index": offset + (citation.start or 0),
        "end_index": offset + (length if citation.end is None else citation.end),
    }
    return {key: value for key, value in fields.items() if value is not None}


def all_details(parts: Sequence[Part]) -> list[Detail]:
    """`reasoning_details` of a message: as they were received, or of reasoning that plain text would not keep whole."""
    thoughts = [(place, part) for place, part in enumerate(parts) if isinstance(part, Reasoning)]
    for _, part in thoughts:
        received = as_array(part.extra.get("openai_chat", {}).get("reasoning_details"))
        if received is not None:
            return [detail for item in received if (detail := as_object(item)) is not None]
    if not any(needs_details(part) for _, part in thoughts):
        return []
    details: list[Detail] = []
    for place, part in thoughts:
        details.extend(details_of(part, len(details), place))
    return details


def _arguments(call: ToolCall, *, whole: bool) -> str:
    return NO_ARGUMENTS if whole and not call.arguments else call.arguments


def _reasoning(parts: Sequence[Part]) -> JsonObject:
    text = text_of_reasoning([part for part in parts if isinstance(part, Reasoning)])
    details = all_details(parts)
    fields: dict[str, object] = {"reasoning_content": text} if text else {}
    if details:
        fields["reasoning_details"] = details
    return fields


def _sources(parts: Iterable[Part]) -> JsonObject:
    annotations: list[JsonObject] = []
    citations: list[JsonObject] = []
    offset = 0
    for part in parts:
        if isinstance(part, Text):
            for citation in part.citations:
                annotation = annotation_object(citation, offset, len(part.text))
                if annotation is not None:
                    annotations.append(annotation)
                else:
                    citations.append(citation_object(citation, offset, len(part.text)))
            offset += len(part.text)
    fields: dict[str, object] = {"annotations": annotations} if annotations else {}
    if citations:
        fields["citations"] = citations
    return fields
