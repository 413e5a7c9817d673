"""Token counts, both ways.

OpenAI's `prompt_tokens` include what came from a cache and its `completion_tokens` include reasoning; hosts put the details
in different places, and some leave reasoning out of the sum.
https://developers.openai.com/api/reference/resources/chat/completions/object
"""

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from accord.core.json import JsonObject, as_object
from accord.core.usage import Count, Usage, count_of, counts_in


class _Details(msgspec.Struct, gc=False):
    """The parts of a sum; those of input and of output have one shape."""

    cached_tokens: Count | None = None
    cache_write_tokens: Count | None = None
    reasoning_tokens: Count | None = None
    audio_tokens: Count | None = None
    image_tokens: Count | None = None


_NO_DETAILS = _Details()
USUAL = frozenset(
    {
        "prompt_tokens",
        "completion_tokens",
        "total_tokens",
        "prompt_tokens_details",
        "completion_tokens_details",
    }
)
"""The members of OpenAI's own usage object."""


class _Searches(msgspec.Struct, gc=False):
    web_search_requests: Count | None = None


class _Counts(msgspec.Struct, gc=False):
    """The usage object, with the places hosts have for details of their own."""

    prompt_tokens: Count | None = None
    completion_tokens: Count | None = None
    total_tokens: Count | None = None
    prompt_tokens_details: _Details | None = None
    prompt_token_details: _Details | None = None
    completion_tokens_details: _Details | None = None
    prompt_cache_hit_tokens: Count | None = None
    cached_tokens: Count | None = None
    num_cached_tokens: Count | None = None
    cache_read_input_tokens: Count | None = None
    cache_creation_input_tokens: Count | None = None
    reasoning_tokens: Count | None = None
    server_tool_use_details: _Searches | None = None
    service_tier: str | None = None


def usage_of(raw: JsonObject, service_tier: str | None = None) -> Usage:
    """What a usage object says. `service_tier` is the answer's own, used where the object has none."""
    counts = _counts(raw)
    if raw.keys() <= USUAL:
        return _usual(counts, raw, service_tier)
    prompt = counts.prompt_tokens_details or counts.prompt_token_details or _NO_DETAILS
    completion = counts.completion_tokens_details or _NO_DETAILS
    reasoning = counts.reasoning_tokens if completion.reasoning_tokens is None else completion.reasoning_tokens
    searches = counts.server_tool_use_details
    return Usage(
        input=counts.prompt_tokens,
        output=_output(counts, reasoning),
        cached=_cached(counts) if prompt.cached_tokens is None else prompt.cached_tokens,
        cache_write=(
            counts.cache_creation_input_tokens if prompt.cache_write_tokens is None else prompt.cache_write_tokens
        ),
        reasoning=reasoning,
        audio_input=prompt.audio_tokens,
        audio_output=completion.audio_tokens,
        image_input=prompt.image_tokens,
        image_output=completion.image_tokens,
        web_searches=None if searches is None else searches.web_search_requests,
        service_tier=counts.service_tier or service_tier,
        cost=reported_cost(raw) if "cost" in raw or "estimated_cost" in raw else None,
        raw=raw,
    )


def _usual(counts: _Counts, raw: JsonObject, service_tier: str | None) -> Usage:
    """The same where nothing is but OpenAI's own counts, as in nearly all answers: half the steps."""
    prompt, completion = counts.prompt_tokens_details, counts.completion_tokens_details
    if prompt is None:
        prompt = _NO_DETAILS
    if completion is None:
        completion = _NO_DETAILS
    output, reasoning = counts.completion_tokens, completion.reasoning_tokens
    return Usage(
        input=counts.prompt_tokens,
        output=_output(counts, reasoning) if reasoning else output,
        cached=prompt.cached_tokens,
        cache_write=prompt.cache_write_tokens,
        reasoning=reasoning,
        audio_input=prompt.audio_tokens,
        audio_output=completion.audio_tokens,
        image_input=prompt.image_tokens,
        image_output=completion.image_tokens,
        service_tier=service_tier,
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
        body = {key: value for key, value in raw.items() if value is not None and value != {}}
    body["prompt_tokens"] = usage.input
    body["completion_tokens"] = usage.output
    # Some hosts count more in the total than they say what it is (Gemini's thoughts).
    total = count_of(body["total_tokens"]) if "total_tokens" in body else None
    body["total_tokens"] = usage.total if total is None or usage.total is None else max(usage.total, total)
    prompt = (
        ("cached_tokens", usage.cached),
        ("cache_write_tokens", usage.cache_write),
        ("audio_tokens", usage.audio_input),
        ("image_tokens", usage.image_input),
    )
    completion = (
        ("reasoning_tokens", usage.reasoning),
        ("audio_tokens", usage.audio_output),
        ("image_tokens", usage.image_output),
    )
    _put_details(body, "prompt_tokens_details", prompt)
    _put_details(body, "completion_tokens_details", completion)
    return body


def _put_details(body: dict[str, object], key: str, known: Iterable[tuple[str, int | None]]) -> None:
    """Puts in the parts of a sum that are known, beside those that have no name here; no object where there are none."""
    given = as_object(body.get(key))
    details = {} if given is None else {name: count for name, count in given.items() if count is not None}
    for name, count in known:
        if count is not None:
            details[name] = count
        elif name in details:
            del details[name]
    if details:
        body[key] = details
    else:
        body.pop(key, None)


def _counts(raw: JsonObject) -> _Counts:
    """The counts; of an object with members of other types, those that are counts."""
    try:
        return msgspec.convert(raw, _Counts)
    except msgspec.ValidationError:
        return msgspec.convert(_countable(raw), _Counts)


def _countable(raw: JsonObject) -> JsonObject:
    """The members that are counts, and in the details those that are."""
    tier = raw.get("service_tier")
    return {**counts_in(raw), "service_tier": tier if isinstance(tier, str) else None}


def _output(counts: _Counts, reasoning: int | None) -> int | None:
    """Tokens written, reasoning included: where the total counts it apart (xAI), it is added."""
    output, total, prompt = counts.completion_tokens, counts.total_tokens, counts.prompt_tokens
    if output is None or not reasoning or total is None or prompt is None:
        return output
    return output + reasoning if total == prompt + output + reasoning else output


def reported_cost(raw: JsonObject) -> Decimal | None:
    """What the host says the call cost in US dollars: OpenRouter's and DeepInfra's number, Perplexity's object."""
    cost = raw.get("cost", raw.get("estimated_cost"))
    if cost is None:
        return None
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


def _cached(counts: _Counts) -> int | None:
    """Tokens from a cache, where hosts put them outside the details."""
    for value in (
        counts.prompt_cache_hit_tokens,
        counts.cached_tokens,
        counts.num_cached_tokens,
        counts.cache_read_input_tokens,
    ):
        if value is not None:
            return value
    return None
