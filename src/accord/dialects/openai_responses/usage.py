"""Token counts, both ways. https://developers.openai.com/api/reference/resources/responses: `input_tokens` include what
was read from or written to a cache, `output_tokens` include reasoning. Missing is unknown.
"""

from decimal import Decimal

import msgspec

from accord.core.json import as_object
from accord.core.usage import Count, Usage, counts_in
from accord.dialects.openai_responses.wire import Item, WrongShape, present, shaped


class _InputDetails(msgspec.Struct):
    cached_tokens: Count | None = None
    cache_write_tokens: Count | None = None
    audio_tokens: Count | None = None
    image_tokens: Count | None = None


class _OutputDetails(msgspec.Struct):
    reasoning_tokens: Count | None = None
    audio_tokens: Count | None = None
    image_tokens: Count | None = None


class _Usage(msgspec.Struct):
    input_tokens: Count | None = None
    output_tokens: Count | None = None
    input_tokens_details: _InputDetails | None = None
    output_tokens_details: _OutputDetails | None = None
    cost: Decimal | None = None


class _Searches(msgspec.Struct):
    num_requests: int | None = None


class ToolUsage(msgspec.Struct):
    """What the provider's own tools were used for."""

    web_search: _Searches | None = None


def read_usage(raw: Item, *, tier: str | None, tools: ToolUsage | None, path: str = "usage") -> Usage:
    """What a usage object says. `tier` is the one that served the call. What is no count is unknown."""
    try:
        found = shaped(raw, _Usage, path)
    except WrongShape:
        found = shaped({**counts_in(raw), "cost": None}, _Usage, path)
    read, written = found.input_tokens_details or _InputDetails(), found.output_tokens_details or _OutputDetails()
    searches = tools.web_search.num_requests if tools is not None and tools.web_search is not None else None
    return Usage(
        input=found.input_tokens,
        output=found.output_tokens,
        cached=read.cached_tokens,
        cache_write=read.cache_write_tokens,
        reasoning=written.reasoning_tokens,
        audio_input=read.audio_tokens,
        image_input=read.image_tokens,
        audio_output=written.audio_tokens,
        image_output=written.image_tokens,
        web_searches=searches,
        service_tier=tier,
        cost=found.cost,
        raw=raw,
    )


def write_usage(usage: Usage | None) -> Item | None:
    """The usage object, `None` where a count is unknown. The wire demands the details, so an unknown one is 0 there.

    What this wire itself counted and has no neutral name stands as it came.
    """
    if usage is None or usage.input is None or usage.output is None:
        return None
    own = dict(usage.raw or {})
    if "input_tokens_details" not in own:
        own = {}
    read, written = as_object(own.get("input_tokens_details")), as_object(own.get("output_tokens_details"))
    return {
        **present(own),
        "input_tokens": usage.input,
        "input_tokens_details": {
            **present(read or {}),
            "cached_tokens": usage.cached or 0,
            "cache_write_tokens": usage.cache_write or 0,
            **present({"audio_tokens": usage.audio_input, "image_tokens": usage.image_input}),
        },
        "output_tokens": usage.output,
        "output_tokens_details": {
            **present(written or {}),
            "reasoning_tokens": usage.reasoning or 0,
            **present({"audio_tokens": usage.audio_output, "image_tokens": usage.image_output}),
        },
        "total_tokens": usage.input + usage.output,
    }
