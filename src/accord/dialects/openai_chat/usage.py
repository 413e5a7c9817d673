"""Token counts, both ways.

OpenAI's `prompt_tokens` include what came from a cache and its `completion_tokens` include reasoning; hosts put the details
in different places, and some leave reasoning out of the sum.
https://developers.openai.com/api/reference/resources/chat/completions/object
"""

from collections.abc import Mapping
from decimal import Decimal

from accord.core.json import JsonObject, as_object
from accord.core.usage import Usage


def usage_of(raw: JsonObject, service_tier: str | None = None) -> Usage:
    """What a usage object says. `service_tier` is the answer's own, used where the object has none."""
    prompt = as_object(raw.get("prompt_tokens_details")) or {}
    completion = as_object(raw.get("completion_tokens_details")) or {}
    reasoning = _first(_count(completion, "reasoning_tokens"), _count(raw, "reasoning_tokens"))
    tier = raw.get("service_tier")
    return Usage(
        input=_count(raw, "prompt_tokens"),
        output=_output(raw, reasoning),
        cached=_first(
            _count(prompt, "cached_tokens"),
            _count(raw, "prompt_cache_hit_tokens"),
            _count(raw, "cached_tokens"),
            _count(raw, "cache_read_input_tokens"),
        ),
        cache_write=_first(_count(prompt, "cache_write_tokens"), _count(raw, "cache_creation_input_tokens")),
        reasoning=reasoning,
        audio_input=_count(prompt, "audio_tokens"),
        audio_output=_count(completion, "audio_tokens"),
        image_input=_count(prompt, "image_tokens"),
        image_output=_count(completion, "image_tokens"),
        web_searches=_count(as_object(raw.get("server_tool_use_details")) or {}, "web_search_requests"),
        service_tier=tier if isinstance(tier, str) else service_tier,
        cost=_cost(raw),
        raw=raw,
    )


def counted(usage: Usage) -> bool:
    """Whether it has the sums without which this wire has no usage object."""
    return usage.input is not None and usage.output is not None


def usage_object(usage: Usage) -> dict[str, object]:
    """The usage object for a caller. What the wire requires must be known (`counted`); other unknowns are left out."""
    raw: JsonObject = usage.raw or {}
    body: dict[str, object] = {}
    if "prompt_tokens" in raw:
        body = {key: value for key, value in raw.items() if value is not None}
    prompt = {
        "cached_tokens": usage.cached,
        "cache_write_tokens": usage.cache_write,
        "audio_tokens": usage.audio_input,
        "image_tokens": usage.image_input,
    }
    completion = {
        "reasoning_tokens": usage.reasoning,
        "audio_tokens": usage.audio_output,
        "image_tokens": usage.image_output,
    }
    body["prompt_tokens"] = usage.input
    body["completion_tokens"] = usage.output
    body["total_tokens"] = usage.total
    body["prompt_tokens_details"] = _details(body.get("prompt_tokens_details"), prompt)
    body["completion_tokens_details"] = _details(body.get("completion_tokens_details"), completion)
    return {key: value for key, value in body.items() if value != {}}


def _details(given: object, known: Mapping[str, int | None]) -> dict[str, object]:
    merged: dict[str, object] = {**(as_object(given) or {}), **known}
    return {key: value for key, value in merged.items() if value is not None}


def _output(raw: JsonObject, reasoning: int | None) -> int | None:
    """Tokens written, reasoning included: where the total counts it apart (xAI), it is added."""
    output, total, prompt = _count(raw, "completion_tokens"), _count(raw, "total_tokens"), _count(raw, "prompt_tokens")
    if output is None or not reasoning or total is None or prompt is None:
        return output
    return output + reasoning if total == prompt + output + reasoning else output


def _cost(raw: JsonObject) -> Decimal | None:
    """What the host says the call cost in US dollars: OpenRouter's and DeepInfra's number, Perplexity's object."""
    cost = raw.get("cost", raw.get("estimated_cost"))
    detail = as_object(cost)
    amount = _dollars(detail.get("total_cost") if detail is not None else cost)
    if amount is not None and raw.get("is_byok") is True:
        # With the caller's own key the cost is OpenRouter's fee, and the provider's bill comes on top.
        upstream = _dollars((as_object(raw.get("cost_details")) or {}).get("upstream_inference_cost"))
        amount += upstream or 0
    return amount


def _dollars(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    amount = Decimal(repr(value))
    return amount if amount.is_finite() and amount >= 0 else None


def _count(holder: JsonObject, key: str) -> int | None:
    value = holder.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**63:
        return None
    return int(value)


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)
