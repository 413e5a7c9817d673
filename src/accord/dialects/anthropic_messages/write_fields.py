"""The plain fields of a request: sampling, limits, identity, tiers, and what the wire has no field for."""

import re
from collections.abc import Callable

from accord.core.request import ChatRequest
from accord.dialects.anthropic_messages.dialect import DIALECT
from accord.dialects.anthropic_messages.translation import Translation
from accord.dialects.anthropic_messages.write_media import Block
from accord.dialects.anthropic_messages.write_part import write_cache
from accord.dialects.foreign import report_foreign

_PERSONAL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|\+\d[\d\s().-]{6,}|\(?\d{2,4}\)?[\s.-]\d[\d\s.-]{4,}")
"""E-mail addresses and telephone numbers, which `metadata.user_id` must not be. Digits alone are the id of something."""
_LONGEST_ADDRESS = 320
"""Letters of an e-mail address (RFC 5321, 4.5.3.1). Callers choose `user`: one of 200,000 points would be looked at for minutes."""

_TIERS = {"auto": "auto", "default": "standard_only", "standard_only": "standard_only"}

_NO_EQUIVALENT: tuple[tuple[str, Callable[[ChatRequest], bool]], ...] = (
    ("n", lambda request: request.n is not None and request.n != 1),
    ("seed", lambda request: request.seed is not None),
    ("presence_penalty", lambda request: bool(request.presence_penalty)),
    ("frequency_penalty", lambda request: bool(request.frequency_penalty)),
    ("logit_bias", lambda request: bool(request.logit_bias)),
    ("logprobs", lambda request: bool(request.logprobs)),
    ("top_logprobs", lambda request: bool(request.top_logprobs)),
    ("modalities", lambda request: bool(set(request.modalities) - {"text"})),
    ("previous_response_id", lambda request: request.previous_response_id is not None),
)
"""Fields that change the answer. A value that asks for nothing special loses nothing."""

_ADVISORY: tuple[tuple[str, Callable[[ChatRequest], bool]], ...] = (
    ("verbosity", lambda request: request.verbosity is not None),
    ("prediction", lambda request: request.prediction is not None),
    ("audio", lambda request: request.audio is not None),
    ("metadata", lambda request: bool(request.metadata)),
    ("store", lambda request: bool(request.store)),
    ("cache_key", lambda request: request.cache_key is not None),
    ("cache_retention", lambda request: request.cache_retention is not None),
)


def write_sampling(translation: Translation) -> Block:
    """`temperature`, `top_p`, `top_k`, `stop_sequences`. Raises `Unsupported` for values the model does not take."""
    request = translation.request
    body: Block = {}
    if translation.plain and request.temperature is None and request.top_p is None:
        return body
    for name, value in _sampling(translation):
        if _taken(translation, name, value):
            body[name] = value
    stop = [sequence for index, sequence in enumerate(request.stop) if _stops(translation, sequence, index)]
    if stop:
        body["stop_sequences"] = stop
    return body


def write_identity(translation: Translation) -> Block:
    """`metadata`, `service_tier`, and the cache mark of the whole request."""
    request, losses = translation.request, translation.losses
    body: Block = {}
    if request.user is not None:
        if len(request.user) <= _LONGEST_ADDRESS and _PERSONAL.fullmatch(request.user):
            losses.advise("user", "user ids that look like an e-mail address or telephone number are refused")
        else:
            body["metadata"] = {"user_id": request.user}
    if request.service_tier is not None:
        tier = _TIERS.get(request.service_tier)
        if tier is None or translation.knobs.account_fields == "refused":
            losses.advise("service_tier", f"{request.service_tier} is no tier here")
        else:
            body["service_tier"] = tier
    if request.cache is not None:
        body["cache_control"] = write_cache(translation, request.cache, "cache")
    return body


def report_unsupported(translation: Translation) -> None:
    """Reports every neutral field that has no equivalent. Raises `Unsupported` for those that change the answer."""
    request, losses = translation.request, translation.losses
    if not translation.plain:
        for name, asked in _NO_EQUIVALENT:
            if asked(request):
                losses.refuse(name, "the wire has no such field")
        for name, asked in _ADVISORY:
            if asked(request):
                losses.advise(name, "the wire has no such field")
    elif not translation.richer:
        return
    report_foreign(request, translation.richer, DIALECT, losses)


def _sampling(translation: Translation) -> list[tuple[str, float]]:
    """The values asked for; of a pair that older models don't take together, the one that changes something."""
    request = translation.request
    temperature, top_p = request.temperature, request.top_p
    if temperature is None and top_p is None and request.top_k is None:
        return []
    if temperature is not None and top_p is not None and translation.rules.claude:
        if top_p == 1:
            top_p = None
        elif temperature == 1:
            temperature = None
        elif translation.rules.sampling:
            translation.losses.refuse("top_p", "the model takes it or a temperature, not both")
            top_p = None
    values = (("temperature", temperature), ("top_p", top_p), ("top_k", request.top_k))
    return [(name, value) for name, value in values if value is not None]


def _taken(translation: Translation, name: str, value: float) -> bool:
    losses = translation.losses
    if not translation.rules.sampling:
        # One is the default of both, so that leaving it out changes nothing.
        if name == "top_k" or value != 1:
            losses.refuse(name, "the model takes no sampling parameters")
        return False
    if name != "top_k" and not 0 <= value <= 1:
        losses.refuse(name, f"it lies between 0 and 1 here, not at {str(value)[:20]}")
        return False
    if translation.thinking == "enabled" and not _fits_thinking(name, value):
        losses.refuse(name, "while thinking, temperature is 1, top_p at least 0.95, and there is no top_k")
        return False
    return True


def _fits_thinking(name: str, value: float) -> bool:
    """https://platform.claude.com/docs/en/build-with-claude/extended-thinking#feature-compatibility"""
    return (name == "temperature" and value == 1) or (name == "top_p" and value >= 0.95)


def _stops(translation: Translation, sequence: str, index: int) -> bool:
    if sequence.strip():
        return True
    translation.losses.refuse(f"stop[{index}]", "stop sequences of nothing but white space are not taken")
    return False
