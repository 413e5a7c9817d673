"""A whole answer for a caller of this wire."""

from collections.abc import Mapping, Sequence

from accord.core.json import JsonObject, as_object, dumps
from accord.core.part import Audio, File, Image, Media, Opaque, Part, Reasoning, Refusal, Text, ToolCall
from accord.core.response import ChatResponse, Choice
from accord.dialects.gemini.citation import Citing, wire_grounding
from accord.dialects.gemini.dialect import DIALECT, overlaid, own
from accord.dialects.gemini.finish import told_of
from accord.dialects.gemini.logprob import wire_logprobs
from accord.dialects.gemini.proof import sealed
from accord.dialects.gemini.usage import wire_usage
from accord.dialects.gemini.write_part import call_part, text_part, thought_part


def render(response: ChatResponse, model: str, accord: Mapping[str, object] | None) -> bytes:
    """The answer in JSON. `model` is the name the caller asked for; `accord` is added where it was asked for."""
    fields = own(response.extra)
    body: dict[str, object] = {}
    empty = not any(choice.message.parts or choice.extra for choice in response.choices)
    if not is_blocked(fields, empty=empty):
        body["candidates"] = [_candidate(choice) for choice in response.choices]
    if response.usage is not None:
        body["usageMetadata"] = wire_usage(response.usage)
    body["modelVersion"] = model
    if response.id:
        body["responseId"] = response.id
    body.update(fields)
    if accord is not None:
        body["accord"] = accord
    return dumps(body)


def is_blocked(fields: JsonObject, *, empty: bool) -> bool:
    """Whether the prompt was blocked: such an answer has no candidates, only `promptFeedback`. `empty`: none of them
    holds anything.
    """
    return empty and "blockReason" in (as_object(fields.get("promptFeedback")) or {})


def _candidate(choice: Choice) -> dict[str, object]:
    parts: list[JsonObject] = []
    citing: list[Citing] = []
    for part in choice.message.parts:
        if isinstance(part, Text) and part.citations:
            citing.append(Citing(len(parts), part.text, part.citations))
        parts.extend(answer_parts(part))
    candidate: dict[str, object] = {"content": {"parts": parts, "role": "model"} if parts else {"role": "model"}}
    candidate.update(told_of(choice.finish))
    candidate["index"] = choice.index
    if choice.logprobs is not None and choice.logprobs.content is not None:
        candidate["logprobsResult"] = wire_logprobs(choice.logprobs.content)
    return with_grounding(overlaid(candidate, own(choice.extra)), citing)


def with_grounding(candidate: dict[str, object], citing: Sequence[Citing]) -> dict[str, object]:
    """The candidate with the sources of another wire's answer; Gemini's own come in its own words already."""
    if "groundingMetadata" not in candidate and "citationMetadata" not in candidate:
        grounding = wire_grounding(citing)
        if grounding is not None:
            candidate["groundingMetadata"] = grounding
    return candidate


def answer_parts(part: Part) -> list[JsonObject]:
    """The parts of this wire for a part of an answer; none for blocks that belong to another wire."""
    match part:
        case Text():
            return [text_part(part)]
        case Reasoning():
            return [thought_part(part, sealed(part))]
        case ToolCall():
            return [call_part(part, part.name if part.namespace is None else f"{part.namespace}__{part.name}")]
        case Refusal():
            return [{"text": part.text}]
        case Audio():
            return _sound(part)
        case Image() | File():
            return _media(part.source, own(part.extra))
        case Opaque() if part.dialect == DIALECT:
            return [part.raw]
        case _:
            return []


def _sound(part: Audio) -> list[JsonObject]:
    words: list[JsonObject] = [] if part.transcript is None else [{"text": part.transcript}]
    return words + _media(part.source, own(part.extra), "audio/wav")


def _media(source: Media, fields: JsonObject, usual_type: str = "image/png") -> list[JsonObject]:
    kind = source.media_type or usual_type
    if source.data is not None:
        return [overlaid({"inlineData": {"mimeType": kind, "data": source.data}}, fields)]
    if source.url is not None or source.file_id is not None:
        where: dict[str, object] = {"fileUri": source.url or source.file_id}
        if source.media_type is not None:
            where["mimeType"] = source.media_type
        return [overlaid({"fileData": where}, fields)]
    return []
