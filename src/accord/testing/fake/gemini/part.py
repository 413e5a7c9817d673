"""An answer's candidates and usage (Vertex dossier section 4)."""

from accord.core.part import Audio, Image, Opaque, Part, Reasoning, Refusal, Text, ToolCall
from accord.core.response import TokenLogprob, TopLogprob
from accord.core.usage import Usage
from accord.testing.fake.asked import Asked
from accord.testing.fake.desk import Desk
from accord.testing.fake.gemini.model import rules_of
from accord.testing.fake.gemini.signature import new_signature
from accord.testing.fake.improvise import arguments_object
from accord.testing.fake.said import SaidChoice

GeminiPart = dict[str, object]

_FINISH = {
    "stop": "STOP",
    "tool_calls": "STOP",
    "length": "MAX_TOKENS",
    "content_filter": "SAFETY",
    "error": "MALFORMED_FUNCTION_CALL",
    "unknown": "FINISH_REASON_UNSPECIFIED",
}
"""Accord's reasons in the wire's words."""


def parts_of(desk: Desk, asked: Asked, choice: SaidChoice) -> list[GeminiPart]:
    """The parts. The first call is signed, or the last text where there is none, as the service does it."""
    parts = [one for part in choice.content if (one := _part(part, desk, asked)) is not None]
    if not rules_of(asked.model).signs or any("thoughtSignature" in part for part in parts):
        return parts
    signed = next((part for part in parts if "functionCall" in part), None)
    if signed is None:
        signed = next((part for part in reversed(parts) if "text" in part and not part.get("thought")), None)
    if signed is not None:
        signed["thoughtSignature"] = new_signature(asked.model, desk)
    return parts


def finish_of(choice: SaidChoice) -> str:
    """The `finishReason`."""
    finish = choice.finish or "stop"
    return _FINISH.get(finish, finish)


def usage_of(usage: Usage) -> dict[str, object]:
    """The usage: candidates exclude thoughts, the prompt includes what was cached."""
    thoughts = usage.reasoning or None
    found: dict[str, object] = {
        "promptTokenCount": usage.input,
        "candidatesTokenCount": None if usage.output is None else usage.output - (usage.reasoning or 0),
        "totalTokenCount": usage.total,
        "cachedContentTokenCount": usage.cached or None,
        "thoughtsTokenCount": thoughts,
    }
    if usage.input is not None:
        found["promptTokensDetails"] = [{"modality": "TEXT", "tokenCount": usage.input}]
    if usage.service_tier is not None:
        found["serviceTier"] = usage.service_tier
    return {name: value for name, value in found.items() if value is not None}


def logprobs_of(tokens: tuple[TokenLogprob, ...]) -> dict[str, object]:
    """The `logprobsResult`."""
    return {
        "topCandidates": [{"candidates": [_logprob(one) for one in token.top]} for token in tokens],
        "chosenCandidates": [_logprob(token) for token in tokens],
    }


def grounding_of(choice: SaidChoice) -> dict[str, object] | None:
    """The `groundingMetadata` of citations, which counts in bytes of UTF-8; `None` where there are none."""
    chunks: list[object] = []
    supports: list[object] = []
    for index, part in enumerate(choice.content):
        for citation in part.citations if isinstance(part, Text) else ():
            text = part.text if isinstance(part, Text) else ""
            start, end = citation.start or 0, len(text) if citation.end is None else citation.end
            segment = {
                "startIndex": len(text[:start].encode()),
                "endIndex": len(text[:end].encode()),
                "text": text[start:end],
                "partIndex": index,
            }
            supports.append({"segment": segment, "groundingChunkIndices": [len(chunks)]})
            chunks.append({"web": {"uri": citation.url or "", "title": citation.title or ""}})
    return {"groundingChunks": chunks, "groundingSupports": supports, "webSearchQueries": []} if chunks else None


def _part(part: Part, desk: Desk, asked: Asked) -> GeminiPart | None:
    match part:
        case Text():
            return {"text": part.text}
        case Reasoning():
            return _thought(part, desk)
        case ToolCall(kind="function"):
            return _call(part, desk, asked)
        case Image() | Audio():
            media: GeminiPart = {"mimeType": part.source.media_type or "image/png", "data": part.source.data or ""}
            return {"inlineData": media}
        case Refusal():
            return None
        case Opaque(dialect="gemini", raw=raw):
            return dict(raw)
        case _:
            raise ValueError(f"Gemini cannot say {part!r}")


def _thought(part: Reasoning, desk: Desk) -> GeminiPart | None:
    text = part.text or "\n\n".join(part.summary)
    if not text:
        return None
    found: GeminiPart = {"text": text, "thought": True}
    if part.signature is not None:
        desk.vouched.add(part.signature)
        found["thoughtSignature"] = part.signature
    return found


def _call(part: ToolCall, desk: Desk, asked: Asked) -> GeminiPart:
    call: GeminiPart = {"name": part.name, "args": arguments_object(part.arguments)}
    if part.id or rules_of(asked.model).has_call_ids:
        call["id"] = part.id or desk.ids.new("", 8)
    found: GeminiPart = {"functionCall": call}
    if part.signature is not None:
        desk.vouched.add(part.signature)
        found["thoughtSignature"] = part.signature
    return found


def _logprob(token: TopLogprob) -> dict[str, object]:
    return {"token": token.token, "logProbability": token.logprob}
