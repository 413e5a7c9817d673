"""Tokens used, both ways. https://ai.google.dev/api/generate-content#UsageMetadata.

`promptTokenCount` includes what came from a cache; `candidatesTokenCount` leaves out thoughts, except in answers whose own
total says otherwise. A count that is 0 is left out of the message, so beside a prompt's count a missing one is 0.
"""

from collections.abc import Mapping

from accord.core.json import JsonObject, as_array, as_object
from accord.core.usage import Usage


def usage_of(metadata: JsonObject, *, searches: int | None = None) -> Usage:
    """What `usageMetadata` tells. `searches`: how many searches the answer is grounded on."""
    prompt, thoughts = _count(metadata, "promptTokenCount"), _count(metadata, "thoughtsTokenCount")
    tools = _count(metadata, "toolUsePromptTokenCount")
    asked, answered = _by_modality(metadata, "promptTokensDetails"), _by_modality(metadata, "candidatesTokensDetails")
    cached = _by_modality(metadata, "cacheTokensDetails")
    return Usage(
        input=None if prompt is None else prompt + (tools or 0),
        output=_output(metadata, prompt, thoughts, tools),
        cached=_count(metadata, "cachedContentTokenCount"),
        reasoning=thoughts,
        audio_input=asked.get("AUDIO"),
        audio_output=answered.get("AUDIO"),
        image_input=asked.get("IMAGE"),
        image_output=answered.get("IMAGE"),
        cached_audio=cached.get("AUDIO"),
        cached_image=cached.get("IMAGE"),
        web_searches=searches,
        service_tier=_tier(metadata),
        raw=metadata,
    )


def has_counts(metadata: JsonObject) -> bool:
    """Whether it counts anything: on Vertex AI, most chunks of a stream tell nothing but the kind of traffic."""
    return "promptTokenCount" in metadata or "totalTokenCount" in metadata


def _output(metadata: JsonObject, prompt: int | None, thoughts: int | None, tools: int | None) -> int | None:
    written = _count(metadata, "candidatesTokenCount")
    if written is None and prompt is None:
        return None
    total = _count(metadata, "totalTokenCount")
    whole = (prompt or 0) + (written or 0)
    if thoughts and total is not None and total in (whole, whole + (tools or 0)):
        return written or 0
    return (written or 0) + (thoughts or 0)


def _count(metadata: JsonObject, key: str) -> int | None:
    value = metadata.get(key)
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _by_modality(metadata: JsonObject, key: str) -> Mapping[str, int]:
    rows = as_array(metadata.get(key))
    if not rows:
        return {}
    found: dict[str, int] = {}
    for item in rows:
        row = as_object(item) or {}
        modality, count = row.get("modality"), _count(row, "tokenCount")
        if isinstance(modality, str) and count is not None:
            found[modality] = found.get(modality, 0) + count
    return found


def _tier(metadata: JsonObject) -> str | None:
    """`flex`, `priority`, `standard`: AI Studio's word for the tier, or the one in Vertex AI's `trafficType`."""
    tier = metadata.get("serviceTier")
    if isinstance(tier, str):
        return tier.lower()
    traffic = metadata.get("trafficType")
    if not isinstance(traffic, str):
        return None
    return "standard" if traffic == "ON_DEMAND" else traffic.removeprefix("ON_DEMAND_").lower()


def wire_usage(usage: Usage) -> JsonObject:
    """`usageMetadata` for a caller: Gemini's own where the answer came from there."""
    if usage.raw is not None and ("promptTokenCount" in usage.raw or "totalTokenCount" in usage.raw):
        return usage.raw
    written = usage.output if usage.output is None else usage.output - (usage.reasoning or 0)
    counts = {
        "promptTokenCount": usage.input,
        "candidatesTokenCount": written,
        "totalTokenCount": usage.total,
        "cachedContentTokenCount": usage.cached,
        "thoughtsTokenCount": usage.reasoning,
    }
    found: dict[str, object] = {key: value for key, value in counts.items() if value is not None}
    details = {
        "promptTokensDetails": _details(usage.input, usage.audio_input, usage.image_input),
        "candidatesTokensDetails": _details(written, usage.audio_output, usage.image_output),
    }
    return {**found, **{key: rows for key, rows in details.items() if rows}}


def _details(total: int | None, audio: int | None, image: int | None) -> list[JsonObject]:
    """Rows by modality, where anything but text is known of."""
    if total is None or not (audio or image):
        return []
    rows = {"TEXT": total - (audio or 0) - (image or 0), "AUDIO": audio or 0, "IMAGE": image or 0}
    return [{"modality": modality, "tokenCount": count} for modality, count in rows.items() if count > 0]
