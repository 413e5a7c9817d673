"""What a call of Mistral's used, and how long to wait for the next one. https://docs.mistral.ai/api/endpoint/chat."""

from email.utils import parsedate_to_datetime

import msgspec

from accord.core.http import Headers, header
from accord.core.json import JsonObject, as_object
from accord.core.usage import Usage

_LIMITS = ("x-ratelimit-remaining-req-minute", "x-ratelimit-remaining-tokens-minute")


def usage_of(usage: Usage, raw: JsonObject) -> Usage:
    """OpenAI's reading of the counts, with what only Mistral says.

    What came from the cache has had three names. Sound is counted apart from `prompt_tokens`, and in the total.
    """
    details = as_object(raw.get("prompt_token_details")) or {}
    cached = usage.cached
    for found in (details.get("cached_tokens"), raw.get("num_cached_tokens")):
        cached = found if cached is None and type(found) is int else cached
    seconds, total = raw.get("prompt_audio_seconds"), raw.get("total_tokens")
    usage = msgspec.structs.replace(usage, cached=cached)
    if type(seconds) not in (int, float) or not seconds:
        return usage
    whole = total - usage.output if type(total) is int and usage.output is not None else usage.input
    audio = usage.audio_input
    if audio is None and whole is not None and usage.input is not None:
        audio = whole - usage.input
    return msgspec.structs.replace(usage, input=whole, audio_input=audio, seconds=_number(seconds))


def wait_of(headers: Headers) -> float | None:
    """Seconds until the limits of the minute begin anew, where one of them is used up."""
    if not any(header(headers, name) == "0" for name in _LIMITS):
        return None
    try:
        return 60.0 - parsedate_to_datetime(header(headers, "date") or "").second
    except ValueError:
        return 60.0


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
