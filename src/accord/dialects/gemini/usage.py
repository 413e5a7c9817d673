"""Tokens used, both ways. https://ai.google.dev/api/generate-content#UsageMetadata.

`promptTokenCount` includes what came from a cache; `candidatesTokenCount` leaves out thoughts, except in answers whose own
total says otherwise. A count that is 0 is left out of the message, so beside a prompt's count a missing one is 0.
"""

from collections.abc import Mapping

import msgspec

from accord.core.json import JsonObject, as_array, as_object
from accord.core.usage import Count, Usage, count_of


class _Counts(msgspec.Struct, rename="camel", gc=False):
    """The sums."""

    prompt_token_count: Count | None = None
    candidates_token_count: Count | None = None
    thoughts_token_count: Count | None = None
    tool_use_prompt_token_count: Count | None = None
    cached_content_token_count: Count | None = None
    total_token_count: Count | None = None

    @property
    def input(self) -> int | None:
        """All that was read, what tools fetched included."""
        prompt = self.prompt_token_count
        return None if prompt is None else prompt + (self.tool_use_prompt_token_count or 0)

    @property
    def output(self) -> int | None:
        """All that was written, thoughts included."""
        written, prompt, thoughts = self.candidates_token_count, self.prompt_token_count, self.thoughts_token_count
        if written is None and prompt is None:
            return None
        if thoughts and self.total_token_count is not None:
            without_thoughts = (prompt or 0) + (written or 0)
            if self.total_token_count in (without_thoughts, without_thoughts + (self.tool_use_prompt_token_count or 0)):
                return written or 0
        return (written or 0) + (thoughts or 0)


def usage_of(metadata: JsonObject, *, searches: int | None = None) -> Usage:
    """What `usageMetadata` tells. `searches`: how many searches the answer is grounded on."""
    counts = _counts(metadata)
    asked = _by_modality(metadata.get("promptTokensDetails"))
    answered = _by_modality(metadata.get("candidatesTokensDetails"))
    cached = _by_modality(metadata.get("cacheTokensDetails"))
    if asked is _TEXT_ALONE and answered is _TEXT_ALONE and cached is _TEXT_ALONE:
        # As with most answers: 3 of 71 thousand processor instructions less.
        return Usage(
            input=counts.input,
            output=counts.output,
            cached=counts.cached_content_token_count,
            reasoning=counts.thoughts_token_count,
            web_searches=searches,
            service_tier=_tier(metadata),
            raw=metadata,
        )
    return Usage(
        input=counts.input,
        output=counts.output,
        cached=counts.cached_content_token_count,
        reasoning=counts.thoughts_token_count,
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


def _counts(metadata: JsonObject) -> _Counts:
    try:
        return msgspec.convert(metadata, _Counts)
    except msgspec.ValidationError:
        # A count that is no number is unknown, and no reason to lose the answer.
        members = msgspec.structs.fields(_Counts)
        return _Counts(**{field.name: count_of(metadata.get(field.encode_name)) for field in members})


_TEXT_ALONE: Mapping[str, int] = {}


def _by_modality(details: object) -> Mapping[str, int]:
    """Tokens by modality, where there is any but text."""
    rows = None if details is None else as_array(details)
    if not rows or (len(rows) == 1 and (as_object(rows[0]) or {}).get("modality") == "TEXT"):
        return _TEXT_ALONE
    found: dict[str, int] = {}
    for item in rows:
        row = as_object(item) or {}
        modality, count = row.get("modality"), count_of(row.get("tokenCount"))
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
