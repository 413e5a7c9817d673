"""Token counts. Anthropic's `input_tokens` excludes what was read from and written to a cache; ours includes both.

https://platform.claude.com/docs/en/build-with-claude/prompt-caching#tracking-cache-performance
"""

from collections.abc import Mapping

from msgspec.structs import replace

from accord.core.json import JsonObject, as_array, as_object
from accord.core.usage import Usage, count_of


def read_usage(raw: JsonObject) -> Usage:
    """A `usage` object of an answer. Never raises: what has a wrong type is unknown."""
    plain, written, cached = (
        _count(raw, "input_tokens"),
        _count(raw, "cache_creation_input_tokens"),
        _count(raw, "cache_read_input_tokens"),
    )
    tier, region = "fast" if raw.get("speed") == "fast" else _word(raw, "service_tier"), _word(raw, "inference_geo")
    passes = _passes(raw)
    return Usage(
        input=None if plain is None else plain + (written or 0) + (cached or 0),
        output=_count(raw, "output_tokens"),
        cached=cached,
        cache_write=written,
        cache_write_1h=_detail(raw, "cache_creation", "ephemeral_1h_input_tokens"),
        reasoning=_detail(raw, "output_tokens_details", "thinking_tokens"),
        web_searches=_detail(raw, "server_tool_use", "web_search_requests"),
        service_tier=tier,
        region=region,
        model=_fallback(passes) if passes else None,
        apart=tuple([_apart(entry, tier, region) for entry in passes if entry.get("type") in _APART]),
        raw=raw,
    )


def _passes(raw: JsonObject) -> list[JsonObject]:
    given = raw.get("iterations")
    return [entry for item in as_array(given) or [] if (entry := as_object(item)) is not None] if given else []


def _fallback(passes: list[JsonObject]) -> str | None:
    """The model that did the work in place of the one that was called."""
    return next((_word(entry, "model") for entry in passes if entry.get("type") == "fallback_message"), None)


_APART = ("compaction", "advisor_message")
"""Passes that the counts of the whole leave out, and the bill does not.
https://platform.claude.com/docs/en/build-with-claude/compaction#understanding-usage
"""


def _apart(entry: JsonObject, tier: str | None, region: str | None) -> Usage:
    """One pass: a compaction is the model's own work and served like it, an advisor is a model of its own."""
    counts, model = read_usage({**entry, "iterations": None}), _word(entry, "model")
    return replace(counts, service_tier=tier if model is None else None, region=region, model=model, raw=entry)


def overlaid(before: JsonObject, later: JsonObject) -> JsonObject:
    """A stream's usage so far: counts are running totals, and a later `null` says nothing new.

    https://platform.claude.com/docs/en/build-with-claude/streaming#event-types
    """
    return {**before, **{key: value for key, value in later.items() if value is not None}}


def write_usage(usage: Usage) -> dict[str, object]:
    """The `usage` of an answer of ours, of counts that are known. Callers need `input_tokens` and `output_tokens`.

    What this wire itself counted and has no neutral name (passes, fetched pages, speed) stands as it came.
    """
    body, own = _counted(usage), _own(usage.raw)
    for key, value in own.items():
        ours = as_object(body.get(key))
        if ours is not None:
            body[key] = {**(as_object(value) or {}), **ours}
        elif key not in body and value is not None:
            body[key] = value
    return body


def _own(raw: JsonObject | None) -> JsonObject:
    """Counts that came on this wire; hosts of OpenAI's count what was written to a cache by the same name, beside others."""
    return raw if raw is not None and "cache_creation_input_tokens" in raw and "prompt_tokens" not in raw else {}


def _counted(usage: Usage) -> dict[str, object]:
    written, cached = usage.cache_write or 0, usage.cached or 0
    body: dict[str, object] = {
        "input_tokens": max((usage.input or 0) - written - cached, 0),
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": cached,
        "output_tokens": usage.output or 0,
    }
    if usage.cache_write_1h is not None:
        of_hour = usage.cache_write_1h
        body["cache_creation"] = {
            "ephemeral_5m_input_tokens": max(written - of_hour, 0),
            "ephemeral_1h_input_tokens": of_hour,
        }
    if usage.reasoning is not None:
        body["output_tokens_details"] = {"thinking_tokens": usage.reasoning}
    if usage.web_searches is not None:
        fetched = _detail(usage.raw or {}, "server_tool_use", "web_fetch_requests")
        body["server_tool_use"] = {"web_search_requests": usage.web_searches, "web_fetch_requests": fetched or 0}
    if usage.service_tier in _TIERS:
        body["service_tier"] = usage.service_tier
    if usage.region is not None:
        body["inference_geo"] = usage.region
    return body


_TIERS = frozenset({"standard", "priority", "batch"})


def _count(raw: Mapping[str, object], key: str) -> int | None:
    return count_of(raw.get(key))


def _word(raw: Mapping[str, object], key: str) -> str | None:
    value = raw.get(key)
    return value if isinstance(value, str) else None


def _detail(raw: Mapping[str, object], holder: str, key: str) -> int | None:
    given = raw.get(holder)
    found = None if given is None else as_object(given)
    return None if found is None else _count(found, key)
